"""Notice → its producer: the museum in Joconde, elsewhere the service that mappings/producers.csv reads from a field (FACTS a)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from pop_ld import resources

_LONGEST = 80


class _Line(NamedTuple):
    field: str
    pattern: re.Pattern[str]
    """Of the beginning of the field."""
    producer: str
    label: str


@cache
def _lines(base: str) -> tuple[_Line, ...]:
    """The lines of a base, in the order in which they are tried."""
    rows = resources.table("producers.csv")
    return tuple(_Line(row["field"], re.compile(row["pattern"]), row["producer"], row["label"]) for row in rows if row["base"] == base)


def producer_of(base: str, ref: str, fields: Mapping[str, tuple[str, ...]]) -> str:
    """The producer of a notice, "" where nothing tells; a line of the table without ``producer`` gives what its pattern matches."""
    line, text = _line_of(base, ref, fields)
    return line.producer or text[:_LONGEST] if line else ""


def service_of(base: str, ref: str, fields: Mapping[str, tuple[str, ...]]) -> str:
    """The kind of producer as search offers it, one spelling in all bases: all museums are one, "" where nothing tells."""
    line, _ = _line_of(base, ref, fields)
    return line.label if line else ""


def _line_of(base: str, ref: str, fields: Mapping[str, tuple[str, ...]]) -> tuple[_Line | None, str]:
    """The first line that fits, and what its pattern matches."""
    for line in _lines(base):
        found = line.pattern.match(ref if line.field == "REF" else fields[line.field][0] if line.field in fields else "")
        if found:
            return line, found[0]
    return None, ""
