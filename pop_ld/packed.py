"""Files of a dump: opened packed (gzip) or plain, as their name says; packed ones have the same bytes whenever they are written.

zlib packs dumps, for its bytes are the same on all processors; ISA-L, whose are not, unpacks at twice its speed, and packs at four times
what no one compares (docs/decisions/20261128-packed-dumps.md).
"""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TextIO

from isal import igzip, isal_zlib

SUFFIX = ".gz"
_LEVEL = 1
"""Of zlib: triples shrink to an eleventh at 350 MB/s; level 6 gives a thirteenth at 120 (measured)."""
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
        with gzip.GzipFile("", "wb", _LEVEL, raw, mtime=0) as file, io.BufferedWriter(file, _BUFFER) as buffered:
            yield buffered


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
