"""What the fast engine does with shapes that are not compiled: it counts characters, as rudof does not, and refuses what it cannot."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, Triple, parse

from pop_ld.errors import ShapeError
from pop_ld.mapping.compiler import escape
from pop_ld.validation.families import asked
from pop_ld.validation.fast import FastEngine, asked_by, sparql_constraints
from pop_ld.validation.reference import ReferenceEngine

if find_spec("pyrudof") is None:
    pytest.skip("rudof has no build for this system", allow_module_level=True)

# A target that is one node is not compiled: rudof has these shapes.
HEAD = "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix x: <urn:x:> .\n"


def shapes(text: str) -> list[Triple]:
    return [quad.triple for quad in parse(HEAD + text, RdfFormat.TURTLE)]


def triple(text: str, predicate: str = "p") -> str:
    return f'<urn:n> <urn:x:{predicate}> "{escape(text)}" .\n'


LENGTHS = shapes(
    "x:N a sh:NodeShape ; sh:targetNode <urn:n> ; sh:property x:P .x:P a sh:PropertyShape ; sh:path x:p ; sh:minLength 3 ; sh:maxLength 6 ."
)
FAST, SLOW = FastEngine(LENGTHS), ReferenceEngine(LENGTHS)


@settings(max_examples=150, deadline=None)
@given(text=st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=9))
def test_lengths_are_of_characters(text: str) -> None:
    """SHACL §4.4.1 counts as SPARQL's STRLEN does; rudof counts the bytes of UTF-8."""
    found = set(FAST(triple(text)))
    assert found == set(SLOW(triple(text)))
    assert bool(found) == (not 3 <= len(text) <= 6)


def test_a_length_inside_another_shape_is_refused() -> None:
    """Its results cannot be seen, so they cannot be mended."""
    nested = shapes("x:N a sh:NodeShape ; sh:targetNode <urn:n> ; sh:or ( [ sh:property [ sh:path x:p ; sh:minLength 3 ] ] ) .")
    with pytest.raises(ShapeError, match="length"):
        FastEngine(nested)


def test_a_complex_path_is_no_iri() -> None:
    either = shapes(
        "x:N a sh:NodeShape ; sh:targetNode <urn:n> ; sh:property x:P ."
        "x:P a sh:PropertyShape ; sh:path [ sh:alternativePath ( x:p x:q ) ] ; sh:maxCount 0 ."
    )
    (result,) = FastEngine(either)(triple("a"))
    assert result.path == ""
    assert [result] == ReferenceEngine(either)(triple("a"))


def test_only_what_shapes_see_is_read_unless_they_are_closed() -> None:
    assert "<urn:x:p>" in asked(LENGTHS)
    assert "<urn:x:other>" not in asked(LENGTHS)
    closed = shapes("x:N a sh:NodeShape ; sh:targetSubjectsOf x:p ; sh:closed true ; sh:property x:P . x:P sh:path x:p .")
    assert asked(closed) == set()
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
