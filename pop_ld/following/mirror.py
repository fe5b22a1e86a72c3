"""One round of following: what is missing is brought and verified, ``current`` is swapped, and what the source has pruned goes.

Whatever fails before the swap leaves the former release serving; what was fetched stays in a hidden folder, and the next round goes on
from there. Nothing is deleted unless the source names a release that serves, and this machine serves it too.
"""

from __future__ import annotations

import json
import shutil
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from pop_ld import harvesting, search, store
from pop_ld.errors import PopError, StoreError
from pop_ld.feed.batches import FOLDER, LIST
from pop_ld.following.checksums import Checksums
from pop_ld.following.fetching import Fetching, disk_error
from pop_ld.following.parts import FEED, KINDS, SNAPSHOTS, THESAURI, File, Part, State
from pop_ld.following.placing import link, make_durable, place, remove_others
from pop_ld.following.sources import Source
from pop_ld.progress import stage
from pop_ld.store.folders import swap, write_json

PLACES = 4
"""Files fetched at once."""
_SPARE = 64 << 20
"""Bytes of the disk that are left free."""
_FETCHING = ".fetching"


@dataclass(slots=True)
class Brought:
    """What a round did: ``fetched`` and ``linked`` count files, ``bytes`` those fetched; ``parts`` and ``pruned`` are keys."""

    release: str = ""
    switched: bool = False
    parts: list[str] = field(default_factory=list)
    pruned: list[str] = field(default_factory=list)
    fetched: int = 0
    linked: int = 0
    bytes: int = 0


class Mirror:
    """The data folder ``data`` after ``source``; ``stamps`` is what it has of which state (key -> stamp), and ``save`` keeps it."""

    def __init__(
        self,
        data: Path,
        source: Source,
        stamps: dict[str, str],
        save: Callable[[], None],
        without: Sequence[str] = (),
        *,
        quiet: bool = False,
    ) -> None:
        self._data = data
        self._source = source
        self._stamps = stamps
        self._save = save
        self._kinds = [kind for kind in KINDS if kind not in without]
        self._quiet = quiet
        self._checksums = Checksums(data)

    def close(self) -> None:
        self._checksums.close()

    def round(self) -> Brought:
        """Brings the folder to what the source has now. Raises StoreError, after which the folder serves what it served."""
        state = self._source.state()
        first, later = self._ordered(state)
        done = Brought(state.release)
        try:
            self._announce(state.at, only_first=True)
            self._bring_all(first, done)
            self._switch(state, done)
            self._bring_all(later, done)
            self._list_feed(state)
            self._prune([*first, *later], done)
            self._announce(state.at)
        except OSError as error:
            raise disk_error(error, self._data) from error
        return done

    def _ordered(self, state: State) -> tuple[list[Part], list[Part]]:
        """The parts that are wanted: those that the current release needs, its folder last, and those that may come after the switch."""
        if not any((part.kind, part.name) == (SNAPSHOTS, state.release) for part in state.parts):
            raise StoreError("the source serves no release: nothing is changed here")
        parts = [part for part in state.parts if part.kind in self._kinds]
        first = [part for part in parts if part.kind == THESAURI or (part.kind != FEED and part.name == state.release)]
        later = [part for part in parts if part not in first]
        return sorted(first, key=lambda part: part.kind == SNAPSHOTS), sorted(later, key=lambda part: (FEED, *KINDS).index(part.kind))

    # A part ------------------------------------------------------------------------------------------------------------

    def _bring_all(self, parts: Sequence[Part], done: Brought) -> None:
        for part in parts:
            if self._stamps.get(part.key) != part.stamp or not part.folder(self._data).is_dir():
                self._bring(part, done)

    def _bring(self, part: Part, done: Brought) -> None:
        """A part, whole and verified, in its place."""
        files = self._source.files(part)
        work = self._data / part.kind / f".{part.name}.partial"
        work.mkdir(parents=True, exist_ok=True)
        (work / _FETCHING).mkdir(exist_ok=True)
        missing = self._have(files, work, done)
        self._fetch(part, missing, work, done)
        twins = self._have(files, work, done)  # the same content under a second name
        if twins:
            raise StoreError(f"{len(twins)} files of {part.key} do not stay on the disk", file=str(work))
        shutil.rmtree(work / _FETCHING)
        remove_others(work, {file.path for file in files})
        make_durable(work, len(files))
        self._checksums.note((work / file.path, file.sha256) for file in files)
        place(part, self._data, work, files)
        self._stamps[part.key] = part.stamp
        self._save()
        done.parts.append(part.key)

    def _have(self, files: Sequence[File], work: Path, done: Brought) -> list[File]:
        """Lays into ``work`` what this machine has by its checksum under any name; returns the rest."""
        missing, donors = [], None
        for file in files:
            target = work / file.path
            if target.is_file() and target.stat().st_size == file.bytes and self._checksums.of(target) == file.sha256:
                continue
            target.unlink(missing_ok=True)
            donors = donors if donors is not None else self._by_size()
            donor = next((path for path in donors[file.bytes] if path.is_file() and self._checksums.of(path) == file.sha256), None)
            if donor is None:
                missing.append(file)
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            link(donor, target, file)
            done.linked += 1
        return missing

    def _by_size(self) -> dict[int, list[Path]]:
        """The files of all parts that are here, whole or not, by their size."""
        found: dict[int, list[Path]] = defaultdict(list)
        for kind in KINDS:
            for path in (self._data / kind).rglob("*"):
                if path.parent.name != _FETCHING and path.is_file() and not path.is_symlink():
                    found[path.stat().st_size].append(path)
        return found

    def _fetch(self, part: Part, missing: Sequence[File], work: Path, done: Brought) -> None:
        once = {file.sha256: file for file in missing}
        total = sum(file.bytes for file in once.values())
        begun = sum(path.stat().st_size for path in (work / _FETCHING).iterdir())
        if total - begun + _SPARE > (free := shutil.disk_usage(self._data).free):
            raise StoreError(f"{part.key} wants {total - begun:,} bytes, the disk has {free:,}: nothing is changed", file=str(self._data))
        with stage(f"fetch {part.key}", "bytes", total, quiet=self._quiet or not once) as bar:
            fetching = Fetching(self._source, part, work / _FETCHING, self._checksums, bar.advance)
            with ThreadPoolExecutor(PLACES) as pool:
                tasks = [pool.submit(fetching.fetch, file, work / file.path) for file in once.values()]
                try:
                    for task in tasks:
                        task.result()
                except BaseException:
                    pool.shutdown(wait=True, cancel_futures=True)
                    raise
        done.fetched += len(once)
        done.bytes += total

    # What is served ----------------------------------------------------------------------------------------------------

    def _switch(self, state: State, done: Brought) -> None:
        """Lets the source's current release serve, once it is here and opens."""
        if store.current_name(self._data) == state.release:
            return
        release = next((release for release in store.releases(self._data) if release.name == state.release), None)
        if release is None or release.manifest.get("release") != state.release:
            raise StoreError(f"what the source gave as {state.release} is no release of that name")
        try:
            reader = store.open_reader(release)
            known = [example["iri"] for example in release.manifest.get("examples", ())]
            if known and not reader.contains(known[0]):
                raise StoreError(f"release {state.release} does not hold its own example")
            search.open_search(release.path / "search")
        except PopError as error:
            raise StoreError(
                f"release {state.release} cannot be opened here, and is not served: {error.message}", file=error.file
            ) from error
        swap(self._data, state.release)
        done.switched = True

    def _list_feed(self, state: State) -> None:
        if FEED not in self._kinds or not state.feed:
            return
        file = self._data / FOLDER / LIST
        file.parent.mkdir(exist_ok=True)
        if _json(file) != state.feed:
            write_json(file, state.feed)

    def _prune(self, parts: Sequence[Part], done: Brought) -> None:
        """Deletes what the source has no more, and what is left of rounds that were cut."""
        kept = {part.key for part in parts}
        for kind in (kind for kind in KINDS if kind != THESAURI and (self._data / kind).is_dir()):
            for folder in sorted((self._data / kind).iterdir()):
                if not folder.is_dir() or folder.is_symlink():
                    continue
                if folder.name.startswith("."):
                    shutil.rmtree(folder)
                elif f"{kind}/{folder.name}" not in kept:
                    doomed = folder.with_name(f".{folder.name}.tmp")
                    folder.rename(doomed)
                    shutil.rmtree(doomed)
                    done.pruned.append(f"{kind}/{folder.name}")
        if not any(key.startswith(f"{THESAURI}/") for key in kept):
            shutil.rmtree(self._data / THESAURI, ignore_errors=True)
        if FEED not in self._kinds:
            (self._data / FOLDER / LIST).unlink(missing_ok=True)
        if gone := self._stamps.keys() - kept:
            for key in gone:
                del self._stamps[key]
            self._save()
        if done.parts:
            self._checksums.forget_old()

    def _announce(self, at: str, *, only_first: bool = False) -> None:
        """Tells the readers up to when this folder knows of all changes, so that harvesters ask again from there (OAI-PMH §2.5)."""
        if only_first and harvesting.announced(self._data):
            return
        fresh = self._data / f".{harvesting.PENDING}.tmp"
        fresh.write_text(at, encoding="ascii")
        fresh.replace(self._data / harvesting.PENDING)


def _json(file: Path) -> object:
    """What a file of JSON holds, None where it holds none."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
