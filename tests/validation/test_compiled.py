"""Compiled shapes: the same results as the reference engine's, and what is left to an engine because it does more."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, Triple, parse

from pop_ld.bases import load_bases
from pop_ld.validation.compiled import Compiled
from pop_ld.validation.conformance import constrains
from pop_ld.validation.lines import split
from pop_ld.validation.reference import ReferenceEngine
from pop_ld.validation.results import Result
from pop_ld.validation.rules import n_triples, shapes_for

HEAD = (
    "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix x: <urn:x:> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> ."
    "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
)


def shapes(text: str) -> list[Triple]:
    return [quad.triple for quad in parse(HEAD + text, RdfFormat.TURTLE)]


def asks(graph: list[Triple]) -> bool:
    return any(constrains(triple.predicate.value) for triple in graph)


def unlabelled(results: set[Result]) -> set[Result]:
    """A blank node has another label for each engine."""
    return {r._replace(**{name: "_:b" for name in ("focus", "value") if getattr(r, name).startswith("_:")}) for r in results}


def agree(text: str, graph: str) -> set[Result]:
    """The results of a graph, which all are of shapes that are compiled whole, once they are seen to be the reference engine's."""
    compiled = Compiled(shapes(text))
    assert not asks(compiled.others), text
    lines = n_triples(shapes(graph))
    found = compiled(split(lines))
    assert unlabelled(found) == unlabelled(set(ReferenceEngine(shapes(text))(lines))), (text, graph)
    return found


# Shapes and graphs at random -----------------------------------------------------------------------------------------------

PATHS = st.sampled_from(
    ["x:p", "x:q", "x:r", "[ sh:inversePath x:p ]", "[ sh:alternativePath ( x:p x:q ) ]", "( x:p x:q )", "( [ sh:inversePath x:p ] x:q )"]
)
VALUE = st.sampled_from(
    [
        'sh:pattern "^a"',
        'sh:pattern "A$" ; sh:flags "i"',
        'sh:pattern "^[^ab]*$"',
        'sh:pattern "[0-9]{2}|b."',
        "sh:minLength 2",
        "sh:maxLength 1",
        'sh:in ( "a" "b"@fr x:n 1.5 )',
        "sh:nodeKind sh:IRI",
        "sh:nodeKind sh:Literal",
        "sh:nodeKind sh:BlankNode",
        "sh:datatype xsd:decimal",
        "sh:class x:C",
        "sh:minInclusive 1.5",
        "sh:maxInclusive 1.5",
    ]
)
ALONG = st.sampled_from(
    [
        "sh:minCount 0",
        "sh:minCount 1",
        "sh:minCount 2",
        "sh:maxCount 0",
        "sh:maxCount 1",
        'sh:hasValue "a"',
        "sh:hasValue x:n",
        "sh:disjoint x:q",
        "sh:qualifiedValueShape [ sh:class x:C ] ; sh:qualifiedMinCount 1",
    ]
)


def lists(members: st.SearchStrategy[str], name: str) -> st.SearchStrategy[str]:
    return st.lists(members, min_size=1, max_size=3).map(lambda found: f"sh:{name} ( {' '.join(found)} )")


def deeper(constraints: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    inner = constraints.map(lambda one: f"[ {one} ]")
    along = st.tuples(PATHS, constraints | ALONG).map(lambda pair: f"[ sh:property [ sh:path {pair[0]} ; {pair[1]} ] ]")
    some = inner | along
    return lists(some, "or") | lists(some, "and") | some.map(lambda one: f"sh:not {one}") | some.map(lambda one: f"sh:node {one}")


CONSTRAINTS = st.recursive(VALUE, deeper, max_leaves=4)
SEVERITIES = st.sampled_from(["", " ; sh:severity sh:Info", " ; sh:severity sh:Warning"])
PROPERTIES = st.tuples(PATHS, CONSTRAINTS | ALONG, SEVERITIES)
TARGETS = st.sampled_from(
    ["targetClass x:C", "targetClass x:C, x:D", "targetSubjectsOf x:p", "targetObjectsOf x:p", "targetSubjectsOf x:p, x:q"]
)
NODES = st.lists(
    st.tuples(TARGETS, st.lists(st.integers(0, 4), max_size=4, unique=True), st.none() | deeper(CONSTRAINTS), SEVERITIES),
    min_size=1,
    max_size=3,
)
# No text ends in a line break, before which pySHACL sees the end of a text: test_terms.py says where that is.
OBJECTS = ('"a"', '"ab"', '"a"@fr', '"b"@fr', '"\\nA"', '"a \\" b ."', '"12"', "1.5", "2.0", '"x"^^xsd:decimal', "x:n", "x:m", "_:b", '""')
DATA = st.lists(
    st.tuples(
        st.sampled_from(["x:n", "x:m", "_:b"]),
        st.sampled_from(["a x:C", "a x:D", "a x:E", *(f"x:{path} {value}" for path in "pqrs" for value in OBJECTS)]),
    ),
    max_size=14,
)


CLASSES = st.sampled_from(["", "", "x:D rdfs:subClassOf x:C .", "x:E rdfs:subClassOf x:D . x:D rdfs:subClassOf x:C, x:E ."])


@settings(max_examples=300, deadline=None)
@given(listed=st.lists(PROPERTIES, min_size=5, max_size=5), nodes=NODES, data=DATA, classes=CLASSES)
def test_results_are_those_of_the_reference(
    listed: list[tuple[str, str, str]],
    nodes: list[tuple[str, list[int], str | None, str]],
    data: list[tuple[str, str]],
    classes: str,
) -> None:
    """A property shape may be of several node shapes, and a node of several targets: each result is told once."""
    text = ""
    used = {number for _, mine, _, _ in nodes for number in mine}
    for number in used:
        path, constraint, severity = listed[number]
        text += f"x:P{number} a sh:PropertyShape ; sh:path {path} ; {constraint}{severity} .\n"
    for number, (target, mine, logical, severity) in enumerate(nodes):
        said = [*([f"sh:property {', '.join(f'x:P{one}' for one in mine)}"] if mine else []), *([logical] if logical else [])]
        text += f"x:N{number} a sh:NodeShape ; sh:{' ; '.join([target, *said])}{severity} .\n"
    agree(text, classes + "".join(f"{subject} {rest} .\n" for subject, rest in data))


INSTANTS = st.integers(-300, 2100).map(lambda year: f'"{"-" * (year < 0)}{abs(year):04d}-01-01T00:00:00Z"^^xsd:dateTime')
PAIRED = st.lists(INSTANTS | st.sampled_from(["1.5", "2.0", "1.50", "-3.0", '"a"', '"x"^^xsd:decimal', "x:n", "_:b"]), max_size=2)


@settings(max_examples=150, deadline=None)
@given(order=st.sampled_from(["lessThan", "lessThanOrEquals", "disjoint"]), values=PAIRED, others=PAIRED)
def test_pairs_are_those_of_the_reference(order: str, values: list[str], others: list[str]) -> None:
    text = f"x:N a sh:NodeShape ; sh:targetClass x:C ; sh:property x:P . x:P a sh:PropertyShape ; sh:path x:p ; sh:{order} x:q ."
    agree(text, "x:n a x:C .\n" + "".join(f"x:n x:p {one} .\n" for one in values) + "".join(f"x:n x:q {one} .\n" for one in others))


LIMITS = st.sampled_from(['"1500-01-01T00:00:00Z"^^xsd:dateTime', '"-0100-01-01T00:00:00Z"^^xsd:dateTime', "1.5"])


@settings(max_examples=100, deadline=None)
@given(bound=st.sampled_from(["minInclusive", "maxInclusive"]), limit=LIMITS, values=PAIRED)
def test_limits_are_those_of_the_reference(bound: str, limit: str, values: list[str]) -> None:
    text = f"x:N a sh:NodeShape ; sh:targetClass x:C ; sh:property x:P . x:P a sh:PropertyShape ; sh:path x:p ; sh:{bound} {limit} ."
    agree(text, "x:n a x:C .\n" + "".join(f"x:n x:p {one} .\n" for one in values))


# What is taken -------------------------------------------------------------------------------------------------------------

NODE = "x:N a sh:NodeShape ; sh:targetClass x:C ; sh:property x:P ."
PROPERTY = "x:P a sh:PropertyShape ; sh:path x:p ; sh:minCount 1 ."


def test_what_is_compiled_is_taken_and_nothing_is_left() -> None:
    assert Compiled(shapes(NODE + PROPERTY)).others == []


def test_the_other_constraints_of_a_node_shape_stay() -> None:
    both = NODE + PROPERTY + "x:N sh:property x:Q . x:Q a sh:PropertyShape ; sh:path x:p ; sh:minCount 1 ; sh:uniqueLang true ."
    left = set(Compiled(shapes(both)).others)
    assert left == {t for t in shapes(both) if "urn:x:P>" not in str(t)}


def test_a_shape_that_another_wants_stays_for_it() -> None:
    """It is compiled for the one, and an engine has it for the other."""
    text = (
        "x:N a sh:NodeShape ; sh:targetClass x:C ; sh:not x:S . x:S a sh:NodeShape ; sh:pattern 'a' ."
        "x:M a sh:NodeShape ; sh:targetClass x:C ; sh:property [ sh:path x:p ; sh:node x:S ] ."
    )
    left = Compiled(shapes(text)).others
    assert {t for t in shapes(text) if "urn:x:S> <http://www.w3.org/ns/shacl#pattern" in str(t)} <= set(left)
    assert not any("urn:x:N>" in str(t.subject) for t in left)


@pytest.mark.parametrize(
    "text",
    [
        "x:N a sh:NodeShape ; sh:targetClass x:C ; sh:closed true ; sh:property x:P ." + PROPERTY,
        "x:N a sh:NodeShape ; sh:targetClass x:C ; sh:deactivated true ; sh:property x:P ." + PROPERTY,
        "x:N a sh:NodeShape ; sh:targetNode x:n ; sh:property x:P ." + PROPERTY,
        "x:N a sh:NodeShape ; sh:targetClass x:C ; sh:targetNode x:n ; sh:property x:P ." + PROPERTY,
        "x:N a sh:NodeShape ; sh:targetClass x:C ; sh:property [ sh:path x:p ; sh:minCount 1 ] .",
        "x:N a sh:NodeShape ; sh:targetClass x:C ; sh:pattern 'a' .",
        NODE + PROPERTY + "x:M a sh:NodeShape ; sh:targetNode x:n ; sh:node x:N .",
        NODE + PROPERTY + "x:P sh:targetClass x:D .",
        NODE + PROPERTY + "x:P sh:deactivated true .",
        NODE + PROPERTY + "x:P sh:datatype x:T .",
        NODE + PROPERTY + "x:P sh:minCount 2 .",
        NODE + PROPERTY + "x:P sh:pattern '\\\\d' .",
        NODE + PROPERTY + "x:P sh:pattern 'a' ; sh:flags 'x' .",
        NODE + PROPERTY + "x:P sh:pattern 'a', 'b' .",
        NODE + PROPERTY + "x:P sh:flags 'i' .",
        NODE + PROPERTY + "x:P sh:in ( ) .",
        NODE + PROPERTY + "x:P sh:in [ <http://www.w3.org/1999/02/22-rdf-syntax-ns#first> 'a' ] .",
        NODE + PROPERTY + "x:P sh:not x:P .",
        NODE + PROPERTY + "x:P sh:not [ sh:closed true ] .",
        NODE + PROPERTY + "x:P sh:property [ sh:path x:q ; sh:minCount 1 ] .",
        NODE + PROPERTY + "x:P sh:severity sh:Info, sh:Warning .",
        NODE + "x:P a sh:PropertyShape ; sh:path [ sh:zeroOrMorePath x:p ] ; sh:minCount 1 .",
        NODE + "x:P a sh:PropertyShape ; sh:path ( x:p [ sh:zeroOrOnePath x:p ] ) ; sh:minCount 1 .",
        NODE + "x:P a sh:PropertyShape ; sh:path x:p ; sh:minCount 'one' .",
        NODE + "x:P a sh:PropertyShape ; sh:path <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> ; sh:minCount 2 .",
        NODE + "x:P a sh:PropertyShape ; sh:path <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> ; sh:in ( x:C ) .",
    ],
)
def test_what_does_more_is_left_to_the_engine(text: str) -> None:
    graph = shapes(text)
    assert Compiled(graph).others == graph


def test_a_shape_without_constraints_asks_for_nothing() -> None:
    compiled = Compiled(shapes(NODE + "x:P a sh:PropertyShape ; sh:path x:p ."))
    assert not asks(compiled.others)
    assert compiled(split("<urn:n> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <urn:x:C> .\n")) == set()


@pytest.mark.parametrize("slug", load_bases())
def test_every_rule_of_the_project_is_compiled(slug: str) -> None:
    """Else a shape was written that only pySHACL reads, at ten times the cost of a load: docs/decisions/20261129-compiled-shapes.md."""
    of_sparql = ("#sparql", "#select", "#prefixes", "#declare", "#prefix", "#namespace")
    left = Compiled([t for t in shapes_for(slug) if not t.predicate.value.endswith(of_sparql)]).others
    assert [str(t) for t in left if constrains(t.predicate.value)] == []
