"""What both versions of the reconciliation API share: parameters and bodies read within bounds, queries answered in turn with the pages."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pop_ld.reconciliation.asked import Query
from pop_ld.reconciliation.extending import Asked, Row, rows
from pop_ld.reconciliation.scoring import Candidate
from pop_ld.reconciliation.tables import THINGS
from pop_ld.web.errors import BadRequest, BatchTooLarge, UnsupportedUpload
from pop_ld.web.reconcile_asked import LARGEST
from pop_ld.web.reconcile_said import Said, candidate
from pop_ld.web.reconcile_things import about
from pop_ld.web.respond import packed
from pop_ld.web.sparql_request import FORM, Pairs, body_of, form_pairs
from pop_ld.web.state import Serving
from pop_ld.web.turns import Turns

R = TypeVar("R")
JSON, SCRIPT = "application/json", "application/javascript"
TURN = 0.02
"""Seconds that a batch works before pages have their turn."""
MOST_SUGGESTIONS, SUGGESTIONS = 50, 10
DEEPEST = 1_000
"""Suggestions that can be skipped."""
_TOO_LARGE = f"a request takes {LARGEST} bytes at most: send fewer queries at once"
_HOST = re.compile(r"(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?\Z")
_CALLBACK = re.compile(r"[A-Za-z_$][A-Za-z0-9_$.]{0,99}\Z")


def root_of(request: Request, site: str) -> str:
    """Scheme and host by which the client came, for the addresses that it is told; those of the site where it names no other host."""
    host = request.headers.get("host", "")
    if host == urlsplit(site).netloc or not _HOST.match(host):
        return site
    return f"{request.url.scheme}://{host}"


def answer(data: Any, lang: str, callback: str = "") -> Response:
    """JSON, or with ``callback`` the call of a function (JSONP, as clients of version 0.2 may ask). Raises BadRequest."""
    body, media_type = packed(data), JSON
    if callback:
        if not _CALLBACK.match(callback):
            raise BadRequest("callback wants the name of a function")
        body, media_type = b"/**/" + callback.encode() + b"(" + _for_scripts(body) + b");", SCRIPT
    headers = {"Cache-Control": "no-cache", "Content-Language": lang, "Vary": "Accept, Accept-Language", "X-Robots-Tag": "noindex"}
    return Response(body, headers={**headers, "Content-Type": media_type})


def _for_scripts(body: bytes) -> bytes:
    """Line ends that JSON may have in a text and scripts of old may not."""
    return body.replace("\u2028".encode(), b"\\u2028").replace("\u2029".encode(), b"\\u2029")


async def parameters(request: Request) -> Pairs:
    """The parameters of the address or, of a POST, of its form. Raises BadRequest, BatchTooLarge, UnsupportedUpload."""
    if request.method != "POST":
        return form_pairs(request.scope.get("query_string", b""))
    if _media_type(request) != FORM:
        raise UnsupportedUpload(f"queries are sent as {FORM}; the service of version 1.0-draft takes JSON")
    body = await body_of(request, 3 * LARGEST, BatchTooLarge(_TOO_LARGE))  # a byte may be written as three: %XX
    return [*form_pairs(request.scope.get("query_string", b"")), *form_pairs(body)]


async def json_body(request: Request) -> bytes:
    """The body of a POST in JSON. Raises BatchTooLarge, UnsupportedUpload."""
    if _media_type(request) != JSON:
        raise UnsupportedUpload(f"queries are sent as {JSON}")
    return await body_of(request, LARGEST, BatchTooLarge(_TOO_LARGE))


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").split(";", 1)[0].strip().lower()


def one(pairs: Pairs, name: str) -> str:
    """The first value of a parameter, "" for none; a text of at most some thousand characters but for batches."""
    return next((value for key, value in pairs if key == name), "")


def number(text: str, default: int, most: int) -> int:
    """A parameter that is a whole number; ``default`` for what is none."""
    return min(int(text), most) if text.isascii() and text.isdigit() and len(text) < 10 else default


async def in_turn(request: Request, work: Callable[[], R]) -> R:
    """What needs the release, done in a thread when it is its turn."""
    turns = cast(Turns, request.app.state.turns)
    async with turns.places:
        return await run_in_threadpool(work)


async def matched(request: Request, now: Serving, queries: Sequence[Query], lang: str, *, image: bool = False) -> list[list[Said]]:
    """The candidates of each query in order, worked out some at a time, so that pages go on between them."""
    found: list[list[Said]] = []

    def some() -> None:
        until = time.monotonic() + TURN
        while len(found) < len(queries) and (time.monotonic() < until):
            ranked = now.reconciler.candidates(queries[len(found)])
            found.append([candidate(one, lang, _about(now, one, lang), image=image) for one in ranked])

    while len(found) < len(queries):
        await in_turn(request, some)
    return found


def _about(now: Serving, one: Candidate, lang: str) -> str:
    thing = now.reconciler.things.get(one.iri) if one.kind in THINGS else None
    return about(thing, now.site, lang) if thing else ""


async def extended(request: Request, now: Serving, ids: Sequence[str], asked: Sequence[Asked]) -> list[Row]:
    """The values of each property of each thing, ten things at a time."""
    found: list[Row] = []
    for start in range(0, len(ids), 10):
        some = ids[start : start + 10]
        found += await in_turn(request, lambda some=some: rows(now.reconciler, now.reader, some, asked))  # type: ignore[misc]
    return found
