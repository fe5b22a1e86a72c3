"""What identifies an object in LIDO: titles, inscriptions, where it is kept and under which numbers, its measurements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode

from pop_ld import iris
from pop_ld.formats.lido_rules import Said
from pop_ld.formats.lido_things import Things, outline, point
from pop_ld.formats.lido_xml import Field, Idea, Node, appellation, concept, identifier, known, term, texts

_VALUE, _TYPE, _NOTE = iris.CRM + "P190_has_symbolic_content", iris.CRM + "P2_has_type", iris.CRM + "P3_has_note"
_IDENTIFIER = iris.CRM + "E42_Identifier"
_PRECISION = iris.ONTOLOGY + "precision"
_WKT = "http://www.opengis.net/ont/geosparql#asWKT"
Slots = Mapping[str, Sequence[Said]]


class Number(NamedTuple):
    """A number that an owner gave the object, its kind as an IRI, and the field that said it."""

    text: str
    kind: str
    field: Field


def titles(things: Things, slots: Slots) -> tuple[Node, list[Number], list[Said]]:
    """``titleWrap``, the numbers that are among the appellations of the notice, and what is said of either."""
    made, numbers, precisions = Node("titleWrap"), list[Number](), list[Said]()
    told: dict[str, Node] = {}

    def title(values: Sequence[Literal], preferred: bool, field: Field, kind: str = "") -> None:
        """A set for each name; one that is there already only learns of which kind it is."""
        for value in values:
            if not value.value.strip():
                continue
            if value.value not in told:
                told[value.value] = made.add("titleSet")
                which = {"lido:pref": term("preferred" if preferred else "alternative").iri}
                lang = {"xml:lang": value.language} if value.language else {}
                told[value.value].add("appellationValue", value.value, {**which, **lang, **field.attributes})
            if kind:
                told[value.value].attributes.setdefault("lido:type", kind)

    for said in slots.get("title", ()):
        title([_literal(said)], not made.content, said.field)
    for said in slots.get("appellation", ()):
        graph, part = things.source.graph, said.value.value
        values = [value for value in graph.values(part, _VALUE) if isinstance(value, Literal)]
        kind = next((iri for iri in graph.iris(part, _TYPE) if things.kind(iri) != "concept"), "")
        if _IDENTIFIER in graph.iris(part, iris.RDF + "type"):
            numbers += [Number(value.value, kind, Field()) for value in values]
        else:
            title(values, False, Field(), next((label.value for label in known(kind)), ""))
        precisions += [_note(said, value) for name in (_PRECISION, _NOTE) for value in graph.values(part, name)]
        kinds = [iri for iri in graph.iris(part, _TYPE) if things.kind(iri) == "concept"]
        precisions += [_note(said, label) for iri in kinds for label in things.labels(iri)]
    for said in slots.get("alternative", ()):
        title([_literal(said)], False, said.field, term("former").fr if said.option == "former" else "")
    if not made.content:
        title([Literal(iris.unkey(things.source.thing.rsplit("/", 1)[-1]))], True, Field())
    return made, numbers, precisions


def _note(said: Said, value: Literal | NamedNode) -> Said:
    return Said(value, "note", "", Field("", "précision", "precision"))


def _literal(said: Said) -> Literal:
    return said.value if isinstance(said.value, Literal) else Literal(said.value.value)


def inscriptions(things: Things, slots: Slots) -> Node:
    """``inscriptionsWrap``: transcriptions, and descriptions for what says what kind of inscription it is."""
    made = Node("inscriptionsWrap")
    for said in slots.get("inscription", ()):
        one = Node("inscriptions")
        if said.option == "transcription":
            texts(one, "inscriptionTranscription", [_literal(said)], said.field)
        else:
            for text in _said(things, said):
                node = Node("inscriptionDescription")
                texts(node, "descriptiveNoteValue", [text], said.field)
                one.put(node)
        made.put(one)
    return made


def _said(things: Things, said: Said) -> Sequence[Literal]:
    if isinstance(said.value, Literal):
        return [said.value]
    if things.is_part(said.value.value):
        return list(dict.fromkeys(things.said_by(said.value.value)))
    return things.labels(said.value.value)


# Where it is kept -----------------------------------------------------------------------------------------------------------


def repository(things: Things, slots: Slots, numbers: Sequence[Number]) -> Node:
    """``repositoryWrap``: a set for each keeper, the first with the numbers and the place."""
    made = Node("repositoryWrap")
    current = {"lido:type": term("current").iri}
    keepers = slots.get("keeper", ())
    first = Node("repositorySet", "", current)
    for said in slots.get("repository", ()):
        texts(first, "displayRepository", [_literal(said)], said.field)
    for said in keepers[:1]:
        things.legal_body(first, "repositoryName", said.value.value)
    _numbers(first, [*numbers, *(Number(said.value.value, "", said.field) for said in slots.get("workid", ()))])
    places = slots.get("place", ())
    first.put(_location(things, slots, places[0].value.value if places else ""))
    made.put(first)
    for said in keepers[1:]:
        more = made.add("repositorySet", "", current)
        things.legal_body(more, "repositoryName", said.value.value)
    for said in places[1:]:
        things.place(made.add("repositorySet"), "repositoryLocation", said.value.value)
    return made


def _numbers(node: Node, numbers: Sequence[Number]) -> None:
    kinds: dict[str, set[str]] = {}
    for number in numbers:
        known = kinds.setdefault(number.text, set())
        if number.text.strip() and number.kind not in known and (number.kind or not known):
            known.add(number.kind)
            node.add("workID", number.text, {**({"lido:type": number.kind} if number.kind else {}), **number.field.attributes})


def _location(things: Things, slots: Slots, iri: str) -> Node:
    """``repositoryLocation``: the place's IRI and names, the commune's code, the position, the greater places around it."""
    holder = Node("x")
    made = things.place(holder, "repositoryLocation", iri) if iri else Node("repositoryLocation")
    names = [node for node in made.content if isinstance(node, Node) and node.name == "namePlaceSet"]
    made.content = [node for node in made.content if node not in names]
    for said in slots.get("placeid", ()):
        identifier(made, "placeID", said.value.value, uri=False, source="INSEE", label=said.field.fr)
    made.put(*names)
    told = {text for node in names for value in node.content if isinstance(value, Node) for text in value.content}
    for said in slots.get("placename", ()):
        if said.value.value not in told:
            appellation(made, "namePlaceSet", [_literal(said)])
    made.put(_position(things, slots))
    for said in slots.get("within", ()):
        appellation(made.add("partOfPlace"), "namePlaceSet", [_literal(said)])
    return made


def _position(things: Things, slots: Slots) -> Node:
    graph, thing = things.source.graph, things.source.thing
    made = Node("gml")
    lat, long = graph.text(thing, iris.WGS84 + "lat"), graph.text(thing, iris.WGS84 + "long")
    if lat and long:
        point(made, lat, long)
    for said in slots.get("outline", ()):
        for wkt in graph.texts(said.value.value, _WKT):
            outline(made, wkt)
    return made


# Its size -------------------------------------------------------------------------------------------------------------------


def dimensions(things: Things, slots: Slots) -> Node:
    """``objectMeasurementsWrap``: what the producer wrote, the measures read in it, formats and scales."""
    made = Node("objectMeasurementsWrap")
    whole = Node("objectMeasurementsSet")
    for said in slots.get("dimension-text", ()):
        texts(whole, "displayObjectMeasurements", _said(things, said), said.field)
    index, apart = Node("objectMeasurements"), list[Node]()
    for said in slots.get("dimension", ()):
        measure = _measure(things, said.value.value)
        notes = [value for value in things.source.graph.values(said.value.value, _NOTE) if isinstance(value, Literal)]
        if measure is None:
            texts(whole, "displayObjectMeasurements", _said(things, said)[:0] or notes, said.field)
        elif notes:
            one = Node("objectMeasurements").put(measure)
            texts(one, "extentMeasurements", notes)
            apart.append(Node("objectMeasurementsSet").put(one))
        else:
            index.put(measure)
    for slot, name in (("format", "formatMeasurements"), ("scale", "scaleMeasurements")):
        for said in slots.get(slot, ()):
            texts(index, name, _said(things, said), said.field)
    return made.put(whole.put(index), *apart)


def _measure(things: Things, part: str) -> Node | None:
    """``measurementsSet``; None where the type, the unit or the number is missing, all of which the schema asks for."""
    graph = things.source.graph
    kinds, units = graph.iris(part, _TYPE), graph.iris(part, iris.CRM + "P91_has_unit")
    value = graph.text(part, iris.CRM + "P90_has_value")
    if not (kinds and units and value):
        return None
    made = Node("measurementsSet")
    for name, found in (("measurementType", kinds), ("measurementUnit", units)):
        for iri in found:
            concept(made, name, Idea((iri,), things.labels(iri)))
    made.add("measurementValue", value)
    return made
