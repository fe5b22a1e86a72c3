"""The map of a search on its page: a drawing with links that needs no script, and what static/search_views.js begins with."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from typing import Any

from starlette.requests import Request

from pop_ld import resources, summary
from pop_ld.formats.drawn_map import Area, Drawing, drawing
from pop_ld.formats.words import number, say
from pop_ld.search.contract import Cluster, Clusters
from pop_ld.search.question import Box, Question
from pop_ld.web import linked
from pop_ld.web.maps import frame
from pop_ld.web.search_asked import Asked
from pop_ld.web.search_clusters import having_point, within
from pop_ld.web.state import Serving, site_of

_PLACES = ("commune", "department", "region")
_OVERVIEW = 6
"""Zoom at which it is looked at where there are any."""
MOST_PLACES = 60
"""Places that the list beside the map names."""
_WORDS = ("cluster", "cluster_same", "in_view", "in_view_none", "failed", "no_position", "see_all")
_WORLD = Area(-180.0, -60.0, 180.0, 80.0)


@dataclass(frozen=True, slots=True)
class Bubble:
    """One circle of the drawing, and its line in the list: where it leads, what it says."""

    x: float
    y: float
    radius: float
    text: str
    label: str
    href: str


@dataclass(frozen=True, slots=True)
class Zone:
    """A part of the world that readers ask for by name."""

    label: str
    count: int
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class MapView:
    """``located`` notices have a point and ``unlocated`` have none; ``hits`` are those drawn one by one, where they are few.

    ``places`` are (name, count, address) of the finest kind of place that is not chosen yet; ``data`` is for the script.
    """

    located: int
    unlocated: int
    unlocated_href: str
    drawing: Drawing
    bubbles: Sequence[Bubble]
    hits: Sequence[linked.Item]
    zones: Sequence[Zone]
    places: Sequence[tuple[str, int, str]]
    hidden: Sequence[tuple[str, str]]
    around: Sequence[str]
    boxed: str
    """This search without its box or circle, "" where it has neither."""
    data: dict[str, Any]


# The page ------------------------------------------------------------------------------------------------------------------


def map_view(request: Request, now: Serving, asked: Asked) -> MapView:
    """What the page shows of an answer on a map."""
    question, lang = asked.question, asked.lang
    wide = replace(question, box=None, around=None)
    overview = now.search.clusters(having_point(wide), _OVERVIEW, singles=0)
    located = overview.total if wide == question else _total(now, having_point(question))
    zones = [(row, count) for row in _rows() if (count := _counted(now, wide, overview, row[1]))]
    area = _area(question, zones, overview)
    drawn = drawing(area)
    found = now.search.clusters(within(question, _box(drawn.area)), drawn.zoom)
    return MapView(
        located=located,
        unlocated=_total(now, question) - located,
        unlocated_href=asked.to(question.choosing("located", ["non"]), view=""),
        drawing=drawn,
        bubbles=_bubbles(now, asked, drawn, found),
        hits=[linked.item(now.site, hit) for hit in found.hits],
        zones=[_zone(asked, wide, row, count, lang) for row, count in zones] if len(zones) > 1 or question.box else [],
        places=_places(now, asked),
        hidden=asked.hidden("box", "around"),
        around=_around(question),
        boxed=asked.to(wide) if question.box or question.around else "",
        data=_data(request, asked, area, wide),
    )


@cache
def _rows() -> Sequence[tuple[dict[str, str], Box]]:
    return [(row, Box(*(float(row[side]) for side in ("west", "south", "east", "north")))) for row in resources.table("map-views.csv")]


def _total(now: Serving, question: Question) -> int:
    return now.search.find(replace(question, order="ref"), limit=0).total


def _zone(asked: Asked, wide: Question, row: tuple[dict[str, str], Box], count: int, lang: str) -> Zone:
    return Zone(row[0][lang], count, asked.to(replace(wide, box=row[1])), asked.question.box == row[1])


def _counted(now: Serving, question: Question, overview: Clusters, box: Box) -> int:
    """The notices in a part of the world, from the overview, but where a cluster lies across its border."""
    found = 0
    for cluster in overview.clusters:
        apart = cluster.east < box.west or cluster.west > box.east or cluster.north < box.south or cluster.south > box.north
        if not apart and not _inside(cluster, box):
            return _total(now, within(having_point(question), box))
        found += 0 if apart else cluster.count
    return found


def _inside(cluster: Cluster, box: Box) -> bool:
    return box.west <= cluster.west and cluster.east <= box.east and box.south <= cluster.south and cluster.north <= box.north


def _area(question: Question, zones: Sequence[tuple[tuple[dict[str, str], Box], int]], overview: Clusters) -> Area:
    """What is asked for; else what has any of the named part of the world that has the most."""
    box = question.box
    if box and box.west <= box.east:
        return Area(box.west, box.south, box.east, box.north)
    if circle := question.around:
        high = circle.km / 111.2
        wide = min(high / max(math.cos(math.radians(circle.lat)), 0.01), 180.0)
        return Area(circle.long - wide, circle.lat - high, circle.long + wide, circle.lat + high)
    if best := max(zones, key=lambda zone: zone[1], default=None):
        box = best[0][1]
        near = [c for c in overview.clusters if box.west <= c.long <= box.east and box.south <= c.lat <= box.north]
        if near:
            found = _around_all(near)
            return Area(max(found.west, box.west), max(found.south, box.south), min(found.east, box.east), min(found.north, box.north))
        return Area(box.west, box.south, box.east, box.north)
    return _around_all(overview.clusters) if overview.clusters else _WORLD


def _around_all(clusters: Sequence[Cluster]) -> Area:
    return Area(
        min(c.west for c in clusters), min(c.south for c in clusters), max(c.east for c in clusters), max(c.north for c in clusters)
    )


def _box(area: Area) -> Box:
    return Box(max(area.west, -180.0), max(area.south, -90.0), min(area.east, 180.0), min(area.north, 90.0))


def _bubbles(now: Serving, asked: Asked, drawn: Drawing, found: Clusters) -> list[Bubble]:
    """The largest first, so that a small one lies upon it."""
    made = []
    for cluster in sorted(found.clusters, key=lambda one: -one.count):
        x, y = drawn.at(cluster.lat, cluster.long)
        href = asked.to(replace(asked.question, box=_padded(cluster), around=None))
        label = say(asked.lang, "ui.views_cluster", n=cluster.count)
        made.append(Bubble(round(x, 1), round(y, 1), radius(cluster.count), _short(cluster.count, asked.lang), label, href))
    for hit in found.hits:
        item = linked.item(now.site, hit)
        x, y = drawn.at(*map(float, hit.point.split(" ")))
        made.append(Bubble(round(x, 1), round(y, 1), 6, "", item.title, item.href))
    return made


def _padded(cluster: Cluster) -> Box:
    """A little more than the box of a cluster, so that rounding leaves none out."""
    pad = 0.00001
    return Box(
        max(round(cluster.west - pad, 6), -180.0),
        max(round(cluster.south - pad, 6), -90.0),
        min(round(cluster.east + pad, 6), 180.0),
        min(round(cluster.north + pad, 6), 90.0),
    )


def radius(count: int) -> float:
    """Units: grows with the number's length."""
    return round(9 + 5 * math.log10(max(count, 1)), 1)


def _short(count: int, lang: str) -> str:
    return number(count, lang) if count < 1_000 else f"{number(count // 1_000, lang)}\u202fk"


def _places(now: Serving, asked: Asked) -> list[tuple[str, int, str]]:
    """Communes once a department is chosen, departments once a region is, else regions."""
    question = asked.question
    finest = next((inner for inner, outer in pairwise(_PLACES) if question.chosen(outer)), _PLACES[-1])
    found = now.search.values(question, finest, limit=MOST_PLACES)
    return [(value, count, asked.to(question.choosing(finest, [value]))) for value, count in found.values if count]


def _around(question: Question) -> Sequence[str]:
    circle = question.around
    return (f"{circle.lat:g}", f"{circle.long:g}", f"{circle.km:g}") if circle else ("", "", "10")


def _data(request: Request, asked: Asked, area: Area, wide: Question) -> dict[str, Any]:
    """``search`` is this search without box and circle, to which the script adds its own."""
    made = frame(site_of(request).settings, asked.lang)
    plain = replace(asked.question, order="relevance")
    return {
        **made,
        "words": {**made["words"], **{name: _template(asked.lang, name) for name in _WORDS}},
        "clusters": asked.to(plain, path="/search/clusters", view="", size="", lang=False),
        "search": asked.to(wide),
        "bounds": [[area.south, area.west], [area.north, area.east]],
        "lang": asked.kept_lang,
    }


def _template(lang: str, name: str) -> Any:
    """A text whose braces the script fills, with its singular where it has one."""
    return summary.texts(lang)["ui"][f"views_{name}"]
