"""The types that travel down the street: Notice (raw fields), Record (parsed values), Problem (a remark on the data)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

Record: TypeAlias = dict[str, Any]
"""A notice with parsed values, plain JSON.

Scalars are strings; a list holds objects of strings (one level deep: the YARRRML profile iterates ``$[*].FIELD[*]``).
An empty field is absent, never ``""`` or ``[]``. Anything used inside an IRI is an ASCII key ``[A-Za-z0-9._~%-]+``.
"""


class Shared(list[dict[str, str]]):
    """A list of a Record that other records share, because their notices say the same: what is made of it may be kept beside it."""

    __slots__ = ()


class Notice(NamedTuple):
    """One entry of a base as its producer wrote it (a named tuple: millions are made, and it costs a third of a frozen class).

    ``fields`` maps a POP code to its values as written (trimmed, empties dropped, order kept); a single string is a
    tuple of one. Withheld fields are not in it: ``withheld`` names those that were filled, without their values.
    ``line`` is the 1-based line of ``file`` on which the notice begins.
    """

    base: str
    ref: str
    fields: Mapping[str, tuple[str, ...]]
    file: str = ""
    line: int = 0
    withheld: tuple[str, ...] = ()


def merged(before: Notice, after: Notice) -> Notice:
    """Two notices of the same base and REF as one: the later wins field by field, what either withheld is withheld."""
    withheld = tuple(dict.fromkeys(before.withheld + after.withheld))
    return after._replace(fields={**before.fields, **after.fields}, withheld=withheld)


@dataclass(frozen=True, slots=True)
class Problem:
    """A remark on the data, for the producer; it never stops a load.

    ``kind`` is a key of ``templates/i18n/<lang>.yml`` under ``problems``; the message is looked up there in the
    reader's language and may use every attribute below, and ``detail``, between braces.
    ``rejects`` is true where the notice itself could not be kept.
    """

    kind: str
    file: str = ""
    line: int = 0
    base: str = ""
    ref: str = ""
    field: str = ""
    value: str = ""
    detail: str = ""
    rejects: bool = False
