"""What librarians decide of reconciliation, from mappings/reconcile-*.csv: properties, their weights, and when a candidate is a match."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from pop_ld import resources
from pop_ld.bases import load_bases

NOTICE = "notice"
"""The type of a notice of any base; each base is a type below it."""
THINGS = ("agent", "concept", "place")
"""Types of what notices point at, and which is no notice."""
_NEED = re.compile(r"([a-z]+)>=(\d(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class Property:
    """A property that a query may give: ``kind`` says how its values are compared, ``codes`` which fields of a base have them."""

    id: str
    kind: str
    label: Mapping[str, str]
    codes: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Weight:
    """``value`` is what a feature counts where the candidate has something to compare, a share ``unknown`` of it where it has nothing.

    At ``against`` or below, the candidate is no match, whatever else speaks for it; None where nothing speaks against one.
    """

    value: float
    unknown: float
    against: float | None


@dataclass(frozen=True, slots=True)
class Rule:
    """A candidate of one of the types (() for any) is safe where each feature has at least its value."""

    types: tuple[str, ...]
    needs: tuple[tuple[str, float], ...]


@cache
def properties() -> Mapping[str, Property]:
    """The general properties by their ids, in the order of the table."""
    return {
        row["property"]: Property(
            row["property"],
            row["kind"],
            {"fr": row["label"], "en": row["label_en"]},
            {slug: tuple(row[slug].split()) for slug in load_bases() if row.get(slug)},
        )
        for row in resources.table("reconcile-properties.csv")
    }


@cache
def weights() -> Mapping[str, Weight]:
    """Feature -> what it weighs."""
    return {
        row["feature"]: Weight(float(row["weight"]), float(row["unknown"]), float(row["against"]) if row["against"] else None)
        for row in resources.table("reconcile-weights.csv")
    }


def weight(feature: str) -> Weight:
    """What a feature weighs; a field by its POP code weighs what ``field`` does."""
    return weights().get(feature) or weights()["field"]


@cache
def rules() -> tuple[Rule, ...]:
    """When a candidate is a match. Raises ValueError for a line that says no features."""
    found = []
    for row in resources.table("reconcile-rules.csv"):
        needs = tuple((name, float(least)) for name, least in _NEED.findall(row["needs"]))
        if len(needs) != len(row["needs"].split()) or not needs:
            raise ValueError(f"reconcile-rules.csv: {row['needs']!r} is no list of features")
        found.append(Rule(() if row["types"] == "any" else tuple(row["types"].split()), needs))
    return tuple(found)


def general(slug: str, code: str) -> Property | None:
    """The general property that a field of a base has values of, so that its POP code may be given in its place; None for other fields."""
    return next((prop for prop in properties().values() if prop.kind not in ("qid", "point") and code in prop.codes.get(slug, ())), None)


@cache
def of_type(type_id: str) -> tuple[Property, ...]:
    """The general properties of a base, of any notice, of agents, concepts or places."""
    if type_id in THINGS:
        wanted = {"agent": ("birth", "death", "qid"), "concept": ("field", "qid"), "place": ("insee", "department", "qid")}[type_id]
        return tuple(known(name) for name in wanted)
    return tuple(prop for prop in properties().values() if type_id == NOTICE or type_id in prop.codes)


_FIELD = Property("field", "text", {"fr": "Champ ou vocabulaire du terme", "en": "Field or vocabulary of the term"}, {})


def known(name: str) -> Property:
    """A general property by its id; ``field`` is that of concepts. Raises KeyError."""
    return _FIELD if name == "field" else properties()[name]


def types() -> tuple[str, ...]:
    """Every type: notices of any base, the bases, what they point at."""
    return (NOTICE, *load_bases(), *THINGS)
