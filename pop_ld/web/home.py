"""/ says what the site holds, for a reader and for a program."""

from __future__ import annotations

import json
from bisect import bisect_left
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from pop_ld import __version__, iris, resources, sitemaps
from pop_ld.config import image_origins, origin_of
from pop_ld.formats import dataset_jsonld
from pop_ld.web import gallery
from pop_ld.web.datasets import counted
from pop_ld.web.negotiation import accept, choose, language
from pop_ld.web.respond import cached, html
from pop_ld.web.state import Serving, serving, site_of

QUESTIONS = 5
"""Questions of the gallery that the page names; the one with a map is first."""
TILE = 34
"""Side of a department's square on the map, in pixels, the space between two included."""
_STEPS = (0.25, 0.5, 0.75, 0.9)
"""Shares of the departments at which a square grows darker."""
_ON_A_MAP = "02-monuments-nearby"


def home(request: Request) -> Response:
    """GET /: bases with their counts, the release, notices to look at, addresses to try."""
    now = serving(request)
    media_type = choose(accept(request), ["text/html", "application/json"])
    lang = language(request) if media_type == "text/html" else ""
    made = _page if lang else _for_programs
    headers = {"Link": '</void>; rel="describedby", </sitemap.xml>; rel="sitemap"'}
    return cached(request, lambda: made(request, now, lang), media_type, now.release.name, lang=lang, headers=headers)


def _for_programs(request: Request, now: Serving, lang: str) -> bytes:
    return json.dumps(_held(now), ensure_ascii=False).encode("utf-8")


def _page(request: Request, now: Serving, lang: str) -> bytes:
    origins = image_origins(site_of(request).settings)
    manifest = now.release.manifest
    shown = [
        {**notice, "url": iris.local(now.site, iris.thing_to_document(now.site, notice["iri"]))}
        for notice in manifest.get("featured", ())
        if origin_of(notice["image"]) in origins
    ]
    asked = gallery.gallery(now.site, lang)
    questions = sorted(asked, key=lambda one: (one.name != _ON_A_MAP, asked.index(one)))[:QUESTIONS]
    context: dict[str, Any] = {
        "held": _held(now),
        "figures": _figures(now),
        "featured": shown,
        "data": dataset_jsonld.whole(now.site, manifest, lang),
    }
    context["tiles"] = _tiles(now)
    return html(request, "home.html", lang, questions=questions, asked=len(asked), canonical=f"{now.site}/", **context)


def _tiles(now: Serving) -> list[dict[str, Any]]:
    """The departments as squares of a map, [] where the release counts none; ``level`` is 0 for none to 5 for the tenth with most."""
    counts: dict[str, int] = now.release.manifest.get("departments", {})
    if not counts:
        return []
    names = {line["code"]: line["name"] for line in resources.table("departements.csv")}
    order = sorted(counts.values())
    return [
        {
            "code": line["code"],
            "name": names[line["code"]],
            "x": int(line["column"]) * TILE,
            "y": int(line["row"]) * TILE,
            "count": (count := counts.get(line["code"], 0)),
            "level": 1 + bisect_left(_STEPS, bisect_left(order, count) / len(order)) if count else 0,
            "href": iris.local(now.site, iris.thing_to_document(now.site, iris.department(now.site, line["code"]))),
        }
        for line in resources.table("departement-tiles.csv")
    ]


def _figures(now: Serving) -> list[tuple[str, int]]:
    """(name of the figure, how many): of what has a page, and of the graph. A figure that the release does not know is left out."""
    manifest, counts = now.release.manifest, counted(now.release)
    pages: dict[str, int] = {}
    for file in sitemaps.listed(now.release.path):
        pages[file.part] = pages.get(file.part, 0) + file.addresses
    images = counts.properties.get(iris.SCHEMA + "image")
    found = {
        "notices": manifest["notices"],
        "images": images.triples if images else 0,
        "agents": pages.get("agent", 0),
        "places": pages.get("lieu", 0),
        "concepts": pages.get("concept", 0),
        "triples": manifest["triples"],
    }
    return [(name, count) for name, count in found.items() if count]


def _held(now: Serving) -> dict[str, Any]:
    manifest = now.release.manifest
    return {
        "site": now.site,
        "release": manifest["name"],
        "created": manifest["created"],
        "notices": manifest["notices"],
        "triples": manifest["triples"],
        "bases": manifest["bases"],
        "examples": [{"iri": e["iri"], "label": e["label"], "url": iris.local(now.site, e["iri"])} for e in manifest["examples"]],
        "sparql": "/sparql",
        "search": "/search?q=",
        "void": "/void",
        "releases": "/releases",
        "version": __version__,
    }
