"""Questions in, notices out, from an open Tantivy index (contract.SearchReader)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import tantivy

from pop_ld.search import links, tantivy_map
from pop_ld.search.contract import DEEPEST, Clusters, Facet, Found, Hit, Linked, Results, Timeline
from pop_ld.search.nodes import AnyTerm, Node, speakable
from pop_ld.search.plan import asks_words, plan
from pop_ld.search.question import Question
from pop_ld.search.tantivy_counts import Counts
from pop_ld.search.tantivy_index import OpenIndex, faults
from pop_ld.search.tantivy_pages import Pages, read_rank
from pop_ld.search.tantivy_query import Renderer

_PAGE = 1_000
_ALL = 100_000
"""Notices that are found at once where all are read: three million in some thirty looks."""


class TantivySearch:
    """A release's index, open for reading (contract.SearchReader)."""

    def __init__(self, searcher: tantivy.Searcher, schema: tantivy.Schema) -> None:
        self.index = OpenIndex(searcher, schema)
        self.links = links.LinkReader(searcher, schema)
        self._pages = Pages(self.index)
        self._counts = Counts(self.index)
        self._rendered = Renderer(searcher, schema)  # what is asked once is not remembered

    def find(
        self,
        question: Question,
        *,
        facets: Sequence[str] = (),
        limit: int = 25,
        after: str = "",
        offset: int = 0,
        full: bool = False,
    ) -> Found:
        """See :class:`pop_ld.search.contract.SearchReader`."""
        with self.index.answering():
            limit, offset = min(max(limit, 0), _PAGE), min(max(offset, 0), DEEPEST)
            order, node = _order(question), plan(question)

            def count() -> tuple[int, dict[str, Facet]]:
                return self._counts.facets(question, node, facets)

            if order == "relevance":
                start = read_rank(after) + offset
                if start <= DEEPEST and limit:
                    (total, counted), ranked = self.index.both(count, lambda: self._pages.ranked(node, start, limit + 1))
                else:  # a cursor may claim any number, and the engine makes room for so many
                    total, counted = count()
                    ranked = self._pages.ranked(node, start, min(limit + 1, max(total - start, 0)))
                ending = f"0.{start + limit}" if limit and len(ranked) > limit else ""
                hits = [self.index.hit(address, score, full) for score, address in ranked[:limit]]
            else:
                total, counted = count()
                addresses, ending = self._pages.sorted(node, order, after, offset, limit) if total else ([], "")
                hits = [self.index.hit(address, full=full) for address in addresses]
            return Found(total, hits, counted, ending)

    def values(self, question: Question, facet: str, *, like: str = "", offset: int = 0, limit: int = 100) -> Facet:
        """See :class:`pop_ld.search.contract.SearchReader`."""
        with self.index.answering():
            return self._counts.values(question, facet, like, offset, limit)

    def every_value(self, facet: str) -> list[tuple[str, int]]:
        """See :class:`pop_ld.search.contract.SearchReader`."""
        with self.index.answering():
            return self._counts.every_value(facet)

    def values_of(self, code: str, like: str, *, base: str = "", limit: int = 10) -> list[tuple[str, int]]:
        """See :class:`pop_ld.search.contract.SearchReader`."""
        with self.index.answering():
            return self._counts.values_of(code, like, base, limit)

    def clusters(self, question: Question, zoom: int, *, singles: int = 200) -> Clusters:
        """See :class:`pop_ld.search.contract.SearchReader`."""
        with self.index.answering():
            return tantivy_map.clusters(self.index, self._pages, question, zoom, singles)

    def timeline(self, question: Question, step: int) -> Timeline:
        """See :class:`pop_ld.search.contract.SearchReader`."""
        with self.index.answering():
            return tantivy_map.timeline(self.index, question, step)

    def scan(self, question: Question, *, full: bool = False) -> Iterator[Hit]:
        """See :class:`pop_ld.search.contract.SearchReader`."""
        return self._pages.scan(plan(question), "ref" if question.order == "relevance" else question.order, full)

    def search(self, words: str, *, base: str = "", offset: int = 0, limit: int = 25) -> Results:
        """See :class:`pop_ld.search.contract.SearchReader`."""
        offset = min(max(offset, 0), DEEPEST)
        limit = min(max(limit, 0), DEEPEST - offset, _PAGE)
        question = Question(words).choosing("base", [base] if base else [])
        found = self.find(question, facets=("base",), limit=limit, offset=offset)
        return Results(found.total, found.hits, {"base": [value for value in found.facets["base"].values if value[1]]})

    def linked(
        self,
        iri: str,
        *,
        relation: str = "",
        base: str = "",
        century: str = "",
        offset: int = 0,
        limit: int = 25,
        order: str = "ref",
        located: bool = False,
    ) -> Linked:
        """See :class:`pop_ld.search.contract.SearchReader`."""
        with self.index.answering():
            return self.links.linked(self.index.hit, iri, (relation, base, century, located), offset, limit, order)

    def hits(self, words: str, limit: int) -> list[tuple[str, float]]:
        """See :class:`pop_ld.search.contract.SearchReader`."""
        with self.index.answering():
            question = Question(words)
            limit = min(limit, DEEPEST)
            if limit <= 0 or not asks_words(question):
                return []
            node = plan(question)
            return [(self.index.hit(address).iri, score) for score, address in self._pages.ranked(node, 0, limit)]

    def best(self, node: Node, limit: int) -> list[Hit]:
        """See :class:`pop_ld.search.contract.SearchReader`."""
        with self.index.answering():
            found = self.index.searcher.search(self._rendered(node), min(max(limit, 1), _PAGE), count=False).hits
            return [self.index.hit(address, score, full=True) for score, address in found]

    def frequency(self, field: str, text: str) -> int:
        """See :class:`pop_ld.search.contract.SearchReader`."""
        return self.index.searcher.doc_freq(field, text) if speakable(text) else 0

    def things(self, prefix: str, most: int) -> list[tuple[str, int]] | None:
        """See :class:`pop_ld.search.contract.SearchReader`."""
        with self.index.answering():
            found = self.index.searcher.terms_with_prefix("link", prefix, limit=most + 1)
            return None if len(found) > most else [(term, count) for term, count in found if " " not in term]

    def titles(self) -> Iterator[str]:
        """The title of every notice, as they lie in the index: whatever its size, they are read from one end to the other."""
        everything, start = tantivy.Query.all_query(), 0
        while True:
            with self.index.answering():
                found = self.index.searcher.search(everything, _ALL, count=False, offset=start).hits
            for _, address in found:
                with faults():
                    title = self.index.hit(address).title
                yield title
            start += len(found)
            if len(found) < _ALL:
                return

    def tell(self, names: Sequence[str], facets: Sequence[str]) -> tuple[list[str], dict[str, list[tuple[str, int]]]]:
        """The titles of the notices of some IRIs, and the values of the facets named with how many of these notices have each."""
        with self.index.answering():
            node = AnyTerm("iri", tuple(names))
            found = self.index.searcher.search(self._rendered(node), max(len(names), 1), count=False).hits
            return [self.index.hit(address).title for _, address in found], self._counts.tell(node, facets)


def _order(question: Question) -> str:
    return "ref" if question.order == "relevance" and not asks_words(question) else question.order
