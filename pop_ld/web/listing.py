"""/linked/…: every notice that points at a thing, as a list for people, as JSON, CSV and, on the map, GeoJSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from pop_ld import iris
from pop_ld.formats.graph import Graph, best_label
from pop_ld.formats.page import title_of
from pop_ld.formats.relation_names import short_name
from pop_ld.search.contract import LINKED_DEEPEST, Linked
from pop_ld.web import linked
from pop_ld.web.concept import concept
from pop_ld.web.listing_asked import SIZE, Asked, Filters, pages
from pop_ld.web.listing_html import listing_html
from pop_ld.web.listing_rows import CSV_COLUMNS, csv_rows, feature, row
from pop_ld.web.negotiation import accept, choose, language
from pop_ld.web.notices import look_up
from pop_ld.web.respond import cached, packed, raw_path
from pop_ld.web.state import Serving, serving

MARKERS = 2_000
"""Most notices that one GeoJSON puts on the map."""

BLOCK = 5_000
"""Notices looked up at once for a CSV of them all."""

_TYPES = {"html": "text/html", "json": "application/json", "csv": "text/csv", "geojson": "application/geo+json"}


def listing(request: Request) -> Response:
    """GET /linked/{path}[.json|.csv|.geojson]?relation=&base=&century=&order=&page=&format=. Raises NotFound, Gone, NotAcceptable.

    GET /linked?iri= is the list of a term of a thesaurus, which has its IRI elsewhere. A CSV without a page holds all, at most
    LINKED_DEEPEST, streamed. A filter that no notice fits gives an empty list.
    """
    now = serving(request)
    thing, suffix = _thing(now, request)
    name = suffix or _named(request.query_params) or _negotiated(request)
    asked = Asked(thing, _title(now, thing, language(request)), language(request), *_filters(now, thing, request))
    lang = asked.lang if name == "html" else ""
    headers = {"Link": f'<{iris.page_of(now.site, thing)}>; rel="about"'}
    if any(asked.filters[key] for key in ("relation", "base", "century")) or asked.page > 1 or name != "html":
        headers["X-Robots-Tag"] = "noindex"
    if name == "csv" and not asked.page:
        headers["Content-Disposition"] = 'attachment; filename="pop-notices.csv"'
        answer = cached(request, bytes, _TYPES[name], now.release.name, headers=headers)
        request.scope["state"]["keep"] = False  # what is streamed is not gathered
        del answer.headers["content-length"]
        return answer if answer.status_code == 304 else StreamingResponse(_all(now, asked), 200, dict(answer.headers))
    make: Mapping[str, Callable[[], bytes]] = {
        "html": lambda: listing_html(request, now, asked, _page(now, asked)),
        "json": lambda: _json(now, asked),
        "csv": lambda: "".join(csv_rows([CSV_COLUMNS, *(row(hit) for hit in _page(now, asked).hits)])).encode("utf-8", "replace"),
        "geojson": lambda: _geojson(now, asked),
    }
    return cached(request, make[name], _TYPES[name], now.release.name, lang=lang, headers=headers)


def _thing(now: Serving, request: Request) -> tuple[str, str]:
    """The thing that the address names, and its suffix. A thing whose name ends like ``.csv`` comes before the suffix."""
    if request.url.path == "/linked":
        return request.query_params.get("iri", ""), ""
    path = raw_path(request).partition("/linked/")[2]
    thing = iris.from_path(now.site, f"/id/{path}")
    stem, _, suffix = thing.rpartition(".")
    if suffix in _TYPES and suffix != "html" and not now.reader.contains(thing):
        return stem, suffix
    return thing, ""


def _title(now: Serving, thing: str, lang: str) -> str:
    """The label of the thing, which is not described for it: a hub has thousands of triples. Raises NotFound, Gone."""
    if not iris.is_thing(now.site, thing):
        return title_of(thing, Graph(concept(now, thing)), lang)
    if labels := now.reader.labels([thing]).get(thing):
        return best_label(labels, lang)
    return title_of(thing, Graph(look_up(now, thing)), lang)


def _named(parameters: Mapping[str, str]) -> str:
    """The format of ``?format=``; one that is none counts as absent."""
    return parameters.get("format", "") if parameters.get("format", "") in _TYPES else ""


def _negotiated(request: Request) -> str:
    chosen = choose(accept(request), list(_TYPES.values()))
    return next(name for name, media_type in _TYPES.items() if media_type == chosen)


def _filters(now: Serving, thing: str, request: Request) -> tuple[Filters, int]:
    parameters = request.query_params
    wanted = parameters.get("relation", "")[:200]
    relation = next((iri for iri, _ in now.search.linked(thing, limit=0).relations if short_name(iri) == wanted), wanted)
    text = parameters.get("page", "")[:9]
    last = LINKED_DEEPEST // SIZE
    page = min(max(int(text), 1), last) if text.isascii() and text.isdigit() else 0
    order = "date" if parameters.get("order") == "date" else "ref"
    return Filters(relation=relation, base=parameters.get("base", "")[:40], century=parameters.get("century", "")[:8], order=order), page


def _page(now: Serving, asked: Asked) -> Linked:
    return now.search.linked(asked.thing, **asked.filters, offset=(max(asked.page, 1) - 1) * SIZE, limit=SIZE)


def _json(now: Serving, asked: Asked) -> bytes:
    found = _page(now, asked)
    content: dict[str, Any] = {
        "thing": asked.thing,
        "title": asked.title,
        "release": now.release.name,
        "total": found.total,
        "page": max(asked.page, 1),
        "pages": pages(found.total),
        "filters": {**asked.filters},
        "hits": [linked.as_json(now.site, hit) for hit in found.hits],
        "facets": {
            name: [{"value": value, "count": count} for value, count in counts]
            for name, counts in (("relation", found.relations), ("base", found.bases), ("century", found.centuries))
        },
    }
    return packed(content)


def _geojson(now: Serving, asked: Asked) -> bytes:
    """The notices that have a point, at most MARKERS; ``total`` says how many there are (RFC 7946 §6.1 allows the member)."""
    found = now.search.linked(asked.thing, **asked.filters, located=True, limit=MARKERS)
    features = [feature(now.site, hit) for hit in found.hits]
    content = {"type": "FeatureCollection", "total": found.total, "features": features}
    return packed(content)


def _all(now: Serving, asked: Asked) -> Iterator[bytes]:
    yield "".join(csv_rows([CSV_COLUMNS])).encode("utf-8")
    for start in range(0, LINKED_DEEPEST, BLOCK):
        hits = now.search.linked(asked.thing, **asked.filters, offset=start, limit=BLOCK).hits
        yield "".join(csv_rows(row(hit) for hit in hits)).encode("utf-8", "replace")
        if len(hits) < BLOCK:
            return
