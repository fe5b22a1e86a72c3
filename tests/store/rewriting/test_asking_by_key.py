"""Few rows of many, asked for by the values of their first key: the engine's own rows, and pages that fit together."""

from __future__ import annotations

from pathlib import Path

import pytest
from both_ways import counted, run, solutions, terms
from pyoxigraph import Literal, NamedNode, Quad, Store

from pop_ld import iris
from pop_ld.store.rewriting import selecting, sorting
from pop_ld.store.rewriting.tree import parse

EX = "http://example.org/"
A, KEY = NamedNode(iris.RDF + "type"), NamedNode(EX + "key")
PREFIX = f"PREFIX ex: <{EX}>\n"


def many(folder: Path) -> Store:
    """2,500 things on disk, each with a key of its own; two and two are the same in lower case."""
    store = Store(folder / "store")
    for number in range(2_500):
        thing, text = NamedNode(f"{EX}n{number}"), f"{number % 1250 * 7919 % 1250:04} é"
        store.add(Quad(thing, A, NamedNode(EX + "C")))
        store.add(Quad(thing, KEY, Literal(text, language="fr") if number % 2 == number // 1250 else Literal(text.upper())))
    return store


@pytest.mark.parametrize("order", ["?k ?s", "DESC(?k) ?s", "STR(?k) ?s", "?k DESC(?s)", "LCASE(STR(?k)) ?s", "LCASE(STR(?k)) DESC(?s)"])
@pytest.mark.parametrize(
    "group",
    [
        "?s a ex:C ; ex:key ?k",
        "?s a ex:C ; ex:key ?k OPTIONAL { ?s ex:other ?o } BIND(1 AS ?b)",
        "?s a ex:C ; ex:key ?k FILTER(STR(?k) > '0100')",
    ],
)
def test_rows_asked_for_by_their_first_key(order: str, group: str, tmp_path: Path) -> None:
    store = many(tmp_path)
    query = f"{PREFIX}SELECT ?s ?k {{ {group} }} ORDER BY {order} LIMIT 31 OFFSET 10"
    select = selecting.read(parse(query))  # type: ignore[arg-type]
    plan = sorting.plan(select, ["?s", "?k"]) if select else None
    assert select and plan and plan.first == "?k"
    alone = [terms(row) for row in solutions(store.query(query))[1]]
    for statistics in (None, counted(store)):
        values = sorting._values(store, select, plan, {}, statistics, str)
        assert 41 <= len(values) < 90  # each once, with all that are equal to the last
        assert bool(statistics and sorting._keys_of_class(select, plan, statistics)) == bool(statistics and "FILTER" not in group)
        answered = run(store, query, statistics)
        assert "order" in answered.rewrites
        assert [terms(row) for row in solutions(answered.results)[1]] == alone


def test_many_values_are_read_once(tmp_path: Path) -> None:
    store, query = many(tmp_path), f"{PREFIX}SELECT ?s ?k {{ ?s a ex:C ; ex:key ?k }} ORDER BY DESC(?k) ?s LIMIT 700"
    answered = run(store, query, counted(store))
    assert answered.rewrites == ("order",)
    assert [terms(row) for row in solutions(answered.results)[1]] == [terms(row) for row in solutions(store.query(query))[1]]


@pytest.mark.parametrize("order", ["LCASE(STR(?k))", "STRENDS(STR(?k), 'e')", "DESC(SUBSTR(STR(?k), 1, 2)) ?nothing"])
def test_pages_fit_together(order: str, tmp_path: Path) -> None:
    store, query = many(tmp_path), f"{PREFIX}SELECT ?s ?k {{ ?s a ex:C ; ex:key ?k }} ORDER BY {order}"
    whole = [terms(row) for row in solutions(run(store, query).results)[1]]
    for limit, offset in ((50, 0), (50, 50), (501, 100), (1, 1_999), (900, 1_600)):  # by values looked up, hashed, and all at once
        answered = run(store, f"{query} LIMIT {limit} OFFSET {offset}", counted(store))
        assert "order" in answered.rewrites
        assert [terms(row) for row in solutions(answered.results)[1]] == whole[offset : offset + limit]
