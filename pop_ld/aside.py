"""What of a release is made of its dump and the release before alone: it is built beside the work on the store, on another core."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pop_ld import dump as dumps
from pop_ld import feed, lanes, linking, quality, search
from pop_ld.batches import in_batches
from pop_ld.processes import SMALL, jobs_for, no_collector
from pop_ld.progress import stage
from pop_ld.search import lexicon
from pop_ld.search.lexicon_builder import build_lexicon
from pop_ld.search.lexicon_update import MOST_TOUCHED, bring_lexicon

log = logging.getLogger(__name__)

LEDGER = "ledger"
"""Folder of the ledger of quality, and name of the moment when it is made."""
_TOGETHER = 500
"""Documents that are told of at once."""


@dataclass(frozen=True, slots=True)
class AsideTask:
    """What to build, in ``folder``, which is empty: upon ``before``, a release's folder, from a dump, without what was ``removed``."""

    folder: Path
    site: str
    dump: Path | None
    before: Path | None
    removed: tuple[str, ...] = ()
    feed: FirstOfFeed | None = None
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class FirstOfFeed:
    """The batch of the change feed that a first release makes: ``name`` and ``created`` are the release's."""

    data: Path
    site: str
    name: str
    created: str


def build(task: AsideTask) -> Path | None:
    """Builds the ledger of quality as far as the dump tells it, the index, the lexicon, and the first batch of the feed.

    Gives the folder of the latter, None where it is made from the store.
    """
    with no_collector():
        begin_ledger(task)
        lanes.reached(LEDGER)
        return _build_rest(task)


def _build_rest(task: AsideTask) -> Path | None:
    _build_search(task)
    if not task.dump or not task.feed or not feed.is_empty(task.feed.data):
        return None
    asked, jobs = task.feed, jobs_for(dumps.triple_files(task.dump))  # by then the first lane is over, or nearly
    try:
        with stage("feed", "versions", quiet=task.quiet) as bar:
            return feed.prepare_first(task.dump, asked.data, asked.site, asked.name, asked.created, jobs, bar.advance)
    except feed.Unordered as error:
        log.warning("the feed is made from the store, which takes several times as long: %s", error)
        return None


def begin_ledger(task: AsideTask) -> None:
    with stage("ledger", "ledgers", 1, quiet=task.quiet) as bar:
        folder = task.folder / LEDGER
        folder.mkdir(exist_ok=True)
        quality.begin(folder, task.before, task.dump, task.removed, task.site)
        bar.advance()


def documents(dump: Path | None) -> Iterable[dict[str, Any]]:
    """The search documents of a dump as they are indexed: with their quality, and with the links that were chosen between bases."""
    return linking.with_chosen(quality.documents(dump), dump) if dump else ()


def _build_search(task: AsideTask) -> None:
    before, touched = task.before, list(task.removed)
    with stage("index", "notices", quiet=task.quiet) as bar:
        passing = _noted(documents(task.dump), touched, bar.advance)
        notices = search.build(task.folder / "search", passing, before=before / "search" if before else None, removed=task.removed)
    index = search.open_embedded(task.folder / "search")
    with stage("lexicon", "suggestions", quiet=task.quiet) as bar:
        folder = task.folder / lexicon.FOLDER
        if before:
            former = search.open_embedded(before / "search")
            bar.advance(bring_lexicon(folder, index, before / lexicon.FOLDER, former, touched, notices))
        else:
            bar.advance(build_lexicon(folder, index))


def _noted(documents: Iterable[dict[str, Any]], touched: list[str], advance: Callable[[int], None]) -> Iterator[dict[str, Any]]:
    """The documents, whose IRIs are noted as they pass, unless they are too many to matter."""
    for batch in in_batches(documents, _TOGETHER):
        if len(touched) <= MOST_TOUCHED:
            touched += [document["iri"] for document in batch]
        yield from batch
        advance(len(batch))


class Aside:
    """What is being built; :meth:`into` waits for it."""

    def __init__(self, task: AsideTask, lane: lanes.Lane[Path | None] | None = None) -> None:
        self._task, self._lane = task, lane
        self._batch: Path | None = None

    def ledger(self, folder: Path) -> None:
        """Puts the ledger that was begun into another folder; waits for it."""
        if self._lane:
            self._lane.wait_for(LEDGER)
        else:
            begin_ledger(self._task)
        for made in (self._task.folder / LEDGER).iterdir():
            made.rename(folder / made.name)
        (self._task.folder / LEDGER).rmdir()

    def into(self, folder: Path) -> Path | None:
        """Puts what was built into the folder of the release, once; gives that of the feed's batch. Raises what building raised."""
        if not self._task.folder.is_dir():
            return self._batch
        self._batch = self._lane.result() if self._lane else _build_rest(self._task)
        for made in self._task.folder.iterdir():
            made.rename(folder / made.name)
        self._task.folder.rmdir()
        return self._batch


@contextmanager
def begun(
    data: Path, site: str, dump: Path, before: Path | None, first_of_feed: FirstOfFeed | None, *, quiet: bool = False
) -> Iterator[Aside]:
    """Begins to build upon a dump; the writer's lock is held. What is too little for a process of its own is built when it is asked for."""
    task = AsideTask(_folder(data), site, dump, before, feed=first_of_feed, quiet=quiet)
    if sum(file.stat().st_size for file in dumps.triple_files(dump)) > SMALL:
        with lanes.beside(build, task, quiet=quiet) as lane:
            yield Aside(task, lane)
    else:
        yield Aside(task)


def of_no_dump(data: Path, site: str, before: Path | None, removed: Sequence[str], *, quiet: bool = False) -> Aside:
    """The same of a release that brings no notices: little, and built when it is asked for."""
    return Aside(AsideTask(_folder(data), site, None, before, tuple(removed), quiet=quiet))


def _folder(data: Path) -> Path:
    return dumps.fresh(data / "snapshots" / ".aside.tmp")
