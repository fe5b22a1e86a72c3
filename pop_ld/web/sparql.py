"""/sparql: SPARQL 1.1 Protocol for queries; results stream from a worker process, and a page with a form for people."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Coroutine
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse

from pop_ld import store
from pop_ld.errors import PopError, QueryForbidden
from pop_ld.formats import BY_TYPE, FORMATS, HTML, descriptions
from pop_ld.formats.rdf import rdf
from pop_ld.web import sparql_page
from pop_ld.web.errors import BadRequest, QueryTooLong, UnsupportedMedia
from pop_ld.web.negotiation import accept, choose, wants_html
from pop_ld.web.respond import cached
from pop_ld.web.state import Serving, serving, site_of

T = TypeVar("T")
Pairs = list[tuple[str, str]]
_FORM, _QUERY, _UPDATE = "application/x-www-form-urlencoded", "application/sparql-query", "application/sparql-update"
_PAGE = "text/tab-separated-values, text/turtle"
"""What a page is made from: rows for SELECT and ASK, Turtle for CONSTRUCT and DESCRIBE."""


async def sparql(request: Request) -> Response:
    """GET or POST /sparql. Raises QueryError and its kinds, NotAcceptable, Busy, NoRelease."""
    now = await run_in_threadpool(serving, request)
    pairs = await _parameters(request)
    people = wants_html(request)
    text = next((value for name, value in pairs if name == "query"), None)
    if request.method != "POST" and (text is None or (people and not text.strip())):
        return await run_in_threadpool(_description, request, now, people)
    if not people:
        return await _stream(request, await _ask(request, now, pairs, accept(request)))
    try:
        answer = await _ask(request, now, pairs, _PAGE)
    except PopError as error:
        return await run_in_threadpool(sparql_page.failed, request, text or "", error)
    return await sparql_page.answered(request, text or "", answer)


def _description(request: Request, now: Serving, people: bool) -> Response:
    """Without a query: the form for a browser, a SPARQL service description for a program."""
    if people:
        return sparql_page.form(request, now.release.name)
    format = BY_TYPE[choose(accept(request), [f.media_type for f in FORMATS if f is not HTML])]
    manifest = now.release.manifest
    return cached(request, lambda: rdf(format, descriptions.service(now.site, manifest)), format.media_type, manifest["name"])


async def _parameters(request: Request) -> Pairs:
    """Name and value pairs of the three ways to send a query (SPARQL 1.1 Protocol §2.1.1 to §2.1.3)."""
    limit = site_of(request).settings.query_size
    in_address = _pairs(request.scope.get("query_string", b""))
    if request.method != "POST":
        return in_address
    kind = request.headers.get("content-type", "").split(";", 1)[0].strip().lower()
    if kind == _UPDATE:
        raise QueryForbidden("updates are not accepted here")
    if kind == _FORM:
        return _pairs(await _body(request, 3 * limit + 10_000))  # a byte may be written as three: %XX
    if kind != _QUERY:
        raise UnsupportedMedia(f"a query is sent as {_FORM} or {_QUERY}")
    try:
        return [("query", (await _body(request, limit)).decode("utf-8")), *(pair for pair in in_address if pair[0] != "query")]
    except UnicodeDecodeError as error:
        raise BadRequest("the query is not UTF-8") from error


def _pairs(encoded: bytes) -> Pairs:
    try:
        return parse_qsl(encoded.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=1000)
    except ValueError as error:
        raise BadRequest("the parameters are not percent-encoded UTF-8") from error


async def _body(request: Request, limit: int) -> bytes:
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > limit:
            raise QueryTooLong(f"the query is longer than {site_of(request).settings.query_size} bytes")
    return bytes(received)


async def _ask(request: Request, now: Serving, pairs: Pairs, wanted: str) -> store.QueryAnswer:
    return await unless_gone(request, site_of(request).pool.answer(now.release, query_request(request, pairs, wanted)))


def query_request(request: Request, pairs: Pairs, wanted: str) -> store.QueryRequest:
    """The parameters as a query to run. Raises BadRequest, QueryForbidden, QueryTooLong."""
    settings = site_of(request).settings
    values = [value for name, value in pairs if name == "query"]
    if any(name == "update" for name, _ in pairs):
        raise QueryForbidden("updates are not accepted here")
    if len(values) != 1:
        raise BadRequest("exactly one parameter query is needed")
    if len(values[0].encode("utf-8", "replace")) > settings.query_size:
        raise QueryTooLong(f"the query is longer than {settings.query_size} bytes")
    seconds = timeout_of(next((value for name, value in pairs if name == "timeout"), ""), settings.deadline)
    return store.QueryRequest(
        query=values[0],
        accept=wanted,
        timeout=min(seconds, settings.deadline_max),
        default_graphs=_graphs(pairs, "default-graph-uri"),
        named_graphs=_graphs(pairs, "named-graph-uri"),
    )


def timeout_of(text: str, default: float) -> float:
    """Seconds that a client asks for; "" and 0 mean the default. Raises BadRequest."""
    try:
        seconds = float(text or 0)
    except ValueError as error:
        raise BadRequest("timeout wants a number of seconds") from error
    if math.isnan(seconds) or seconds < 0:
        raise BadRequest("timeout wants a number of seconds")
    return seconds or default


def _graphs(pairs: Pairs, parameter: str) -> tuple[str, ...]:
    return tuple(value for name, value in pairs if name == parameter)


async def unless_gone(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """Awaits ``work``, and cancels it as soon as the client has left. Raises ClientDisconnect then."""
    task = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(_left(request))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        raise ClientDisconnect
    finally:
        for one in (task, gone):
            one.cancel()
        await asyncio.gather(task, gone, return_exceptions=True)


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _stream(request: Request, answer: store.QueryAnswer) -> Response:
    kind = answer.media_type
    headers = {
        "Content-Type": kind + ("; charset=utf-8" if kind.startswith("text/") else ""),
        "Vary": "Accept",
        "Cache-Control": "no-cache",
    }
    if answer.length is not None:
        headers["Content-Length"] = str(answer.length)
    if request.method == "HEAD":
        await answer.aclose()
        return Response(headers=headers)
    return StreamingResponse(_chunks(answer), headers=headers)


async def _chunks(answer: store.QueryAnswer) -> AsyncIterator[bytes]:
    """The answer's bytes; when the client leaves, or at the end, the query is over."""
    try:
        async for chunk in answer:
            yield chunk
    finally:
        await answer.aclose()
