"""A thing in Dublin Core: DCMI terms that keep IRIs and languages, and the fifteen elements of version 1.1 as plain texts."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode, Triple

from pop_ld import iris
from pop_ld.formats.crosswalk import base_row, crossed, data_provider, labels_of
from pop_ld.formats.source import Source

_TYPE = iris.DCTERMS + "type"


def triples(source: Source) -> list[Triple]:
    """What mappings/dc.csv gives: for each value its DCMI term, and its element with the value's labels in place of an IRI.

    Terms of the document (when, by whom, which rights) are said of the document, elements all of the thing, as readers of plain Dublin
    Core want. A thing that no label is known of (a notice that is not in the release) has a term, and no element. Rights statements,
    which are no things of the site, are written as their IRI in both.
    """
    found = list(crossed(source))
    labels = labels_of(source, (value for _, value in found))
    made = dict[Triple, None]()
    titles = {value.value for rule, value in found if rule.term == iris.DCTERMS + "title"}
    for rule, value in found:
        if rule.term == iris.DCTERMS + "alternative" and value.value in titles:
            continue
        if rule.term:
            made[Triple(NamedNode(source.document if rule.of_document else source.thing), NamedNode(rule.term), value)] = None
        if rule.element:
            texts = [value] if isinstance(value, Literal) else _texts(source, value, labels)
            made.update((Triple(NamedNode(source.thing), NamedNode(rule.element), _simple(text)), None) for text in texts)
    if source.base:
        made.update((triple, None) for triple in _of_notice(source))
    return list(made)


def _texts(source: Source, value: NamedNode, labels: dict[str, list[Literal]]) -> list[Literal]:
    if value.value.startswith(f"{source.site}/"):
        return labels.get(value.value, [])
    return [Literal(value.value)]


def _simple(text: Literal) -> Literal:
    """Elements of version 1.1 have texts, with a language or without: a year is "1884", whatever its datatype."""
    return text if text.language else Literal(text.value)


def _of_notice(source: Source) -> list[Triple]:
    """What the notice is about (DCMI Type), who publishes it, and which document speaks of it."""
    assert source.base is not None
    subject, row = NamedNode(source.thing), base_row(source.base.slug)
    kind = [Triple(subject, NamedNode(_TYPE), NamedNode(iris.DCMITYPE + row.dcmi))] if row.dcmi else []
    simple = [Triple(subject, NamedNode(iris.DC + "type"), Literal(row.dcmi))] if row.dcmi else []
    topic = Triple(NamedNode(source.document), NamedNode(iris.FOAF + "primaryTopic"), subject)
    return [*kind, *simple, Triple(subject, NamedNode(iris.DC + "publisher"), data_provider(source)), topic]
