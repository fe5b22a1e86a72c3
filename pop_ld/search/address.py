"""Parameters of an address in, a question out, and back: one spelling for pages, JSON, feeds, exports and permalinks.

``q`` words; a facet by its name, again for each value; ``where`` criteria (where.py); ``years=1801..1900`` (either end may be missing or a
century such as ``19e``, ``-50`` is 51 BC); ``box=west,south,east,north``; ``around=latitude,longitude,kilometres``; ``sort`` an order;
``iri`` a notice, again for each of a basket. Whatever is given, what is read is written in one way: ``write`` gives the canonical address.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from pop_ld.search.question import FACETS, ORDERS, Box, Circle, Group, Question
from pop_ld.search.where import WhereError, canonical, read_where, write_where

LONGEST_WORDS = 500
MOST_CHOSEN = 100
LONGEST_VALUE = 4_000
MOST_NAMED = 500
"""Notices that an address names one by one: a basket."""
LARGEST_CIRCLE = 1_000.0
"""Kilometres."""
LAST_YEAR = 100_000
"""Years before and after our era beyond which a range is open to what it is worth: nothing of heritage is dated so."""
DIGITS = 6
"""Decimals of a degree or a kilometre that an address keeps: 0.1 m."""

_YEARS = re.compile(r"\s*([^.]*?)\s*(?:\.\.\s*([^.]*?)\s*)?\Z")
_YEAR = re.compile(r"-?[0-9]{1,6}")
_CENTURY = re.compile(r"(-?)([1-9][0-9]?)e")


@dataclass(frozen=True, slots=True)
class Fault:
    """A parameter that was not understood and counts as absent: its name and what was given.

    Of ``where``, ``why`` is a code of :data:`pop_ld.search.where.SAID`, ``at`` the character (from 1) and ``found`` what stands there.
    """

    parameter: str
    value: str
    why: str = ""
    at: int = 0
    found: str = ""


def read(parameters: Iterable[tuple[str, str]]) -> tuple[Question, list[Fault]]:
    """The question of some parameters, and what of them makes no sense; parameters that are not of a question are left alone."""
    given: dict[str, list[str]] = {}
    for name, value in parameters:
        given.setdefault(name, []).append(value)
    faults: list[Fault] = []
    first = {name: values[0].strip() for name, values in given.items()}
    question = Question(
        words=_words(first.get("q", "")),
        filters=_filters(given),
        criteria=_where(first.get("where", ""), faults),
        years=_years(first.get("years", ""), faults),
        box=_box(first.get("box", ""), faults),
        around=_circle(first.get("around", ""), faults),
        order=_order(first.get("sort", ""), faults),
        iris=_named(given.get("iri", ())),
    )
    return question, faults


def write(question: Question) -> list[tuple[str, str]]:
    """The parameters of a question, in one order; ``read`` gives for them the question, or the canonical one that asks the same."""
    return list(_pairs(question))


def query_string(question: Question, **more: str) -> str:
    """``write`` as the query of an address, then further parameters that are not ""."""
    return urlencode([*write(question), *((name, value) for name, value in more.items() if value)], errors="replace")


def _pairs(question: Question) -> Iterator[tuple[str, str]]:
    if words := _words(question.words):
        yield "q", words
    for name, values in _filters(dict(question.filters)):
        for value in values:
            yield name, value
    if criteria := canonical(question.criteria):
        yield "where", write_where(criteria)
    first, last = _range(*question.years)
    if (first, last) != (None, None):
        yield "years", f"{'' if first is None else first}..{'' if last is None else last}"
    if box := question.box:
        yield "box", ",".join(map(_number, (box.west, box.south, box.east, box.north)))
    if circle := question.around:
        yield "around", ",".join(map(_number, (circle.lat, circle.long, max(circle.km, 10**-DIGITS))))
    if question.order != "relevance":
        yield "sort", question.order
    for iri in _named(question.iris):
        yield "iri", iri


def _number(number: float) -> str:
    written = f"{number:.{DIGITS}f}".rstrip("0").rstrip(".")
    return "0" if written == "-0" else written


def _words(text: str) -> str:
    return text.strip()[:LONGEST_WORDS].strip()


def _named(iris: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(iri for iri in iris if iri and len(iri) <= LONGEST_VALUE))[:MOST_NAMED]


def _filters(given: Mapping[str, Iterable[str]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The facets among what is given, in their order, each value once."""
    chosen = ((name, dict.fromkeys(value[:LONGEST_VALUE] for value in given.get(name, ()) if value)) for name in FACETS)
    return tuple((name, tuple(values)[:MOST_CHOSEN]) for name, values in chosen if values)


def _where(text: str, faults: list[Fault]) -> Group | None:
    try:
        return read_where(text)
    except WhereError as error:
        faults.append(Fault("where", text, error.code, error.at, error.found))
        return None


def _years(text: str, faults: list[Fault]) -> tuple[int | None, int | None]:
    found = _YEARS.match(text)
    if found and (first := _bounds(found[1])) and (last := _bounds(found[1] if found[2] is None else found[2])):
        return _range(first[0], last[1])
    if text:
        faults.append(Fault("years", text))
    return None, None


def _bounds(text: str) -> tuple[int | None, int | None] | None:
    """The first and the last year of a year, of a century ("-1e" is 100 to 1 BC), or of nothing; None for what is none of them."""
    if not text:
        return None, None
    if _YEAR.fullmatch(text):
        return int(text), int(text)
    if found := _CENTURY.fullmatch(text):
        number = int(found[2])
        return (-100 * number + 1, 100 - 100 * number) if found[1] else (100 * number - 99, 100 * number)
    return None


def _range(first: int | None, last: int | None) -> tuple[int | None, int | None]:
    """The bounds in their order, within LAST_YEAR."""
    low, high = (None if year is None else min(max(year, -LAST_YEAR), LAST_YEAR) for year in (first, last))
    return (high, low) if low is not None and high is not None and low > high else (low, high)


def _numbers(text: str, count: int) -> list[float] | None:
    parts = text.split(",")
    try:
        numbers = [float(part) for part in parts if len(part) < 30]
    except ValueError:
        return None
    rounded = [round(number, DIGITS) + 0.0 for number in numbers if math.isfinite(number)]
    return rounded if len(rounded) == count == len(parts) else None


def _box(text: str, faults: list[Fault]) -> Box | None:
    numbers = _numbers(text, 4)
    if numbers and all(abs(n) <= 180 for n in numbers) and -90 <= numbers[1] <= numbers[3] <= 90:
        return Box(*numbers)
    if text:
        faults.append(Fault("box", text))
    return None


def _circle(text: str, faults: list[Fault]) -> Circle | None:
    numbers = _numbers(text, 3)
    if numbers and abs(numbers[0]) <= 90 and abs(numbers[1]) <= 180 and 0 < numbers[2] <= LARGEST_CIRCLE:
        return Circle(*numbers)
    if text:
        faults.append(Fault("around", text))
    return None


def _order(text: str, faults: list[Fault]) -> str:
    if text in ORDERS:
        return text
    if text:
        faults.append(Fault("sort", text))
    return "relevance"
