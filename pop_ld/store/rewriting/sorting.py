"""``ORDER BY`` outside the engine, which looks terms up on disk at each comparison: here each term is read once.

The query is asked without its order, and the rows that it wants are kept as they stream by. Where the first key is a variable and
few rows are wanted, less is read still: the values of that key alone, each once, then the rows of the least of them.
See docs/decisions/20261124-beyond-the-engine.md.
"""

from __future__ import annotations

import re
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter
from typing import Any

from pyoxigraph import BlankNode, QuerySolution, QuerySolutions, Store

from pop_ld.store.rewriting import blocks, names, rows
from pop_ld.store.rewriting.ordering import Order, Unordered
from pop_ld.store.rewriting.selecting import Select
from pop_ld.store.rewriting.tree import Edit, edited
from pop_ld.store.statistics import Statistics

SAMPLE = 64
"""Rows whose first keys say whether all are numbers, which the engine compares without a look at the disk."""
FIRST = 1_000
"""Rows that are read before it is decided how to read the others."""
SLOW_ROW = 60e-6
"""Seconds of processor for each of the first rows from where on it is not the reading of terms that takes time."""
FEWEST_VALUES = 100
"""Different first keys among the first rows, below which their rows are nearly all rows."""
MOST_VALUES = 2_000
"""Values of the first key that rows are asked for by."""
MOST_LOOKED_UP = 500
"""Values that are looked up one by one: a VALUES of a thousand the engine takes after other patterns, and reads for each of their rows."""
MOST_HASHED = 2_000_000
"""Triples of a property that are worth reading whole."""

_NUMERIC = re.compile(r"[\s(]*(?:COUNT|SUM|AVG|STRLEN|ABS|CEIL|FLOOR|ROUND|RAND|YEAR|MONTH|DAY|HOURS|MINUTES|SECONDS)\s*\(", re.IGNORECASE)
_CHANGING = re.compile(r"\b(?:RAND|UUID|STRUUID|BNODE|NOW)\b", re.IGNORECASE)
"""Functions that give another value each time a query is asked."""
_PARTS = frozenset(["{", "}", ".", "comment", "triples_same_subject"])
_KEEPING = _PARTS | {"optional_graph_pattern", "bind"}
"""Parts of a group, none of which takes away a solution of its triples."""

Improve = Callable[[str], str]
"""Gives a query with the same solutions that is cheaper to ask, or the query itself."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The query without order, with its keys among its columns: (column, whether it descends).

    ``first`` is the one variable that the first key is made of, "" where rows are not to be asked for by its values; ``listed``
    is what to select for them: the variable, and the key where it is another. ``opening`` is the byte after the ``{`` of the group.
    """

    text: str
    variables: tuple[str, ...]
    keys: tuple[tuple[int, bool], ...]
    offset: int
    limit: int | None
    first: str
    listed: tuple[str, ...]
    opening: int

    @property
    def wanted(self) -> int | None:
        """How many of the least rows are wanted; None for all."""
        return None if self.limit is None else self.offset + self.limit


def plan(select: Select, variables: Sequence[str]) -> Plan | None:
    """How to sort a query's rows here; None where the engine does. ``variables`` are those of its results, each ``?x``."""
    if not select.keys or not variables or select.kind == "REDUCED" or select.limit == 0 or _is_numeric(select):
        return None
    columns, added = list(variables), list[str]()
    keys: list[tuple[int, bool]] = []
    for number, key in enumerate(select.keys):
        name, what = key.variable, key.variable
        if not name:
            name = f"?key{number}"
            while name[1:].encode() in select.tree.text:
                name += "_"
            what = f"({key.text} AS {name})"
        if name not in columns:
            columns.append(name)
            added.append(what)
        keys.append((columns.index(name), key.descending))
    if added and select.kind:
        return None  # more columns would make more rows distinct
    edits: list[Edit] = [(node.start_byte, node.end_byte, " ") for node in select.removed]
    edits += _projection(select, variables, added) if added else []
    first = _variable_to_ask_by(select)
    named = columns[keys[0][0]]
    listed = (first,) if named == first else (first, f"({select.keys[0].text} AS {named})")
    opening = select.group.start_byte + 1
    opening += sum(len(text.encode()) - (end - start) for start, end, text in edits if end < opening)
    return Plan(edited(select.tree, edits), tuple(variables), tuple(keys), select.offset, select.limit, first, listed, opening)


def _is_numeric(select: Select) -> bool:
    key = select.keys[0]
    named = (item.expression for item in select.items or () if item.variable == key.variable and item.expression)
    expression = next(named, None)
    return bool(_NUMERIC.match(select.tree.source(expression) if expression else key.text))


def _projection(select: Select, variables: Sequence[str], added: Sequence[str]) -> Iterator[Edit]:
    if select.items is None:
        star = next(child for child in select.clause.children if child.type == "*")
        yield star.start_byte, star.end_byte, " ".join(variables)
    yield select.clause.end_byte, select.clause.end_byte, "\n" + " ".join(added)


def _variable_to_ask_by(select: Select) -> str:
    """The variable that the first key is made of, where its values may be looked up first; "" otherwise."""
    key, tree = select.keys[0], select.tree
    few = select.limit is not None and select.offset + select.limit <= MOST_VALUES
    found = {blocks.term(tree, node) for node in tree.find("var", key.node)}
    computed = any(item.variable in found and item.expression for item in select.items or ())
    if len(found) != 1 or not few or computed or select.is_grouped or select.having or _CHANGING.search(tree.text.decode()):
        return ""
    first, block = found.pop(), blocks.read(tree, select.group, names.prefixes(tree))
    return first if block and any(first in unit.variables for unit in block.units if unit.hops) else ""


def ordered(
    store: Store, select: Select, plan: Plan, dataset: Mapping[str, Any], statistics: Statistics | None, improve: Improve
) -> QuerySolutions | None:
    """The query's results in their order; None where the engine is to sort them: by numbers, or by terms of unknown order."""
    try:
        found = store.query(improve(plan.text), **dataset)
        assert isinstance(found, QuerySolutions)
        return _sorted(store, select, plan, dataset, statistics, improve, found)
    except (Unordered, SyntaxError):
        return None


def _sorted(
    store: Store,
    select: Select,
    plan: Plan,
    dataset: Mapping[str, Any],
    statistics: Statistics | None,
    improve: Improve,
    found: QuerySolutions,
) -> QuerySolutions | None:
    least, order = Least(plan.wanted), Order(plan.keys)
    first = plan.keys[0][0]
    started, read, values = time.thread_time(), 0, set[object]()
    for row in islice(found, FIRST):
        read += 1
        least.add(order(row), row, len(plan.variables))
        if plan.first:
            values.add(row[first])
        if read == SAMPLE == order.numbers:
            return None
    fast = time.thread_time() - started < read * SLOW_ROW
    if read == FIRST and plan.first and fast and len(values) >= FEWEST_VALUES:
        by_values = _by_values(plan, _values(store, select, plan, dataset, None if dataset else statistics, improve))
        if by_values:
            again = store.query(improve(by_values), **dataset)
            assert isinstance(again, QuerySolutions)
            least, order, found = Least(plan.wanted), Order(plan.keys), again
    for row in found:
        least.add(order(row), row, len(plan.variables))
    return rows.results(plan.variables, least.lines()[plan.offset :])


class Least:
    """Keeps the ``wanted`` rows of the least keys, with ``ties`` all of the last key; every row where it is None.

    Rows of equal keys go by their text, so that the pages of a query fit together however each was read.
    """

    def __init__(self, wanted: int | None, *, ties: bool = False) -> None:
        self._wanted = wanted
        self._ties = ties
        self._most = None if wanted is None else 2 * wanted + SAMPLE
        self._kept: list[tuple[bytes, bytes]] = []
        self._bound: tuple[bytes, bytes] | None = None

    def add(self, key: bytes, row: QuerySolution, width: int) -> None:
        """Takes a row in, as its line of ``width`` columns."""
        if self._bound is not None and key > self._bound[0]:
            return
        found = (key, rows.line(row, width))
        if self._bound is not None and found >= self._bound and not self._ties:
            return
        self._kept.append(found)
        if len(self._kept) == self._most:
            self._cut()

    def lines(self) -> list[bytes]:
        """The rows kept, in their order."""
        self._cut()
        return [line for _, line in self._kept]

    def _cut(self) -> None:
        self._kept.sort()
        if self._wanted is None or len(self._kept) < self._wanted:
            return
        self._bound = self._kept[self._wanted - 1]
        end = bisect_right(self._kept, self._bound[0], key=itemgetter(0)) if self._ties else self._wanted
        del self._kept[end:]
        self._most = 2 * end + SAMPLE


# By the values of the first key -------------------------------------------------------------------------------------------


def _values(
    store: Store, select: Select, plan: Plan, dataset: Mapping[str, Any], statistics: Statistics | None, improve: Improve
) -> list[bytes]:
    """The values of the variable that have the least first keys, with all of the last key; none where one is a blank node."""
    text = statistics and _keys_of_class(select, plan, statistics)
    if not text:
        clause = select.clause
        edits = [(clause.start_byte, clause.end_byte, f"SELECT DISTINCT {' '.join(plan.listed)}")]
        text = improve(edited(select.tree, [*edits, *((node.start_byte, node.end_byte, " ") for node in select.removed)]))
    least, order = Least(plan.wanted, ties=True), Order([(len(plan.listed) - 1, plan.keys[0][1])])
    found = store.query(text, **dataset)
    assert isinstance(found, QuerySolutions)
    for row in found:
        if row[0] is None or type(row[0]) is BlankNode:
            return []
        least.add(order(row), row, 1)
    return least.lines()


def _by_values(plan: Plan, values: Sequence[bytes]) -> str:
    """The query without order for these values alone; "" where there are none.

    They come first in the group, whose triples bind the variable: written after it they could be joined last of all.
    """
    text, place = plan.text.encode(), plan.opening
    given = f" VALUES {plan.first} {{ {b''.join(values).decode()} }} "
    if len(values) > MOST_LOOKED_UP:
        given = f" {{ SELECT {plan.first} {{{given}}} }} "  # is read once, into a hash table
    return (text[:place] + given.encode() + text[place:]).decode() if values else ""


def _keys_of_class(select: Select, plan: Plan, statistics: Statistics) -> str:
    """A query for the values of the variable where it is a property of all things of a class; "" where the group asks for more.

    A SELECT inside makes the engine read the property whole and join it in memory, which by measurement takes a third of the
    time of a look at the property of each thing.
    """
    tree, first = select.tree, plan.first
    known = names.prefixes(tree)
    block = None if select.has_dataset else blocks.read(tree, select.group, known)
    if block is None or any(part.type not in _KEEPING for part in blocks.parts(select.group)):
        return ""
    hops = [unit.hops[0] for unit in block.units if len(unit.hops) == 1 and len(unit.hops[0].properties) == 1]
    subjects, objects = {hop.subject for hop in hops}, [hop.object for hop in hops if not hop.kind]
    kinds = [hop.kind for hop in hops if hop.kind]
    if len(hops) < len(block.units) or len(subjects) != 1 or len(kinds) != 1 or objects.count(first) != 1:
        return ""
    subject = subjects.pop()
    if subject[0] != "?" or len({subject, *objects}) != 1 + len(objects) or any(name[0] != "?" for name in objects):
        return ""
    things, of_class = statistics.classes.get(kinds[0], 0), statistics.partitions.get(kinds[0], {})
    key = next(unit for unit, hop in zip(block.units, hops, strict=True) if hop.object == first and not hop.kind)
    property = key.hops[0].properties[0]
    triples = statistics.properties[property].triples if property in statistics.properties else 0
    common = all(2 * of_class.get(hop.properties[0], 0) >= things for hop in hops if not hop.kind)
    if not common or triples > min(4 * things, MOST_HASHED):
        return ""
    others = " . ".join(unit.text for unit in block.units if unit is not key)
    head = tree.text[: select.clause.start_byte].decode()
    return f"{head}SELECT DISTINCT {' '.join(plan.listed)} {{ {others} {{ SELECT {subject} {first} {{ {key.text} }} }} }}"
