"""The ledger of a release's records, written while it is published: from what the dump brings, what linking touched, what was removed."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pop_ld import alignment, harvest, lanes, store
from pop_ld import dump as dumps
from pop_ld.bases import load_bases
from pop_ld.databases import address
from pop_ld.errors import CheckFailed
from pop_ld.harvest import FILE, Notice
from pop_ld.processes import jobs_for
from pop_ld.producers import service_of
from pop_ld.progress import stage
from pop_ld.search.contract import SearchReader
from pop_ld.search.question import Question

PENDING = "harvest.pending"
"""File of a data folder that says since when (the moment of its records) a release is in the making."""
_LINKS = "SELECT subject, predicate, target, source FROM"
_DIFFERENT = f"({_LINKS} {{0}}.links EXCEPT {_LINKS} {{1}}.links)"


@contextmanager
def begun(
    folder: Path,
    writer: store.Writer,
    manifest: dict[str, Any],
    before: store.Release | None,
    index: Callable[[], SearchReader],
    *,
    dump: Path | None,
    removed: Sequence[str],
    undone: Sequence[store.Release] = (),
    quiet: bool = False,
) -> Iterator[Callable[[], dict[str, int]]]:
    """Writes the ledger into a release's folder; what it gives tells how many records ``changed`` and were ``removed``.

    That of a large first release needs the dump alone and is written beside the body: what is asked for waits for it.

    Upon a release of before this work, which has no ledger, every notice counts as changed now, for nothing tells when it was. ``undone``
    are later releases that were rolled back: what they changed has changed again. ``index`` opens the index of the release: it is asked for
    where there is such a release alone, for it is built beside. Raises CheckFailed where the ledger then holds other
    notices than the release.
    """
    former = before.path / FILE if before else None
    index_of = index() if former and not former.is_file() else None
    touched = _touched(writer, folder, before)
    later = [release.path / FILE for release in undone]
    task = _Task(folder / FILE, former, manifest["site"], manifest["created"], dump, tuple(removed), tuple(later), quiet)
    if before or not dump or jobs_for(dumps.triple_files(dump)) == 1:
        count = _build(task, touched, index_of)
        yield lambda: _told(count, manifest)
    else:
        with lanes.beside(_build, task, tuple(touched), quiet=quiet) as lane:
            yield lambda: _told(lane.result(), manifest)


@dataclass(frozen=True, slots=True)
class _Task:
    """A ledger to write: see ``harvest.build``."""

    file: Path
    former: Path | None
    site: str
    created: str
    dump: Path | None
    removed: tuple[str, ...]
    undone: tuple[Path, ...]
    quiet: bool


def _build(task: _Task, touched: Iterable[str], index: SearchReader | None = None) -> harvest.Count:
    with stage("record", "notices", quiet=task.quiet) as bar:
        return harvest.build(
            task.file,
            task.former,
            task.site,
            task.created,
            _notices(index, task.dump),
            touched=touched,
            removed=task.removed,
            undone=task.undone,
            advance=bar.advance,
        )


def _told(count: harvest.Count, manifest: dict[str, Any]) -> dict[str, int]:
    if count.bases != manifest["bases"]:
        raise CheckFailed(f"the ledger of records holds {count.bases}, {manifest['bases']} expected")
    return {"changed": count.changed, "removed": count.removed}


def undone(data: Path, before: store.Release | None) -> list[store.Release]:
    """The releases that were rolled back: they came after the one that serves."""
    known = store.releases(data)
    names = [release.name for release in known]
    return known[names.index(before.name) + 1 :] if before and before.name in names else []


def announced(data: Path) -> str:
    """The moment of the records of a release that is in the making, "" where none is."""
    try:
        return (data / PENDING).read_text(encoding="ascii")
    except (OSError, UnicodeError):
        return ""


@contextmanager
def pending(data: Path, created: str) -> Iterator[None]:
    """While a release is in the making, so that nobody who asks meanwhile takes its moment for past: see :func:`announced`."""
    file = data / PENDING
    file.write_text(created, encoding="ascii")
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def _notices(index: SearchReader | None, dump: Path | None) -> Iterator[Notice]:
    """Those of the index, where they were never recorded, then those of the dump, which say more of the same."""
    codes = load_bases()["museo"].ref
    for hit in index.scan(Question(), full=True) if index else ():
        museum = next((code for code in hit.fields.get("MUSEO", ()) if codes.fullmatch(code)), "")
        fields = {code: tuple(texts) for code, texts in hit.fields.items()}
        yield Notice(hit.iri, service_of(hit.base, hit.ref, fields), museum)
    for document, digest in dumps.with_digests(dump) if dump else ():
        facets = document["facets"]
        producer, museum = (next(iter(facets.get(name, ())), "") for name in ("producer", "museum"))
        yield Notice(document["iri"], producer, museum, digest)


def _touched(writer: store.Writer, folder: Path, before: store.Release | None) -> Iterator[str]:
    """Subjects that linking changed, and those whose links to elsewhere differ."""
    yield from writer.touched()
    files = [path / alignment.FILE for path in (folder, *([before.path] if before else ()))]
    if before and any(file.is_file() for file in files):
        yield from _with_other_links(files)


def _with_other_links(files: Sequence[Path]) -> Iterable[str]:
    with closing(sqlite3.connect(":memory:")) as db:
        for name, file in zip(("new", "old"), files, strict=True):
            if file.is_file():
                db.execute(f"ATTACH ? AS {name}", (address(file),))
            else:
                db.execute(f"ATTACH ':memory:' AS {name}")
                db.execute(f"CREATE TABLE {name}.links (subject, predicate, target, source)")
        query = " UNION ALL ".join(f"SELECT subject, target FROM {_DIFFERENT.format(*pair)}" for pair in (("new", "old"), ("old", "new")))
        for subject, target in db.execute(query):
            yield subject
            yield target
