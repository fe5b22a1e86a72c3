"""A thing in Europeana's EDM (external): an object with its aggregation, its web resources and all that it refers to.

Which property gives which is in mappings/dc.csv, how Europeana sees a base in edm.csv, its list of rights in edm-rights.csv.
Museums and persons are no objects of heritage: what there is of them is the entry in POP, a text whose subject is an agent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Triple

from pop_ld.formats import edm_xml
from pop_ld.formats.crosswalk import Rule, base_row, crossed, labels_of
from pop_ld.formats.edm_aggregation import aggregation
from pop_ld.formats.edm_context import AGENT, context, kind_of, matches
from pop_ld.formats.edm_entities import buildings, entities, own_place
from pop_ld.formats.edm_node import Node, Pair, Value, merged, node, plain
from pop_ld.formats.naming import notice_base
from pop_ld.formats.source import Source
from pop_ld.formats.words import followable

LONGEST_TITLE = 70
"""Characters of a title: Europeana's pattern P12 remarks on longer ones; the whole of it becomes an alternative title."""

_TITLE, _ALTERNATIVE, _KIND, _LOCATION = "dc:title", "dcterms:alternative", "dc:type", "edm:currentLocation"
_ABOUT = ("dc:subject", "dc:type", "dcterms:temporal", "dcterms:spatial")
_TEXT_ONLY = ("dc:title", "dcterms:alternative", "dc:identifier", "dc:language")
"""Properties that EDM's XSD gives a text and no resource."""

_AGAIN = (_ALTERNATIVE, "dc:description")
"""Properties that do not repeat a title: Europeana's pattern P2 remarks on descriptions that do."""

_OF_ENTRY = ("dc:title", "dc:identifier", "dc:description")

_BREAK = re.compile(r"(?<=\w)(?:\s*[.;:#£]\s|\s*[,(\[]\s?|\s)")

Found = list[tuple[Rule, Value]]


@dataclass(frozen=True, slots=True)
class Record:
    """What EDM says of a notice: the object, its aggregation, the web resources, and the things that these name, each IRI once."""

    cho: Node
    aggregation: Node
    resources: tuple[Node, ...]
    entities: tuple[Node, ...]

    @property
    def nodes(self) -> tuple[Node, ...]:
        return (self.cho, *self.resources, *self.entities, self.aggregation)


def record(source: Source, *, strict: bool = False) -> Record:
    """The record of a notice. ``strict`` leaves out the images that edm-rights.csv does not deliver, for Europeana would show them.

    Raises ValueError for what is no notice.
    """
    if source.base is None:
        raise ValueError(f"{source.thing} is no notice")
    own = own_place(source)
    found: Found = list(crossed(source))
    if base_row(source.base.slug).cls == "ProvidedCHO":
        places = [place for place in (own, *buildings(source)) if place]
        cho, made_of = _object(source, found, places), source.thing
        named = [*places, *entities(source, found, places)]
    else:
        cho, made_of = _entry(source, found, own), source.document
        agent = context(source, source.thing, source.graph, AGENT)
        named = [each for each in (own, agent) if each] + entities(source, (), [own] if own else [])
    made, resources = aggregation(source, made_of, strict=strict)
    return Record(cho, made, tuple(resources), tuple(merged(named)))


def nodes(source: Source) -> tuple[Node, ...]:
    """The record of a notice, or the contextual class of an agent, a concept, a place, a time. () where nothing names a thing."""
    if source.base:
        return record(source).nodes
    kind = kind_of(source.site, source.thing, source.graph)
    made = context(source, source.thing, source.graph, kind) if kind else None
    return (made,) if made else ()


def triples(source: Source) -> list[Triple]:
    """The triples of :func:`nodes`."""
    return [triple for each in nodes(source) for triple in each.triples()]


def offered(source: Source) -> bool:
    """Whether EDM has a class for the thing: every notice, and what notices share where it is an agent, a concept, a place or a time."""
    return source.base is not None or bool(kind_of(source.site, source.thing, source.graph))


def rdf_xml(source: Source) -> bytes:
    """The same as the RDF/XML that Europeana's XSD accepts: typed nodes, one level deep, properties in its order."""
    return edm_xml.document(nodes(source))


# The object -----------------------------------------------------------------------------------------------------------------


def _object(source: Source, found: Found, places: Sequence[Node]) -> Node:
    assert source.base is not None
    row = base_row(source.base.slug)
    pairs: list[Pair] = list(_properties(source, found))
    pairs += [("dcterms:spatial", NamedNode(place.iri)) for place in places]
    if not any(curie in _ABOUT for curie, _ in pairs) or (row.concept and not any(curie == _KIND for curie, _ in pairs)):
        pairs += _kind(source)
    location = next((value for curie, value in pairs if curie == _LOCATION), None)
    kept = [(curie, value) for curie, value in pairs if curie != _LOCATION or value == location]
    return node(source.thing, f"edm:{row.cls}", [*kept, ("edm:type", Literal(row.type)), *matches(source, source.thing)])


def _kind(source: Source) -> Iterator[Pair]:
    """What the base is of, for a notice that does not say what its object is."""
    assert source.base is not None
    row = base_row(source.base.slug)
    for text, lang in ((row.kind or source.base.name["fr"], "fr"), (row.kind_en or source.base.name["en"], "en")):
        yield _KIND, Literal(text, language=lang)
    if row.concept:
        yield _KIND, NamedNode(row.concept)


def _properties(source: Source, found: Found) -> Iterator[Pair]:
    """The values of dc.csv; titles made short, depicted notices as what the object represents, resources as texts where EDM wants these."""
    found = [(rule, value) for rule, value in found if rule.edm]
    titles = {value.value for rule, value in found if rule.edm == _TITLE}
    depicted = [v.value for rule, v in found if rule.edm == "dc:subject" and notice_base(source.site, v.value)]
    labels = labels_of(source, (value for rule, value in found if rule.edm in _TEXT_ONLY or value.value in depicted))
    for rule, value in found:
        if isinstance(value, NamedNode) and (rule.edm in _TEXT_ONLY or value.value in depicted):
            yield from ((rule.edm, plain(text)) for text in labels.get(value.value, ()))
        elif isinstance(value, NamedNode):
            if followable(value.value):
                yield rule.edm, value
        elif rule.edm not in _AGAIN or value.value not in titles:
            titles |= {value.value} if rule.edm == _ALTERNATIVE else set()
            yield from _titled(value) if rule.edm == _TITLE else ((rule.edm, plain(value)),)
    if depicted:
        single = "edm:isRepresentationOf" if len(set(depicted)) == 1 else "dcterms:references"
        yield from ((single, NamedNode(iri)) for iri in dict.fromkeys(depicted))


def _titled(title: Literal) -> Iterator[Pair]:
    yield _TITLE, _short(title)
    if len(title.value.strip()) > LONGEST_TITLE:
        yield _ALTERNATIVE, plain(title)


def _short(title: Literal) -> Literal:
    """A title of at most LONGEST_TITLE characters: cut before a sign between its parts, else between words, else anywhere."""
    text = title.value.strip()
    if len(text) > LONGEST_TITLE:
        ends = [match.start() for match in _BREAK.finditer(text[:LONGEST_TITLE])]
        text = text[: ends[-1] if ends else LONGEST_TITLE - 1].rstrip() + "…"
    return Literal(text, language=title.language) if title.language else Literal(text)


def _entry(source: Source, found: Found, place: Node | None) -> Node:
    """A notice of a museum or a person: what Europeana gets is the entry itself, a text in French whose subject is that agent."""
    assert source.base is not None
    row = base_row(source.base.slug)
    texts = [(rule.edm, v) for rule, v in found if rule.edm in _OF_ENTRY and isinstance(v, Literal)]
    pairs = [pair for curie, value in texts for pair in ([*_titled(value)] if curie == _TITLE else [(curie, plain(value))])]
    fixed: list[Pair] = [("edm:type", Literal(row.type)), ("dc:language", Literal("fr")), ("dc:subject", NamedNode(source.thing))]
    where: list[Pair] = [("dcterms:spatial", NamedNode(place.iri))] if place else []
    return node(source.document, "edm:ProvidedCHO", [*fixed, *pairs, *_kind(source), *where])
