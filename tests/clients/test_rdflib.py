"""rdflib's SPARQLStore on the public port, SPARQLUpdateStore on the operator's."""

from __future__ import annotations

from urllib.error import HTTPError

import pytest
from rdflib import Dataset, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, FOAF, RDFS
from rdflib.plugins.stores.sparqlstore import SPARQLStore, SPARQLUpdateStore

from pop_ld import iris
from pop_ld.config import Settings

from .conftest import Endpoint


@pytest.fixture(params=["GET", "POST", "POST_FORM"])
def graph(request: pytest.FixtureRequest, endpoint: Endpoint) -> Graph:
    return Graph(SPARQLStore(endpoint.url, method=request.param))


@pytest.mark.parametrize("form", ["xml", "json", "csv", "tsv"])
def test_select(endpoint: Endpoint, form: str) -> None:
    found = Graph(SPARQLStore(endpoint.url, returnFormat=form)).query(endpoint.count)
    assert [int(row.n) for row in found] == [endpoint.notices]  # type: ignore[union-attr, arg-type]


def test_each_way_to_ask(graph: Graph, endpoint: Endpoint) -> None:
    assert graph.query("ASK { ?s ?p ?o }").askAnswer is True
    assert graph.query("ASK { <x:a> <x:b> 'é😀' }").askAnswer is False
    assert [int(row.n) for row in graph.query(endpoint.count)] == [endpoint.notices]  # type: ignore[union-attr, arg-type]
    made = graph.query(f"CONSTRUCT {{ <{endpoint.thing}> ?p ?o }} WHERE {{ <{endpoint.thing}> ?p ?o }}").graph
    assert made is not None and (URIRef(endpoint.thing), DCTERMS.identifier, None) in made
    described = graph.query(f"DESCRIBE <{endpoint.thing}>").graph
    assert described is not None and len(described) >= len(made)


def test_it_is_a_graph_like_any(graph: Graph, endpoint: Endpoint) -> None:
    thing = URIRef(endpoint.thing)
    assert (thing, DCTERMS.identifier, None) in graph and (thing, DCTERMS.identifier, Literal("none")) not in graph
    assert list(graph.subjects(FOAF.primaryTopic, thing))
    assert {label.language for label in graph.objects(thing, RDFS.label) if isinstance(label, Literal)} >= {"fr"}
    with_prefix = graph.query("SELECT ?o { ?s ex:identifier ?o } LIMIT 2", initNs={"ex": DCTERMS}, initBindings={"s": thing})
    assert len(list(with_prefix)) == 1


def test_a_named_graph(endpoint: Endpoint) -> None:
    """The store says which graph by default-graph-uri."""
    found = Graph(SPARQLStore(endpoint.url), identifier=URIRef(iris.examples_graph(Settings().site)))
    assert len(list(found.triples((None, RDFS.comment, None)))) > 20


def test_a_fault_is_told(endpoint: Endpoint) -> None:
    with pytest.raises((HTTPError, ValueError)):
        Graph(SPARQLStore(endpoint.url)).query("SELECT nonsense")


def test_updates(port: Endpoint) -> None:
    headers = {"Authorization": f"Bearer {port.token}"}
    remote = SPARQLUpdateStore(port.url, port.url, headers=headers, autocommit=False, context_aware=True)
    dataset = Dataset(remote)
    named = dataset.graph(URIRef("http://example.org/g"))
    named.add((URIRef("x:a"), RDFS.label, Literal("l'été 😀 \\ \" }", lang="fr")))
    named.add((URIRef("x:b"), RDFS.label, Literal("2")))
    remote.commit()
    assert set(named.objects(URIRef("x:a"), RDFS.label)) == {Literal("l'été 😀 \\ \" }", lang="fr")}
    named.remove((URIRef("x:b"), None, None))
    named.update("INSERT { ?s <x:n> 1 } WHERE { ?s ?p ?o }")
    remote.commit()
    assert len(list(named.triples((None, None, None)))) == 2


def test_updates_without_the_token(port: Endpoint) -> None:
    with pytest.raises(HTTPError, match="401"):
        Graph(SPARQLUpdateStore(port.url, port.url), identifier=URIRef("x:g")).add((URIRef("x:a"), URIRef("x:b"), URIRef("x:c")))


def test_the_public_port_takes_no_update(endpoint: Endpoint) -> None:
    with pytest.raises(HTTPError, match="403"):
        Graph(SPARQLUpdateStore(endpoint.url, endpoint.url), identifier=URIRef("x:g")).add((URIRef("x:a"), URIRef("x:b"), URIRef("x:c")))
