"""Span: the outer bounds of an uncertain time, and how they are written (CRM P82a, P82b; XSD 1.1 dateTime)."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from functools import lru_cache

from pop_ld.fields.parsed import Item


@dataclass(frozen=True, slots=True)
class Span:
    """Outer bounds in astronomical years (1 BC = 0, 2 BC = -1: XSD 1.1), None where open. ``exact`` is a single known year."""

    begin: int | None = None
    end: int | None = None
    exact: int | None = None
    month: int = 0
    day: int = 0

    def bounds(self) -> Item:
        """{begin?, end?, span, span_label} as :func:`between` gives them: whole years, or the month or day where it is known."""
        begin = end = ""
        if self.begin is not None:
            begin = f"{_year(self.begin)}-{self.month or 1:02d}-{self.day or 1:02d}"
        if self.end is not None:
            month = self.month or 12
            end = f"{_year(self.end)}-{month:02d}-{self.day or _last_day(self.end, month):02d}"
        return dict(between(begin, end))


@lru_cache(maxsize=50_000)
def between(begin: str, end: str) -> tuple[tuple[str, str], ...]:
    """Items of the time-span between two days ("1601-01-01", "1700-12-31"; "" where open); none where both are open.

    ``begin`` and ``end`` are xsd:dateTime texts in UTC; ``span`` is its key, ``1601..1700``, ``1858``, ``1889-03``, ``..1863``, and
    ``span_label`` the same as an EDTF interval, ``1601/1700``. Two notices that mean the same time share one E52_Time-Span.
    """
    if not begin and not end:
        return ()
    one = _one(begin, end)
    bounds = (one,) if one else (begin.removesuffix("-01-01") or "..", end.removesuffix("-12-31") or "..")
    found = [("span", one or "..".join(bound.strip(".") for bound in bounds)), ("span_label", "/".join(bounds))]
    if begin:
        found.append(("begin", begin + "T00:00:00Z"))
    if end:
        found.append(("end", end + "T23:59:59Z"))
    return tuple(found)


def _one(begin: str, end: str) -> str:
    """The year, month or day that the two days bound, or ""."""
    if begin == end:
        return begin
    if begin[-6:] == "-01-01" and end == begin[:-6] + "-12-31":
        return begin[:-6]
    year, _, month = begin[:-3].rpartition("-")
    if begin and end and begin[-3:] == "-01" and end == f"{year}-{month}-{_last_day(int(year), int(month)):02d}":
        return f"{year}-{month}"
    return ""


def _year(year: int) -> str:
    return f"-{-year:04d}" if year < 0 else f"{year:04d}"


def _last_day(year: int, month: int) -> int:
    return calendar.monthrange(year if year > 0 else 1, month)[1]


def valid_day(year: int, month: int, day: int) -> bool:
    """Whether the day exists (proleptic Gregorian)."""
    return 1 <= year <= 9999 and 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]


def union(spans: list[Span]) -> Span:
    """The outer bounds of several; open where one of them is."""
    begins = [s.begin for s in spans]
    ends = [s.end for s in spans]
    begin = None if not begins or None in begins else min(b for b in begins if b is not None)
    end = None if not ends or None in ends else max(e for e in ends if e is not None)
    return Span(begin, end)
