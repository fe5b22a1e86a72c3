"""What a record of Europeana refers to, as EDM's contextual classes: agents, concepts, places, time-spans, each with what tiers ask for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pyoxigraph import Literal, NamedNode

from pop_ld import iris
from pop_ld.formats.edm_node import Node, Pair, node, plain
from pop_ld.formats.edm_time import period_label, span_labels
from pop_ld.formats.graph import Graph
from pop_ld.formats.naming import path_parts
from pop_ld.formats.source import Source
from pop_ld.formats.words import followable

CONCEPT, AGENT, PLACE, TIME = ("skos:Concept", "edm:Agent", "edm:Place", "edm:TimeSpan")
KINDS = {"agent": AGENT, "autor": AGENT, "museo": AGENT, "concept": CONCEPT, "lieu": PLACE, "temps": TIME}
_OF_TYPES = (
    (iris.CRM + "E39_Actor", AGENT),
    (iris.CRM + "E21_Person", AGENT),
    (iris.CRM + "E74_Group", AGENT),
    (iris.CRM + "E53_Place", PLACE),
    (iris.CRM + "E52_Time-Span", TIME),
    (iris.SKOS + "Concept", CONCEPT),
)
_LABELS = ((iris.RDFS + "label", "skos:prefLabel"), (iris.SKOS + "prefLabel", "skos:prefLabel"))
_OTHER_NAMES = (iris.SCHEMA + "alternateName", "skos:altLabel")
_TEXTS = {
    AGENT: (
        *_LABELS,
        _OTHER_NAMES,
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
_LIFE_DATES = ((iris.SCHEMA + "birthDate", "rdaGr2:dateOfBirth"), (iris.SCHEMA + "deathDate", "rdaGr2:dateOfDeath"))
_SINGLE = {
    AGENT: _LIFE_DATES,
    PLACE: ((iris.WGS84 + "lat", "wgs84_pos:lat"), (iris.WGS84 + "long", "wgs84_pos:long")),
    TIME: ((iris.CRM + "P82a_begin_of_the_begin", "edm:begin"), (iris.CRM + "P82b_end_of_the_end", "edm:end")),
}
"""Properties that EDM's XSD allows once: the first value counts."""


def kind_of(site: str, iri: str, graph: Graph) -> str:
    """The contextual class of a thing, by its IRI, else by its types; "" for a notice of an object and for what is unknown."""
    parts = path_parts(site, iri)
    if parts and parts[0] in KINDS:
        return KINDS[parts[0]]
    types = graph.iris(iri, iris.RDF + "type")
    return next((kind for cls, kind in _OF_TYPES if cls in types), "")


def context(source: Source, iri: str, graph: Graph, kind: str) -> Node | None:
    """A thing as an instance of ``kind``; None where nothing names it, since EDM asks every context for a label."""
    made: list[Pair] = []
    for predicate, given in _TEXTS[kind]:
        made += [(given, plain(text)) for text in graph.values(iri, predicate) if isinstance(text, Literal)]
    for predicate, given in _SINGLE.get(kind, ()):
        made += [(given, _day(text)) for text in graph.texts(iri, predicate)[:1]]
    for predicate, given in _LINKS[kind]:
        made += [(given, NamedNode(to)) for to in graph.iris(iri, predicate) if web(to)]
    made += matches(source, iri, kind)
    if kind == AGENT:
        made += _life(source, iri, graph)
    elif kind == TIME:
        made = _in_words(made)
    elif kind == CONCEPT:
        made += _english(made)
    found = node(iri, kind, made)
    return found if "skos:prefLabel" in found.says else None


def matches(source: Source, iri: str, kind: str = "") -> list[Pair]:
    """What links the thing to things elsewhere, apart from what producers say: as it is for a concept, ``owl:sameAs`` for another kind."""
    found = source.matches([iri]).get(iri, ()) if source.links else ()
    if kind == CONCEPT:
        return [(f"skos:{iris.last_part(match.predicate)}", NamedNode(match.target)) for match in found if web(match.target)]
    exact = [match for match in found if match.predicate == iris.SKOS + "exactMatch"]
    return [("owl:sameAs", NamedNode(match.target)) for match in exact if web(match.target)]


def web(iri: str) -> bool:
    """Whether Europeana can follow it."""
    return followable(iri) and not iri.startswith("mailto:")


def _day(text: str) -> Literal:
    """The last second of a day is no more precise than the day: ``1500-12-31T23:59:59Z`` -> ``1500-12-31``."""
    return Literal(text.partition("T")[0])


def _in_words(pairs: Sequence[Pair]) -> list[Pair]:
    """A time-span whose label is an EDTF interval gets labels in words, and keeps the interval as its notation."""
    given = [value.value for curie, value in pairs if curie == "skos:prefLabel"]
    words = next((labels for text in given if (labels := span_labels(text))), ())
    if not words:
        return list(pairs)
    kept = [pair for pair in pairs if pair[0] != "skos:prefLabel"]
    return [*(("skos:prefLabel", label) for label in words), *kept, ("skos:notation", Literal(given[0]))]


def _english(pairs: Sequence[Pair]) -> Iterator[Pair]:
    """The English label of a period that has none."""
    labels = [value for curie, value in pairs if curie == "skos:prefLabel" and isinstance(value, Literal)]
    if not any(label.language == "en" for label in labels):
        for label in labels:
            if label.language == "fr" and (english := period_label(label.value)):
                yield "skos:prefLabel", Literal(english, language="en")
                return


# Agents ----------------------------------------------------------------------------------------------------------------------


def _life(source: Source, iri: str, graph: Graph) -> list[Pair]:
    """Where an agent was born and died, what it did, when a body was founded; the notice of a person completes what others say of it.

    Names stand for places and trades, as things of their own would need look-ups.
    """
    made = _lived(source, iri, graph)
    for notice in graph.iris(iri, iris.ONTOLOGY + "noticeAutor")[:1]:
        about = Graph(source.reader.describe(notice))
        known = {curie for curie, _ in made}
        single = [(given, about.texts(notice, predicate)[:1]) for predicate, given in _LIFE_DATES if not graph.texts(iri, predicate)]
        made += [(given, Literal(text)) for given, texts in single for text in texts]
        made += [(curie, value) for curie, value in _lived(source, notice, about) if curie not in known]
        made += [("skos:altLabel", plain(v)) for v in about.values(notice, _OTHER_NAMES[0]) if isinstance(v, Literal)]
        made += [("owl:sameAs", NamedNode(to)) for to in about.iris(notice, iris.SKOS + "exactMatch") if web(to)]
        made += matches(source, notice)
    return made


def _lived(source: Source, iri: str, graph: Graph) -> list[Pair]:
    made: list[Pair] = []
    for event, given in (("P98i_was_born", "rdaGr2:placeOfBirth"), ("P100i_died_in", "rdaGr2:placeOfDeath")):
        places = [to for part in graph.iris(iri, iris.CRM + event) for to in graph.iris(part, iris.CRM + "P7_took_place_at")]
        made += _named(source, given, places)
    made += _named(source, "rdaGr2:professionOrOccupation", graph.iris(iri, iris.ONTOLOGY + "FONC"))
    if graph.iris(iri, iris.CRM + "P95i_was_formed_by"):
        made += [("rdaGr2:dateOfEstablishment", Literal(year)) for year in graph.texts(iri, iris.DCTERMS + "created")[:1]]
    return made


def _named(source: Source, given: str, things: Iterable[str]) -> Iterator[Pair]:
    for labels in source.labels(things).values():
        yield from ((given, plain(label)) for label in labels)
