"""Makes the batch of a release: what each entity became, compared with what the feed said last of it.

Crash-safe in three steps: the pages are written beside the feed; they take their name with the release, before it serves; they are listed,
and the state brought up to date, once it does (``commit``). What was cut in between is finished or thrown away by the next writer.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from pyoxigraph import Store

from pop_ld import dump as dumps
from pop_ld import store
from pop_ld.feed import batches
from pop_ld.feed.batches import FOLDER, Batch
from pop_ld.feed.pages import Pages
from pop_ld.feed.reading import lines_of, touched, whole
from pop_ld.feed.state import CHANGES, Changed, Known, State, take_in
from pop_ld.feed.versions import Found, write
from pop_ld.processes import in_threads
from pop_ld.store.changes import Changes
from pop_ld.store.folders import sync

Read = Callable[[Callable[[Store], object]], object]
"""Runs something with the store that is being published (``store.Writer.read``)."""
_AT_ONCE = 16
"""Files brought to the disk at once: the system writes its journal once for many (4 s -> 0.6 s for 1,200 pages, measured)."""


def prepare(
    read: Read, data: Path, site: str, name: str, created: str, before: str, changes: Changes, advance: Callable[[int], None]
) -> Path:
    """Writes the batch of release ``name``, which follows release ``before``, into a folder that nobody reads yet, and returns it.

    ``changes`` are those since ``before``; where they are not known, or the feed has come to another release, the whole store is compared
    (about 10 µs a triple). ``advance`` gets the number of versions written.
    """
    recover(data)
    work = fresh(data, name)
    with closing(State(data / FOLDER)) as state:
        known = state.head[1]
        some = changes.quads is not None and known and known == before
        found = _some(read, site, state, changes) if some else _all(read, site, state, work)
        _write(found, work, site, Pages(work, site, name, name, batches.after(data, created)), advance)
    return work


def _write(found: Found, work: Path, site: str, pages: Pages, advance: Callable[[int], None]) -> None:
    changed = Changed(work / CHANGES)
    write(found, site, pages, changed, advance)
    made = pages.close()
    changed.close(made.name, made.release)
    batches.write_about(work, made)


def fresh(data: Path, name: str) -> Path:
    """An empty folder for the batch of that name, which nobody reads."""
    return dumps.fresh(data / FOLDER / f".{name}.tmp")


def catch_up(data: Path, advance: Callable[[int], None] = lambda _: None) -> Batch | None:
    """Brings the feed to the release that serves, after a roll-back; None where it is there, or nothing was fed yet.

    The versions that the roll-back takes back are told as new ones: what was published stays as it is. Raises Busy while a writer works.
    """
    with store.folders.exclusive(data):
        recover(data)
        release = store.current(data)
        with closing(State(data / FOLDER)) as state:
            known = state.head[1]
            if not known or known == release.name:
                return None
            now = datetime.now(UTC)
            name = f"{release.name}-back-{now:%Y%m%dT%H%M%SZ}"
            work = fresh(data, name)
            opened = Store.read_only(str(release.path / "store"))
            site, created = str(release.manifest["site"]), batches.after(data, now.isoformat(timespec="seconds"))
            pages = Pages(work, site, name, release.name, created)
            _write(_all(lambda run: run(opened), site, state, work), work, site, pages, advance)
        place(work)
        return commit(data, name, batches.head(data).days)


def place(work: Path) -> Path:
    """Gives a prepared batch its name, on disk before it: nobody reads it before :func:`commit`."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for _ in pool.map(sync, work.iterdir()):
            pass
    sync(work)
    final = work.with_name(work.name.removeprefix(".").removesuffix(".tmp"))
    shutil.rmtree(final, ignore_errors=True)  # left by a publication that was cut before its swap
    work.rename(final)
    sync(final.parent)
    return final


def commit(data: Path, name: str, days: int) -> Batch:
    """Lists a batch whose release serves, and takes what it changed into the state; batches older than ``days`` go. Safe to repeat."""
    folder = batches.folder_of(data, name)
    made = batches.about(folder)
    if (folder / CHANGES).exists():
        take_in(data / FOLDER, folder / CHANGES, name, made.release)
    before = batches.head(data)
    listed = batches.with_batch(before, made, days)
    batches.write_head(data, listed)
    (folder / CHANGES).unlink(missing_ok=True)
    for old in before.batches:
        if listed.get(old.name) is None:
            shutil.rmtree(batches.folder_of(data, old.name), ignore_errors=True)
    return made


def recover(data: Path) -> None:
    """Finishes the batch of a release that serves, and throws away what was cut before; the caller holds the writers' lock."""
    folder = data / FOLDER
    if not folder.is_dir():
        return
    listed, serving = batches.head(data), store.current_name(data)
    with closing(State(folder)) as state:
        told = state.head[0]  # a batch that was taken in must be listed, whatever serves now: later ones build upon it
    for path in sorted(folder.iterdir()):
        if not path.is_dir() or (listed.get(path.name) and not (path / CHANGES).exists()):
            continue
        if path.name.startswith(".") or (batches.about(path).release != serving and path.name != told):
            shutil.rmtree(path)
        else:
            commit(data, path.name, listed.days)


# What there is ---------------------------------------------------------------------------------------------------------------


def _some(read: Read, site: str, state: State, changes: Changes) -> Found:
    """The entities that changes touch, as they are now; where it is settled which differ, these."""
    quads = changes.quads or ()
    subjects = touched(quads, site)  # of which a changed entity may have some that nothing leads to any more, changed or not
    entities = subjects if changes.settled is None else touched(changes.settled, site)
    known = ((entity, state.get(entity)) for entity in sorted(entities))

    def now(one: tuple[str, Known | None]) -> tuple[str, list[bytes], Known | None]:
        entity, last = one
        also = {*subjects[entity], *(last.strays.split() if last else ())}
        lines: list[bytes] = []
        read(lambda opened: lines.extend(lines_of(opened, site, entity, also)))
        return entity, lines, last

    return in_threads(now, known)


def _all(read: Read, site: str, state: State, work: Path) -> Found:
    """Every entity, and those that are no longer there."""
    folder = work / "buckets"
    folder.mkdir()
    for number, entities in whole(read, folder, site):
        known = state.of_bucket(number)
        for entity, lines in entities.items():
            yield entity, lines, known.pop(entity, None)
        for entity, last in known.items():
            yield entity, [], last
    folder.rmdir()
