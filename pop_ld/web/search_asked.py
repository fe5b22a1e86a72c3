"""One search as an address asks it: question, view, page and language; and the addresses that differ from it in one thing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlencode

from starlette.requests import Request

from pop_ld.formats.words import LANGUAGES
from pop_ld.search.address import Fault, read, write
from pop_ld.search.contract import DEEPEST
from pop_ld.search.question import FACETS, Question
from pop_ld.web.negotiation import language

VIEWS = ("list", "mosaic", "map", "timeline")
SIZES = {"list": 25, "mosaic": 60, "map": 25, "timeline": 25}
"""Notices on one page of a view, where the address does not say."""
LARGEST = 100
"""Notices that one page may be asked to have."""
LONGEST_CURSOR = 2_000
NOINDEX = {"X-Robots-Tag": "noindex"}
"""What people ask is without number: no answer to it is for other engines to list."""
WITHIN = {"department": "region", "commune": "department"}
"""Facet -> the facet whose values are to be chosen before a page shows its own."""


@dataclass(frozen=True, slots=True)
class Asked:
    """``page`` counts from 1; with ``after``, the cursor of the page before, it only says how the page is called.

    ``faults`` are the parameters that count as absent. ``kept_lang`` is the language where the address names it, else "".
    """

    question: Question
    faults: tuple[Fault, ...]
    view: str
    page: int
    size: int
    after: str
    lang: str
    kept_lang: str

    @property
    def offset(self) -> int:
        return 0 if self.after else (self.page - 1) * self.size

    @property
    def last_page(self) -> int:
        """The last page that can be reached by its number."""
        return DEEPEST // self.size

    def hidden(self, *without: str, lang: bool = True) -> list[tuple[str, str]]:
        """The parameters that a form keeps, those named ``without`` apart."""
        kept = [*_written(self.question), *self._others(lang)]
        return [(name, value) for name, value in kept if name not in without]

    def to(self, question: Question | None = None, *, path: str = "/search", lang: bool = True, **changed: str) -> str:
        """This search with something changed, from its first page; view, size and language are kept, ``changed`` that is "" is not."""
        others = {**dict(self._others(lang)), **changed}
        pairs = [*_written(question or self.question), *((name, value) for name, value in others.items() if value)]
        return address(path, pairs)

    def without(self, facet: str, value: str) -> Question:
        """The question without one value of a facet, nor what was chosen within it."""
        question = self.question.choosing(facet, [v for v in self.question.chosen(facet) if v != value])
        for inner, outer in WITHIN.items():
            if not question.chosen(outer) and self.question.chosen(outer):
                question = question.choosing(inner, ())
        return question

    def shown_facets(self) -> tuple[str, ...]:
        """Those of a page: a place within another once the other is chosen."""
        chosen = self.question.chosen
        return tuple(name for name in FACETS if name not in WITHIN or chosen(name) or chosen(WITHIN[name]))

    def _others(self, lang: bool) -> list[tuple[str, str]]:
        size = "" if self.size == SIZES[self.view] else str(self.size)
        view = "" if self.view == VIEWS[0] else self.view
        pairs = (("view", view), ("size", size), ("lang", self.kept_lang if lang else ""))
        return [(name, value) for name, value in pairs if value]


@lru_cache(256)
def _written(question: Question) -> tuple[tuple[str, str], ...]:
    """A page has forty addresses of one question."""
    return tuple(write(question))


def address(path: str, pairs: Iterable[tuple[str, str]]) -> str:
    """A path with a query; what cannot be written in UTF-8 is replaced."""
    query = urlencode(list(pairs), errors="replace")
    return f"{path}?{query}" if query else path


def asked(request: Request) -> Asked:
    """What the request asks for; any parameters at all are a search."""
    given = request.query_params
    question, found = read(given.multi_items())
    faults = list(found)
    view = given.get("view", "") or VIEWS[0]
    if view not in VIEWS:
        faults.append(Fault("view", view))
        view = VIEWS[0]
    size = _number(given.get("size", ""), "size", LARGEST, faults) or SIZES[view]
    after = given.get("after", "")[:LONGEST_CURSOR]
    page = _number(given.get("page", ""), "page", 10**9 if after else DEEPEST // size, faults) or 1
    lang = given.get("lang", "")
    return Asked(question, tuple(faults), view, page, size, after, language(request), lang if lang in LANGUAGES else "")


def _number(text: str, name: str, most: int, faults: list[Fault]) -> int:
    """A whole number from 1 to ``most``; 0 and a fault where the text is none."""
    if not text:
        return 0
    if text.isascii() and text.isdigit() and len(text) < 12 and 1 <= int(text) <= most:
        return int(text)
    faults.append(Fault(name, text))
    return 0
