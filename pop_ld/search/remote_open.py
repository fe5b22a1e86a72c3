"""An open index of a cluster: query trees in, counts and rows out, whole or not at all."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from threading import Lock
from typing import Any
from zlib import crc32

from pop_ld.config import Settings
from pop_ld.errors import SearchUnavailable
from pop_ld.search import remote_index as indices
from pop_ld.search.contract import Hit
from pop_ld.search.nodes import Node
from pop_ld.search.remote_client import cluster
from pop_ld.search.remote_query import ranked, render
from pop_ld.search.schema import ORDER_FIELDS

TIE = "order_ref"
"""Base, then REF: decides between equals, and is no two notices'."""
_LONGEST_CURSOR = 6_000

Body = dict[str, Any]


class OpenIndex:
    """The index of one release; nothing is asked of the cluster before the first question."""

    def __init__(self, settings: Settings, name: str) -> None:
        self.name = name
        self._cluster = cluster(settings)
        self._about: Body = {}
        self._lock = Lock()

    @property
    def about(self) -> Body:
        """What the index says of itself, asked once; that this program can read it is seen at the same time. Raises SearchUnavailable."""
        if not self._about:
            with self._lock:
                self._about = self._about or indices.check(self._cluster, self.name)
        return self._about

    @property
    def shards(self) -> int:
        """How many shards the index has."""
        return int(self.about["shards"])

    def answers(self, seconds: float) -> bool:
        """Whether the cluster has the index and says so in time."""
        try:
            found = self._cluster.ask("GET", indices.path(self.name, "_count"), seconds=seconds)
        except SearchUnavailable:
            return False
        return "count" in found

    def ask(self, body: Body) -> Body:
        """The answer to a search. Pages of one query come from one copy of each shard, whose scores are the same."""
        same = json.dumps(body.get("query", {}), sort_keys=True)
        asked = {"preference": f"q{crc32(same.encode('utf-8', 'replace'))}", "allow_partial_search_results": "false"}
        if self.shards > 1:
            asked["search_type"] = "dfs_query_then_fetch"  # one shard knows how rare a word is, several only together
        return self._cluster.ask("POST", indices.path(self.name, "_search"), body, parameters=asked)

    def count(self, node: Node) -> int:
        """How many notices a tree has."""
        assert self.about
        return int(self._cluster.ask("POST", indices.path(self.name, "_count"), {"query": render(node)})["count"])

    def aggregate(self, node: Node, asked: Body) -> Body:
        """Aggregations over the notices of a tree."""
        answer = self.ask({"size": 0, "track_total_hits": False, "query": filtering(node), "aggs": asked})
        found: Body = answer["aggregations"]
        return found

    def ordered(self, node: Node, order: str) -> Body:
        """Query and sort of a tree in an order; equals go by base and REF."""
        if order == "relevance":
            return {"query": ranked(render(node, self.about["boosts"])), "sort": [{"_score": "desc"}, {TIE: "asc"}]}
        number, text = ORDER_FIELDS[order]
        return {"query": filtering(node), "sort": [{field: "asc"} for field in ([text] if text else [number, TIE])]}

    def scan(self, node: Node, order: str, size: int, *, full: bool = False) -> Iterator[Hit]:
        """Every notice of a tree in an order of ORDER_FIELDS, ``size`` at once."""
        body = {**self.ordered(node, order), "size": size, "_source": shown(full), "track_total_hits": False}
        key: Body = {}
        while True:
            rows = self.ask({**body, **key})["hits"]["hits"]
            yield from map(hit, rows)
            if len(rows) < size:
                return
            key = {"search_after": rows[-1]["sort"]}


def filtering(node: Node) -> Body:
    """The query of a tree, without scores."""
    return {"bool": {"filter": [render(node)]}}


def shown(full: bool) -> list[str]:
    """What of a notice is fetched."""
    return ["hit", "fields"] if full else ["hit"]


def hit(row: Mapping[str, Any]) -> Hit:
    """The notice of a row."""
    source, score = row["_source"], row.get("_score")
    iri, base, ref, title, summary, image, point, *more = json.loads(source["hit"])
    fields = json.loads(source["fields"]) if "fields" in source else {}
    return Hit(iri, base, ref, title, summary, image, 1.0 if score is None else float(score), point, fields, *more[:1])


def cursor(row: Mapping[str, Any]) -> str:
    """The cursor that goes on after a row."""
    return base64.urlsafe_b64encode(json.dumps(row["sort"], separators=(",", ":")).encode()).decode().rstrip("=")


def read_cursor(text: str, sort: Sequence[Mapping[str, str]]) -> list[Any]:
    """The key that a cursor tells, [] for what is none of this order."""
    if not text or len(text) > _LONGEST_CURSOR:
        return []
    try:
        key = json.loads(base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4)))
    except (ValueError, RecursionError):
        return []
    if not isinstance(key, list) or len(key) != len(sort):
        return []
    return key if all(_fits(value, next(iter(field))) for value, field in zip(key, sort, strict=True)) else []


def _fits(value: object, field: str) -> bool:
    if field == "_score":
        return isinstance(value, float) and 0 <= value < 1e30
    if field.startswith("order_"):
        return isinstance(value, str) and not any("\ud800" <= c <= "\udfff" for c in value)
    return isinstance(value, int) and not isinstance(value, bool) and -(1 << 63) <= value < 1 << 63
