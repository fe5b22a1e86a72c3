"""Walks one notice in an Oxigraph store: the thing, its ``#`` parts, its documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import islice

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, QuerySolutions, Store

from pop_ld import iris
from pop_ld.relations import derived_properties

PRIMARY_TOPIC = NamedNode(iris.FOAF + "primaryTopic")
DEFAULT_GRAPH = DefaultGraph()
_TYPE = NamedNode(iris.RDF + "type")


def node(iri: str) -> NamedNode | None:
    """The IRI as a term, or None where it is none (relative, spaces, controls, lone surrogates …)."""
    try:
        return NamedNode(iri)
    except ValueError:
        return None


def known(store: Store, site: str, things: Iterable[str]) -> set[str]:
    """Which of these IRIs are of something here: what the default graph describes, and terms of elsewhere that a thesaurus describes or
    that the default graph leads to.
    """
    return {thing for thing in things if (start := node(thing)) and _is_known(store, site, start)}


def _is_known(store: Store, site: str, thing: NamedNode) -> bool:
    own = store.quads_for_pattern(thing, None, None, DEFAULT_GRAPH)
    others = [] if iris.is_thing(site, thing.value) else [(thing, _TYPE, None, None), (None, None, thing, DEFAULT_GRAPH)]
    return any(next(iter(found), None) is not None for found in (own, *(store.quads_for_pattern(*pattern) for pattern in others)))


HUB = 5_000
"""Triples of one subject from which on a reader leaves most of its mirrored links out: a museum has a hundred thousand works."""
SHOWN = 1_000
"""Mirrored links of one property that a reader gets of a hub."""


def notice_quads(store: Store, site: str, thing: str) -> Iterator[Quad]:
    """Every quad of the thing, of the parts reached from it, and of its documents; nothing where ``thing`` is no IRI.

    What it shares with other notices (agents, concepts, places) has IRIs of its own and is not walked.
    """
    yield from _notice_quads(store, site, thing, lambda subject: store.quads_for_pattern(subject, None, None, DEFAULT_GRAPH))


def shown_quads(store: Store, site: str, thing: str, properties: Callable[[], Sequence[NamedNode]] = tuple) -> Iterator[Quad]:
    """Like :func:`notice_quads`, but of a hub at most SHOWN mirrored links of each property: the links themselves tell the rest.

    ``properties`` gives those that the store has, where they are known: a hub is then asked for each of the others, and its links are not
    walked through.
    """
    yield from _notice_quads(store, site, thing, lambda subject: _about(store, subject, properties))


_Quads = Callable[[NamedNode], Iterable[Quad]]


def _notice_quads(store: Store, site: str, thing: str, about: _Quads) -> Iterator[Quad]:
    start = node(thing)
    if start is None:
        return
    yield from _with_parts(start, about)
    for document in documents(store, site, start):
        yield from _with_parts(document, about)


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


def _with_parts(start: NamedNode, about: _Quads) -> Iterator[Quad]:
    """The quads of ``start``, and of each ``start#…`` that they lead to."""
    prefix = start.value + "#"
    seen = {start.value}
    todo = [start]
    while todo:
        subject = todo.pop()
        for quad in about(subject):
            yield quad
            target = quad.object
            if isinstance(target, NamedNode) and target.value.startswith(prefix) and target.value not in seen:
                seen.add(target.value)
                todo.append(target)


def _about(store: Store, subject: NamedNode, properties: Callable[[], Sequence[NamedNode]]) -> Iterable[Quad]:
    """The quads of a subject, mirrored links beyond SHOWN left out where there are HUB quads or more."""
    quads = list(islice(store.quads_for_pattern(subject, None, None, DEFAULT_GRAPH), HUB))
    return quads if len(quads) < HUB else _about_hub(store, subject, properties())


def _about_hub(store: Store, subject: NamedNode, properties: Sequence[NamedNode]) -> Iterator[Quad]:
    """Some hundred look-ups, whatever the number of links; without ``properties`` the engine walks through all (90 ms for 200,000)."""
    for predicate in properties:
        limit = SHOWN if predicate in mirrored() else None
        yield from islice(store.quads_for_pattern(subject, predicate, None, DEFAULT_GRAPH), limit)
    if properties:
        return
    names = ", ".join(map(str, mirrored()))
    solutions = store.query(f"SELECT ?p ?o WHERE {{ {subject} ?p ?o FILTER(?p NOT IN ({names})) }}")
    if isinstance(solutions, QuerySolutions):
        for solution in solutions:
            yield Quad(subject, solution["p"], solution["o"], DEFAULT_GRAPH)
    for predicate in mirrored():
        yield from islice(store.quads_for_pattern(subject, predicate, None, DEFAULT_GRAPH), SHOWN)


def selected(store: Store, query: str) -> Iterator[tuple[str, str, str]]:
    """(this, path, value) of each solution of a query, as texts; "" for what is unbound. Streams."""
    solutions = store.query(query)
    if isinstance(solutions, QuerySolutions):
        names = {variable.value for variable in solutions.variables}
        wanted = [name if name in names else "" for name in ("this", "path", "value")]
        for solution in solutions:
            terms = [solution[name] if name else None for name in wanted]
            this, path, value = (term.value if isinstance(term, NamedNode | Literal) else "" for term in terms)
            yield this, path, value


@cache
def mirrored() -> tuple[NamedNode, ...]:
    """The derived properties as terms."""
    return tuple(map(NamedNode, sorted(derived_properties())))
