"""SPARQLWrapper on the public port: every format that it knows, every way to send a query, and its errors."""

from __future__ import annotations

from typing import Any

import pytest
from rdflib import URIRef
from rdflib.namespace import DCTERMS
from SPARQLWrapper import CSV, GET, JSON, JSONLD, N3, POST, POSTDIRECTLY, RDF, RDFXML, TSV, TURTLE, URLENCODED, XML, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import EndPointInternalError, QueryBadFormed, Unauthorized

from .conftest import Endpoint


def ask(endpoint: Endpoint, query: str, form: str, method: str = GET, request: str = URLENCODED) -> SPARQLWrapper:
    made = SPARQLWrapper(endpoint.url)
    made.setMethod(method)
    made.setRequestMethod(request)
    made.setReturnFormat(form)
    made.setQuery(query)
    return made


WAYS = [(GET, URLENCODED), (POST, URLENCODED), (POST, POSTDIRECTLY)]


@pytest.mark.parametrize(("method", "request_method"), WAYS)
def test_select_in_every_format(endpoint: Endpoint, method: str, request_method: str) -> None:
    def answer(form: str) -> Any:
        return ask(endpoint, endpoint.count, form, method, request_method).queryAndConvert()

    assert answer(JSON)["results"]["bindings"][0]["n"]["value"] == str(endpoint.notices)
    assert answer(XML).getElementsByTagName("literal")[0].firstChild.data == str(endpoint.notices)
    assert answer(CSV).decode().split() == ["n", str(endpoint.notices)]
    assert answer(TSV).decode().split() == ["?n", str(endpoint.notices)]


@pytest.mark.parametrize(("method", "request_method"), WAYS)
@pytest.mark.parametrize("form", [TURTLE, N3, RDFXML, RDF, XML, JSONLD])
def test_graphs_in_every_format(endpoint: Endpoint, form: str, method: str, request_method: str) -> None:
    query = f"CONSTRUCT WHERE {{ <{endpoint.thing}> ?p ?o }}"
    made = ask(endpoint, query, form, method, request_method).queryAndConvert()
    if isinstance(made, bytes):  # it parses neither Turtle nor N3
        assert endpoint.thing in made.decode() or "identifier" in made.decode()
    else:
        assert (URIRef(endpoint.thing), DCTERMS.identifier, None) in made


def test_ask_and_describe(endpoint: Endpoint) -> None:
    assert ask(endpoint, "ASK { ?s ?p ?o }", JSON).queryAndConvert()["boolean"] is True
    described = ask(endpoint, f"DESCRIBE <{endpoint.thing}>", RDFXML).queryAndConvert()
    assert (URIRef(endpoint.thing), DCTERMS.identifier, None) in described


def test_a_dataset(endpoint: Endpoint) -> None:
    made = ask(endpoint, "ASK { ?s ?p ?o }", JSON)
    made.addDefaultGraph("http://example.org/none")
    assert made.queryAndConvert()["boolean"] is False


def test_faults_have_their_kinds(endpoint: Endpoint) -> None:
    with pytest.raises(QueryBadFormed, match="column"):
        ask(endpoint, "SELECT nonsense", JSON).query()
    with pytest.raises(Exception, match="504"):
        ask(endpoint, "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }", JSON).query()


def test_a_client_that_gives_up_first(endpoint: Endpoint) -> None:
    made = ask(endpoint, "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }", JSON)
    made.setTimeout(1)
    with pytest.raises((TimeoutError, OSError)):
        made.query()
    assert ask(endpoint, "ASK {}", JSON).queryAndConvert()["boolean"] is True


def test_updates_on_the_operators_port(port: Endpoint) -> None:
    made = SPARQLWrapper(port.url)
    made.setMethod(POST)
    made.setReturnFormat(JSON)
    made.setQuery("INSERT DATA { <x:a> <x:b> 'é' }")
    with pytest.raises(Unauthorized):
        made.query()
    made.addCustomHttpHeader("Authorization", f"Bearer {port.token}")
    for way in (URLENCODED, POSTDIRECTLY):
        made.setRequestMethod(way)
        made.query()
    made.setQuery("SELECT * { <x:a> ?p ?o }")
    assert [b["o"]["value"] for b in made.queryAndConvert()["results"]["bindings"]] == ["é"]


def test_an_error_of_ours_is_not_taken_for_a_query(endpoint: Endpoint) -> None:
    with pytest.raises(Exception, match="403") as caught:
        ask(endpoint, "ASK { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", JSON).query()
    assert not isinstance(caught.value, EndPointInternalError)
