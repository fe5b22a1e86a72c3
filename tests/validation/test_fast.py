"""The fast engine: SPARQL constraints of all nodes at once, what is beyond the shapes that are compiled, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, Triple, parse

from pop_ld.errors import ShapeError
from pop_ld.mapping.compiler import escape
from pop_ld.validation.fast import FastEngine, asked_by, sparql_constraints
from pop_ld.validation.reference import ReferenceEngine

HEAD = "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix x: <urn:x:> .\n"


def shapes(text: str) -> list[Triple]:
    return [quad.triple for quad in parse(HEAD + text, RdfFormat.TURTLE)]


def triple(text: str, predicate: str = "p") -> str:
    return f'<urn:n> <urn:x:{predicate}> "{escape(text)}" .\n'


LENGTHS = shapes(
    "x:N a sh:NodeShape ; sh:targetSubjectsOf x:p ; sh:property x:P ."
    "x:P a sh:PropertyShape ; sh:path x:p ; sh:minLength 3 ; sh:maxLength 6 ."
)
FAST, SLOW = FastEngine(LENGTHS), ReferenceEngine(LENGTHS)


@settings(max_examples=150, deadline=None)
@given(text=st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=9))
def test_lengths_are_of_characters(text: str) -> None:
    """SHACL §4.4.1 counts as SPARQL's STRLEN does."""
    found = set(FAST(triple(text)))
    assert found == set(SLOW(triple(text)))
    assert bool(found) == (not 3 <= len(text) <= 6)


def test_what_is_not_compiled_is_read_too() -> None:
    """One shape of a graph may be beyond: the reference engine has that one alone."""
    both = shapes(
        "x:N a sh:NodeShape ; sh:targetSubjectsOf x:p ; sh:property x:P ; sh:property x:Q ."
        "x:P a sh:PropertyShape ; sh:path x:p ; sh:maxCount 1 ."
        "x:Q a sh:PropertyShape ; sh:path x:p ; sh:uniqueLang true ."
    )
    graph = '<urn:n> <urn:x:p> "a"@fr .\n<urn:n> <urn:x:p> "b"@fr .\n'
    found = FastEngine(both)(graph)
    assert {r.shape for r in found} == {"urn:x:P", "urn:x:Q"}
    assert sorted(found) == sorted(ReferenceEngine(both)(graph))


def test_closed_shapes_see_all() -> None:
    closed = shapes("x:N a sh:NodeShape ; sh:targetSubjectsOf x:p ; sh:closed true ; sh:property x:P . x:P sh:path x:p .")
    both = triple("a") + triple("b", "other")
    assert {r.component for r in FastEngine(closed)(both)} == {"ClosedConstraintComponent"}


QUERY = (
    '<urn:prefixes> sh:declare [ sh:prefix "x" ; sh:namespace "urn:x:" ] .'
    "x:N a sh:NodeShape ; sh:targetSubjectsOf x:p ; sh:sparql x:C ."
    "x:C sh:prefixes <urn:prefixes> ;"
    "  sh:select 'SELECT $this ?value WHERE { $this x:p ?value . FILTER NOT EXISTS { $this x:q ?value } }' ."
)


def test_sparql_constraints_are_asked_of_all_at_once() -> None:
    constraint = shapes(QUERY)
    graph = triple("a") + triple("b") + triple("b", "q")
    (result,) = FastEngine(constraint)(graph)
    assert (result.shape, result.text, result.component) == ("urn:x:C", "a", "SPARQLConstraintComponent")
    assert [result] == ReferenceEngine(constraint)(graph)
    assert asked_by(sparql_constraints(constraint)[0]) >= {"<urn:x:p>", "<urn:x:q>"}


@pytest.mark.parametrize(
    "text",
    [
        "x:N a sh:NodeShape ; sh:property x:P . x:P sh:path x:p ; sh:sparql x:C . x:C sh:select 'SELECT $this WHERE { $this $PATH ?v }' .",
        "x:N a sh:NodeShape ; sh:targetSubjectsOf x:p ; sh:sparql x:C . x:C sh:select 'ASK { $this ?p ?v }' .",
        "x:N a sh:NodeShape ; sh:targetSubjectsOf x:p ; sh:property [ sh:path x:p ; sh:minCount 'many' ] .",
    ],
)
def test_what_it_cannot_do_it_refuses(text: str) -> None:
    with pytest.raises(ShapeError):
        FastEngine(shapes(text))(triple("a"))


@pytest.mark.parametrize("value", ["http://127.0.0.1:9/x", "/etc/passwd", "", " \n", "a\u2028b", '"; DROP', "x" * 100_000])
def test_texts_that_look_like_something_else_are_texts(value: str) -> None:
    seen: list[Any] = FAST(triple(value))
    assert {r.text for r in seen} <= {value}
    assert FAST("") == []
