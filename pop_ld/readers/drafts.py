"""Row → Draft: the row's cells as values of POP codes, by one base's columns, before anything is decided about it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from pop_ld.readers.columns import Column, Columns
from pop_ld.readers.rows import CONTROLS, MARK, MOJIBAKE, SURROGATES, SUSPECT, WHITE, Number, Row


@dataclass(slots=True)
class Draft:
    """``others`` are the filled columns that are no field; ``remarks`` are (kind, code, value). No withheld value is in it."""

    fields: dict[str, tuple[str, ...]] = field(default_factory=dict)
    withheld: dict[str, None] = field(default_factory=dict)
    others: list[Column] = field(default_factory=list)
    remarks: list[tuple[str, str, str]] = field(default_factory=list)

    def first(self, code: str) -> str:
        """The first value of a field, or ``""``."""
        return self.fields[code][0] if code in self.fields else ""


def draft(row: Row, columns: Columns) -> Draft:
    """Every cell of ``row``. Raises RecursionError for JSON nested beyond measure."""
    made = Draft()
    _fill(made, row.headers, row.cells, columns, row.suspect)
    return made


def _fill(made: Draft, headers: Iterable[str], cells: Iterable[Any], columns: Columns, suspect: bool) -> None:
    """The reader's hot path: what is neither suspect nor special (withheld, templated, no field) never leaves this loop."""
    fields = made.fields
    plain = {} if suspect else columns.plain
    empty, longest = columns.empty, columns.longest_empty
    for header, cell in zip(headers, cells):  # noqa: B905 (a ragged row is short on purpose)
        if cell == "" or cell is None:
            continue
        kind = type(cell)
        if kind is str or kind is Number:
            value = cell.strip(WHITE)
            if not value or (len(value) <= longest and value in empty):
                continue
            code = plain.get(header)
            if code:
                fields[code] = (*fields[code], value) if code in fields else (value,)
            elif (column := columns[header]).code or suspect:
                _add(made, column, value, empty if suspect else None)
            else:
                made.others.append(column)
        elif kind is dict:
            _add_object(made, header, cell, columns, suspect)
        else:
            _add_all(made, columns, header, _texts(cell), suspect)


def _add(made: Draft, column: Column, value: str, suspect: Collection[str] | None) -> None:
    """One trimmed value of any column; ``suspect``, given where it must be looked at closely, holds the texts that mean "nothing"."""
    kinds: tuple[str, ...] = ()
    if suspect is not None and SUSPECT.search(value):
        value, kinds = cleaned(value)
        if not value or value in suspect:
            return
    if column.withheld:
        made.withheld[column.code] = None
    elif not column.code:
        made.others.append(column)
    else:
        text = value if column.template == "{}" else column.template.replace("{}", value)
        made.fields[column.code] = (*made.fields.get(column.code, ()), text)
        made.remarks.extend((kind, column.code, text) for kind in kinds)


def cleaned(value: str) -> tuple[str, tuple[str, ...]]:
    """The value without control characters but line feed and tab, lone surrogates as U+FFFD; and the kinds of Problem it deserves.

    What was undecodable (MARK) has been reported already, with its line. Mojibake is kept: only its producer can mend it.
    """
    value = value.replace("\r\n", "\n").replace("\r", "\n")
    kinds = []
    if MOJIBAKE.search(value):
        kinds.append("mojibake")
    value = value.replace(MARK, "\ufffd")
    if CONTROLS.search(value) or SURROGATES.search(value):
        kinds.append("control-characters")
        value = SURROGATES.sub("\ufffd", CONTROLS.sub("", value))
    return value.strip(WHITE), tuple(kinds)


def _add_object(made: Draft, header: str, cell: dict[str, Any], columns: Columns, suspect: bool) -> None:
    """A JSON object is flattened (``POP_COORDONNEES/lat``), unless it is itself a known column and nothing in it is."""
    inner = [f"{header}/{key}" for key in cell]
    if columns[header].known and not any(columns[key].known for key in inner):
        _add_all(made, columns, header, _texts([cell]), suspect)
    else:
        _fill(made, inner, cell.values(), columns, suspect)


def _add_all(made: Draft, columns: Columns, header: str, texts: Iterable[str], suspect: bool) -> None:
    column, empty = columns[header], columns.empty
    for text in texts:
        value = text.strip(WHITE)
        if value and value not in empty:
            _add(made, column, value, empty if suspect else None)


def _texts(cell: Any) -> Iterator[str]:
    """The values of a string, number, boolean or list; what is nested in a list is one JSON text an item."""
    for item in cell if isinstance(cell, list) else [cell]:
        if isinstance(item, dict | list):
            if _is_filled(item):
                yield json_text(item)
        elif item is not None:
            yield item if isinstance(item, str) else str(item).lower()


def _is_filled(item: Any) -> bool:
    if isinstance(item, dict | list):
        return any(map(_is_filled, item.values() if isinstance(item, dict) else item))
    return item is not None and item != ""


def json_text(item: Any) -> str:
    """JSON for a nested value, numbers as they were written (json.dumps would quote them)."""
    if isinstance(item, dict):
        return "{" + ", ".join([f"{json.dumps(key, ensure_ascii=False)}: {json_text(value)}" for key, value in item.items()]) + "}"
    if isinstance(item, list):
        return "[" + ", ".join([json_text(value) for value in item]) + "]"
    if item is None:
        return "null"
    if isinstance(item, bool):
        return "true" if item else "false"
    return str(item) if isinstance(item, Number) else json.dumps(item, ensure_ascii=False)
