"""SPARQL 1.1 CSV from the engine's TSV, block by block: the engine's own CSV writes an IRI with a comma as two cells."""

from __future__ import annotations

import re

_TOKEN = re.compile(rb'\t|\n|"((?:[^"\\]|\\.)*+)"(?:@[A-Za-z0-9-]+|\^\^<[^<>]*>)?|<([^<>\s]*)>|(<<\(.*?\)>>)')
"""In TSV a tab and a line feed are separators only: inside a text they are escaped (SPARQL 1.1 TSV §3)."""
_ESCAPE = re.compile(rb"\\(.)")
_ESCAPED = {b"t": b"\t", b"n": b"\n", b"r": b"\r", b"b": b"\b", b"f": b"\f"}
_TO_QUOTE = re.compile(rb'[,"\r\n]')


class CsvFromTsv:
    """Call :meth:`feed` with each block, then :meth:`end`; both give what can be written now."""

    def __init__(self) -> None:
        self._rest = b""
        self._begun = False

    def feed(self, block: bytes) -> bytes:
        """The lines that are whole with this block, as CSV."""
        cut = block.rfind(b"\n") + 1
        if not cut:
            self._rest += block
            return b""
        lines, self._rest = self._rest + block[:cut], block[cut:]
        return self._turned(lines)

    def end(self) -> bytes:
        """The last line, which no line feed ends where the query was an ASK."""
        rest, self._rest = self._rest, b""
        return self._turned(rest) if rest else b""

    def _turned(self, lines: bytes) -> bytes:
        head = b""
        if not self._begun:
            self._begun = True
            if lines.startswith(b"?"):  # the names of the variables; an ASK has none
                line, _, lines = lines.partition(b"\n")
                head = line.replace(b"?", b"").replace(b"\t", b",") + b"\r\n"
        return head + _TOKEN.sub(_token, lines)


def _token(match: re.Match[bytes]) -> bytes:
    token = match[0]
    if token == b"\t":
        return b","
    if token == b"\n":
        return b"\r\n"
    text = match[1]
    if text is None:
        text = match[2] if match[2] is not None else match[3]
    elif b"\\" in text:
        text = _ESCAPE.sub(lambda m: _ESCAPED.get(m[1], m[1]), text)
    return b'"' + text.replace(b'"', b'""') + b'"' if _TO_QUOTE.search(text) else text
