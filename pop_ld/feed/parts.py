"""One part of the first batch, made in any process from files of the dump alone: the entities of a shard, or of a bucket of the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pop_ld import iris, spool
from pop_ld.feed.batches import Batch
from pop_ld.feed.canonical import is_usual, version
from pop_ld.feed.pages import Pages
from pop_ld.feed.scattering import scattered
from pop_ld.feed.state import Known, Rows
from pop_ld.feed.versions import write
from pop_ld.packed import reading

STRIDE = 100_000
"""Numbers of pages that a part may use: parts know nothing of each other, so each has numbers of its own."""
_BLOCK = 1 << 22
"""Bytes of a shard that are looked at together: some 600 notices."""


class Unordered(Exception):
    """A file of a dump, or a notice whose lines do not lie where they should: no conversion of this program wrote the dump."""


@dataclass(frozen=True, slots=True)
class PartTask:
    """Part ``number`` of a batch, into ``work``: of the shard ``place`` in the ``shards`` of ``base``, or of a bucket (``file`` is None).

    ``target`` is the name under which other lines were laid out in ``folder``; ``last`` says that no part comes after it.
    """

    number: int
    target: str
    folder: Path
    work: Path
    site: str
    name: str
    created: str
    last: bool
    file: Path | None = None
    base: str = ""
    place: int = 0
    shards: int = 0

    @property
    def rows(self) -> Path:
        return self.work / f"{self.number}.rows"


def write_part(task: PartTask) -> Batch:
    """Writes the pages of a part, and what it changes in the state; gives what it would say of itself as a batch. Raises Unordered."""
    first = task.number * STRIDE
    then = None if task.last else first + STRIDE
    pages, rows = Pages(task.work, task.site, task.name, task.name, task.created, first=first, then=then), Rows()
    write(_entities(task), task.site, pages, rows, lambda _: None)
    rows.save(task.rows)
    return pages.close()


def _entities(task: PartTask) -> Iterator[tuple[str, list[bytes], Known | None]]:
    others = scattered(task.folder, task.target, task.site)
    if task.file:
        seen: set[str] = set()
        for entity, text, usual in _notices(task, task.file):
            if entity in seen:
                raise Unordered(entity)
            seen.add(entity)
            if entity in others:
                more = b"".join(others.pop(entity))
                text, usual = text + more, usual and is_usual(more)
            yield entity, version(text, usual=usual), None
    for entity in sorted(others):
        yield entity, version(b"".join(others.pop(entity))), None


def _notices(task: PartTask, file: Path) -> Iterator[tuple[str, bytes, bool]]:
    """(entity, its own lines, whether they are known to be usual) of a shard, in its order."""
    thing = f"{task.site}/id/{task.base}/"
    for key, lines, usual in _runs(task, file):
        if spool.shard_of(iris.unkey(key), task.shards) != task.place:
            raise Unordered(thing + key)
        yield thing + key, lines, usual


def _runs(task: PartTask, file: Path) -> Iterator[tuple[str, bytes, bool]]:
    """(key, lines, usual) of lines that follow each other and are of one notice: its thing, its document, their parts."""
    start = f"<{re.escape(task.site)}/(?:id|doc)/{re.escape(task.base)}/"
    run = re.compile(f"{start}([^>#\\n]*)[^\\n]*\\n(?:{start}\\1[>#][^\\n]*\\n)*".encode())
    held, more = b"", True
    with reading(file) as content:
        while more:
            block = content.read(_BLOCK)
            more, text = bool(block), held + block
            cut = text.rfind(b"\n") + 1
            usual, at, last = is_usual(text[:cut]), 0, None
            for match in run.finditer(text, 0, cut):
                if match.start() != at:
                    break
                if last:
                    yield last[1].decode(), last[0], usual
                last, at = match, match.end()
            if at != cut or (not more and cut != len(text)):
                raise Unordered(file.name)
            if last and not more:
                yield last[1].decode(), last[0], usual
            held = text[last.start() :] if last else text  # the last run may go on in the next block
