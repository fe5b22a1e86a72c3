"""What a reader asks of the index, whatever engine answers: words, filters, criteria, years, an area, an order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

FACETS = (
    "base",
    "domain",
    "type",
    "author",
    "period",
    "century",
    "region",
    "department",
    "commune",
    "technique",
    "protection",
    "producer",
    "museum",
    "image",
    "located",
    "missing",
    "rights",
    "quality",
)
"""Facets by their names in addresses, in the order of the page; values are texts as they are shown, but for codes that a page translates:
base (slug), century ("16", "-1", "-"), museum (REF in Muséofile), image and located ("oui", "non"), rights (IRI), quality (severity)."""

ORDERS = ("relevance", "ref", "title", "date", "-date", "-changed", "place")
"""``ref`` is base, then REF; ``date`` earliest first and ``-date`` latest first, undated last in both; ``-changed`` last changed first."""

OPERATORS = (
    "contains",
    "equals",
    "begins",
    "lacks",
    "differs",
    "contains!",
    "equals!",
    "begins!",
    "lacks!",
    "differs!",
    ">=",
    "<=",
    ">",
    "<",
    "exists",
    "absent",
)
"""POP's sixteen operators (FACTS e), in its order; ``!`` is its "strictement": letters, case and accents as written."""

BARE = ("exists", "absent")
"""Operators that take no value."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line of an advanced search: a field by its POP code, an operator of OPERATORS, a value ("" for BARE).

    ``base`` is a slug, or "" for the field of that code in any base.
    """

    code: str
    operator: str
    value: str = ""
    base: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Criteria and groups that are all to hold ("and"), or one at least ("or")."""

    joined: str
    parts: tuple[Criterion | Group, ...]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of a map in degrees (WGS 84); where west > east it crosses the 180th meridian."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True, slots=True)
class Circle:
    """What lies within ``km`` kilometres of a point."""

    lat: float
    long: float
    km: float


@dataclass(frozen=True, slots=True)
class Question:
    """Everything asked, but for the page of the answer. Two equal questions have the same answer in one release.

    ``filters`` is (facet, values): values of one facet are alternatives, facets add up. ``years`` are the first and the last of a range in
    astronomical years, None where it is open: notices whose dating overlaps it.
    """

    words: str = ""
    filters: tuple[tuple[str, tuple[str, ...]], ...] = ()
    criteria: Group | None = None
    years: tuple[int | None, int | None] = (None, None)
    box: Box | None = None
    around: Circle | None = None
    order: str = field(default="relevance")
    iris: tuple[str, ...] = ()
    """Notices by name, those of a basket; () for any."""

    def chosen(self, facet: str) -> tuple[str, ...]:
        """The values chosen of a facet."""
        return next((values for name, values in self.filters if name == facet), ())

    def choosing(self, facet: str, values: Iterable[str]) -> Question:
        """The same question with exactly these values of a facet; the order of facets is that of FACETS."""
        others = {name: chosen for name, chosen in self.filters if name != facet}
        chosen = {**others, facet: tuple(dict.fromkeys(values))}
        return replace(self, filters=tuple((name, chosen[name]) for name in FACETS if chosen.get(name)))
