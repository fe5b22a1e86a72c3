"""The embedded search engine: builds a release's index with Tantivy, and opens it.

Words are made in entry.py and stored one by one, so that Tantivy only splits at spaces and a query never meets its parser.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import tantivy

from pop_ld.errors import StoreError
from pop_ld.search import folders, links
from pop_ld.search.entry import entry
from pop_ld.search.schema import BAGS, FACET_FIELDS, INTEGERS, KEYS, REALS, STORED, TEXT_ORDERS, TOKENS
from pop_ld.search.tantivy_reader import TantivySearch

_HEAP = 1_500_000_000
"""Bytes that the one indexing thread holds before it writes a segment: fewer segments answer sooner, and eight of a size are merged beside
the load: all of POP makes six. The second core prepares the words in Python."""
_COLUMN = "column"
"""Tokenizer of texts that only sort: their column holds them whole, and no term is looked up."""


def build(folder: Path, documents: Iterable[dict[str, Any]], *, before: Path | None = None, removed: Collection[str] = ()) -> int:
    """See :func:`pop_ld.search.build`."""
    with _as_store_error(folder):
        folders.start(folder, before)
        schema = _schema()
        index = tantivy.Index(schema, str(folder))
        index.register_tokenizer(
            _COLUMN, tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw()).filter(tantivy.Filter.remove_long(1)).build()
        )
        index.register_fast_field_tokenizer(_COLUMN, tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw()).build())
        writer = index.writer(_HEAP, 1)
        for iri in removed if before else ():
            writer.delete_documents_by_term("iri", iri)
        for document in documents:
            if before:
                writer.delete_documents_by_term("iri", document["iri"])
            writer.add_document(tantivy.Document.from_dict(entry(document), schema))
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
        folders.check(folder)
        for file in folder.resolve().iterdir():
            if file.name not in folders.LOCKS:
                (shown / file.name).symlink_to(file)
        index = tantivy.Index.open(str(shown))
        index.config_reader("manual")
        return TantivySearch(index.searcher(), index.schema)


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for name in STORED:
        builder.add_bytes_field(name, stored=True)
    builder.add_float_field("tie", fast=True)
    for name in KEYS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in FACET_FIELDS.values():
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    for name in TEXT_ORDERS:
        builder.add_text_field(name, tokenizer_name=_COLUMN, index_option="basic", fast=True)
    for name in TOKENS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    for name in BAGS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    for name in INTEGERS:
        builder.add_integer_field(name, fast=True)
    for name in REALS:
        builder.add_float_field(name, fast=True)
    links.add_fields(builder)
    return builder.build()


@contextmanager
def _as_store_error(folder: Path) -> Iterator[None]:
    """Tantivy's own errors are ValueError and OSError; a document without one of its keys is a KeyError, and ours."""
    try:
        yield
    except (OSError, ValueError) as error:
        raise StoreError(f"search index: {error}", file=str(folder)) from error
