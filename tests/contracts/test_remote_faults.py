"""An endpoint that lies, breaks off, hangs or sends elsewhere: an error is told, never a part of an answer as a whole one."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from misbehaving import CSV, RELEASE, SELECT, Behaviour, asked, chunked, dripping, endless, misbehaving, says, sends, silent
from service_contract import JSON, NT, TURTLE, with_service

from pop_ld.config import Settings
from pop_ld.errors import (
    Busy,
    NotAcceptable,
    PopError,
    QueryFailed,
    QuerySyntaxError,
    QueryTimeout,
    ResultTooLarge,
    StoreError,
    StoreUnavailable,
)
from pop_ld.iris import DEFAULT_SITE as SITE
from pop_ld.store import QueryRequest, QueryService, Release, open_reader, sparql_reader
from pop_ld.store.sparql_reader import RemoteReader

THING = f"{SITE}/id/mnr/X"
LONG = b"a,b\r\n" * 100_000
FUSEKI_GAVE_UP = b"\n##  Query cancelled due to timeout during execution   ##\n##  ****          Incomplete results           ****   ##\n"


FAULTS: list[tuple[str, Behaviour, type[PopError], str]] = [
    ("syntax of Oxigraph", says("400 Bad Request", b"error at 2:9: expected x", "text/plain"), QuerySyntaxError, "error at 2:9"),
    ("syntax of Jena", says("400 Bad Request", b"Parse error: Line 2, column 9: no\n", "text/plain"), QuerySyntaxError, "column 9"),
    ("syntax as a page", says("400 Bad Request", b"<html>line 2, column 9", "text/html"), QuerySyntaxError, "refused"),
    ("custom function", says("500 No", b"The custom function <a:f> is not supported", "text/plain"), QuerySyntaxError, "a:f"),
    ("busy", says("503 Busy", b"come back", "text/plain"), Busy, "busy"),
    ("too many", says("429 No", b"", "text/plain"), Busy, "busy"),
    ("timed out", says("503 No", b"Query timed out\n", "text/plain"), QueryTimeout, "longer"),
    ("gateway", says("504 No", b"", "text/html"), QueryTimeout, "longer"),
    ("failed", says("500 No", b"x" * 100_000, "text/plain"), QueryFailed, "500"),
    ("too long a query", says("413 No", b"", "text/plain"), QueryFailed, "length"),
    ("no endpoint", says("404 Not Found", b"<html>", "text/html"), StoreUnavailable, "404"),
    ("locked", says("401 No", b"", "text/plain"), StoreUnavailable, "store_password"),
    ("moved", says("307 Go", b"", "text/plain", "Location: http://127.0.0.1:9/"), StoreUnavailable, "307"),
    ("no content", sends(b"HTTP/1.1 204 No Content\r\n\r\n"), StoreUnavailable, "204"),
    ("a page", says("200 OK", b"<html><body>Welcome</body></html>", "text/html"), QueryFailed, "text/html"),
    ("another format", says("200 OK", b'{"head":{}}', JSON), QueryFailed, "cannot write"),
    ("a graph", says("200 OK", b"", TURTLE), NotAcceptable, "accepted"),
    ("not acceptable", says("406 No", b"", "text/plain"), NotAcceptable, "accepted"),
    ("plain text", says("200 OK", b"oops.\n", "text/plain"), QueryFailed, "text/plain"),
    ("another charset", says("200 OK", b"a\r\n", "text/csv; charset=iso-8859-1"), QueryFailed, "no SPARQL result"),
    ("coded", says("200 OK", b"a\r\n", CSV, "Content-Encoding: gzip"), QueryFailed, "coding"),
    ("no length", sends(b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\n\r\na\r\nb\r\n"), QueryFailed, "where its answer ends"),
    ("HTTP/1.0", sends(b"HTTP/1.0 200 OK\r\nContent-Type: text/csv\r\n\r\na\r\n"), QueryFailed, "where its answer ends"),
    ("cut by length", sends(b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nContent-Length: 99\r\n\r\na\r\n"), QueryFailed, "cut"),
    ("cut in a chunk", chunked(b"a\r\n", b"b\r\n", end=False), QueryFailed, "cut"),
    ("cut when long", chunked(LONG, end=False), QueryFailed, "cut"),
    ("Oxigraph's words", chunked(b"a\r\nb\r\n", b"The SPARQL operation has been cancelled", end=True), QueryTimeout, "middle"),
    ("Oxigraph's words when long", chunked(LONG, b"The SPARQL operation has been cancelled", end=True), QueryTimeout, "middle"),
    ("Oxigraph's other words", chunked(b"a\r\nb\r\n", b"connection refused", end=True), QueryFailed, "ends in the middle"),
    ("Fuseki's words", chunked(LONG, FUSEKI_GAVE_UP, end=True), QueryTimeout, "middle"),
    ("no HTTP", sends(b"SSH-2.0-OpenSSH_9\r\n"), StoreUnavailable, "does not answer"),
    ("nothing", sends(b""), StoreUnavailable, "does not answer"),
    ("half a head", sends(b"HTTP/1.1 200 OK\r\nContent-"), StoreUnavailable, "does not answer"),
    ("huge head", sends(b"HTTP/1.1 200 OK\r\n" + b"X-Long: " + b"x" * 1_000_000 + b"\r\n\r\n"), StoreUnavailable, "does not answer"),
    ("many heads", sends(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000 + b"\r\n"), StoreUnavailable, "does not answer"),
    ("silent", silent, QueryTimeout, "deadline"),
    ("dripping", dripping, QueryTimeout, "deadline"),
    ("endless", endless, QueryTimeout, "deadline"),
]


@pytest.mark.parametrize(("behave", "kind", "words"), [fault[1:] for fault in FAULTS], ids=[fault[0] for fault in FAULTS])
def test_each_fault_is_told(behave: Behaviour, kind: type[PopError], words: str) -> None:
    with misbehaving(behave) as server:
        start = time.monotonic()
        with pytest.raises(kind, match=words) as caught:
            asked(server.url, timeout=1.0)
        assert time.monotonic() - start < 3.0
        assert len(caught.value.message) < 700
        assert len(server.requests) == 1, "never asked twice"


@pytest.mark.parametrize(("behave", "kind"), [fault[1:3] for fault in FAULTS], ids=[fault[0] for fault in FAULTS])
def test_pages_take_every_fault_for_one_of_the_store(behave: Behaviour, kind: type[PopError], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sparql_reader, "SECONDS", 1.0)
    with misbehaving(behave) as server:
        reader = RemoteReader(RELEASE, Settings(store_url=server.url))
        for look_up in (lambda: reader.describe(THING), lambda: reader.incoming(THING, 5), lambda: reader.labels([THING])):
            with pytest.raises(StoreError):
                look_up()
            if behave in (silent, dripping, endless):
                break


def test_where_a_syntax_error_is() -> None:
    for behave in (FAULTS[0][1], FAULTS[1][1]):
        with misbehaving(behave) as server, pytest.raises(QuerySyntaxError) as caught:
            asked(server.url)
        assert (caught.value.line, caught.value.column) == (2, 9)


def test_whole_answers_pass() -> None:
    """The counter-test: what looks like the faults above, but is whole."""
    for behave, accept, body in (
        (chunked(b"a\r\n", b"timed out\r\n", end=True), CSV, b"a\r\ntimed out\r\n"),
        (says("200 OK", b"true"), CSV, b"true"),
        (says("200 OK", b"", NT), NT, b""),
        (says("200 OK", b"PREFIX a: <a:>\n", TURTLE), TURTLE, b"PREFIX a: <a:>\n"),
        (says("200 OK", b"a\r\n", "Text/CSV; Charset=UTF-8"), CSV, b"a\r\n"),
        (chunked(LONG, LONG, end=True), CSV, LONG + LONG),
    ):
        with misbehaving(behave) as server:
            assert asked(server.url, accept=accept) == body


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
    with pytest.raises(StoreUnavailable, match="does not answer"):
        asked(url)
    with pytest.raises(StoreUnavailable, match="does not answer"):
        open_reader(RELEASE, Settings(store_url=url))


@pytest.mark.parametrize("behave", [endless, silent], ids=["endless", "silent"])
@pytest.mark.parametrize("how", ["aclose", "cancel", "leave the loop", "close the service"])
def test_a_client_that_leaves_ends_the_remote_request(behave: Behaviour, how: str) -> None:
    async def work(service: QueryService) -> None:
        if behave is silent:
            task = asyncio.ensure_future(service.answer(RELEASE, QueryRequest(SELECT, CSV, 30)))
            await asyncio.sleep(0.2)
            if how == "close the service":
                await service.aclose()
                with pytest.raises(QueryFailed):
                    await task
            else:
                task.cancel()
                await asyncio.wait([task])
        else:
            answer = await service.answer(RELEASE, QueryRequest(SELECT, CSV, 30))
            blocks = aiter(answer)
            await anext(blocks)
            await ENDINGS[how](service, answer, blocks)
        assert await asyncio.to_thread(server.gone.wait, 2.0)

    with misbehaving(behave) as server:
        with_service(Settings(store_url=server.url), work)


async def _cancelled(_: object, answer: Any, blocks: Any) -> None:
    """As the web does: whatever ends the reading, the answer is closed."""

    async def read() -> None:
        try:
            async for _ in blocks:
                await asyncio.sleep(0)
        finally:
            await answer.aclose()

    task = asyncio.ensure_future(read())
    await asyncio.sleep(0.1)
    task.cancel()
    await asyncio.wait([task])


ENDINGS: dict[str, Callable[[Any, Any, Any], Awaitable[object]]] = {
    "aclose": lambda service, answer, blocks: answer.aclose(),
    "cancel": _cancelled,
    "leave the loop": lambda service, answer, blocks: blocks.aclose(),
    "close the service": lambda service, answer, blocks: service.aclose(),
}


def test_a_slow_client_does_not_fill_memory() -> None:
    """What is not read here is not read from the remote store either."""

    async def work(service: QueryService) -> None:
        answer: Any = await service.answer(RELEASE, QueryRequest(SELECT, CSV, 1.5))
        await asyncio.sleep(1.0)
        assert answer._held < 1 << 20
        with pytest.raises(QueryTimeout):
            async for _ in answer:
                await asyncio.sleep(0.2)

    with misbehaving(endless) as server:
        with_service(Settings(store_url=server.url), work)


def test_a_length_beyond_the_budget_is_refused_at_once() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nContent-Length: 2000000\r\n\r\n"

    async def work(service: QueryService) -> None:
        with pytest.raises(ResultTooLarge):
            await service.answer(RELEASE, QueryRequest(SELECT, CSV, 5))

    with misbehaving(sends(head)) as server:
        with_service(Settings(store_url=server.url, result_size=1), work)


def test_a_release_that_the_store_does_not_hold_is_not_served(oxigraph: Settings, published: Release) -> None:
    assert open_reader(published, oxigraph)
    with pytest.raises(StoreUnavailable, match=r"release/r0, and the data folder .*release/r1"):
        open_reader(Release("r1", published.path, published.manifest), oxigraph)
    with pytest.raises(StoreUnavailable, match="no release"):
        open_reader(Release("r0", published.path, {"site": "https://other.example"}), oxigraph)
