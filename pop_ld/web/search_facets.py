"""The facets of a search as people read them: values in words, what is chosen, and what lies within what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from pop_ld import summary
from pop_ld.formats.centuries import century_words
from pop_ld.formats.html import base_name
from pop_ld.formats.words import inline, number, one_line, rights, say
from pop_ld.search.contract import Facet, Found
from pop_ld.search.question import Box, Circle, Question
from pop_ld.web.search_asked import Asked
from pop_ld.web.search_criteria import sentence
from pop_ld.web.state import Serving

OPENED = ("base", "domain", "type")
"""Facets whose values a page shows at once; so it does those of which one is chosen."""
CODED = ("image", "located", "missing", "quality")
"""Facets whose values the interface texts may say in other words: ``ui.search_<facet>_<value>``."""
BY_TIME = ("century",)
_MUSEUMS: dict[Path, Mapping[str, str]] = {}


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a facet: as it stands in addresses, and in words."""

    value: str
    text: str
    count: int
    chosen: bool

    @property
    def html(self) -> str:
        """Its words as a page has them."""
        return _html(self.text)


@dataclass(frozen=True, slots=True)
class Shown:
    """One facet of a page; ``more`` is the address of all its values, "" where these are all."""

    name: str
    values: list[Value]
    more: str
    open: bool


@dataclass(frozen=True, slots=True)
class Chip:
    """One thing that narrows the search: a facet, years, box, around or where; in words; and the question without it."""

    kind: str
    text: str
    without: Question


def shown(now: Serving, asked: Asked, found: Found) -> list[Shown]:
    """The facets that can narrow the search further, or that do narrow it."""
    made = []
    for name in asked.shown_facets():
        facet = found.facets.get(name)
        if facet and (asked.question.chosen(name) or any(count < found.total for _, count in facet.values) or facet.more):
            opened = name in OPENED or bool(asked.question.chosen(name))
            more = asked.to(path=f"/search/facets/{name}", view="") if facet.more else ""
            made.append(Shown(name, values(now, asked, facet), more, opened))
    return made


def values(now: Serving, asked: Asked, facet: Facet) -> list[Value]:
    """The values of a facet in the order of a page: most first, centuries as they came."""
    chosen = frozenset(asked.question.chosen(facet.name))
    found = [Value(value, in_words(now, facet.name, value, asked.lang), count, value in chosen) for value, count in facet.values]
    return sorted(found, key=lambda one: _century(one.value)) if facet.name in BY_TIME else found


@lru_cache(maxsize=10_000)
def _html(text: str) -> str:
    """A page has a hundred values, and the next one has most of them again."""
    return inline(text)


def _century(value: str) -> int:
    number = value.removeprefix("-")
    return int(value) if number.isascii() and number.isdigit() and len(number) < 9 else 10**9


def in_words(now: Serving, facet: str, value: str, lang: str) -> str:
    """A value as people read it: codes are translated, all else is the producer's own text."""
    if facet == "base":
        return base_name(value, lang, short=True)
    if facet == "century":
        return century_words(value, lang)
    if facet == "museum":
        return museums(now).get(value, value)
    if facet == "rights":
        return rights(value, lang) or value
    if facet in CODED:
        said = summary.texts(lang)["ui"].get(f"search_{facet}_{value}")
        return str(said) if said else value
    return one_line(value)


def museums(now: Serving) -> Mapping[str, str]:
    """The museums of the release: REF -> name."""
    known = _MUSEUMS.get(now.release.path)
    if known is None:
        known = {hit.ref: one_line(hit.title) for hit in now.search.scan(Question().choosing("base", ["museo"]))}
        _MUSEUMS.clear()  # those of former releases
        _MUSEUMS[now.release.path] = known
    return known


def chips(asked: Asked, now: Serving) -> list[Chip]:
    """Everything but the words that narrows the search, in the order of the page, each with what is left without it."""
    question, lang = asked.question, asked.lang
    made = [
        Chip(name, in_words(now, name, value, lang), asked.without(name, value)) for name, chosen in question.filters for value in chosen
    ]
    first, last = question.years
    if (first, last) != (None, None):
        key = "search_years_from" if last is None else "search_years_to" if first is None else "search_years_between"
        made.append(Chip("years", say(lang, f"ui.{key}", first=first, last=last), replace(question, years=(None, None))))
    if question.box:
        made.append(Chip("box", _box(question.box), replace(question, box=None)))
    if question.around:
        made.append(Chip("around", _circle(question.around, lang), replace(question, around=None)))
    if question.iris:
        made.append(Chip("iri", say(lang, "ui.search_named", n=len(question.iris)), replace(question, iris=())))
    if question.criteria:
        made.append(Chip("where", sentence(lang, question), replace(question, criteria=None)))
    return made


def _box(box: Box) -> str:
    return ", ".join(f"{degrees:.2f}" for degrees in (box.south, box.west, box.north, box.east))


def _circle(circle: Circle, lang: str) -> str:
    km = number(int(circle.km), lang) if circle.km >= 1 else f"{circle.km:.1f}"
    return say(lang, "ui.search_around_of", km=km, lat=f"{circle.lat:.3f}", long=f"{circle.long:.3f}")
