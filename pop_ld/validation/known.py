"""Problems recorded before, so that a producer sees what is new: a report of ours, CSV or JSON, read back as keys of findings."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

from pop_ld.errors import ReadError

Key = tuple[str, str, str, str, str]
"""(base, REF, code, field, value): see Finding.key."""
_COLUMNS = ("base", "ref", "code", "field", "value")


def read_known(path: Path) -> frozenset[Key]:
    """The findings of a report written with ``--format csv`` or ``json``. Raises ReadError, with the line where it is known."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            text = file.read()
    except (OSError, UnicodeDecodeError) as error:
        raise ReadError(f"cannot be read as a report: {error}", file=str(path)) from error
    return frozenset(_from_json(text, path) if text.lstrip().startswith("{") else _from_csv(text, path))


def _from_json(text: str, path: Path) -> list[Key]:
    try:
        results = json.loads(text)["results"]
        return [_key([str(result[name]) for name in _COLUMNS]) for result in results]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ReadError(f"is no report of pop-ld validate: {error!r}", file=str(path)) from error


def _from_csv(text: str, path: Path) -> list[Key]:
    reader = csv.DictReader(io.StringIO(text, newline=""))  # not splitlines: a value may hold U+0085
    found = []
    try:
        if not set(_COLUMNS) <= set(reader.fieldnames or ()):
            raise ReadError("is no report of pop-ld validate: its header lacks " + ", ".join(_COLUMNS), file=str(path), line=1)
        for row in reader:
            if any(row[name] is None for name in _COLUMNS):
                raise ReadError("has too few cells", file=str(path), line=reader.line_num)
            found.append(_key([bare(row[name]) for name in _COLUMNS]))
    except csv.Error as error:
        raise ReadError(f"is no report of pop-ld validate: {error}", file=str(path), line=reader.line_num) from error
    return found


def _key(values: list[str]) -> Key:
    base, ref, code, field, value = values
    return base, ref, code, field, value


_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet take a cell for a formula."""


def guarded(cell: str) -> str:
    """A cell that no spreadsheet runs: behind an apostrophe where it would begin a formula."""
    return f"'{cell}" if cell.startswith((*_FORMULA, "'")) else cell


def bare(cell: str) -> str:
    """The inverse of :func:`guarded`."""
    return cell[1:] if cell.startswith("'") else cell
