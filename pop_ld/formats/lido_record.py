"""The administrative part of a LIDO record: rights of the work, where the record comes from and under which rights, its images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pyoxigraph import Literal

from pop_ld import iris
from pop_ld.formats import words
from pop_ld.formats.crosswalk import data_provider, images, provider
from pop_ld.formats.lido_rules import Said, field_of
from pop_ld.formats.lido_things import Things
from pop_ld.formats.lido_xml import Field, Idea, Node, appellation, concept, identifier, term, texts

IMAGES = 200
"""Most images of one record."""
_HTML = {"lido:formatResource": "text/html"}
_SPOKEN_OF = frozenset(
    (iris.DCTERMS + name for name in ("issued", "modified", "rights", "isPartOf", "publisher")),
) | {iris.RDF + "type", iris.EDM + "rights", iris.FOAF + "primaryTopic"}


def administration(things: Things, slots: Mapping[str, Sequence[Said]]) -> Node:
    """``lido:administrativeMetadata``."""
    made = Node("administrativeMetadata", "", {"xml:lang": "fr"})
    works = Node("rightsWorkWrap")
    for said in slots.get("workrights", ()):
        holder = Node("rightsWorkSet")
        texts(holder, "creditLine", [_literal(said)], said.field)
        works.put(holder)
    return made.put(works, _record(things, slots), _resources(things, slots))


def _literal(said: Said) -> Literal:
    return said.value if isinstance(said.value, Literal) else Literal(said.value.value)


def _record(things: Things, slots: Mapping[str, Sequence[Said]]) -> Node:
    source = things.source
    assert source.base is not None
    made = Node("recordWrap")
    identifier(made, "recordID", iris.unkey(source.thing.rsplit("/", 1)[-1]), uri=False, source=source.base.name["fr"])
    concept(made, "recordType", term("record").idea)
    appellation(made.add("recordSource"), "legalBodyName", [data_provider(source)])
    for agent in source.graph.iris(source.document, iris.DCTERMS + "publisher"):
        things.legal_body(made, "recordSource", agent)
    appellation(made.add("recordSource"), "legalBodyName", [Literal(provider(lang), language=lang) for lang in words.LANGUAGES])
    made.put(_rights(things, slots), _information(things))
    dataset = made.add("collection").add("object")
    identifier(dataset, "objectID", iris.dataset(source.site, source.base.slug), uri=True)
    appellation(dataset, "objectName", [Literal(source.base.name[lang], language=lang) for lang in words.LANGUAGES])
    return made


def _rights(things: Things, slots: Mapping[str, Sequence[Said]]) -> Node:
    graph, document = things.source.graph, things.source.document
    made = Node("recordRights")
    _kind_of_rights(made, next(iter(graph.iris(document, iris.EDM + "rights")), ""))
    lines = [value for value in graph.values(document, iris.DCTERMS + "rights") if isinstance(value, Literal)]
    texts(made, "creditLine", dict.fromkeys([*lines, *(_literal(said) for said in slots.get("recordrights", ()))]))
    return made


def _kind_of_rights(node: Node, iri: str) -> None:
    """One ``rightsType``, as LIDO's Schematron wants where none has a type."""
    if iri:
        said = dict.fromkeys(Literal(words.rights(iri, lang), language=lang) for lang in words.LANGUAGES)
        concept(node, "rightsType", Idea((iri,), tuple(said)))


def _information(things: Things) -> Node:
    """``recordInfoSet``: addresses of the notice, its dates, and what else its document says of it."""
    source = things.source
    assert source.base is not None
    graph, document = source.graph, source.document
    made = Node("recordInfoSet")
    identifier(made, "recordInfoID", document, uri=True)
    for url in dict.fromkeys((document, *graph.iris(source.thing, iris.FOAF + "page"))):
        made.add("recordInfoLink", url, _HTML)
    for name, kind in (("issued", "created"), ("modified", "modified")):
        for day in graph.texts(document, iris.DCTERMS + name):
            made.add("recordMetadataDate", day, {"lido:type": term(kind).iri})
    for predicate in graph.predicates(document):
        if predicate not in _SPOKEN_OF:
            field = field_of(source.base, predicate)
            for value in graph.values(document, predicate):
                label = value if isinstance(value, Literal) else things.labels(value.value)[0]
                texts(made, "recordMetadataDate", [label], field)
    return made


def _resources(things: Things, slots: Mapping[str, Sequence[Said]]) -> Node:
    """``resourceWrap``: every image with its rights and credits."""
    made = Node("resourceWrap")
    more = [(_literal(said), said.field) for said in slots.get("credit", ())]
    spoken = {value.value for value, _ in more}
    for image in images(things.source, IMAGES):
        one = made.add("resourceSet")
        shown = one.add("resourceRepresentation", "", {"lido:type": term("image").iri})
        shown.add("linkResource", image.url)
        concept(one, "resourceType", term("digital-image").idea)
        rights = Node("rightsResource")
        _kind_of_rights(rights, image.rights)
        for value, field in more:
            texts(rights, "creditLine", [value], field)
        texts(rights, "creditLine", [Literal(text, language="fr") for text in image.credits if text not in spoken], Field())
        one.put(rights)
    return made
