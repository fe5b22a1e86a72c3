"""The query tree between a question and an engine: what plan.py makes and each engine renders, node by node."""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST_FUZZY = 64
"""Letters of a word that may be written a little otherwise; a longer one matches nothing."""
_LONGEST = 4_000
_HALVES = re.compile("[\ud800-\udfff]")


def speakable(text: str) -> bool:
    """Whether a text can be a term of an index at all: at most 4,000 characters, none of them half of a pair."""
    return len(text) <= _LONGEST and (text.isascii() or _HALVES.search(text) is None)


@dataclass(frozen=True, slots=True)
class Everything:
    """All notices, each with score 1."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """No notice."""


@dataclass(frozen=True, slots=True)
class Term:
    """Notices that have a term in a field, scored by BM25 where the field keeps frequencies."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class AnyTerm:
    """Notices that have one of the terms in a field; no score."""

    field: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Phrase:
    """Tokens in order, in one value of a field; the last may be the beginning of a token (``open``)."""

    field: str
    words: tuple[str, ...]
    open: bool = False


@dataclass(frozen=True, slots=True)
class Prefix:
    """Terms that begin so; no score."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Wildcard:
    """Terms like a pattern in which ``*`` stands for any letters and everything else for itself; no score."""

    field: str
    pattern: str


@dataclass(frozen=True, slots=True)
class Fuzzy:
    """Terms within a Damerau-Levenshtein distance of 1 or 2."""

    field: str
    text: str
    distance: int = 1


@dataclass(frozen=True, slots=True)
class Between:
    """Numbers of a field within bounds, both included; None is open."""

    field: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Sorted:
    """Terms that begin with ``prefix`` and whose rest sorts (by its UTF-8 bytes) within bounds; None is open; no score."""

    field: str
    prefix: str
    low: str | None = None
    high: str | None = None
    low_included: bool = True
    high_included: bool = True


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds; ``prefer`` only adds to the score; ``without`` holds of none. Scores add up."""

    parts: tuple[Node, ...]
    prefer: tuple[Node, ...] = ()
    without: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Any:
    """One part at least holds. Scores add up."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Best:
    """One part at least holds; the score is that of the best one."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Weighted:
    """The score times a factor."""

    node: Node
    factor: float


@dataclass(frozen=True, slots=True)
class Flat:
    """The same score for whatever matches; 0 is a filter."""

    node: Node
    score: float


Node = Everything | Nothing | Term | AnyTerm | Phrase | Prefix | Wildcard | Fuzzy | Between | Sorted | All | Any | Best | Weighted | Flat
