"""Facets and values of an open Tantivy index, with exact counts however many values and segments there are."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from tantivy import Order

from pop_ld.search import words as french
from pop_ld.search.contract import FACET_VALUES, MOST_VALUES, Facet
from pop_ld.search.nodes import All, Everything, Flat, Node, Prefix, Term, speakable
from pop_ld.search.plan import plan
from pop_ld.search.question import Question
from pop_ld.search.schema import FACET_FIELDS
from pop_ld.search.tantivy_index import OpenIndex, remembered
from pop_ld.search.texts import value_key

_REMEMBERED = 500
_UNCUT = 1 << 30
"""Values that a segment hands on: all of them, so that the sum over segments is exact; only what is shown leaves the engine."""
_DEEPEST = 60_000
"""Values that Tantivy gives at once at most (65,000 buckets)."""
_SHORT = 2
"""Letters too few to go through all values that begin so."""
_SAMPLE, _CANDIDATES = 200, 40

Values = list[tuple[str, int]]


class Counts:
    """Counts by facet, remembered by what was asked."""

    def __init__(self, index: OpenIndex) -> None:
        self._index = index
        self._top: Callable[[Node, tuple[str, ...], tuple[str, ...]], tuple[int, dict[str, Values]]] = remembered(_REMEMBERED, self._tops)
        self._lists: dict[str, ValueList] = {}

    def facets(self, question: Question, node: Node, names: Sequence[str]) -> tuple[int, dict[str, Facet]]:
        """(notices that match, the facets named), of a question whose tree is ``node``.

        One pass for all facets of which nothing is chosen, one for each other.
        """
        plain = tuple(name for name in FACET_FIELDS if name in names and not question.chosen(name))
        total, found = self._top(node, plain, ())
        facets = {name: _facet(name, values, ()) for name, values in found.items()}
        for name in names:
            if chosen := question.chosen(name):
                _, counted = self._top(plan(question, without=name), (name,), chosen)
                facets[name] = _facet(name, counted[name], [(value, dict(counted[""]).get(value, 0)) for value in chosen])
        return total, {name: facets[name] for name in names if name in facets}

    def _tops(self, node: Node, names: tuple[str, ...], chosen: tuple[str, ...]) -> tuple[int, dict[str, Values]]:
        """The first values of each facet, and under "" the ``chosen`` values of the only one."""
        asked = {name: _terms(name, FACET_VALUES + 1) for name in names}
        if chosen:
            asked[""] = _terms(names[0], len(chosen), include=chosen)
        found = self._index.aggregate(node, self._index.counting(asked))
        return self._index.counted(found), {name: _values(found[name]) for name in asked}

    def values(self, question: Question, facet: str, like: str, offset: int, limit: int) -> Facet:
        """See :class:`pop_ld.search.contract.SearchReader`."""
        offset, limit = max(offset, 0), min(max(limit, 0), MOST_VALUES)
        if facet not in FACET_FIELDS or offset + limit >= _DEEPEST:
            return Facet(facet, [], False)
        node = plan(question, without=facet)
        words, wanted = french.words(like), offset + limit + 1
        if words:
            matching = self._list(facet).matching(words)
            found = _values(self._index.aggregate(node, {"v": _terms(facet, wanted, include=matching)})["v"])
        else:
            found = _values(self._index.aggregate(node, {"v": _terms(facet, wanted)})["v"]) if not like.strip() else []
        shown = found[offset : offset + limit]
        if not like.strip() and not offset:
            missing = tuple(value for value in question.chosen(facet) if value not in dict(shown))
            counts = dict(_values(self._index.aggregate(node, {"v": _terms(facet, len(missing), include=missing)})["v"])) if missing else {}
            shown = shown + [(value, counts.get(value, 0)) for value in missing]
        return Facet(facet, shown, len(found) > offset + limit)

    def _list(self, facet: str) -> ValueList:
        if facet not in self._lists:
            self._lists[facet] = ValueList([term for term, _ in self._index.searcher.terms_with_prefix(FACET_FIELDS[facet], "")])
        return self._lists[facet]

    def every_value(self, facet: str) -> Values:
        """See :class:`pop_ld.search.contract.SearchReader`: the terms themselves, whose notices are counted one by one where some went."""
        if facet not in FACET_FIELDS:
            return []
        everything = self._index.query(Everything())
        counted = self._index.searcher.terms_with_prefix(FACET_FIELDS[facet], "", filter_query=everything)
        return sorted((value, notices) for value, notices in counted if notices)

    def tell(self, node: Node, facets: Sequence[str]) -> dict[str, Values]:
        """All values of the facets that some notices have: fewer than Tantivy gives at once."""
        found = self._index.aggregate(node, {name: _terms(name, _DEEPEST) for name in facets})
        return {name: _values(found[name]) for name in facets}

    def values_of(self, code: str, like: str, base: str, limit: int) -> Values:
        """See :class:`pop_ld.search.contract.SearchReader`.

        Values that begin with ``like`` are all seen; others, and all where ``like`` is short, are those of a sample, counted exactly.
        """
        words, limit = french.words(like), min(max(limit, 0), 100)
        if not speakable(code) or not speakable(base) or (like.strip() and not words):
            return []
        within: Node = Term(FACET_FIELDS["base"], base) if base else Everything()
        counts: dict[str, int] = {}
        if len(" ".join(words)) > _SHORT:
            start = value_key(code, " ".join(words))
            counts = dict(self._index.searcher.terms_with_prefix("value", start, filter_query=self._index.query(within)))
        if len(counts) < limit:
            counts |= {key: self._index.count(All((within, Term("value", key)))) for key in self._sampled(code, words, within)}
        best = sorted((key for key in counts if counts[key]), key=lambda key: (-counts[key], key))[:limit]
        return [(self._written(code, key, within), counts[key]) for key in best]

    def _sampled(self, code: str, words: list[str], within: Node) -> list[str]:
        """The keys of the values met most often in some notices where a value has words that begin so."""
        asked: tuple[Node, ...] = tuple(Prefix("field", f"{code}:{word}") for word in words) or (Term("has", code),)
        query = self._index.query(Flat(All((within, *asked)), 0.0))
        met: Counter[str] = Counter()
        for _, address in self._index.searcher.search(query, _SAMPLE, count=False, order_by_field="by_changed_down", order=Order.Asc).hits:
            for text in self._index.hit(address, full=True).fields.get(code, ()):
                found = french.words(text)
                if all(any(each.startswith(word) for each in found) for word in words):
                    met[value_key(code, " ".join(found))] += 1
        return [key for key, _ in met.most_common(_CANDIDATES)]

    def _written(self, code: str, key: str, within: Node) -> str:
        found = self._index.searcher.search(self._index.query(All((within, Term("value", key)))), 1, count=False).hits
        texts = self._index.hit(found[0][1], full=True).fields.get(code, ()) if found else ()
        return next((text for text in texts if value_key(code, " ".join(french.words(text))) == key), key.partition(":")[2])


class ValueList:
    """The values of a facet, looked up by the beginnings of their words: their words in one long text, so that look-ups run in C."""

    def __init__(self, values: list[str]) -> None:
        self._values = values
        self._starts = array("L")
        lines: list[str] = []
        at = 0
        for value in values:
            line = f" {' '.join(french.words(value))}\n"
            self._starts.append(at)
            at += len(line)
            lines.append(line)
        self._text = "".join(lines)

    def matching(self, words: Iterable[str]) -> list[str]:
        """The values in which each of the words begins a word."""
        longest, *others = sorted({f" {word}" for word in words}, key=len, reverse=True)
        return [self._values[n] for n in self._lines(longest) if all(word in self._line(n) for word in others)]

    def _lines(self, part: str) -> Iterator[int]:
        at = self._text.find(part)
        while at >= 0:
            line = bisect_right(self._starts, at) - 1
            yield line
            at = self._text.find(part, self._end(line))

    def _line(self, line: int) -> str:
        return self._text[self._starts[line] : self._end(line)]

    def _end(self, line: int) -> int:
        return self._starts[line + 1] if line + 1 < len(self._starts) else len(self._text)


def _terms(facet: str, size: int, *, include: Iterable[str] | None = None) -> dict[str, Any]:
    terms: dict[str, Any] = {"field": FACET_FIELDS[facet], "size": max(size, 1), "segment_size": _UNCUT}
    return {"terms": terms if include is None else {**terms, "include": list(filter(speakable, include))}}


def _values(found: dict[str, Any]) -> Values:
    """Most first, then by text: Tantivy's own order too, so that its cut is the right one."""
    return [(str(bucket["key"]), int(bucket["doc_count"])) for bucket in found["buckets"]]


def _facet(name: str, counts: Values, chosen: Sequence[tuple[str, int]]) -> Facet:
    shown = counts[:FACET_VALUES]
    known = {value for value, _ in shown}
    return Facet(name, shown + [pair for pair in chosen if pair[0] not in known], len(counts) > FACET_VALUES)
