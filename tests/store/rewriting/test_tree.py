"""Queries read into trees: which are read, where their nodes are, and how texts are edited."""

from __future__ import annotations

import pytest

from pop_ld.store.rewriting import selecting
from pop_ld.store.rewriting.tree import edited, parse


@pytest.mark.parametrize("query", ["SELECT", "SELECT * {", "SELECT ?a { ?a ?b }", 'SELECT * { ?s ?p "\\u00e9" }'])
def test_what_is_not_read_for_certain_has_no_tree(query: str) -> None:
    assert parse(query) is None


def test_edits_are_of_bytes() -> None:
    tree = parse('SELECT ?é { ?é ?p "ü" }')
    assert tree is not None
    variables = [(node.start_byte, node.end_byte, "?e") for node in tree.find("var") if tree.source(node) == "?é"]
    assert edited(tree, variables) == 'SELECT ?e { ?e ?p "ü" }'


def test_nodes_are_found_in_the_order_of_the_text() -> None:
    tree = parse("SELECT ?a ?b { ?c ?d ?e { ?f ?g ?h } }")
    assert tree is not None
    assert [tree.source(node) for node in tree.find("var")] == [f"?{name}" for name in "abcdefgh"]
    assert [tree.source(node) for node in tree.all_of("var")] == [f"?{name}" for name in "abcdefgh"]


def read(query: str) -> selecting.Select:
    tree = parse(query)
    found = selecting.read(tree) if tree else None
    assert found is not None
    return found


def test_the_parts_of_a_select_query() -> None:
    found = read(
        "PREFIX x: <http://x/> SELECT DISTINCT $a (COUNT(?b) AS ?n) # c\n FROM <http://x> { ?a x:b ?b } "
        "GROUP BY ?a HAVING(?n > 1) ORDER BY desc(?n) (?a) x:f(?b) OFFSET 5 LIMIT 010 VALUES ?a { 1 }"
    )
    assert found.kind == "DISTINCT" and found.having and found.has_dataset and found.has_values and found.is_grouped
    assert [(item.variable, item.expression is not None) for item in found.items or ()] == [("?a", False), ("?n", True)]
    assert [(key.text, key.descending, key.variable) for key in found.keys] == [
        ("(?n)", True, "?n"),
        ("(?a)", False, "?a"),
        ("x:f(?b)", False, ""),
    ]
    assert (found.limit, found.offset, found.grouping) == (10, 5, ("?a",))


def test_a_query_without_modifiers_has_none() -> None:
    found = read("SELECT * { { SELECT ?a { ?a ?b ?c } ORDER BY ?a LIMIT 1 } }")
    assert (found.items, found.keys, found.limit, found.offset, found.grouping) == (None, (), None, 0, ())
    assert not (found.kind or found.having or found.has_dataset or found.has_values or found.is_grouped or found.removed)


@pytest.mark.parametrize("clause", ["(?a AS ?x)", "STR(?a)", "?a (?b + 1)"])
def test_grouping_by_more_than_variables(clause: str) -> None:
    found = read(f"SELECT (COUNT(*) AS ?n) {{ ?a ?b ?c }} GROUP BY {clause}")
    assert found.grouping is None and found.is_grouped


@pytest.mark.parametrize("query", ["ASK { ?a ?b ?c }", "CONSTRUCT WHERE { ?a ?b ?c }", "DESCRIBE ?a WHERE { ?a ?b ?c } ORDER BY ?a"])
def test_other_queries_are_no_select(query: str) -> None:
    tree = parse(query)
    assert tree is not None and selecting.read(tree) is None


def test_a_query_nested_deeply_is_walked_without_recursion() -> None:
    tree = parse("SELECT * " + "{" * 5_000 + "}" * 5_000)
    assert tree is None or len(list(tree.find("group_graph_pattern"))) == 5_000
