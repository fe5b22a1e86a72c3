"""The beginning of a text → its Layout: syntax, delimiter, header line."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterator
from itertools import islice

from pop_ld.bases import Base, fold_header
from pop_ld.errors import ReadError
from pop_ld.readers.csv_rows import unquoted
from pop_ld.readers.rows import WHITE, Layout

DELIMITERS = ",;\t|"
_LINES = 3
"""Lines among which the header is looked for: POP's own CSV export has its search criteria on line 1 (FACTS f), Excel ``sep=;``."""


def sniff(head: str, bases: Collection[Base], file: str) -> Layout:
    """``bases`` are those whose fields may appear. Raises ReadError for what is no syntax of ours."""
    start = head.lstrip(WHITE)
    if not start:
        raise ReadError("is empty", file=file)
    if start[0] in "{[":
        return Layout("json")
    if re.match(r"<[?!a-zA-Z]", start):
        raise ReadError("is XML or HTML, which is not read yet", file=file)
    codes = frozenset(code for base in bases for code in base.fields)
    return Layout("ajout", codes=codes) if _is_ajout(start, codes) else _csv(head, bases)


def _is_ajout(start: str, codes: frozenset[str]) -> bool:
    """A field's name alone on the first line, and further down a line ``//`` or another name."""
    first, *others = (line.strip(WHITE) for line in start.splitlines())
    return first in codes and any(line == "//" or (line in codes and line != first) for line in others)


def _csv(head: str, bases: Collection[Base]) -> Layout:
    """The delimiter and the line that give the most labels known to one base; mere counts decide only where none is known."""
    found: list[tuple[tuple[int, float, int, int], str, tuple[str, ...], int]] = []
    for delimiter in DELIMITERS:
        for index, (cells, line) in enumerate(_first_rows(head, delimiter)):
            known = _known(cells, bases)
            found.append(((known, known / len(cells) if cells else 0.0, -index, len(cells)), delimiter, cells, line))
    _, delimiter, cells, line = max(found, key=lambda one: one[0])
    headers = tuple(cell or f"#{number}" for number, cell in enumerate(cells, 1))
    return Layout("csv", delimiter, headers, line, next((n for n, cell in enumerate(cells) if _is_ref(cell, bases)), -1))


def _first_rows(head: str, delimiter: str) -> Iterator[tuple[tuple[str, ...], int]]:
    lines = [line + "\n" for line in re.split(r"\r?\n|\r", head)]
    if delimiter == "|":
        for number, line in enumerate(lines[:_LINES], 1):
            yield tuple(unquoted(cell).strip(WHITE) for cell in line.split("|")), number
        return
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        for cells in islice(reader, _LINES):
            yield tuple(cell.strip(WHITE) for cell in cells), reader.line_num
    except csv.Error:
        return


def _known(cells: Collection[str], bases: Collection[Base]) -> int:
    """How many of the cells are labels of one base; that of REF counts twice."""
    folded = {fold_header(cell) for cell in cells}
    found = (sum(name in base.headers or name in base.known_columns for name in folded) for base in bases)
    return max(found, default=0) + any(_is_ref(cell, bases) for cell in cells)


def _is_ref(cell: str, bases: Collection[Base]) -> bool:
    return any(base.headers.get(fold_header(cell), ("",))[0] == "REF" for base in bases)
