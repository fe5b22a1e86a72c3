"""What the standard engine says of data: by files and graphs, without the network, and where pySHACL alone says something else."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.namespace import RDF, SH
from rdflib.term import BNode

from pop_ld.errors import ReadError, ShapeError
from pop_ld.validation.standard import load_graph, validate_graphs, validate_paths

PREFIXES = """
@prefix sh: <http://www.w3.org/ns/shacl#> .  @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .  @prefix ex: <http://e.org/> .
"""
DECLARED = 'ex: sh:declare [ sh:prefix "ex" ; sh:namespace "http://e.org/"^^xsd:anyURI ] .'
PERSON = "ex:S a sh:NodeShape ; sh:targetClass ex:Person ; sh:property ex:name . ex:name sh:path ex:name ; sh:minCount 1 ."


def write(folder: Path, name: str, turtle: str) -> Path:
    file = folder / name
    file.write_text(PREFIXES + turtle, encoding="utf-8")
    return file


def validate(folder: Path, data: str, shapes: str) -> tuple[bool, list[dict[str, Any]]]:
    """(conforms, results by local name of their property)."""
    conforms, report = validate_paths(write(folder, "data.ttl", data), write(folder, "shapes.ttl", DECLARED + shapes))
    assert (None, SH.conforms, Literal(conforms)) in report
    results = list(report.objects(None, SH.result))
    assert conforms == (not results)
    return conforms, [{str(p).rpartition("#")[2]: o for p, o in report.predicate_objects(result)} for result in results]


def sparql(query: str, more: str = "") -> str:
    return f"ex:S a sh:NodeShape ; sh:targetNode ex:a ; sh:sparql ex:Q . ex:Q sh:prefixes ex: ; sh:select '''{query}''' ; {more} ."


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A server on the loopback that must see no connection."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        yield server
        with pytest.raises(TimeoutError):
            server.accept()


def address(server: socket.socket) -> str:
    return f"http://127.0.0.1:{server.getsockname()[1]}/"


# Files -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.ttl", '<http://e.org/a> a <http://e.org/Person> ; <http://e.org/name> "Claude" .'),
        ("a.nt", '<http://e.org/a> <http://e.org/name> "Claude" .\n<http://e.org/a> <{type}> <http://e.org/Person> .'),
        ("a.jsonld", '{"@context": {"@vocab": "http://e.org/"}, "@id": "http://e.org/a", "@type": "Person", "name": "Claude"}'),
        ("a.unknown", '[{"@id": "http://e.org/a", "@type": ["http://e.org/Person"], "http://e.org/name": "Claude"}]'),
        (
            "a.rdf",
            '<rdf:RDF xmlns:rdf="{rdf}" xmlns="http://e.org/"><Person rdf:about="http://e.org/a"><name>Claude</name></Person></rdf:RDF>',
        ),
        (
            "a",
            '<?xml version="1.0"?><Person xmlns:rdf="{rdf}" xmlns="http://e.org/" rdf:about="http://e.org/a"><name>Claude</name></Person>',
        ),
    ],
)
def test_the_syntaxes(name: str, content: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_text("\ufeff" + content.replace("{type}", RDF.type).replace("{rdf}", str(RDF)), encoding="utf-8")
    graph = load_graph(file)
    assert set(graph) == {
        (URIRef("http://e.org/a"), RDF.type, URIRef("http://e.org/Person")),
        (URIRef("http://e.org/a"), URIRef("http://e.org/name"), Literal("Claude")),
    }
    assert validate_paths(file, write(tmp_path, "shapes.ttl", PERSON))[0]


def test_lexical_forms_stay_and_blank_nodes_of_two_files_differ(tmp_path: Path) -> None:
    first, second = (load_graph(write(tmp_path, name, '_:b ex:p "01"^^xsd:integer, "1"^^xsd:boolean, "x"^^xsd:integer .')) for name in "ab")
    assert {str(value) for value in first.objects()} == {"01", "1", "x"}
    assert not set(first.subjects()) & set(second.subjects())


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.ttl", "<http://e.org/a> <http://e.org/p>\n nothing .", "2"),
        ("a.ttl", "<http://e.org/a> <http://e.org/p> <<( <http://e.org/a> <http://e.org/p> 1 )>> .", "RDF 1.1"),
        ("a.jsonld", '{"@id": "http://e.org/g", "@graph": [{"@id": "http://e.org/a", "http://e.org/p": 1}]}', "graph"),
        ("a.rdf", '<?xml version="1.0"?><!-- x --><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><x>&e;</x>', "DOCTYPE"),
        ("a.xml", "<!doctype x><x/>", "DOCTYPE"),
    ],
)
def test_files_that_cannot_be_read(name: str, content: str, words: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_text(content, encoding="utf-8")
    with pytest.raises(ReadError) as caught:
        load_graph(file)
    assert words in str(caught.value)
    assert caught.value.file == str(file)


def test_an_absent_file(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="cannot be read"):
        validate_paths(tmp_path / "absent.ttl", write(tmp_path, "shapes.ttl", PERSON))


# The network -----------------------------------------------------------------------------------------------------------------


def test_a_remote_context_is_not_loaded(listener: socket.socket, tmp_path: Path) -> None:
    file = tmp_path / "a.jsonld"
    for context in ('"%s"', '{"@import": "%s"}', '["%s"]'):
        file.write_text('{"@context": %s, "@id": "http://e.org/a", "name": "x"}' % (context % address(listener)), encoding="utf-8")
        with pytest.raises(ReadError, match="remote JSON-LD context"):
            load_graph(file)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT $this { SERVICE <URL> { $this ?p ?o } }",
        "SELECT $this { $this ?p ?o . FILTER EXISTS { SERVICE SILENT <URL> { ?s ?p ?o } } }",
        "SELECT $this FROM <URL> { $this ?p ?o }",
        "SELECT $this FROM NAMED <URL> { GRAPH <URL> { $this ?p ?o } }",
    ],
)
def test_no_query_reaches_the_network(query: str, listener: socket.socket, tmp_path: Path) -> None:
    with pytest.raises(ShapeError, match=r"SERVICE|FROM"):
        validate(tmp_path, "ex:a ex:p 1 .", sparql(query.replace("URL", address(listener))))


def test_imports_and_graph_names_are_not_loaded(listener: socket.socket, tmp_path: Path) -> None:
    url = address(listener)
    imports = f"<{url}o> <http://www.w3.org/2002/07/owl#imports> <{url}> ; sh:shapesGraph <{url}> ."
    query = f"SELECT $this {{ $this ex:p 1 . FILTER NOT EXISTS {{ GRAPH <{url}> {{ ?s ?p ?o }} }} }}"
    assert len(validate(tmp_path, "ex:a ex:p 1 ." + imports, imports + sparql(query))[1]) == 1


# Verdicts --------------------------------------------------------------------------------------------------------------------


def test_the_graphs_of_the_caller_stay_as_they_are(tmp_path: Path) -> None:
    data, shapes = load_graph(write(tmp_path, "d.ttl", "ex:a a ex:Person .")), load_graph(write(tmp_path, "s.ttl", PERSON))
    before = set(data), set(shapes)
    assert not validate_graphs(data, shapes)[0]
    assert not validate_graphs(data, shapes, checked=True)[0]
    assert (set(data), set(shapes)) == before


def test_only_the_term_true_is_true(tmp_path: Path) -> None:
    """§1.2; pySHACL needs a patch of rdflib, for the whole process, to see it so."""
    shape = 'ex:S sh:targetNode ex:a ; sh:nodeKind sh:Literal ; sh:deactivated "%s"^^xsd:boolean .'
    assert validate(tmp_path, "ex:a ex:p 1 .", shape % "true")[0]
    assert not validate(tmp_path, "ex:a ex:p 1 .", shape % "1")[0]


@pytest.mark.parametrize("order", ["lessThan", "lessThanOrEquals"])
@pytest.mark.parametrize(
    ("value", "other", "conforms"),
    [
        ('"-0100-01-01T00:00:00Z"^^xsd:dateTime', '"-0050-01-01T00:00:00Z"^^xsd:dateTime', True),
        ('"-0050-01-01T00:00:00Z"^^xsd:dateTime', '"-0100-01-01T00:00:00Z"^^xsd:dateTime', False),
        ('"0000-01-01T00:00:00Z"^^xsd:dateTime', "1.5", False),
        ('"a"', '"b"', True),
        ("1", '"two"', False),
        ('"x"^^xsd:decimal', "2", False),
        ("ex:a", "ex:b", False),
        ("_:a", "1", False),
    ],
)
def test_an_order_is_sparqls(order: str, value: str, other: str, conforms: bool, tmp_path: Path) -> None:
    """§4.5.3: what cannot be compared is a result. pySHACL fails at it, or compares the texts of IRIs."""
    shape = f"ex:S sh:targetNode ex:n ; sh:property [ sh:path ex:p ; sh:{order} ex:q ] ."
    assert validate(tmp_path, f"ex:n ex:p {value} ; ex:q {other} .", shape)[0] is conforms


@pytest.mark.parametrize(
    ("bound", "value", "limit", "conforms"),
    [
        ("minInclusive", "1.5", '"1500-01-01T00:00:00Z"^^xsd:dateTime', False),
        ("minInclusive", '"-0050-01-01T00:00:00Z"^^xsd:dateTime', '"-0100-01-01T00:00:00Z"^^xsd:dateTime', True),
        ("minInclusive", "1", "1.0", True),
        ("minExclusive", "1", "1.0", False),
        ("maxExclusive", "1", "1.0", False),
        ("maxInclusive", "1", "1.0", True),
        ("maxExclusive", '"-0100-01-01T00:00:00Z"^^xsd:dateTime', '"-0050-01-01T00:00:00Z"^^xsd:dateTime', True),
        ("maxInclusive", "ex:a", "1", False),
    ],
)
def test_a_limit_is_sparqls(bound: str, value: str, limit: str, conforms: bool, tmp_path: Path) -> None:
    """§4.3: what cannot be compared is a result."""
    shape = f"ex:S sh:targetNode ex:n ; sh:property [ sh:path ex:p ; sh:{bound} {limit} ] ."
    assert validate(tmp_path, f"ex:n ex:p {value} .", shape)[0] is conforms


def test_the_inverse_of_a_sequence_is_followed_backwards(tmp_path: Path) -> None:
    """pySHACL takes ^(a/b) for ^a/^b; it is ^b/^a (SPARQL 1.1 §18.2.2.3)."""
    shape = "ex:S sh:targetNode ex:c ; sh:property [ sh:path [ sh:inversePath ( ex:p ex:q ) ] ; sh:in () ] ."
    conforms, (result,) = validate(tmp_path, "ex:a ex:p ex:b . ex:b ex:q ex:c .", shape)
    assert not conforms
    assert result["value"] == URIRef("http://e.org/a")
    asked = shape.replace("sh:in ()", "sh:sparql [ sh:select 'SELECT $this ?value { $this $PATH ?value }' ]")
    assert validate(tmp_path, "ex:a ex:p ex:b . ex:b ex:q ex:c .", asked)[1][0]["value"] == URIRef("http://e.org/a")


def test_paths_go_as_far_as_the_data(tmp_path: Path) -> None:
    data = "".join(f"ex:n{i} ex:next ex:n{i + 1} ." for i in range(3000)) + "ex:n3000 ex:next ex:n0 ."
    for path, count in (("oneOrMorePath", 3001), ("zeroOrMorePath", 3001), ("zeroOrOnePath", 2)):
        shape = f"ex:S sh:targetNode ex:n0 ; sh:property [ sh:path [ sh:{path} ex:next ] ; sh:minCount {count} ; sh:maxCount {count} ] ."
        assert validate(tmp_path, data, shape)[0]


def test_each_result_has_its_own_path_whole(tmp_path: Path) -> None:
    steps = " ".join(["ex:p"] * 40)
    shapes = write(tmp_path, "s.ttl", f"ex:S sh:targetNode ex:a, ex:b ; sh:property [ sh:path ( {steps} ) ; sh:minCount 1 ] .")
    _, report = validate_paths(write(tmp_path, "d.ttl", "ex:a ex:p 1 ."), shapes)
    paths = list(report.objects(None, SH.resultPath))
    assert len(set(paths)) == 2
    assert all(list(Collection(report, path)) == [URIRef("http://e.org/p")] * 40 for path in paths)


def test_the_report_does_not_copy_what_blank_nodes_lead_to(tmp_path: Path) -> None:
    """pySHACL unfolds them as a tree: of these thirty, each known to all, that would be more than fits any memory."""
    data = "".join(f"_:n{i} a ex:Person ; ex:knows {', '.join(f'_:n{j}' for j in range(30))} ." for i in range(30))
    _, report = validate_paths(write(tmp_path, "d.ttl", data), write(tmp_path, "s.ttl", PERSON))
    assert len(list(report.objects(None, SH.result))) == 30
    assert len(report) < 400
    assert all(isinstance(node, BNode) for node in report.objects(None, SH.focusNode))


def test_a_sparql_result_says_all_that_it_should(tmp_path: Path) -> None:
    query = "SELECT $this (ex:p AS ?path) ?value ?other { $this ex:p ?value . BIND(?value + 1 AS ?other) }"
    more = 'sh:message "{?value} de {$this}, {?other} {?absent}"@fr, "{?value} of {$this}"@en'
    _, (result,) = validate(tmp_path, "ex:a ex:p 1 .", sparql(query, more))
    assert result.pop("resultMessage") in (
        Literal("1 de http://e.org/a, 2 {?absent}", lang="fr"),
        Literal("1 of http://e.org/a", lang="en"),
    )
    assert result == {
        "type": SH.ValidationResult,
        "focusNode": URIRef("http://e.org/a"),
        "resultPath": URIRef("http://e.org/p"),
        "value": Literal(1),
        "resultSeverity": SH.Violation,
        "sourceShape": URIRef("http://e.org/S"),
        "sourceConstraint": URIRef("http://e.org/Q"),
        "sourceConstraintComponent": SH.SPARQLConstraintComponent,
    }


@pytest.mark.parametrize(
    ("query", "results"),
    [
        ("SELECT $this { FILTER(1=1&&!isLiteral($this)) }", 1),
        ("SELECT $this { FILTER NOT EXISTS { $this ex:absent ?x } }", 1),
        ("SELECT $this { OPTIONAL { $this ex:absent ?x } FILTER(!bound(?x)) }", 1),
        ("SELECT $this (COUNT(?x) AS ?n) { $this ex:p ?x } GROUP BY $this HAVING (COUNT(?x) > 2)", 1),
        ("SELECT $this (COUNT(?x) AS ?n) { $this ex:p ?x } GROUP BY $this HAVING (COUNT(?x) > 3)", 0),
        ("SELECT $this ?value { $this ex:p ?value } # VALUES ?x { 1 }", 3),
        ("SELECT $this ?value { $this ex:p ?value FILTER(str(?value) != 'MINUS { }') }", 3),
        ("SELECT $this { { SELECT * { $this ex:p ?x FILTER(?x > 1) } } }", 1),
        ("SELECT $this { $this ?p $thisOne FILTER(isIRI($thisOne)) }", 1),
        ("SELECT $this { GRAPH $shapesGraph { $currentShape a ?class } }", 1),
        ("SELECT $this { GRAPH $shapesGraph { $this ex:p ?x } }", 0),
        ("SELECT $this { $currentShape a ?class }", 0),
    ],
)
def test_pre_bound_variables(query: str, results: int, tmp_path: Path) -> None:
    assert len(validate(tmp_path, "ex:a ex:p 0, 1, 2 ; ex:q ex:b .", sparql(query))[1]) == results


def test_blank_nodes_and_false_values_are_pre_bound(tmp_path: Path) -> None:
    """pySHACL leaves ?value unbound where it is 0, "" or false, and so asks about everything."""
    component = (
        "ex:C a sh:ConstraintComponent ; sh:parameter [ sh:path ex:least ] ; sh:validator [ sh:ask 'ASK { FILTER($value >= $least) }' ] ."
    )
    shape = "ex:S sh:targetSubjectsOf ex:p ; sh:property [ sh:path ex:p ; ex:least 1 ] ."
    _, (result,) = validate(tmp_path, "[] ex:p 0, 1, 2 .", component + shape)
    assert isinstance(result["focusNode"], BNode)
    assert result["value"] == Literal(0)
    assert result["sourceConstraintComponent"] == URIRef("http://e.org/C")
    assert len(validate(tmp_path, "[] ex:p 0, 1, 2 .", component + shape.replace("least 1", "least 1, 2"))[1]) == 3


def test_a_select_validator_is_asked_once_a_focus_node(tmp_path: Path) -> None:
    """pySHACL asks it once a value node: never where there is none, and with ?value bound where the query looks for one."""
    component = """ex:C a sh:ConstraintComponent ; sh:parameter [ sh:path ex:least ] ; sh:propertyValidator [ sh:message "{?n} < {$least}" ;
        sh:select 'SELECT $this (COUNT(?v) AS ?n) { OPTIONAL { $this $PATH ?v } } GROUP BY $this HAVING (COUNT(?v) < $least)' ] ."""
    shape = "ex:S sh:targetNode ex:a, ex:b ; sh:property [ sh:path ex:p ; ex:least 2 ] ."
    results = validate(tmp_path, "ex:a ex:p 1 .", component + shape)[1]
    assert {str(result["resultMessage"]) for result in results} == {"0 < 2", "1 < 2"}


@pytest.mark.parametrize(
    ("shapes", "words"),
    [
        (sparql("SELECT $this (true AS ?failure) { $this ex:p 1 }"), "reports a failure at <http://e.org/a>"),
        ("ex:C a sh:ConstraintComponent ; sh:parameter [ sh:path ex:x ] . ex:S sh:targetNode ex:a ; ex:x 1 .", "no validator"),
        ("ex:S sh:targetNode ex:a ; sh:minCount 1 .", "cannot be evaluated"),
        ("ex:S sh:targetNode ex:a ; sh:property [ sh:minCount 1 ] .", "cannot be evaluated"),
    ],
)
def test_no_verdict_is_a_failure(shapes: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(ShapeError, match=words):
        validate(tmp_path, "ex:a ex:p 1 .", shapes)


def test_a_query_that_is_deactivated(tmp_path: Path) -> None:
    assert validate(tmp_path, "ex:a ex:p 1 .", sparql("SELECT $this { $this ex:p 1 }", "sh:deactivated true"))[0]


def test_nothing_is_printed(tmp_path: Path, capfd: pytest.CaptureFixture[str], recwarn: pytest.WarningsRecorder) -> None:
    shape = "ex:S sh:targetSubjectsOf ex:p ; sh:property [ sh:path ex:p ; sh:datatype xsd:integer ] ."
    assert len(validate(tmp_path, 'ex:a ex:p "x"^^xsd:integer, "y"^^xsd:boolean .', shape)[1]) == 2
    with pytest.raises(ShapeError):
        validate(tmp_path, "ex:a ex:p 1 .", "ex:S sh:targetNode ex:a ; sh:minCount 1 .")
    assert capfd.readouterr() == ("", "")
    assert not recwarn.list


def test_an_empty_graph_conforms() -> None:
    assert validate_graphs(Graph(), Graph())[0]
