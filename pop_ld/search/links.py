"""What points at what: the links of notices as terms of the index, and the look-ups that count and page through them.

A notice has, for each thing that it points at, the term ``thing``, and ``thing property`` for each property by which it does: so "all
works of a person" is one posting list, whose length is the count, whatever its size.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import tantivy
from tantivy import Order, Query

from pop_ld.search import words as french
from pop_ld.search.contract import LINKED_DEEPEST, Hit, Linked
from pop_ld.search.nodes import speakable
from pop_ld.search.schema import FACET_FIELDS

_UNDATED = "-"
"""The century of notices without a date."""
_LAST = (1 << 20) - 1
_REMEMBERED = 2_000


class Counts(NamedTuple):
    """What of a list does not change with its page."""

    total: int
    relations: list[tuple[str, int]]
    bases: list[tuple[str, int]]
    centuries: list[tuple[str, int]]


# Written ---------------------------------------------------------------------------------------------------------------


def add_fields(builder: tantivy.SchemaBuilder) -> None:
    """The fields of links in an index."""
    builder.add_text_field("link", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("located", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("century", tokenizer_name="raw", index_option="basic", fast=True)


def fields(document: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of links of one search document."""
    links = [link.partition(" ") for link in document.get("links", ())]
    ref, year = french.number(document["ref"]), document.get("year", "")
    found: dict[str, Any] = {
        "link": [*dict.fromkeys([thing for _, _, thing in links]), *[f"{thing} {relation}" for relation, _, thing in links]],
        "century": century_of(int(year)) if year else _UNDATED,
        "by_ref": sorted_as(ref[:12].ljust(12, "0")),
        "by_date": dated(year, ref),
    }
    return {**found, "located": "1"} if document.get("point") else found


def dated(year: str, ref: str, *, down: bool = False) -> int:
    """A number that sorts by year, earliest first or, ``down``, latest first, undated last, then by the end of the REF's letters."""
    place = min(max(int(year) + 500_000, 0), _LAST - 1) if year else _LAST
    return ((_LAST - 1 - place if down and year else place) << 42) + sorted_as(ref[-8:].rjust(8, "0"))


def century_of(year: int) -> str:
    """Astronomical year -> century: 1501 to 1600 -> "16", 0 (1 BC) to -99 -> "-1"."""
    return str((year - 1) // 100 + 1 if year > 0 else -(-year // 100 + 1))


def sorted_as(letters: str) -> int:
    """A number that sorts as ASCII letters and digits do; other letters come first."""
    return int(letters if letters.isascii() else "".join(c if c.isascii() else "0" for c in letters), 36)


# Read ------------------------------------------------------------------------------------------------------------------


class LinkReader:
    """The look-ups of one index, open for reading."""

    def __init__(self, searcher: tantivy.Searcher, schema: tantivy.Schema) -> None:
        self._searcher = searcher
        self._schema = schema
        self._counts: Callable[[str, str, str, str, bool], Counts] = lru_cache(_REMEMBERED)(self._count)

    @cached_property
    def _deleted(self) -> bool:
        """Whether posting lists still hold notices that a later release took out: their lengths count too many then."""
        bases = self._facet(Query.all_query(), FACET_FIELDS["base"])
        return sum(self._searcher.doc_freq(FACET_FIELDS["base"], slug) for slug, _ in bases) != self._searcher.num_docs

    def linked(
        self, hit: Callable[[tantivy.DocAddress], Hit], iri: str, filters: tuple[str, str, str, bool], offset: int, limit: int, order: str
    ) -> Linked:
        """One page; ``filters`` are relation, base, century and whether only notices with a point on the map count."""
        if not iri or not all(map(speakable, (iri, *filters[:3]))) or not self._searcher.doc_freq("link", iri):
            return Linked(0, [], [], [], [])
        counts = self._counts(iri, *filters)
        offset = min(max(offset, 0), LINKED_DEEPEST)
        limit = min(max(limit, 0), LINKED_DEEPEST - offset, max(counts.total - offset, 0))
        addresses = self._page(iri, filters, counts, offset, limit, order) if limit else []
        return Linked(counts.total, list(map(hit, addresses)), list(counts.relations), list(counts.bases), list(counts.centuries))

    def _page(
        self, iri: str, filters: tuple[str, str, str, bool], counts: Counts, offset: int, limit: int, order: str
    ) -> list[tantivy.DocAddress]:
        relation, base, century, located = filters
        if order == "date":
            return self._sorted(self._query(iri, *filters), "by_date", offset, limit)
        found: list[tantivy.DocAddress] = []
        for slug, count in sorted(counts.bases):  # base by base: the order of their slugs, which no number of a notice could hold
            if base in ("", slug):
                wanted = min(limit - len(found), count - offset)
                if wanted > 0:
                    found += self._sorted(self._query(iri, relation, slug, century, located), "by_ref", offset, wanted)
                offset = max(offset - count, 0)
        return found

    def _sorted(self, query: Query, field: str, offset: int, limit: int) -> list[tantivy.DocAddress]:
        found = self._searcher.search(query, limit, count=False, order_by_field=field, offset=offset, order=Order.Asc)
        return [address for _, address in found.hits]

    def _count(self, iri: str, relation: str, base: str, century: str, located: bool) -> Counts:
        bases = self._facet(self._query(iri, relation, "", century, located), FACET_FIELDS["base"])
        centuries = self._facet(self._query(iri, relation, base, "", located), "century")
        known = dict(bases)
        total = known.get(base, 0) if base else sum(known.values())
        return Counts(total, self._relations(iri, base, century, located), bases, centuries)

    def _relations(self, iri: str, base: str, century: str, located: bool) -> list[tuple[str, int]]:
        """How many notices point at the thing by each property. Without a filter the lengths of posting lists say it."""
        narrowed = base or century or located or self._deleted
        within = self._query(iri, "", base, century, located) if narrowed else None
        found = self._searcher.terms_with_prefix("link", iri + " ", filter_query=within)
        counts = [(term[len(iri) + 1 :], count) for term, count in found if count]
        return sorted(counts, key=lambda count: (-count[1], count[0]))

    def _query(self, iri: str, relation: str, base: str, century: str, located: bool) -> Query:
        term = f"{iri} {relation}" if relation else iri
        pairs = [("link", term), (FACET_FIELDS["base"], base), ("century", century), ("located", "1" if located else "")]
        queries = [Query.term_query(self._schema, field, value, "basic") for field, value in pairs if value]
        return queries[0] if len(queries) == 1 else Query.boolean_query([(tantivy.Occur.Must, query) for query in queries])

    def _facet(self, query: Query, field: str) -> list[tuple[str, int]]:
        found = self._searcher.aggregate(query, {field: {"terms": {"field": field, "size": 1000}}})
        counts = [(str(bucket["key"]), int(bucket["doc_count"])) for bucket in found[field]["buckets"]]
        return sorted(counts, key=lambda count: (-count[1], count[0]))
