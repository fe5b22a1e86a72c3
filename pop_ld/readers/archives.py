"""Path → byte streams: a plain file, a gzip file, or each file inside a zip, never unpacked to disk."""

from __future__ import annotations

import gzip
import lzma
import os
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from pop_ld.errors import ReadError

MAX_RATIO = 250
"""Unpacked size over packed size; deflate's own limit is 1032, real notices stay under 60."""
FREE_SIZE = 64 << 20
"""Bytes up to which the ratio is not looked at."""
MAX_SIZE = 64 << 30
"""Bytes a member may unpack to, whatever its ratio."""
MAX_MEMBERS = 10_000

_DAMAGE = (
    *(OSError, EOFError, RuntimeError, ValueError, ArithmeticError, LookupError),
    *(zlib.error, lzma.LZMAError, struct.error, zipfile.BadZipFile),
)
_NOT_NOTICES = (".jpg", ".jpeg", ".png", ".gif", ".tif", ".tiff", ".pdf")
_SPREADSHEETS = {"mimetype", "[Content_Types].xml"}


@dataclass(frozen=True, slots=True)
class Member:
    """A file to read, ``name`` being its path inside a zip (else empty); it may be opened any number of times."""

    path: Path
    name: str
    packed: int
    _open: Callable[[], IO[bytes]]

    @property
    def label(self) -> str:
        """The file as Problems name it: the path as given, then ``!`` and the member."""
        file = named(self.path)
        return f"{file}!{self.name}" if self.name else file

    def open(self) -> Stream:
        """Raises ReadError."""
        try:
            return Stream(self._open(), self.label, self.packed)
        except _DAMAGE as error:
            raise ReadError(f"cannot be opened: {error}", file=self.label) from error


def named(path: Path) -> str:
    """A path as people are told it: what is no UTF-8 in it as U+FFFD, so that every report and log can hold it."""
    return os.fsencode(path).decode("utf-8", "replace")


class Stream:
    """Bytes of a member; refuses to go on where it unpacks to far more than was packed (a zip bomb)."""

    def __init__(self, raw: IO[bytes], label: str, packed: int) -> None:
        self._raw = raw
        self._label = label
        self._limit = max(FREE_SIZE, min(MAX_SIZE, packed * MAX_RATIO)) if packed else 0
        self._read = 0

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, *_: object) -> None:
        self._raw.close()

    def read(self, size: int) -> bytes:
        """At most ``size`` bytes, none at the end. Raises ReadError for damage and for a bomb."""
        try:
            data = self._raw.read(size)
        except _DAMAGE as error:
            raise ReadError(f"is damaged after {self._read} bytes: {error}", file=self._label) from error
        self._read += len(data)
        if self._limit and self._read > self._limit:
            raise ReadError(_bomb(self._limit), file=self._label)
        return data


def members(path: Path) -> Iterator[Member]:
    """The files that ``path`` holds, in the archive's order. Raises ReadError.

    Images and PDF, which producers send in the same zip (FACTS c), hidden files and macOS resource forks are left out.
    """
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise ReadError("is not a file", file=named(path))
        with path.open("rb") as raw:
            magic = raw.read(4)
    except (OSError, ValueError) as error:
        raise ReadError(str(getattr(error, "strerror", None) or error), file=named(path)) from error
    if magic[:2] == b"\x1f\x8b":
        yield Member(path, "", size, lambda: cast(IO[bytes], gzip.GzipFile(path)))
    elif magic == b"PK\x03\x04" or path.suffix.lower() == ".zip":
        yield from _zipped(path, size)
    elif path.suffix.lower() == ".gz":
        raise ReadError("has the name of a gzip file and is none", file=named(path))
    else:
        yield Member(path, "", 0, lambda: path.open("rb"))


def _zipped(path: Path, size: int) -> Iterator[Member]:
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except _DAMAGE as error:
        raise ReadError(f"is no zip file that can be read: {error}", file=named(path)) from error
    if _SPREADSHEETS & {info.filename for info in infos}:
        raise ReadError("is a spreadsheet: save it as CSV", file=named(path))
    if len(infos) > MAX_MEMBERS:
        raise ReadError(f"holds more than {MAX_MEMBERS} files", file=named(path))
    # Declared sizes are checked together, since overlapping members each look innocent; Stream checks the real ones.
    if (total := sum(info.file_size for info in infos)) > max(FREE_SIZE, size * MAX_RATIO):
        raise ReadError(_bomb(total), file=named(path))
    wanted = [info for info in infos if _is_wanted(info)]
    if not wanted:
        raise ReadError("holds no file of notices", file=named(path))
    for info in wanted:
        yield Member(path, info.filename, info.compress_size or 1, _opener(path, info))


def _is_wanted(info: zipfile.ZipInfo) -> bool:
    name = info.filename.rsplit("/", 1)[-1]
    hidden = info.filename.startswith("__MACOSX/") or name.startswith(".")
    return not info.is_dir() and not hidden and not name.lower().endswith(_NOT_NOTICES)


def _opener(path: Path, info: zipfile.ZipInfo) -> Callable[[], IO[bytes]]:
    def opener() -> IO[bytes]:
        with zipfile.ZipFile(path) as archive:  # the member keeps the file open after the archive is closed
            return archive.open(info)

    return opener


def _bomb(size: int) -> str:
    return f"unpacks to more than {size >> 20} MiB, over {MAX_RATIO} times its size: refused as a zip bomb; unpack it yourself"
