"""W3C's SPARQL 1.1 Protocol suite, its HTTP exchanges: 20 tests of queries on the public port, 14 of updates on the operator's."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import pytest
from rdflib.namespace import RDFS

from . import w3c
from .w3c import UT, Case, cases, exchanges, parametrized
from .w3c_server import Served, operator, public

CASES = cases("protocol/manifest.ttl")
UPDATES = [case for case in CASES if "update" in case.name]
QUERIES = [case for case in CASES if case not in UPDATES]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with public(tmp_path_factory.mktemp("protocol")) as served:
        yield served


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with operator(tmp_path_factory.mktemp("operator")) as served:
        yield served


@pytest.mark.parametrize("case", parametrized(QUERIES, "protocol_skips.yml"))
def test_query(case: Case, site: Served) -> None:
    graphs = [
        (case.graph.value(data, UT.graph), str(case.graph.value(data, RDFS.label))) for data in case.graph.objects(case.node, UT.graphData)
    ]
    site.show(case.name, chain.from_iterable(w3c.quads(iri, name) for iri, name in graphs if iri))
    exchange_all(case, site)


@pytest.mark.parametrize("case", parametrized(UPDATES, "protocol_skips.yml"))
def test_update(case: Case, port: Served) -> None:
    exchange_all(case, port)


def test_the_suite_is_whole() -> None:
    if not CASES:
        pytest.skip("no W3C suites (suites/w3c-tests.tar.xz) in ../shared")
    assert (len(QUERIES), len(UPDATES)) == (20, 14)


def exchange_all(case: Case, served: Served) -> None:
    """The requests of a test, each with the answer that it must have; the suite's path is ours without its last slash."""
    for exchange in exchanges(case):
        address = served.root + exchange.path.replace("/sparql/", "/sparql", 1)
        w3c.check(exchange, served.client.request(exchange.method, address, content=exchange.body, headers=exchange.headers))
