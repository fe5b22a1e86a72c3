"""What a record of Europeana refers to, as EDM's contextual classes: agents, concepts, places, time-spans, each with what tiers ask for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from pyoxigraph import Literal, NamedNode, Triple

from pop_ld import iris
from pop_ld.formats.crosswalk import crossed, name
from pop_ld.formats.graph import Graph
from pop_ld.formats.naming import notice_base, path_parts
from pop_ld.formats.source import Source
from pop_ld.formats.words import followable

BUILDINGS = 3
"""Most buildings whose coordinates a record gives."""

_POINT = re.compile(r"POINT\((-?[0-9.]+) (-?[0-9.]+)\)")

_A = NamedNode(iris.RDF + "type")
CONCEPT, AGENT, PLACE, TIME = (name(c) for c in ("skos:Concept", "edm:Agent", "edm:Place", "edm:TimeSpan"))
_KINDS = {"agent": AGENT, "autor": AGENT, "museo": AGENT, "concept": CONCEPT, "lieu": PLACE, "temps": TIME}
_OF_TYPES = (
    (iris.CRM + "E39_Actor", AGENT),
    (iris.CRM + "E21_Person", AGENT),
    (iris.CRM + "E74_Group", AGENT),
    (iris.CRM + "E53_Place", PLACE),
    (iris.CRM + "E52_Time-Span", TIME),
    (CONCEPT, CONCEPT),
)
_LABELS = ((iris.RDFS + "label", "skos:prefLabel"), (iris.SKOS + "prefLabel", "skos:prefLabel"))
_TEXTS = {
    AGENT: (
        *_LABELS,
        (iris.SCHEMA + "alternateName", "skos:altLabel"),
        (iris.ONTOLOGY + "BIO", "rdaGr2:biographicalInformation"),
        (iris.DCTERMS + "identifier", "dc:identifier"),
    ),
    CONCEPT: (
        *_LABELS,
        (iris.SKOS + "altLabel", "skos:altLabel"),
        (iris.SKOS + "scopeNote", "skos:note"),
        (iris.SKOS + "definition", "skos:note"),
        (iris.SKOS + "note", "skos:note"),
        (iris.SKOS + "notation", "skos:notation"),
    ),
    PLACE: (*_LABELS, (iris.SKOS + "altLabel", "skos:altLabel")),
    TIME: (*_LABELS, (iris.SKOS + "altLabel", "skos:altLabel")),
}
_LINKS = {
    CONCEPT: tuple(
        (iris.SKOS + link, f"skos:{link}")
        for link in ("broader", "narrower", "related", "broadMatch", "narrowMatch", "relatedMatch", "exactMatch", "closeMatch", "inScheme")
    ),
    AGENT: ((iris.SKOS + "exactMatch", "owl:sameAs"), (iris.OWL + "sameAs", "owl:sameAs"), (iris.ONTOLOGY + "noticeAutor", "owl:sameAs")),
    PLACE: ((iris.SKOS + "exactMatch", "owl:sameAs"), (iris.CRM + "P89_falls_within", "dcterms:isPartOf")),
    TIME: ((iris.SKOS + "exactMatch", "owl:sameAs"),),
}
_SINGLE = {
    AGENT: ((iris.SCHEMA + "birthDate", "rdaGr2:dateOfBirth"), (iris.SCHEMA + "deathDate", "rdaGr2:dateOfDeath")),
    PLACE: ((iris.WGS84 + "lat", "wgs84_pos:lat"), (iris.WGS84 + "long", "wgs84_pos:long")),
    TIME: ((iris.CRM + "P82a_begin_of_the_begin", "edm:begin"), (iris.CRM + "P82b_end_of_the_end", "edm:end")),
}
"""Properties that EDM's XSD allows once: the first value counts."""


def kind_of(site: str, iri: str, graph: Graph) -> str:
    """The contextual class of a thing, by its IRI, else by its types; "" for a notice of an object and for what is unknown."""
    parts = path_parts(site, iri)
    if parts and parts[0] in _KINDS:
        return _KINDS[parts[0]]
    types = graph.iris(iri, iris.RDF + "type")
    return next((kind for cls, kind in _OF_TYPES if cls in types), "")


def context(source: Source, iri: str, graph: Graph, kind: str) -> list[Triple]:
    """A thing as an instance of ``kind``; [] where nothing names it, since EDM asks every context for a label."""
    subject = NamedNode(iri)
    made = [Triple(subject, _A, NamedNode(kind))]
    for predicate, given in _TEXTS[kind]:
        made += [Triple(subject, NamedNode(name(given)), plain(text)) for text in graph.values(iri, predicate) if isinstance(text, Literal)]
    for predicate, given in _SINGLE.get(kind, ()):
        made += [Triple(subject, NamedNode(name(given)), _day(text)) for text in graph.texts(iri, predicate)[:1]]
    for predicate, given in _LINKS[kind]:
        made += [Triple(subject, NamedNode(name(given)), NamedNode(to)) for to in graph.iris(iri, predicate) if _web(to)]
    if kind == AGENT:
        made += _life(source, iri, graph)
    made = [triple for triple in made if not isinstance(triple.object, Literal) or triple.object.value.strip()]
    return list(dict.fromkeys(made)) if any(triple.predicate.value == iris.SKOS + "prefLabel" for triple in made) else []


def _web(iri: str) -> bool:
    return followable(iri) and not iri.startswith("mailto:")


def plain(text: Literal) -> Literal:
    """A text of EDM has a language or none; no property of its XSD has a datatype."""
    return text if text.language else Literal(text.value)


def _day(text: str) -> Literal:
    """The last second of a day is no more precise than the day: ``1500-12-31T23:59:59Z`` -> ``1500-12-31``."""
    return Literal(text.partition("T")[0])


def _life(source: Source, iri: str, graph: Graph) -> Iterator[Triple]:
    """Where an agent was born and died, what it did, when a body was founded: names, as things of their own would need look-ups."""
    for event, given in (("P98i_was_born", "rdaGr2:placeOfBirth"), ("P100i_died_in", "rdaGr2:placeOfDeath")):
        places = [to for part in graph.iris(iri, iris.CRM + event) for to in graph.iris(part, iris.CRM + "P7_took_place_at")]
        yield from _named(source, iri, given, places)
    yield from _named(source, iri, "rdaGr2:professionOrOccupation", graph.iris(iri, iris.ONTOLOGY + "FONC"))
    if graph.iris(iri, iris.CRM + "P95i_was_formed_by"):
        for year in graph.texts(iri, iris.DCTERMS + "created")[:1]:
            yield Triple(NamedNode(iri), NamedNode(name("rdaGr2:dateOfEstablishment")), Literal(year))


def _named(source: Source, iri: str, given: str, things: Iterable[str]) -> Iterator[Triple]:
    for labels in source.labels(things).values():
        yield from (Triple(NamedNode(iri), NamedNode(name(given)), plain(label)) for label in labels)


def own_place(source: Source) -> tuple[str, list[Triple]]:
    """Where a notice with coordinates is, as a place: its IRI and triples; ("", []) for a notice without."""
    graph, thing = source.graph, source.thing
    iri = next(iter(graph.iris(thing, iris.CRM + "P156_occupies")), iris.part(thing, "lieu"))
    titles = [v for v in graph.values(thing, iris.RDFS + "label") if isinstance(v, Literal)]
    communes = [to for to in graph.iris(thing, iris.DCTERMS + "spatial") if path_parts(source.site, to)[:1] == ["lieu"]]
    return _place(iri, (graph.text(thing, iris.WGS84 + "lat"), graph.text(thing, iris.WGS84 + "long")), titles, communes)


def place_of(source: Source, building: str) -> tuple[str, list[Triple]]:
    """Where another notice's building is. Its place is looked up and not the building: a cathedral has thousands of photographs."""
    iri = iris.part(building, "lieu")
    graph = source.about(iri)
    point = _POINT.match(graph.text(iri, iris.CRM + "P168_place_is_defined_by"))
    titles = source.labels([building]).get(building, ())
    return _place(iri, (point[2], point[1]) if point else ("", ""), titles, graph.iris(iri, iris.CRM + "P89_falls_within"))


def _place(iri: str, point: tuple[str, str], titles: Sequence[Literal], within: Sequence[str]) -> tuple[str, list[Triple]]:
    if not all(point) or not titles:
        return "", []
    pairs: list[tuple[str, Literal | NamedNode]] = [
        ("rdf:type", NamedNode(PLACE)),
        ("wgs84_pos:lat", Literal(point[0])),
        ("wgs84_pos:long", Literal(point[1])),
        ("skos:prefLabel", plain(titles[0])),
        *(("dcterms:isPartOf", NamedNode(commune)) for commune in within),
    ]
    return iri, [Triple(NamedNode(iri), NamedNode(name(curie)), value) for curie, value in pairs]


def buildings(source: Source) -> list[str]:
    """The buildings that keep an object or that a photograph shows: where these are is where it is, or what it shows."""
    graph, thing = source.graph, source.thing
    found = [*graph.iris(thing, iris.ONTOLOGY + "conserveDans"), *graph.iris(thing, iris.DCTERMS + "subject")]
    return [iri for iri in dict.fromkeys(found) if notice_base(source.site, iri) == "merimee"][:BUILDINGS]


def referred(source: Source) -> list[str]:
    """The things that the EDM of a notice names and that are no notices, in the table's order."""
    found = (v.value for rule, v in crossed(source) if rule.edm and isinstance(v, NamedNode) and iris.is_thing(source.site, v.value))
    return [iri for iri in dict.fromkeys(found) if path_parts(source.site, iri)[0] in _KINDS]
