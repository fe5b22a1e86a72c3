"""Query tree in, query of Elasticsearch and OpenSearch out: both read the same."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any as AnyValue

from pop_ld.search import nodes
from pop_ld.search.nodes import LONGEST_FUZZY, speakable
from pop_ld.search.schema import INTEGERS, TOKENS

Query = dict[str, AnyValue]

MOST_CLAUSES = 900
"""Clauses of a query, below the 1,024 that an engine allows at least; what is over loses what only ranks."""
LONGEST_TOKEN = 255
"""UTF-16 units after which Lucene's whitespace tokenizer cuts a word; only as text that it cuts too is a longer one found."""
EXPANSIONS = 1_000_000
"""Words that the open end of a phrase may stand for: more than any field has."""
LONGEST_BOUND = 900
"""Bytes of a beginning or a bound: Lucene's automata have 1,000 states. No key of an index (texts.LONGEST_KEY) is as long."""
NOTHING: Query = {"match_none": {}}


def render(node: nodes.Node, boosts: Mapping[str, float] = MappingProxyType({})) -> Query:
    """The query of a tree, scores times the boost of their field. Text that no term can be (half of a pair, too long) matches nothing."""
    return _Renderer(boosts, _clauses(node) <= MOST_CLAUSES)(node)


def ranked(query: Query, tie: str = "tie") -> Query:
    """The same with the tie breaker in its scores, as the embedded engine has it: times log2(2 + tie)."""
    score = {"field_value_factor": {"field": tie, "modifier": "log2p", "missing": 0}, "boost": 1 / math.log10(2)}
    return {"function_score": {"query": query, "boost_mode": "multiply", **score}}


def _clauses(node: nodes.Node) -> int:
    if isinstance(node, nodes.All):
        return sum(map(_clauses, (*node.parts, *node.prefer, *node.without)))
    if isinstance(node, nodes.Any | nodes.Best):
        return sum(map(_clauses, node.parts))
    if isinstance(node, nodes.Weighted | nodes.Flat):
        return _clauses(node.node)
    return 1


class _Renderer:
    def __init__(self, boosts: Mapping[str, float], ranking: bool) -> None:
        self._boosts = boosts
        self._ranking = ranking
        self._by_kind: dict[type, Callable[[AnyValue], Query]] = {
            nodes.Everything: lambda node: {"match_all": {}},
            nodes.Nothing: lambda node: NOTHING,
            nodes.Term: self._term,
            nodes.AnyTerm: lambda node: {"terms": {node.field: list(filter(speakable, node.texts))}},
            nodes.Phrase: self._phrase,
            nodes.Prefix: _prefix,
            nodes.Wildcard: _wildcard,
            nodes.Fuzzy: self._fuzzy,
            nodes.Between: _between,
            nodes.Sorted: _sorted,
            nodes.All: self._all,
            nodes.Any: lambda node: self._some("bool", "should", node.parts),
            nodes.Best: lambda node: self._some("dis_max", "queries", node.parts),
            nodes.Weighted: lambda node: _boosted(self(node.node), node.factor),
            nodes.Flat: lambda node: {"constant_score": {"filter": self(node.node), "boost": node.score}},
        }

    def __call__(self, node: nodes.Node) -> Query:
        return self._by_kind[type(node)](node)

    def _all(self, node: nodes.All) -> Query:
        prefer = node.prefer if self._ranking or not node.parts else ()
        if len(node.parts) == 1 and not prefer and not node.without:
            return self(node.parts[0])  # engines count how deep queries nest
        clauses: dict[str, list[Query]] = {"must": [], "filter": [], "should": list(map(self, prefer)), "must_not": []}
        for part in node.parts:
            if isinstance(part, nodes.Flat) and not part.score:
                clauses["filter"].append(self(part.node))
            else:
                clauses["must"].append(self(part))
        clauses["must_not"] = list(map(self, node.without))
        if not node.parts and not prefer:
            return NOTHING
        least = {"minimum_should_match": 0 if node.parts else 1} if prefer else {}
        return {"bool": {**{name: found for name, found in clauses.items() if found}, **least}}

    def _some(self, kind: str, key: str, parts: tuple[nodes.Node, ...]) -> Query:
        if len(parts) < 2:
            return self(parts[0]) if parts else NOTHING
        return {kind: {key: list(map(self, parts))}}

    def _term(self, node: nodes.Term) -> Query:
        if not speakable(node.text):
            return NOTHING
        if _units(node.text) > LONGEST_TOKEN and node.field in TOKENS:
            return {"match_phrase": {node.field: {"query": node.text, "boost": self._boosts.get(node.field, 1.0)}}}
        return {"term": {node.field: {"value": node.text, "boost": self._boosts.get(node.field, 1.0)}}}

    def _phrase(self, node: nodes.Phrase) -> Query:
        if not all(map(speakable, node.words)):
            return NOTHING
        if len(node.words) == 1:
            return _prefix(nodes.Prefix(node.field, node.words[0])) if node.open else self._term(nodes.Term(node.field, node.words[0]))
        text = " ".join(node.words)
        if node.open:
            return {
                "match_phrase_prefix": {
                    node.field: {"query": text, "max_expansions": EXPANSIONS, "boost": self._boosts.get(node.field, 1.0)}
                }
            }
        return {"match_phrase": {node.field: {"query": text, "boost": self._boosts.get(node.field, 1.0)}}}

    def _fuzzy(self, node: nodes.Fuzzy) -> Query:
        if len(node.text) > LONGEST_FUZZY or not speakable(node.text):
            return self._term(nodes.Term(node.field, node.text))
        return {
            "fuzzy": {node.field: {"value": node.text, "fuzziness": node.distance, "transpositions": True, "rewrite": "constant_score"}}
        }


def _boosted(query: Query, factor: float) -> Query:
    ((kind, body),) = query.items()
    if kind in ("bool", "dis_max", "constant_score", "match_all", "function_score"):
        return {kind: {**body, "boost": body.get("boost", 1.0) * factor}}
    if kind in ("term", "match_phrase"):
        ((field, value),) = body.items()
        return {kind: {field: {**value, "boost": value["boost"] * factor}}}
    return {"bool": {"must": [query], "boost": factor}}


def _prefix(node: nodes.Prefix) -> Query:
    if not speakable(node.text):
        return NOTHING
    if _units(node.text) > LONGEST_TOKEN and node.field in TOKENS:
        return {"match_phrase_prefix": {node.field: {"query": node.text, "max_expansions": EXPANSIONS}}}
    if len(node.text.encode()) > LONGEST_BOUND:
        return NOTHING
    return {"prefix": {node.field: {"value": node.text, "rewrite": "constant_score"}}}


def _wildcard(node: nodes.Wildcard) -> Query:
    if not speakable(node.pattern) or len(node.pattern.encode()) > LONGEST_BOUND:
        return NOTHING
    pattern = node.pattern.replace("\\", "\\\\").replace("?", "\\?")
    return {"wildcard": {node.field: {"value": pattern, "rewrite": "constant_score"}}}


def _between(node: nodes.Between) -> Query:
    bounds = {"gte": (node.low, math.ceil), "lte": (node.high, math.floor)}
    given = {name: (bound, rounded) for name, (bound, rounded) in bounds.items() if bound is not None}
    if any(math.isnan(bound) for bound, _ in given.values()):
        return NOTHING
    whole = node.field in INTEGERS
    asked = {name: _whole(bound, rounded) if whole else min(max(float(bound), -1e300), 1e300) for name, (bound, rounded) in given.items()}
    return {"range": {node.field: asked}} if asked else {"exists": {"field": node.field}}


def _whole(bound: float, rounded: Callable[[float], int]) -> int:
    return bound if isinstance(bound, int) and abs(bound) < 1 << 63 else rounded(min(max(bound, -9e18), 9e18))


def _sorted(node: nodes.Sorted) -> Query:
    if not all(map(speakable, (node.prefix, node.low or "", node.high or ""))):
        return NOTHING
    low, cut = _cut(node.prefix + (node.low or ""))
    bounds = {"gte" if (node.low_included or node.low is None) and not cut else "gt": low}
    if node.high is not None:
        high, cut = _cut(node.prefix + node.high)
        bounds["lte" if node.high_included or cut else "lt"] = high
    elif node.prefix:
        bounds["lt"] = node.prefix[:-1] + chr(ord(node.prefix[-1]) + 1)
    return {"range": {node.field: bounds}}


def _cut(text: str) -> tuple[str, bool]:
    """A bound that is not too long, and whether it had to be cut: no key is between the two."""
    written = text.encode()
    return (text, False) if len(written) <= LONGEST_BOUND else (written[:LONGEST_BOUND].decode("utf-8", "ignore"), True)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "replace")) // 2
