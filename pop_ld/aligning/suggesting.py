"""Candidates for links, found in the release that serves and put into the book for an operator to decide."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

from pop_ld import alignment, search, store
from pop_ld.aligning import duplicates as pairs
from pop_ld.aligning import items
from pop_ld.alignment.suggestion import DUPLICATE
from pop_ld.config import Settings
from pop_ld.dump import fresh
from pop_ld.progress import stage
from pop_ld.reconciliation import things
from pop_ld.reconciliation.service import Reconciler


def suggest(
    files: Sequence[Path], data: Path, settings: Settings, *, duplicates: bool = True, fields: Sequence[str] = (), quiet: bool = False
) -> dict[str, int]:
    """Looks for duplicates, and for what the items of ``files`` may be; returns how many of each kind wait for a decision then.

    Duplicates take the place of those found before; decided pairs never come again. Raises ReadError, StoreError without a release.
    """
    release = store.current(data)
    index = search.open_search(release.path / "search", settings, release.manifest.get("search_index", ""))
    links = alignment.open_links(release.path / alignment.FILE)
    site, day = str(release.manifest["site"]), datetime.now(UTC).date().isoformat()
    book = alignment.Book(data / alignment.FILE)
    try:
        if duplicates:
            bases = [base for base in pairs.SERIES if base in release.manifest["bases"]]
            total = sum(int(release.manifest["bases"][base]) for base in bases)
            work = fresh(data / ".aligning")
            with stage("duplicates", "notices", total, quiet=quiet) as bar:
                found = chain.from_iterable(pairs.duplicates(index, base, work, day, bar.advance) for base in bases)
                book.suggest(found, afresh=DUPLICATE)
            work.rmdir()
        if files:
            reconciler = Reconciler(site, index, links, things.open_things(release.path / things.FOLDER))
            with stage("items", "items", quiet=quiet) as bar:
                for file in files:
                    book.suggest(items.suggestions(file, reconciler, links, day, bar.advance, fields))
        return dict(book.suggested())
    finally:
        book.close()
