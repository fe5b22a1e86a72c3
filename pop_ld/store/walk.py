"""Walks one notice in an Oxigraph store: the thing, its ``#`` parts, its documents."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import DefaultGraph, NamedNode, Quad, Store

from pop_ld import iris

PRIMARY_TOPIC = NamedNode(iris.FOAF + "primaryTopic")
DEFAULT_GRAPH = DefaultGraph()


def node(iri: str) -> NamedNode | None:
    """The IRI as a term, or None where it is none (relative, spaces, controls, lone surrogates …)."""
    try:
        return NamedNode(iri)
    except ValueError:
        return None


def notice_quads(store: Store, site: str, thing: str) -> Iterator[Quad]:
    """Every quad of the thing, of the parts reached from it, and of its documents; nothing where ``thing`` is no IRI.

    What it shares with other notices (agents, concepts, places) has IRIs of its own and is not walked.
    """
    start = node(thing)
    if start is None:
        return
    yield from _with_parts(store, start)
    for document in documents(store, site, start):
        yield from _with_parts(store, document)


def documents(store: Store, site: str, thing: NamedNode) -> list[NamedNode]:
    """The documents about the thing: ``{site}/doc/…`` by its address, and those that say so by foaf:primaryTopic."""
    found: dict[NamedNode, None] = {}
    if iris.is_thing(site, thing.value):
        found[NamedNode(iris.thing_to_document(site, thing.value))] = None
    for quad in store.quads_for_pattern(None, PRIMARY_TOPIC, thing, DEFAULT_GRAPH):
        if isinstance(quad.subject, NamedNode) and is_document(site, quad.subject.value):
            found[quad.subject] = None
    return list(found)


def is_document(site: str, iri: str) -> bool:
    """Whether the IRI is a document of the site or a part of one."""
    return iri.startswith(f"{site}/doc/")


def _with_parts(store: Store, start: NamedNode) -> Iterator[Quad]:
    """The quads of ``start``, and of each ``start#…`` that they lead to."""
    prefix = start.value + "#"
    seen = {start.value}
    todo = [start]
    while todo:
        for quad in store.quads_for_pattern(todo.pop(), None, None, DEFAULT_GRAPH):
            yield quad
            target = quad.object
            if isinstance(target, NamedNode) and target.value.startswith(prefix) and target.value not in seen:
                seen.add(target.value)
                todo.append(target)
