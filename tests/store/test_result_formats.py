"""Media types by Accept, and every format read back from the bytes that a worker wrote."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import Callable, Iterator
from typing import Any
from xml.etree import ElementTree

import pytest
from pyoxigraph import RdfFormat, Triple, parse
from store_samples import DCTERMS, notices, publish, thing

from pop_ld.config import Settings
from pop_ld.errors import NotAcceptable, QueryFailed, QuerySyntaxError
from pop_ld.store import QueryPool, QueryRequest, Release

JSON, XML, CSV, TSV = "application/sparql-results+json", "application/sparql-results+xml", "text/csv", "text/tab-separated-values"
TURTLE, NT, JSONLD, RDFXML = "text/turtle", "application/n-triples", "application/ld+json", "application/rdf+xml"
SELECT = f"SELECT ?iri ?label {{ ?iri <{DCTERMS}identifier> 'PA00000001' ; <http://www.w3.org/2000/01/rdf-schema#label> ?label }}"
CONSTRUCT = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ VALUES ?s {{ <{thing(1)}> }} ?s ?p ?o }}"


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return publish(tmp_path_factory.mktemp("formats") / "data", "r0", notices(0, 3, word='\\u00e9\\t\\n\\"<&>,;'))


Fetch = Callable[..., tuple[str, bytes]]


@pytest.fixture(scope="module")
def fetch(release: Release) -> Iterator[Fetch]:
    """Asks one pool for the whole module: query, accept -> media type, body."""
    with asyncio.Runner() as runner:
        pool = runner.run(make_pool())

        async def ask(query: str, accept: str, graphs: dict[str, tuple[str, ...]]) -> tuple[str, bytes]:
            answer = await pool.answer(release, QueryRequest(query, accept, 20, **graphs))
            return answer.media_type, b"".join([block async for block in answer])

        yield lambda query, accept, **graphs: runner.run(ask(query, accept, graphs))
        runner.run(pool.aclose())


async def make_pool() -> QueryPool:
    return QueryPool(Settings(query_workers=1))


LABEL = 'Église 1 é\t\n"<&>,;'


def test_solutions_in_each_format(fetch: Fetch) -> None:
    name, body = fetch(SELECT, JSON)
    assert name == JSON
    assert json.loads(body)["results"]["bindings"][0]["label"] == {"type": "literal", "value": LABEL, "xml:lang": "fr"}
    name, body = fetch(SELECT, XML)
    assert name == XML
    assert ElementTree.fromstring(body).findtext(".//{*}literal") == LABEL
    name, body = fetch(SELECT, CSV)
    assert name == CSV
    assert list(csv.reader(io.StringIO(body.decode(), newline="")))[1] == [thing(1), LABEL]
    name, body = fetch(SELECT, TSV)
    assert name == TSV
    assert body.decode().splitlines()[1].split("\t")[0] == f"<{thing(1)}>"


@pytest.mark.parametrize("accept", [JSON, XML, CSV, TSV])
def test_booleans_in_each_format(fetch: Fetch, accept: str) -> None:
    name, body = fetch("ASK { ?s ?p ?o }", accept)
    assert name == accept
    assert b"true" in body


@pytest.mark.parametrize("accept", [TURTLE, NT, JSONLD, RDFXML])
@pytest.mark.parametrize("query", [CONSTRUCT, f"DESCRIBE <{thing(1)}>"], ids=["construct", "describe"])
def test_graphs_in_each_format(fetch: Fetch, query: str, accept: str) -> None:
    name, body = fetch(query, accept)
    assert name == accept
    triples = {quad.triple for quad in parse(body, RdfFormat.from_media_type(accept))}
    assert len(triples) == 34
    assert any(isinstance(t, Triple) and getattr(t.object, "value", "") == LABEL for t in triples)


def test_a_long_answer_is_whole_in_each_format(fetch: Fetch) -> None:
    """More than the parent holds back and more than a pipe takes: nothing is lost between status and results."""
    pairs = "SELECT ?a ?c ?d ?f { ?a ?b ?c . ?d ?e ?f } LIMIT 10000"
    assert len(json.loads(fetch(pairs, JSON)[1])["results"]["bindings"]) == 10_000
    assert len(ElementTree.fromstring(fetch(pairs, XML)[1]).findall(".//{*}result")) == 10_000
    assert len(list(csv.reader(io.StringIO(fetch(pairs, CSV)[1].decode(), newline="")))) == 10_001
    assert fetch(pairs, TSV)[1].count(b"\n") == 10_001
    many = "CONSTRUCT { ?a ?b ?x } WHERE { ?a ?b ?c . ?d ?e ?f BIND(CONCAT(STR(?d), STR(?e), STR(?f)) AS ?x) }"
    sizes = {accept: len(list(parse(fetch(many, accept)[1], RdfFormat.from_media_type(accept)))) for accept in (TURTLE, NT, RDFXML)}
    assert len(set(sizes.values())) == 1 and sizes[NT] > 5000


@pytest.mark.parametrize(
    ("accept", "select", "construct"),
    [
        ("", JSON, TURTLE),
        ("*/*", JSON, TURTLE),
        ("*", JSON, TURTLE),
        ("nonsense", JSON, TURTLE),
        ("application/json", "application/json", "application/json"),
        ("application/xml", "application/xml", "application/xml"),
        ("text/xml", "text/xml", "text/xml"),
        ("text/*", CSV, TURTLE),
        ("application/*", JSON, NT),
        ("text/csv, application/sparql-results+json", JSON, None),
        ("text/csv, application/sparql-results+json;q=0.9", CSV, None),
        ("TEXT/CSV; charset=utf-8 ; q=0.5, */*;q=0.1", CSV, TURTLE),
        ("application/sparql-results+json;q=0, */*;q=0.5", XML, TURTLE),
        ("text/html, application/xhtml+xml, */*;q=0.01", JSON, TURTLE),
        ("application/n-triples, text/tab-separated-values", TSV, NT),
        ("text/plain", None, "text/plain"),
        ("text/html", None, None),
        ("image/png;q=1, text/*;q=0", None, None),
        ("*/*;q=0", None, None),
        ("text/csv;q=bad", None, None),
        ("text/csv;q=nan", None, None),
        (",;,;q=1,/,a/b/c", JSON, TURTLE),
        ("text/csv;q=7", CSV, None),
    ],
)
def test_the_accept_header_chooses(fetch: Fetch, accept: str, select: str | None, construct: str | None) -> None:
    for query, expected in ((SELECT, select), (CONSTRUCT, construct)):
        if expected is None:
            with pytest.raises(NotAcceptable) as caught:
                fetch(query, accept)
            assert caught.value.offers == ((JSON, XML, CSV, TSV) if query == SELECT else (TURTLE, NT, JSONLD, RDFXML))
        else:
            assert fetch(query, accept)[0] == expected


@pytest.mark.parametrize(
    ("query", "accept", "words"),
    [
        ("CONSTRUCT { <a:b> <http://x.example/a/> 1 } WHERE {}", RDFXML, "predicate"),
        ("CONSTRUCT { <a:b> <http://x.example/1> 1 } WHERE {}", RDFXML, "predicate"),
        ("CONSTRUCT { <a:b> <a:c> 'x\\u0001y' } WHERE {}", RDFXML, "control"),
        ("SELECT ('x\\u0001y' AS ?x) {}", XML, "control"),
        ("SELECT ('x\\uFFFEy' AS ?x) {}", XML, "control"),
        ("CONSTRUCT { <a:b> <a:c> <<( <a:b> <a:c> 1 )>> } WHERE {}", JSONLD, "JSON-LD"),
    ],
)
def test_what_a_format_cannot_say_is_a_clear_failure(fetch: Fetch, query: str, accept: str, words: str) -> None:
    with pytest.raises(QueryFailed, match=words):
        fetch(query, accept)
    other = TURTLE if query.startswith("CONSTRUCT") else JSON
    assert fetch(query, other)[1]


def test_an_error_while_evaluating_is_a_failure(fetch: Fetch) -> None:
    assert json.loads(fetch("SELECT (1/0 AS ?x) {}", JSON)[1])["results"]["bindings"] == [{}], "an error binds nothing"


def test_the_dataset_of_the_protocol_replaces_the_query_s(fetch: Fetch) -> None:
    def count(query: str, **graphs: Any) -> int:
        return len(fetch(query, CSV, **graphs)[1].splitlines()) - 1

    everything = "SELECT ?s { ?s ?p ?o }"
    assert count(everything) > 100
    assert count(everything, default_graphs=("a:g",)) == 0
    assert count(everything, named_graphs=("a:g",)) == 0
    assert count("SELECT ?s FROM <a:g> { ?s ?p ?o }") == 0
    for bad in ("", "relative", "http://x/ y", "<a:b>", "\ud800"):
        with pytest.raises(QuerySyntaxError, match="absolute IRI"):
            count(everything, default_graphs=(bad,))
        with pytest.raises(QuerySyntaxError, match="absolute IRI"):
            count(everything, named_graphs=("a:ok", bad))
