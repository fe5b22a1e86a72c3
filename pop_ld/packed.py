"""Files of a dump: opened packed (gzip) or plain, as their name says; packed ones have the same bytes whenever they are written.

libdeflate packs dumps, in members of one size, for its bytes are the same on all processors; ISA-L, whose are not, unpacks them, and packs
what no one compares (docs/decisions/20261128-packed-dumps.md).
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TextIO

from deflate import gzip_compress
from isal import igzip, isal_zlib

SUFFIX = ".gz"
_LEVEL = 1
"""Of libdeflate: triples shrink to a twelfth at nearly three times the speed of zlib's level 1, which gives an eleventh (measured)."""
_MEMBER = 1 << 20
"""Bytes of a member (RFC 1952 §2.2): libdeflate packs what is whole in memory; larger ones gain nothing."""
_FAST = 2
"""Of ISA-L: an eleventh at 1,500 MB/s."""
_BUFFER = 1 << 18
BROKEN: tuple[type[Exception], ...] = (OSError, EOFError, isal_zlib.error)  # type: ignore[assignment]
"""What reading a packed file raises where it was cut, or is none."""


@contextmanager
def writing(path: Path) -> Iterator[IO[bytes]]:
    """The file, made anew; packed where its name ends in ``.gz``, without the moment or the name of the file in its head."""
    with path.open("wb", buffering=_BUFFER) as raw:
        if path.suffix != SUFFIX:
            yield raw
            return
        with io.BufferedWriter(_Packing(raw), _BUFFER) as buffered:  # type: ignore[type-var]
            yield buffered


class _Packing(io.RawIOBase):
    """Packs what is written into members, whose ends depend on the content alone, not on how it came; an empty one where there is none."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw = raw
        self._waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, content: bytes | memoryview) -> int:  # type: ignore[override]
        self._waiting += content
        while len(self._waiting) >= _MEMBER:
            self._pack(_MEMBER)
        return len(content)

    def close(self) -> None:
        if self.closed:
            return
        try:
            if self._waiting or not self._raw.tell():
                self._pack(len(self._waiting))
        finally:
            super().close()

    def _pack(self, size: int) -> None:
        self._raw.write(gzip_compress(self._waiting[:size], _LEVEL))
        del self._waiting[:size]


@contextmanager
def writing_text(path: Path) -> Iterator[TextIO]:
    """The same for UTF-8 text with line feeds."""
    with writing(path) as file, io.TextIOWrapper(file, encoding="utf-8", newline="\n", write_through=True) as text:
        yield text


@contextmanager
def reading(path: Path) -> Iterator[IO[bytes]]:
    """The content of a file, packed or not. Raises what BROKEN names."""
    with path.open("rb", buffering=_BUFFER) as raw:
        if path.suffix != SUFFIX:
            yield raw
            return
        with unpacked(raw) as content, io.BufferedReader(content, _BUFFER) as buffered:  # type: ignore[type-var]
            yield buffered


def packed(content: bytes) -> bytes:
    """As a packed file, or a member of one; another processor may give other bytes."""
    return igzip.compress(content, _FAST, mtime=0)


def unpacked(raw: IO[bytes]) -> IO[bytes]:
    """The content of an open packed file."""
    content: IO[bytes] = igzip.open(raw, "rb")  # type: ignore[no-untyped-call]
    return content


@contextmanager
def reading_text(path: Path) -> Iterator[TextIO]:
    """The same as UTF-8 text; lines end at line feeds alone."""
    with reading(path) as file, io.TextIOWrapper(file, encoding="utf-8", newline="\n") as text:
        yield text
