"""Makes the downloads of the current release: sorts its triples into shards, has each made into parts, and puts these together.

A file appears under its name when it is whole, and the list of them is written after it: whoever interrupts this finds what was
finished, and the next run goes on from there. Same release, same bytes, whatever the number of processes.
"""

from __future__ import annotations

import gzip
import hashlib
import logging
import os
import shutil
import zlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from pop_ld import europeana, store
from pop_ld.bases import get_base
from pop_ld.downloads import lists, shards, spool, table, zips
from pop_ld.downloads.lists import File, folder_of
from pop_ld.errors import UsageError
from pop_ld.formats.download_files import BY_NAME, FORMATS, SHARED, WHOLE
from pop_ld.processes import each
from pop_ld.progress import Progress, stage
from pop_ld.store.contract import Release
from pop_ld.store.folders import exclusive
from pop_ld.store.oxigraph import store_errors

log = logging.getLogger(__name__)
_EDM = ("edm", "edm-rdf")


def available() -> tuple[str, ...]:
    """The formats that this installation can make: all, Parquet only with its extra."""
    return tuple(f.name for f in FORMATS if f.name != "parquet" or table.has_parquet())


def wanted(setting: str) -> tuple[str, ...]:
    """The formats of the setting ``downloads``. Raises UsageError for an unknown one, or one that cannot be made here."""
    names = setting.replace(",", " ").split()
    return () if not names else available() if names == ["all"] else _formats(names)


def make(
    data: Path, formats: Sequence[str] = (), bases: Sequence[str] = (), *, jobs: int = 1, quiet: bool = False, shard: int = spool.SHARD
) -> lists.Listing:
    """The files of the current release in some formats (none: all that are available) of some bases (none: each, shared, and the whole).

    Files that are there already stay. Raises UsageError, Busy where another process makes downloads, StoreError.
    """
    names = _formats(formats)
    release = store.current(data)
    slugs = [get_base(slug).slug for slug in dict.fromkeys(bases)] or list(release.manifest["bases"])
    if missing := [slug for slug in slugs if slug not in release.manifest["bases"]]:
        raise UsageError(f"release {release.name} has no notice of {', '.join(missing)}")
    (data / lists.FOLDER).mkdir(parents=True, exist_ok=True)
    with exclusive(data / lists.FOLDER):
        for leftover in (data / lists.FOLDER).glob(".*"):
            shutil.rmtree(leftover, ignore_errors=True)
        folder_of(data, release.name).mkdir(exist_ok=True)
        for leftover in folder_of(data, release.name).glob(".*.partial"):
            leftover.unlink()
        work = data / lists.FOLDER / f".{release.name}.work"
        try:
            with store_errors(work):  # a full disk is told like any other fault of the store
                _Run(data, release, names, slugs, not bases, work, jobs, quiet, shard).run()
        finally:
            shutil.rmtree(work, ignore_errors=True)
    found = lists.listing(data, release.name)
    assert found is not None
    return found


def _formats(names: Sequence[str]) -> tuple[str, ...]:
    if unknown := [name for name in names if name not in BY_NAME]:
        raise UsageError(f"unknown format {unknown[0]!r}; known: {', '.join(BY_NAME)}")
    if "parquet" in names and not table.has_parquet():
        raise UsageError("Parquet needs pyarrow: pip install 'pop_ld[parquet]'")
    return tuple(name for name in BY_NAME if name in (names or available()))


@dataclass
class _Run:
    data: Path
    release: Release
    formats: tuple[str, ...]
    bases: list[str]
    all: bool
    work: Path
    jobs: int
    quiet: bool
    shard: int

    def run(self) -> None:
        """Everything that is asked for and not there yet."""
        known = self._finished()
        self._files = dict(known)
        tiers = bool(set(_EDM) & set(self.formats)) and self.all and not (self._folder / europeana.FILE).is_file()
        if tiers:  # the ledger is of every base, so each base's records are made once more
            self._files = {key: file for key, file in self._files.items() if file.format not in _EDM}
        wanted = {base: self._missing(base, tiers) for base in (*self.bases, *([SHARED] if self.all else []))}
        wanted = {base: names for base, names in wanted.items() if names}
        if wanted:
            tasks = self._sorted_out(wanted)
            self._make(tasks, wanted, tiers)
        if self.all:
            self._whole()
        if self._files != known or not lists.listing(self.data, self.release.name):
            self._save()

    def _save(self) -> None:
        lists.save(self.data, self.release.name, str(self.release.manifest["created"]), self._files.values())

    @property
    def _folder(self) -> Path:
        return folder_of(self.data, self.release.name)

    def _finished(self) -> dict[tuple[str, str], File]:
        """What an earlier run made, and is still there as it was listed."""
        known = lists.listing(self.data, self.release.name)
        found = [f for f in (known.files if known else ()) if _size(self._folder / f.name) == f.bytes]
        return {(file.base, file.format): file for file in found}

    def _missing(self, base: str, tiers: bool) -> tuple[str, ...]:
        names = [name for name in self.formats if (base, name) not in self._files and (base != SHARED or BY_NAME[name].shared)]
        if tiers and base != SHARED and not set(_EDM) & set(names):
            names.append(next(name for name in _EDM if name in self.formats))
        return tuple(names)

    def _sorted_out(self, wanted: dict[str, tuple[str, ...]]) -> list[shards.Task]:
        with stage("sort out", "triples", self.release.manifest.get("triples"), quiet=self.quiet) as bar:
            found = spool.spool(self.release, wanted, self.work / "spool", bar.advance, shard=self.shard)
        parts = self.work / "parts"
        parts.mkdir()
        return [shards.Task(self.release, each_, wanted[each_.base], parts) for each_ in found]

    def _make(self, tasks: Sequence[shards.Task], wanted: dict[str, tuple[str, ...]], tiers: bool) -> None:
        total = sum(self.release.manifest["bases"].get(base, 0) for base in wanted)
        with ExitStack() as stack:
            ledger = stack.enter_context(europeana.TierWriter(self._folder / europeana.FILE)) if tiers else None
            bar = stack.enter_context(stage("write", "notices", total, quiet=self.quiet))
            made = each(shards.make_parts, tasks, self.jobs)
            for base, of_base in groupby(made, key=lambda one: one.task.shard.base):
                self._finish(base, wanted[base], [self._noted(one, ledger, bar) for one in of_base])
        for base in wanted.keys() - {task.shard.base for task in tasks}:
            log.warning("nothing of %s", base)

    def _noted(self, made: shards.Made, ledger: europeana.TierWriter | None, bar: Progress) -> shards.Made:
        base = made.task.shard.base
        for ref, producer, delivery in made.deliveries if ledger else ():
            assert ledger is not None
            ledger.add(base, ref, producer, delivery)
        bar.advance(made.notices if base != SHARED else 0)
        made.task.shard.file.unlink()
        return shards.Made(made.task, made.things, made.notices, made.delivered)

    def _finish(self, base: str, formats: Sequence[str], made: Sequence[shards.Made]) -> None:
        """The files of a base, each put together from the parts of its shards and listed."""
        counts = {"csv": "notices", "parquet": "notices", "edm": "delivered", "edm-rdf": "delivered"}
        for name in formats:
            parts = [shards.part(one.task.folder, base, one.task.shard.number, name) for one in made]
            records = sum(getattr(one, counts.get(name, "things")) for one in made)
            self._put(base, name, records, lambda write, out, parts=parts, name=name: _join(base, name, parts, write, out))  # type: ignore[misc]
            for part in parts:
                part.unlink()
                if name == "edm":
                    part.with_suffix(".edm-list").unlink()

    def _whole(self) -> None:
        """The files of all bases, from those of each."""
        names = [name for name in self.formats if BY_NAME[name].whole and (WHOLE, name) not in self._files]
        with stage("put together", "files", len(names), quiet=self.quiet) as bar:
            for name in names:
                order = (*self.bases, SHARED) if BY_NAME[name].shared else self.bases
                parts = [self._files[base, name] for base in order if (base, name) in self._files]
                paths = [self._folder / file.name for file in parts]
                self._put(WHOLE, name, sum(f.records for f in parts), lambda write, out, p=paths, n=name: _join_bases(n, p, write, out))  # type: ignore[misc]
                bar.advance(1)

    def _put(self, base: str, name: str, records: int, fill: Callable[[Callable[[bytes], object], Path], None]) -> None:
        """A file under its name, whole, then in the list. ``fill`` writes it, or makes the file itself where that is not possible."""
        file = self._folder / BY_NAME[name].file(base, self.release.name)
        partial = file.with_name(f".{file.name}.partial")
        with partial.open("wb") as out:
            fill(out.write, partial)
        with partial.open("rb+") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
            os.fsync(content.fileno())
        size = partial.stat().st_size
        partial.replace(file)
        self._files[base, name] = File(file.name, name, base, size, digest, records)
        self._save()


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1


def _join(base: str, name: str, parts: Sequence[Path], write: Callable[[bytes], object], out: Path) -> None:
    if name == "parquet":
        table.join_parquet(parts, out, base)
    elif name == "edm":
        zips.join([zips.part(path, path.with_suffix(".edm-list")) for path in parts], write)
    else:
        head, end = shards.document_ends() if name == "edm-rdf" else (b"", b"")
        write(gzip.compress(head, mtime=0) if head else b"")
        _copy(parts, write)
        write(gzip.compress(end, mtime=0) if end else b"")


def _join_bases(name: str, files: Sequence[Path], write: Callable[[bytes], object], out: Path) -> None:
    if name == "parquet":
        table.join_parquet(files, out, "")
    elif name == "edm":
        zips.join([zips.written(path) for path in files], write)
    elif name == "csv":
        packer = zlib.compressobj(shards.LEVEL, zlib.DEFLATED, 31)
        table.csv_of_all(files, lambda lines: write(packer.compress(lines)))
        write(packer.flush())
    else:
        _copy(files, write)


def _copy(files: Iterable[Path], write: Callable[[bytes], object]) -> None:
    for file in files:
        with file.open("rb") as content:
            while block := content.read(1 << 20):
                write(block)
