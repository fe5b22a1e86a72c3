"""W3C's SPARQL 1.1 suites through HTTP: 341 tests of queries on the public port, 157 of updates on the operator's.

The data of each test is a release of its own, served; its query is asked over HTTP in the format of the expected result. Left out are
SERVICE, which is refused, and entailment regimes beyond simple entailment, of which we offer none.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain

import httpx
import pytest
from pyoxigraph import NamedNode, Quad, QueryResultsFormat, RdfFormat, parse
from rdflib.namespace import RDFS
from rdflib.term import Node

from . import w3c
from .w3c import MF, QT, UT, Case, cases, parametrized
from .w3c_server import Served, operator, public

_OUT = ("service", "entailment", "protocol", "service-description", "http-rdf-update", "graph-store-protocol")
CASES = [case for folder in w3c.folders() if folder not in _OUT for case in cases(f"{folder}/manifest.ttl")]
EXPECTED = {
    "QueryEvaluationTest": 232,
    "CSVResultFormatTest": 3,
    "PositiveSyntaxTest11": 66,
    "NegativeSyntaxTest11": 48,
    "UpdateEvaluationTest": 94,
    "PositiveUpdateSyntaxTest11": 42,
    "NegativeUpdateSyntaxTest11": 13,
}
"""Kind of test -> how many there are."""
LOADED = "remote somescheme://www.example.com/THIS-GRAPH-DOES-NOT-EXIST/"
"""What the suite loads: nothing that could be reached."""
_FORMAT = {
    "srx": "application/sparql-results+xml",
    "srj": "application/sparql-results+json",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
}


def of_kind(*kinds: str) -> list[Case]:
    return [case for case in CASES if case.kind in kinds]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with public(tmp_path_factory.mktemp("queries")) as served:
        yield served


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with operator(tmp_path_factory.mktemp("updates"), service_allow=LOADED) as served:
        yield served


def query_file(case: Case) -> Node | None:
    return case.value(MF.action, QT.query) or case.value(MF.action)


_SYNTAX = [case for case in CASES if "Syntax" in case.kind]
UPDATE_SYNTAX = [case for case in _SYNTAX if str(query_file(case)).endswith(".ru")]
QUERY_SYNTAX = [case for case in _SYNTAX if case not in UPDATE_SYNTAX]


# Queries -------------------------------------------------------------------------------------------------------------------


def sources(case: Case) -> tuple[tuple[Node, str], ...]:
    """The files of a test's data, each with the graph that it goes to."""
    action = case.value(MF.action)
    default = [(file, "") for file in case.graph.objects(action, QT.data)]
    named = [(file, str(file)) for file in case.graph.objects(action, QT.graphData)]
    if re.search(rb"\bFROM\b", w3c.file(query_file(case)), re.IGNORECASE):
        named += [(file, str(file)) for file, _ in default]
    return (*sorted(default), *sorted(named))


def by_data(found: list[Case]) -> list[Case]:
    """Tests of the same data one after the other, for each change of it is a release."""
    return sorted(found, key=sources)


@pytest.mark.parametrize("case", parametrized(by_data(of_kind("QueryEvaluationTest", "CSVResultFormatTest")), "query_skips.yml"))
def test_evaluation(case: Case, site: Served) -> None:
    files = sources(case)
    site.show(files, chain.from_iterable(w3c.quads(file, graph) for file, graph in files))
    expected = str(case.value(MF.result))
    name = expected.rpartition(".")[2]
    answer = ask(site, query(case), _FORMAT.get(name, ""))
    assert answer.status_code == 200, answer.text
    wanted, content = w3c.file(expected), answer.content
    if name == "csv":
        compare(w3c.rows_in_csv(content), w3c.rows_in_csv(wanted))
    elif name in w3c.RESULTS:
        compare(w3c.rows(content, w3c.RESULTS[name]), w3c.rows(wanted, w3c.RESULTS[name]))
    elif b"ResultSet" in wanted:
        compare(w3c.rows(content, QueryResultsFormat.JSON), w3c.rows_in_turtle(wanted, expected))
    else:
        assert w3c.isomorphic(parse(content, format=RdfFormat.TURTLE), w3c.quads(expected)), answer.text


def compare(found: list[w3c.Row] | bool, wanted: list[w3c.Row] | bool) -> None:
    if isinstance(found, bool) or isinstance(wanted, bool):
        assert found == wanted
    else:
        assert w3c.same_rows(found, wanted), f"found {found}\nwanted {wanted}"


def query(case: Case) -> str:
    """The query; where it has relative IRIs, they are those of its file."""
    iri = query_file(case)
    text = w3c.file(iri).decode()
    return text if not re.search(r"<[^:>\s]*>", text) else f"BASE <{iri}>\n{text}"


def ask(site: Served, text: str, accept: str = "") -> httpx.Response:
    return site.client.post(
        site.root + "/sparql", content=text.encode(), headers={"Content-Type": "application/sparql-query", "Accept": accept}
    )


@pytest.mark.parametrize("case", parametrized(QUERY_SYNTAX, "query_skips.yml"))
def test_syntax(case: Case, site: Served) -> None:
    site.show("empty", ())
    answer = ask(site, query(case))
    if case.kind == "NegativeSyntaxTest11":
        assert answer.status_code == 400, answer.text
    elif case.name.startswith("syntax-fed"):
        assert answer.status_code == 403, "SERVICE is refused, whether its syntax is right or not"
    else:
        assert answer.status_code == 200 or "is not supported" in answer.json()["detail"], answer.text  # a function that is unknown here


# Updates -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", parametrized(of_kind("UpdateEvaluationTest"), "update_skips.yml"))
def test_update(case: Case, port: Served) -> None:
    put(port, state(case, MF.action))
    answer = update(port, w3c.file(case.value(MF.action, UT.request)))
    assert answer.status_code == 204, answer.text
    wanted = state(case, MF.result)
    assert w3c.isomorphic(held(port), wanted), held(port)


@pytest.mark.parametrize("case", parametrized(UPDATE_SYNTAX, "update_skips.yml"))
def test_update_syntax(case: Case, port: Served) -> None:
    put(port, [])
    answer = update(port, w3c.file(case.value(MF.action)))
    if case.kind.startswith("Negative"):
        assert answer.status_code == 400 and answer.json()["type"] == "/errors#query-syntax", answer.text
    else:
        assert answer.status_code != 400, answer.text


def state(case: Case, side: Node) -> list[Quad]:
    """The store before or after an update."""
    node, graph = case.value(side), case.graph
    found = [quad for file in graph.objects(node, UT.data) for quad in w3c.quads(file)]
    for data in graph.objects(node, UT.graphData):
        name, file = str(graph.value(data, RDFS.label) or data), graph.value(data, UT.graph) or data
        found += w3c.quads(file, name)
    return [Quad(q.subject, q.predicate, w3c.plain(q.object), q.graph_name) for q in found]


def put(port: Served, content: list[Quad]) -> None:
    """Makes the store hold these quads alone."""
    assert update(port, b"DROP ALL").status_code == 204
    for name in dict.fromkeys(quad.graph_name for quad in content):
        lines = "".join(f"{quad.triple} .\n" for quad in content if quad.graph_name == name)
        parameters = {"graph": name.value} if isinstance(name, NamedNode) else {"default": ""}
        kind = {"Content-Type": "application/n-triples"}
        answer = port.client.put(port.root + "/rdf-graph-store", params=parameters, content=lines.encode(), headers=kind)
        assert answer.status_code in (201, 204), answer.text


def update(port: Served, text: bytes) -> httpx.Response:
    return port.client.post(port.root + "/sparql", content=text, headers={"Content-Type": "application/sparql-update"})


def held(port: Served) -> list[Quad]:
    """All that the store holds, as its own answers say."""
    every = "SELECT ?s ?p ?o ?g { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
    answer = port.client.get(port.root + "/sparql", params={"query": every}, headers={"Accept": "application/sparql-results+json"})
    found = w3c.rows(answer.content, QueryResultsFormat.JSON)
    assert not isinstance(found, bool)
    return [Quad(r["s"], r["p"], r["o"], *((r["g"],) if "g" in r else ())) for r in map(dict, found)]


def test_the_suites_are_whole() -> None:
    """The counts that the README claims: a test that disappears, or one more that is let fail, is seen here."""
    if not CASES:
        pytest.skip("no W3C suites (suites/w3c-tests.tar.xz) in ../shared")
    assert Counter(case.kind for case in CASES) == EXPECTED
