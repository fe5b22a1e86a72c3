"""Every query of W3C's suite and every competency question, of the engine alone and through the rewriting: the same answers."""

from __future__ import annotations

from collections import Counter

import pytest
from both_ways import assert_same, assert_same_order, counted, run, small_bounds
from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, Store

from pop_ld.errors import QuerySyntaxError
from pop_ld.store import rewriting

EX = "http://example.org/"
CHANGING = ("RAND()", "UUID()", "NOW()", "BNODE(")
"""Functions that answer otherwise each time."""


def test_the_w3c_queries_are_answered_the_same(w3c_queries: list[tuple[str, Store]]) -> None:
    assert len(w3c_queries) > 220
    rewrites = Counter[str]()
    for query, store in w3c_queries:
        if not is_taken(store, query):
            with pytest.raises((SyntaxError, OSError)):
                run(store, query)
            continue
        if any(name in query.upper() for name in CHANGING) or "SERVICE" in query:
            continue
        with small_bounds():
            answered = run(store, query, counted(store))
        rewrites.update(answered.rewrites)
        assert_same(store, query, answered)
    assert rewrites["order"] and rewrites["count"]


def test_the_w3c_queries_in_an_order_are_answered_the_same(w3c_queries: list[tuple[str, Store]]) -> None:
    sorted_here = 0
    for query, store in w3c_queries:
        if any(name in query.upper() for name in ("ORDER", "LIMIT", "VALUES", "SERVICE", *CHANGING)) or not is_taken(store, query):
            continue
        found = store.query(query)
        if not isinstance(found, QuerySolutions):
            continue
        names = [variable.value for variable in found.variables]
        for way, limit in (("", ""), ("DESC", "LIMIT 3"), ("", "LIMIT 2 OFFSET 1")):
            ordered = f"{query}\nORDER BY {' '.join(f'{way}(?{name})' for name in names)} {limit}"
            if not is_taken(store, ordered):
                continue
            with small_bounds():
                answered = run(store, ordered, counted(store))
            sorted_here += "order" in answered.rewrites
            keys = [(place, bool(way)) for place in range(len(names))]
            assert_same_order(store, ordered, answered, keys, query)
    assert sorted_here > 200


def is_taken(store: Store, query: str) -> bool:
    try:
        store.query(query)
    except (SyntaxError, OSError):
        return False
    return True


def test_the_competency_questions_are_answered_the_same(competency_questions: list[str], samples_on_disk: Store) -> None:
    statistics, rewrites = counted(samples_on_disk), Counter[str]()
    for query in competency_questions:
        for small in (False, True):
            if small:
                with small_bounds():
                    answered = run(samples_on_disk, query, statistics)
            else:
                answered = run(samples_on_disk, query, statistics)
            rewrites.update(answered.rewrites)
            assert_same(samples_on_disk, query, answered)
    assert rewrites["order"] > 3


@pytest.fixture
def labels() -> Store:
    store = Store()
    for number, text in enumerate(("b", "a", "c", "a")):
        store.add(Quad(NamedNode(f"{EX}n{number}"), NamedNode(EX + "label"), Literal(text)))
    return store


SEARCH = f'PREFIX pop: <https://data.pop.culture.gouv.fr/def/pop#> SELECT ?l {{ ?n pop:search "x" ; <{EX}label> ?l }}'


def test_text_search_and_order_go_together(labels: Store) -> None:
    found = rewriting.run(
        labels, SEARCH + " ORDER BY ?l", dataset={}, statistics=counted(labels), hits={"x": [(EX + "n2", 2.0), (EX + "n1", 1.0)]}
    )
    assert found.rewrites == ("text", "order")
    assert [row["l"].value for row in found.results] == ["a", "c"]  # type: ignore[union-attr, index]


def test_text_search_alone(labels: Store) -> None:
    found = rewriting.run(labels, SEARCH, dataset={}, statistics=None, hits={"x": [(EX + "n0", 1.0)]})
    assert found.rewrites == ("text",)
    assert [row["l"].value for row in found.results] == ["b"]  # type: ignore[union-attr, index]


def test_an_error_beside_a_text_search_is_the_engines(labels: Store) -> None:
    wrong = SEARCH.replace("SELECT ?l", "SELECT ?l ?l")
    with pytest.raises(SyntaxError) as alone:
        labels.query(wrong)
    with pytest.raises(SyntaxError) as ours:
        rewriting.run(labels, wrong, dataset={}, statistics=None, hits={"x": []})
    assert str(ours.value) == str(alone.value)


def test_a_text_search_that_cannot_be_read_is_refused(labels: Store) -> None:
    with pytest.raises(QuerySyntaxError):
        run(labels, SEARCH.replace('"x"', '"\\u0041"') + " ORDER BY ?l")


def test_a_dataset_of_the_protocol_is_kept(labels: Store) -> None:
    labels.add(Quad(NamedNode(EX + "g1"), NamedNode(EX + "label"), Literal("in g"), NamedNode(EX + "g")))
    graphs = {"default_graph": [NamedNode(EX + "g")], "named_graphs": []}
    found = rewriting.run(labels, f"SELECT ?l {{ ?n <{EX}label> ?l }} ORDER BY ?l", dataset=graphs, statistics=counted(labels), hits={})
    assert found.rewrites == ("order",)
    assert [row["l"].value for row in found.results] == ["in g"]  # type: ignore[union-attr, index]


def test_a_deeply_nested_query_is_answered(labels: Store) -> None:
    query = f"SELECT ?l {{ {'{' * 60} ?n <{EX}label> ?l {'}' * 60} }} ORDER BY ?l"
    assert_same(labels, query, run(labels, query, counted(labels)))
