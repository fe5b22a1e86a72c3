"""Search documents in, an index folder out (build), and words in, notices out (open_search)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pop_ld.config import Settings
from pop_ld.search.contract import SearchReader

if TYPE_CHECKING:
    from pop_ld.search.tantivy_reader import TantivySearch


def build(folder: Path, documents: Iterable[dict[str, Any]], *, before: Path | None = None, removed: Collection[str] = ()) -> int:
    """Writes the index of a release into ``folder`` (absent or empty) and returns how many notices it finds.

    ``documents`` are those of :func:`pop_ld.search.document.document`, streamed, one an IRI. With ``before``, the folder of
    the former release, which is only read, its notices are kept except those of ``documents`` and the IRIs ``removed``.
    Raises StoreError.
    """
    from pop_ld.search import tantivy

    return tantivy.build(folder, documents, before=before, removed=removed)


def open_search(folder: Path, settings: Settings | None = None, cluster_index: str = "") -> SearchReader:
    """Opens the index of a release; nothing in ``folder`` is written or locked. Raises StoreError.

    With ``cluster_index``, the release's index in the cluster of ``settings.search_url``, questions go there; a cluster that does not
    answer is no fault here, for pages do not need it.
    """
    from pop_ld.search import tantivy

    embedded = tantivy.open_search(folder)
    if settings is None or not settings.search_url or not cluster_index:
        return embedded
    from pop_ld.search.remote import RemoteSearch

    return RemoteSearch(settings, cluster_index, embedded)


def open_embedded(folder: Path) -> TantivySearch:
    """The index of a release itself, for what is built of it. Raises StoreError."""
    from pop_ld.search import tantivy

    return tantivy.open_search(folder)


def cluster_answers(reader: SearchReader, seconds: float) -> bool | None:
    """Whether the cluster of an open index answers within ``seconds``; None for an index without a cluster."""
    asked = getattr(reader, "answers", None)
    return None if asked is None else bool(asked(seconds))


def build_in_cluster(
    settings: Settings,
    release: str,
    documents: Iterable[dict[str, Any]],
    *,
    before: str = "",
    removed: Collection[str] = (),
    advance: Callable[[int], None] = lambda done: None,
) -> tuple[str, int]:
    """The same as :func:`build` in the cluster of ``settings.search_url``, beside the indices of other releases.

    ``before`` is the index there of the former release, "" or one that is no longer there to begin from nothing. Returns the name of the
    index and how many notices it has. Raises StoreError, SearchUnavailable.
    """
    from pop_ld.search import remote_build

    return remote_build.build(settings, release, documents, before=before, removed=removed, advance=advance)


def serve_in_cluster(settings: Settings, index: str) -> None:
    """Points the cluster's alias at the index of the release that serves; nothing to do without a cluster. Raises SearchUnavailable."""
    if settings.search_url and index:
        from pop_ld.search import remote_index

        remote_index.serve(settings, index)


def prune_cluster(settings: Settings, releases: Collection[str]) -> list[str]:
    """Removes the indices of this site's releases but for those named, and returns their names. Raises SearchUnavailable."""
    if not settings.search_url:
        return []
    from pop_ld.search import remote_index

    return remote_index.prune(settings, releases)
