"""What the records of a release share, described once and remembered in bounded memory; and the places where things are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from threading import Lock
from weakref import WeakKeyDictionary

from pyoxigraph import Literal, NamedNode

from pop_ld import iris
from pop_ld.formats.crosswalk import Rule
from pop_ld.formats.edm_context import KINDS, PLACE, context, kind_of
from pop_ld.formats.edm_node import Node, Value, node, plain
from pop_ld.formats.graph import Graph
from pop_ld.formats.naming import notice_base, path_parts
from pop_ld.formats.source import Matches, Reader, Source

BUILDINGS = 3
"""Most buildings whose coordinates a record gives."""

ENTITIES = 60
"""Most things that a record describes beside its object: no address starts heavy work."""

_PARENTS = 3
"""Most places that one lies in and that are described with it: department, region, country."""

_KEPT, _LONGEST = 20_000, 4_000
"""Things that are remembered of a release, and characters of XML that one may have to be."""

_POINT = re.compile(r"POINT\((-?[0-9.]+) (-?[0-9.]+)\)")


# Places ----------------------------------------------------------------------------------------------------------------------


def own_place(source: Source) -> Node | None:
    """Where a notice with coordinates is, as a place; None for a notice without."""
    graph, thing = source.graph, source.thing
    point = (graph.text(thing, iris.WGS84 + "lat"), graph.text(thing, iris.WGS84 + "long"))
    if not all(point):
        return None
    iri = next(iter(graph.iris(thing, iris.CRM + "P156_occupies")), iris.part(thing, "lieu"))
    titles = [v for v in graph.values(thing, iris.RDFS + "label") if isinstance(v, Literal)]
    communes = [to for to in graph.iris(thing, iris.DCTERMS + "spatial") if path_parts(source.site, to)[:1] == ["lieu"]]
    return _place(iri, point, titles, communes)


def _place_of(source: Source, building: str) -> Node | None:
    """Where another notice's building is. Its place is looked up and not the building: a cathedral has thousands of photographs."""
    iri = iris.part(building, "lieu")
    graph = Graph(source.reader.describe(iri))
    point = _POINT.match(graph.text(iri, iris.CRM + "P168_place_is_defined_by"))
    titles = source.labels([building]).get(building, ())
    return _place(iri, (point[2], point[1]) if point else ("", ""), titles, graph.iris(iri, iris.CRM + "P89_falls_within"))


def _place(iri: str, point: tuple[str, str], titles: Sequence[Literal], within: Sequence[str]) -> Node | None:
    if not all(point) or not titles:
        return None
    return node(
        iri,
        PLACE,
        [
            ("wgs84_pos:lat", Literal(point[0])),
            ("wgs84_pos:long", Literal(point[1])),
            ("skos:prefLabel", plain(titles[0])),
            *(("dcterms:isPartOf", NamedNode(commune)) for commune in within),
        ],
    )


def _buildings(source: Source) -> list[str]:
    """The buildings that keep an object or that a photograph shows: where these are is where it is, or what it shows."""
    graph, thing = source.graph, source.thing
    found = [*graph.iris(thing, iris.ONTOLOGY + "conserveDans"), *graph.iris(thing, iris.DCTERMS + "subject")]
    return [iri for iri in dict.fromkeys(found) if notice_base(source.site, iri) == "merimee"][:BUILDINGS]


def buildings(source: Source) -> list[Node]:
    """The places of those buildings that have coordinates."""
    known = _known(source)
    found = (known.get(f"{iri}#", partial(_place_of, source, iri)) for iri in _buildings(source))
    return [place for place in found if place]


# What notices share ----------------------------------------------------------------------------------------------------------


_UNKNOWN = "unknown"


@dataclass(slots=True)
class _Known:
    """What was made of a release: IRI -> its node, None for what has no label. Threads may share it."""

    links: Matches | None
    nodes: dict[str, Node | None] = field(default_factory=dict)

    def get(self, key: str, make: Callable[[], Node | None]) -> Node | None:
        found: Node | str | None = self.nodes.get(key, _UNKNOWN)  # once: another thread may clear what is known
        if not isinstance(found, str):
            return found
        made = make()
        if len(key) + (len(made.xml) if made else 0) <= _LONGEST:
            if len(self.nodes) >= _KEPT:
                self.nodes.clear()
            self.nodes[key] = made
        return made


_BY_READER: WeakKeyDictionary[Reader, _Known] = WeakKeyDictionary()
_LOCK = Lock()


def _known(source: Source) -> _Known:
    """What is remembered for the source's release."""
    with _LOCK:
        found = _BY_READER.get(source.reader)
        if found is None or found.links is not source.links:
            found = _BY_READER[source.reader] = _Known(source.links)
        return found


def entities(source: Source, found: Iterable[tuple[Rule, Value]], places: Iterable[Node]) -> list[Node]:
    """The things that the EDM of a notice names and that are no notices, in the table's order, and what its places lie in."""
    known = _known(source)

    def described(named: Iterable[str]) -> list[Node]:
        return [each for iri in islice(named, ENTITIES) if (each := known.get(iri, partial(_described, source, iri)))]

    links = dict.fromkeys(value.value for rule, value in found if rule.edm and isinstance(value, NamedNode))
    made = described(iri for iri in links if (parts := path_parts(source.site, iri)) and parts[0] in KINDS)
    above = [each for each in (*places, *made) if each.cls == PLACE]
    for _ in range(_PARENTS):
        above = described(dict.fromkeys(iri for place in above for iri in place.links("dcterms:isPartOf")))
        made += above
    return made


def _described(source: Source, iri: str) -> Node | None:
    if not iris.is_thing(source.site, iri):
        return None
    graph = Graph(source.reader.describe(iri))
    kind = kind_of(source.site, iri, graph)
    return context(source, iri, graph, kind) if kind else None
