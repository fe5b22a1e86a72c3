"""The criteria of an advanced search as text, for addresses that people can read, write and keep.

``AUTR contains "Corot" and (MILL >= "1850" or PERI exists)``: a field is a POP code, or ``base.CODE``; values stand in double quotes,
in which ``\\"`` is a quote and ``\\\\`` a backslash (bare words need none); ``and`` binds closer than ``or``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from pop_ld.errors import PopError
from pop_ld.search.question import BARE, OPERATORS, Criterion, Group

MOST_CRITERIA = 100
DEEPEST_GROUP = 8
LONGEST_WHERE = 20_000
"""Characters of a text of criteria that are read."""

_TOKEN = re.compile(r'\s*(?:("(?:[^"\\]|\\.)*+")|([()])|(>=|<=|>|<)|([^\s()"<>]+))', re.DOTALL)
_FIELD = re.compile(r"(?:([a-z]+)\.)?([A-Z0-9_][A-Za-z0-9_.\-]{0,80})\Z")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)

SAID = {
    "long": f"the criteria are longer than {LONGEST_WHERE} characters",
    "many": f"more than {MOST_CRITERIA} criteria",
    "deep": f"groups within more than {DEEPEST_GROUP} groups",
    "quote": "a quotation mark is never closed",
    "end": "a criterion is missing",
    "bracket": "a ) is missing",
    "unexpected": "expected and, or, or the end",
    "field": "this is no field",
    "operator": f"expected an operator: {', '.join(OPERATORS)}",
    "value": "this operator needs a value",
}
"""Code of a fault -> what the log and programs are told; people are told in their language (texts ``where_<code>``)."""


class WhereError(PopError):
    """A text is no criteria: ``code`` is one of SAID, ``at`` the place of the fault in characters from 1, ``found`` what stands there."""

    def __init__(self, code: str, at: int, found: str = "") -> None:
        super().__init__(f"{SAID[code]}, at character {at}{f': {found[:40]!r}' if found else ''}")
        self.code, self.at, self.found = code, at, found[:40]


def canonical(group: Group | None) -> Group | None:
    """The one form of a group: none within another of its kind, empty or of one part, no value where none counts; None asks nothing."""
    found = _simple(group) if group else None
    return Group("and", (found,)) if isinstance(found, Criterion) else found


def _simple(part: Criterion | Group) -> Criterion | Group | None:
    if isinstance(part, Criterion):
        return Criterion(part.code, part.operator, "", part.base) if part.operator in BARE else part
    found: list[Criterion | Group] = []
    for one in map(_simple, part.parts):
        if isinstance(one, Group) and one.joined == part.joined:
            found.extend(one.parts)
        elif one:
            found.append(one)
    return Group(part.joined, tuple(found)) if len(found) > 1 else next(iter(found), None)


def criteria_of(group: Group | None) -> list[Criterion]:
    """Every criterion of a group, those of its groups too, in order."""
    if group is None:
        return []
    return [one for part in group.parts for one in (criteria_of(part) if isinstance(part, Group) else [part])]


# Written ---------------------------------------------------------------------------------------------------------------


def write_where(group: Group | None) -> str:
    """The text of a group, "" for none; :func:`read_where` gives its canonical form for it."""
    found = canonical(group)
    return _written(found) if found else ""


def _written(group: Group) -> str:
    return f" {group.joined} ".join(f"({_written(part)})" if isinstance(part, Group) else _criterion(part) for part in group.parts)


def _criterion(criterion: Criterion) -> str:
    field = f"{criterion.base}.{criterion.code}" if criterion.base else criterion.code
    if criterion.operator in BARE:
        return f"{field} {criterion.operator}"
    value = criterion.value.replace("\\", "\\\\").replace('"', '\\"')
    return f'{field} {criterion.operator} "{value}"'


# Read ------------------------------------------------------------------------------------------------------------------


class _Token(NamedTuple):
    text: str
    at: int


def read_where(text: str) -> Group | None:
    """The group that a text says, in canonical form; None for an empty one. Raises WhereError."""
    if len(text) > LONGEST_WHERE:
        raise WhereError("long", LONGEST_WHERE + 1)
    tokens = _tokens(text)
    if len(tokens) == 1:
        return None
    group, rest = _either(tokens, 0)
    if rest[0].text:
        raise WhereError("unexpected", rest[0].at, rest[0].text)
    if len(criteria_of(group)) > MOST_CRITERIA:
        raise WhereError("many", 1)
    return canonical(group)


def _tokens(text: str) -> Sequence[_Token]:
    """The words of the text, and an empty one at its end."""
    found, at, end = [], 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:  # all else is a token: a quotation mark that is never closed
            start = at + len(text[at:]) - len(text[at:].lstrip())
            raise WhereError("quote", start + 1, text[start:])
        found.append(_Token(match[match.lastindex or 0], match.start(match.lastindex or 0) + 1))
        at = match.end()
    return [*found, _Token("", end + 1)]


def _either(tokens: Sequence[_Token], depth: int) -> tuple[Group, Sequence[_Token]]:
    parts, rest = [], tokens
    while True:
        part, rest = _both(rest, depth)
        parts.append(part)
        if rest[0].text.lower() != "or":
            return Group("or", tuple(parts)), rest
        rest = rest[1:]


def _both(tokens: Sequence[_Token], depth: int) -> tuple[Group, Sequence[_Token]]:
    parts: list[Criterion | Group] = []
    rest = tokens
    while True:
        part, rest = _one(rest, depth)
        parts.append(part)
        if rest[0].text.lower() != "and":
            return Group("and", tuple(parts)), rest
        rest = rest[1:]


def _one(tokens: Sequence[_Token], depth: int) -> tuple[Criterion | Group, Sequence[_Token]]:
    first = tokens[0]
    if not first.text:
        raise WhereError("end", first.at)
    if first.text == "(":
        if depth >= DEEPEST_GROUP:
            raise WhereError("deep", first.at)
        group, rest = _either(tokens[1:], depth + 1)
        if rest[0].text != ")":
            raise WhereError("unexpected" if rest[0].text else "bracket", rest[0].at, rest[0].text)
        return group, rest[1:]
    base, dot, code = first.text.rpartition(".")
    field = _FIELD.match(first.text) or _FIELD.match(f"{base}{dot}{code.upper()}")
    if field is None:
        raise WhereError("field", first.at, first.text)
    operator = tokens[1].text.lower()
    if operator not in OPERATORS:
        raise WhereError("operator", tokens[1].at, tokens[1].text)
    if operator in BARE:
        return Criterion(field[2], operator, "", field[1] or ""), tokens[2:]
    value = tokens[2].text
    if value in ("", "(", ")"):
        raise WhereError("value", tokens[2].at, value)
    if value.startswith('"'):
        value = _ESCAPED.sub(r"\1", value[1:-1])
    return Criterion(field[2], operator, value, field[1] or ""), tokens[3:]


def is_field(text: str) -> bool:
    """Whether a text can be the code of a field."""
    return (found := _FIELD.match(text)) is not None and not found[1]
