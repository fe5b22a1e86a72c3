"""Which rule of a mapping made which triple: the converter itself, compiled from the mapping with its predicates numbered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from pop_ld import iris
from pop_ld.mapping.compiler import compile_mapping
from pop_ld.mapping.yarrrml import Mapping, Rule
from pop_ld.notices import Record

_ALWAYS = frozenset({"key", "REF", "page", "rank"})
"""References that only say which notice or item it is."""


@dataclass(frozen=True, slots=True)
class Origin:
    """One rule of one mapping: ``position`` is its place in the mapping's ``po``, ``number`` in all rules of the base, both from 0.

    ``keys`` are the keys of the Record that decide whether it makes a triple and which one; () where every notice gets it.
    """

    mapping: Mapping
    position: int
    number: int
    keys: tuple[str, ...]

    @property
    def rule(self) -> Rule:
        return self.mapping.rules[self.position]


class Traced(NamedTuple):
    """A triple and the rule that made it; ``value`` is the object as N-Triples write it, ``<…>`` or ``"…"@fr``."""

    subject: str
    value: str
    origin: Origin

    @property
    def line(self) -> str:
        """The triple as the converter writes it, with its newline."""
        return f"<{self.subject}> <{self.origin.rule.predicate}> {self.value} .\n"


Tracer: TypeAlias = Callable[[Record], Iterator[Traced]]


def compile_trace(mappings: list[Mapping], base: str, site: str = iris.DEFAULT_SITE) -> Tracer:
    """The tracer of a base: record -> every line that the converter writes for it alone, shared entities included.

    It runs what ``compile_mapping`` gives, on rules whose predicate is their number: so it cannot say other than the converter.
    A line that several rules make comes once for each of them.
    """
    origins = rule_origins(mappings)
    convert = compile_mapping(list(_numbered(mappings)), base, site)

    def trace(record: Record) -> Iterator[Traced]:
        texts: list[str] = []
        shared: set[str] = set()
        seen: dict[Any, Any] = {}
        convert(record, texts, shared, seen)
        for line in "".join((*texts, *sorted(shared))).split("\n")[:-1]:
            subject, number, value = line.split(" ", 2)
            yield Traced(subject[1:-1], value[:-2], origins[int(number[1:-1])])

    return trace


def rule_origins(mappings: list[Mapping]) -> list[Origin]:
    """Every rule of a base, in order: ``origins[origin.number] is origin``."""
    rules = [(mapping, position, rule) for mapping in mappings for position, rule in enumerate(mapping.rules)]
    return [Origin(mapping, position, number, _keys(mapping, rule)) for number, (mapping, position, rule) in enumerate(rules)]


def _numbered(mappings: list[Mapping]) -> Iterator[Mapping]:
    number = 0
    for mapping in mappings:
        rules = tuple(replace(rule, predicate=str(number + i)) for i, rule in enumerate(mapping.rules))
        number += len(rules)
        yield replace(mapping, rules=rules)


def _keys(mapping: Mapping, rule: Rule) -> tuple[str, ...]:
    if mapping.iterator:
        return (mapping.iterator,)
    return tuple(f for f in dict.fromkeys((*mapping.subject.fields, *rule.object.fields)) if f not in _ALWAYS)


def rule_lines(file: Path) -> dict[str, list[int]]:
    """Mapping name -> the 1-based line of each of its rules, for a file that writes one ``- [p, o]`` a line, as ours do."""
    found: dict[str, list[int]] = {}
    current: list[int] = []
    inside = False
    for number, line in enumerate(file.read_text(encoding="utf-8").split("\n"), 1):
        if line[:1] not in ("", " ", "#"):
            inside = line.startswith("mappings:")
        elif inside and line.startswith("  ") and line[2:3] not in (" ", "#", "-", ""):
            current = found.setdefault(line.strip().partition(":")[0], [])
        elif inside and line.lstrip().startswith("- ["):
            current.append(number)
    return found
