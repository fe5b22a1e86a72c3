"""The one writer of a data folder and the snapshots it publishes; re-exports what ``folders`` says about them.

Crash safety, in three rules: the journal says "dirty" before the first change; a release appears by one rename and serves
by another; whatever is dirty at the next open is thrown away for a copy of the release that serves.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar, cast

from pyoxigraph import NamedNode, RdfFormat, Store

from pop_ld.errors import StoreError
from pop_ld.store.agents import names_of, settle_name
from pop_ld.store.changes import Changes, Noting
from pop_ld.store.compaction import compact, stored, volume
from pop_ld.store.contract import Release, ResourceReader, open_reader
from pop_ld.store.counting import Links, adds_up, count, recount, upon_backup
from pop_ld.store.folders import (
    check_name,
    check_own,
    current,
    current_name,
    exclusive,
    next_name,
    prune,
    releases,
    remove_leftovers,
    roll_back,
    swap,
    sync,
    sync_tree,
    write_json,
)
from pop_ld.store.loading import bulk_load
from pop_ld.store.oxigraph import store_errors
from pop_ld.store.recovery import mark_clean, mark_dirty, recover
from pop_ld.store.relink import derived_to, is_notice, relink, unresolved
from pop_ld.store.statistics import Statistics
from pop_ld.store.statistics import load as load_statistics
from pop_ld.store.touched import Touched, linking
from pop_ld.store.walk import node, notice_quads, selected

__all__ = ["Writer", "current", "current_name", "next_name", "prune", "releases", "roll_back"]

_HALF_WAY = "a write failed half-way: open the writer again to start from the current release"

T = TypeVar("T")
Furnish = Callable[[Path, ResourceReader], dict[str, Any]]
Check = Callable[[Release, ResourceReader], None]


def _no_progress(done: int) -> None:
    pass


_LARGE = 100_000_000
"""Bytes of a store from which on it is counted in several processes: a second or two are theirs to start."""


class Writer:
    """The read-write store of ``data``, held by one process at a time; a context manager.

    Entering raises Busy when another writer is at work, and rebuilds a writer that was cut short (see ``recovery``).
    ``rebuilt`` tells whether that happened. Changes are seen by nobody until :meth:`snapshot` publishes them (``changes`` tells which,
    where it is known); leaving without a snapshot throws them away at the next open.
    """

    def __init__(self, data: Path, site: str) -> None:
        self._data = data
        self._site = site
        self._stack = ExitStack()
        self._opened: Store | None = None
        self._dirty = self._broken = False
        self._loaded = 0  # bytes, since all was compacted
        self._names: set[str] = set()
        self.changes = Changes()
        self._touched = Touched(data / "snapshots")
        self.rebuilt = False

    def __enter__(self) -> Writer:
        with ExitStack() as stack:
            stack.enter_context(exclusive(self._data))
            check_own(self._data)
            (self._data / "snapshots").mkdir(exist_ok=True)
            remove_leftovers(self._data)
            with store_errors(self._data):
                self.rebuilt = recover(self._data)
                self._opened = Store(str(self._data / "writer"))
            self._dirty = self._broken = False
            self._names, self.changes = set(), Changes()
            if not current_name(self._data):
                self.changes.forget()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._opened = None  # the engine closes its files when the last reference goes, and must do so before the lock
        self._touched.close()
        self._stack.close()

    def existing(self, things: Iterable[str]) -> set[str]:
        """Which of these thing IRIs are notices of the store: those with a dcterms:identifier (a tombstone has none)."""
        with store_errors(self._data):
            return {thing for thing in things if (start := node(thing)) and is_notice(self._store, start)}

    def remove(self, things: Iterable[str]) -> int:
        """Deletes the triples of each thing, its ``#`` parts and its documents, and those that only mirror its links.

        Returns how many. Shared entities stay, and so does what other notices say of the thing: see :meth:`relink`.
        """
        removed = 0
        with self._change():
            for thing in things:
                self._names |= names_of(self._store, thing)
                quads = {*notice_quads(self._store, self._site, thing), *derived_to(self._store, thing)}
                for quad in quads:
                    self._store.remove(quad)
                self.changes.note(quads)
                self._touched.note(quad for quad in quads if quad.predicate.value in linking())
                removed += len(quads)
        return removed

    def relink(
        self, things: Iterable[str], names: Iterable[str] = (), advance: Callable[[int], None] = _no_progress
    ) -> list[tuple[str, str]]:
        """Makes the links of and to each thing what they should be, once the changes to notices are made.

        ``names`` are the keys of the names that came with them: agents are linked to notices of Autor anew for these, and for
        the names of what was removed.

        Returns (name, kind of Problem) of the references that now lead nowhere or to several notices, those of a dump's own
        list left out. The store then is what it would be if everything had been loaded at once.
        """
        found: list[tuple[str, str]] = []
        with self._change():
            noting = cast(Store, Noting(self._store, self.changes, self._touched))
            for thing in things:
                found += relink(noting, self._site, thing)
                advance(1)
            for name in sorted(self._names.union(names)):
                settle_name(noting, self._site, name)
            self._names.clear()
        return found

    def unresolved(self, name: str) -> str:
        """The kind of Problem that a reference (``relations.link_name``) is, "" where it is resolved or no longer there."""
        with store_errors(self._data):
            return unresolved(self._store, self._site, name)

    def insert(self, ntriples: bytes) -> None:
        """Adds N-Triples to the default graph in one transaction; raises StoreError with the line where they do not parse."""
        refused = None
        with self._change():
            try:
                self._store.load(ntriples, RdfFormat.N_TRIPLES)
                self.changes.note_ntriples(ntriples)
            except SyntaxError as error:
                refused = error  # nothing was written: the writer is whole
        if refused:
            raise StoreError(f"not N-Triples: {refused.msg}", line=refused.lineno or 0) from refused

    def bulk_load(self, files: Sequence[Path], advance: Callable[[int], None] = _no_progress, *, ours: bool = False) -> None:
        """Adds dump files (``.nt``, ``.nt.gz``); ``advance`` gets the bytes of the files read since the last call.

        ``ours`` says that the converter wrote every byte of them: no IRI or language tag is proved anew (an eighth of the cost).
        Raises StoreError with file and line; a part is then loaded, and this writer refuses to publish.
        """
        with self._change():
            bulk_load(lambda content: self._store.bulk_load(content, RdfFormat.N_TRIPLES, lenient=ours), files, advance)
            self._loaded += volume(files)
            for path in files:
                self.changes.note_file(path)

    def replace_graph(self, graph: str, file: Path | None) -> None:
        """Empties the named graph, then loads the N-Triples file into it; None leaves it empty. Raises StoreError with file and line."""
        name = NamedNode(graph)
        with self._change():
            self._store.remove_graph(name)
            if file:
                bulk_load(lambda content: self._store.bulk_load(content, RdfFormat.N_TRIPLES, to_graph=name), [file], _no_progress)

    def count(self) -> int:
        """Triples in the store; reads them all (about 0.4 µs each)."""
        with store_errors(self._data):
            return len(self._store)

    def statistics(self, links: Links, advance: Callable[[int], None] = _no_progress) -> Statistics:
        """Exact counts of the default graph, and the sizes of the named graphs.

        Where less than a third changed since the release that serves, its counts are brought up to date (about 40 µs a change), and
        proved by their sum (``adds_up``); ``changes`` are settled then. Where that differs, or more changed, all is counted (about
        3.5 µs a triple, on every core).
        """
        with store_errors(self._data):
            found = self._recounted(links)
            if found and adds_up(found, self._store):
                advance(found.triples)
                return found
            if stored(self._data / "writer") < _LARGE:
                return count(self._store, links, advance)
            return upon_backup(self._store, self._data / "snapshots" / ".counting.tmp", links, advance)

    def _recounted(self, links: Links) -> Statistics | None:
        release = current(self._data) if current_name(self._data) else None
        former, changes = load_statistics(release.path) if release else None, self.changes.quads
        if not release or not former or changes is None or former.links_key != links.key or 3 * len(changes) > former.triples:
            return None
        before = Store.read_only(str(release.path / "store"))
        return recount(former, before, self._store, *self.changes.settle(before, self._store), links)

    def select(self, query: str) -> Iterator[tuple[str, str, str]]:
        """(this, path, value) of each solution of one of the project's own queries, as texts; "" for what is unbound. Streams."""
        with store_errors(self._data):
            yield from selected(self._store, query)

    def apply(self, work: Callable[[Store], None], *, of_default_graph: bool = True) -> None:
        """Runs one transaction of the engine; where it raises, nothing was written. ``of_default_graph``: not named graphs alone."""
        failure = None
        with self._change():
            try:
                work(self._store)
            except Exception as error:
                failure = error.with_traceback(None)  # its frames would hold the store open
            if of_default_graph:
                self.changes.forget()
                self._touched.all = True
        if failure:
            raise failure

    def read(self, work: Callable[[Store], T]) -> T:
        """What ``work`` reads from the engine's store, as it is now; it must not keep the store. Any thread may call it."""
        with store_errors(self._data):
            return work(self._store)

    def touched(self) -> Iterator[str]:
        """IRIs of subjects that linking, or an update, made other than in the release that serves; some come several times."""
        if current_name(self._data):
            with store_errors(self._data):
                yield from self._touched.subjects(Store.read_only(str(current(self._data).path / "store")), self._store)

    def compact(self) -> None:
        """Writes everything out, so that the next snapshot reads fast, and compacts where much was loaded; the content stays the same."""
        with store_errors(self._data):
            compact(self._store, self._data / "writer", self._loaded)
        self._loaded = 0

    def snapshot(self, name: str, manifest: dict[str, Any], furnish: Furnish, check: Check) -> Release:
        """Publishes the store as release ``name``: backup, ``furnish``, manifest, ``check``, rename, swap of ``current``.

        ``furnish(folder, reader)`` adds files beside ``store/`` and returns additions to the manifest; ``check`` raises
        CheckFailed to refuse. Whatever fails before the swap leaves the former release serving and nothing behind.
        """
        if self._broken:
            raise StoreError(_HALF_WAY)
        check_name(self._data, name)
        folder = self._data / "snapshots" / f".{name}.tmp"
        try:
            self._build(name, folder, manifest, furnish, check)
            sync_tree(folder)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        folder.rename(folder.with_name(name))
        sync(folder.parent)
        swap(self._data, name)
        mark_clean(self._data, name)
        self._dirty, self.changes = False, Changes()
        self._touched.close()
        return current(self._data)

    def _build(self, name: str, folder: Path, manifest: dict[str, Any], furnish: Furnish, check: Check) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        with store_errors(folder):
            self._store.flush()
            self._store.backup(str(folder / "store"))
        manifest = {"release": name, "site": self._site, **manifest}
        reader = open_reader(Release(name, folder, manifest))
        manifest.update(furnish(folder, reader))
        self.changes.save(folder)
        write_json(folder / "manifest.json", manifest)
        check(Release(name, folder, manifest), reader)

    @contextmanager
    def _change(self) -> Iterator[None]:
        """Around a change: the journal first, and a change that does not come to its end (Ctrl-C too) bars publishing."""
        _ = self._store  # open?
        if self._broken:
            raise StoreError(_HALF_WAY)
        if not self._dirty:
            mark_dirty(self._data)
            self._dirty = True
        self._broken = True
        with store_errors(self._data):
            yield
        self._broken = False

    @property
    def _store(self) -> Store:
        """The engine's store; nobody keeps it in a variable, for the frames of an exception would hold it open."""
        if self._opened is None:
            raise StoreError("this writer is closed")
        return self._opened
