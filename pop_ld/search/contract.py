"""The contract of keyword search: what a search index answers, whatever engine is behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from pop_ld.search.nodes import Node
from pop_ld.search.question import Question

DEEPEST = 10_000
"""``offset + limit`` of :meth:`SearchReader.search` never passes this; :meth:`SearchReader.find` goes on by cursor."""

FACET_VALUES = 10
"""Values of a facet that :meth:`SearchReader.find` gives."""

MOST_VALUES = 1_000
"""Values of a facet that :meth:`SearchReader.values` gives at once."""

MOST_CLUSTERS = 2_000
"""Clusters of a map at most; a finer zoom is made coarser until it holds."""

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
    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """POP code -> texts as the producer wrote them, none of them withheld; {} unless asked for (``full``)."""
    changed: str = ""
    """Day of the last change of the notice, YYYY-MM-DD, "" where none is known."""


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
class Facet:
    """The values of a facet under the other filters of the question, with exact counts, most first, then by text.

    Chosen values are always among them, be their count 0. ``more`` says whether there are others.
    """

    name: str
    values: list[tuple[str, int]]
    more: bool


@dataclass(frozen=True, slots=True)
class Found:
    """One page of answers. ``total`` is exact. ``after`` is the cursor of the next page, "" on the last; it means nothing to others."""

    total: int
    hits: list[Hit]
    facets: dict[str, Facet]
    after: str


@dataclass(frozen=True, slots=True)
class Cluster:
    """Notices near each other on a map: their number, the middle of their points, and the smallest box around them, in degrees."""

    count: int
    lat: float
    long: float
    south: float
    west: float
    north: float
    east: float


@dataclass(frozen=True, slots=True)
class Clusters:
    """What a map shows of a question: ``total`` notices with a point inside its box, in clusters, or one by one where they are few."""

    total: int
    clusters: list[Cluster]
    hits: list[Hit]


@dataclass(frozen=True, slots=True)
class Timeline:
    """How many notices begin in each span of ``step`` years (its first year, count), earliest first.

    Only notices dated to within ``step`` years count there; ``wider`` counts those whose dating is wider, ``undated`` those without.
    """

    step: int
    bars: list[tuple[int, int]]
    wider: int
    undated: int


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
    """A release's index, open for reading; safe to share between threads.

    Every method raises StoreUnavailable where the engine does not answer, and never for what is asked.
    """

    def find(
        self,
        question: Question,
        *,
        facets: Sequence[str] = (),
        limit: int = 25,
        after: str = "",
        offset: int = 0,
        full: bool = False,
    ) -> Found:
        """One page of the answer in the order of the question, with the facets named.

        ``after`` is the cursor of the page before, without bound in depth; what is none counts as "". ``offset`` skips from there, at
        most DEEPEST. ``limit`` is brought inside 0 … 1,000. Equal ranks go by base and REF, so pages never overlap within a release.
        """
        ...

    def values(self, question: Question, facet: str, *, like: str = "", offset: int = 0, limit: int = 100) -> Facet:
        """The values of one facet in whose words those of ``like`` begin, whatever their case and accents; most first."""
        ...

    def every_value(self, facet: str) -> list[tuple[str, int]]:
        """All values of a facet with the number of their notices, in the order of their letters; as many as there are."""
        ...

    def values_of(self, code: str, like: str, *, base: str = "", limit: int = 10) -> list[tuple[str, int]]:
        """Values of a field, as written, in whose words those of ``like`` begin, how many notices have them, most first; at most 100."""
        ...

    def clusters(self, question: Question, zoom: int, *, singles: int = 200) -> Clusters:
        """The map of a question at a zoom (0 … 20, Web Mercator); hits instead of clusters where at most ``singles`` have a point."""
        ...

    def timeline(self, question: Question, step: int) -> Timeline:
        """The years of a question in spans of ``step`` years, 1 to 1,000; spans begin at multiples of the step, plus 1 (1801 to 1900)."""
        ...

    def scan(self, question: Question, *, full: bool = False) -> Iterator[Hit]:
        """Every notice of the answer, once each, streamed in the order of the question ("ref" for "relevance"); memory is bounded."""
        ...

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

    def best(self, node: Node, limit: int) -> list[Hit]:
        """The notices of a query tree with their fields, best first, at most ``limit`` and 1,000; none is counted."""
        ...

    def frequency(self, field: str, text: str) -> int:
        """How many notices have a term in a field (schema.py), at most: those that a later release took out may count too."""
        ...

    def things(self, prefix: str, most: int) -> list[tuple[str, int]] | None:
        """Things that notices point at, whose IRIs begin so, and how many notices do; None where there are more than ``most``."""
        ...
