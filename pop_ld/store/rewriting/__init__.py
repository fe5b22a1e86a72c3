"""What the engine does slowly, done better: a query goes in, the same solutions come out sooner.

Nothing is rewritten unless the engine takes the query as written: its errors, their places and their words are the engine's own.
A query with SERVICE is rewritten for text search alone. See docs/decisions/20261124-beyond-the-engine.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from pyoxigraph import QueryBoolean, QuerySolutions, QueryTriples, Store

from pop_ld.errors import QueryFailed
from pop_ld.store.contract import Hit
from pop_ld.store.rewriting import counting, joining, searching, selecting, sorting
from pop_ld.store.rewriting.tree import Tree, parse
from pop_ld.store.statistics import Statistics

Results = QuerySolutions | QueryBoolean | QueryTriples
_CLAUSE = re.compile("COUNT|DISTINCT|GROUP|ORDER")


@dataclass(frozen=True, slots=True)
class Answered:
    """Results that the engine serializes, and the names of the rewrites that they came by: text, count, join, order."""

    results: Results
    rewrites: tuple[str, ...] = ()


def run(
    store: Store, query: str, *, dataset: Mapping[str, Any], statistics: Statistics | None, hits: Mapping[str, Sequence[Hit]]
) -> Answered:
    """Answers a query; raises what ``Store.query`` raises, and what ``searching.rewritten`` does.

    ``dataset`` are the keyword arguments of ``Store.query`` for the protocol's dataset, empty for the store's own; ``statistics``
    are those of the store's default graph; ``hits`` what the search index found for each of ``searching.texts(query)``.
    """
    words = query.upper()
    counts = None if dataset else statistics
    read = "ORDER" in words or "SEARCH" in words or "SCORE" in words or (counts is not None and _may_be_planned(words))
    tree = parse(query) if read else None
    if tree is None:
        results = store.query(query, **dataset)
        searching.refuse_unread(query)
        return Answered(results)
    text = searching.rewritten(tree, hits)
    done = () if text is None else ("text",)
    if "SERVICE" not in words:
        found = _answer(store, query, tree if text is None else parse(text), dataset, counts)
        if found is not None:
            return Answered(found.results, (*done, *found.rewrites))
    if text is not None:
        try:
            return Answered(store.query(text, **dataset), done)
        except SyntaxError as error:
            store.query(query, **dataset)  # raises what is wrong with the query as written
            raise QueryFailed("the query with its searched texts cannot be read by the engine") from error
    return Answered(store.query(query, **dataset))


def _may_be_planned(words: str) -> bool:
    """Whether a query counts, lists, or joins: in a join some variable is written three times, or two twice."""
    return words.count("?") + words.count("$") > 3 or "COUNT" in words or "DISTINCT" in words


def _answer(store: Store, query: str, tree: Tree | None, dataset: Mapping[str, Any], counts: Statistics | None) -> Answered | None:
    """The answer by counts, join order or order; None where the engine answers the query as it is. Raises its SyntaxError."""
    words = set(_CLAUSE.findall(query.upper()))
    select = selecting.read(tree) if tree and words else None
    counted = counting.answered(select, counts) if select and counts and words != {"ORDER"} else None
    joined = joining.rewritten(tree, counts) if tree and counts and counted is None else None
    if counted is None and joined is None and not (select and select.keys):
        return None
    accepted = _nothing().query(query)
    if counted is not None:
        return Answered(counted, ("count",))
    plan = None
    if select and isinstance(accepted, QuerySolutions):
        plan = sorting.plan(select, [f"?{variable.value}" for variable in accepted.variables])
    if select and plan:
        sorted_here = sorting.ordered(store, select, plan, dataset, counts, lambda text: _joined(text, counts) if joined else text)
        if sorted_here is not None:
            return Answered(sorted_here, ("join", "order") if joined else ("order",))
    try:
        return Answered(store.query(joined, **dataset), ("join",)) if joined else None
    except SyntaxError:
        return None


def _joined(query: str, counts: Statistics | None) -> str:
    tree = parse(query)
    return (tree and counts and joining.rewritten(tree, counts)) or query


@cache
def _nothing() -> Store:
    """A store without triples: asked of it, a query is read and planned, and costs nothing more."""
    return Store()
