"""Shapes that SHACL 1.0 calls ill-formed or leaves undefined are refused, by name and clause; those that only look so are not."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from pop_ld.errors import ShapeError
from pop_ld.validation.standard import load_graph
from pop_ld.validation.wellformed import check_shapes

PREFIXES = """
@prefix sh: <http://www.w3.org/ns/shacl#> .  @prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix ex: <http://e.org/> .  @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .  @prefix owl: <http://www.w3.org/2002/07/owl#> .
ex: sh:declare [ sh:prefix "ex" ; sh:namespace "http://e.org/"^^xsd:anyURI ] .
"""


def check(turtle: str, folder: Path) -> None:
    file = folder / "shapes.ttl"
    file.write_text(PREFIXES + turtle, encoding="utf-8")
    check_shapes(load_graph(file))


def constraint(query: str) -> str:
    return f"ex:S a sh:NodeShape ; sh:targetNode ex:a ; sh:sparql [ sh:prefixes ex: ; sh:select '''{query}''' ] ."


def chain(count: int, link: str) -> str:
    return "ex:s0 sh:targetNode ex:a ." + "".join(link.replace("I", str(i)).replace("J", str(i + 1)) for i in range(count))


@pytest.mark.parametrize(
    ("turtle", "words"),
    [
        ("ex:S sh:node ex:S .", "<http://e.org/S>: the shape is recursive, <http://e.org/S> → <http://e.org/S>"),
        ("ex:S sh:node ex:T . ex:T sh:not ex:S .", "→ <http://e.org/T> → "),
        ("ex:S sh:or ( [ sh:datatype xsd:date ] [ sh:and ( ex:S ) ] ) .", "a blank node of <http://e.org/S> → "),
        ("ex:S sh:xone ( ex:T ) . ex:T sh:property [ sh:path ex:p ; sh:node ex:S ] .", "recursive"),
        ("ex:S sh:property [ sh:path ex:p ; sh:qualifiedValueShape ex:S ; sh:qualifiedMinCount 1 ] .", "recursive"),
    ],
)
def test_recursive_shapes(turtle: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(ShapeError) as caught:
        check(turtle, tmp_path)
    assert words in caught.value.message
    assert caught.value.rule == "SHACL 1.0 §3.4.3"


@pytest.mark.parametrize(
    "turtle",
    [
        "ex:S sh:node ex:T ; sh:property [ sh:path ex:p ; sh:node ex:T ] . ex:T sh:nodeKind sh:IRI .",
        "ex:S sh:in ( ex:S ) ; sh:targetNode ex:S ; sh:class ex:S .",
        "ex:S sh:or ( ex:T ex:T ) .",
    ],
)
def test_shapes_that_meet_again_are_not_recursive(turtle: str, tmp_path: Path) -> None:
    check(turtle, tmp_path)


@pytest.mark.parametrize(
    ("turtle", "words", "clause"),
    [
        ("ex:S sh:in [ rdf:first 1 ] .", "list", "§1.1"),
        ("ex:S sh:in _:l . _:l rdf:first 1 ; rdf:rest _:l .", "list", "§1.1"),
        ("ex:S sh:in [ rdf:first 1, 2 ; rdf:rest () ] .", "list", "§1.1"),
        ("ex:S sh:or ex:T .", "list", "§1.1"),
        ("ex:S sh:and () .", "no shapes", "§4.6"),
        ("ex:S sh:or ( 1 ) .", "no shapes", "§4.6"),
        ("ex:S sh:languageIn ( ex:fr ) .", "member of sh:languageIn", "§4.4.4, §4.8"),
        ("ex:S sh:path ( ex:p ) .", "fewer than two", "§2.3.1"),
        ("ex:S sh:path [ sh:inversePath _:l ] . _:l sh:zeroOrMorePath _:l .", "leads back", "§2.3.1"),
        ("ex:S sh:path [ sh:alternativePath ex:p ] .", "list", "§1.1"),
        ("ex:S sh:path [ ex:inverse ex:p ] .", "is no path", "§2.3.1"),
        ("ex:S sh:path [ sh:inversePath ex:p, ex:q ] .", "several paths", "§2.3.1"),
        ("ex:S sh:path [ sh:inversePath ex:p ; sh:zeroOrOnePath ex:q ] .", "several paths", "§2.3.1"),
        ('ex:S sh:path "p" .', "sh:path is not", "§2.3.1"),
        ("ex:S sh:path ex:p, ex:q .", "more than one value of sh:path", "§2.3.1"),
        ('ex:S sh:path ex:p ; sh:minCount "1" .', "sh:minCount is not an xsd:integer", "§4"),
        ('ex:S sh:deactivated "false" .', "sh:deactivated", "§2.1.6"),
        ("ex:S sh:nodeKind ex:Nothing .", "node kinds", "§4.1.3"),
        ('ex:S sh:pattern "(" .', "sh:pattern", "§4.4.3"),
        ('ex:S sh:pattern "[[a]b]" .', "sh:pattern", "§4.4.3"),
        ('ex:S sh:pattern "a" ; sh:flags "x" .', "sh:flags", "§4.4.3"),
        ("ex:S sh:node ex:T ; sh:mincount 1 .", "sh:mincount is no term of SHACL", "§1.5, §2.1.1"),
        ("ex:S sh:js [ ] .", "SHACL-JS", "§1.5, §2.1.1"),
        ("ex:S sh:target [ ] .", "Advanced Features", "§1.5, §2.1.1"),
        ("ex: sh:entailment ex:regime .", "entailment", "§1.5, §2.1.1"),
    ],
)
def test_ill_formed_and_unsupported_terms(turtle: str, words: str, clause: str, tmp_path: Path) -> None:
    with pytest.raises(ShapeError) as caught:
        check(turtle, tmp_path)
    assert words in caught.value.message
    assert "<http://e.org/" in caught.value.message
    assert caught.value.rule == f"SHACL 1.0 {clause}"


def test_the_words_of_shacl_in_data_are_no_fault(tmp_path: Path) -> None:
    """A file may hold data and shapes: what no shape leads to is not judged."""
    check("ex:a sh:nodeShape ex:S . _:l sh:zeroOrMorePath ( _:l ) . ex:b sh:resultPath [ rdf:first 1 ] .", tmp_path)


@pytest.mark.parametrize(
    ("query", "words", "clause"),
    [
        ("SELECT $this { $this ex:p ?x MINUS { ?x ex:p 1 } }", "MINUS", "appendix A"),
        ("SELECT $this { FILTER EXISTS { $this ex:p ?x MINUS { ?x ex:p 1 } } }", "MINUS", "appendix A"),
        ("SELECT $this { VALUES ?x { 1 } }", "VALUES", "appendix A"),
        ("SELECT $this { $this ex:p ?x } VALUES ?x { 1 }", "VALUES", "appendix A"),
        ("SELECT $this { $this ex:p ?x SERVICE<http://e.org/>{ ?x ex:p 1 } }", "SERVICE", "appendix A"),
        (r"SELECT $this { $this ex:p ?x \u0053ERVICE <http://e.org/> { ?x ex:p 1 } }", "SERVICE", "appendix A"),
        ("SELECT $this FROM <http://e.org/> { $this ex:p ?x }", "FROM", "appendix A"),
        ("SELECT $this { BIND(1 AS $this) }", "AS ?this", "appendix A"),
        ("SELECT $this (1 AS ?currentShape) { $this ex:p ?x }", "AS ?currentShape", "appendix A"),
        ("SELECT $this { $this ex:p ?x } GROUP BY (1 AS ?shapesGraph)", "AS ?shapesGraph", "appendix A"),
        ("SELECT $this { { SELECT ?x { $this ex:p ?x } } }", "subquery", "appendix A"),
        ("SELECT $this { { SELECT * { ?x ex:p 1 FILTER(?x = $this) } } }", "subquery", "appendix A"),
        ("SELECT $this { { SELECT * { { SELECT ?x { $this ex:p ?x } } } } }", "subquery", "appendix A"),
        ("SELECT ?x { $this ex:p ?x }", "does not return $this", "§5.2"),
        ("ASK { $this ex:p 1 }", "another form", "§5.2, §6.2.3"),
        ("SELECT $this { $this $PATH ?x }", "$PATH", "§5.3.1"),
        ("SELECT $this { $this skos:p ?x }", "skos:", "§5.2.1"),
        ("SELECT $this { $this ex:p ", "cannot be read", "§5.2"),
        ("SELECT $this " + "{" * 5000 + "}" * 5000, "cannot be read", "§5.2"),
    ],
)
def test_queries_that_pre_binding_forbids(query: str, words: str, clause: str, tmp_path: Path) -> None:
    with pytest.raises(ShapeError) as caught:
        check(constraint(query.replace("\\", "\\\\")), tmp_path)
    assert words in caught.value.message
    assert "a blank node of <http://e.org/S>: " in caught.value.message
    assert caught.value.rule == f"SHACL 1.0 {clause}"


@pytest.mark.parametrize(
    "query",
    [
        'SELECT $this { $this ex:p "MINUS { } VALUES ?x { 1 } SERVICE <http://e.org/> { }" }',
        "SELECT $this { $this ex:p ?x } # MINUS { } VALUES ?x { 1 } SERVICE <http://e.org/> { }",
        "SELECT $this { $this <http://e.org/SERVICE> ?minus . ?minus ex:VALUES ex:MINUS }",
        "SELECT $this (ex:p AS ?path) (1 AS ?value) { $this ex:p ?x BIND(1 AS ?thisOne) }",
        "SELECT $this { { SELECT * { $this ex:p ?x } } }",
        "SELECT $this { { SELECT $this (COUNT(?x) AS ?n) { $this ex:p ?x } GROUP BY $this } FILTER(?n > 1) }",
        "SELECT * { $this ex:p ?x FILTER NOT EXISTS { GRAPH $shapesGraph { $currentShape ex:p ?x } } }",
    ],
)
def test_queries_that_only_look_forbidden(query: str, tmp_path: Path) -> None:
    check(constraint(query), tmp_path)


def test_the_path_has_one_place(tmp_path: Path) -> None:
    shape = "ex:S sh:property [ sh:path ex:p ; sh:sparql [ sh:select '''SELECT $this ?value { %s }''' ] ] ."
    check(shape % "$this $PATH ?value FILTER NOT EXISTS { ?value $PATH 1 }", tmp_path)
    for misplaced in ("$this $PATH ?value FILTER(bound($PATH))", "$PATH $PATH ?value"):
        with pytest.raises(ShapeError, match="PATH"):
            check(shape % misplaced, tmp_path)


COMPONENT = """ex:C a sh:ConstraintComponent ; sh:parameter [ sh:path ex:least ], [ sh:path ex:most ; sh:optional true ] ;
  sh:validator [ sh:ask '''ASK { %s }''' ] ."""


@pytest.mark.parametrize(
    ("turtle", "words"),
    [
        (COMPONENT % "BIND(1 AS ?value)", "AS ?value"),
        (COMPONENT % "BIND(1 AS ?most)", "AS ?most"),
        (COMPONENT % "{ SELECT $this { $this ?p ?o } }", "$least, $most, $value"),
        (COMPONENT % "$this $PATH 1", "$PATH"),
        (COMPONENT % "" + "ex:S a sh:NodeShape ; ex:least 1, 2 .", "more than one value"),
        ("ex:C a sh:ConstraintComponent ; sh:parameter [ sh:path ex:value ] .", "no name that a parameter may have"),
        ("ex:C a sh:ConstraintComponent ; sh:parameter [ sh:path ex:x ; sh:optional true ] .", "no parameter is mandatory"),
    ],
)
def test_ill_formed_components(turtle: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(ShapeError) as caught:
        check(turtle, tmp_path)
    assert words in caught.value.message


@pytest.mark.parametrize(
    "turtle",
    [
        chain(5000, "ex:sI sh:node ex:sJ ."),
        chain(5000, "ex:sJ sh:node ex:sI ."),
        chain(25, "ex:sI sh:node ex:sJ ; sh:not ex:sJ ."),
        "ex:S sh:path " + "[ sh:inversePath " * 5000 + "ex:p" + " ]" * 5000 + " .",
        "ex:S sh:path ( " + "ex:p " * 5000 + ") .",
        "ex:S sh:path _:p0 ."
        + "".join(f"_:p{i} sh:alternativePath ( _:p{i + 1} _:p{i + 1} ) ." for i in range(29))
        + "_:p29 sh:inversePath ex:p .",
        "ex:S sh:hasValue _:b0 ." + "".join(f"_:b{i} ex:p _:b{i + 1} ; ex:q _:b{i + 1} ." for i in range(40)),
        "ex:S sh:hasValue _:b . _:b ex:p _:b .",
    ],
    ids=["down", "up", "tangled", "deep path", "long path", "tangled path", "tangled nodes", "endless nodes"],
)
def test_huge_structures_are_refused_soon(turtle: str, tmp_path: Path) -> None:
    start = time.monotonic()
    with pytest.raises(ShapeError):
        check(turtle, tmp_path)
    assert time.monotonic() - start < 10


def test_deep_but_bounded_shapes_pass(tmp_path: Path) -> None:
    check(chain(28, "ex:sI sh:node ex:sJ .") + "ex:s28 sh:class ex:C .", tmp_path)
    check("ex:S sh:in ( " + "1 " * 20_000 + ") .", tmp_path)
    classes = "ex:s0 rdfs:subClassOf sh:ConstraintComponent ." + chain(3000, "ex:sJ rdfs:subClassOf ex:sI .")
    check("@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> ." + classes, tmp_path)
    check(
        constraint("SELECT $this { $this ex:p 1 }").replace("ex: ;", "ex:s0 ;")
        + chain(3000, "ex:sI owl:imports ex:sJ .")
        + "ex:s3000 owl:imports ex: .",
        tmp_path,
    )
