"""The CRM path that each one-hop property of a mapping shortens, read from the mapping itself (MODEL.md §1, layers L1 and L2).

A one-hop rule and a path of CRM rules that begin at the notice and end in the same value say the same thing twice. So the ontology
need not be told which path a property stands for, and cannot be told wrongly.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Mapping as Dict
from typing import NamedTuple, TypeAlias

from pop_ld import iris
from pop_ld.mapping.yarrrml import Mapping, Rule, Template

LONGEST = 4
"""Steps of a path beyond which it says something else by chance."""

_STEPS = (iris.CRM, iris.CRM_EXTENSIONS, iris.LINKED_ART)
_Node: TypeAlias = tuple[str, str]
"""(iterator, template): the same for two templates that give the same thing for each item."""
_Value: TypeAlias = tuple[str, _Node]
"""(kind of term, what it says)."""
_Steps: TypeAlias = Dict[_Node, list[tuple[str, _Value]]]


class Shortcut(NamedTuple):
    """``name``, a property of a notice of ``base``, says in one hop what one of ``paths``, IRIs of properties, says in several."""

    base: str
    name: str
    paths: tuple[tuple[str, ...], ...]


def shortcuts(mappings: list[Mapping], base: str, site: str = iris.DEFAULT_SITE) -> list[Shortcut]:
    """Each one-hop property of the base of which every rule has a CRM path in the mapping, with the shortest path of each rule."""
    thing = f"{site}/id/{base}/{{key}}"
    steps = _by_subject(mappings)
    found: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for mapping in mappings:
        if str(mapping.subject) == thing:
            for rule in mapping.rules:
                if rule.object.fields and not rule.predicate.startswith(_STEPS):
                    found[rule.predicate].add(_path(("", thing), _value(mapping, rule), steps))
    return [Shortcut(base, name, tuple(sorted(paths))) for name, paths in sorted(found.items()) if all(paths)]


def _by_subject(mappings: list[Mapping]) -> _Steps:
    steps: dict[_Node, list[tuple[str, _Value]]] = defaultdict(list)
    for mapping in mappings:
        for rule in mapping.rules:
            if rule.predicate.startswith(_STEPS):
                steps[_node(mapping, mapping.subject)].append((rule.predicate, _value(mapping, rule)))
    return steps


def _node(mapping: Mapping, template: Template) -> _Node:
    return mapping.iterator if set(template.fields) - {"key"} else "", str(template)


def _value(mapping: Mapping, rule: Rule) -> _Value:
    return f"{rule.kind}{rule.lang}{rule.datatype}", _node(mapping, rule.object)


def _path(thing: _Node, value: _Value, steps: _Steps) -> tuple[str, ...]:
    """The shortest path from the thing to the value, ``()`` where there is none."""
    return next((path for path, reached in _walk(thing, steps) if reached == value), ())


def _walk(thing: _Node, steps: _Steps) -> Iterator[tuple[tuple[str, ...], _Value]]:
    """Every (path, value) from the thing, shortest first; no node is passed twice."""
    waiting: list[tuple[tuple[str, ...], _Node]] = [((), thing)]
    passed = {thing}
    for path, node in waiting:  # grows while it is walked
        for predicate, value in sorted(steps.get(node, ())):
            yield (*path, predicate), value
            if value[1] not in passed and len(path) + 1 < LONGEST:
                passed.add(value[1])
                waiting.append(((*path, predicate), value[1]))
