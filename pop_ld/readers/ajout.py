"""Ajout piloté text → rows: a field's name, its value lines (``-`` at the end of a line continues it), ``//`` after a record."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pop_ld.notices import Problem
from pop_ld.readers.rows import WHITE, Layout, Row, malformed
from pop_ld.readers.text import Text

MAX_RECORD = 8 << 20
"""Characters after which a record that does not end is given up."""

_CODE = re.compile(r"[A-Z][A-Z0-9_]{1,11}")


class _Record:
    """The record being read. POP's importer takes name and value in turn, which is why a code after a whole value is a name."""

    def __init__(self, line: int) -> None:
        self.line = line
        self.names: list[str] = []
        self.values: list[str] = []
        self.continued = False
        self.valued = False
        self.size = 0
        self.suspect = False

    def is_name(self, text: str, codes: frozenset[str]) -> bool:
        """A known code is a name anywhere; an unknown one only where a whole value, or nothing, has been given."""
        whole = (self.valued and not self.continued) or not self.names
        return text in codes or (whole and _CODE.fullmatch(text) is not None)

    def name(self, text: str) -> None:
        self._give_hyphen_back()
        self.names.append(text)
        self.values.append("")
        self.valued = False
        self.size += len(text)

    def value(self, text: str) -> None:
        joint = "\n" if self.valued and not self.continued and self.values[-1] else ""
        self.continued = text.endswith("-")
        self.values[-1] += joint + (text[:-1] if self.continued else text)
        self.valued = True
        self.size += len(text)

    def _give_hyphen_back(self) -> None:
        """``1914-`` before the next field's name was a value, not a line to continue."""
        if self.continued:
            self.values[-1] += "-"
            self.continued = False

    def row(self) -> Row:
        self._give_hyphen_back()
        return Row(self.line, self.names, self.values, self.suspect)


def rows(source: Text, layout: Layout) -> Iterator[Row | Problem]:
    """Every record, the last one even without ``//``. Lines before any field's name are a rejecting Problem."""
    record = _Record(0)
    stray = 0
    for number, line in enumerate(source.lines(), 1):
        text = line.strip(WHITE)
        if text == "//" or (text == "REF" and "REF" in record.names):
            yield from _closed(record, stray, source.file)
            record, stray = _Record(0), 0
        if text in ("//", "\x1a") or (not text and not record.names):
            continue
        record.suspect = record.suspect or source.suspect
        source.suspect = False
        if record.is_name(text, layout.codes):
            record.line = record.line or number
            record.name(text)
        elif record.names:
            record.value(text)
        else:
            stray = stray or number
        if record.size > MAX_RECORD:
            yield malformed(source.file, record.line)
            record = _Record(0)
    yield from _closed(record, stray, source.file)


def _closed(record: _Record, stray: int, file: str) -> Iterator[Row | Problem]:
    if stray:
        yield malformed(file, stray)
    if record.names:
        yield record.row()
