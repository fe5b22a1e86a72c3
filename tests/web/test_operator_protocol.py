"""The operator's port: the dataset of an update, prefixes, graphs, formats, and addresses that no update may reach."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from pop_ld.config import Settings, allowed_services

from ..conformance.w3c_server import Served, operator
from .operator_requests import GRAPH, graph, is_so, update

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with operator(tmp_path_factory.mktemp("operator")) as served:
        yield served


# The protocol's dataset ----------------------------------------------------------------------------------------------------

_TWO = "INSERT DATA { GRAPH <x:one> { <x:a> <x:p> 1 } GRAPH <x:two> { <x:b> <x:p> 2 } <x:c> <x:p> 3 }"


@pytest.mark.parametrize(
    ("text", "parameters", "then"),
    [
        ("INSERT { GRAPH <x:r> { ?s <x:q> ?o } } WHERE { ?s <x:p> ?o }", {"using-graph-uri": "x:one"}, {"x:a"}),
        ("INSERT { GRAPH <x:r> { ?s <x:q> ?o } } where { GRAPH ?g { ?s <x:p> ?o } }", {"using-named-graph-uri": "x:two"}, {"x:b"}),
        ("INSERT { GRAPH <x:r> { ?s <x:q> ?o } } WHERE { ?s <x:p> ?o }", {"using-named-graph-uri": "x:two"}, set()),
        ("INSERT { GRAPH <x:r> { ?s <x:q> ?o } } WHERE { ?s <x:p> ?o } # WHERE {", {}, {"x:c"}),
    ],
)
def test_using(tmp_path: Path, text: str, parameters: dict[str, str], then: set[str]) -> None:
    with operator(tmp_path) as port:
        assert update(port, _TWO).status_code == 204
        assert update(port, text, **parameters).status_code == 204
        answer = port.client.get(port.root + "/sparql", params={"query": "SELECT ?s { GRAPH <x:r> { ?s ?p ?o } }", "format": "tsv"})
        assert {line.strip("<>") for line in answer.text.splitlines()[1:]} == then


def test_using_with_delete_where(tmp_path: Path) -> None:
    """What it deletes is in the default graph, what it looks for in the graph that the protocol names."""
    with operator(tmp_path) as port:
        update(port, _TWO + " ; INSERT DATA { <x:a> <x:p> 1 }")
        assert update(port, "DELETE WHERE { ?s <x:p> ?o }", **{"using-graph-uri": "x:one"}).status_code == 204
        assert not is_so(port, "<x:a> <x:p> 1") and is_so(port, "<x:c> <x:p> 3") and is_so(port, "GRAPH <x:one> { <x:a> <x:p> 1 }")


@pytest.mark.parametrize(
    "text",
    [
        "WITH <x:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "INSERT { <x:a> <x:b> 1 } USING <x:g> WHERE {}",
        "DROP ALL ; INSERT { <x:a> <x:b> 1 } USING NAMED <x:g> WHERE {}",
    ],
)
def test_a_dataset_given_twice(port: Served, text: str) -> None:
    answer = update(port, text, **{"using-graph-uri": "x:one"})
    assert answer.status_code == 400 and "given twice" in answer.json()["detail"]


def test_a_graph_of_the_dataset_is_no_iri(port: Served) -> None:
    answer = update(port, "INSERT { <x:a> <x:b> 1 } WHERE {}", **{"using-graph-uri": "x:one> WHERE {} ; DROP ALL #"})
    assert answer.status_code == 400 and not is_so(port, "<x:a> <x:b> 1")


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("INSERT DATA { <x:a> <x:b> 1 } ; PREFIX n: <x:> INSERT DATA { n:a n:b 2 }", 204),
        ("PREFIX n: <x:> INSERT DATA { n:a n:b 1 } ;\nPREFIX n: <x:>\nPREFIX m: <x:> INSERT DATA { m:a n:b 2 } ;", 204),
        ("PREFIX n: <x:> INSERT DATA { n:a n:b 1 } ; PREFIX n: <y:> INSERT DATA { n:a n:b 2 }", 400),
        ("PREFIX n: <x:> INSERT DATA { n:a n:b 1 } ; BASE <x:> INSERT DATA { n:a n:b 2 }", 400),
        ("INSERT DATA { <x:a> <x:b> 1, 2 } ; PREFIX n: <x:", 400),
    ],
)
def test_prefixes_between_operations(tmp_path: Path, text: str, status: int) -> None:
    """The engine refuses them; they are moved to the beginning, unless one would then mean something else. rdflib writes such updates."""
    with operator(tmp_path) as port:
        assert update(port, text).status_code == status
        assert is_so(port, "<x:a> <x:b> 1, 2") == (status == 204)


def test_a_semicolon_after_the_last(tmp_path: Path) -> None:
    with operator(tmp_path) as port:
        update(port, _TWO)
        text = "INSERT { GRAPH <x:r> { ?s <x:q> ?o } } WHERE { ?s <x:p> ?o } ;\n"
        assert update(port, text, **{"using-graph-uri": "x:one"}).status_code == 204
        assert is_so(port, "GRAPH <x:r> { <x:a> <x:q> 1 }")


# Addresses -----------------------------------------------------------------------------------------------------------------

_LOADS = [
    "LOAD <{0}>",
    "load silent <{0}> INTO GRAPH <x:g>",
    "PREFIX x:<{0}>LOAD x:",
    "PREFIX x: <{0}>\n#\nLOAD#c\n<{0}>",
    "CREATE SILENT GRAPH <x:g>;LOAD<{0}>",
    "\\u004cOAD <{0}>",
    "BASE <{0}> LOAD <>",
    "INSERT DATA { <x:a> <x:b> 'x' } ; # ;\nLOAD <{0}>",
    'VERSION "1.2" LOAD <{0}>',
    "INSERT { ?s ?p ?o } WHERE { SERVICE <{0}> { ?s ?p ?o } }",
    "INSERT { ?s ?p ?o } WHERE { SERVICE SILENT <{0}> { ?s ?p ?o } }",
    "DELETE { ?s ?p ?o } WHERE { ?s ?p ?o FILTER EXISTS { servıce <{0}> { ?s ?p ?o } \\u0053ERVICE <{0}> { ?s ?p ?o } } }",
]


@pytest.mark.parametrize("text", _LOADS)
def test_no_update_reaches_an_address(port: Served, text: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.2)
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/a"
        answer = update(port, text.replace("{0}", address).replace("ı", "i"))
        assert answer.status_code in (400, 403), answer.text
        with pytest.raises(TimeoutError):
            listening.accept()
        query = port.client.get(port.root + "/sparql", params={"query": f"ASK {{ SERVICE <{address}> {{ ?s ?p ?o }} }}"})
        assert query.status_code == 403
        with pytest.raises(TimeoutError):
            listening.accept()


def test_an_allowed_address_is_loaded(tmp_path: Path) -> None:
    class Turtle(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/turtle")
            self.send_header("Content-Length", "15")
            self.end_headers()
            self.wfile.write(b"<x:a> <x:b> 1 .")

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Turtle)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/a.ttl"
    try:
        with operator(tmp_path, service_allow=address) as port:
            assert allowed_services(replace(Settings(), service_allow=address)) == (address,)
            assert update(port, f"LOAD <{address}> INTO GRAPH <x:g>").status_code == 204
            assert is_so(port, "GRAPH <x:g> { <x:a> <x:b> 1 }")
            assert update(port, f"LOAD <{address}> ; LOAD <{address}b>").status_code == 403
            assert not is_so(port, "<x:a> <x:b> 1")
    finally:
        server.shutdown()
        server.server_close()


# Graphs --------------------------------------------------------------------------------------------------------------------


def test_a_graph_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    with operator(tmp_path) as port:
        assert graph(port, "PUT", "<x:a> <x:b> 1 .").status_code == 201
        assert graph(port, "PUT", "<x:a> <x:b> 2 . <x:a> <x:b>").status_code == 400
        assert is_so(port, f"GRAPH <{GRAPH}> {{ <x:a> <x:b> 1 }}")
        assert graph(port, "PUT", "<x:a> <x:b> 2 .").status_code == 204
        assert not is_so(port, f"GRAPH <{GRAPH}> {{ <x:a> <x:b> 1 }}")
        assert graph(port, "POST", "<x:a> <x:b> 3 .").status_code == 204
        assert is_so(port, f"GRAPH <{GRAPH}> {{ <x:a> <x:b> 2, 3 }}")


def test_what_a_body_holds_stays_data(tmp_path: Path) -> None:
    """Texts, IRIs and blank nodes of a graph go into an update; none of them ends it."""
    hostile = (
        '<x:a> <x:b> "\\" } } ; DROP ALL #", "\\u007D\\u007D\\n\'\'\'"@fr-x-a, _:b . _:b <http://x/a;b%7D(c)> "é\\U0001F600\\t"^^<x:t> .'
    )
    with operator(tmp_path) as port:
        assert graph(port, "POST", "<x:kept> <x:b> 1 .", name="x:other").status_code == 201
        assert graph(port, "PUT", hostile).status_code == 201
        assert is_so(port, "GRAPH <x:other> { <x:kept> <x:b> 1 }")
        assert is_so(port, f'GRAPH <{GRAPH}> {{ <x:a> <x:b> """" }} }} ; DROP ALL #""", ?n . ?n ?p "é😀\\t"^^<x:t> FILTER(isBlank(?n)) }}')
        again = graph(port, "GET")
        assert graph(port, "PUT", again.text, name="x:copy").status_code == 201
        assert len(graph(port, "GET", name="x:copy").text.splitlines()) == len(again.text.splitlines())


def test_blank_nodes_of_two_requests_are_apart(tmp_path: Path) -> None:
    with operator(tmp_path) as port:
        for _ in range(2):
            graph(port, "POST", "_:b <x:b> 1 .")
        answer = port.client.get(
            port.root + "/sparql", params={"query": f"SELECT * {{ GRAPH <{GRAPH}> {{ ?s <x:b> 1 }} }}", "format": "csv"}
        )
        assert len(answer.text.splitlines()) == 3


@pytest.mark.parametrize(
    ("method", "path", "kind", "content", "status"),
    [
        ("PUT", "?graph=x:g", "text/csv", "a", 415),
        ("PUT", "?graph=x:g", "application/trig", "<x:g> { <x:a> <x:b> 1 }", 415),
        ("PUT", "?graph=x:g", "application/ld+json", '{"@id": "x:o", "@graph": [{"@id": "x:a", "x:b": 1}]}', 400),
        ("PUT", "?graph=g", "text/turtle", "<x:a> <x:b> 1 .", 400),
        ("PUT", "", "text/turtle", "<x:a> <x:b> 1 .", 400),
        ("PUT", "?graph=x:g&default", "text/turtle", "<x:a> <x:b> 1 .", 400),
        ("PUT", "?graph=x:g", "multipart/form-data; boundary=a", "--a--", 415),
        ("POST", "?graph=x:g", "multipart/form-data; boundary=a", "--a--", 400),
        ("POST", "?graph=x:g", "multipart/form-data", "--a--", 400),
        ("DELETE", "?graph=x:none", "text/turtle", "", 404),
        ("PATCH", "?graph=x:g", "application/sparql-update", "DROP ALL", 405),
        ("GET", "?graph=x:none", "", "", 404),
    ],
)
def test_refusals_of_graphs(port: Served, method: str, path: str, kind: str, content: str, status: int) -> None:
    answer = port.client.request(method, f"{port.root}/rdf-graph-store{path}", content=content, headers={"Content-Type": kind})
    assert answer.status_code == status, answer.text
    assert not is_so(port, "GRAPH <x:g> { ?s ?p ?o }")


def test_relative_iris_are_those_of_the_graph(tmp_path: Path) -> None:
    with operator(tmp_path) as port:
        assert graph(port, "PUT", "<#a> <x:b> <c> .", name="http://example.org/g/h").status_code == 201
        assert is_so(port, "GRAPH ?g { <http://example.org/g/h#a> <x:b> <http://example.org/g/c> }")


def test_an_empty_graph_is_there(tmp_path: Path) -> None:
    with operator(tmp_path) as port:
        assert graph(port, "PUT", "# nothing").status_code == 201
        assert graph(port, "GET").status_code == 200
        assert graph(port, "DELETE").status_code == 204
        assert graph(port, "GET").status_code == 404


# The protocol --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "kind", "content", "status"),
    [
        ("POST", "", "application/x-www-form-urlencoded", "update=DROP%20ALL&query=ASK%7B%7D", 400),
        ("POST", "?query=ASK{}", "application/sparql-update", "INSERT DATA {}", 400),
        ("POST", "", "application/sparql-update; charset=iso-8859-1", "INSERT DATA {}", 415),
        ("POST", "", "application/sparql-update;charset=UTF-8", "INSERT DATA {}", 204),
        ("POST", "", "application/x-www-form-urlencoded", "update=INSERT%20DATA%7B%7D", 204),
        ("POST", "", "application/x-www-form-urlencoded", "update=%FF", 400),
        ("PUT", "", "application/sparql-update", "INSERT DATA {}", 405),
        ("GET", "", "", "", 400),
        ("GET", "?query=ASK{}", "", "", 200),
        ("HEAD", "?query=ASK{}", "", "", 200),
    ],
)
def test_the_operations_of_the_protocol(port: Served, method: str, path: str, kind: str, content: str, status: int) -> None:
    answer = port.client.request(method, f"{port.root}/sparql{path}", content=content, headers={"Content-Type": kind} if kind else {})
    assert answer.status_code == status, answer.text


def test_queries_have_every_format(port: Served) -> None:
    query = {"query": "SELECT (IRI('http://x/a,b') AS ?i) ('é' AS ?t) {}"}
    said = {name: port.client.get(port.root + "/sparql", params={**query, "format": name}).text for name in ("json", "xml", "csv", "tsv")}
    assert said["csv"] == 'i,t\r\n"http://x/a,b",é\r\n' and said["tsv"] == '?i\t?t\n<http://x/a,b>\t"é"\n'
    assert json.loads(said["json"])["results"]["bindings"][0]["t"]["value"] == "é" and "http://x/a,b" in said["xml"]
    assert port.client.get(port.root + "/sparql", params=query, headers={"Accept": "image/png"}).status_code == 406
