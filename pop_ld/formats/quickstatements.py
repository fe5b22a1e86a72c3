"""Statements on a notice as QuickStatements reads them: V1 commands, and rows of its CSV, each statement with where it is from.

V1 is one command a line, its parts between tabs. CSV has a command a column, so that every row has every column: the tool takes no
empty cell (its issue 22), and a notice without a value for each property that was asked for has no row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice, product
from typing import NamedTuple

from pop_ld.formats.source import Source
from pop_ld.formats.wikidata import (
    REFERENCE_URL,
    RETRIEVED,
    STATED_IN,
    Items,
    Statement,
    base_item,
    described,
    own_property,
    rules,
    statements,
    type_of,
)
from pop_ld.formats.wikidata_values import Value, day, item, string

MOST_ROWS = 20
"""Most rows of one notice in the CSV: where a property has several values, each has a row."""
_PROPERTY = re.compile(r"P[1-9]\d{0,6}")
_LABEL, _DESCRIPTION, _TYPE = "Lfr", "Dfr", "P31"


def references(source: Source) -> list[tuple[str, Value]]:
    """Where a statement is from: the base as an item, where it is one, the address of the notice, the day of the release."""
    assert source.base is not None
    stated = base_item(source.base.slug)
    address, retrieved = string(source.document), day(str(source.manifest["created"])[:10])
    pairs = ((STATED_IN, item(stated) if stated else None), (REFERENCE_URL, address), (RETRIEVED, retrieved))
    return [(prop, value) for prop, value in pairs if value is not None]


def commands(source: Source, qid: str, items: Items) -> Iterator[str]:
    """The V1 commands that tell an item what a notice says; for a new item ("" for ``qid``) those that make it, or none at all.

    A new item needs a name and the identifier of its notice: without these nobody would find it again.
    """
    assert source.base is not None
    found = statements(source, items)
    if qid:
        yield from (_line(qid, statement, source) for statement in found)
        return
    label, about = described(source)
    if not label or not any(statement.property == own_property(source.base.slug) for statement in found):
        return
    yield "CREATE"
    yield f'LAST\t{_LABEL}\t"{label}"'
    if about and about != label:
        yield f'LAST\t{_DESCRIPTION}\t"{about}"'
    if kind := type_of(source):
        yield _line("LAST", Statement(_TYPE, item(kind)), source)
    yield from (_line("LAST", statement, source) for statement in found)


def _line(subject: str, statement: Statement, source: Source) -> str:
    parts = [subject, statement.property, statement.value.text]
    for prop, value in statement.qualifiers:
        parts += [prop, value.text]
    for prop, value in references(source):
        parts += [f"S{prop[1:]}", value.text]
    return "\t".join(parts)


# CSV ------------------------------------------------------------------------------------------------------------------------


class Table(NamedTuple):
    """What a CSV has: the properties of one base in the order asked for, each with the qualifiers that all its values have."""

    base: str
    properties: tuple[str, ...]
    new: bool = False


def table(base: str, asked: str, new: bool = False) -> Table:
    """``P347,P217`` as the table of a base; what the base does not say is left out, and its identifier stands for nothing."""
    known = {rule.property for rule in rules(base)}
    wanted = [prop for prop in dict.fromkeys(map(str.strip, asked[:400].split(","))) if _PROPERTY.fullmatch(prop) and prop in known]
    own = own_property(base)
    return Table(base, tuple(dict.fromkeys([own, *wanted] if new or not wanted else wanted)) if own else tuple(wanted), new)


def head(asked: Table) -> tuple[str, ...]:
    """The first row: ``qid``, then a column for each property, for its qualifiers and for its references."""
    cells = ["qid", *((_LABEL, _DESCRIPTION) if asked.new else ())]
    sources = [*([STATED_IN] if base_item(asked.base) else []), REFERENCE_URL, RETRIEVED]
    for prop in asked.properties:
        cells += [prop, *(f"qal{name[1:]}" for name in _always(asked.base, prop))]
        cells += [f"{'S' if n == 0 else 's'}{name[1:]}" for n, name in enumerate(sources)]
    return tuple(cells)


def _always(base: str, prop: str) -> tuple[str, ...]:
    """The qualifiers without which a value of the property is not said."""
    found = [tuple(name for name, where in rule.qualifiers if where) for rule in rules(base) if rule.property == prop]
    return found[0] if found else ()


def rows(source: Source, qid: str, items: Items, asked: Table) -> list[tuple[str, ...]]:
    """The rows of a notice; () where it lacks one of the properties, or its values have other qualifiers than the columns."""
    found = statements(source, items)
    told = [_cells(source, [s for s in found if s.property == prop], _always(asked.base, prop)) for prop in asked.properties]
    start: tuple[str, ...] = (qid,)
    if asked.new:
        label, about = described(source)
        start = ("", label, about)
    if not all(told) or not all(start[1:]):
        return []
    return [start + tuple(cell for cells in chosen for cell in cells) for chosen in islice(product(*told), MOST_ROWS)]


def _cells(source: Source, found: Sequence[Statement], qualifiers: Sequence[str]) -> list[tuple[str, ...]]:
    """The cells of each value that has just those qualifiers."""
    sources = [value.text for _, value in references(source)]
    kept = [s for s in found if tuple(prop for prop, _ in s.qualifiers) == tuple(qualifiers)]
    return [(s.value.text, *(value.text for _, value in s.qualifiers), *sources) for s in kept]
