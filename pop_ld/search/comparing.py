"""Dates and numbers as texts that sort as they do, for ``>= <= > <`` of advanced search, and what people write for them.

A date is ``d`` and its first day, a number ``n`` and its bits: an engine compares both by their bytes. A date that is a span counts by
its beginning, so that ``>=`` and ``<`` are each other's opposite on every value. A whole number is kept as the year that it may be:
both sort alike.
"""

from __future__ import annotations

import math
import re
import struct
from functools import lru_cache

from pop_ld.bases import Field

DATES = ("acts", "date", "period", "protection", "year")
"""Parsers whose items have a beginning."""

_BOUND = re.compile(r"(-?\d{1,6})(?:-(\d\d)-(\d\d))?")
_DAY = re.compile(r"\s*(-?\d{1,6})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?|\.(\d{1,2})\.(\d{1,2}))?\s*\Z")
_CENTURY = re.compile(r"\s*(\d{1,2})\s*(?:er?|[eè]me)?\s*(?:s\.?|si[eè]cle)\s*(av(?:ant|\.)?.*)?\Z", re.IGNORECASE)
_NUMBER = re.compile(r"\s*(-?\d{1,15}(?:[.,]\d{1,15})?)\s*\Z")
_ERA = 500_000
_LONGEST = 24
"""Characters of the longest text that is read."""


def kind_of(field: Field) -> str:
    """How values of a field compare: "date" by the items that its parser made, "text" as each reads, or, by their letters, ""."""
    if field.parser.partition(":")[0] in DATES:
        return "date"
    return "text" if field.parser in ("text", "texts") or field.type == "number" else ""


@lru_cache(maxsize=1 << 14)
def sortable(text: str) -> str:
    """What a text as written is as a date or, else, as a number, sortable; "" for all but short ones."""
    if len(text) > _LONGEST:
        return ""
    span = read_dates(text)
    return span[0] if span else sortable_number(text)


def spans(value: str) -> list[tuple[str, str]]:
    """(first, last) of what a value means among dates and among numbers, sortable; [] where it is neither."""
    dates, number = read_dates(value), sortable_number(value)
    if number and not dates:  # between two years, as 1.5 is between 1 and 2
        exact = float(value.replace(",", "."))
        dates = _date(math.ceil(exact), 1, 1), _date(math.floor(exact), 12, 31)
    return list(filter(None, (dates, (number, number) if number else None)))


@lru_cache(maxsize=1 << 13)
def sortable_date(bound: str) -> str:
    """``1951-01-01T00:00:00Z`` or ``-0052`` (astronomical years) as a text that sorts; "" where it is none."""
    found = _BOUND.match(bound)
    return _date(int(found[1]), int(found[2] or 1), int(found[3] or 1)) if found else ""


def _date(year: int, month: int, day: int) -> str:
    return f"d{min(max(year + _ERA, 0), 2 * _ERA - 1):06d}{month:02d}{day:02d}"


def sortable_number(text: str) -> str:
    """``-1,5`` as a text that sorts; "" where it is no number."""
    found = _NUMBER.match(text)
    if not found:
        return ""
    bits = struct.unpack(">q", struct.pack(">d", float(found[1].replace(",", ".")) + 0.0))[0]
    return f"n{(bits ^ (1 << 63) if bits >= 0 else ~bits) & (1 << 64) - 1:016x}"


def read_dates(text: str) -> tuple[str, str] | None:
    """The first and the last day that a date means, sortable: a year, a month, a day (``-``, ``/`` or ``.`` between), a century."""
    if found := _CENTURY.match(text):
        number = int(found[1])
        first, last = (100 * number - 99, 100 * number) if not found[2] else (1 - 100 * number, 100 - 100 * number)
        return (_date(first, 1, 1), _date(last, 12, 31)) if number else None
    if not (found := _DAY.match(text)):
        return None
    year, month, day = int(found[1]), int(found[2] or found[4] or 0), int(found[3] or found[5] or 0)
    if month > 12 or day > 31 or 0 in (int(part) for part in found.groups()[1:] if part):
        return None
    return _date(year, month or 1, day or 1), _date(year, month or 12, day or 31)
