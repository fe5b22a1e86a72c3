"""Asks a query of the engine alone and of the rewriting, and compares the answers."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolution, QuerySolutions, Store, parse_query_results

from pop_ld.store import counting, rewriting
from pop_ld.store.rewriting import Answered, sorting
from pop_ld.store.rewriting.ordering import Order, Unordered
from pop_ld.store.statistics import Statistics


@contextmanager
def small_bounds() -> Iterator[None]:
    """What is worth doing for thousands of rows only is done for a handful."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"SAMPLE": 2, "FIRST": 2, "FEWEST_VALUES": 1, "SLOW_ROW": 1.0}.items():
            patch.setattr(sorting, name, value)
        yield


def run(store: Store, query: str, statistics: Statistics | None = None) -> Answered:
    """The rewriting's answer to a query of the store's own dataset."""
    return rewriting.run(store, query, dataset={}, statistics=statistics, hits={})


def counted(store: Store) -> Statistics:
    """The statistics of a store's default graph."""
    return counting.count(store, counting.Links())


def solutions(found: object) -> tuple[list[str], list[QuerySolution]]:
    """The variables and the solutions, through the engine's serializer and parser."""
    assert isinstance(found, QuerySolutions)
    buffer = io.BytesIO()
    found.serialize(buffer, QueryResultsFormat.JSON)
    read = parse_query_results(buffer.getvalue(), QueryResultsFormat.JSON)
    assert isinstance(read, QuerySolutions)
    return [variable.value for variable in read.variables], list(read)


def terms(row: QuerySolution) -> tuple[str, ...]:
    """A solution as text, an unbound cell as ``None``."""
    return tuple(str(cell) for cell in row)


def assert_same(store: Store, query: str, answered: Answered) -> None:
    """The columns and, as a multiset, the solutions are the engine's own."""
    alone = store.query(query)
    if isinstance(alone, QueryBoolean):
        assert bool(alone) == bool(answered.results)
    elif isinstance(alone, QuerySolutions):
        (variables, expected), (columns, found) = solutions(alone), solutions(answered.results)
        assert columns == variables, query
        assert Counter(map(terms, found)) == Counter(map(terms, expected)), query
    else:
        assert Counter(map(str, answered.results)) == Counter(map(str, alone)), query


def assert_same_order(store: Store, query: str, answered: Answered, keys: Sequence[tuple[int, bool]], everything: str) -> None:
    """As many solutions as the engine gives, each with the same keys in its place, and all of them among those of ``everything``.

    Rows of equal keys may change places, or one come for another where a limit cuts between them.
    """
    (variables, expected), (columns, found) = solutions(store.query(query)), solutions(answered.results)
    assert columns == variables, query
    assert [key_of(row, keys) for row in found] == [key_of(row, keys) for row in expected], query
    possible = Counter(map(terms, solutions(store.query(everything))[1]))
    assert not Counter(map(terms, found)) - possible, query


def key_of(row: QuerySolution, keys: Sequence[tuple[int, bool]]) -> object:
    """Numbers of equal value are equal keys, and so are equal terms."""
    try:
        return [Order([key])(row) for key in keys]
    except Unordered:
        return [str(row[column]) for column, _ in keys]
