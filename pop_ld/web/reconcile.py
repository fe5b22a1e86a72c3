"""/reconcile: the reconciliation service in version 0.2 of its API, as OpenRefine uses it; for a browser, the page that explains it."""

from __future__ import annotations

from html import escape
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pop_ld.errors import NotFound
from pop_ld.reconciliation.tables import NOTICE, types, weights
from pop_ld.web import reconcile_asked as read
from pop_ld.web import reconcile_said as said
from pop_ld.web.headers import policy
from pop_ld.web.negotiation import language, wants_html
from pop_ld.web.reconcile_answer import (
    DEEPEST,
    MOST_SUGGESTIONS,
    SUGGESTIONS,
    answer,
    extended,
    in_turn,
    matched,
    number,
    one,
    parameters,
    root_of,
)
from pop_ld.web.reconcile_things import Shown, found, suggested
from pop_ld.web.respond import cached, html, page
from pop_ld.web.sparql_request import Pairs
from pop_ld.web.state import Serving, serving_now, site_of

_LONGEST_ID = 2_000


async def service(request: Request) -> Response:
    """GET or POST /reconcile: the manifest, ``queries`` (§4.3), ``extend`` (§7.3). Raises BadRequest, BatchTooLarge, UnsupportedUpload."""
    now, lang = await serving_now(request), language(request)
    pairs = await parameters(request)
    callback = one(pairs, "callback")
    if queries := one(pairs, "queries"):
        batch = read.batch(read.parsed(queries))
        results = await matched(request, now, list(batch.values()), lang)
        return answer({key: {"result": result} for key, result in zip(batch, results, strict=True)}, lang, callback)
    if extend := one(pairs, "extend"):
        return await _extension(request, now, extend, lang, callback)
    if wants_html(request) and not callback:
        return await in_turn(request, lambda: _page(request, now, lang))
    return answer(said.manifest(root_of(request, now.site), now.site, lang), lang, callback)


def _page(request: Request, now: Serving, lang: str) -> Response:
    root = root_of(request, now.site)

    def make() -> bytes:
        features = [(name, said.feature_name(name, lang), weight) for name, weight in weights().items()]
        return html(
            request,
            "reconcile.html",
            lang,
            canonical=f"{now.site}/reconcile",
            address=f"{root}/reconcile",
            features=features,
            types=said.types_said("", lang),
            properties=said.properties_said("", NOTICE, lang),
            most=read.MOST_QUERIES,
            site_root=root,
        )

    made = cached(request, make, "text/html", f"{now.release.name} {root}", lang=lang)
    request.scope["state"]["keep"] = root == now.site  # kept pages are told apart by address, not by the host that a client names
    return made


async def extend(request: Request) -> Response:
    """GET or POST /reconcile/extend?extend=: data extension at an address of its own, as some clients want it."""
    now, lang = await serving_now(request), language(request)
    pairs = await parameters(request)
    return await _extension(request, now, one(pairs, "extend"), lang, one(pairs, "callback"))


async def _extension(request: Request, now: Serving, text: str, lang: str, callback: str) -> Response:
    ids, asked = read.extension(read.parsed(text))
    return answer(said.extended(await extended(request, now, ids, asked), asked, lang), lang, callback)


async def properties(request: Request) -> Response:
    """GET /reconcile/properties?type=&limit=: properties that things of a type may be extended by (§7.2)."""
    lang, pairs = language(request), await parameters(request)
    return answer(proposed(pairs, lang), lang, one(pairs, "callback"))


def proposed(pairs: Pairs, lang: str) -> dict[str, Any]:
    """The same for both versions. Raises NotFound for a type that there is not."""
    name = one(pairs, "type") or NOTICE
    if name not in types():
        raise NotFound("there is no such type")
    return said.proposals(name, number(one(pairs, "limit"), 0, 10_000), lang)


async def suggest(request: Request) -> Response:
    """GET /reconcile/suggest/{kind}?prefix=&limit=&cursor=&type=: entities, types or properties that begin so (§6). Raises NotFound."""
    now, lang = await serving_now(request), language(request)
    pairs = await parameters(request)
    return answer(await suggestions(request, now, pairs, lang), lang, one(pairs, "callback"))


async def suggestions(request: Request, now: Serving, pairs: Pairs, lang: str, *, new: bool = False) -> dict[str, Any]:
    """The same for both versions; ``cursor`` of the one is ``offset`` of the other."""
    kind, prefix, type_id = request.path_params["kind"], one(pairs, "prefix")[:500].strip(), one(pairs, "type")
    limit = number(one(pairs, "limit"), SUGGESTIONS, MOST_SUGGESTIONS)
    offset = number(one(pairs, "offset") or one(pairs, "cursor"), 0, DEEPEST)
    if kind == "entity":
        return {"result": await in_turn(request, lambda: suggested(now, prefix, type_id, offset, limit, lang))}
    if kind == "type":
        return {"result": said.types_said(prefix, lang)[offset : offset + limit]}
    if kind == "property":
        return {"result": said.properties_said(prefix, type_id, lang, qualified=new)[offset : offset + limit]}
    raise NotFound("entities, types and properties are suggested")


async def flyout(request: Request) -> Response:
    """GET /reconcile/flyout/{kind}?id=: a few words on what is suggested, as HTML within JSON (§6.4). Raises NotFound."""
    now, lang = await serving_now(request), language(request)
    pairs = await parameters(request)
    kind, name = request.path_params["kind"], one(pairs, "id")[:_LONGEST_ID]
    if kind == "entity":
        thing = await in_turn(request, lambda: found(now, name, lang))
        texts = [thing.name, said.type_name(thing.kind, lang), thing.about, *(f"{label} : {value}" for label, value in thing.lines)]
    elif kind == "type":
        texts = [text for line in said.types_said("", lang) if line["id"] == name for text in (line["name"], line["description"])]
    else:
        line = said.property_name(name, lang) if kind == "property" else ""
        texts = [line, name] if line and line != name else []
    if not texts:
        raise NotFound("nothing of this name is suggested")
    first, *others = map(escape, filter(None, texts))
    made = f"<p><strong>{first}</strong></p>" + "".join(f"<p>{text}</p>" for text in others)
    return answer({"id": name, "html": made}, lang, one(pairs, "callback"))


async def preview(request: Request) -> Response:
    """GET /reconcile/preview?id=: a thing in a small page, for the frame of a client (§5). Raises NotFound."""
    now, lang = await serving_now(request), language(request)
    name = one(await parameters(request), "id")[:_LONGEST_ID]
    return await in_turn(request, lambda: _previewed(request, now, found(now, name, lang), lang))


def _previewed(request: Request, now: Serving, thing: Shown, lang: str) -> Response:
    made = page(
        request, "reconcile_preview.html", lang, thing=thing, kind=said.type_name(thing.kind, lang), site_root=root_of(request, now.site)
    )
    framed = policy(site_of(request).settings).replace("frame-ancestors 'none'", "frame-ancestors *")
    made.headers.update({"Content-Security-Policy": framed, "X-Robots-Tag": "noindex", "Cache-Control": "no-cache"})
    return made


async def view(request: Request) -> Response:
    """GET /reconcile/view?id=: to the page of a thing (303). Raises NotFound."""
    now, lang = await serving_now(request), language(request)
    name = one(await parameters(request), "id")[:_LONGEST_ID]
    thing = await in_turn(request, lambda: found(now, name, lang))
    return RedirectResponse(thing.href, 303, {"Cache-Control": "no-cache"})
