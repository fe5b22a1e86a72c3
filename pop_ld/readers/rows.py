"""What every syntax gives: rows of (header, cell) pairs with their line, before any base is known."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, NamedTuple

from pop_ld.notices import Problem

CUT = 200
"""Characters of a value that a Problem quotes."""

MARK = "\udcff"
"""Stands for undecodable bytes between the decoder, which reports their line, and the value, where it becomes U+FFFD."""

_CONTROLS = "\x00-\x08\x0b-\x1f\x7f"
_MOJIBAKES = {
    "Ã": "Ã[\x80-\xbf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]",
    "Â": "Â[\x80-\xbf]",
    "Å": "Å[\u0093\u201c]",
    "€": "â€",
    "¿": "ï¿½",
    "\ufffd": "\ufffd",
}
CONTROLS = re.compile(f"[{_CONTROLS}]")
SURROGATES = re.compile("[\ud800-\udfff]")
MOJIBAKE = re.compile("|".join(_MOJIBAKES.values()))
SUSPECT = re.compile(rf"[{_CONTROLS}\ud800-\udfff]|{MOJIBAKE.pattern}")
HINTS = tuple((hint, re.compile(pattern)) for hint, pattern in _MOJIBAKES.items())
"""For long texts: no mojibake without its hint, and one character is found 50 times faster than a pattern."""

WHITE = "".join(c for c in map(chr, range(0x3001)) if c.isspace() and c != "\x85") + "\ufeff"
"""What is trimmed: white space, but not U+0085, which in POP's data is the ellipsis of Windows-1252 read as ISO-8859-1 (FACTS j8)."""


class Number(str):
    """A JSON number as it was written: ``1.50`` stays ``1.50``."""

    __slots__ = ()


class Row(NamedTuple):
    """One row, object or record: ``headers`` and ``cells`` side by side; ``suspect`` asks for its values to be looked at closely.

    A cell is a string, or any JSON value. ``short`` says how many cells a ragged row has (``3 < 5``).
    """

    line: int
    headers: Collection[str]
    cells: Collection[Any]
    suspect: bool = False
    short: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is written. ``header_line`` is the physical line on which the header ends, 0 where there is no header line."""

    syntax: str
    delimiter: str = ""
    headers: tuple[str, ...] = ()
    header_line: int = 0
    ref: int = -1
    codes: frozenset[str] = frozenset()


def malformed(file: str, line: int, ref: str = "", detail: str = "") -> Problem:
    """A row that cannot be read. Its text is not quoted: it may hold a withheld field."""
    return Problem("malformed-row", file=file, line=line, ref=ref[:CUT], detail=detail, rejects=True)
