"""What every QueryService answers and refuses, whatever store is behind it."""

from __future__ import annotations

import asyncio
import csv
import io
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from contract_data import HARD, MUSEUM, NAMED, QUALITY, SITE, TEXT
from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolutions, RdfFormat, parse, parse_query_results

from pop_ld.config import Settings
from pop_ld.errors import Busy, NotAcceptable, QueryForbidden, QuerySyntaxError, QueryTimeout, ResultTooLarge, TooManyRequests
from pop_ld.iris import ONTOLOGY, RDFS
from pop_ld.store import QueryRequest, QueryService, Release, query_service

JSON, XML, CSV, TSV = "application/sparql-results+json", "application/sparql-results+xml", "text/csv", "text/tab-separated-values"
TURTLE, NT, JSONLD, RDFXML = "text/turtle", "application/n-triples", "application/ld+json", "application/rdf+xml"
SELECT = f"SELECT ?iri ?label {{ VALUES ?iri {{ <{HARD}> }} ?iri <{RDFS}label> ?label }}"
CONSTRUCT = f"CONSTRUCT {{ ?s <{RDFS}label> ?o }} WHERE {{ VALUES ?s {{ <{HARD}> <{HARD}#1> }} ?s <{RDFS}label> ?o }}"
DESCRIBE = f"DESCRIBE <{HARD}#1>"
HOURS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?a != ?i) }"
ENDLESS = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
Ask = Callable[..., Awaitable[tuple[str, bytes]]]


class ServiceContract:
    """A subclass names the fixture of its settings."""

    store: str

    @pytest.fixture
    def settings(self, request: pytest.FixtureRequest) -> Settings:
        found: Settings = request.getfixturevalue(self.store)
        return found

    @pytest.mark.parametrize("accept", [JSON, XML, CSV, TSV])
    def test_solutions_and_booleans_in_each_format(self, settings: Settings, published: Release, accept: str) -> None:
        async def work(ask: Ask) -> None:
            name, body = await ask(SELECT, accept)
            assert name == accept
            assert rows(accept, body) == [[HARD, TEXT]]
            for query, expected in (("ASK { ?s ?p ?o }", True), ("ASK { ?s <a:never> ?o }", False)):
                name, body = await ask(query, accept)
                assert name == accept and boolean(accept, body) is expected
            name, body = await ask("SELECT ?x { ?x <a:never> ?o }", accept)
            assert rows(accept, body) == []

        run(settings, published, work)

    @pytest.mark.parametrize("accept", [TURTLE, NT, JSONLD, RDFXML])
    def test_graphs_in_each_format(self, settings: Settings, published: Release, accept: str) -> None:
        async def work(ask: Ask) -> None:
            for query, size in ((CONSTRUCT, 2), (DESCRIBE, 2), (CONSTRUCT.replace("VALUES", "FILTER(false) VALUES"), 0)):
                name, body = await ask(query, accept)
                assert name == accept
                triples = {quad.triple for quad in parse(body, RdfFormat.from_media_type(accept))}
                assert len(triples) == size
                assert query != CONSTRUCT or TEXT in {getattr(t.object, "value", "") for t in triples}

        run(settings, published, work)

    @pytest.mark.parametrize(
        ("accept", "select", "construct"),
        [
            ("", JSON, TURTLE),
            ("*/*", JSON, TURTLE),
            ("application/json", "application/json", "application/json"),
            ("application/xml", "application/xml", "application/xml"),
            ("text/*", CSV, TURTLE),
            ("text/csv;q=0.9, application/sparql-results+xml;q=0.2, application/n-triples;q=0.1", CSV, NT),
            ("text/html, */*;q=0.1", JSON, TURTLE),
            ("text/csv", CSV, None),
            ("text/plain", None, "text/plain"),
            ("application/rdf+xml", None, RDFXML),
            ("text/html", None, None),
        ],
    )
    def test_the_accept_header_chooses(
        self, settings: Settings, published: Release, accept: str, select: str | None, construct: str | None
    ) -> None:
        async def work(ask: Ask) -> None:
            for query, expected, offer in ((SELECT, select, JSON), (CONSTRUCT, construct, TURTLE)):
                if expected is None:
                    with pytest.raises(NotAcceptable) as caught:
                        await ask(query, accept)
                    assert offer in caught.value.offers
                else:
                    assert (await ask(query, accept))[0] == expected

        run(settings, published, work)

    @pytest.mark.parametrize(
        ("query", "line"),
        [
            ("SELECT * {\n ?s ?p }", 2),
            ("SELECT * {\n\n ?s ?p ?o ", 0),
            ("SELECT * { ?s nowhere:p ?o }", 1),
            ("", 0),
            ("SELECT * { \ud800 }", 0),
            ("SELEKT", 1),
        ],
    )
    def test_a_syntax_error_is_the_client_s(self, settings: Settings, published: Release, query: str, line: int) -> None:
        async def work(ask: Ask) -> None:
            with pytest.raises(QuerySyntaxError) as caught:
                await ask(query)
            assert caught.value.message and caught.value.line in (line or caught.value.line, 0)

        run(settings, published, work)

    @pytest.mark.parametrize(
        "query",
        [
            "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
            "INSERT DATA { <a:b> <a:c> 1 }",
            "PREFIX a: <a:> DROP ALL",
            "LOAD <http://127.0.0.1:9/>",
        ],
    )
    def test_service_and_updates_are_refused(self, settings: Settings, published: Release, query: str) -> None:
        async def work(ask: Ask) -> None:
            with pytest.raises(QueryForbidden):
                await ask(query)
            assert (await ask("ASK { <a:b> <a:c> 1 }", CSV))[1].strip().endswith(b"false")

        run(settings, published, work)

    def test_the_dataset_of_the_protocol(self, settings: Settings, published: Release) -> None:
        async def count(ask: Ask, pattern: str, **graphs: Any) -> int:
            return int(rows(CSV, (await ask(f"SELECT (COUNT(*) AS ?n) {{ {pattern} }}", CSV, **graphs))[1])[0][0])

        async def work(ask: Ask) -> None:
            assert await count(ask, "?s ?p ?o") > 10_000
            assert await count(ask, "GRAPH ?g { ?s ?p ?o }") == NAMED
            assert await count(ask, "?s ?p ?o", default_graphs=(QUALITY,)) == NAMED
            assert await count(ask, "?s ?p ?o", default_graphs=("a:none", QUALITY)) == NAMED
            assert await count(ask, "?s ?p ?o", default_graphs=("a:none",)) == 0
            assert await count(ask, "?s ?p ?o", named_graphs=(QUALITY,)) == 0
            assert await count(ask, "GRAPH ?g { ?s ?p ?o }", named_graphs=(QUALITY,)) == NAMED
            assert await count(ask, "GRAPH ?g { ?s ?p ?o }", named_graphs=("a:none",)) == 0
            for bad in ("", "relative", "http://x/ y", "\ud800"):
                with pytest.raises(QuerySyntaxError, match="absolute IRI"):
                    await count(ask, "?s ?p ?o", default_graphs=(bad,))

        run(settings, published, work)

    def test_a_long_answer_streams_whole(self, settings: Settings, published: Release) -> None:
        async def work(ask: Ask) -> None:
            for accept in (JSON, XML, CSV, TSV):
                _, body = await ask("SELECT ?a ?c ?d ?f { ?a ?b ?c . ?d ?e ?f } LIMIT 12000", accept, timeout=60)
                assert len(rows(accept, body)) == 12_000
            _, body = await ask(f"CONSTRUCT WHERE {{ ?s ?p ?o . ?s <a:location> <{MUSEUM}> }}", NT, timeout=60)
            assert len(body.splitlines()) == 5_500

        run(settings, published, work)

    def test_text_search_comes_from_the_index(self, settings: Settings, published: Release) -> None:
        query = f'PREFIX pop: <{ONTOLOGY}> SELECT ?s ?score {{ ?s pop:search "dure" ; pop:score ?score ; <a:part> ?o }}'

        async def work(ask: Ask) -> None:
            _, body = await ask(query, CSV, hits={"dure": [(HARD, 2.5), (f"{SITE}/id/mnr/NONE", 1.0)]})
            assert {tuple(row) for row in rows(CSV, body)} in ({(HARD, "2.5")}, {(HARD, "2.500000")})

        if self.store == "embedded":
            pytest.skip("the worker's own tests are in tests/store")
        run(settings, published, work)

    def test_a_deadline_holds(self, settings: Settings, published: Release) -> None:
        async def work(ask: Ask) -> None:
            await ask(SELECT)
            start = time.monotonic()
            with pytest.raises(QueryTimeout):
                await ask(HOURS, timeout=1.0)
            assert time.monotonic() - start < 2.0
            assert await ask(SELECT)

        run(settings, published, work)

    def test_a_deadline_cuts_a_stream(self, settings: Settings, published: Release) -> None:
        async def work(service: QueryService) -> None:
            answer = await service.answer(published, QueryRequest(ENDLESS, CSV, 4.0))
            assert answer.length is None
            received = 0
            with pytest.raises(QueryTimeout):
                async for block in answer:
                    received += len(block)
            assert received >= 256 << 10

        with_service(settings, work)

    @pytest.mark.parametrize("how", ["aclose", "cancel"])
    def test_a_client_that_leaves_frees_its_place(self, settings: Settings, published: Release, how: str) -> None:
        async def work(service: QueryService) -> None:
            for _ in range(3):  # more than there are places
                if how == "aclose":
                    answer = await service.answer(published, QueryRequest(ENDLESS, CSV, 30))
                    await answer.aclose()
                else:
                    task = asyncio.ensure_future(service.answer(published, QueryRequest(HOURS, CSV, 5)))
                    await asyncio.sleep(0.3)
                    task.cancel()
                    with pytest.raises(asyncio.CancelledError):
                        await task
            start = time.monotonic()
            answer = await service.answer(published, QueryRequest(SELECT, CSV, 10))
            assert HARD.encode() in b"".join([block async for block in answer])
            assert time.monotonic() - start < 5

        with_service(settings, work)

    def test_an_answer_has_a_budget_of_bytes(self, settings: Settings, published: Release) -> None:
        async def work(service: QueryService) -> None:
            with pytest.raises(ResultTooLarge):
                answer = await service.answer(published, QueryRequest(ENDLESS + " LIMIT 100000", CSV, 60))
                async for _ in answer:
                    pass

        with_service(replace(settings, result_size=1), work)

    def test_places_and_budgets_are_bounded(self, settings: Settings, published: Release) -> None:
        async def work(service: QueryService) -> None:
            first = asyncio.ensure_future(service.answer(published, QueryRequest(HOURS, CSV, 2.0)))
            await asyncio.sleep(0.3)
            with pytest.raises(Busy):
                await service.answer(published, QueryRequest(SELECT, CSV, 0.2))
            with pytest.raises(QueryTimeout):
                await first

        with_service(replace(settings, query_workers=1, query_long=0), work)

        async def greedy(service: QueryService) -> None:
            with pytest.raises(QueryTimeout):
                await service.answer(published, QueryRequest(HOURS, CSV, 1.0, client="one"))
            with pytest.raises(TooManyRequests) as caught:
                await service.answer(published, QueryRequest(SELECT, CSV, 1.0, client="one"))
            assert caught.value.wait > 0
            assert await service.answer(published, QueryRequest(SELECT, CSV, 5.0, client="other"))

        with_service(replace(settings, client_seconds=0.5, client_rate=0.01), greedy)


def with_service(settings: Settings, work: Callable[[QueryService], Awaitable[None]]) -> None:
    """Runs the work on a service of its own."""

    async def whole() -> None:
        async with opened(settings) as service:
            await work(service)

    asyncio.run(whole())


def run(settings: Settings, release: Release, work: Callable[[Ask], Awaitable[None]]) -> None:
    """Runs the work with a function that asks: query, Accept -> media type, body."""

    async def whole() -> None:
        async with opened(settings) as service:

            async def ask(query: str, accept: str = "", timeout: float = 20.0, **more: Any) -> tuple[str, bytes]:
                answer = await service.answer(release, QueryRequest(query, accept, timeout, **more))
                body = b"".join([block async for block in answer])
                assert answer.length in (None, len(body))
                return answer.media_type, body

            await work(ask)

    asyncio.run(whole())


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[QueryService]:
    service = query_service(settings)
    try:
        yield service
    finally:
        await service.aclose()


def rows(accept: str, body: bytes) -> list[list[str]]:
    """The values of each solution."""
    if accept == CSV:
        return list(csv.reader(io.StringIO(body.decode(), newline="")))[1:]
    found = parse_query_results(body, QueryResultsFormat.from_media_type(accept))
    assert isinstance(found, QuerySolutions)
    return [[getattr(value, "value", "") for value in row] for row in found]


def boolean(accept: str, body: bytes) -> bool:
    """CSV and TSV have no standard form of a boolean: the last word is the answer."""
    if accept in (CSV, TSV):
        return {b"true": True, b"false": False}[body.split()[-1]]
    found = parse_query_results(body, QueryResultsFormat.from_media_type(accept))
    assert isinstance(found, QueryBoolean)
    return bool(found)
