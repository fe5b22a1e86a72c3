"""The triples of a release sorted out: to each shard of some thousand notices, and of what they share, a compressed file of its own.

A notice has every triple whose subject is its thing, its document or a part of these; all other subjects are shared. So each triple is
in one shard and no shard holds a second time what another has: the files made of them together are the store's default graph.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import zstandard

from pop_ld.bases import load_bases
from pop_ld.formats.download_files import SHARED
from pop_ld.store.contract import Release
from pop_ld.store.scanning import refs, scan

SHARD = 4_000
"""Notices of a shard: some 25 MB of N-Triples."""
SHARED_SHARD = 8_000
"""Notices for each shard of what they share."""
HELD = 96 << 20
"""Bytes of lines that are gathered before they are written out."""


@dataclass(frozen=True, slots=True)
class Shard:
    """Some notices of a base in the order of their keys, or some of what they share."""

    base: str
    number: int
    file: Path


def spool(release: Release, bases: Iterable[str], folder: Path, advance: Callable[[int], None], *, shard: int = SHARD) -> list[Shard]:
    """Writes the shards of some bases, and of "shared" where it is among them, into ``folder``; in order. Raises StoreError."""
    folder.mkdir(parents=True)
    wanted = set(bases)
    split = {base: _boundaries(release, base, shard) for base in sorted(wanted - {SHARED})}
    sorter = _Sorter(release, split, SHARED in wanted, folder, advance)
    scan(release, sorter.take)
    sorter.flush()
    return [Shard(base, number, sorter.file(base, number)) for base, number in sorted(sorter.met)]


def _boundaries(release: Release, base: str, shard: int) -> list[bytes]:
    """The first key of each shard but the first one."""
    return sorted(ref.encode() for ref in refs(release, base))[shard::shard]


class _Sorter:
    def __init__(
        self, release: Release, split: Mapping[str, Sequence[bytes]], shared: bool, folder: Path, advance: Callable[[int], None]
    ) -> None:
        self._starts = tuple(f"<{release.manifest['site']}/{kind}/".encode() for kind in ("id", "doc"))
        self._split = {base.encode(): (base, boundaries) for base, boundaries in split.items()}
        self._shared = shared
        self._parts = 1 + int(release.manifest["notices"]) // SHARED_SHARD
        self._bases = {base.encode() for base in load_bases()}
        self._folder, self._advance = folder, advance
        self._lines: dict[tuple[str, int], list[bytes]] = defaultdict(list)
        self._held = 0
        self._subject = b""
        self._to: list[bytes] | None = None
        self.met: set[tuple[str, int]] = set()

    def take(self, lines: list[bytes]) -> None:
        subject, to = self._subject, self._to
        for line in lines:
            if not (subject and line.startswith(subject)):
                subject = line[: line.index(b" ") + 1]
                shard = self._shard(subject)
                to = self._lines[shard] if shard else None
            if to is not None:
                to.append(line)
                self._held += len(line)
        self._subject, self._to = subject, to
        self._advance(len(lines))
        if self._held > HELD:
            self.flush()

    def _shard(self, subject: bytes) -> tuple[str, int] | None:
        for start in self._starts:
            if subject.startswith(start):
                subject = subject[len(start) : -2].partition(b"#")[0]  # a thing, its parts and its document belong together
                base, _, key = subject.partition(b"/")
                if base in self._bases:
                    known = self._split.get(base)
                    return (known[0], bisect_right(known[1], key)) if known else None
                break
        return (SHARED, crc32(subject) % self._parts) if self._shared else None

    def flush(self) -> None:
        """Adds what is held to the files, as a frame of its own each."""
        packer = zstandard.ZstdCompressor(level=1)
        for shard, lines in self._lines.items():
            if lines:
                self.met.add(shard)
                with self.file(*shard).open("ab") as file:
                    file.write(packer.compress(b"".join(lines)))
        self._lines.clear()
        self._held, self._subject, self._to = 0, b"", None

    def file(self, base: str, number: int) -> Path:
        return self._folder / f"{base}-{number:05}.nt.zst"


def blocks(shard: Shard, site: str) -> Iterator[tuple[str, list[bytes]]]:
    """(key, lines) of each notice of a shard in the order of the keys; of what is shared, in the order of the things.

    The key of a notice is its percent-encoded REF. Lines are in order too, a document's before its thing's, a thing's before its parts'.
    """
    starts = tuple(f"<{site}/{kind}/".encode() for kind in ("id", "doc"))
    found: dict[bytes, list[bytes]] = defaultdict(list)
    with shard.file.open("rb") as packed:
        content = zstandard.ZstdDecompressor().stream_reader(packed, read_across_frames=True).read()
    for line in content.split(b"\n")[:-1]:
        found[_group(line, starts, shard.base)].append(line + b"\n")
    del content
    for group in sorted(found):
        yield group.decode(), sorted(found.pop(group), key=_by_subject)


def _group(line: bytes, starts: tuple[bytes, ...], base: str) -> bytes:
    subject = line[: line.index(b" ")]
    for start in starts:
        if subject.startswith(start):
            rest = subject[len(start) : -1].partition(b"#")[0]
            return rest if base == SHARED else rest.partition(b"/")[2]
    return subject


def _by_subject(line: bytes) -> tuple[bytes, bytes]:
    subject, _, rest = line.partition(b"> ")
    return subject, rest
