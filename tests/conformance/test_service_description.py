"""W3C's SPARQL 1.1 Service Description suite: three tests, whose words are their only definition (service-description/manifest.ttl)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from rdflib import RDF, Graph, Literal, Namespace, URIRef

from pop_ld import iris
from pop_ld.config import Settings

from .w3c import cases
from .w3c_server import Served, public

SD = Namespace(iris.SERVICE)
ENDPOINT = URIRef(iris.sparql(Settings().site))
NODES = {
    "endpoint": "iri",
    "supportedLanguage": SD.Language,
    "languageExtension": "iri",
    "feature": "iri",
    "defaultEntailmentRegime": "iri",
    "supportedEntailmentProfile": "iri",
    "extensionFunction": "iri",
    "extensionAggregate": "iri",
    "propertyFeature": "iri",
    "resultFormat": "iri",
    "inputFormat": "iri",
    "defaultDataset": SD.Dataset,
    "availableGraphs": SD.GraphCollection,
    "defaultGraph": SD.Graph,
    "namedGraph": SD.NamedGraph,
    "name": "iri",
    "graph": SD.Graph,
}
"""Property of the vocabulary -> what its values are: IRIs, or things that must have a type (SPARQL 1.1 Service Description §3)."""
LANGUAGES = {SD.SPARQL10Query, SD.SPARQL11Query, SD.SPARQL11Update}
FEATURES = {SD.DereferencesURIs, SD.UnionDefaultGraph, SD.RequiresDataset, SD.EmptyGraphs, SD.BasicFederatedQuery}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with public(tmp_path_factory.mktemp("description")) as served:
        served.show("empty", ())
        yield served


def test_the_suite_is_whole() -> None:
    found = {case.name.rpartition("/")[2] for case in cases("service-description/manifest.ttl")}
    if not found:
        pytest.skip("no W3C suites (suites/w3c-tests.tar.xz) in ../shared")
    assert found == {"returns-rdf", "has-endpoint-triple", "conforms-to-schema"}


@pytest.mark.parametrize("form", ["text/turtle", "application/rdf+xml", "application/n-triples", "application/ld+json"])
def test_returns_rdf(site: Served, form: str) -> None:
    answer = site.client.get(site.root + "/sparql", headers={"Accept": form})
    assert answer.status_code == 200 and answer.headers["content-type"].startswith(form)
    assert len(Graph().parse(data=answer.text, format=form))


def test_has_endpoint_triple(site: Served) -> None:
    """The endpoint is named by its public address, whatever the address that it was reached at."""
    assert list(description(site).objects(ENDPOINT, SD.endpoint)) == [ENDPOINT]


def test_conforms_to_schema(site: Served) -> None:
    graph = description(site)
    assert (ENDPOINT, RDF.type, SD.Service) in graph
    for name, kind in NODES.items():
        for subject, value in graph.subject_objects(SD[name]):
            assert not isinstance(value, Literal), f"{subject} sd:{name} {value}"
            assert kind == "iri" or (value, RDF.type, kind) in graph or value in LANGUAGES, f"sd:{name} {value} is no {kind}"
    assert set(graph.objects(ENDPOINT, SD.supportedLanguage)) >= {SD.SPARQL11Query}
    assert SD.SPARQL11Update not in set(graph.objects(ENDPOINT, SD.supportedLanguage))
    assert set(graph.objects(ENDPOINT, SD.feature)) <= FEATURES
    known = {predicate for predicate in graph.predicates() if str(predicate).startswith(SD)}
    assert known <= {SD[name] for name in NODES}


def description(site: Served) -> Graph:
    answer = site.client.get(site.root + "/sparql", headers={"Accept": "text/turtle"})
    return Graph().parse(data=answer.text, format="turtle")
