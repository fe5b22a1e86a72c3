"""Counts from the statistics of a release: the engine's own rows, and what is left to the engine."""

from __future__ import annotations

from collections import Counter

import pytest
from both_ways import assert_same, assert_same_order, counted, run, terms
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, QuerySolutions, Store

from pop_ld import iris
from pop_ld.store import rewriting

EX = "http://example.org/"
A = NamedNode(iris.RDF + "type")
PREFIX = f"PREFIX ex: <{EX}>\n"
PROPERTIES = [A, *(NamedNode(f"{EX}p{n}") for n in range(3))]
THINGS = [*(NamedNode(f"{EX}n{n}") for n in range(4)), BlankNode("b")]
CLASSES = [NamedNode(f"{EX}C{n}") for n in range(3)]

quads = st.builds(
    lambda subject, predicate, kind, value, graph: Quad(subject, predicate, kind if predicate == A else value, graph),
    st.sampled_from(THINGS),
    st.sampled_from(PROPERTIES),
    st.sampled_from(CLASSES),
    st.sampled_from([*THINGS, *CLASSES, Literal("x"), Literal(1)]),
    st.sampled_from([DefaultGraph(), DefaultGraph(), NamedNode(EX + "g")]),
)
stores = st.lists(quads, max_size=25)
groups = st.sampled_from(
    [
        *(
            "?s ?p ?o",
            "?s ?p ?o .",
            "$s ?p ?o # all\n",
            "?s a ?o",
            "?s a ex:C0",
            "?s a ex:None",
            "?s ex:p0 ?o",
            "?s ^ex:p1 ?o",
            "?s ex:none ?o",
        ),
        *("?s a ex:C1 ; ex:p0 ?o", "?s ex:p0 ?o ; a ex:C1", "?s a ex:C0 . ?s ex:p1 ?o", "?s a ex:C0 ; a ?o", "?s a ex:C0 ; ex:none ?o"),
        *(
            "?s ?p ?s",
            "?s ex:p0 ?s",
            "?s ?p 1",
            "ex:n0 ?p ?o",
            "?s a ex:C0, ex:C1",
            "?s ex:p0|ex:p1 ?o",
            "?s ex:p0/ex:p1 ?o",
            "[] a ?o",
            "_:x ?p ?o",
        ),
        *(
            "?s ?p ?o FILTER(ISIRI(?o))",
            "GRAPH ?g { ?s ?p ?o }",
            "?s a ex:C0 OPTIONAL { ?s ex:p0 ?o }",
            "{ ?s ?p ?o }",
            "?s a ex:C0 ; ex:p0 1",
            "",
        ),
        *(
            "?s ex:p0 ?o ; ex:p1 ?p",
            "?s ?p ?o . ?o ?p ?s",
            "?o a ex:C0 ; ex:p0 ?s",
            "?s a ?o ; ex:p0 ?p",
            "?s a ex:C0 . ?o ex:p1 ?s",
            "?s a []",
        ),
    ]
)
counts = st.sampled_from(["*", "?s", "?p", "?o", "DISTINCT ?s", "DISTINCT ?p", "DISTINCT ?o", "DISTINCT *", "?none", "1"])
limits = st.sampled_from(["", "LIMIT 2", "LIMIT 1 OFFSET 1", "OFFSET 1", "LIMIT 0", f"LIMIT {10**12} OFFSET 0"])


@settings(max_examples=300, deadline=None)
@given(stores, groups, st.lists(counts, min_size=1, max_size=2))
def test_a_count_is_the_engines(quads: list[Quad], group: str, what: list[str]) -> None:
    columns = " ".join(f"(COUNT({one}) AS ?n{place})" for place, one in enumerate(what))
    same(quads, f"SELECT {columns} {{ {group} }}")


@settings(max_examples=300, deadline=None)
@given(
    stores,
    groups,
    st.lists(counts, min_size=1, max_size=2),
    st.sampled_from(["?o", "?p", "?s", "?s ?p"]),
    st.sampled_from(["GROUP BY", "HAVING"]),
)
def test_counts_by_class_or_property_are_the_engines(quads: list[Quad], group: str, what: list[str], by: str, having: str) -> None:
    columns = " ".join(f"(COUNT({one}) AS ?n{place})" for place, one in enumerate(what))
    more = " HAVING (COUNT(*) > 1)" if having == "HAVING" else ""
    same(quads, f"SELECT {columns} {by} {{ {group} }} GROUP BY {by}{more}")


@settings(max_examples=200, deadline=None)
@given(stores, groups, st.sampled_from(["?o", "?p", "?s", "?o ?p", "*"]), st.sampled_from(["DISTINCT", "REDUCED", ""]))
def test_lists_of_classes_and_properties_are_the_engines(quads: list[Quad], group: str, what: str, kind: str) -> None:
    same(quads, f"SELECT {kind} {what} {{ {group} }}")


@settings(max_examples=200, deadline=None)
@given(
    stores, st.sampled_from(["?s a ?c", "?s ?c ?o"]), st.sampled_from(["?n ?c", "DESC(?n) DESC(?c)", "?c", "DESC(?c)", "(?n) ?c"]), limits
)
def test_counts_in_order_are_the_engines(quads: list[Quad], group: str, order: str, limit: str) -> None:
    asked = f"{PREFIX}SELECT ?c (COUNT(DISTINCT ?s) AS ?n) {{ {group} }} GROUP BY ?c"
    store = store_of(quads)
    answered = run(store, f"{asked} ORDER BY {order} {limit}", counted(store))
    assert answered.rewrites == (("count",) if list(store.query(asked)) else answered.rewrites)  # type: ignore[arg-type]
    assert_same_order(store, f"{asked} ORDER BY {order} {limit}", answered, [(0, False), (1, False)], asked)


def store_of(quads: list[Quad]) -> Store:
    store = Store()
    store.extend(quads)
    return store


def same(quads: list[Quad], query: str) -> None:
    """The answer is the engine's, or so is the error."""
    store = store_of(quads)
    try:
        store.query(PREFIX + query)
    except SyntaxError:
        with pytest.raises(SyntaxError):
            run(store, PREFIX + query, counted(store))
        return
    assert_same(store, PREFIX + query, run(store, PREFIX + query, counted(store)))


QUADS = [
    *(Quad(THINGS[n], A, CLASSES[n % 2]) for n in range(4)),
    *(Quad(THINGS[n], PROPERTIES[1], Literal(n)) for n in range(3)),
    Quad(THINGS[0], A, CLASSES[2]),
    Quad(THINGS[0], PROPERTIES[1], Literal("x"), NamedNode(EX + "g")),
]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
        "SELECT (COUNT(DISTINCT ?s) AS ?n) (COUNT(DISTINCT ?p) AS ?m) { ?s ?p ?o }",
        "select (count(?x) as ?n) where { ?x a ex:C0 . }",
        "SELECT (COUNT(DISTINCT ?o) AS ?n) { ?s ex:p0 ?o }",
        "SELECT (COUNT(?o) AS ?n) { ?s a ex:C0 ; ex:p0 ?o }",
        "SELECT (COUNT(*) AS ?n) ?c { ?s a ?c } GROUP BY ?c",
        "SELECT ?p (COUNT(DISTINCT ?o) AS ?n) { ?s ?p ?o } GROUP BY ?p ORDER BY DESC(?n) LIMIT 1",
        "SELECT DISTINCT ?p { ?s ?p ?o }",
        "SELECT DISTINCT ?c { ?s a ?c } ORDER BY ?c",
        "SELECT ?c { ?s a ?c } GROUP BY ?c ORDER BY DESC(?c) LIMIT 2",
    ],
)
def test_answered_from_the_statistics(query: str) -> None:
    store = store_of(QUADS)
    answered = run(store, PREFIX + query, counted(store))
    assert answered.rewrites == ("count",)
    assert_same(store, PREFIX + query, answered)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT (COUNT(*) AS ?n) FROM <http://example.org/g> { ?s ?p ?o }",
        "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }",
        "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s a ex:C0 ; ex:p0 ?o }",
        "SELECT (COUNT(*) + 1 AS ?n) { ?s ?p ?o }",
        "SELECT (COUNT(*) AS ?n) { ?s ?p ?s }",
        "SELECT (SUM(?o) AS ?n) { ?s ex:p0 ?o }",
        "SELECT ?c (COUNT(*) AS ?n) { ?s a ?c } GROUP BY ?c HAVING (?n > 1)",
        "SELECT ?c (COUNT(*) AS ?n) { ?s a ?c } GROUP BY ?c ORDER BY STR(?c)",
        "SELECT (COUNT(*) AS ?n) { ?s ?p ?o } VALUES ?s { ex:n0 }",
        "SELECT (COUNT(*) AS ?n) { ?s a ex:C0 } # SERVICE",
        "BASE <http://example.org/> SELECT (COUNT(*) AS ?n) { ?s a <C0> }",
    ],
)
def test_left_to_the_engine(query: str) -> None:
    store = store_of(QUADS)
    answered = run(store, PREFIX + query, counted(store))
    assert "count" not in answered.rewrites
    assert_same(store, PREFIX + query, answered)


def test_a_dataset_of_the_protocol_is_counted_by_the_engine() -> None:
    store, query = store_of(QUADS), "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    graphs = {"default_graph": [NamedNode(EX + "g")]}
    answered = rewriting.run(store, query, dataset=graphs, statistics=counted(store), hits={})
    assert answered.rewrites == ()
    assert isinstance(answered.results, QuerySolutions)
    assert [terms(row) for row in answered.results] == [terms(row) for row in store.query(query, default_graph=graphs["default_graph"])]  # type: ignore[union-attr]


def test_classes_that_are_no_iris_are_counted_by_the_engine() -> None:
    store = store_of([*QUADS, Quad(THINGS[0], A, BlankNode("class"))])
    query = "SELECT ?c (COUNT(*) AS ?n) { ?s a ?c } GROUP BY ?c"
    answered = run(store, query, counted(store))
    assert answered.rewrites == ()
    assert_same(store, query, answered)
    assert run(store, "SELECT (COUNT(*) AS ?n) { ?s a ?c }", counted(store)).rewrites == ("count",)


def test_counts_are_integers_of_xml_schema() -> None:
    store = store_of(QUADS)
    (row,) = run(store, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", counted(store)).results  # type: ignore[misc]
    assert Counter([str(row["n"])]) == Counter([f'"8"^^<{iris.XSD}integer>'])
