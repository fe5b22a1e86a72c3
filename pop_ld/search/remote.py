"""Questions in, notices out, from the index of a release in a cluster, and from the embedded one what a cluster is not asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pop_ld.config import Settings
from pop_ld.search.contract import DEEPEST, Clusters, Facet, Found, Hit, Linked, Results, SearchReader, Timeline
from pop_ld.search.nodes import Node
from pop_ld.search.plan import asks_words, plan
from pop_ld.search.question import Question
from pop_ld.search.remote_counts import Counts, clusters, timeline
from pop_ld.search.remote_open import OpenIndex, cursor, hit, read_cursor, shown

_PAGE = 1_000


class RemoteSearch:
    """A release's index in a cluster (contract.SearchReader).

    What pages, lists of links, SPARQL and references need (``search``, ``hits``, ``linked``, ``values_of``, ``every_value``) the embedded
    index answers, so that they go on without the cluster, and the same with it.
    """

    def __init__(self, settings: Settings, name: str, embedded: SearchReader) -> None:
        self.index = OpenIndex(settings, name)
        self.embedded = embedded
        self._counts = Counts(self.index)

    def answers(self, seconds: float) -> bool:
        """Whether the cluster answers in time; see :func:`pop_ld.search.cluster_answers`."""
        return self.index.answers(seconds)

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
        limit, offset = min(max(limit, 0), _PAGE), min(max(offset, 0), DEEPEST)
        body = self.index.ordered(plan(question), "ref" if question.order == "relevance" and not asks_words(question) else question.order)
        key = read_cursor(after, body["sort"])
        wanted = limit + 1 if limit else 0
        if key and offset:  # engines skip only from the beginning
            skipped = self.index.ask({**body, "size": offset, "search_after": key, "_source": False})["hits"]["hits"]
            key, offset = (list(skipped[-1]["sort"]) if skipped else key), 0
            wanted = wanted if skipped else 0
        start = {"search_after": key} if key else {"from": offset}
        asked = {"size": wanted, "_source": shown(full), "track_total_hits": True, "aggs": self._counts.aggregations(question, facets)}
        answer = self.index.ask({**body, **start, **asked})
        rows = answer["hits"]["hits"]
        counted = {name: self._counts.facet(question, name, answer["aggregations"]) for name in facets}
        total = int(answer["hits"]["total"]["value"])
        return Found(total, list(map(hit, rows[:limit])), counted, cursor(rows[limit - 1]) if limit and len(rows) > limit else "")

    def values(self, question: Question, facet: str, *, like: str = "", offset: int = 0, limit: int = 100) -> Facet:
        """See :class:`pop_ld.search.contract.SearchReader`."""
        return self._counts.values(question, facet, like, offset, limit)

    def clusters(self, question: Question, zoom: int, *, singles: int = 200) -> Clusters:
        """See :class:`pop_ld.search.contract.SearchReader`."""
        return clusters(self.index, question, zoom, singles)

    def timeline(self, question: Question, step: int) -> Timeline:
        """See :class:`pop_ld.search.contract.SearchReader`."""
        return timeline(self.index, question, step)

    def scan(self, question: Question, *, full: bool = False) -> Iterator[Hit]:
        """See :class:`pop_ld.search.contract.SearchReader`."""
        return self.index.scan(plan(question), "ref" if question.order == "relevance" else question.order, _PAGE, full=full)

    def every_value(self, facet: str) -> list[tuple[str, int]]:
        """See :class:`pop_ld.search.contract.SearchReader`."""
        return self.embedded.every_value(facet)

    def values_of(self, code: str, like: str, *, base: str = "", limit: int = 10) -> list[tuple[str, int]]:
        """See :class:`pop_ld.search.contract.SearchReader`."""
        return self.embedded.values_of(code, like, base=base, limit=limit)

    def search(self, words: str, *, base: str = "", offset: int = 0, limit: int = 25) -> Results:
        """See :class:`pop_ld.search.contract.SearchReader`."""
        return self.embedded.search(words, base=base, offset=offset, limit=limit)

    def hits(self, words: str, limit: int) -> list[tuple[str, float]]:
        """See :class:`pop_ld.search.contract.SearchReader`."""
        return self.embedded.hits(words, limit)

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
        return self.embedded.linked(
            iri, relation=relation, base=base, century=century, offset=offset, limit=limit, order=order, located=located
        )

    def best(self, node: Node, limit: int) -> list[Hit]:
        """See :class:`pop_ld.search.contract.SearchReader`."""
        return self.embedded.best(node, limit)

    def frequency(self, field: str, text: str) -> int:
        """See :class:`pop_ld.search.contract.SearchReader`."""
        return self.embedded.frequency(field, text)

    def things(self, prefix: str, most: int) -> list[tuple[str, int]] | None:
        """See :class:`pop_ld.search.contract.SearchReader`."""
        return self.embedded.things(prefix, most)
