"""Where and when of an answer: clusters on a map, and the bars of a timeline."""

from __future__ import annotations

from typing import Any

from pop_ld.search.areas import ZOOM
from pop_ld.search.contract import MOST_CLUSTERS, Cluster, Clusters, Timeline
from pop_ld.search.nodes import All, AnyTerm, Between, Flat, Node
from pop_ld.search.plan import plan
from pop_ld.search.question import Question
from pop_ld.search.schema import FACET_FIELDS
from pop_ld.search.tantivy_index import OpenIndex
from pop_ld.search.tantivy_pages import Pages

FINER = 2
"""A cluster is a tile of a zoom that much finer: 64 pixels wide."""
FINEST = 20
MOST_SINGLES = 1_000
_LIMIT = "bucket limit"
"""What Tantivy says where an aggregation has too many buckets (65,000)."""


def clusters(index: OpenIndex, pages: Pages, question: Question, zoom: int, singles: int) -> Clusters:
    """See :class:`pop_ld.search.contract.SearchReader`."""
    node = All((plan(question), Flat(AnyTerm(FACET_FIELDS["located"], ("oui",)), 0.0)))
    total = index.count(node)
    if total <= min(max(singles, 0), MOST_SINGLES):
        addresses, _ = pages.sorted(node, "ref", "", 0, total) if total else ([], "")
        return Clusters(total, [], [index.hit(address) for address in addresses])
    level = min(max(zoom, 0), FINEST) + FINER
    if total > MOST_CLUSTERS:
        level = _held(index, node, level)
    stats = {name: {"stats": {"field": name}} for name in ("lat", "long")}
    found = index.aggregate(node, {"tiles": _tiles(level) | {"aggs": stats}})["tiles"]["buckets"]
    return Clusters(total, list(map(_cluster, found)), [])


def _held(index: OpenIndex, node: Node, level: int) -> int:
    """The finest zoom of tiles, at most ``level``, of which no more than MOST_CLUSTERS hold notices."""
    while True:
        try:
            found = index.aggregate(node, {"tiles": _tiles(level)})["tiles"]["buckets"]
            break
        except ValueError as error:
            if _LIMIT not in str(error):
                raise
            level -= 2
    tiles = {int(tile["key"]) // 4 ** (ZOOM - level) for tile in found}
    while len(tiles) > MOST_CLUSTERS:
        tiles = {tile // 4 for tile in tiles}
        level -= 1
    return level


def _tiles(level: int) -> dict[str, Any]:
    return {"histogram": {"field": "cell", "interval": 4 ** (ZOOM - level), "min_doc_count": 1}}


def _cluster(tile: dict[str, Any]) -> Cluster:
    lat, long = tile["lat"], tile["long"]
    return Cluster(int(tile["doc_count"]), lat["avg"], long["avg"], lat["min"], long["min"], lat["max"], long["max"])


def timeline(index: OpenIndex, question: Question, step: int) -> Timeline:
    """See :class:`pop_ld.search.contract.SearchReader`."""
    step = min(max(step, 1), 1_000)
    node = plan(question)
    narrow = All((node, Flat(Between("lasts", high=step - 1), 0.0)))
    spans = {"histogram": {"field": "begin", "interval": step, "offset": 1 % step, "min_doc_count": 1}}
    found = index.aggregate(narrow, {"spans": spans})["spans"]["buckets"]
    bars = [(int(span["key"]), int(span["doc_count"])) for span in found]
    wider = index.count(All((node, Flat(Between("lasts", low=step), 0.0))))
    return Timeline(step, bars, wider, index.count(node) - wider - sum(count for _, count in bars))
