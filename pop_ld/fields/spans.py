"""Span: the outer bounds of an uncertain time, and how they are written (CRM P82a, P82b; XSD 1.1 dateTime)."""

from __future__ import annotations

import calendar
from dataclasses import dataclass

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
        """{begin?, end?} as xsd:dateTime texts in UTC, whole years, or the month or day where it is known."""
        found: Item = {}
        if self.begin is not None:
            found["begin"] = f"{_year(self.begin)}-{self.month or 1:02d}-{self.day or 1:02d}T00:00:00Z"
        if self.end is not None:
            month = self.month or 12
            day = self.day or _last_day(self.end, month)
            found["end"] = f"{_year(self.end)}-{month:02d}-{day:02d}T23:59:59Z"
        return found


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
