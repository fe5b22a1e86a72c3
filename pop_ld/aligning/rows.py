"""A file of links → its lines as cells by column, whatever its syntax: CSV, TSV, SSSOM, results of SPARQL, JSON; gzip and zip too."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from pop_ld.aligning.json_rows import json_rows
from pop_ld.notices import Problem
from pop_ld.readers.archives import Stream, members

MAX_LINE = 1 << 20
"""Characters after which a line without end is cut, so that memory stays bounded."""
_HEADER_LINES = 2_000
_TERM = re.compile(r'<([^<>]*)>|"((?:[^"\\]|\\.)*)"(?:@[A-Za-z0-9-]+|\^\^<[^<>]*>)?')
"""A term as SPARQL 1.1 TSV writes it (§4)."""
_ESCAPE = re.compile(r"\\(.)")
_SPACES = {"t": "\t", "n": "\n", "r": "\r"}


class Row(NamedTuple):
    """One line: ``number`` counts from 1, ``cells`` has the trimmed text of each filled column, by its name as :func:`column` has it."""

    number: int
    cells: Mapping[str, str]


@dataclass(slots=True)
class Table:
    """A file, or a member of one: ``columns`` are those of the header, or of the first object; ``meta`` is SSSOM's header."""

    label: str
    columns: tuple[str, ...]
    meta: str
    rows: Iterator[Row | Problem]


def tables(path: Path) -> Iterator[Table]:
    """The tables of a file, to be read in turn. Raises ReadError."""
    for member in members(path):
        with member.open() as stream:
            text = io.TextIOWrapper(io.BufferedReader(_Raw(stream), 1 << 18), "utf-8-sig", errors="replace", newline="")
            yield _table(text, member.label)


def column(name: str) -> str:
    """The name of a column without what differs between tools: case, spaces, the ``?`` of SPARQL's TSV."""
    return re.sub(r"[\s?\"]+", "", name).casefold().replace("-", "_")


def _table(text: io.TextIOWrapper, label: str) -> Table:
    meta: list[str] = []
    line = text.readline(MAX_LINE)
    while line and (line.startswith("#") or not line.strip()):
        if len(meta) < _HEADER_LINES and line.startswith("#"):
            meta.append(line[1:].rstrip("\r\n"))
        line = text.readline(MAX_LINE)
    if line.lstrip()[:1] in ("[", "{"):
        return _json(text, line, label)
    tabs = "\t" in line
    delimiter = "\t" if tabs else max(",;", key=line.count)
    skipped = len(meta)
    lines = _lines(text, line)
    # SPARQL's TSV quotes as Turtle does, which the csv module does not know: cells are cut at tabs there, as its grammar says
    rows = csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE if tabs else csv.QUOTE_MINIMAL)
    header = tuple(map(column, next(rows, ())))
    return Table(label, header, "\n".join(meta), _cells(rows, header, label, skipped, tabs))


def _lines(text: io.TextIOWrapper, first: str) -> Iterator[str]:
    line = first
    while line:
        yield line.replace("\0", "\ufffd")
        line = text.readline(MAX_LINE)


def _cells(rows: Any, header: tuple[str, ...], label: str, skipped: int, tabs: bool) -> Iterator[Row | Problem]:
    """The rows below the header. What is no row is a Problem: a quote that does not end, more cells than columns, undecodable bytes."""
    while True:
        number = rows.line_num + skipped + 1
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield Problem("link-damaged", label, number, detail=str(error), rejects=True)
            continue
        if not any(cells):
            continue
        if len(cells) > len(header) and any(cells[len(header) :]):
            yield Problem("link-cells", label, number, value=str(len(cells)), detail=str(len(header)), rejects=True)
            continue
        found = {name: text for name, cell in zip(header, cells, strict=False) if (text := (_plain(cell) if tabs else cell).strip())}
        yield from _checked(Row(number, found), label)


def _plain(cell: str) -> str:
    """The text of a cell of TSV: an RDF term without its marks, else a cell that CSV would have quoted."""
    found = _TERM.fullmatch(cell.strip())
    if not found:
        return cell
    return found[1] if found[1] is not None else _ESCAPE.sub(lambda escape: _SPACES.get(escape[1], escape[1]), found[2])


def _json(text: io.TextIOWrapper, first: str, label: str) -> Table:
    found = json_rows(text, first, label)
    head = next(found, None)
    columns = tuple(map(column, head[1])) if head and not isinstance(head, Problem) else ()

    def rows() -> Iterator[Row | Problem]:
        waiting = head
        while waiting is not None:
            if isinstance(waiting, Problem):
                yield waiting
            else:
                number, said = waiting
                cells = {column(name): text for name, value in said.items() if (text := _value(value).strip())}
                yield from _checked(Row(number, cells), label)
            waiting = next(found, None)

    return Table(label, columns, "", rows())


def _value(value: Any) -> str:
    """The text of a value: that of a binding (SPARQL 1.1 JSON §3.2.2) or a plain one."""
    if isinstance(value, dict):
        value = value.get("value", "")
    return "" if value is None or isinstance(value, dict | list | bool) else str(value)


def _checked(row: Row, label: str) -> Iterator[Row | Problem]:
    if damaged := next((name for name, text in row.cells.items() if "\ufffd" in text), ""):
        yield Problem("link-encoding", label, row.number, field=damaged, value=row.cells[damaged][:200], rejects=True)
    else:
        yield row


class _Raw(io.RawIOBase):
    """A member's stream as Python's own classes want it."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)
