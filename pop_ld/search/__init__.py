"""Search documents in, an index folder out (build), and words in, notices out (open_search)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from pop_ld.search.contract import SearchReader


def build(folder: Path, documents: Iterable[dict[str, Any]], *, before: Path | None = None, removed: Collection[str] = ()) -> int:
    """Writes the index of a release into ``folder`` (absent or empty) and returns how many notices it finds.

    ``documents`` are those of :func:`pop_ld.search.document.document`, streamed, one an IRI. With ``before``, the folder of
    the former release, which is only read, its notices are kept except those of ``documents`` and the IRIs ``removed``.
    Raises StoreError.
    """
    from pop_ld.search import tantivy

    return tantivy.build(folder, documents, before=before, removed=removed)


def open_search(folder: Path) -> SearchReader:
    """Opens the index of a release; nothing in ``folder`` is written or locked. Raises StoreError."""
    from pop_ld.search import tantivy

    return tantivy.open_search(folder)
