"""/feed: the change feed, as a page for readers and as an LDES for programs; /activity: the same as lists of activities."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Sequence
from pathlib import Path

from pyoxigraph import RdfFormat, parse, serialize
from starlette.requests import Request
from starlette.responses import Response

from pop_ld import feed
from pop_ld.errors import NotAcceptable, NotFound
from pop_ld.feed import batches, pages
from pop_ld.formats import BY_NAME, activity, ldes
from pop_ld.formats.rdf import rdf
from pop_ld.web.negotiation import accept, choose, language, wants_html
from pop_ld.web.respond import cached, html, matches
from pop_ld.web.state import serving, site_of
from pop_ld.web.static import takes_gzip

_ROOT = ("trig", "ttl", "jsonld", "nt", "rdf")
TRIG, NQUADS, JSON_LD = "application/trig", "application/n-quads", "application/ld+json"
_PAGE = {TRIG: RdfFormat.TRIG, NQUADS: RdfFormat.N_QUADS, JSON_LD: RdfFormat.JSON_LD}
FOREVER = "public, max-age=31536000, immutable"
_NUMBER = re.compile(r"0|[1-9][0-9]{0,7}")
SHOWN = 50
"""Batches that the page names, the newest."""


def root(request: Request) -> Response:
    """GET /feed: the stream's description and a relation to the first page of each batch; for browsers, a page. Raises NotAcceptable."""
    now, data = serving(request), _data(request)
    listed = feed.head(data)
    state = f"{now.release.name} {len(listed.batches)} {listed.days} {listed.batches[-1].name if listed.batches else ''}"
    if wants_html(request):
        lang = language(request)

        def page() -> bytes:
            shown = list(reversed(listed.batches))[:SHOWN]
            return html(request, "feed.html", lang, batches=shown, days=listed.days, more=len(listed.batches) - len(shown))

        made = cached(request, page, "text/html", state, lang=lang)
    else:
        types = {BY_NAME[name].media_type: name for name in _ROOT} | {NQUADS: "nt"}
        chosen = choose(accept(request), list(types))
        triples = ldes.root(now.site, listed.batches, listed.days)
        made = cached(request, lambda: rdf(BY_NAME[types[chosen]], triples, ldes.PREFIXES), chosen, state)
    request.scope["state"]["keep"] = False  # a batch may come without another release serving
    return made


def page(request: Request) -> Response:
    """GET /feed/<batch>/<number>: a page of versions, which never changes. Raises NotFound, NotAcceptable."""
    now, data = serving(request), _data(request)
    batch, number = _place(request, data)
    file = pages.page_file(batches.folder_of(data, batch.name), number)
    if not file.is_file():  # numbers have gaps
        raise NotFound("the feed has no such page")
    chosen = choose(accept(request), list(_PAGE))
    packed = chosen == TRIG and takes_gzip(request.scope)
    tag = _tag(now.site, batch.name, batch.created, str(number), chosen, str(packed))
    headers = {"ETag": tag, "Cache-Control": FOREVER, "Vary": "Accept, Accept-Encoding", "Content-Type": chosen}
    if packed:
        headers["Content-Encoding"] = "gzip"
    if matches(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers={k: v for k, v in headers.items() if not k.startswith("Content-")})
    content = _read(file)
    if not packed:
        content = gzip.decompress(content)
    if chosen != TRIG:
        content = serialize(parse(content, format=RdfFormat.TRIG), format=_PAGE[chosen]) or b""
    return Response(content, headers=headers)


# Activities ----------------------------------------------------------------------------------------------------------------


def activities(request: Request) -> Response:
    """GET /activity/<list>: the list itself (IIIF Change Discovery §3.3). Raises NotFound."""
    now, name = serving(request), _list(request)
    listed = feed.head(_data(request)).batches
    total = sum(sum(batch.activities[activity.LISTS[name]]) for batch in listed)
    return _json(request, activity.collection(now.site, name, _pages(listed, name), total), "public, no-cache")


def activity_page(request: Request) -> Response:
    """GET /activity/<list>/<batch>/<number>: what happened, oldest first (§3.4); only the last page changes, by naming the next."""
    now, name, data = serving(request), _list(request), _data(request)
    batch, number = _place(request, data)
    listed = feed.head(data).batches
    every, here = _pages(listed, name), (batch.name, number)
    if here not in every:
        raise NotFound("the list has no such page")
    kind = activity.LISTS[name]
    before = sum(sum(each.activities[kind]) for each in listed[: listed.index(batch)]) + sum(batch.activities[kind][:number])
    items = json.loads(gzip.decompress(_read(pages.activity_file(batches.folder_of(data, batch.name), kind, number))))
    made = activity.page(now.site, name, here, every, before, batch.created, items)
    return _json(request, made, "public, no-cache" if here == every[-1] else FOREVER)


def _pages(listed: Sequence[feed.Batch], name: str) -> list[activity.Page]:
    kind = activity.LISTS[name]
    return [(batch.name, number) for batch in listed for number in range(len(batch.activities[kind]))]


def _list(request: Request) -> str:
    name = str(request.path_params["list"])
    if name not in activity.LISTS:
        raise NotFound(f"no such list: there are {', '.join(activity.LISTS)}")
    return name


def _json(request: Request, content: activity.Node, cache: str) -> Response:
    """JSON-LD, the same as plain JSON to who asks for that (§3.1); there is nothing else, so that others get it too (RFC 9110 §12.4.1)."""
    own = activity.MEDIA_TYPE.partition(";")[0]
    try:
        media_type = choose(accept(request), [own, "application/json"])
    except NotAcceptable:
        media_type = own
    body = json.dumps(content, ensure_ascii=False).encode("utf-8")
    tag = _tag(media_type, hashlib.sha256(body).hexdigest())
    named = activity.MEDIA_TYPE if media_type != "application/json" else media_type
    headers = {"ETag": tag, "Cache-Control": cache, "Vary": "Accept", "Content-Type": named}
    if matches(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers)


def _place(request: Request, data: Path) -> tuple[feed.Batch, int]:
    """The batch and the number of a page in the address. Raises NotFound."""
    batch, number = feed.head(data).get(request.path_params["batch"]), request.path_params["number"]
    if batch is None or not _NUMBER.fullmatch(number):
        raise NotFound("the feed has no such page")
    return batch, int(number)


def _read(file: Path) -> bytes:
    """The bytes of a page. Raises NotFound for one that was dropped while it was asked for."""
    try:
        return file.read_bytes()
    except FileNotFoundError as error:
        raise NotFound("the feed has no such page any more") from error


def _tag(*parts: str) -> str:
    return f'"{hashlib.sha256(chr(0).join(parts).encode("utf-8", "replace")).hexdigest()[:32]}"'


def _data(request: Request) -> Path:
    return Path(site_of(request).settings.data)
