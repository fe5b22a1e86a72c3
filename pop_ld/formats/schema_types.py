"""What a thing is in schema.org: its types, from mappings/schema-types.csv for notices, from the thing's IRI and classes for the rest."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from pop_ld import iris, resources
from pop_ld.formats.crosswalk import name
from pop_ld.formats.graph import Graph, best_label
from pop_ld.formats.naming import path_parts
from pop_ld.formats.source import Source
from pop_ld.relations import NAME_KEY

DEFAULT = ("CreativeWork",)
PLACES = frozenset({"LandmarksOrHistoricalBuildings", "Museum", "Place", "AdministrativeArea"})
_OF_KINDS = {"concept": ("DefinedTerm",), "temps": ("DefinedTerm",), "lieu": ("Place",), "museo": ("Museum",)}


@cache
def _rows(base: str) -> tuple[tuple[str, re.Pattern[str], tuple[str, ...]], ...]:
    rows = [row for row in resources.table("schema-types.csv") if row["base"] == base]
    return tuple(
        (name(row["property"]) if row["property"] else "", re.compile(row["pattern"]), tuple(row["types"].split())) for row in rows
    )


def types_of(source: Source) -> tuple[str, ...]:
    """The types of a thing, the widest first."""
    if source.base is None or source.base.slug == "autor":
        return _types_of_shared(source.site, source.thing, source.graph)
    rows = _rows(source.base.slug)
    for property in dict.fromkeys(row[0] for row in rows if row[0]):
        texts = [_folded(text) for text in _texts(source, property)]
        found = {types for of, pattern, types in rows if of == property and any(pattern.search(text) for text in texts)}
        if len(found) == 1:
            return found.pop()
        if found:
            break  # a church and its cemetery are neither the one nor the other
    return next((types for property, _, types in rows if not property), DEFAULT)


def _texts(source: Source, property: str) -> list[str]:
    """Texts of a property, labels of its concepts."""
    concepts = source.graph.iris(source.thing, property)
    return [*source.graph.texts(source.thing, property), *(best_label(found, "fr") for found in source.labels(concepts).values())]


def _folded(text: str) -> str:
    """``Église`` -> ``eglise``: patterns are written in small letters without accents."""
    return "".join(c for c in unicodedata.normalize("NFD", text.strip().lower()) if not unicodedata.combining(c))


def _types_of_shared(site: str, iri: str, graph: Graph) -> tuple[str, ...]:
    kind = next(iter(path_parts(site, iri)), "")
    if kind in ("agent", "autor"):
        return agent_type(iri, graph)
    if kind == "lieu" and graph.text(iri, iris.DCTERMS + "identifier"):
        return ("AdministrativeArea",)
    return _OF_KINDS.get(kind, ("Thing",))


AGENT_TYPE = (iris.RDF + "type", NAME_KEY)
"""What :func:`agent_type` looks at."""


def agent_type(iri: str, graph: Graph) -> tuple[str, ...]:
    """Person or Organization, as its class tells; a name with a forename is a person's; else no more than Thing."""
    types = graph.iris(iri, iris.RDF + "type")
    if iris.CRM + "E74_Group" in types:
        return ("Organization",)
    return ("Person",) if iris.CRM + "E21_Person" in types or graph.text(iri, NAME_KEY) else ("Thing",)
