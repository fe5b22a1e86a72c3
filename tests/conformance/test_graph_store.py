"""W3C's Graph Store Protocol suite, indirect identification: 9 tests whole on the operator's port, and what they read on the public one."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, parse

from . import w3c
from .w3c import Case, cases, exchanges, parametrized
from .w3c_server import Served, operator, public

CASES = cases("graph-store-protocol/manifest-indirect.ttl")
PATH = "/rdf-graph-store"


@pytest.fixture
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The suite expects 201 of a first PUT, so each test begins with an empty store."""
    with operator(tmp_path_factory.mktemp("operator")) as served:
        yield served


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with public(tmp_path_factory.mktemp("graphs")) as served:
        yield served


@pytest.mark.parametrize("case", parametrized(CASES, "graph_store_skips.yml"))
def test_read_and_write(case: Case, port: Served) -> None:
    location = ""
    for exchange in exchanges(case):
        address = port.root + exchange.path.replace("/gsp", PATH, 1).replace("$LOCATION$", location)
        answer = port.client.request(exchange.method, address, content=exchange.body, headers=exchange.headers)
        w3c.check(exchange, answer)
        if exchange.location:
            location = answer.headers["location"]


@pytest.mark.parametrize("case", parametrized(CASES, "graph_store_skips.yml"))
def test_read(case: Case, site: Served) -> None:
    """The store as the writes before each reading leave it is published, and read on the public port."""
    held: dict[str, list[Quad]] = {}
    read = 0
    for number, exchange in enumerate(exchanges(case)):
        graph = graph_of(exchange.path)
        if exchange.method in ("PUT", "POST"):
            held[graph] = [*(held.get(graph, []) if exchange.method == "POST" else []), *written(exchange, graph)]
        elif exchange.method == "DELETE":
            held.pop(graph, None)
        else:
            site.show((case.name, number), [quad for quads in held.values() for quad in quads])
            address = site.root + exchange.path.replace("/gsp", PATH, 1).replace("$LOCATION$", LOCATION)
            w3c.check(exchange, site.client.request(exchange.method, address, headers=exchange.headers))
            read += 1
    assert read


def test_the_suite_is_whole() -> None:
    if not CASES:
        pytest.skip("no W3C suites (suites/w3c-tests.tar.xz) in ../shared")
    assert len(CASES) == 9


LOCATION = "http://example.org/new"
"""The graph that a POST without graph made, in the reading half."""


def graph_of(path: str) -> str:
    """The graph that an address names; "" the default one."""
    named = parse_qs(urlsplit(path).query, keep_blank_values=True)
    return named.get("graph", [""])[0].replace("$LOCATION$", LOCATION) if named else LOCATION


def written(exchange: w3c.Exchange, graph: str) -> list[Quad]:
    """What a request writes: the Turtle of its body, or of each part of it."""
    assert exchange.body
    texts = [exchange.body.decode()]
    if "multipart" in exchange.headers["content-type"]:
        texts = [part.split("\r\n\r\n", 1)[1] for part in texts[0].split("--a6fe4cd636164618814be9f8d3d1a0de")[1:-1]]
    found = [quad for text in texts for quad in parse(text.encode(), format=RdfFormat.TURTLE, base_iri=w3c.BASE, rename_blank_nodes=True)]
    return [Quad(q.subject, q.predicate, q.object, NamedNode(graph)) for q in found] if graph else found
