"""What a notice refers to, as LIDO describes it: concepts, actors, places, dates and other notices, each by its IRI and its names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from pyoxigraph import Literal, NamedNode

from pop_ld import iris
from pop_ld.formats import ontology
from pop_ld.formats.lido_rules import parts_in
from pop_ld.formats.lido_xml import Field, Idea, Node, appellation, concept, identifier, known, term
from pop_ld.formats.naming import notice_base, path_parts
from pop_ld.formats.source import Source
from pop_ld.formats.words import followable

NAMED = 400
"""Most other things that a record names by a label; the IRI stands for those beyond, as in the list of a cathedral's photographs."""
LIVES = 12
"""Most actors whose years of life are looked up."""
_DEPTH = 3
_SURE = (iris.SKOS + "exactMatch", iris.OWL + "sameAs")
_RING = re.compile(r"\(([^()]+)\)?")
_NEXT = re.compile(r"\)\s*\)\s*,\s*\(")
"""Between two polygons of a MULTIPOLYGON."""


class Things:
    """Names and matches of what one notice refers to, looked up at once."""

    def __init__(self, source: Source) -> None:
        self.source = source
        found = (t.object.value for t in source.triples if isinstance(t.object, NamedNode) and "#" not in t.object.value)
        wanted = list(dict.fromkeys(iri for iri in found if followable(iri)))[:NAMED]
        self._labels = source.labels(wanted)
        self._matches = source.matches([source.thing, *wanted])
        self._lives = LIVES

    def labels(self, iri: str) -> tuple[Literal, ...]:
        """The names of a thing; at least one, be it the end of its IRI."""
        return tuple(self._labels.get(iri, ())) or known(iri) or _of_ontology(iri) or (Literal(iris.last_part(iri) or iri),)

    def matches(self, iri: str) -> tuple[str, ...]:
        """IRIs elsewhere that name the same thing."""
        return tuple(dict.fromkeys(match.target for match in self._matches.get(iri, ()) if match.predicate in _SURE))

    def idea(self, iri: str, field: Field = Field()) -> Idea:  # noqa: B008  # a tuple, never changed
        return Idea((iri, *self.matches(iri)), self.labels(iri), field)

    def kind(self, iri: str) -> str:
        """ "agent", "lieu", "temps", "concept", the slug of a base for a notice, "" for anything else."""
        return notice_base(self.source.site, iri) or next(iter(path_parts(self.source.site, iri)), "")

    def is_part(self, iri: str) -> bool:
        return iri.startswith(self.source.thing + "#")

    def said_by(self, part: str, depth: int = 0) -> Iterator[Literal]:
        """All that a part says, as texts: its own, and the names of what it points at."""
        for _, values in parts_in(self.source, part):
            for value in values:
                if isinstance(value, Literal):
                    yield value
                elif self.is_part(value.value):
                    if depth < _DEPTH:
                        yield from self.said_by(value.value, depth + 1)
                else:
                    yield from self.labels(value.value)[:1]

    # Actors -----------------------------------------------------------------------------------------------------------------

    def actor(self, node: Node, iri: str) -> None:
        """``lido:actor`` with what identifies it; years of life of the first LIVES."""
        made = node.add("actor")
        for name in (iri, *self.matches(iri)):
            identifier(made, "actorID", name, uri=True)
        appellation(made, "nameActorSet", self.labels(iri))
        if self._lives > 0 and self.kind(iri) == "agent":
            self._lives -= 1
            self._life(made, iri)

    def _life(self, node: Node, iri: str) -> None:
        graph = self.source.about(iri, iris.RDF + "type", iris.SCHEMA + "birthDate", iris.SCHEMA + "deathDate")
        types = graph.iris(iri, iris.RDF + "type")
        if iris.CRM + "E21_Person" in types or iris.CRM + "E74_Group" in types:
            node.attributes["lido:type"] = term("person" if iris.CRM + "E21_Person" in types else "group").iri
        made = Node("vitalDatesActor")
        for name, predicate in (("earliestDate", "birthDate"), ("latestDate", "deathDate")):
            for year in graph.texts(iri, iris.SCHEMA + predicate)[:1]:
                made.add(name, year)
        node.put(made)

    def legal_body(self, node: Node, name: str, iri: str) -> None:
        """An element of legalBodyRefComplexType; a museum has its code in Muséofile besides its IRI."""
        made = node.add(name)
        for said in (iri, *self.matches(iri)):
            identifier(made, "legalBodyID", said, uri=True)
        if self.kind(iri) == "museo":
            identifier(made, "legalBodyID", iris.unkey(iri.rsplit("/", 1)[-1]), uri=False, source="Muséofile")
        appellation(made, "legalBodyName", self.labels(iri))

    # Places, dates, notices --------------------------------------------------------------------------------------------------

    def place(self, node: Node, name: str, iri: str) -> Node:
        """An element of placeComplexType, for a place, a concept of one, or a part of the notice that only has a name."""
        made = node.add(name)
        labels: Sequence[Literal] = list(self.said_by(iri)) if self.is_part(iri) else self.labels(iri)
        if not self.is_part(iri):
            for said in (iri, *self.matches(iri)):
                identifier(made, "placeID", said, uri=True)
        appellation(made, "namePlaceSet", labels)
        return made

    def date(self, iri: str) -> Node:
        """``lido:date`` of a time-span: earliest and latest day, years where it fills them."""
        graph = self.source.about(iri)
        begin = graph.text(iri, iris.CRM + "P82a_begin_of_the_begin")
        end = graph.text(iri, iris.CRM + "P82b_end_of_the_end")
        made = Node("date")
        for name, text in (("earliestDate", _day(begin, "-01-01T00:00:00Z")), ("latestDate", _day(end, "-12-31T23:59:59Z"))):
            if text:
                made.add(name, text)
        return made

    def object(self, node: Node, iri: str) -> None:
        """``lido:object`` of a notice, or of what the web has at an address."""
        made = node.add("object")
        if iris.is_thing(self.source.site, iri):
            made.add("objectWebResource", iris.thing_to_document(self.source.site, iri))
            identifier(made, "objectID", iri, uri=True)
            appellation(made, "objectName", self.labels(iri))
        else:
            made.add("objectWebResource", iri)


def _day(instant: str, whole_year: str) -> str:
    return instant.removesuffix(whole_year) if instant.endswith(whole_year) else instant.partition("T")[0]


@lru_cache(maxsize=1_000)
def _of_ontology(iri: str) -> tuple[Literal, ...]:
    """The labels of an individual of our ontology, such as the State that protects."""
    if not iri.startswith(iris.ONTOLOGY):
        return ()
    found = [(ontology.term(iri.removeprefix(iris.ONTOLOGY), lang), lang) for lang in ("fr", "en")]
    return tuple(Literal(term.label, language=lang) for term, lang in found if term)


def outline(node: Node, wkt: str) -> None:
    """The polygons of a WKT text as ``gml:Polygon``, "latitude longitude" as EPSG:4326 has them; nothing for a point, or a ring too short.

    Of each polygon the first ring is its exterior, the others are holes.
    """
    if "POLYGON" not in wkt.upper():
        return
    for polygon in _NEXT.split(wkt):
        rings = [[pair.split() for pair in ring.split(",")] for ring in _RING.findall(polygon)]
        if not rings or not all(len(ring) >= 4 and all(len(pair) == 2 for pair in ring) for ring in rings):
            continue
        made = node.add("gml:Polygon", "", {"srsName": "EPSG:4326"})
        for number, ring in enumerate(rings):
            edge = made.add("gml:interior" if number else "gml:exterior").add("gml:LinearRing")
            edge.add("gml:posList", " ".join(f"{lat} {long}" for long, lat in ring))


def point(node: Node, lat: str, long: str) -> None:
    """A position as ``gml:Point``."""
    node.add("gml:Point", "", {"srsName": "EPSG:4326"}).add("gml:pos", f"{lat} {long}")


def indexed(things: Things, node: Node, name: str, iri: str, field: Field) -> None:
    """A concept that the notice says, with a ``lido:type`` that tells which field said it."""
    concept(node, name, things.idea(iri, field), {"lido:type": field.fr} if field.fr else None)
