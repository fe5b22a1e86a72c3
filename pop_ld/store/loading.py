"""Feeds dump files to the engine's bulk loader: plain or gzip, as one stream read ahead, with progress, and open to Ctrl-C at every block.

One call for all files, for the engine writes what it holds at the end of each call and waits for its threads: a call a file leaves many
small files that it must merge again, and a core idle meanwhile (docs/decisions/20261128-loading-and-compaction.md has the figures).
"""

from __future__ import annotations

import io
import queue
import threading
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import IO

from pop_ld import packed
from pop_ld.errors import StoreError

BLOCK = 1 << 20
_AHEAD = 8
"""Blocks that wait for the engine."""

Item = tuple[bytes, int] | StoreError | None
"""A block, with the bytes of files read for it; what failed; None at the end."""


def bulk_load(load: Callable[[IO[bytes]], None], files: Sequence[Path], advance: Callable[[int], None]) -> None:
    """Hands N-Triples files (``.nt`` or ``.nt.gz``), one after the other, to ``load``; ``advance`` gets bytes of the files as stored.

    The engine asks this side for every block, which is where Python notices a Ctrl-C. Not atomic over several calls: a failure of the
    system may leave a part. Raises StoreError with file and line where a file does not parse or cannot be read.
    """
    reader = _Ahead(files)
    with reader.started() as items:
        stream = _Stream(items, advance)
        try:
            load(io.BufferedReader(stream, BLOCK))
        except SyntaxError as error:
            path, line = reader.place(error.lineno or 0)
            raise StoreError(f"not N-Triples: {error.msg}", file=str(path), line=line) from error
        except OSError as error:
            raise stream.failed or StoreError(str(error), file=str(files[0]) if len(files) == 1 else "") from error
        if stream.failed:
            raise stream.failed


class _Ahead:
    """Reads, and unpacks, the files in a thread of its own; unpacking goes on beside the engine."""

    def __init__(self, files: Sequence[Path]) -> None:
        self._files = files
        self._items: queue.Queue[Item] = queue.Queue(_AHEAD)
        self._over = threading.Event()
        self._starts: list[tuple[int, Path]] = []  # the line of the stream before that with which each file begins
        self._lines = 0

    def place(self, line: int) -> tuple[Path, int]:
        """The file, and the line in it, of a line of the stream."""
        before, path = self._starts[max(bisect_right(self._starts, line - 1, key=lambda start: start[0]) - 1, 0)]
        return path, line - before if line else 0

    @contextmanager
    def started(self) -> Iterator[Callable[[], Item]]:
        """Gives what takes the next item; the thread is over at the end, however the loading ends."""
        thread = threading.Thread(target=self._run, name="read ahead", daemon=True)
        thread.start()
        try:
            yield self._items.get
        finally:
            self._over.set()
            while thread.is_alive():  # it may wait for room
                try:
                    self._items.get_nowait()
                except queue.Empty:
                    thread.join(0.01)

    def _run(self) -> None:
        for path in self._files:
            try:
                for item in self._blocks(path):
                    if self._over.is_set():
                        return
                    self._items.put(item)
            except packed.BROKEN as error:
                self._items.put(StoreError(str(error), file=str(path)))
                return
        self._items.put(None)

    def _blocks(self, path: Path) -> Iterator[Item]:
        """The blocks of a file, which ends with the end of a line: the next one begins with a line of its own."""
        self._starts.append((self._lines, path))
        last, told, size = b"\n", 0, path.stat().st_size
        with path.open("rb", buffering=BLOCK) as raw, packed.unpacked(raw) if path.suffix == packed.SUFFIX else nullcontext(raw) as content:
            while block := content.read(BLOCK):
                self._lines += block.count(b"\n")
                last, before, told = block[-1:], told, raw.tell()
                yield block, told - before
        if last != b"\n":
            self._lines += 1
        yield b"" if last == b"\n" else b"\n", size - told


class _Stream(io.RawIOBase):
    """All blocks as one file; what reading failed with is an end here, and told in ``failed``."""

    def __init__(self, take: Callable[[], Item], advance: Callable[[int], None]) -> None:
        self._take = take
        self._advance = advance
        self._rest = memoryview(b"")
        self._ended = False
        self.failed: StoreError | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        while not self._rest and not self._ended:
            item = self._take()
            if item is None or isinstance(item, StoreError):
                self._ended, self.failed = True, item
                if item:
                    raise OSError(str(item))
            else:
                self._rest = memoryview(item[0])
                self._advance(item[1])
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size
