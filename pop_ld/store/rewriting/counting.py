"""Counts of whole classes and properties from the exact counts of the release, in place of a walk over every triple.

Answered are a single triple pattern of the default graph, or the property of a class, with ``COUNT`` in any number, alone or by
class or property; and the list of all classes or properties. The rest is left to the engine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode, QuerySolutions
from tree_sitter import Node

from pop_ld.store.rewriting import blocks, names, rows
from pop_ld.store.rewriting.blocks import term
from pop_ld.store.rewriting.selecting import Item, Select
from pop_ld.store.rewriting.tree import Tree
from pop_ld.store.statistics import Statistics

_PARTS = frozenset(["{", "}", ".", "comment", "triples_same_subject"])
Value = str | int
"""An IRI or a count."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """What is counted: solutions, distinct values of each variable where known, and the variables that are always bound.

    ``groups`` are the same for each value of the variable ``by``.
    """

    total: int
    distinct: Mapping[str, int]
    variables: frozenset[str]
    by: str = ""
    groups: Mapping[str, Pattern] | None = None


def answered(select: Select, statistics: Statistics) -> QuerySolutions | None:
    """The results of a count, None for another query; the query must be one of the store's own default graph."""
    if select.items is None or select.having or select.has_dataset or select.has_values or select.kind == "REDUCED":
        return None
    if any(part.type not in _PARTS for part in blocks.parts(select.group)):
        return None
    pattern = _pattern(select, statistics)
    solutions = _solutions(select, pattern) if pattern else None
    if solutions is None or not (solutions := _in_order(select, solutions)):
        return None
    end = None if select.limit is None else select.offset + select.limit
    variables = [item.variable for item in select.items]
    return rows.results(variables, [_line(row, variables) for row in solutions[select.offset : end]])


def _line(row: Mapping[str, Value], variables: Sequence[str]) -> bytes:
    cells = (str(NamedNode(value)) if isinstance(value, str) else str(value) for value in (row[name] for name in variables))
    return ("\t".join(cells) + "\n").encode()  # digits alone are an xsd:integer


# What is asked -------------------------------------------------------------------------------------------------------------


def _solutions(select: Select, pattern: Pattern) -> list[dict[str, Value]] | None:
    """The solutions in no order; None where one of the columns is not known."""
    items = select.items or ()
    plain = {item.variable for item in items if item.expression is None}
    counts = [item for item in items if item.expression is not None]
    listed = select.kind == "DISTINCT" and not counts and select.grouping == ()
    if not counts and not listed and not select.grouping:
        return None
    if select.kind and not listed:
        return None
    if not listed and select.grouping == () and not plain:
        return _row(select.tree, counts, pattern, {})
    if plain - {pattern.by} or pattern.groups is None or (not listed and select.grouping != (pattern.by,)):
        return None
    found: list[dict[str, Value]] = []
    for name, group in pattern.groups.items():
        row = _row(select.tree, counts, group, {pattern.by: name})
        if row is None:
            return None
        found += row
    return found


def _row(tree: Tree, counts: Sequence[Item], pattern: Pattern, start: Mapping[str, Value]) -> list[dict[str, Value]] | None:
    row = dict(start)
    for item in counts:
        count = _count(tree, item.expression, pattern) if item.expression else None
        if count is None:
            return None
        row[item.variable] = count
    return [row]


def _count(tree: Tree, aggregate: Node, pattern: Pattern) -> int | None:
    """``COUNT(*)``, ``COUNT(?x)``, ``COUNT(DISTINCT ?x)``."""
    children = [child for child in aggregate.children if child.type not in ("(", ")", "comment")]
    kinds = [child.type for child in children]
    if aggregate.type != "aggregate" or kinds[0] != "COUNT":
        return None
    if kinds[1:] == ["*"]:
        return pattern.total
    if kinds[1:] == ["var"]:
        return pattern.total if term(tree, children[1]) in pattern.variables else None
    return pattern.distinct.get(term(tree, children[2])) if kinds[1:] == ["DISTINCT", "var"] else None


def _in_order(select: Select, solutions: list[dict[str, Value]]) -> list[dict[str, Value]] | None:
    """The solutions by the keys of ORDER BY; None where one of them is no column."""
    for key in reversed(select.keys):
        if any(key.variable not in row for row in solutions):
            return None
        solutions.sort(key=lambda row: _sortable(row[key.variable]), reverse=key.descending)
    return solutions


def _sortable(value: Value) -> tuple[int, bytes]:
    return (value, b"") if isinstance(value, int) else (0, value.encode())


# What the statistics say ---------------------------------------------------------------------------------------------------


def _pattern(select: Select, statistics: Statistics) -> Pattern | None:
    tree = select.tree
    if everything := _everything(tree, select.group):
        return _all_triples(*everything, statistics)
    block = blocks.read(tree, select.group, names.prefixes(tree))
    hops = [hop for unit in block.units for hop in unit.hops] if block else []
    if block is None or len(hops) != len(block.units) or any(len(hop.properties) != 1 for hop in hops):
        return None
    if len(hops) == 1:
        return _one_property(hops[0], statistics)
    kinds, others = [hop for hop in hops if hop.kind], [hop for hop in hops if not hop.kind]
    return _of_class(kinds[0], others[0], statistics) if len(kinds) == len(others) == 1 else None


def _everything(tree: Tree, group: Node) -> tuple[str, str, str] | None:
    """The variables of ``?s ?p ?o``, where the group is nothing else."""
    triples = [part for part in blocks.parts(group) if part.type == "triples_same_subject"]
    nodes = list(tree.find("property", group))
    if len(triples) != 1 or len(nodes) != 1:
        return None
    found = [child for child in (triples[0].named_children[0], *nodes[0].named_children) if child.type != "comment"]
    objects = [child for child in found[-1].named_children if child.type != "comment"]
    found = [*found[:-1], *objects]
    if len(found) != 3 or any(node.type != "var" for node in found):
        return None
    subject, predicate, value = (term(tree, node) for node in found)
    return (subject, predicate, value) if len({subject, predicate, value}) == 3 else None


def _all_triples(subject: str, predicate: str, value: str, statistics: Statistics) -> Pattern:
    variables = frozenset((subject, predicate, value))
    groups = {
        name: Pattern(of.triples, {subject: of.subjects, value: of.objects, predicate: 1}, variables)
        for name, of in statistics.properties.items()
    }
    distinct = {subject: statistics.subjects, predicate: len(groups), value: statistics.objects}
    return Pattern(statistics.triples, distinct, variables, predicate, groups)


def _one_property(hop: blocks.Hop, statistics: Statistics) -> Pattern | None:
    if hop.subject[0] != "?" or hop.subject == hop.object:
        return None
    if hop.kind:
        return _instances(statistics.classes.get(hop.kind, 0), frozenset([hop.subject]))
    if hop.object[0] != "?":
        return None
    of, variables = statistics.properties.get(hop.properties[0]), frozenset([hop.subject, hop.object])
    total, subjects, objects = (of.triples, of.subjects, of.objects) if of else (0, 0, 0)
    groups: dict[str, Pattern] | None = None
    if hop.properties[0] == names.TYPE and sum(statistics.classes.values()) == total:  # every class is an IRI
        groups = {name: _instances(count, variables, hop.object) for name, count in statistics.classes.items()}
    return Pattern(total, {hop.subject: subjects, hop.object: objects}, variables, hop.object, groups)


def _instances(count: int, variables: frozenset[str], kind: str = "") -> Pattern:
    """Things of one class: each has it once."""
    return Pattern(count, {name: 1 if name == kind else count for name in variables}, variables)


def _of_class(kind: blocks.Hop, other: blocks.Hop, statistics: Statistics) -> Pattern | None:
    """``?s a <C> ; <p> ?o``: only its solutions are known, not how many of its values differ."""
    apart = kind.subject == other.subject != other.object
    if kind.subject[0] != "?" or other.object[0] != "?" or not apart:
        return None
    total = statistics.partitions.get(kind.kind, {}).get(other.properties[0], 0)
    return Pattern(total, {}, frozenset([kind.subject, other.object]))
