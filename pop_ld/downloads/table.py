"""A base as a table: a line a notice, a column each one-hop property of its mapping, as CSV and as Parquet.

The columns are read from the mapping: every property that a rule gives the notice itself from a field, but those of the CRM that no
``one_hop`` of the base names. CSV joins the values of a cell with ``|``; a ``|`` or ``\\`` inside a value has a ``\\`` before it.
Parquet has lists, and years, dates, numbers and booleans as such.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pyoxigraph import Literal, NamedNode, Triple

from pop_ld import iris
from pop_ld.bases import load_bases
from pop_ld.formats.prefixes import PREFIXES
from pop_ld.mapping import load_mapping

FIRST = ("base", "ref", "iri")
"""Columns of every table, before those of the properties."""
SEPARATOR = "|"
ROWS = 4_000
"""Lines of a row group of Parquet."""
_CRM = (iris.CRM, iris.CRM_EXTENSIONS, iris.LINKED_ART)
_IDENTIFIER = iris.DCTERMS + "identifier"
_YEAR = re.compile(r"(-?\d{4,9})(?:Z|[+-]\d\d:\d\d)?")


@dataclass(frozen=True, slots=True)
class Column:
    """One property of a notice; ``datatype`` is the local name of an XSD type, "" for texts and IRIs."""

    name: str
    property: str
    datatype: str


@cache
def columns(base: str) -> tuple[Column, ...]:
    """The columns of a base after FIRST, in the order of its mapping."""
    known = load_bases()[base]
    thing, named = f"{iris.DEFAULT_SITE}/id/{base}/{{key}}", set(known.one_hop.values())
    found: dict[str, set[str]] = {}
    for mapping in load_mapping(known.mapping_file):
        for rule in mapping.rules if str(mapping.subject) == thing else ():
            hop = rule.predicate in named or not rule.predicate.startswith(_CRM)
            if rule.object.fields and hop and rule.predicate != _IDENTIFIER:
                found.setdefault(rule.predicate, set()).add(rule.datatype)
    return tuple(Column(_curie(name), name, _local(types)) for name, types in found.items())


def _curie(iri: str) -> str:
    found = max(((space, prefix) for prefix, space in PREFIXES.items() if iri.startswith(space)), default=None)
    return f"{found[1]}:{iri.removeprefix(found[0])}" if found else iri


def _local(datatypes: set[str]) -> str:
    name = next(iter(datatypes)) if len(datatypes) == 1 else ""
    return name.removeprefix(iris.XSD) if name.startswith(iris.XSD) else ""


@cache
def every_column() -> tuple[Column, ...]:
    """Those of all bases, each once; one that bases say in several types holds texts."""
    found: dict[str, Column] = {}
    for base in load_bases():
        for column in columns(base):
            former = found.setdefault(column.name, column)
            if former.datatype != column.datatype:
                found[column.name] = Column(column.name, column.property, "")
    return tuple(found.values())


def row(base: str, thing: str, triples: Sequence[Triple]) -> list[list[str]]:
    """The values of each column, sorted; [] where ``triples`` are of no notice (a tombstone). FIRST come first, one value each."""
    said: dict[str, list[str]] = {}
    for triple in triples:
        if isinstance(triple.subject, NamedNode) and triple.subject.value == thing and isinstance(triple.object, NamedNode | Literal):
            said.setdefault(triple.predicate.value, []).append(triple.object.value)
    if _IDENTIFIER not in said:
        return []
    return [[base], said[_IDENTIFIER][:1], [thing], *(sorted(set(said.get(column.property, ()))) for column in columns(base))]


# CSV -------------------------------------------------------------------------------------------------------------------------


def join(values: Sequence[str]) -> str:
    """Some values as one cell."""
    return SEPARATOR.join(value.replace("\\", "\\\\").replace(SEPARATOR, "\\" + SEPARATOR) for value in values)


def csv_lines(rows: Sequence[Sequence[str]]) -> bytes:
    """RFC 4180, UTF-8."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8")


def header(base: str) -> list[str]:
    """The first line of a base's CSV; of that of all bases where ``base`` is ""."""
    return [*FIRST, *(column.name for column in (columns(base) if base else every_column()))]


def csv_of_all(files: Sequence[Path], write: Callable[[bytes], object]) -> int:
    """The tables of several bases under the columns of all of them; returns how many lines there are."""
    names = header("")
    write(csv_lines([names]))
    count, waiting = 0, list[list[str]]()
    for file in files:
        with gzip.open(file, "rt", encoding="utf-8", newline="") as lines:
            reader = csv.reader(lines)
            places = {name: number for number, name in enumerate(next(reader))}
            order = [places.get(name, -1) for name in names]
            for line in reader:
                waiting.append([line[place] if place >= 0 else "" for place in order])
                count += 1
                if len(waiting) >= ROWS:
                    write(csv_lines(waiting))
                    waiting.clear()
    write(csv_lines(waiting))
    return count


# Parquet ---------------------------------------------------------------------------------------------------------------------


def has_parquet() -> bool:
    """Whether the extra ``parquet`` (pyarrow) is installed."""
    return find_spec("pyarrow") is not None


def _arrow() -> tuple[Any, Any]:
    return import_module("pyarrow"), import_module("pyarrow.parquet")


_VALUES: Mapping[str, Callable[[str], Any]] = {
    "gYear": lambda text: int(found[1]) if (found := _YEAR.fullmatch(text)) else None,
    "integer": int,
    "decimal": float,
    "double": float,
    "boolean": lambda text: text in ("true", "1"),
    "date": lambda text: date.fromisoformat(text[:10]),
    "dateTime": lambda text: datetime.fromisoformat(text.replace("Z", "+00:00")).replace(tzinfo=None),
}


def _type(pa: Any, datatype: str) -> Any:
    made = {"gYear": pa.int32, "integer": pa.int64, "decimal": pa.float64, "double": pa.float64, "boolean": pa.bool_, "date": pa.date32}
    return pa.timestamp("ms") if datatype == "dateTime" else made.get(datatype, pa.string)()


def _schema(pa: Any, wanted: Sequence[Column]) -> Any:
    texts = [pa.field(name, pa.string()) for name in FIRST]
    meta = {column.name: {"property": column.property} for column in wanted}
    return pa.schema([*texts, *(pa.field(c.name, pa.list_(_type(pa, c.datatype)), metadata=meta[c.name]) for c in wanted)])


def write_parquet(base: str, rows: Sequence[Sequence[Sequence[str]]], file: Path) -> None:
    """Some lines as a file of their own, to be put together with others. A value that its type cannot hold is left out."""
    pa, parquet = _arrow()
    wanted = columns(base)
    texts = [pa.array([line[number][0] for line in rows], pa.string()) for number in range(len(FIRST))]
    lists = [_list(pa, column, [line[len(FIRST) + number] for line in rows]) for number, column in enumerate(wanted)]
    parquet.write_table(pa.Table.from_arrays([*texts, *lists], schema=_schema(pa, wanted)), file, compression="zstd")


def _list(pa: Any, column: Column, cells: list[Sequence[str]]) -> Any:
    read = _VALUES.get(column.datatype)
    found: list[Sequence[Any]] = cells if read is None else [[v for t in cell if (v := _read(read, t)) is not None] for cell in cells]
    return pa.array(found, pa.list_(_type(pa, column.datatype)))


def _read(read: Callable[[str], Any], text: str) -> Any:
    try:
        return read(text)
    except ValueError:
        return None


def join_parquet(files: Sequence[Path], out: Path, base: str) -> int:
    """Several files as one, under the columns of ``base``, or of all bases where it is ""; returns how many lines there are."""
    pa, parquet = _arrow()
    wanted = columns(base) if base else every_column()
    count, schema = 0, _schema(pa, wanted)
    with parquet.ParquetWriter(out, schema, compression="zstd") as writer:
        for part in _groups(parquet, files):
            arrays = [_as(pa, part, field) for field in schema]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            count += part.num_rows
    return count


def _groups(parquet: Any, files: Sequence[Path]) -> Iterator[Any]:
    for file in files:
        content = parquet.ParquetFile(file)
        for number in range(content.num_row_groups):
            yield content.read_row_group(number)


def _as(pa: Any, part: Any, field: Any) -> Any:
    if field.name not in part.column_names:
        return pa.array([[]] * part.num_rows, field.type)
    return part.column(field.name).cast(field.type).combine_chunks()


__all__ = ["FIRST", "Column", "columns", "csv_lines", "csv_of_all", "every_column", "has_parquet", "header", "join", "row"]
