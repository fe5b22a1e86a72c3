"""Other numbers of a recovered work: MNR NUMS, "5123 : numéro du Central Collecting Point de Munich".

The words that tell the kind of a number are in mappings/number-kinds.csv, the most telling first.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from pop_ld import resources
from pop_ld.fields.folding import fold
from pop_ld.fields.parsed import Item, Parsed, items
from pop_ld.fields.text import split_all

_NUMBER = re.compile(r"^(?P<value>[^:]*\d[^:]*?)\s*:\s*(?P<kind>\S.*)$", re.DOTALL)


@cache
def _kinds() -> tuple[tuple[re.Pattern[str], str, str], ...]:
    """(pattern, label, key) of each kind, in the file's order."""
    rows = resources.table("number-kinds.csv")
    return tuple((re.compile(rf"(?<!\w){re.escape(fold(row['word']))}(?!\w)"), row["label"], row["key"]) for row in rows)


@lru_cache(maxsize=5_000)
def _kind(words: str) -> tuple[str, str] | None:
    folded = fold(words)
    return next(((label, key) for pattern, label, key in _kinds() if pattern.search(folded)), None)


def numbers(values: tuple[str, ...], separators: str) -> Parsed:
    """NUMS: [{text, value, kind?, kind_label?, kind_key?}]; ``kind`` as written, ``kind_label`` and ``kind_key`` (mccp, linz, depot …).

    A number without ": kind" is a value alone.
    """
    found: list[Item] = []
    for part in split_all(values, separators):
        number = _NUMBER.match(part)
        item: Item = {"text": part, "value": number["value"] if number else part}
        if number:
            item["kind"] = number["kind"].strip().rstrip(".")
            if known := _kind(item["kind"]):
                item["kind_label"], item["kind_key"] = known
        found.append(item)
    return items(found)
