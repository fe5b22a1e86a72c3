"""The book's links and suggestions into a release: a named graph a source in the store, and a file that pages and exports read."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

from pop_ld import alignment, iris, resources, store
from pop_ld.alignment import Book, Link, Suggestion
from pop_ld.alignment.links import LinksFile
from pop_ld.batches import in_batches
from pop_ld.dump import sha256
from pop_ld.formats.link_graph import ntriples
from pop_ld.progress import stage
from pop_ld.store.walk import known

_BATCH = 1_000
_SUGGESTIONS = 20_000
"""Suggestions of one kind that a release shows at most, the likeliest."""


def bring(
    writer: store.Writer,
    data: Path,
    site: str,
    manifest: dict[str, Any],
    before: store.Release | None,
    folder: Path,
    *,
    quiet: bool = False,
) -> dict[str, Any]:
    """Writes ``folder/alignment.sqlite3`` and rewrites the named graphs that changed; gives what the manifest says of links.

    A link whose thing is not in the release (a notice that was removed, or never came) is left out of both, counted as ``absent``, and
    stays in the book: a later release may bring its notice.
    """
    held = before.manifest.get("links", {}) if before else {}
    if not (data / alignment.FILE).is_file():
        for graph in held.get("graphs", {}):
            writer.replace_graph(graph, None)
        return {}
    book = Book(data / alignment.FILE)
    try:
        revision = book.revision
        if before and _is_the_same(held, revision, manifest, before):
            os.link(before.path / alignment.FILE, folder / alignment.FILE)
            return dict(held)
        total = sum(count for count, _ in book.sources().values())
        with (
            stage("links", "links", total, quiet=quiet) as bar,
            _Graphs(folder, site) as graphs,
            LinksFile(folder / alignment.FILE) as file,
        ):
            for some in in_batches(book.scan(), _BATCH):
                kept = _kept(writer, site, some)
                file.links(kept)
                graphs.write(kept, len(some) - len(kept))
                bar.advance(len(some))
            for suggested in in_batches(_suggestions(book), _BATCH):
                file.suggestions(_here(writer, site, suggested))
        return {"revision": revision, "absent": graphs.absent, **_replace(writer, site, graphs, held), "sources": graphs.told()}
    finally:
        book.close()


def _is_the_same(held: dict[str, Any], revision: str, manifest: dict[str, Any], before: store.Release) -> bool:
    """Whether the file of the release before still holds: the book has not changed, nor has what there is in the store."""
    changes = manifest.get("changes")
    still = changes is not None and not any(of_base.get("added") or of_base.get("removed") for of_base in changes.values())
    terms = manifest.get("thesauri") == before.manifest.get("thesauri")
    return (
        bool(held) and held["revision"] == revision and not held["absent"] and still and terms and (before.path / alignment.FILE).is_file()
    )


def _kept(writer: store.Writer, site: str, links: Sequence[Link]) -> list[Link]:
    """Those whose thing is there; where the target is of the site too, it must be there as well."""
    wanted = {link.subject for link in links} | {link.target for link in links if link.target.startswith(f"{site}/")}
    found = writer.read(lambda held: known(held, site, wanted))
    return [link for link in links if link.subject in found and (link.target in found or not link.target.startswith(f"{site}/"))]


def _suggestions(book: Book) -> Iterator[Suggestion]:
    for kind in alignment.KINDS:
        for offset in range(0, _SUGGESTIONS, _BATCH):
            some = book.suggestions(kind, offset, _BATCH)
            yield from some
            if len(some) < _BATCH:
                break


def _here(writer: store.Writer, site: str, suggestions: Sequence[Suggestion]) -> list[Suggestion]:
    wanted = {each.subject for each in suggestions} | {each.target for each in suggestions if each.target.startswith(f"{site}/")}
    found = writer.read(lambda held: known(held, site, wanted))
    return [each for each in suggestions if all(iri in found or iri not in wanted for iri in (each.subject, each.target))]


class _Graphs:
    """The N-Triples of each source, counted while they are written."""

    def __init__(self, folder: Path, site: str) -> None:
        self.files: dict[str, Path] = {}
        self.absent = 0
        self._folder, self._site = folder, site
        self._stack = ExitStack()
        self._open: dict[str, IO[str]] = {}
        self._counts: dict[str, Counter[tuple[str, str]]] = {}
        self._dates: dict[str, str] = {}
        self._things: Counter[str] = Counter()
        self._last: dict[str, str] = {}
        spaces = [line["space"] for line in resources.table("linksets.csv")]
        self._spaces = sorted([*spaces, f"{site}/"], key=len, reverse=True)

    def __enter__(self) -> _Graphs:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def write(self, links: Sequence[Link], absent: int) -> None:
        """``absent`` links came beside these and are left out."""
        self.absent += absent
        for link in links:
            source = link.source
            if source not in self._open:
                self.files[source] = self._folder / f"links-{source}.nt"
                self._open[source] = self._stack.enter_context(self.files[source].open("w", encoding="utf-8", newline="\n"))
                self._counts[source] = Counter()
            self._open[source].write(ntriples(self._site, link))
            space = next((space for space in self._spaces if link.target.startswith(space)), "")
            self._counts[source][link.predicate, space] += 1
            self._dates[source] = max(self._dates.get(source, ""), link.date)
            self._things[source] += self._last.get(source) != link.subject
            self._last[source] = link.subject

    def told(self) -> dict[str, dict[str, Any]]:
        """Of each source: ``links``, ``things`` that have some, the latest ``date``, and (predicate, space, count) of its ``linksets``."""
        return {
            source: {
                "links": counts.total(),
                "things": self._things[source],
                "date": self._dates[source],
                "linksets": [[predicate, space, count] for (predicate, space), count in sorted(counts.items())],
            }
            for source, counts in sorted(self._counts.items())
        }


def _replace(writer: store.Writer, site: str, graphs: _Graphs, held: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Rewrites the graphs that differ from those of the release before; gives the checksum of each."""
    wanted = {iris.links_graph(site, source): (file, sha256(file)) for source, file in graphs.files.items()}
    former = held.get("graphs", {})
    for graph in sorted(former.keys() | wanted.keys()):
        file, checksum = wanted.get(graph, (None, ""))
        if former.get(graph, "") != checksum:
            writer.replace_graph(graph, file)
        if file:
            file.unlink()
    return {"graphs": {graph: checksum for graph, (_, checksum) in wanted.items()}}
