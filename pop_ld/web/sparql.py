"""/sparql: SPARQL 1.1 Protocol for queries; results stream from a worker process, and a page with a form for people."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from pop_ld import store
from pop_ld.errors import PopError, QueryForbidden
from pop_ld.store.rewriting import searching
from pop_ld.web import datasets, query_log, sparql_page
from pop_ld.web.negotiation import accept, wants_html
from pop_ld.web.query_answer import QueryResponse
from pop_ld.web.query_log import QueryEntry
from pop_ld.web.respond import content_type, matches
from pop_ld.web.result_cache import Kept
from pop_ld.web.sparql_request import answer_key, parameters, query_request
from pop_ld.web.state import Serving, serving_now, site_of

T = TypeVar("T")
_DEAR = 0.02
"""Seconds of running from which an answer is worth keeping on disk."""
_FIRST_LOOK = 0.05
"""Seconds after which a client is watched for leaving; most have their answer by then."""


async def sparql(request: Request) -> Response:
    """GET or POST /sparql. Raises QueryError and its kinds, NotAcceptable, Busy, NoRelease."""
    began = time.monotonic()
    now = await serving_now(request)
    pairs = await parameters(request)
    people = wants_html(request) and not any(name == "format" for name, _ in pairs)
    text = next((value for name, value in pairs if name == "query"), None)
    if any(name == "update" for name, _ in pairs):
        raise QueryForbidden("updates are not accepted here")
    if request.method != "POST" and (text is None or (people and not text.strip())):
        return await run_in_threadpool(_description, request, now, people)
    entry = QueryEntry(text or "", now.release.name)
    done = partial(record, request, began=began)
    try:
        asked = query_request(request, pairs, sparql_page.ACCEPT if people else accept(request))
        if not people:
            return await answered(request, now, asked, entry, done)
        answer = await ask(request, now, replace(asked, coding=""))
    except PopError as error:
        entry.fails(error)
        done(entry)
        if not people:
            raise
        return await run_in_threadpool(sparql_page.failed, request, text or "", error)
    except ClientDisconnect:
        entry.outcome = "left"
        done(entry)
        raise
    entry.status = 200
    try:
        return await sparql_page.answered(request, text or "", answer)
    finally:
        entry.of(answer)
        done(entry)


async def ask(request: Request, now: Serving, asked: store.QueryRequest) -> store.QueryAnswer:
    """Runs a query for as long as its client stays. Raises what the QueryService does, and ClientDisconnect."""
    if texts := searching.texts(asked.query):
        hits = await run_in_threadpool(lambda: {text: now.search.hits(text, searching.MOST_HITS) for text in texts})
        asked = replace(asked, hits=hits)
    return await unless_gone(request, site_of(request).pool.answer(now.release, asked))


async def unless_gone(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """Awaits ``work``, and cancels it as soon as the client has left. Raises ClientDisconnect then."""
    task = asyncio.ensure_future(work)
    gone = None
    try:
        await asyncio.wait({task}, timeout=_FIRST_LOOK)
        if not task.done():
            gone = asyncio.ensure_future(_left(request))
            await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        raise ClientDisconnect
    finally:
        for one in filter(None, (task, gone)):
            if not one.done():
                one.cancel()
                await asyncio.gather(one, return_exceptions=True)


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def answered(
    request: Request, now: Serving, asked: store.QueryRequest, entry: QueryEntry, done: Callable[[QueryEntry], None]
) -> Response:
    """The answer to a program: known already, kept, or from a worker."""
    cache, key = site_of(request).cache, answer_key(now.release.name, asked)
    headers = {"Vary": "Accept, Accept-Encoding", "Cache-Control": "public, no-cache" if key else "no-store"}
    if key:
        headers["ETag"] = f'"{key.hex()}"'
        if matches(request.headers.get("if-none-match", ""), headers["ETag"]):
            entry.status, entry.outcome = 304, "unchanged"
            done(entry)
            return Response(status_code=304, headers=headers)
        if kept := cache.get(key):
            entry.status, entry.outcome, entry.size = 200, "cached", len(kept.body)
            done(entry)
            return Response(kept.body, headers=headers | _about(kept))
    answer = await ask(request, now, asked)
    entry.status = 200

    def keep(body: bytes) -> None:
        assert key
        found = Kept(answer.media_type, answer.coding, tuple(answer.rewrites), body)
        cache.put(key, found, dear=answer.seconds > _DEAR)

    def ended() -> None:
        entry.of(answer)
        done(entry)

    return QueryResponse(request, answer, headers | _about(answer), entry, ended=ended, whole=keep if key else None, keep=cache.largest)


def _about(answer: store.QueryAnswer | Kept) -> dict[str, str]:
    """What the headers say of an answer's bytes and of how they were come by."""
    found = {"Content-Type": content_type(answer.media_type)}
    if answer.coding:
        found["Content-Encoding"] = answer.coding
    if answer.rewrites:
        found["Pop-Rewrites"] = ", ".join(answer.rewrites)
    return found


def record(request: Request, entry: QueryEntry, *, began: float) -> None:
    """Notes a query that has ended; ``began`` is when its request came (time.monotonic)."""
    entry.seconds = time.monotonic() - began
    query_log.record(site_of(request).settings, entry)


def _description(request: Request, now: Serving, people: bool) -> Response:
    """Without a query: the form for a browser, a SPARQL service description for a program."""
    if people:
        return sparql_page.form(request, now.release.name)
    return datasets.service(request, now)
