"""Notice → its producer: the museum in Joconde, elsewhere the service that mappings/producers.csv reads from a field (FACTS a)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from pop_ld import resources

_LONGEST = 80


@cache
def _lines(base: str) -> tuple[tuple[str, re.Pattern[str], str], ...]:
    """(field, pattern of its beginning, producer) of a base, in the order in which they are tried."""
    rows = resources.table("producers.csv")
    return tuple((row["field"], re.compile(row["pattern"]), row["producer"]) for row in rows if row["base"] == base)


def producer_of(base: str, ref: str, fields: Mapping[str, tuple[str, ...]]) -> str:
    """The producer of a notice, "" where nothing tells; a line of the table without ``producer`` gives what its pattern matches."""
    for code, pattern, producer in _lines(base):
        found = pattern.match(ref if code == "REF" else fields[code][0] if code in fields else "")
        if found:
            return producer or found[0][:_LONGEST]
    return ""
