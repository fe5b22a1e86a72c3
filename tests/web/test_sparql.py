"""/sparql: SPARQL 1.1 Protocol for queries, limits, and what goes on beside a heavy query."""

import json
import threading
import time

import httpx
import pytest

from pop_ld import store

from .conftest import Running

COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s a <https://data.pop.culture.gouv.fr/def/pop#Edifice> }"
HOURS = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
SORTED_HOURS = "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i"
GRAPH = "CONSTRUCT WHERE { <https://data.pop.culture.gouv.fr/id/merimee/PA09900001> ?p ?o }"


def ask(running: Running, query: str, accept: str = "", **parameters: str) -> httpx.Response:
    return running.client.get(running.root + "/sparql", params={"query": query, **parameters}, headers={"Accept": accept})


def test_the_three_ways_to_ask(running: Running) -> None:
    held = store.current(running.data).manifest["bases"]["merimee"]
    answers = [
        ask(running, COUNT),
        running.client.post(running.root + "/sparql", data={"query": COUNT}),
        running.client.post(running.root + "/sparql", content=COUNT, headers={"Content-Type": "application/sparql-query"}),
    ]
    for answer in answers:
        assert answer.status_code == 200, answer.text
        assert int(answer.json()["results"]["bindings"][0]["n"]["value"]) == held
        assert answer.headers["pop-release"] and answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    ("query", "accept", "media_type"),
    [
        (COUNT, "", "application/sparql-results+json"),
        (COUNT, "application/sparql-results+xml", "application/sparql-results+xml"),
        (COUNT, "text/csv", "text/csv; charset=utf-8"),
        (COUNT, "text/tab-separated-values", "text/tab-separated-values; charset=utf-8"),
        ("ASK {}", "application/sparql-results+json", "application/sparql-results+json"),
        (GRAPH, "", "text/turtle; charset=utf-8"),
        (GRAPH, "application/n-triples", "application/n-triples"),
        (GRAPH, "application/ld+json", "application/ld+json"),
        (GRAPH, "application/rdf+xml", "application/rdf+xml"),
    ],
)
def test_formats(running: Running, query: str, accept: str, media_type: str) -> None:
    answer = ask(running, query, accept)
    assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)
    assert answer.content


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("SELECT nonsense", 400),
        ("", 400),
        ("ASK { SERVICE <http://127.0.0.1:9/> { ?a ?b ?c } }", 403),
        ("ASK { \\u0053ERVICE <http://127.0.0.1:9/> { ?a ?b ?c } }", 403),
        ("INSERT DATA { <a:a> <a:a> <a:a> }", 403),
        ("DROP ALL", 403),
        ("ASK {} # " + "x" * 1_000_001, 413),
    ],
)
def test_refusals_are_problems(running: Running, query: str, status: int) -> None:
    answer = running.client.post(running.root + "/sparql", data={"query": query})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status and answer.json()["title"]


def test_more_refusals(running: Running) -> None:
    assert ask(running, COUNT, "image/png").status_code == 406
    assert running.client.post(running.root + "/sparql", content=COUNT, headers={"Content-Type": "text/plain"}).status_code == 415
    assert (
        running.client.post(running.root + "/sparql", content="DROP ALL", headers={"Content-Type": "application/sparql-update"}).status_code
        == 403
    )
    assert running.client.get(running.root + "/sparql?query=ASK{}&query=ASK{}").status_code == 400
    assert ask(running, COUNT, timeout="soon").status_code == 400


@pytest.mark.parametrize("query", [HOURS, SORTED_HOURS])
def test_a_query_for_hours_ends_at_its_deadline_while_others_are_served(running: Running, query: str) -> None:
    found: dict[str, float | int] = {}

    def heavy() -> None:
        start = time.monotonic()
        found["status"] = httpx.get(running.root + "/sparql", params={"query": query, "timeout": "2"}, timeout=30).status_code
        found["seconds"] = time.monotonic() - start

    thread = threading.Thread(target=heavy)
    thread.start()
    served = 0
    while thread.is_alive():
        assert ask(running, COUNT).status_code == 200
        assert running.get("/doc/merimee/PA09900001").status_code == 200
        served += 1
    thread.join()
    assert found["status"] == 504
    assert found["seconds"] < 3, "deadline + 1 s"
    assert served > 5


def test_a_client_may_ask_for_less_time_and_not_for_more_than_the_most(running: Running) -> None:
    start = time.monotonic()
    answer = ask(running, HOURS, timeout="9999")
    assert answer.status_code == 504
    assert time.monotonic() - start < running.settings.deadline_max + 1


def test_a_query_that_takes_all_memory_dies_alone(running: Running) -> None:
    hog = "SELECT (GROUP_CONCAT(CONCAT(STR(?a), STR(?d), STR(?g))) AS ?x) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    assert ask(running, hog, timeout="4").status_code == 504
    assert ask(running, COUNT).status_code == 200


def test_without_a_query(running: Running) -> None:
    page = running.get("/sparql")
    assert page.status_code == 200 and "<textarea" in page.text
    description = running.get("/sparql", "text/turtle")
    assert "sparql-service-description#Service" in description.text


def test_the_page_shows_rows_and_faults(running: Running) -> None:
    shown = ask(running, "SELECT ?s ?l WHERE { ?s <http://www.w3.org/2000/01/rdf-schema#label> ?l } LIMIT 3", "text/html")
    assert shown.status_code == 200 and shown.text.count("<tr>") == 4
    fault = ask(running, "SELECT nonsense", "text/html")
    assert fault.status_code == 400 and "<textarea" in fault.text and "nonsense" in fault.text


def test_graphs_of_the_protocol(running: Running) -> None:
    answer = ask(running, "ASK { ?s ?p ?o }", **{"default-graph-uri": "http://example.org/none"})
    assert json.loads(answer.text)["boolean"] is False
