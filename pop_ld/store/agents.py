"""Keeps agents linked to the notices of Autor while both come and go, by the rule of ``namesakes``."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode, Quad, Store

from pop_ld import iris
from pop_ld.namesakes import Life, candidates
from pop_ld.relations import AGENT_NOTICE, NAME_KEY, NOTICE_AGENT
from pop_ld.store.relink import settle
from pop_ld.store.walk import DEFAULT_GRAPH, node

_NAME = NamedNode(NAME_KEY)
_DATES = (NamedNode(iris.SCHEMA + "birthDate"), NamedNode(iris.SCHEMA + "deathDate"))


def names_of(store: Store, thing: str) -> set[str]:
    """The keys of the names that a thing has."""
    start = node(thing)
    found = store.quads_for_pattern(start, _NAME, None, DEFAULT_GRAPH) if start else ()
    return {quad.object.value for quad in found if isinstance(quad.object, Literal)}


def settle_name(store: Store, site: str, name: str) -> None:
    """Links each agent of that name with the one Autor notice that it is, and undoes the links to those that it is not."""
    things = [q.subject for q in store.quads_for_pattern(None, _NAME, Literal(name), DEFAULT_GRAPH) if isinstance(q.subject, NamedNode)]
    notices = {thing.value: _life(store, thing) for thing in things if thing.value.startswith(f"{site}/id/autor/")}
    for agent in things:
        if agent.value in notices:
            continue
        chosen = candidates(_life(store, agent), notices)
        for notice in map(NamedNode, notices):
            for one, predicate, other in ((agent, AGENT_NOTICE, notice), (notice, NOTICE_AGENT, agent)):
                settle(store, Quad(one, NamedNode(predicate), other, DEFAULT_GRAPH), chosen == [notice.value])


def _life(store: Store, thing: NamedNode) -> Life:
    births, deaths = (
        frozenset(q.object.value for q in store.quads_for_pattern(thing, date, None, DEFAULT_GRAPH) if isinstance(q.object, Literal))
        for date in _DATES
    )
    return Life(births, deaths)
