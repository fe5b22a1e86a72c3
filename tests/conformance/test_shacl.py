"""W3C's SHACL 1.0 suite through ``validate_paths``: 98 tests of core, 15 of sparql, 7 that must fail, and one that no manifest names."""

from __future__ import annotations

import tarfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from rdflib import Graph, Namespace, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import RDF, SH
from rdflib.term import BNode, Node

from pop_ld.errors import ShapeError
from pop_ld.validation.standard import load_graph, validate_paths

MF, SHT = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"), Namespace("http://www.w3.org/ns/shacl-test#")
ARCHIVE = Path(__file__).resolve().parents[3] / "shared" / "suites" / "w3c-tests.tar.xz"
FOLDER = "data-shapes/data-shapes-test-suite/tests/"
EXPECTED = {"core": 98, "sparql": 15, "must fail": 7}
UNNAMED = "sparql/component/nodeValidator-001.ttl"
"""A test that no manifest of the suite names."""
SKIPPED: dict[str, str] = {}
"""File of a test → why it is not run."""
COMPARED = (SH.focusNode, SH.resultPath, SH.value, SH.resultSeverity, SH.sourceShape, SH.sourceConstraint, SH.sourceConstraintComponent)
"""What the suite compares of a result; sh:resultMessage too, where it expects one."""


def names() -> list[str]:
    """The files of the suite that hold a test, read in the archive: the names of the tests are needed before anything is unpacked."""
    if not ARCHIVE.is_file():
        return ["the suite"]
    with tarfile.open(ARCHIVE) as archive:
        texts = {m.name.partition(FOLDER)[2]: archive.extractfile(m) for m in archive if FOLDER in m.name and m.name.endswith(".ttl")}
        return sorted(name for name, text in texts.items() if text and b"sht:Validate" in text.read())


@pytest.fixture(scope="module")
def suite(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the suite, unpacked: third-party data is no part of the project."""
    if not ARCHIVE.is_file():
        pytest.skip("no W3C suites (suites/w3c-tests.tar.xz) in ../shared")
    root = tmp_path_factory.mktemp("w3c")
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(root, [m for m in archive if FOLDER in m.name], filter="data")
    return next(root.rglob(FOLDER))


@pytest.mark.parametrize("name", names())
def test_w3c(name: str, suite: Path) -> None:
    if name in SKIPPED:
        pytest.skip(SKIPPED[name])
    graph = load_graph(suite / name)
    test = graph.value(predicate=RDF.type, object=SHT.Validate)
    action, expected = graph.value(test, MF.action), graph.value(test, MF.result)
    data, shapes = (file(graph.value(action, term)) for term in (SHT.dataGraph, SHT.shapesGraph))
    if expected == SHT.Failure:
        with pytest.raises(ShapeError, match="<http://datashapes") as caught:
            validate_paths(data, shapes)
        assert caught.value.rule == "SHACL 1.0 appendix A"
    else:
        conforms, report = validate_paths(data, shapes)
        messages = any((result, SH.resultMessage, None) in graph for result in graph.objects(expected, SH.result))
        wanted, found = compared(graph, expected, messages), compared(report, head(report), messages)
        assert isomorphic(wanted, found), f"expected\n{wanted.serialize()}\nfound\n{found.serialize()}"
        assert str(conforms).lower() == str(graph.value(expected, SH.conforms))


def test_the_suite_is_whole(suite: Path) -> None:
    """The counts that the README claims: a test that disappears, or is skipped, is seen here."""
    named = {str(f.relative_to(suite)) for f in included(suite / "manifest.ttl") if f.name != "manifest.ttl"}
    assert named | {UNNAMED} == set(names())
    failing = {name for name in named if b"mf:result sht:Failure" in (suite / name).read_bytes()}
    counts = Counter("must fail" if name in failing else name.partition("/")[0] for name in named - SKIPPED.keys())
    print(f"\nW3C SHACL: {dict(counts)}")
    assert counts == EXPECTED


def included(manifest: Path) -> Iterator[Path]:
    """A manifest, and all that it includes."""
    yield manifest
    for other in load_graph(manifest).objects(None, MF.include):
        yield from included(file(other))


def file(iri: Node | None) -> Path:
    return Path(unquote(urlsplit(str(iri)).path))


def head(report: Graph) -> Node:
    (found,) = report.subjects(RDF.type, URIRef(SH.ValidationReport))
    return found


def compared(graph: Graph, report: Node, messages: bool) -> Graph:
    """What the suite compares of a report."""
    kept = Graph()
    kept.add((report, SH.conforms, graph.value(report, SH.conforms)))
    for result in graph.objects(report, SH.result):
        kept.add((report, SH.result, result))
        for term in (*COMPARED, SH.resultMessage) if messages else COMPARED:
            for value in graph.objects(result, term):
                kept.add((result, term, value))
                kept += described(graph, value) if term == SH.resultPath else ()
    return kept


def described(graph: Graph, path: Node) -> Iterator[tuple[Node, Node, Node]]:
    """The triples of a blank path."""
    for predicate, value in graph.predicate_objects(path) if isinstance(path, BNode) else ():
        yield path, predicate, value
        yield from described(graph, value)
