"""The triples of a shared thing (agent, concept, place) in, what its HTML page shows out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pop_ld import iris, summary
from pop_ld.bases import load_bases
from pop_ld.formats.graph import Graph
from pop_ld.formats.naming import Naming, Value, path_parts
from pop_ld.formats.page import Incoming, Row, sorted_links, title_of

KINDS = {"agent": "agent", "concept": "concept", "lieu": "place", "temps": "time"}
_HIDDEN = (iris.RDF + "type", iris.RDFS + "label", iris.SKOS + "prefLabel", iris.SKOS + "inScheme")


@dataclass(frozen=True, slots=True)
class ThingPage:
    """``kind`` is a key of the interface texts (agent, concept, place, time, thing); ``field`` says in which field a concept is used."""

    iri: str
    title: str
    kind: str
    base: str
    field: str
    rows: Sequence[Row]
    incoming: Sequence[Value]
    more_incoming: bool


def thing_page(thing: str, graph: Graph, naming: Naming, into: Incoming) -> ThingPage:
    """The page of any thing that is no notice."""
    parts = path_parts(naming.site, thing)
    base = parts[1] if len(parts) > 2 and parts[1] in load_bases() else ""
    rows = [
        Row("", _property(predicate, naming.lang), naming.values(graph.values(thing, predicate)))
        for predicate in sorted(graph.predicates(thing))
        if predicate not in _HIDDEN
    ]
    return ThingPage(
        iri=thing,
        title=title_of(thing, graph, naming.lang),
        kind=KINDS.get(parts[0] if parts else "", "thing"),
        base=base,
        field=_field(base, parts, naming.lang),
        rows=[row for row in rows if row.values],
        incoming=sorted_links(naming, into.things),
        more_incoming=into.more,
    )


def _property(predicate: str, lang: str) -> str:
    """A property in words where the interface texts have some, else the last part of its IRI."""
    name = iris.last_part(predicate)
    return str(summary.texts(lang)["ui"].get(f"property_{name.split()[0]}", name))


def _field(base: str, parts: Sequence[str], lang: str) -> str:
    """Label of the field in a concept's IRI: concept/merimee/DENO/… -> "Dénomination de l'édifice"."""
    field = load_bases()[base].fields.get(parts[2]) if base and len(parts) > 3 else None
    return (field.label_en if lang == "en" else field.label) if field else ""
