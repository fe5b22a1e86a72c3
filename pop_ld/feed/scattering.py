"""Lines of a dump laid out by who needs them: those of a notice to its shard, the rest to a bucket by a hash of their entity."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

from pop_ld import iris, spool
from pop_ld.feed.owners import base_of, owner
from pop_ld.packed import packed, reading

_WAITING = 200_000
"""Lines that wait in memory, some 40 MB."""


@dataclass(frozen=True, slots=True)
class Targets:
    """Where lines go: to a shard of a base that has ``shards`` of them, else to one of ``buckets``."""

    site: str
    shards: Mapping[str, int]
    buckets: int

    def of(self, entity: str) -> str:
        """The name of a shard, ``joconde-003``, or of a bucket, ``017``."""
        base = base_of(self.site, entity)
        if base in self.shards:
            return spool.shard_name(base, spool.shard_of(iris.unkey(iris.path_of(self.site, entity).partition("/")[2]), self.shards[base]))
        return f"{crc32(entity.encode('utf-8', 'surrogatepass')) % self.buckets:03d}"


@dataclass(frozen=True, slots=True)
class ScatterTask:
    """Some files of a dump, whose lines go into ``folder``, into files of their own."""

    number: int
    files: Sequence[Path]
    folder: Path
    targets: Targets


def scatter(task: ScatterTask) -> None:
    """Lays each line into the file of its target: packed, each block of lines for itself."""
    waiting: dict[str, list[bytes]] = defaultdict(list)
    count = 0
    for file in task.files:
        with reading(file) as content:
            for entity, lines in grouped(content, task.targets.site):
                waiting[task.targets.of(entity)] += lines
                count += len(lines)
                if count >= _WAITING:
                    _flush(task, waiting)
                    count = 0
    _flush(task, waiting)


def _flush(task: ScatterTask, waiting: dict[str, list[bytes]]) -> None:
    for target, lines in waiting.items():
        with (task.folder / f"{target}.{task.number}.gz").open("ab") as file:
            file.write(packed(b"".join(lines)))
    waiting.clear()


def grouped(content: Iterable[bytes], site: str) -> Iterator[tuple[str, list[bytes]]]:
    """(entity, lines) of lines that follow each other; an entity may come again."""
    subject, entity, lines = b"", "", list[bytes]()
    for line in content:
        if not line.startswith(subject) or not subject:
            subject = line[: line.index(b"> ") + 2]
            found = owner(site, subject[1:-2].decode())
            if found != entity and lines:
                yield entity, lines
                lines = []
            entity = found
        lines.append(line)
        if len(lines) >= _WAITING:
            yield entity, lines
            lines = []
    if lines:
        yield entity, lines


def scattered(folder: Path, target: str, site: str) -> dict[str, list[bytes]]:
    """Entity -> its lines, in blocks in the order of the files they came from, of what was laid out for a target; its files go."""
    found: dict[str, list[bytes]] = defaultdict(list)
    for file in sorted(folder.glob(f"{target}.*.gz")):
        with reading(file) as content:
            for entity, lines in grouped(content, site):
                found[entity].append(b"".join(lines))  # a line of its own in memory is a fifth more
    for file in folder.glob(f"{target}.*.gz"):
        file.unlink()
    return found


def targets_in(folder: Path) -> set[str]:
    """The targets that lines were laid out for."""
    return {file.name.partition(".")[0] for file in folder.iterdir()}
