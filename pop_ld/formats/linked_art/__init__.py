"""A thing's triples in, its Linked Art 1.0 record out (https://linked.art/api/1.0/): one JSON-LD tree in the published context."""

from __future__ import annotations

from typing import Any

from pop_ld import iris
from pop_ld.errors import NotFound
from pop_ld.formats.linked_art import things
from pop_ld.formats.linked_art.draft import Draft, class_of, compact
from pop_ld.formats.linked_art.events import events
from pop_ld.formats.page import title_of
from pop_ld.formats.source import Source

CONTEXT = "https://linked.art/ns/v1/linked-art.json"

_A = iris.RDF + "type"
_OWN = {
    "HumanMadeObject": things.an_object,
    "Person": things.an_actor,
    "Group": things.an_actor,
    "Place": things.a_place,
    "Type": things.a_concept,
    "Material": things.a_concept,
    "Language": things.a_concept,
    "Set": things.in_scheme,
}


def offered(source: Source) -> bool:
    """Whether Linked Art has a record of such things: of all but dates."""
    return class_of(source.thing, source.graph) in _OWN and iris.CRM + "E52_Time-Span" not in source.graph.iris(source.thing, _A)


def document(source: Source) -> dict[str, Any]:
    """The record of a notice, agent, place or concept. Its parts have no ``id``: Linked Art embeds them.

    Raises NotFound for a date, which Linked Art embeds and has no record of.
    """
    if not offered(source):
        raise NotFound(f"Linked Art has no record of such a thing as {source.thing}")
    kind, draft = class_of(source.thing, source.graph), Draft(source)
    label = title_of(source.thing, source.graph, "fr")
    made = _OWN[kind](draft, things.common(draft, kind, label))
    happened = events(draft)
    made = {"@context": CONTEXT, "id": source.thing, "type": kind, "_label": label, **made, **happened}
    return draft.finish(compact({**made, **things.rest(draft)}))
