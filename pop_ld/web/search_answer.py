"""The answer to a search before it is a page or JSON: hits, facets, pages, and what to say of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pop_ld.search.address import Fault
from pop_ld.search.contract import Found
from pop_ld.search.question import FACETS
from pop_ld.web.search_asked import Asked
from pop_ld.web.search_facets import in_words
from pop_ld.web.search_help import Meant, did_you_mean
from pop_ld.web.search_hits import Line, as_json, lines
from pop_ld.web.state import Serving

LONGEST_FAULT = 200
"""Characters of a parameter that an answer repeats."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One page of a search."""

    now: Serving
    asked: Asked
    found: Found
    lines: list[Line]
    meant: Meant | None

    @property
    def pages(self) -> int:
        """Pages there are."""
        return max(1, -(-self.found.total // self.asked.size))

    @property
    def by_number(self) -> int:
        """Pages that can be reached by their number."""
        return min(self.pages, self.asked.last_page)

    @property
    def first(self) -> int:
        """Rank of the first notice of the page."""
        return (self.asked.page - 1) * self.asked.size + 1

    def page(self, number: int) -> str:
        """The address of a page by its number; the next one goes on by cursor where numbers end."""
        if number > self.by_number:
            return self.asked.to(page=str(number), after=self.found.after) if self.found.after else ""
        return self.asked.to(page=str(number) if number > 1 else "")


def answer(now: Serving, asked: Asked, facets: tuple[str, ...]) -> Answer:
    """Asks the index. Raises StoreUnavailable where it does not answer."""
    question = asked.question
    listed = asked.view in ("list", "mosaic")
    full = bool(question.words) and asked.view == "list"
    size = asked.size if listed else 0
    found = now.search.find(question, facets=facets, limit=size, after=asked.after, offset=asked.offset, full=full)
    return Answer(now, asked, found, lines(now, found.hits, question.words, asked.lang), did_you_mean(now, asked, found.total))


def as_program(answer: Answer) -> dict[str, Any]:
    """The JSON of an answer. ``base`` is the first of the bases chosen; ``pages`` are those that can be asked for by number."""
    now, asked, found = answer.now, answer.asked, answer.found
    following = asked.to(path="/search.json", page=str(asked.page + 1), after=found.after) if found.after else ""
    return {
        "query": asked.question.words,
        "base": next(iter(asked.question.chosen("base")), ""),
        "url": now.site + asked.to(lang=False, view=""),
        "total": found.total,
        "page": asked.page,
        "pages": answer.by_number,
        "size": asked.size,
        "release": now.release.name,
        "after": found.after,
        "next": following,
        "did_you_mean": {"query": answer.meant.words, "total": answer.meant.count} if answer.meant else None,
        "faults": [_fault(fault) for fault in asked.faults],
        "hits": [as_json(now, line) for line in answer.lines],
        "facets": {name: _values(answer, name) for name in FACETS if name in found.facets},
        "facets_cut": [name for name in FACETS if name in found.facets and found.facets[name].more],
    }


def _fault(fault: Fault) -> dict[str, Any]:
    """``at`` is the character of ``where``, from 1, where ``why`` (a code of search/where.py) shows."""
    return {"parameter": fault.parameter, "value": fault.value[:LONGEST_FAULT], "why": fault.why, "at": fault.at, "found": fault.found}


def _values(answer: Answer, name: str) -> list[dict[str, Any]]:
    chosen = answer.asked.question.chosen(name)
    return [
        {"value": value, "label": in_words(answer.now, name, value, answer.asked.lang), "count": count, "chosen": value in chosen}
        for value, count in answer.found.facets[name].values
    ]
