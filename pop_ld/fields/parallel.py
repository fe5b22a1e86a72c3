"""Parallel lists: a field that comments another value by value, JDAT on DATE, JATT on AUTR (FACTS b)."""

from __future__ import annotations

from pop_ld.fields.text import split_all


def paired(first: tuple[str, ...], second: tuple[str, ...], separators: str) -> list[tuple[str, str | None]]:
    """Each value of ``first`` with its comment.

    Position is the only join there is, and producers leave values out ("1928 ; 1939" beside three comments): where the lists differ in
    length nothing tells which comment is missing, so no value gets one.
    """
    values, comments = split_all(first, separators), split_all(second, separators)
    if len(values) != len(comments):
        return [(value, None) for value in values]
    return list(zip(values, comments, strict=True))
