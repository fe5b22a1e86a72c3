"""The contract of keyword search: what a search index answers, whatever engine is behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

DEEPEST = 10_000
"""``offset + limit`` never passes this: whoever wants everything takes the dump."""

LINKED_DEEPEST = 100_000
"""The same for the notices that point at a thing: those of the largest lists are narrowed by a filter, or taken from the dump."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One notice of a results list; ``summary`` and ``image`` may be ``""``; a higher ``score`` is a better answer.

    ``point`` is "latitude longitude" in degrees (WGS 84), or "".
    """

    iri: str
    base: str
    ref: str
    title: str
    summary: str
    image: str
    score: float
    point: str = ""


@dataclass(frozen=True, slots=True)
class Results:
    """One page of answers.

    ``total`` counts every notice that matches, base filter included. ``facets["base"]`` gives (slug, exact count), most
    first, for the words alone: the base filter does not narrow it, so that a page can offer the other bases.
    """

    total: int
    hits: list[Hit]
    facets: dict[str, list[tuple[str, int]]]


@dataclass(frozen=True, slots=True)
class Linked:
    """One page of the notices that point at a thing.

    ``total`` counts the notices within the filters, whole and exact. ``relations`` (IRI of the property by which a notice points at the
    thing), ``bases`` (slug) and ``centuries`` ("16" for 1501 to 1600, "-1" for 100 to 1 before Christ, "-" undated) count all that point
    at the thing under the *other* filters, most first, so that a page can offer them.
    """

    total: int
    hits: list[Hit]
    relations: list[tuple[str, int]]
    bases: list[tuple[str, int]]
    centuries: list[tuple[str, int]]


class SearchReader(Protocol):
    """A release's index, open for reading; safe to share between threads."""

    def search(self, words: str, *, base: str = "", offset: int = 0, limit: int = 25) -> Results:
        """Notices that have all the words; ``"quoted phrase"`` as written but for case and accents; never raises on any text.

        Case, accents, French elision and œ/æ do not count; other forms of a word match below the word itself. A REF or an
        inventory number, in any case and punctuation, comes first. Without a word: everything, by base and REF.
        ``offset`` and ``limit`` are brought inside 0 … DEEPEST.
        """
        ...

    def linked(
        self,
        iri: str,
        *,
        relation: str = "",
        base: str = "",
        century: str = "",
        offset: int = 0,
        limit: int = 25,
        order: str = "ref",
        located: bool = False,
    ) -> Linked:
        """The notices that point at a thing (agent, concept, place, time, notice), itself or through one of their ``#`` parts.

        A place counts those of the places within it. ``relation`` is the IRI of a property; ``century`` "" means any, "-" undated.
        ``located`` keeps the notices with a point on the map. ``order`` is "ref" (base, then the letters and digits of the REF) or "date"
        (earliest first, undated last). ``offset`` and ``limit`` are brought inside 0 … LINKED_DEEPEST. Bounded by the size of a page
        whatever the total; empty for a thing that nothing points at, for any text that is no IRI.
        """
        ...

    def hits(self, words: str, limit: int) -> list[tuple[str, float]]:
        """The best notices of ``search`` as (IRI, score), at most ``limit`` and DEEPEST; [] without a word."""
        ...
