"""CSV text → rows: ``,`` ``;`` or tab with quotes, ``|`` without; an unbalanced quote costs one row, never the file."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator

from pop_ld.notices import Problem
from pop_ld.readers.rows import Layout, Row, malformed
from pop_ld.readers.text import Text

MAX_CELL = 1_000_000
MAX_LINES = 2_000
"""A cell of more characters, or a row of more physical lines, is an unbalanced quote."""


_REF = re.compile(r"[\w.\- ]{1,30}")


class _Runaway(Exception):
    """A row that does not end."""


class _Lines:
    """Physical lines, counted; ``taken`` holds those of the current row, which may be given back."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.waiting: deque[str] = deque()
        self.taken: list[str] = []
        self._size = 0
        self._before = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if len(self.taken) > MAX_LINES or self._size > 4 * MAX_CELL:
            raise _Runaway
        line = self.waiting.popleft() if self.waiting else next(self._lines)
        self.taken.append(line)
        self._size += len(line)
        return line

    def start(self) -> None:
        """A row begins after the lines taken so far."""
        self._before += len(self.taken)
        self.taken = []
        self._size = 0

    @property
    def line(self) -> int:
        """Line on which the current row begins."""
        return self._before + 1

    def give_back(self, keep: int = 1) -> None:
        """Keeps the row's first lines only."""
        self.waiting.extendleft(reversed(self.taken[keep:]))
        del self.taken[keep:]


def rows(source: Text, layout: Layout) -> Iterator[Row | Problem]:
    """Every row after the header. Rows with nothing in them are passed over; surplus cells that are filled reject the row."""
    lines = _Lines(source.lines())
    for _ in range(layout.header_line):
        next(lines, None)
    width = len(layout.headers)
    needed = max((n for n, header in enumerate(layout.headers, 1) if not header.startswith("#")), default=width)
    header = list(layout.headers)
    source.suspect = False
    for cells in _plain(lines, width) if layout.delimiter == "|" else _quoted(lines, layout.delimiter, width):
        suspect = source.suspect or len(lines.taken) > 1 or (bool(lines.taken) and "\r" in lines.taken[0][:-2])
        if not lines.waiting:
            source.suspect = False
        if cells is None or len(cells) > width or cells == header:
            detail = f"{len(cells)} > {width}" if cells else '"'
            yield malformed(source.file, lines.line, _ref(lines.taken[0], layout), detail)
        elif any(map(str.strip, cells)):
            yield Row(lines.line, layout.headers, cells, suspect, f"{len(cells)} < {width}" if len(cells) < needed else "")


def _ref(line: str, layout: Layout) -> str:
    """What seems to be the REF of a broken row, if it looks like one (the cell might be another, and withheld)."""
    cells = line.split(layout.delimiter, layout.ref + 1)
    ref = cells[layout.ref].strip('" \r\n') if 0 <= layout.ref < len(cells) else ""
    return ref if _REF.fullmatch(ref) else ""


def _plain(lines: _Lines, width: int) -> Iterator[list[str] | None]:
    """``|`` files, one row a line (Gertrude: no quoting, FACTS c); quotes around a cell are taken off."""
    while True:
        lines.start()
        line = next(lines, None)
        if line is None:
            return
        cells = line.rstrip("\r\n").split("|")
        if '"' in line:
            cells = [unquoted(cell) for cell in cells]
        too_long = len(line) > MAX_CELL and max(map(len, cells)) > MAX_CELL
        yield None if too_long else _trimmed(cells, width)


def unquoted(cell: str) -> str:
    """``"a ""b"" c"`` → ``a "b" c``; a cell that does not begin and end with a quote stays as it is."""
    text = cell.strip()
    return text[1:-1].replace('""', '"') if len(text) > 1 and text[0] == text[-1] == '"' else cell


def _quoted(lines: _Lines, delimiter: str, width: int) -> Iterator[list[str] | None]:
    """Rows by RFC 4180, strictly: what breaks its rule on quotes is looked at again. None is a row that cannot be read."""
    csv.field_size_limit(MAX_CELL)
    parse = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.start()
        cells: list[str] | None
        try:
            cells = _trimmed(next(parse), width)
        except StopIteration:
            return
        except (csv.Error, _Runaway):
            cells = None
        yield cells if cells and (len(lines.taken) == 1 or len(cells) == width) else _repaired(lines, delimiter, width, cells)


def _repaired(lines: _Lines, delimiter: str, width: int, cells: list[str] | None) -> list[str] | None:
    """The doubtful row in ``lines.taken``: kept if it makes sense, else cut after its first line, the others being given back.

    ``cells`` is None where the quotes broke the rule. A later line that is a whole row by itself shows that a quote was left open.
    """
    if cells is None:
        cells = _by_closing_quotes(lines, delimiter, width)
        fits = cells is not None and len(cells) == width
    else:
        fits = len(cells) <= width
    torn = width > 1 and any(len(_loose(line, delimiter, width) or ()) == width for line in lines.taken[1:])
    if fits and not torn:
        return cells
    lines.give_back()
    first = _loose(lines.taken[0], delimiter, width)
    return first if first and (len(first) == width or lines.taken[0].count('"') % 2 == 0) else None


def _by_closing_quotes(lines: _Lines, delimiter: str, width: int) -> list[str] | None:
    """The row if a quote closes a cell only before a delimiter or the end of a line: ``"un "mot" juste";`` is one cell."""
    closing = re.compile(rf'"(?={delimiter}|\r?\n|\r?\Z)')
    text, pos = "".join(lines.taken), 0
    cells: list[str] = []
    while pos == 0 or text.startswith(delimiter, pos - 1):
        if text.startswith('"', pos):
            close, start = closing.search(text, pos + 1), pos + 1
            while close is None:
                try:
                    more = next(lines, "")
                except _Runaway:
                    return None
                if not more:
                    break
                text += more
                close = closing.search(text, max(start, len(text) - len(more) - 2))
            end = close.start() if close else len(text)
            cells.append(text[start:end].replace('""', '"'))
            pos = end + 1 if close else end
        else:
            end = min(found for found in (text.find(delimiter, pos), text.find("\n", pos), len(text)) if found >= 0)
            cells.append(text[pos:end].rstrip("\r"))
            pos = end
        pos += 1
    lines.give_back(text.count("\n", 0, pos - 1) + 1)  # lines taken for an earlier attempt, and not needed by this one
    return _trimmed(cells, width) if max(map(len, cells)) <= MAX_CELL else None


def _loose(line: str, delimiter: str, width: int) -> list[str] | None:
    """One line by the csv module's forgiving rule, or None; a carriage return in it is later removed, and reported, as a control."""
    try:
        return _trimmed(next(csv.reader([line.rstrip("\r\n").replace("\r", "\v")], delimiter=delimiter), []), width)
    except csv.Error:
        return None


def _trimmed(cells: list[str], width: int) -> list[str]:
    """Without empty cells beyond the header's."""
    while len(cells) > width and not cells[-1].strip():
        cells.pop()
    return cells
