"""The words of a text with their places in it, as the index has them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from pop_ld.search import words as french

LONGEST_TEXT = 100_000
"""Characters of a text that are read."""
_RUN = re.compile("[^\\W_](?:[^\\W_]|[\u0300-\u036f\u00ad\u200b-\u200f\u2060])*")
"""A word as written: letters and digits, with marks and what is not seen."""
_REMEMBERED = 1 << 16


class Run(NamedTuple):
    """A word as written, from ``start`` to ``end`` of the text, and as it is searched."""

    start: int
    end: int
    word: str


class _Folded(dict[str, str]):
    """Word as written -> as it is searched, forgotten all at once when there are too many: texts repeat their words."""

    def __missing__(self, written: str) -> str:
        if len(self) >= _REMEMBERED:
            self.clear()
        found = self[written] = " ".join(french.words(written))
        return found


_FOLDED = _Folded()


def runs(text: str) -> Iterator[Run]:
    """The words of a text in order; an elided article is none."""
    apostrophes, articles = french.APOSTROPHES, french.ARTICLES
    for found in _RUN.finditer(text, 0, min(len(text), LONGEST_TEXT)):
        word = _FOLDED[found[0]]
        if not word:
            continue
        start, end = found.span()
        if word in articles and text[end : end + 1] in apostrophes and _before(text, start) not in apostrophes:
            continue
        yield Run(start, end, word)


def _before(text: str, start: int) -> str:
    """The sign before a place, "" at the beginning; marks and what is not seen, which folding drops, are none."""
    while start and not french.folded(text[start - 1]):
        start -= 1
    return text[start - 1 : start] if start else ""
