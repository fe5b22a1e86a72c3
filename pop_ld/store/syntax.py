"""What the engine says of a query that it cannot read, made fit for a person: the place, its line, and a short reason."""

from __future__ import annotations

import re

from pop_ld.errors import QuerySyntaxError
from pop_ld.store.rewriting.tree import parse

_PLACE = re.compile(r"error at (\d+):(\d+): ?")
_EXPECTED = re.compile(r'"(?:[^"\\]|\\.)*"|\[(?:[^\]\\]|\\.)*\](?:\s*\|[^,]*)?|[^,]+')
_MOST = 12
"""Tokens listed after "expected"."""
_AROUND = 60
"""Characters shown on each side of the place."""


def error(text: str, query: str) -> QuerySyntaxError:
    """The engine's message about a query as an error with place and excerpt."""
    place = _PLACE.match(text)
    if not place:
        return QuerySyntaxError(text)
    line, column = int(place[1]), int(place[2])
    excerpt, mark = _excerpt(query, line, column)
    reason = ("" if query.strip() else "the query is empty") or _undeclared(query) or _reason(text[place.end() :])
    return QuerySyntaxError(reason, line=line, column=column, excerpt=excerpt, mark=mark)


def _undeclared(query: str) -> str:
    """The commonest fault, which the engine's message does not name: a prefix that the prologue does not declare."""
    tree = parse(query)
    if tree is None:
        return ""
    declared = {tree.source(child) for node in tree.find("prefix_declaration") for child in node.children if child.type == "namespace"}
    used = (tree.source(child) for node in tree.find("prefixed_name") for child in node.children if child.type == "namespace")
    missing = [name for name in dict.fromkeys(used) if name not in declared]
    return f"the prefix {missing[0]} is not declared" if missing else ""


def _reason(text: str) -> str:
    """``expected one of "a", IF, The SELECT …, ['0'..='9']``: sentences alone where there are any, else the tokens without classes."""
    said = text.removeprefix("expected one of ").removeprefix("expected ")
    if said == text:
        return text
    tokens = [token.strip() for token in _EXPECTED.findall(said)]
    sentences = [token for token in tokens if token.count(" ") > 1 and not token.startswith(('"', "["))]
    if sentences:
        return "; ".join(dict.fromkeys(sentences))
    words = [token.strip('"') if token != '"\\""' else '"' for token in tokens if token and not token.startswith("[")]
    shown = ", ".join(words[:_MOST])
    return f"expected: {shown}{' …' if len(words) > _MOST else ''}" if shown else text[:200]


def _excerpt(query: str, line: int, column: int) -> tuple[str, int]:
    lines = query.split("\n")
    if not 0 < line <= len(lines):
        return "", 0
    text, at = lines[line - 1].rstrip("\r"), column - 1
    start = max(0, at - _AROUND)
    return text[start : at + _AROUND], at - start
