"""Constraints of SHACL Core as functions, each of what nodes say of themselves."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TypeAlias

from pop_ld.validation.terms import at_most, shown, text_of

Said: TypeAlias = Mapping[str, Mapping[str, Collection[str]]]
"""Node -> predicate, ``^`` and one that leads to it, or INHERITED -> values; all are plain terms."""
Check: TypeAlias = Callable[[Said, str], bool]
"""Whether a node, a plain term, conforms."""
Walk: TypeAlias = Callable[[Said, str], Collection[str]]
"""The value nodes of a node along a path."""
Finds: TypeAlias = Callable[[Said, str, Collection[str]], Iterable[str]]
"""Of a node and its value nodes, what each result of a constraint has for value: "" where that has none."""

SILENT: Mapping[str, Collection[str]] = {}
"""What a node says that says nothing."""
INHERITED = "a"
"""In the place of a predicate: the classes that a node has by ``rdfs:subClassOf`` alone."""


def all_of(checks: Sequence[Check]) -> Check:
    """``sh:and``: every one of some."""
    if len(checks) == 1:
        return checks[0]

    def check(said: Said, value: str) -> bool:
        for one in checks:  # noqa: SIM110 - a generator takes twice as long
            if not one(said, value):
                return False
        return True

    return check


def any_of(checks: Sequence[Check]) -> Check:
    """``sh:or``: one of some."""

    def check(said: Said, value: str) -> bool:
        for one in checks:  # noqa: SIM110 - the same
            if one(said, value):
                return True
        return False

    return check


def failing(check: Check) -> Finds:
    """The value nodes that do not conform."""
    return lambda said, node, values: [shown(value) for value in values if not check(said, value)]


def counted(limit: int, *, most: bool) -> Finds:
    """``sh:minCount``, or ``sh:maxCount`` where it is the most."""
    if most:
        return lambda said, node, values: ("",) if len(values) > limit else ()
    return lambda said, node, values: ("",) if len(values) < limit else ()


def having(wanted: str) -> Finds:
    """``sh:hasValue``."""
    return lambda said, node, values: () if wanted in values else ("",)


def matching(expression: re.Pattern[str]) -> Check:
    """A blank node matches nothing (§4.4.3)."""
    search = expression.search

    def check(said: Said, value: str) -> bool:
        text = text_of(value)
        return text is not None and search(text) is not None

    return check


def long(limit: int, *, most: bool) -> Check:
    """``sh:minLength`` or ``sh:maxLength``: a blank node has no length (§4.4.1)."""

    def check(said: Said, value: str) -> bool:
        text = text_of(value)
        return text is not None and (len(text) <= limit if most else len(text) >= limit)

    return check


def bounded(limit: str, *, most: bool) -> Check:
    """``sh:minInclusive`` or ``sh:maxInclusive``: what cannot be compared is not within (§4.3)."""
    return (lambda said, value: at_most(value, limit)) if most else (lambda said, value: at_most(limit, value))


def typed(tail: str, form: Callable[[str], object]) -> Check:
    """``sh:datatype``: of the datatype, and in one of its forms (§4.1.2)."""
    return lambda said, value: value.startswith('"') and value.endswith(tail) and form(value[1 : -len(tail) - 1]) is not None
