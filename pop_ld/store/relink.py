"""Keeps links in both directions while notices come and go: what follows from the store's links, made again around some notices.

A reference is what its notice says (``property`` of links.csv, or the literal). What is derived of it depends on the notices that
are in the store and on nothing else, so the order of loads leaves no trace (docs/decisions/20261123-links-both-ways.md).
"""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode, Quad, Store

from pop_ld import iris
from pop_ld.bases import load_bases
from pop_ld.relations import LinkField, fields_to, link_fields, link_name, read_link_name
from pop_ld.store.walk import DEFAULT_GRAPH, mirrored, node

_IDENTIFIER = NamedNode(iris.DCTERMS + "identifier")


def is_notice(store: Store, thing: NamedNode) -> bool:
    """Whether the thing is a notice of the store: it has a dcterms:identifier (a tombstone has none)."""
    return next(iter(store.quads_for_pattern(thing, _IDENTIFIER, None, DEFAULT_GRAPH)), None) is not None


def derived_to(store: Store, thing: str) -> Iterator[Quad]:
    """The derived triples that point at the thing."""
    target = node(thing)
    if target is not None:
        for predicate in mirrored():
            yield from store.quads_for_pattern(None, predicate, target, DEFAULT_GRAPH)


def relink(store: Store, site: str, thing: str) -> Iterator[tuple[str, str]]:
    """Makes the links of and to the thing what they should be; to be called once all changes to notices are made.

    Gives (name, kind of Problem) of the references that the change may have left without a notice: those that point at the thing when
    it is no longer there, and those that several notices now fit. References of a dump that dangle are listed in the dump itself.
    """
    start = node(thing)
    place = _notice(site, thing)
    if start is None or place is None:
        return
    for field, base, key in _own(store, site, start, place[0]):
        if (kind := _settle(store, site, start, field, base, key)) == "ambiguous-reference":
            yield link_name(thing, field.field, key), kind
    for source, field in list(_incoming(store, site, start, *place)):
        if kind := _settle(store, site, source, field, *place):
            yield link_name(source.value, field.field, place[1]), kind


def unresolved(store: Store, site: str, name: str) -> str:
    """The kind of Problem that the reference of that name is, "" where it is resolved or no longer there."""
    source, code, key = read_link_name(name)
    start, place = NamedNode(source), _notice(site, source)
    field = next((f for f in link_fields()[place[0]] if f.field == code), None) if place else None
    if field is None:
        return ""
    ref = iris.unkey(key)
    said = [NamedNode(f"{site}/id/{slug}/{key}") for slug in field.targets]
    linked = [target for target in said if Quad(start, NamedNode(field.property), target) in store]
    if len(linked) == 1:
        return "" if is_notice(store, linked[0]) else "dangling-reference"
    several = len(field.fitting(ref)) > 1
    return "ambiguous-reference" if several and Quad(start, NamedNode(field.literal), Literal(ref)) in store else ""


def _notice(site: str, iri: str) -> tuple[str, str] | None:
    """(base, key of the REF) of a notice's IRI."""
    base, mark, key = iris.path_of(site, iri).partition("/")
    return (base, key) if mark and base in load_bases() and iris.is_thing(site, iri) and "/" not in key else None


# The references of a notice, and those to it -----------------------------------------------------------------------------


def _own(store: Store, site: str, start: NamedNode, base: str) -> list[tuple[LinkField, str, str]]:
    """(field, base, key) of each reference of a notice: its links, and literals that fit several bases."""
    found = []
    for field in link_fields()[base]:
        for quad in store.quads_for_pattern(start, NamedNode(field.property), None, DEFAULT_GRAPH):
            place = _notice(site, quad.object.value) if isinstance(quad.object, NamedNode) else None
            if place:
                found.append((field, *place))
        if len(field.targets) > 1:
            for quad in store.quads_for_pattern(start, NamedNode(field.literal), None, DEFAULT_GRAPH):
                if isinstance(quad.object, Literal) and len(fitting := field.fitting(quad.object.value)) > 1:
                    found.append((field, fitting[0], iris.key(quad.object.value)))
    return found


def _incoming(store: Store, site: str, target: NamedNode, base: str, key: str) -> Iterator[tuple[NamedNode, LinkField]]:
    """(notice, field) of each reference that leads to a notice, or may lead to it because its shape fits that base too."""
    ref = iris.unkey(key)
    for field in fields_to(base):
        candidates = field.candidates(base, ref)
        ends: list[tuple[str, NamedNode | Literal]] = [(field.property, target)]
        if len(candidates) > 1:
            ends = [(field.property, NamedNode(f"{site}/id/{slug}/{key}")) for slug in candidates]
            ends.append((field.literal, Literal(ref)))
        for predicate, end in ends:
            for quad in store.quads_for_pattern(None, NamedNode(predicate), end, DEFAULT_GRAPH):
                place = _notice(site, quad.subject.value) if isinstance(quad.subject, NamedNode) else None
                if place and place[0] == field.base and isinstance(quad.subject, NamedNode):
                    yield quad.subject, field


# One reference -----------------------------------------------------------------------------------------------------------


def _settle(store: Store, site: str, source: NamedNode, field: LinkField, base: str, key: str) -> str:
    """Writes and deletes what follows from one reference; returns the kind of Problem that it is, "" where it is resolved.

    The rules are those of ``linking``: the notice that is there; of several that fit, the only one that is there.
    """
    ref = iris.unkey(key)
    targets = [NamedNode(f"{site}/id/{slug}/{key}") for slug in field.candidates(base, ref)]
    present = [target for target in targets if is_notice(store, target)]
    if len(targets) > 1:
        _lead(store, source, field, targets, present or targets[:1])
    for target in targets:
        for triple in field.derived(source.value, target.value):
            settle(store, _quad(*triple), present == [target])
    settle(store, Quad(source, NamedNode(field.literal), Literal(ref), DEFAULT_GRAPH), len(present) != 1)
    return "" if len(present) == 1 else "ambiguous-reference" if present else "dangling-reference"


def _lead(store: Store, source: NamedNode, field: LinkField, targets: list[NamedNode], chosen: list[NamedNode]) -> None:
    """Lets a reference that fits several bases lead to the chosen notice alone; to none where several are chosen."""
    for target in targets:
        for predicate in (field.property, *field.also):
            settle(store, _quad(source.value, predicate, target.value), chosen == [target])


def _quad(subject: str, predicate: str, target: str) -> Quad:
    return Quad(NamedNode(subject), NamedNode(predicate), NamedNode(target), DEFAULT_GRAPH)


def settle(store: Store, quad: Quad, wanted: bool) -> None:
    """Makes the store hold the quad, or not."""
    if not wanted:
        store.remove(quad)
    elif quad not in store:
        store.add(quad)
