"""/align: the links to things elsewhere, by source; what is suggested and waits for a decision; which thing an item of Wikidata is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pop_ld import alignment, iris
from pop_ld.alignment import Suggestion
from pop_ld.alignment.link import WIKIDATA
from pop_ld.batches import in_batches
from pop_ld.errors import NotFound
from pop_ld.formats import sssom
from pop_ld.web.align_links import source_name
from pop_ld.web.negotiation import accept, choose, language, wants_html
from pop_ld.web.respond import cached, html, page
from pop_ld.web.sparql_request import client_of
from pop_ld.web.state import Serving, serving, serving_now
from pop_ld.web.streamed import Blocks, Places, StreamedFile
from pop_ld.web.turns import Turns

SIZE = 50
"""Suggestions of one page."""
DEEPEST = 400
"""Pages that can be turned to; the JSON goes as far."""
_QID = re.compile(r"Q[1-9]\d{0,11}")
_TYPES = ["text/html", "application/json"]
_TSV = "text/tab-separated-values"
_BLOCK = 500


def index(request: Request) -> Response:
    """GET /align: the sources with their counts and files, and what is suggested, by kind; as a page or as JSON."""
    now, lang = serving(request), language(request)
    media_type = choose(accept(request), _TYPES)
    told = now.release.manifest.get("links", {})
    waiting = {kind: now.links.suggested().get(kind, 0) for kind in alignment.KINDS}

    def make() -> bytes:
        sources = told.get("sources", {})
        if media_type != "text/html":
            return json.dumps(
                {"release": now.release.name, "sources": sources, "absent": told.get("absent", 0), "suggestions": waiting}
            ).encode()
        rows = [_source(now, source, about, lang) for source, about in sources.items()]
        return html(request, "align.html", lang, rows=rows, waiting=waiting, absent=told.get("absent", 0), canonical=f"{now.site}/align")

    return cached(request, make, media_type, now.release.name, lang=lang if media_type == "text/html" else "")


def _source(now: Serving, source: str, about: Mapping[str, Any], lang: str) -> dict[str, Any]:
    graph = iris.links_graph(now.site, source)
    return {
        "source": source,
        "name": source_name(source, lang),
        "graph": "/rdf-graph-store?" + urlencode({"graph": graph}),
        "file": f"/align/links/{source}.sssom.tsv",
        **{name: about[name] for name in ("links", "things", "date")},
        "kinds": sorted({iris.last_part(predicate).removesuffix("Match") for predicate, _, _ in about["linksets"]}),
    }


def suggestions(request: Request) -> Response:
    """GET /align/suggestions?kind=&page=: what waits for a decision, the likeliest first; as a page or as JSON. Raises NotFound."""
    now, lang = serving(request), language(request)
    kind = request.query_params.get("kind", "")
    if kind and kind not in alignment.KINDS:
        raise NotFound(f"no suggestions of the kind {kind[:60]!r}")
    media_type, waiting = choose(accept(request), _TYPES), now.links.suggested()
    total = waiting.get(kind, 0) if kind else sum(waiting.values())
    last = min(max(1, -(-total // SIZE)), DEEPEST)
    number = _page(request.query_params.get("page", ""), last)

    def make() -> bytes:
        found = now.links.suggestions(kind, (number - 1) * SIZE, SIZE)
        if media_type != "text/html":
            return json.dumps({"kind": kind, "total": total, "page": number, "pages": last, "suggestions": [*map(as_json, found)]}).encode()
        context = {"rows": [shown(now.site, each) for each in found], "kind": kind, "total": total, "waiting": waiting}
        return html(request, "align_suggestions.html", lang, **context, **_pages(request, number, last))

    return cached(request, make, media_type, now.release.name, lang=lang if media_type == "text/html" else "")


def _page(text: str, last: int) -> int:
    return min(max(int(text), 1), last) if text.isascii() and text.isdecimal() and len(text) < 7 else 1


def _pages(request: Request, number: int, last: int) -> dict[str, Any]:
    kept = {name: value for name in ("kind", "lang") if (value := request.query_params.get(name, ""))}

    def href(other: int) -> str:
        return "?" + urlencode({**kept, "page": other})

    around = [other for other in sorted({1, number - 1, number, number + 1, last}) if 1 <= other <= last]
    return {
        "page": number,
        "pages": [(other, href(other)) for other in around] if last > 1 else [],
        "previous": href(number - 1) if number > 1 else "",
        "next": href(number + 1) if number < last else "",
    }


def as_json(each: Suggestion) -> dict[str, Any]:
    """A suggestion for programs."""
    names = ("number", "kind", "subject", "predicate", "target", "score", "label", "target_label", "date")
    return {**{name: getattr(each, name) for name in names}, "reasons": [list(pair) for pair in each.reasons]}


def shown(site: str, each: Suggestion) -> dict[str, Any]:
    """A suggestion as the pages show it: both sides with their addresses, the score in percent."""
    return {
        "number": each.number,
        "kind": each.kind,
        "score": round(100 * each.score),
        "reasons": each.reasons,
        "sides": [_side(site, each.subject, each.label), _side(site, each.target, each.target_label)],
    }


def _side(site: str, iri: str, label: str) -> dict[str, Any]:
    own = iris.is_thing(site, iri)
    href = iris.local(site, iris.page_of(site, iri)) if own or not iri.startswith(WIKIDATA) else iri
    name = iris.unkey(iris.path_of(site, iri)) if own else iris.last_part(iri)
    return {"href": href, "text": label or iris.last_part(iri), "name": name, "own": href != iri}


def item(request: Request) -> Response:
    """GET /align/wikidata/{QID}: 303 to the document of what the item is, 300 with the list where several are. Raises NotFound."""
    now, name = serving(request), str(request.path_params["qid"])
    things = linked_to(now, name)
    if not things:
        raise NotFound(f"no thing of POP is linked to the item {name[:30]!r}")
    addresses = [iris.local(now.site, iris.page_of(now.site, thing)) for thing in things]
    shared = {"Vary": "Accept, Accept-Language", "Cache-Control": "public, no-cache"}
    if len(things) == 1:
        query = f"?{request.url.query}" if request.url.query and "?" not in addresses[0] else ""
        return Response(status_code=303, headers={"Location": iris.uri(addresses[0]) + query, **shared})
    labels = now.reader.labels(things)
    named = [str(labels[iri][0].value) if labels.get(iri) else iris.last_part(iri) for iri in things]
    listed = [(href, label, _kind(now, iri)) for iri, href, label in zip(things, addresses, named, strict=True)]
    if wants_html(request):
        return page(request, "choices.html", language(request), status=300, ref=name, listed=listed)
    body = {"ref": name, "choices": [{"href": href, "label": label, "base": base} for href, label, base in listed]}
    return JSONResponse(body, 300, headers=shared)


def linked_to(now: Serving, name: str) -> Sequence[str]:
    """The things that say that they are the item of Wikidata of that name, by IRI; [] for a name that is none."""
    if not _QID.fullmatch(name):
        return []
    return list(dict.fromkeys(link.subject for link in now.links.to(WIKIDATA + name) if link.predicate == alignment.link.EXACT))


def _kind(now: Serving, thing: str) -> str:
    return iris.path_of(now.site, thing).split("/", 1)[0] if iris.is_thing(now.site, thing) else "concept"


# Files -----------------------------------------------------------------------------------------------------------------


async def file(request: Request) -> Response:
    """GET /align/links/{source}.sssom.tsv: the links of a source as an SSSOM set, streamed. Raises NotFound, Busy, TooManyRequests."""
    now, name = await serving_now(request), str(request.path_params["file"])
    source = name.removesuffix(".sssom.tsv")
    if source == name or source not in now.release.manifest.get("links", {}).get("sources", {}):
        raise NotFound("no source of links has such a file")
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Robots-Tag": "noindex"}
    answer = cached(request, bytes, _TSV, now.release.name, headers=headers)
    request.scope["state"]["keep"] = False  # what is streamed is not gathered
    if answer.status_code == 304 or request.method == "HEAD":
        del answer.headers["content-length"]
        return answer
    places, client = cast(Places, request.app.state.exports), client_of(request)
    places.take(client)
    blocks = Blocks(_sssom(now, source), cast(Turns, request.app.state.turns), lambda: places.give(client))
    try:
        return StreamedFile(request, await blocks.next() or b"", blocks, dict(answer.headers))
    except BaseException:
        blocks.close()
        raise


def _sssom(now: Serving, source: str) -> Iterator[bytes]:
    about, graph = now.release.manifest["links"]["sources"][source], iris.links_graph(now.site, source)
    yield sssom.head(now.site, graph, now.release.name, about["date"], f"POP: {source}").encode()
    for some in in_batches(now.links.scan(source), _BLOCK):
        found = now.reader.labels(dict.fromkeys(link.subject for link in some))
        labels = {iri: str(named[0].value) for iri, named in found.items()}
        yield sssom.lines(now.site, some, labels).encode("utf-8", "replace")
