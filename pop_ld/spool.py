"""Notices parted on disk by base and REF, so that a merge and a sort need one part in memory, never a whole file.

The number of parts is fixed; shards are runs of parts, as many as the base needs. So the same input gives the same shards.
"""

from __future__ import annotations

import marshal
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO
from zlib import crc32

from pop_ld.notices import Notice

PARTS = 64
"""Parts of a base: at 1.6 million notices of Mémoire, 25,000 a part."""

SHARD = 8_000
"""Notices that a shard aims at: enough to be efficient, few enough to keep every core busy."""

_FLUSH = 256


class SpoolWriter:
    """Writes the notices of one source file; close it to flush."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        self.counts: Counter[str] = Counter()
        self.waiting: dict[tuple[str, int], list[tuple[object, ...]]] = defaultdict(list)

    def add(self, notice: Notice) -> None:
        key = notice.base, _place(notice.ref)
        waiting = self.waiting[key]
        waiting.append((notice.ref, notice.file, notice.line, dict(notice.fields), notice.withheld))
        self.counts[notice.base] += 1
        if len(waiting) >= _FLUSH:
            self._flush(key)

    def _flush(self, key: tuple[str, int]) -> None:
        with _part(self.folder, *key).open("ab") as out:
            batch = marshal.dumps(self.waiting.pop(key))
            out.write(len(batch).to_bytes(8, "little") + batch)  # its length first: marshal reads a file by tiny steps

    def close(self) -> None:
        for key in list(self.waiting):
            self._flush(key)


def shards(count: int) -> list[range]:
    """The runs of parts that make the shards of a base of that many notices: a power of two of them."""
    number = 1
    while number < PARTS and count / number > SHARD:
        number *= 2
    size = PARTS // number
    return [range(start, start + size) for start in range(0, PARTS, size)]


def shard_name(base: str, number: int) -> str:
    """What the names of a shard's files begin with."""
    return f"{base}-{number:03d}"


def shard_of(ref: str, number: int) -> int:
    """The shard that holds the notice of that REF, of the ``number`` that its base has (a divisor of PARTS)."""
    return _place(ref) // (PARTS // number)


def _place(ref: str) -> int:
    return crc32(ref.encode("utf-8", "surrogatepass")) % PARTS


def notices(folder: Path, base: str, parts: range) -> Iterator[Notice]:
    """The notices of some parts of one file, in the order of the file inside each part."""
    for part in parts:
        path = _part(folder, base, part)
        if path.is_file():
            with path.open("rb") as stored:
                yield from _stored(base, stored)


def _stored(base: str, stored: BinaryIO) -> Iterator[Notice]:
    while size := stored.read(8):
        for ref, file, line, fields, withheld in marshal.loads(stored.read(int.from_bytes(size, "little"))):
            yield Notice(base, ref, fields, file, line, withheld)


def _part(folder: Path, base: str, part: int) -> Path:
    return folder / f"{base}-{part:02d}"
