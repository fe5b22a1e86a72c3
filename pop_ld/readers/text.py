"""Byte stream → text in chunks or lines: the encoding is detected, undecodable bytes are reported with their line."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from pop_ld.errors import ReadError, UsageError
from pop_ld.notices import Problem
from pop_ld.readers.archives import Member
from pop_ld.readers.rows import HINTS, MARK

CHUNK = 1 << 18
MAX_LINE = 4 << 20
"""Characters after which a line without end is cut, so that memory stays bounded."""

_ESCAPES = re.compile(r"\\[urbf]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_CONTROL_BYTES = bytes([*range(9), 11, 12, *range(14, 32), 127])
_C1_BYTES = bytes(range(0x80, 0xA0))
_MANY = 10_000
_NAMES = {"cp1252": "windows-1252", "iso8859-1": "iso-8859-1", "utf-8-sig": "utf-8"}


def _mark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return MARK, error.end


def _as_latin1(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("pop_ld.mark", _mark)
codecs.register_error("pop_ld.latin1", _as_latin1)


def detect(member: Member) -> str:
    """The encoding of the whole file: ``utf-8``, ``windows-1252``, ``iso-8859-1`` or ``utf-16`` (by its BOM only).

    A full pass of UTF-8 decoding. Sequences that are valid by accident are so rare in the 8-bit encodings that a file with
    more valid continuation bytes than invalid sequences is UTF-8 with some damage. Raises ReadError for an empty or binary file.
    """
    decoder = codecs.getincrementaldecoder("utf-8")("pop_ld.mark")
    good = bad = size = 0
    c1 = False
    with member.open() as stream:
        while data := stream.read(CHUNK):
            if not size and data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                return "utf-16"
            if not size:
                _refuse_binary(data, member.label)
            size += len(data)
            text = decoder.decode(data)
            if not text.isascii():
                bad += text.count(MARK)
                good += max(0, len(data) - len(text))
                c1 = c1 or len(data.translate(None, _C1_BYTES)) < len(data)
            if bad > _MANY and good < bad:  # the rest would not change the verdict, and Windows-1252 holds ISO-8859-1
                return "windows-1252"
    if not size:
        raise ReadError("is empty", file=member.label)
    bad += len(decoder.decode(b"", final=True))
    if good >= bad:
        return "utf-8"
    return "windows-1252" if c1 else "iso-8859-1"


def _refuse_binary(data: bytes, file: str) -> None:
    head = data[:4096]
    if data[:2] == b"PK" or data[:2] == b"\x1f\x8b":
        raise ReadError("is an archive inside an archive", file=file)
    if head.count(0) * 10 > len(head) > 20:
        raise ReadError("is not a text file", file=file)


def known_encoding(name: str) -> str:
    """The encoding a user asked for, under the name that detection would give it. Raises UsageError."""
    try:
        b"a".decode(name)
        return _NAMES.get(found := codecs.lookup(name).name, found)
    except (LookupError, ValueError) as error:
        raise UsageError(f"unknown encoding {name!r}") from error


class Text:
    """The text of a member. While it is read, ``problems`` collects ``encoding`` remarks for its reader to take.

    ``chunk_suspect`` says of the last chunk whether it holds anything whose values ask for a close look: mojibake, undecodable
    bytes, JSON escapes; or, said by ``chunk_controls`` too, control characters. ``suspect`` says it of the lines given since
    their reader lowered it. Readers thereby skip the close look at nearly every row.
    """

    def __init__(self, member: Member, encoding: str) -> None:
        self.file = member.label
        self.problems: list[Problem] = []
        self.chunk_suspect = self.chunk_controls = False
        self.suspect = False
        self._member = member
        self._encoding = encoding
        self._newline = "\n"
        self._last_bad = 0
        self._tail = ""

    def take_problems(self) -> list[Problem]:
        taken, self.problems = self.problems, []
        return taken

    def chunks(self) -> Iterator[str]:
        """Pieces of at most CHUNK bytes, without BOM. Raises ReadError."""
        codec = codecs.lookup(self._encoding)
        errors = "pop_ld.latin1" if codec.name == "cp1252" else "pop_ld.mark"
        decoder = codecs.getincrementaldecoder(codec.name)(errors)
        line = 0
        with self._member.open() as stream:
            data = b"-"
            while data:
                data = stream.read(CHUNK)
                text = self._decode(decoder, data)
                if not line and text:
                    text, line = text.lstrip("\ufeff"), 1
                    self._newline = "\r" if "\r" in text[:-1] and "\n" not in text else "\n"
                if text:
                    self._inspect(data, text, line)
                    line += text.count(self._newline)
                    yield text

    def _decode(self, decoder: codecs.IncrementalDecoder, data: bytes) -> str:
        try:
            return decoder.decode(data, not data)
        except UnicodeError as error:
            raise ReadError(f"cannot be read as {self._encoding}: {error}", file=self.file) from error

    def _inspect(self, data: bytes, text: str, line: int) -> None:
        self.chunk_controls = len(data.translate(None, _CONTROL_BYTES)) < len(data)
        # With the end of the chunk before, since an escape or a mojibake may lie across.
        self.chunk_suspect = self.chunk_controls or is_suspect(self._tail + text)
        self._tail = text[-2:]
        if MARK in text:
            for number, part in enumerate(text.split(self._newline), line):
                if MARK in part and number > self._last_bad:
                    self._last_bad = number
                    self.problems.append(Problem("encoding", file=self.file, line=number, detail=self._encoding))

    def lines(self) -> Iterator[str]:
        """Physical lines with their ``\\n``; only ``\\n`` ends one, or ``\\r`` in a file that has no ``\\n`` (old Macintosh).

        ``suspect`` is raised before a suspect line; the reader lowers it after each row.
        """
        rest, pending = "", False
        for text in self.chunks():
            parts = text.split(self._newline)
            parts[0] = rest + parts[0]
            rest = parts.pop()
            if len(rest) > MAX_LINE:
                parts.append(rest)
                rest = ""
            pending = pending or self.chunk_suspect
            for part in parts:
                if pending and (is_suspect(part) or _CONTROL.search(part)):
                    self.suspect = True
                yield part + "\n"
            pending = self.chunk_suspect or (pending and not parts)
        if rest:
            self.suspect = self.suspect or pending
            yield rest

    def head(self) -> str:
        """The first chunk, to detect a syntax from; use another Text to read."""
        return next(self.chunks(), "")


def is_suspect(text: str) -> bool:
    """Whether some value of ``text`` may need cleaning or a remark; control characters are the caller's."""
    if "\\" in text and _ESCAPES.search(text):
        return True
    return MARK in text or any(hint in text and pattern.search(text) is not None for hint, pattern in HINTS)
