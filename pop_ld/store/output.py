"""What a worker's answer passes through on its way out: checks, the budget of bytes, the content coding, and a first part held back.

The engine writes blocks to an :class:`Output` as to a file. A short answer never leaves it: it goes out in one piece with the status
message, which spares the reader a second pipe.
"""

from __future__ import annotations

import io
import os
import re
import zlib
from collections.abc import Callable
from typing import Any, Protocol

from pop_ld.errors import QueryFailed, ResultTooLarge
from pop_ld.store.csv_results import CsvFromTsv

INLINE = 48 << 10
"""Bytes of an answer that is sent with its status message: with it, less than a pipe takes at once."""
BLOCK = 1 << 17
"""Bytes of a long answer that are sent at a time: the engine writes 8 KiB, and the reader would wake for each."""
_WORTH_CODING = 1000
"""Bytes below which a content coding saves no packet."""
_NOT_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
_NO_LOCAL_NAME = re.compile(rb"<[^<>\s:/]+:[\s>]")


class Coder(Protocol):
    """A content coding under way: zlib's and zstandard's compressors are such."""

    def compress(self, data: bytes, /) -> bytes: ...

    def flush(self) -> bytes: ...


class Output(io.RawIOBase):
    """``spill(first)`` is called once, when the answer turns out to be long; then everything goes to the file descriptor ``pipe``.

    ``limit`` is the budget in bytes before coding. A fault is kept in ``fault``, because the engine turns what is raised into text.
    """

    def __init__(self, pipe: int, limit: int, coding: str, *, xml: bool, csv: bool, spill: Callable[[], None]) -> None:
        self._pipe = pipe
        self._limit = limit
        self._xml = _XmlCheck() if xml else None
        self._csv = CsvFromTsv() if csv else None
        self._spill = spill
        self._held = bytearray()
        self._long = False
        self._coder = coder(coding)
        self._plain = bytearray()
        self._coding = False  # whether the coder has got anything: zstd gives nothing out of its first 128 KiB
        self.coding = coding
        self.size = 0
        self.fault: QueryFailed | ResultTooLarge | None = None

    def writable(self) -> bool:
        return True

    def write(self, block: Any) -> int:
        data = bytes(block)
        self.size += len(data)
        if self.size > self._limit:
            self.fault = ResultTooLarge(f"the answer has more than {self._limit} bytes")
        elif self._xml and (said := self._xml.fault(data)):
            self.fault = QueryFailed(said)
        if self.fault:
            raise OSError(self.fault.message)
        self._pass_on(self._csv.feed(data) if self._csv else data)
        return len(data)

    def finish(self) -> bytes | None:
        """The whole answer where it is short, None where it went to the pipe."""
        if self._csv:
            self._pass_on(self._csv.end())
        if self._coder and not self._coding and len(self._plain) < _WORTH_CODING:
            self.coding = ""
            return bytes(self._plain)
        if self._coder:
            self._code()
            self._send(self._coder.flush())
        if not self._long:
            return bytes(self._held)
        self._empty()
        return None

    def _pass_on(self, data: bytes) -> None:
        if not self._coder:
            self._send(data)
            return
        self._plain += data
        if len(self._plain) >= INLINE:
            self._code()

    def _code(self) -> None:
        assert self._coder is not None
        self._coding = True
        data = bytes(self._plain)
        self._plain.clear()
        self._send(self._coder.compress(data))

    def _send(self, data: bytes) -> None:
        self._held += data
        if len(self._held) <= (BLOCK if self._long else INLINE):
            return
        if not self._long:
            self._long = True
            self._spill()
        self._empty()

    def _empty(self) -> None:
        with memoryview(self._held) as view:
            sent = 0
            while sent < len(view):
                sent += os.write(self._pipe, view[sent:])
        self._held.clear()


def coder(coding: str) -> Coder | None:
    """A compressor for a content coding (RFC 9110 §8.4.1, RFC 8878); None for "", which is none."""
    if coding == "gzip":
        return zlib.compressobj(5, wbits=31)
    if coding == "zstd":
        import zstandard  # here, because most queries are answered without

        return zstandard.ZstdCompressor(level=3).compressobj()
    return None


class _XmlCheck:
    """Refuses what would not be XML: the engine writes control characters and unsplittable predicates as they are."""

    def __init__(self) -> None:
        self._tail = b""

    def fault(self, data: bytes) -> str:
        seen = self._tail + data
        self._tail = seen[-256:]
        if _NOT_XML.search(seen):
            return "a literal holds a control character, which XML cannot carry"
        if _NO_LOCAL_NAME.search(seen):
            return "a predicate has no part that XML could use as a name"
        return ""
