"""The aggregation of a record of Europeana: who provides it, where it is seen, under which rights, with its web resources."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode

from pop_ld import iris
from pop_ld.formats.crosswalk import Image, data_provider, images, provider
from pop_ld.formats.edm_node import Node, Pair, merged, node, plain
from pop_ld.formats.edm_rights import known_rights, statement
from pop_ld.formats.source import Source
from pop_ld.formats.words import followable

VIEWS = 24
"""Most images of one record."""


def data_rights(source: Source) -> str:
    """The IRI of the rights statement of the notice itself, "" for none."""
    return next(iter(source.graph.iris(source.document, iris.EDM + "rights")), "")


def pictures(source: Source) -> list[Image]:
    """The images of a record, with the rights that the notice states for each."""
    return images(source, VIEWS)


def aggregation(source: Source, made_of: str, *, strict: bool) -> tuple[Node, list[Node]]:
    """The aggregation of ``made_of`` and its web resources, each with rights of its own.

    The rights are those of the image that Europeana may show, else of the data. An image whose rights nobody stated is a view of the
    object and no ``edm:isShownBy``; where ``strict``, images that are not delivered are left out.
    """
    document, graph, data = source.document, source.graph, data_rights(source)
    views = [image for image in pictures(source) if not strict or statement(image.rights).delivered]
    shown = next((image for image in views if known_rights(image.rights)), None)
    page = next((url for url in graph.iris(source.thing, iris.FOAF + "page") if followable(url)), document)
    pairs: list[Pair] = [
        ("edm:aggregatedCHO", NamedNode(made_of)),
        ("edm:dataProvider", data_provider(source)),
        ("edm:provider", Literal(provider(), language="fr")),
        ("edm:isShownAt", NamedNode(page)),
        ("edm:rights", NamedNode(statement(shown.rights if shown else data).edm)),
        *(("edm:hasView", NamedNode(image.url)) for image in views if image is not shown),
        *(("dc:rights", plain(v)) for v in graph.values(document, iris.DCTERMS + "rights") if isinstance(v, Literal)),
        *(("dcterms:created", Literal(day)) for day in graph.texts(document, iris.DCTERMS + "issued")[:1]),
        *(("dcterms:modified", Literal(day)) for day in graph.texts(document, iris.DCTERMS + "modified")[:1]),
    ]
    if shown:
        pairs += [(curie, NamedNode(shown.url)) for curie in ("edm:isShownBy", "edm:object")]
    resources = [_page(page, data), *(_resource(image.url, image.rights, image.credits) for image in views)]
    return node(iris.part(document, "aggregation"), "ore:Aggregation", pairs), merged(resources)


def _page(url: str, rights: str) -> Node:
    return _resource(url, rights, (), [("dc:format", Literal("text/html")), ("dc:language", Literal("fr"))])


def _resource(url: str, rights: str, credits: tuple[str, ...], more: list[Pair] | None = None) -> Node:
    said = [("dc:rights", Literal(credit, language="fr")) for credit in credits]
    return node(url, "edm:WebResource", [("edm:rights", NamedNode(statement(rights).edm)), *said, *(more or [])])
