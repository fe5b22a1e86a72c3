"""A thing in Europeana's EDM (external): an object with its aggregation, its web resources and all that it refers to.

Which property gives which is in mappings/dc.csv, how Europeana sees a base in edm.csv, its list of rights in edm-rights.csv.
Museums and persons are no objects of heritage: what there is of them is the entry in POP, a text whose subject is an agent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pyoxigraph import Literal, NamedNode, Triple

from pop_ld import iris
from pop_ld.formats import edm_xml
from pop_ld.formats.crosswalk import (
    base_row,
    crossed,
    data_provider,
    europeana_rights,
    images,
    known_rights,
    labels_of,
    name,
    provider,
)
from pop_ld.formats.edm_context import AGENT, buildings, context, kind_of, own_place, place_of, plain, referred
from pop_ld.formats.naming import notice_base
from pop_ld.formats.source import Source
from pop_ld.formats.words import followable

LONGEST_TITLE = 70
"""Characters of a title: Europeana's pattern P12 remarks on longer ones; the whole of it becomes an alternative title."""

VIEWS = 24
"""Most images of one record."""

_A = iris.RDF + "type"
_TITLE, _ALTERNATIVE, _KIND = name("dc:title"), name("dcterms:alternative"), name("dc:type")
_LOCATION, _DEPICTS = name("edm:currentLocation"), name("edm:isRepresentationOf")
_ABOUT = tuple(name(curie) for curie in ("dc:subject", "dc:type", "dcterms:temporal", "dcterms:spatial"))
_TEXT_ONLY = frozenset(name(curie) for curie in ("dc:title", "dcterms:alternative", "dc:identifier", "dc:language"))
"""Properties that EDM's XSD gives a text and no resource."""

_AGAIN = frozenset((_ALTERNATIVE, name("dc:description")))
"""Properties that do not repeat a title: Europeana's pattern P2 remarks on descriptions that do."""

_OF_ENTRY = frozenset(name(curie) for curie in ("dc:title", "dc:identifier", "dc:description"))

_BREAK = re.compile(r"(?<=\w)(?:\s*[.;:#£]\s|\s*[,(\[]\s?|\s)")


def triples(source: Source) -> list[Triple]:
    """The record of a notice, or the contextual class of an agent, a concept, a place, a time. [] where nothing names a thing."""
    if source.base is None:
        kind = kind_of(source.site, source.thing, source.graph)
        return context(source, source.thing, source.graph, kind) if kind else []
    places = [own_place(source)]
    if base_row(source.base.slug).cls == "ProvidedCHO":
        places += [place_of(source, building) for building in buildings(source)]
        made = [*_object(source, [place for place, _ in places if place]), *_aggregation(source, source.thing)]
        for iri in referred(source):
            graph = source.about(iri)
            if kind := kind_of(source.site, iri, graph):
                made += context(source, iri, graph, kind)
    else:
        made = [*_entry(source, places[0][0]), *_aggregation(source, source.document)]
        made += context(source, source.thing, source.graph, AGENT)
    return list(dict.fromkeys([*made, *(triple for _, triples in places for triple in triples)]))


def offered(source: Source) -> bool:
    """Whether EDM has a class for the thing: every notice, and what notices share where it is an agent, a concept, a place or a time."""
    return source.base is not None or bool(kind_of(source.site, source.thing, source.graph))


def rdf_xml(source: Source) -> bytes:
    """The same triples as the RDF/XML that Europeana's XSD accepts: typed nodes, one level deep, properties in its order."""
    return edm_xml.write(triples(source))


def _say(subject: str, curie: str, value: Literal | NamedNode) -> Triple:
    return Triple(NamedNode(subject), NamedNode(name(curie)), value)


# The object -----------------------------------------------------------------------------------------------------------------


def _object(source: Source, places: Sequence[str]) -> list[Triple]:
    assert source.base is not None
    row, thing = base_row(source.base.slug), source.thing
    found = list(_properties(source))
    found += [(_A, NamedNode(iris.EDM + row.cls)), (name("edm:type"), Literal(row.type))]
    found += [(name("dcterms:spatial"), NamedNode(place)) for place in places]
    if not any(predicate in _ABOUT for predicate, _ in found) or (row.concept and not any(p == _KIND for p, _ in found)):
        found += _kind(source)
    location = next((value for predicate, value in found if predicate == _LOCATION), None)
    kept = [(predicate, value) for predicate, value in found if predicate != _LOCATION or value == location]
    return [Triple(NamedNode(thing), NamedNode(predicate), value) for predicate, value in kept]


def _kind(source: Source) -> Iterator[tuple[str, Literal | NamedNode]]:
    """What the base is of, for a notice that does not say what its object is."""
    assert source.base is not None
    row = base_row(source.base.slug)
    for text, lang in ((row.kind or source.base.name["fr"], "fr"), (row.kind_en or source.base.name["en"], "en")):
        yield _KIND, Literal(text, language=lang)
    if row.concept:
        yield _KIND, NamedNode(row.concept)


def _properties(source: Source) -> Iterator[tuple[str, Literal | NamedNode]]:
    """The values of dc.csv; titles made short, depicted notices as what the object represents, resources as texts where EDM wants these."""
    found = [(rule, value) for rule, value in crossed(source) if rule.edm]
    labels = labels_of(source, (value for _, value in found))
    titles = {value.value for rule, value in found if rule.edm == _TITLE}
    depicted = [v.value for rule, v in found if rule.edm == name("dc:subject") and notice_base(source.site, v.value)]
    for rule, value in found:
        texts = labels.get(value.value, [])
        if isinstance(value, NamedNode) and (rule.edm in _TEXT_ONLY or value.value in depicted):
            yield from ((rule.edm, plain(text)) for text in texts)
        elif isinstance(value, NamedNode):
            if followable(value.value):
                yield rule.edm, value
        elif rule.edm not in _AGAIN or value.value not in titles:
            titles |= {value.value} if rule.edm == _ALTERNATIVE else set()
            yield from _titled(value) if rule.edm == _TITLE else ((rule.edm, plain(value)),)
    if depicted:
        single = _DEPICTS if len(set(depicted)) == 1 else name("dcterms:references")
        yield from ((single, NamedNode(iri)) for iri in dict.fromkeys(depicted))


def _titled(title: Literal) -> Iterator[tuple[str, Literal]]:
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


def _entry(source: Source, place: str) -> list[Triple]:
    """A notice of a museum or a person: what Europeana gets is the entry itself, a text in French whose subject is that agent."""
    assert source.base is not None
    made, row = source.document, base_row(source.base.slug)
    found = [(rule.edm, v) for rule, v in crossed(source) if rule.edm in _OF_ENTRY and isinstance(v, Literal)]
    pairs = [pair for name_, value in found for pair in ([*_titled(value)] if name_ == _TITLE else [(name_, plain(value))])]
    return [
        _say(made, "rdf:type", NamedNode(name("edm:ProvidedCHO"))),
        _say(made, "edm:type", Literal(row.type)),
        _say(made, "dc:language", Literal("fr")),
        _say(made, "dc:subject", NamedNode(source.thing)),
        *(Triple(NamedNode(made), NamedNode(predicate), value) for predicate, value in (*pairs, *_kind(source))),
        *([_say(made, "dcterms:spatial", NamedNode(place))] if place else []),
    ]


# The aggregation ------------------------------------------------------------------------------------------------------------


def _aggregation(source: Source, made_of: str) -> list[Triple]:
    """Who provides the record of ``made_of``, where it is seen, under which rights: those of the image that Europeana
    may show, else of the data. An image whose rights nobody stated is a view of the object and no ``edm:isShownBy``.
    """
    made, document, graph = iris.part(source.document, "aggregation"), source.document, source.graph
    data = next(iter(graph.iris(document, iris.EDM + "rights")), "")
    views = images(source, VIEWS)
    shown = next((image for image in views if known_rights(image.rights)), None)
    page = next((url for url in graph.iris(source.thing, iris.FOAF + "page") if followable(url)), document)
    found = [
        _say(made, "rdf:type", NamedNode(name("ore:Aggregation"))),
        _say(made, "edm:aggregatedCHO", NamedNode(made_of)),
        _say(made, "edm:dataProvider", data_provider(source)),
        _say(made, "edm:provider", Literal(provider(), language="fr")),
        _say(made, "edm:isShownAt", NamedNode(page)),
        _say(made, "edm:rights", NamedNode(europeana_rights(shown.rights if shown else data))),
        *(_say(made, "edm:hasView", NamedNode(image.url)) for image in views if image is not shown),
        *(_say(made, "dc:rights", plain(v)) for v in graph.values(document, iris.DCTERMS + "rights") if isinstance(v, Literal)),
        *(_say(made, "dcterms:created", Literal(day)) for day in graph.texts(document, iris.DCTERMS + "issued")[:1]),
        *(_say(made, "dcterms:modified", Literal(day)) for day in graph.texts(document, iris.DCTERMS + "modified")[:1]),
    ]
    if shown:
        found += [_say(made, prop, NamedNode(shown.url)) for prop in ("edm:isShownBy", "edm:object")]
    return [*found, *_page(page, data), *(triple for image in views for triple in _web_resource(image.url, image.rights, image.credits))]


def _page(url: str, rights: str) -> list[Triple]:
    language = _say(url, "dc:language", Literal("fr"))
    return [*_web_resource(url, rights, ()), _say(url, "dc:format", Literal("text/html")), language]


def _web_resource(url: str, rights: str, credits: tuple[str, ...]) -> list[Triple]:
    return [
        _say(url, "rdf:type", NamedNode(name("edm:WebResource"))),
        _say(url, "edm:rights", NamedNode(europeana_rights(rights))),
        *(_say(url, "dc:rights", Literal(credit, language="fr")) for credit in credits),
    ]
