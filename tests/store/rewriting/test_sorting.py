"""ORDER BY outside the engine: the engine's own rows in the engine's own order, whatever the terms, and what is left to the engine."""

from __future__ import annotations

import itertools
from collections import Counter
from functools import cache

import pytest
from both_ways import assert_same_order, counted, run, small_bounds, solutions, terms
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BaseDirection, BlankNode, Literal, NamedNode, Quad, QuerySolutions, Store, Triple

from pop_ld import iris
from pop_ld.store.rewriting import sorting
from pop_ld.store.rewriting.ordering import Order

EX = "http://example.org/"
A, KEY, OTHER = NamedNode(iris.RDF + "type"), NamedNode(EX + "key"), NamedNode(EX + "other")
PREFIX = f"PREFIX ex: <{EX}>\nPREFIX rdf: <{iris.RDF}>\n"


def typed(value: str, name: str) -> Literal:
    return Literal(value, datatype=NamedNode(iris.XSD + name))


NAMES = [NamedNode(EX + name) for name in ("a", "aa", "b", "é", "Z", "a#1")]
BLANKS = [BlankNode(name) for name in ("b1", "a2", "z9")]
STRINGS = [
    Literal(text) for text in ("", "a", "A", "aa", "ab", "é", "e\u0301", "\U0001f600", "\uffff", 'q"t\\', "l\nl\tt\r", "true", "10", "9")
]
TAGGED = [Literal(text, language=tag) for text in ("a", "aa", "é", "b") for tag in ("fr", "en", "en-gb")]
OTHERS = [Literal("a", datatype=NamedNode(EX + "t")), Literal("b", datatype=NamedNode("http://z.example/t")), *map(Literal, (True, False))]
DATES = [typed(v, "dateTime") for v in ("1999-12-31T23:59:59Z", "2000-01-01T00:00:00", "2000-01-01T00:00:00Z", "0999-01-01T00:00:00Z")]
DATES += [typed("2000-01-01", "date"), typed("2000-01-02Z", "date"), typed("1850", "gYear"), typed("1850-07", "gYearMonth")]
NUMBERS = [typed(v, "integer") for v in ("-5", "0", "7", "10", "9223372036854775807", "007")]
NUMBERS += [typed(v, "decimal") for v in ("-5.5", "7.0", "0.000000000000000001", "-0.5", "10.25")]
UNKNOWN = [typed(v, "double") for v in ("1e0", "NaN", "-INF", "INF")] + [
    typed("1.5", "float"),
    typed("ten", "integer"),
    typed("P1D", "duration"),
]
UNKNOWN += [
    typed("2000-01-01T00:00:00.5Z", "dateTime"),
    typed("2000-01-01T00:00:00+02:00", "dateTime"),
    typed("-0044", "gYear"),
    typed("12000", "gYear"),
    Literal("a\0b"),
]
KNOWN = [*NAMES, *BLANKS, *STRINGS, *TAGGED, *OTHERS, *DATES]
NUMERIC = [*NAMES, *BLANKS, *NUMBERS]
ANY = [*KNOWN, *NUMBERS, *UNKNOWN]


def store_of(keys: list[object], others: list[object], *, unbound: bool = True) -> Store:
    """Things ``ex:n0``… of class ``ex:C`` with ``ex:key`` and ``ex:other``; the last ones have no key."""
    store = Store()
    for number in range(max(len(keys) + 2 * unbound, len(others))):
        thing = NamedNode(f"{EX}n{number}")
        store.add(Quad(thing, A, NamedNode(EX + "C")))
        for property, values in ((KEY, keys), (OTHER, others)):
            if number < len(values):
                store.add(Quad(thing, property, values[number]))  # type: ignore[arg-type]
    return store


lists = st.sampled_from([KNOWN, KNOWN, NUMERIC, STRINGS, NAMES, ANY]).flatmap(lambda pool: st.lists(st.sampled_from(pool), max_size=14))
groups = st.sampled_from(
    [
        "{ ?s ex:key ?k ; ex:other ?o }",
        "{ ?s a ex:C ; ex:key ?k ; ex:other ?o }",
        "{ ?s a ex:C ; ex:key ?k OPTIONAL { ?s ex:other ?o } }",
        "{ ?s a ex:C OPTIONAL { ?s ex:key ?k } OPTIONAL { ?s ex:other ?o } }",
        "{ ?s ex:key ?k . ?x ex:other ?o FILTER(ISIRI(?k) || STRLEN(STR(?k)) > 1) }",
        "{ ?s ex:key ?k BIND(STRLEN(STR(?k)) AS ?o) }",
        "{ { ?s ex:key ?k } UNION { ?s ex:other ?o } }",
        "{ ?s ex:key|ex:other ?k MINUS { ?s ex:other ?k } BIND(?k AS ?o) }",
        '{ ?s ex:key ?k VALUES (?k ?o) { ("a" 1) (UNDEF 2) ("a"@fr UNDEF) } }',
        "{ ?s a ex:C ; ex:key ?k { SELECT ?k (COUNT(*) AS ?o) { ?x ex:key ?k } GROUP BY ?k } }",
    ]
)
orders = st.sampled_from(
    [("?k", "?s"), ("DESC(?k)", "?o"), ("ASC(?k)", "DESC(?s)"), ("?o", "DESC(?k)"), ("?k", ""), ("DESC(?o)", ""), ("(?k)", "DESC((?o))")]
)
limits = st.sampled_from(
    ["", "LIMIT 1", "LIMIT 3", "LIMIT 5 OFFSET 2", "OFFSET 3 LIMIT 2", "OFFSET 1", "LIMIT 0", f"LIMIT {10**12}", "OFFSET 999"]
)


@settings(max_examples=400, deadline=None)
@given(lists, lists, groups, orders, st.sampled_from(["*", "?k ?o ?s", "DISTINCT ?k ?s ?o", "$s ?o ?k (STR(?k) AS ?t)"]), limits)
def test_rows_come_in_the_order_of_the_engine(
    keys: list[object], others: list[object], group: str, order: tuple[str, str], what: str, limit: str
) -> None:
    store = store_of(keys, others)
    asked = f"{PREFIX}SELECT {what} {{ {group} }}"
    query = f"{asked} ORDER BY {' '.join(order)} {limit}"
    found = store.query(asked)
    assert isinstance(found, QuerySolutions)
    variables = [f"?{variable.value}" for variable in found.variables]
    named = [(variables.index(key.strip("ASCDE()")), key.startswith("DESC")) for key in order if key]
    if has_no_order(store, asked, named):
        return
    for statistics in (None, counted(store)):
        with small_bounds():
            assert_same_order(store, query, run(store, query, statistics), named, asked)
    assert_same_order(store, query, run(store, query), named, asked)


def has_no_order(store: Store, query: str, keys: list[tuple[int, bool]]) -> bool:
    """Whether the engine's comparison is not one order for these terms: what it gives then depends on the order of the rows."""
    rows = list(solutions(store.query(query))[1])
    for column, _ in keys:
        literals = {row[column] for row in rows if isinstance(row[column], Literal)}
        numbers = {term for term in literals if isinstance(term, Literal) and is_number(term)}
        if numbers and (numbers != literals or any(term in UNKNOWN for term in literals)):
            return True
    return False


def is_number(term: Literal) -> bool:
    return term.datatype.value in {iris.XSD + name for name in ("integer", "decimal", "double", "float")} and term.value != "ten"


@pytest.mark.parametrize("pool", [KNOWN, NUMERIC], ids=["texts", "numbers"])
def test_every_two_terms_compare_as_in_the_engine(pool: list[object]) -> None:
    for first, second in itertools.permutations([None, *pool], 2):
        store = store_of([], [])
        store.extend(Quad(NamedNode(f"{EX}n{n}"), KEY, term) for n, term in enumerate((first, second)) if term is not None)  # type: ignore[arg-type]
        given = f"{PREFIX}SELECT ?k ?s {{ VALUES ?s {{ ex:n0 ex:n1 }} OPTIONAL {{ ?s ex:key ?k }} }} ORDER BY"
        for order in ("?k ?s", "?k DESC(?s)"):  # where the keys are equal the subject decides
            alone, (_, rows) = solutions(store.query(f"{given} {order}"))[1], solutions(run(store, f"{given} {order}").results)
            assert [terms(row) for row in rows] == [terms(row) for row in alone], (first, second)


def test_terms_of_unknown_order_are_left_to_the_engine() -> None:
    for term in UNKNOWN:
        store = store_of([term, Literal("a"), NAMES[0]], [])
        query = f"{PREFIX}SELECT ?k {{ ?s ex:key ?k }} ORDER BY ?k"
        answered = run(store, query)
        assert answered.rewrites == (), term
        assert Counter(map(terms, solutions(answered.results)[1])) == Counter(map(terms, solutions(store.query(query))[1]))
    mixed = store_of([Literal("a"), NUMBERS[0]], [])
    assert run(mixed, f"{PREFIX}SELECT ?k {{ ?s ex:key ?k }} ORDER BY ?k").rewrites == ()


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?k { ?s ex:key ?k } ORDER BY STR(?k)",
        "SELECT ?k { ?s ex:key ?k } ORDER BY LCASE(STR(?k)) DESC(?s) LIMIT 7",
        "SELECT * { ?s ex:key ?k } ORDER BY DESC(UCASE(STR(?k))) (STRLEN(STR(?k))) ?s LIMIT 4",
        "SELECT ?s { ?s ex:key ?k } ORDER BY ?k ?s LIMIT 3",
        "SELECT (STR(?k) AS ?t) { ?s ex:key ?k } ORDER BY DESC(?t) ?k ?s",
        "SELECT ?k (COUNT(*) AS ?n) { ?s ex:key ?k } GROUP BY ?k ORDER BY ?k LIMIT 5",
        "SELECT ?k { ?s ex:key ?k } GROUP BY ?k HAVING(COUNT(*) < 9) ORDER BY (IF(COUNT(?s) > 1, 'b', 'a')) DESC(?k)",
        "SELECT ?s { ?s ex:key ?k FILTER EXISTS { ?s a ex:C } } ORDER BY EXISTS { ?s ex:other ?o } STR(?k) ?s",
        "SELECT ?s FROM <http://example.org/none> { ?s ex:key ?k } ORDER BY ?k",
        "SELECT ?k { ?s ex:key ?k { SELECT ?s { ?s a ex:C } ORDER BY ?s LIMIT 9 } } ORDER BY ?k LIMIT 2 # end",
        "SELECT ?k # the key\n { ?s ex:key ?k } # order\n ORDER # by\n BY # key\n ?k # few\n LIMIT # of\n 3 # end",
        "SELECT ?k { ?s ex:key ?k } ORDER BY ?k OFFSET 1 LIMIT 2 VALUES ?s { ex:n1 ex:n2 ex:n3 ex:n4 }",
        "SELECT (MIN(?k) AS ?m) { ?s ex:key ?k } ORDER BY ?m",
        "SELECT ?nowhere { ?s ex:key ?k } ORDER BY ?nowhere STR(?k) STR(?s)",
    ],
)
def test_rows_of_other_queries_are_the_engines(query: str) -> None:
    store = store_of(STRINGS * 2, NAMES)
    alone = [terms(row) for row in solutions(store.query(PREFIX + query))[1]]
    with small_bounds():
        answered = run(store, PREFIX + query, counted(store))
    assert answered.rewrites == ("order",)
    assert [terms(row) for row in solutions(answered.results)[1]] == alone


@pytest.mark.parametrize(
    "query",
    [
        "SELECT DISTINCT ?s { ?s ex:key ?k } ORDER BY ?k",
        "SELECT DISTINCT ?k { ?s ex:key ?k } ORDER BY STR(?k)",
        "SELECT REDUCED ?k { ?s ex:key ?k } ORDER BY ?k",
        "SELECT ?k (COUNT(*) AS ?n) { ?s ex:key ?k } GROUP BY ?k ORDER BY DESC(?n)",
        "SELECT ?k { ?s ex:key ?k } ORDER BY STRLEN(STR(?k))",
        "SELECT ?k { ?s ex:key ?k } ORDER BY ?k LIMIT 0",
        "CONSTRUCT { ?s ex:key ?k } WHERE { ?s ex:key ?k } ORDER BY ?k LIMIT 3",
        "DESCRIBE ?s WHERE { ?s ex:key ?k } ORDER BY ?k LIMIT 3",
        "ASK { ?s ex:key ?k } ORDER BY ?k",
        "SELECT * { { SELECT ?k { ?s ex:key ?k } ORDER BY ?k LIMIT 3 } }",
        "SELECT ?k { ?s ex:key ?k } ORDER BY ?k # SERVICE",
        "SELECT ?k { ?s ex:key ?k FILTER(STR(?k) != '\\u0041') } ORDER BY ?k",
        "SELECT * {} ORDER BY ?x",
    ],
)
def test_left_to_the_engine(query: str) -> None:
    store = store_of(STRINGS, NAMES)
    answered = run(store, PREFIX + query, counted(store))
    assert "order" not in answered.rewrites
    assert str(list(answered.results)) == str(list(store.query(PREFIX + query))) if "ASK" not in query else bool(answered.results)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "query", ["SELECT ?k { ?s ex:key ?k } ORDER BY", "SELECT ?k { ?s no:key ?k } ORDER BY ?k", "SELECT ?k { } ORDER BY ?k LIMIT -1"]
)
def test_errors_are_of_the_query_as_written(query: str) -> None:
    store = store_of(STRINGS, [])
    with pytest.raises(SyntaxError) as alone:
        store.query(PREFIX + query)
    with pytest.raises(SyntaxError) as ours:
        run(store, PREFIX + query)
    assert str(ours.value) == str(alone.value)


def test_blank_nodes_are_not_asked_for_by_name() -> None:
    query = f"{PREFIX}SELECT ?s {{ ?s ex:key ?k }} ORDER BY ?k LIMIT 4"
    store = store_of([*BLANKS, *NAMES], [])
    with small_bounds():
        answered = run(store, query)
    assert answered.rewrites == ("order",)
    assert str(list(answered.results)) == str(list(store.query(query)))  # type: ignore[arg-type]


def test_numbers_are_the_engines_where_all_of_the_first_are() -> None:
    store = store_of([typed(str(n), "integer") for n in range(200)], [])
    query = f"{PREFIX}SELECT ?s {{ ?s ex:key ?k }} ORDER BY DESC(?k) LIMIT 4"
    assert run(store, query).rewrites == ()


def test_triple_terms_come_back_whole() -> None:
    store = store_of(
        [Triple(NAMES[0], KEY, Triple(NAMES[1], KEY, Literal("x\ty"))), Literal("a", language="ar", direction=BaseDirection.RTL)], []
    )
    query = f"{PREFIX}SELECT ?s ?k {{ ?s ex:key ?k }} ORDER BY ?s"
    answered = run(store, query)
    assert answered.rewrites == ("order",)
    assert [list(row) for row in answered.results] == [list(row) for row in store.query(query)]  # type: ignore[union-attr]
    assert run(store, query.replace("BY ?s", "BY ?k")).rewrites == ()


@cache
def ten_thousand() -> Store:
    store = Store()
    store.extend(Quad(NamedNode(f"{EX}n{n}"), KEY, Literal(f"{n * 7919 % 100:03}")) for n in range(100))
    return store


def test_few_rows_of_many_take_little_memory() -> None:
    least = sorting.Least(10)
    _, rows = solutions(ten_thousand().query(f"{PREFIX}SELECT ?a ?b {{ ?s ex:key ?a . ?t ex:key ?b }}"))
    order = Order([(0, True), (1, False)])
    for row in rows:
        least.add(order(row), row, 2)
        assert len(least._kept) <= 2 * 10 + sorting.SAMPLE
    assert least.lines() == sorted(least.lines(), reverse=True, key=lambda line: line.split(b"\t")[0]) and len(least.lines()) == 10
