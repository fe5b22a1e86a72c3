"""Facets, clusters and bars of an open index of a cluster, with exact counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from threading import Lock
from typing import Any

from pop_ld.search import words as french
from pop_ld.search.areas import ZOOM
from pop_ld.search.contract import FACET_VALUES, MOST_CLUSTERS, MOST_VALUES, Cluster, Clusters, Facet, Timeline
from pop_ld.search.nodes import All, AnyTerm, Between, Everything, Flat, Node, speakable
from pop_ld.search.plan import plan
from pop_ld.search.question import Question
from pop_ld.search.remote_open import Body, OpenIndex, filtering
from pop_ld.search.schema import FACET_FIELDS
from pop_ld.search.tantivy_counts import ValueList
from pop_ld.search.tantivy_map import FINER, FINEST, MOST_SINGLES

_UNCUT = 60_000
"""Values that each of several shards tells, so that their sum is exact; one shard tells no more than are asked for."""
_DEEPEST = 60_000
_PAGE = 10_000
_INCLUDED = 10_000
"""Values that one aggregation is told to count at most."""

Values = list[tuple[str, int]]


class Counts:
    """Counts by facet; the values that there are at all are remembered, for a release never changes."""

    def __init__(self, index: OpenIndex) -> None:
        self._index = index
        self._lists: dict[str, ValueList] = {}
        self._lock = Lock()

    def aggregations(self, question: Question, names: Sequence[str]) -> Body:
        """Of each facet its first values; of one that is chosen from, those that there would be without, and the chosen."""
        found: Body = {}
        for name in names:
            asked = {"values": self._terms(name, FACET_VALUES + 1)}
            if not question.chosen(name):
                found[name] = {"filter": {"match_all": {}}, "aggs": asked}
                continue
            if chosen := list(filter(speakable, question.chosen(name))):
                asked["chosen"] = self._terms(name, len(chosen), include=chosen)
            others = {"filter": filtering(plan(question, without=name)), "aggs": asked}
            found[name] = {"global": {}, "aggs": {"others": others}}
        return found

    @staticmethod
    def facet(question: Question, name: str, counted: Body) -> Facet:
        """The facet that :meth:`aggregations` asked for, from their answer."""
        answer = counted[name].get("others", counted[name])
        values = _values(answer["values"])
        known = dict(_values(answer.get("chosen", {"buckets": ()})))
        shown = values[:FACET_VALUES]
        there = {value for value, _ in shown}
        shown += [(value, known.get(value, 0)) for value in question.chosen(name) if value not in there]
        return Facet(name, shown, len(values) > FACET_VALUES)

    def values(self, question: Question, facet: str, like: str, offset: int, limit: int) -> Facet:
        """See :class:`pop_ld.search.contract.SearchReader`."""
        offset, limit = max(offset, 0), min(max(limit, 0), MOST_VALUES)
        if facet not in FACET_FIELDS or offset + limit >= _DEEPEST:
            return Facet(facet, [], False)
        node, words, wanted = plan(question, without=facet), french.words(like), offset + limit + 1
        if like.strip():
            found = self._counted(node, facet, self._list(facet).matching(words), wanted) if words else []
        else:
            found = _values(self._index.aggregate(node, {"v": self._terms(facet, wanted)})["v"])
        shown = found[offset : offset + limit]
        if not like.strip() and not offset:
            missing = [value for value in question.chosen(facet) if value not in dict(shown)]
            counts = dict(self._counted(node, facet, missing, len(missing)))
            shown = shown + [(value, counts.get(value, 0)) for value in missing]
        return Facet(facet, shown, len(found) > offset + limit)

    def _counted(self, node: Node, facet: str, values: Sequence[str], wanted: int) -> Values:
        """The counts of some values, most first."""
        asked = list(filter(speakable, values))
        found: Values = []
        for start in range(0, len(asked), _INCLUDED):
            part = asked[start : start + _INCLUDED]
            found += _values(self._index.aggregate(node, {"v": self._terms(facet, min(len(part), wanted), include=part)})["v"])
        return sorted(found, key=lambda value: (-value[1], value[0]))

    def _list(self, facet: str) -> ValueList:
        with self._lock:
            if facet not in self._lists:
                self._lists[facet] = ValueList([value for value, _ in self._all(Everything(), facet)])
            return self._lists[facet]

    def _all(self, node: Node, facet: str) -> Iterator[tuple[str, int]]:
        """Every value, in the order of the engine, however many they are."""
        sources = [{"v": {"terms": {"field": FACET_FIELDS[facet]}}}]
        after: Body = {}
        while True:
            found = self._index.aggregate(node, {"all": {"composite": {"size": _PAGE, "sources": sources, **after}}})["all"]
            yield from ((str(bucket["key"]["v"]), int(bucket["doc_count"])) for bucket in found["buckets"])
            if "after_key" not in found:
                return
            after = {"after": found["after_key"]}

    def _terms(self, facet: str, size: int, *, include: Iterable[str] | None = None) -> Body:
        """Values of a facet, most first, then by text."""
        terms: dict[str, Any] = {"field": FACET_FIELDS[facet], "size": max(size, 1), "order": [{"_count": "desc"}, {"_key": "asc"}]}
        if self._index.shards > 1:
            terms["shard_size"] = max(size, _UNCUT)
        return {"terms": terms if include is None else {**terms, "include": list(include)}}


def clusters(index: OpenIndex, question: Question, zoom: int, singles: int) -> Clusters:
    """See :class:`pop_ld.search.contract.SearchReader`."""
    node = All((plan(question), Flat(AnyTerm(FACET_FIELDS["located"], ("oui",)), 0.0)))
    total = index.count(node)
    if total <= min(max(singles, 0), MOST_SINGLES):
        return Clusters(total, [], list(index.scan(node, "ref", MOST_SINGLES)) if total else [])
    level = min(max(zoom, 0), FINEST) + FINER
    while len(found := _tiles(index, node, level)) > MOST_CLUSTERS:
        level -= 1
    return Clusters(total, list(map(_cluster, found)), [])


def _tiles(index: OpenIndex, node: Node, level: int) -> list[Body]:
    """The tiles of a zoom that hold notices, one more than are shown at most."""
    stats = {name: {"stats": {"field": name}} for name in ("lat", "long")}
    cells = [{"cell": {"histogram": {"field": "cell", "interval": 4 ** (ZOOM - level)}}}]
    asked = {"tiles": {"composite": {"size": MOST_CLUSTERS + 1, "sources": cells}, "aggs": stats}}
    return list(index.aggregate(node, asked)["tiles"]["buckets"])


def _cluster(tile: Body) -> Cluster:
    lat, long = tile["lat"], tile["long"]
    return Cluster(int(tile["doc_count"]), lat["avg"], long["avg"], lat["min"], long["min"], lat["max"], long["max"])


def timeline(index: OpenIndex, question: Question, step: int) -> Timeline:
    """See :class:`pop_ld.search.contract.SearchReader`."""
    step = min(max(step, 1), 1_000)
    spans = {"histogram": {"field": "begin", "interval": step, "offset": 1 % step, "min_doc_count": 1}}
    asked = {
        "narrow": {"filter": filtering(Between("lasts", high=step - 1)), "aggs": {"spans": spans}},
        "wider": {"filter": filtering(Between("lasts", low=step))},
        "all": {"filter": {"match_all": {}}},
    }
    found = index.aggregate(plan(question), asked)
    bars = [(int(span["key"]), int(span["doc_count"])) for span in found["narrow"]["spans"]["buckets"]]
    wider = int(found["wider"]["doc_count"])
    return Timeline(step, bars, wider, int(found["all"]["doc_count"]) - wider - sum(count for _, count in bars))


def _values(found: Body) -> Values:
    return [(str(bucket["key"]), int(bucket["doc_count"])) for bucket in found["buckets"]]
