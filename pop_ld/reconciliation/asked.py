"""A query of reconciliation, whichever version of the API it came by: names, identifiers, properties, and which of them must hold."""

from __future__ import annotations

from dataclasses import dataclass

LIMIT, MOST = 10, 100
"""Candidates of a query: without a limit of its own, and at most."""
LONGEST_VALUE = 1_000
"""Characters of a name or a value that count."""
MOST_VALUES = 10
"""Values of one condition that count."""
MOST_CONDITIONS = 20


@dataclass(frozen=True, slots=True)
class Condition:
    """What a candidate should have: ``kind`` is "name", "id" or "property", ``pid`` the id of one.

    Of the ``values``, one ("any"), each ("all") or none ("none") is to match. ``required`` leaves out candidates without. ``exact`` wants
    texts that are the same but for case, accents and signs.
    """

    kind: str
    values: tuple[str, ...]
    pid: str = ""
    required: bool = False
    quantifier: str = "any"
    exact: bool = False

    @property
    def feature(self) -> str:
        """Name of what it is compared by."""
        return self.pid or self.kind


@dataclass(frozen=True, slots=True)
class Query:
    """One query. ``types`` are alternatives ("any"), wishes ("should"), or all to hold at once ("all"); () is anything."""

    conditions: tuple[Condition, ...]
    types: tuple[str, ...] = ()
    strict: str = "any"
    limit: int = LIMIT

    def values(self, kind: str) -> tuple[str, ...]:
        """The values of the conditions of a kind, those that are to be lacking left out."""
        return tuple(value for one in self.conditions if one.kind == kind and one.quantifier != "none" for value in one.values)
