"""/reconcile/v1: the reconciliation service in version 1.0-draft of its API, at the addresses that it lays down (§3.2)."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from pop_ld.web import reconcile_asked as read
from pop_ld.web import reconcile_said as said
from pop_ld.web.negotiation import language
from pop_ld.web.reconcile import preview, proposed, suggestions
from pop_ld.web.reconcile_answer import answer, extended, json_body, matched, parameters, root_of
from pop_ld.web.state import serving_now

__all__ = ["extend", "manifest", "match", "preview", "propose", "suggest"]


async def manifest(request: Request) -> Response:
    """GET /reconcile/v1: the manifest (§3.1)."""
    now, lang = await serving_now(request), language(request)
    return answer(said.new_manifest(root_of(request, now.site), lang), lang)


async def match(request: Request) -> Response:
    """POST /reconcile/v1/match: a batch of queries (§4.3). Raises BadRequest, BatchTooLarge, UnsupportedUpload."""
    now, lang = await serving_now(request), language(request)
    batch = read.new_batch(read.parsed(await json_body(request)))
    results = await matched(request, now, batch, lang, image=True)
    return answer({"results": [{"candidates": result} for result in results]}, lang)


async def suggest(request: Request) -> Response:
    """GET /reconcile/v1/suggest/{kind}?prefix=&limit=&offset= (§6). Raises NotFound."""
    now, lang = await serving_now(request), language(request)
    return answer(await suggestions(request, now, await parameters(request), lang, new=True), lang)


async def extend(request: Request) -> Response:
    """POST /reconcile/v1/extend: values of properties (§7.3). Raises BadRequest, BatchTooLarge, UnsupportedUpload."""
    now, lang = await serving_now(request), language(request)
    ids, asked = read.extension(read.parsed(await json_body(request)))
    return answer(said.new_extended(await extended(request, now, ids, asked), asked, lang), lang)


async def propose(request: Request) -> Response:
    """GET /reconcile/v1/extend/propose?type=&limit= (§7.2). Raises NotFound."""
    lang = language(request)
    return answer(proposed(await parameters(request), lang), lang)
