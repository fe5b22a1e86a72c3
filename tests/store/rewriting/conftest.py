"""Queries and stores to compare the rewriting with the engine on: W3C's suite, the competency questions, the samples."""

from __future__ import annotations

import tarfile
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pytest
from pyoxigraph import NamedNode, QuerySolutions, Store

from pop_ld import iris, pipeline, store
from pop_ld.bases import load_bases
from pop_ld.config import Settings

ROOT = Path(__file__).resolve().parents[3]
ARCHIVE = ROOT.parent / "shared" / "suites" / "w3c-tests.tar.xz"
MF, QT = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#", "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"
W3C_TESTS = f"""SELECT ?query (GROUP_CONCAT(?default) AS ?data) (GROUP_CONCAT(?named) AS ?graphs) WHERE {{
  ?test a <{MF}QueryEvaluationTest> ; <{MF}action> ?action . ?action <{QT}query> ?query
  OPTIONAL {{ {{ ?action <{QT}data> ?default }} UNION {{ ?action <{QT}graphData> ?named }} }} }} GROUP BY ?test ?query"""


@pytest.fixture(scope="session")
def w3c_queries(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, Store]]:
    """Every query of an evaluation test of SPARQL 1.1, with its data."""
    if not ARCHIVE.is_file():
        pytest.skip("no W3C suites (suites/w3c-tests.tar.xz) in ../shared")
    folder, found = tmp_path_factory.mktemp("w3c"), []
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(folder, [m for m in archive if m.name.startswith("rdf-tests/sparql/sparql11/")], filter="data")
    for manifest in sorted(folder.rglob("manifest.ttl")):
        tests = Store()
        tests.load(path=str(manifest), base_iri=manifest.as_uri())
        rows = tests.query(W3C_TESTS)
        assert isinstance(rows, QuerySolutions)
        for query, data, graphs in ([term.value.split() if term else [] for term in row] for row in rows):  # type: ignore[union-attr]
            triples = Store()
            for address in data:
                triples.load(path=path(address), base_iri=address)
            for address in graphs:
                triples.load(path=path(address), base_iri=address, to_graph=NamedNode(address))
            found.append((Path(path(query[0])).read_text(encoding="utf-8"), triples))
    return found


def path(address: str) -> str:
    return url2pathname(urlsplit(address).path)


@pytest.fixture(scope="session")
def competency_questions() -> list[str]:
    """The queries of ontologies/examples."""
    found = Store()
    for file in sorted((ROOT / "ontologies" / "examples").glob("*.ttl")):
        found.load(path=str(file))
    return [quad.object.value for quad in found.quads_for_pattern(None, NamedNode(f"{iris.SHACL}select"), None)]  # type: ignore[union-attr]


@pytest.fixture(scope="session")
def samples_on_disk(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A release of the samples, read as the workers read it."""
    data = tmp_path_factory.mktemp("samples")
    pipeline.load([file for base in load_bases().values() for file in base.samples], data, Settings(data=str(data)), quiet=True)
    return Store.read_only(str(store.current(data).path / "store"))
