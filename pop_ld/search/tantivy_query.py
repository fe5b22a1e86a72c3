"""Query tree in, Tantivy query out."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from posixpath import commonprefix
from typing import Any as AnyValue

import tantivy
from tantivy import FieldType, Occur, Query

from pop_ld.search import nodes
from pop_ld.search.nodes import LONGEST_FUZZY, speakable
from pop_ld.search.schema import INTEGERS

_ANYTHING = "(?s:.*)"
"""Any letters, line ends too."""
_LAST = (1 << 63) - 1
_LONGEST_PATTERN = 240
"""Bytes of text in a pattern: Tantivy's automata have 1,000 states, and a letter takes up to four."""
_EXPANDED = 16_000
"""Terms that one open phrase may end in: Tantivy refuses more than 16,384."""
_LONGEST_WILDCARD, _MOST_STARS = 60, 4
"""Letters and stars of a pattern that an automaton is made for; it costs tenths of a second near its limit."""
_CUT = 8
"""Letters of a bound that an automaton tells; the terms that begin with them are looked at one by one."""


class Renderer:
    """Renders the nodes for one index. Text that no term can be (half of a surrogate pair, too long) matches nothing."""

    def __init__(self, searcher: tantivy.Searcher, schema: tantivy.Schema) -> None:
        self._searcher = searcher
        self._schema = schema
        self._by_kind: dict[type, Callable[[AnyValue], Query]] = {
            nodes.Everything: lambda node: Query.all_query(),
            nodes.Nothing: lambda node: Query.empty_query(),
            nodes.Term: lambda node: self.term(node.field, node.text),
            nodes.AnyTerm: lambda node: self._any_term(node.field, node.texts),
            nodes.Phrase: self._phrase,
            nodes.Prefix: self._prefix,
            nodes.Wildcard: self._wildcard,
            nodes.Fuzzy: self._fuzzy,
            nodes.Between: self._between,
            nodes.Sorted: self._sorted,
            nodes.All: self._all,
            nodes.Any: lambda node: Query.boolean_query([(Occur.Should, self(part)) for part in node.parts]),
            nodes.Best: lambda node: Query.disjunction_max_query([self(part) for part in node.parts]),
            nodes.Weighted: lambda node: Query.boost_query(self(node.node), node.factor),
            nodes.Flat: lambda node: Query.const_score_query(self(node.node), node.score),
        }

    def __call__(self, node: nodes.Node) -> Query:
        return self._by_kind[type(node)](node)

    def term(self, field: str, text: str) -> Query:
        return Query.term_query(self._schema, field, text) if speakable(text) else Query.empty_query()

    def _any_term(self, field: str, texts: Iterable[str]) -> Query:
        return Query.term_set_query(self._schema, field, list(filter(speakable, texts)))

    def _phrase(self, node: nodes.Phrase) -> Query:
        *words, last = node.words
        if not all(map(speakable, node.words)):
            return Query.empty_query()
        if not words:
            return self._prefix(nodes.Prefix(node.field, last)) if node.open else self.term(node.field, last)
        if not node.open:
            return Query.phrase_query(self._schema, node.field, list(node.words))
        if any(len(word.encode()) > _LONGEST_PATTERN for word in node.words):  # beginnings as long as that have few ends
            return Query.phrase_prefix_query(self._schema, node.field, list(node.words))
        before: list[str | tuple[int, str]] = list(map(_escaped, words))
        ends = list(self._ends(node.field, last))
        phrases = [Query.regex_phrase_query(self._schema, node.field, [*before, end]) for end in ends]
        return phrases[0] if len(phrases) == 1 else Query.boolean_query([(Occur.Should, phrase) for phrase in phrases])

    def _ends(self, field: str, start: str) -> Iterator[str]:
        """Patterns that together match all terms with a beginning, none of them more than Tantivy expands."""
        if len(self._searcher.terms_with_prefix(field, start, limit=_EXPANDED + 1)) <= _EXPANDED:
            yield _escaped(start) + _ANYTHING
            return
        terms = (term for term, _ in self._searcher.terms_with_prefix(field, start))
        for letters, _ in groupby(terms, key=lambda term: term[: len(start) + 1]):
            if letters == start:
                yield _escaped(start)
            else:
                yield from self._ends(field, letters)

    def _prefix(self, node: nodes.Prefix) -> Query:
        if not speakable(node.text):
            return Query.empty_query()
        if len(node.text.encode()) > _LONGEST_PATTERN:
            return self._any_term(node.field, (term for term, _ in self._searcher.terms_with_prefix(node.field, node.text)))
        return self._pattern(node.field, _escaped(node.text) + _ANYTHING)

    def _wildcard(self, node: nodes.Wildcard) -> Query:
        if not speakable(node.pattern):
            return Query.empty_query()
        first, *pieces = node.pattern.split("*")
        if len(node.pattern) <= _LONGEST_WILDCARD and len(pieces) <= _MOST_STARS:
            return self._pattern(node.field, _ANYTHING.join(map(_escaped, (first, *pieces))))
        terms = (term for term, _ in self._searcher.terms_with_prefix(node.field, first))
        return self._any_term(node.field, (term for term in terms if like(term, first, pieces)))

    def _pattern(self, field: str, pattern: str) -> Query:
        return Query.const_score_query(Query.regex_query(self._schema, field, pattern), 1.0)

    def _fuzzy(self, node: nodes.Fuzzy) -> Query:
        if len(node.text) > LONGEST_FUZZY or not speakable(node.text):
            return self.term(node.field, node.text)
        return Query.fuzzy_term_query(self._schema, node.field, node.text, min(max(node.distance, 0), 2))

    def _between(self, node: nodes.Between) -> Query:
        low, high = node.low, node.high
        if low is None and high is None:
            return Query.exists_query(node.field)
        if any(bound is not None and math.isnan(bound) for bound in (low, high)):
            return Query.empty_query()
        if node.field not in INTEGERS:
            return Query.range_query(
                self._schema,
                node.field,
                FieldType.Float,
                None if low is None else float(low),
                None if high is None else float(high),
            )
        least, most = _whole(low, math.ceil), _whole(high, math.floor)
        if least is not None and most is not None and least > most:
            return Query.empty_query()
        return Query.range_query(self._schema, node.field, FieldType.Integer, least, most)

    def _sorted(self, node: nodes.Sorted) -> Query:
        if not all(speakable(text) for text in (node.prefix, node.low or "", node.high or "")):
            return Query.empty_query()
        queries = [self._pattern(node.field, _escaped(node.prefix) + way) for way in _pattern_between(node)]
        for start in {bound[:_CUT] for bound in (node.low, node.high) if bound and len(bound) > _CUT}:
            terms = (term for term, _ in self._searcher.terms_with_prefix(node.field, node.prefix + start))
            queries.append(self._any_term(node.field, (term for term in terms if inside(node, term[len(node.prefix) :]))))
        return Query.boolean_query([(Occur.Should, query) for query in queries])

    def _all(self, node: nodes.All) -> Query:
        clauses = [(Occur.Must, self(part)) for part in node.parts]
        clauses += [(Occur.Should, self(part)) for part in node.prefer]
        clauses += [(Occur.MustNot, self(part)) for part in node.without]
        return Query.boolean_query(clauses)


def _whole(bound: float | None, rounded: Callable[[float], int]) -> int | None:
    """A bound of whole numbers, within 64 bits."""
    if bound is None:
        return None
    return min(max(bound if isinstance(bound, int) else rounded(min(max(bound, -9e18), 9e18)), -_LAST - 1), _LAST)


def _escaped(text: str) -> str:
    """A text as a regular expression that matches it alone, in the syntax of Tantivy's automaton."""
    return "".join(c if c.isalnum() else f"\\x{{{ord(c):x}}}" for c in text)


def like(text: str, first: str, pieces: Sequence[str]) -> bool:
    """Whether a text is ``first``, then the pieces in order, the last at its end, with any letters before each."""
    at = len(first)
    if not text.startswith(first) or not pieces:
        return text == first
    for piece in pieces[:-1]:
        at = text.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    return text.endswith(pieces[-1]) and len(text) - len(pieces[-1]) >= at


def inside(node: nodes.Sorted, text: str) -> bool:
    """Whether a text is within the bounds; Python sorts by code points, which is the order of UTF-8's bytes."""
    if node.low is not None and (text < node.low or (text == node.low and not node.low_included)):
        return False
    return node.high is None or text < node.high or (text == node.high and node.high_included)


def _pattern_between(node: nodes.Sorted) -> list[str]:
    """At most one pattern, of the texts within bounds but for those that begin as a bound too long for an automaton does."""
    low, high = node.low or None, node.high
    ways = list(_ways(low and low[:_CUT], high and high[:_CUT], node)) if low is None or high is None or low <= high else []
    if high != "":
        ways += [""] * inside(node, "")
        return [f"(?:{'|'.join(ways)})"] if ways else []
    return [""] if inside(node, "") else []


def _ways(low: str | None, high: str | None, node: nodes.Sorted) -> Iterator[str]:
    """One alternative for each place at which a text that is not empty may leave a bound."""
    if low is None and high is None:
        yield "(?s:.+)"
        return
    shared = len(commonprefix([low, high])) if low is not None and high is not None else 0
    if low is not None and (high is None or shared < len(low)):
        for at in range(shared, len(low)):
            yield from _letters(low[:at], low[at], high[at] if high and at == shared else None)
        if low == node.low:
            yield _escaped(low) + (_ANYTHING if node.low_included else "(?s:.+)")
    if high is not None:
        for at in range(shared + 1 if low and shared < len(low) else shared, len(high)):
            if at and inside(node, high[:at]):
                yield _escaped(high[:at])
            yield from _letters(high[:at], None, high[at])
        if high == node.high and inside(node, high):
            yield _escaped(high)


def _letters(start: str, above: str | None, below: str | None) -> Iterator[str]:
    """A beginning, a letter strictly between two others, and anything."""
    first, last = ord(above) + 1 if above else 0, ord(below) - 1 if below else 0x10FFFF
    for low, high in ((first, min(last, 0xD7FF)), (max(first, 0xE000), last)):  # without the halves of pairs
        if low <= high:
            yield f"{_escaped(start)}[\\x{{{low:x}}}-\\x{{{high:x}}}]{_ANYTHING}"
