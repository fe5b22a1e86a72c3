"""The contract of keyword search: what a search index answers, whatever engine is behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

DEEPEST = 10_000
"""``offset + limit`` never passes this: whoever wants everything takes the dump."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One notice of a results list; ``summary`` and ``image`` may be ``""``; a higher ``score`` is a better answer."""

    iri: str
    base: str
    ref: str
    title: str
    summary: str
    image: str
    score: float


@dataclass(frozen=True, slots=True)
class Results:
    """One page of answers.

    ``total`` counts every notice that matches, base filter included. ``facets["base"]`` gives (slug, exact count), most
    first, for the words alone: the base filter does not narrow it, so that a page can offer the other bases.
    """

    total: int
    hits: list[Hit]
    facets: dict[str, list[tuple[str, int]]]


class SearchReader(Protocol):
    """A release's index, open for reading; safe to share between threads."""

    def search(self, words: str, *, base: str = "", offset: int = 0, limit: int = 25) -> Results:
        """Notices that have all the words; ``"quoted phrase"`` as written but for case and accents; never raises on any text.

        Case, accents, French elision and œ/æ do not count; other forms of a word match below the word itself. A REF or an
        inventory number, in any case and punctuation, comes first. Without a word: everything, by base and REF.
        ``offset`` and ``limit`` are brought inside 0 … DEEPEST.
        """
        ...

    def hits(self, words: str, limit: int) -> list[tuple[str, float]]:
        """The best notices of ``search`` as (IRI, score), at most ``limit`` and DEEPEST; [] without a word."""
        ...
