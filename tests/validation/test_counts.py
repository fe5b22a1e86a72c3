"""Shapes that only count: the same results as the reference engine's, and what is left to an engine because it does more."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, Triple, parse

from pop_ld.validation.counts import Counts
from pop_ld.validation.engine import is_fast
from pop_ld.validation.reference import ReferenceEngine
from pop_ld.validation.results import Result
from pop_ld.validation.rules import n_triples, shapes_for

HEAD = "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix x: <urn:x:> .\n"


def shapes(text: str) -> list[Triple]:
    return [quad.triple for quad in parse(HEAD + text, RdfFormat.TURTLE)]


def results(text: str, graph: str) -> list[Result]:
    if not is_fast():
        pytest.skip("rudof has no build for this system")
    from pop_ld.validation.fast import FastEngine

    return FastEngine(shapes(text))(n_triples(shapes(graph)))


COUNTS = st.tuples(
    st.sampled_from("pqr"), st.none() | st.integers(0, 3), st.none() | st.integers(0, 3), st.sampled_from(["", "sh:Info", "sh:Warning"])
).filter(lambda count: count[1] is not None or count[2] is not None)
NODES = st.lists(
    st.tuples(st.sampled_from(["x:C", "x:D", "x:C, x:D"]), st.lists(st.integers(0, 4), min_size=1, unique=True)), min_size=1, max_size=3
)
DATA = st.lists(
    st.tuples(
        st.sampled_from(["x:n", "x:m", "_:b"]),
        st.sampled_from(["a x:C", "a x:D", *(f"x:{path} {value}" for path in "pqs" for value in ('"1"', '"1"@fr', "1", "x:n", '"a b ."'))]),
    ),
    max_size=12,
)


@settings(max_examples=150, deadline=None)
@given(counts=st.lists(COUNTS, min_size=5, max_size=5), nodes=NODES, data=DATA)
def test_counts_are_those_of_the_reference(
    counts: list[tuple[str, int | None, int | None, str]], nodes: list[tuple[str, list[int]]], data: list[tuple[str, str]]
) -> None:
    """A property shape may be of several node shapes, and a node of several classes: each result is told once."""
    text = ""
    for number, (path, least, most, severity) in enumerate(counts):
        said = [f"sh:path x:{path}", *([f"sh:minCount {least}"] if least is not None else [])]
        said += [f"sh:maxCount {most}"] if most is not None else []
        text += f"x:P{number} a sh:PropertyShape ; {' ; '.join([*said, *([f'sh:severity {severity}'] if severity else [])])} .\n"
    for number, (classes, mine) in enumerate(nodes):
        text += f"x:N{number} a sh:NodeShape ; sh:targetClass {classes} ; sh:property {', '.join(f'x:P{one}' for one in mine)} .\n"
    graph = "".join(f"{subject} {rest} .\n" for subject, rest in data)
    found = results(text, graph)
    expected = {r._replace(focus="_:b") if r.focus.startswith("_:") else r for r in ReferenceEngine(shapes(text))(n_triples(shapes(graph)))}
    assert {r._replace(focus="_:b") if r.focus.startswith("_:") else r for r in found} == expected
    assert len(found) == len(set(found))


NODE = "x:N a sh:NodeShape ; sh:targetClass x:C ; sh:property x:P ."
PROPERTY = "x:P a sh:PropertyShape ; sh:path x:p ; sh:minCount 1 ."


def test_what_only_counts_is_taken_and_nothing_is_left() -> None:
    counts = Counts(shapes(NODE + PROPERTY))
    assert counts.asked == {"<urn:x:p>", "<urn:x:C>"}
    assert counts.others == []


def test_the_other_constraints_of_a_node_shape_stay() -> None:
    both = NODE + PROPERTY + "x:N sh:property x:Q . x:Q a sh:PropertyShape ; sh:path x:p ; sh:minCount 1 ; sh:pattern 'a' ."
    left = set(Counts(shapes(both)).others)
    assert left == {t for t in shapes(both) if "urn:x:P>" not in str(t)}


@pytest.mark.parametrize(
    "text",
    [
        "x:N a sh:NodeShape ; sh:targetClass x:C ; sh:closed true ; sh:property x:P ." + PROPERTY,
        "x:N a sh:NodeShape ; sh:targetClass x:C ; sh:deactivated true ; sh:property x:P ." + PROPERTY,
        "x:N a sh:NodeShape ; sh:targetNode x:n ; sh:property x:P ." + PROPERTY,
        "x:N a sh:NodeShape ; sh:targetClass x:C ; sh:targetSubjectsOf x:p ; sh:property x:P ." + PROPERTY,
        "x:N a sh:NodeShape ; sh:targetClass x:C ; sh:property [ sh:path x:p ; sh:minCount 1 ] .",
        NODE + PROPERTY + "x:M a sh:NodeShape ; sh:targetClass x:D ; sh:node x:N .",
        NODE + PROPERTY + "x:M a sh:NodeShape ; sh:targetClass x:D ; sh:or ( [ sh:property x:P ] ) .",
        NODE + PROPERTY + "x:P sh:targetClass x:D .",
        NODE + PROPERTY + "x:P sh:deactivated true .",
        NODE + PROPERTY + "x:P sh:datatype x:T .",
        NODE + PROPERTY + "x:P sh:minCount 2 .",
        NODE + "x:P a sh:PropertyShape ; sh:path [ sh:inversePath x:p ] ; sh:minCount 1 .",
        NODE + "x:P a sh:PropertyShape ; sh:path x:p ; sh:minCount 'one' .",
        NODE + "x:P a sh:PropertyShape ; sh:path x:p .",
        NODE + "x:P a sh:PropertyShape ; sh:path <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> ; sh:minCount 2 .",
    ],
)
def test_what_does_more_than_count_is_left_to_the_engine(text: str) -> None:
    graph = shapes(text)
    counts = Counts(graph)
    assert counts.asked == set()
    assert counts.others == graph


def test_most_rules_of_the_project_are_taken() -> None:
    """Else the mapping of shapes has changed so that this module does nothing, and loads take a tenth longer."""
    graph = [t for t in shapes_for("memoire") if not t.predicate.value.endswith(("#sparql", "#select", "#prefixes"))]
    counts = Counts(graph)
    assert len(counts.asked) > 40
    assert len(counts.others) < 0.6 * len(graph)
