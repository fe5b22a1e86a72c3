"""Values of Wikidata's data model as QuickStatements V1 writes them, each None where it could not be read back as it is.

The grammar is that of the tool's parser (quickstatements.php, parseValueV1): an item, a string in quotes, a time with its precision, a
place, a quantity with its unit. Wikibase takes strings of at most 1,500 characters, labels and descriptions of 250.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

LONGEST_STRING = 1_500
LONGEST_LABEL = 250
YEAR, DECADE, CENTURY, DAY = 9, 8, 7, 11
"""Precisions of a time."""
GREGORIAN = 1583
"""First year that is in the Gregorian calendar as a whole; what is older is Julian, as historians write it."""

_ITEM = re.compile(r"Q[1-9]\d{0,11}")
_BAD = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_INSTANT = re.compile(r"(-?\d{4,6})(?:-(\d\d)-(\d\d))?(?:T.*)?")


class Value(NamedTuple):
    """``text`` is the value in the syntax of V1; ``plain`` what it says without it."""

    text: str
    plain: str


def item(qid: str) -> Value:
    """An item. Raises ValueError for what is none."""
    if not _ITEM.fullmatch(qid):
        raise ValueError(f"{qid[:40]!r} is no item")
    return Value(qid, qid)


def string(text: str) -> Value | None:
    """A string; None where it is blank, too long, holds a control character or begins or ends with white space."""
    if not text or text != text.strip() or len(text) > LONGEST_STRING or _BAD.search(text):
        return None
    return Value(f'"{text}"', text)


def text_of(text: str) -> str:
    """A text on one line as a label or description takes it, cut with … where it is too long; "" where nothing is left."""
    clean = " ".join(_BAD.sub(" ", text).split())
    return clean if len(clean) <= LONGEST_LABEL else clean[: LONGEST_LABEL - 1].rstrip() + "…"


def quantity(number: str, unit: str) -> Value | None:
    """A number with its unit (an item); None without either, and for what is no positive decimal."""
    try:
        value = Decimal(number)
    except InvalidOperation:
        return None
    if not unit or not value.is_finite() or value <= 0 or value >= 10**12:
        return None
    text = f"{value.normalize():f}"
    return Value(f"{text}U{unit.removeprefix('Q')}", text) if len(text) <= 24 else None


def coordinates(lat: str, long: str) -> Value | None:
    """A place of the earth, at most six decimals; None where it is no place."""
    try:
        where = Decimal(lat), Decimal(long)
    except InvalidOperation:
        return None
    if not (all(part.is_finite() for part in where) and abs(where[0]) <= 90 and abs(where[1]) <= 180):
        return None
    text = "/".join(f"{round(part, 6):f}" for part in where)
    return Value(f"@{text}", text)


# Times ----------------------------------------------------------------------------------------------------------------------


def time(year: int, precision: int, month: int = 0, day_: int = 0) -> Value:
    """A time; ``year`` counts as ISO 8601 does, 0 for the year 1 before Christ, which Wikibase calls -1."""
    shown = year if year > 0 else year - 1
    stamp = f"{'+' if shown > 0 else '-'}{abs(shown):04}-{month:02}-{day_:02}T00:00:00Z/{precision}"
    return Value(stamp if year >= GREGORIAN else f"{stamp}/J", stamp)


def day(text: str) -> Value | None:
    """``1903-10-15`` or ``1903`` as a time; None for what is neither."""
    match = _INSTANT.fullmatch(text)
    if not match:
        return None
    if match[2] and 1 <= int(match[2]) <= 12 and 1 <= int(match[3]) <= 31:
        return time(int(match[1]), DAY, int(match[2]), int(match[3]))
    return None if match[2] else time(int(match[1]), YEAR)


def moment(begin: str, end: str) -> tuple[Value | None, tuple[Value, ...]]:
    """A span as one time, and its bounds where the time is wider than the span.

    A day, a year, a decade (1880 to 1889) and a century (1801 to 1900) are times of that precision; any other span within a century is
    that century, with its first and last year as bounds; (None, ()) for one over centuries, or without a bound.
    """
    first, last = _INSTANT.fullmatch(begin), _INSTANT.fullmatch(end)
    if not first or not last:
        return None, ()
    a, b = int(first[1]), int(last[1])
    if a > b:
        return None, ()
    if a == b:
        one_day = first[2] and first.group(2, 3) == last.group(2, 3)
        return (day("-".join(first.group(1, 2, 3))) if one_day else time(a, YEAR)), ()
    if a % 10 == 0 and b == a + 9 and a > 0:
        return time(a, DECADE), ()
    if (a - 1) // 100 != (b - 1) // 100 or a <= 0:
        return None, ()
    century = time((a - 1) // 100 * 100 + 1, CENTURY)
    whole = a % 100 == 1 and b == a + 99
    return century, () if whole else (time(a, YEAR), time(b, YEAR))
