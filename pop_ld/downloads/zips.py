"""A zip file of many small records, written in parts that are put together without being packed again (PKWARE APPNOTE 6.3.10).

A part is the local entries, one after the other, and beside them the lines of the directory, whose places count from the part's start.
The same records give the same bytes: no entry has a date (APPNOTE's first, 1 January 1980) or a system's attributes.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeAlias

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_ZIP64_END = struct.Struct("<4sQ2H2I4Q")
_ZIP64_WHERE = struct.Struct("<4sIQI")
_END = struct.Struct("<4s4H2IH")
_DEFLATED, _UTF8, _DATE = 8, 0x800, 0x21
_MOST, _MANY = 0xFFFFFFFF, 0xFFFF
_LINE = struct.Struct("<QH3I")
"""A line of the directory of a part: place, bytes of the name, CRC, bytes packed and unpacked; then the name."""

_Entry: TypeAlias = tuple[int, bytes, tuple[int, int, int]]
"""Place, name, (CRC, bytes packed and unpacked)."""


class Part:
    """Writes records; ``file`` gets the entries, ``directory`` what :func:`join` needs to know of them."""

    def __init__(self, file: BinaryIO, directory: BinaryIO) -> None:
        self._file, self._directory = file, directory
        self._place = 0

    def add(self, name: str, content: bytes) -> None:
        """One record of less than 4 GiB; ``name`` is the path inside the zip file."""
        packer = zlib.compressobj(6, zlib.DEFLATED, -15)
        packed, path = packer.compress(content) + packer.flush(), name.encode()
        sizes = zlib.crc32(content), len(packed), len(content)
        head = _LOCAL.pack(b"PK\x03\x04", 20, _UTF8, _DEFLATED, 0, _DATE, *sizes, len(path), 0)
        self._file.write(head + path + packed)
        self._directory.write(_LINE.pack(self._place, len(path), *sizes) + path)
        self._place += len(head) + len(path) + len(packed)


@dataclass(frozen=True, slots=True)
class Piece:
    """Entries that stand one after the other in a file from its start: how many bytes they take, and the lines of their directory."""

    path: Path
    length: int
    lines: Callable[[], Iterator[_Entry]]


def part(entries: Path, directory: Path) -> Piece:
    """What a :class:`Part` wrote."""
    return Piece(entries, entries.stat().st_size, lambda: _lines(directory))


def written(file: Path) -> Piece:
    """A whole file that :func:`join` wrote, as a piece of a larger one."""
    begin, count = _end(file)
    return Piece(file, begin, lambda: _central(file, begin, count))


def join(pieces: Sequence[Piece], write: Callable[[bytes], object]) -> int:
    """Writes the zip file of some pieces, in bounded memory; returns how many records it has."""
    starts, place = [], 0
    for piece in pieces:
        starts.append(place)
        place += piece.length
        _copy(piece, write)
    begin, size, count = place, 0, 0
    for start, piece in zip(starts, pieces, strict=True):
        for at, name, sums in piece.lines():
            line = _line(start + at, name, sums)
            write(line)
            size, count = size + len(line), count + 1
    if count >= _MANY or begin + size >= _MOST:  # ZIP64 (APPNOTE §4.3.14 and §4.3.15)
        write(_ZIP64_END.pack(b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, begin))
        write(_ZIP64_WHERE.pack(b"PK\x06\x07", 0, begin + size, 1))
    write(_END.pack(b"PK\x05\x06", 0, 0, min(count, _MANY), min(count, _MANY), min(size, _MOST), min(begin, _MOST), 0))
    return count


def _line(place: int, name: bytes, sums: tuple[int, int, int]) -> bytes:
    """APPNOTE §4.3.12; a place beyond 4 GiB stands in the extra field of ZIP64 (§4.5.3)."""
    far = place >= _MOST
    extra = struct.pack("<HHQ", 1, 8, place) if far else b""
    version = 45 if far else 20
    head = (b"PK\x01\x02", version, version, _UTF8, _DEFLATED, 0, _DATE, *sums, len(name), len(extra), 0, 0, 0, 0, _MOST if far else place)
    return _CENTRAL.pack(*head) + name + extra


def _lines(directory: Path) -> Iterator[_Entry]:
    with directory.open("rb") as file:
        while head := file.read(_LINE.size):
            place, length, crc, packed, whole = _LINE.unpack(head)
            yield place, file.read(length), (crc, packed, whole)


def _end(file: Path) -> tuple[int, int]:
    """Where the directory begins and how many lines it has."""
    with file.open("rb") as content:
        content.seek(-_END.size, os.SEEK_END)
        *_, count, _size, begin, _comment = _END.unpack(content.read())
        if count == _MANY or begin == _MOST:
            content.seek(-_END.size - _ZIP64_WHERE.size - _ZIP64_END.size, os.SEEK_END)
            *_, count, _size, begin = _ZIP64_END.unpack(content.read(_ZIP64_END.size))
    return begin, count


def _central(path: Path, begin: int, count: int) -> Iterator[_Entry]:
    with path.open("rb") as file:
        file.seek(begin)
        for _ in range(count):
            head = _CENTRAL.unpack(file.read(_CENTRAL.size))
            name, extra = file.read(head[10]), file.read(head[11])
            place = struct.unpack("<HHQ", extra)[2] if head[16] == _MOST else head[16]
            yield place, name, (head[7], head[8], head[9])


def _copy(piece: Piece, write: Callable[[bytes], object]) -> None:
    left = piece.length
    with piece.path.open("rb") as file:
        while left and (block := file.read(min(left, 1 << 20))):
            left -= len(block)
            write(block)
