"""Europeana's problem patterns of titles and descriptions in one record; P1, a title that others have too, needs them all.

Rules of europeana/metis-framework, ``metis-pattern-analysis``: ProblemPatternAnalyzer (06bfd75d), for P6 UnrecognizableTitleValues
(56bde39a) with the French and English values of mappings/edm-titles.csv; P1 of europeana/metis-sandbox, RecordTitleRepository.
Lengths are in UTF-16 units, as Java counts them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cache
from hashlib import blake2b

from pyoxigraph import Literal

from pop_ld import resources
from pop_ld.formats.edm_node import Node

PATTERNS = ("P1", "P2", "P3", "P5", "P6", "P7", "P9", "P12")

SHORTEST_TITLE, LONGEST_TITLE, SHORTEST_DESCRIPTION, ODD_CHARACTERS = 2, 70, 50, 5
LIKENESS, DISTANCE = 0.9, 20
"""P3: the share of the shorter text that both have in order, and the most by which their lengths differ."""

_READABLE = frozenset(("Lu", "Ll", "Lt", "Lm", "Lo", "Nl", "Nd"))


def found(cho: Node) -> tuple[str, ...]:
    """The patterns of an object but for P1, in their order."""
    titles, descriptions, identifiers = (_texts(cho, curie) for curie in ("dc:title", "dc:description", "dc:identifier"))
    return patterns(titles, descriptions, identifiers)


def title_keys(cho: Node) -> tuple[int, ...]:
    """Numbers that tell the titles of an object apart, case ignored, for P1."""
    return tuple(dict.fromkeys(_key(title) for title in _texts(cho, "dc:title")))


def patterns(titles: Sequence[str], descriptions: Sequence[str], identifiers: Sequence[str]) -> tuple[str, ...]:
    """The patterns of a record with these texts."""
    told = [text for text in descriptions if text.strip()]
    tests = {
        "P2": not {title.lower() for title in titles}.isdisjoint(text.lower() for text in descriptions),
        "P3": any(_alike(title, text) for title in titles if title.strip() for text in told),
        "P5": any(_odd(title) > ODD_CHARACTERS or any(name in title for name in identifiers) for title in titles),
        "P6": any(_units(title) <= SHORTEST_TITLE or _says_nothing(title) for title in titles),
        "P7": not told,
        "P9": any(len(text) <= SHORTEST_DESCRIPTION and _units(text) <= SHORTEST_DESCRIPTION for text in told),
        "P12": any(_units(title) > LONGEST_TITLE for title in titles),
    }
    return tuple(name for name, there in tests.items() if there)


def _texts(cho: Node, curie: str) -> list[str]:
    return [value.value for value in cho.values(curie) if isinstance(value, Literal)]


def _key(title: str) -> int:
    return int.from_bytes(blake2b(title.upper().encode("utf-8", "replace"), digest_size=8).digest(), signed=True)


def _units(text: str) -> int:
    """Length in UTF-16."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _odd(title: str) -> int:
    """Characters that are neither a letter, nor a digit, nor a plain space."""
    return sum(character != " " and unicodedata.category(character) not in _READABLE for character in title)


def _alike(title: str, description: str) -> bool:
    lengths = len(title), len(description)
    if abs(lengths[0] - lengths[1]) > DISTANCE or title.lower() == description.lower():
        return False
    return common_length(title, description) / min(lengths) >= LIKENESS


def common_length(one: str, other: str) -> int:
    """Length of the longest common subsequence, a row of the table at a time as bits of one number (Hyyrö 2004)."""
    places: dict[str, int] = {}
    for number, character in enumerate(one):
        places[character] = places.get(character, 0) | 1 << number
    every = (1 << len(one)) - 1
    row = every
    for character in other:
        common = row & places.get(character, 0)
        row = (row + common | row - common) & every
    return len(one) - row.bit_count()


@cache
def _nothing() -> frozenset[str]:
    return frozenset(row["value"].lower() for row in resources.table("edm-titles.csv"))


def _says_nothing(title: str) -> bool:
    """``[...]``, or one of the values that stand for no title, in brackets or not."""
    text = title.strip()
    if text == "[...]":
        return True
    return (text[1:-1] if text.startswith("[") and text.endswith("]") else text).lower() in _nothing()
