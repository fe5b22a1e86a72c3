"""/search/clusters: what a map shows of a search, as GeoJSON; /search/around: the search around a point that a form names."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pop_ld.config import image_origins
from pop_ld.formats.pictures import loadable
from pop_ld.search.address import read
from pop_ld.search.contract import Cluster, Hit
from pop_ld.search.question import Box, Question
from pop_ld.web.listing_rows import feature
from pop_ld.web.respond import cached
from pop_ld.web.search_asked import address
from pop_ld.web.state import serving, site_of

CLOSEST = 18
"""The closest zoom of a map."""
_ZOOM = 5


def clusters(request: Request) -> Response:
    """GET /search/clusters?…&zoom=&within=west,south,east,north: what a map of that zoom shows of the area, as GeoJSON.

    A Feature of one notice has its ``id``, ``name`` and ``url``; one of several has ``count`` and the smallest ``bbox`` around them.
    ``total`` counts the notices with a point there. No more than MOST_CLUSTERS features, whatever the zoom.
    """
    now = serving(request)
    question, _ = read(request.query_params.multi_items())
    zoom = _zoom(request.query_params.get("zoom", ""))
    view, _ = read([("box", request.query_params.get("within", ""))])
    origins = image_origins(site_of(request).settings)

    def make() -> bytes:
        found = now.search.clusters(within(question, view.box), zoom)
        features = [*map(_many, found.clusters), *(_one(now.site, hit, origins) for hit in found.hits)]
        content = {"type": "FeatureCollection", "total": found.total, "zoom": zoom, "features": features}
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")

    return cached(request, make, "application/geo+json", now.release.name, headers={"X-Robots-Tag": "noindex"})


def _zoom(text: str) -> int:
    return min(max(int(text), 0), CLOSEST) if text.isascii() and text.isdigit() and len(text) < 3 else _ZOOM


def within(question: Question, view: Box | None) -> Question:
    """The question in a part of the world; an empty box where its own and that part do not meet. Its own stands where it crosses 180°."""
    own = question.box
    if view is None or (own and own.west > own.east):
        return question
    if own is None:
        return replace(question, box=view)
    if view.west > view.east:
        return question
    west, east = max(own.west, view.west), min(own.east, view.east)
    south, north = max(own.south, view.south), min(own.north, view.north)
    if west > east or south > north:
        return replace(question, box=Box(0.0, 90.0, 0.0, 90.0))  # the pole, where nothing is
    return replace(question, box=Box(west, south, east, north))


def _many(cluster: Cluster) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [round(cluster.long, 6), round(cluster.lat, 6)]},
        "bbox": [cluster.west, cluster.south, cluster.east, cluster.north],
        "properties": {"count": cluster.count},
    }


def _one(site: str, hit: Hit, origins: Sequence[str]) -> dict[str, Any]:
    made = feature(site, hit)
    more = {"summary": hit.summary, "image": hit.image if loadable(hit.image, origins) else ""}
    made["properties"] |= {name: text for name, text in more.items() if text}
    return made


def around(request: Request) -> Response:
    """GET /search/around?…&lat=&long=&km=: 303 to the search around that point, for a form without scripts.

    What is no number is said there.
    """
    given = request.query_params
    pairs = [(name, value) for name, value in given.multi_items() if name not in ("lat", "long", "km", "around", "box")]
    parts = [given.get(name, "").strip().replace(",", ".")[:40] for name in ("lat", "long", "km")]
    asked = [("around", ",".join(parts))] if any(parts[:2]) else []
    return RedirectResponse(address("/search", [*pairs, *asked]), 303, {"X-Robots-Tag": "noindex"})


def having_point(question: Question) -> Question:
    """Those with a point; none where only those without one were asked for."""
    asked = question.chosen("located")
    return question.choosing("located", ["oui"] if not asked or "oui" in asked else ["-"])
