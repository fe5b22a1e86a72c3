"""The embedded search engine: builds a release's index with Tantivy and answers from it.

Words are made in words.py and stored one by one, so that Tantivy only splits at spaces and a query never meets its parser.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Any
from zlib import crc32

import tantivy
from tantivy import Occur, Query

from pop_ld.errors import StoreError
from pop_ld.search import folders, links
from pop_ld.search import words as french
from pop_ld.search.contract import DEEPEST, Hit, Linked, Results

_HEAP = 96_000_000
"""Bytes that the one indexing thread holds before it writes a segment; the second core prepares the words in Python."""
_ANY, _ANY_TITLE = "stem", "title_stem"
_EXACT, _TITLE, _NAMES, _SUBJECT = "word", "title", "names", "subject"
_BOOSTS = ((_EXACT, 1.0), (_TITLE, 2.5), (_NAMES, 2.0), (_SUBJECT, 1.0))
_REF_SCORE, _NUMBER_SCORE, _PART_SCORE = 100_000.0, 10_000.0, 50.0
"""The first two above any sum of word scores (a word gives less than 100), so that a REF comes first, then inventory numbers."""
_SPREAD = 1 / 256
"""How far the tie breaker may move a score: log2(2 + 1/256) is 0.3 % above 1, less than one word of difference."""
_SPARE = 16


def build(folder: Path, documents: Iterable[dict[str, Any]], *, before: Path | None = None, removed: Collection[str] = ()) -> int:
    """See :func:`pop_ld.search.build`."""
    with _as_store_error(folder):
        folders.start(folder, before)
        schema = _schema()
        index = tantivy.Index(schema, str(folder))
        writer = index.writer(_HEAP, 1)
        for iri in removed if before else ():
            writer.delete_documents_by_term("iri", iri)
        for document in documents:
            if before:
                writer.delete_documents_by_term("iri", document["iri"])
            writer.add_document(tantivy.Document.from_dict(_entry(document), schema))
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        count = index.searcher().num_docs
    for lock in folders.LOCKS:
        (folder / lock).unlink(missing_ok=True)
    return count


def open_search(folder: Path) -> TantivySearch:
    """See :func:`pop_ld.search.open_search`.

    Tantivy takes a lock beside the files it opens, even to read; so it is shown links to them in a folder of its own,
    which may go at once: the files stay mapped.
    """
    with _as_store_error(folder), folders.passing() as shown:
        layout = folders.check(folder)
        for file in folder.resolve().iterdir():
            if file.name not in folders.LOCKS:
                (shown / file.name).symlink_to(file)
        index = tantivy.Index.open(str(shown))
        index.config_reader("manual")
        return TantivySearch(index.searcher(), index.schema, layout == folders.LAYOUT)


class TantivySearch:
    """A release's index, open for reading (contract.SearchReader)."""

    def __init__(self, searcher: tantivy.Searcher, schema: tantivy.Schema, knows_links: bool) -> None:
        self._searcher = searcher
        self._schema = schema
        self._lists: dict[str, list[tantivy.DocAddress]] = {}
        self._links = links.LinkReader(searcher, schema) if knows_links else None

    def search(self, words: str, *, base: str = "", offset: int = 0, limit: int = 25) -> Results:
        """See :class:`pop_ld.search.contract.SearchReader`."""
        offset = min(max(offset, 0), DEEPEST)
        limit = min(max(limit, 0), DEEPEST - offset)
        asked = french.read_query(words)
        query = self._query(asked)
        facet = self._bases(query) if asked.order else self._everything
        counts = dict(facet)
        total = counts.get(base, 0) if base else sum(counts.values())
        if base and total:
            query = _boolean((Occur.Must, query), (Occur.Must, Query.const_score_query(self._term("base", base), 0.0)))
        hits: list[Hit] = []
        if limit and offset < total:
            hits = self._ranked(query, offset, limit) if asked.order else self._listed(query, base, offset, limit)
        return Results(total, hits, {"base": list(facet)})

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
        """See :class:`pop_ld.search.contract.SearchReader`; an index of before there were links knows none."""
        if self._links is None:
            return Linked(0, [], [], [], [])
        return self._links.linked(lambda found: self._hit(1.0, found), iri, (relation, base, century, located), offset, limit, order)

    def hits(self, words: str, limit: int) -> list[tuple[str, float]]:
        """See :class:`pop_ld.search.contract.SearchReader`."""
        asked = french.read_query(words)
        limit = min(limit, DEEPEST)
        return [(hit.iri, hit.score) for hit in self._ranked(self._query(asked), 0, limit)] if asked.order and limit > 0 else []

    @cached_property
    def _everything(self) -> list[tuple[str, int]]:
        return self._bases(Query.all_query())

    def _bases(self, query: Query) -> list[tuple[str, int]]:
        found = self._searcher.aggregate(query, {"base": {"terms": {"field": "base", "size": 1000}}})
        counts = [(bucket["key"], int(bucket["doc_count"])) for bucket in found["base"]["buckets"]]
        return sorted(counts, key=lambda count: (-count[1], count[0]))

    def _listed(self, query: Query, base: str, offset: int, limit: int) -> list[Hit]:
        """By base and ref. Tantivy looks each key up to sort texts (0.1 ms), so what was listed once is kept: nothing changes here."""
        end = offset + limit
        known = self._lists.get(base, [])
        if len(known) < end:
            found = self._searcher.search(query, min(2 * end, DEEPEST), count=False, order_by_field="sort", order=tantivy.Order.Asc)
            known = self._lists[base] = [address for _, address in found.hits]
        return [self._hit(1.0, address) for address in known[offset:end]]

    def _ranked(self, query: Query, offset: int, limit: int) -> list[Hit]:
        """Best first, and one order whatever the segments: the tie breaker parts most equal scores, base and ref the rest."""
        end, wanted = offset + limit, offset + limit + _SPARE
        while True:
            found = self._searcher.search(query, wanted, count=False, weight_by_field="tie").hits
            if len(found) < wanted or found[-1][0] < found[end - 1][0] or wanted > 2 * DEEPEST:
                break
            wanted *= 2
        hits: list[Hit] = []
        start = 0
        for score, group in groupby(found, key=lambda hit: hit[0]):
            run = [address for _, address in group]
            if start < end and start + len(run) > offset:
                equal = sorted((self._hit(score, address) for address in run), key=lambda hit: (hit.base, hit.ref))
                hits += equal[max(0, offset - start) : end - start]
            start += len(run)
        return hits

    def _hit(self, score: float, address: tantivy.DocAddress) -> Hit:
        stored = self._searcher.doc(address).get_first("hit")
        assert stored is not None
        iri, base, ref, title, summary, image, *point = json.loads(stored)
        return Hit(iri, base, ref, title, summary, image, score, *point)

    def _query(self, asked: french.Asked) -> Query:
        if not asked.order:
            return Query.all_query()
        clauses = [clause for part in asked.parts for clause in self._part(*part)]
        clauses += [clause for phrase in asked.phrases for clause in self._phrase(phrase)]
        if len(asked.order) > 1:
            clauses.append((Occur.Should, Query.boost_query(self._in_order(_TITLE, asked.order), 2.0)))
        query = Query.boolean_query(clauses)
        if not asked.whole:
            return query
        return _boolean(
            (Occur.Should, query),
            (Occur.Should, Query.const_score_query(self._term("ref", asked.whole), _REF_SCORE)),
            (Occur.Should, Query.const_score_query(self._term("number", asked.whole), _NUMBER_SCORE)),
        )

    def _part(self, part: tuple[str, ...], number: str) -> list[tuple[Occur, Query]]:
        clauses = [clause for word in part for clause in self._word(word)]
        if not number:
            return clauses
        known = Query.const_score_query(self._term("number", number), _PART_SCORE)
        return [(Occur.Must, _boolean((Occur.Should, Query.boolean_query(clauses)), (Occur.Should, known)))]

    def _word(self, word: str) -> list[tuple[Occur, Query]]:
        stem = french.stems([word])[0]
        return [
            (Occur.Must, self._term(_ANY, stem)),
            (Occur.Should, Query.boost_query(self._term(_ANY_TITLE, stem), 2.0)),
            *((Occur.Should, Query.boost_query(self._term(field, word), boost)) for field, boost in _BOOSTS),
        ]

    def _phrase(self, phrase: tuple[str, ...]) -> list[tuple[Occur, Query]]:
        return [
            (Occur.Must, self._in_order(_EXACT, phrase)),
            (Occur.Should, Query.boost_query(self._in_order(_TITLE, phrase), 2.5)),
        ]

    def _in_order(self, field: str, words: tuple[str, ...]) -> Query:
        return self._term(field, words[0]) if len(words) == 1 else Query.phrase_query(self._schema, field, list(words))

    def _term(self, field: str, value: str) -> Query:
        return Query.term_query(self._schema, field, value)


def _boolean(*clauses: tuple[Occur, Query]) -> Query:
    return Query.boolean_query(clauses)


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_bytes_field("hit", stored=True)
    builder.add_float_field("tie", fast=True)
    builder.add_text_field("iri", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("ref", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("number", tokenizer_name="raw", index_option="basic")
    for name in ("base", "sort"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    for name in (_EXACT, _TITLE):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    for name in (_ANY, _ANY_TITLE, _NAMES, _SUBJECT):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    links.add_fields(builder)
    return builder.build()


def _entry(document: dict[str, Any]) -> dict[str, Any]:
    """What Tantivy keeps of a search document; several values of a field are told apart by a gap that no phrase crosses."""
    title = french.words(document["title"])
    names = [french.words(text) for text in document["names"]]
    subject = [french.words(text) for text in (*document["terms"], *document["places"])]
    numbers = [document["ref"], *document["numbers"]]
    everything = [title, *names, *subject, *map(french.words, numbers), french.words(document["text"])]
    shown = [document[key] for key in ("iri", "base", "ref", "title", "summary", "image")]
    shown += [document["point"]] if document.get("point") else []
    return {
        "hit": json.dumps(shown).encode("ascii"),
        "tie": crc32(document["iri"].encode()) / 2**32 * _SPREAD,
        "iri": document["iri"],
        "base": document["base"],
        "sort": f"{document['base']}\x01{document['ref']}",
        "ref": french.number(document["ref"]),
        "number": list(filter(None, map(french.number, numbers))),
        _TITLE: " ".join(title),
        _ANY_TITLE: " ".join(french.stems(title)),
        _NAMES: " ".join(word for name in names for word in name),
        _SUBJECT: " ".join(word for text in subject for word in text),
        _EXACT: [" ".join(found) for found in everything if found],
        _ANY: " ".join(french.stems([word for found in everything for word in found])),
        **links.fields(document),
    }


@contextmanager
def _as_store_error(folder: Path) -> Iterator[None]:
    """Tantivy's own errors are ValueError and OSError; a document without one of its keys is a KeyError, and ours."""
    try:
        yield
    except (OSError, ValueError) as error:
        raise StoreError(f"search index: {error}", file=str(folder)) from error
