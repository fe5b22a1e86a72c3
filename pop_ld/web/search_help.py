"""What to do where a search finds nothing or little: other words, a filter less, words that look alike; each with its count."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from pop_ld.search import words as french
from pop_ld.search.question import Question
from pop_ld.web.search_asked import Asked
from pop_ld.web.search_facets import Chip
from pop_ld.web.state import Serving

FEW = 3
"""Notices up to which other words are offered."""
MOST = 6
"""Ways out that one page offers; each is a look-up."""


@dataclass(frozen=True, slots=True)
class WayOut:
    """A search that finds more: ``kind`` is "filter" (without one), "filters" (without any), "word" (one word alone) or "close"."""

    kind: str
    text: str
    count: int
    href: str


@dataclass(frozen=True, slots=True)
class Meant:
    """Words that may have been meant, and what they find under the same filters."""

    words: str
    count: int
    href: str


def did_you_mean(now: Serving, asked: Asked, total: int) -> Meant | None:
    """Other words that find more, where these find little."""
    words = asked.question.words
    if total > FEW or not words:
        return None
    better = now.lexicon.correct(words)
    question = replace(asked.question, words=better)
    count = _count(now, question) if better and better != words else 0
    return Meant(better, count, asked.to(question)) if count > total else None


def ways_out(now: Serving, asked: Asked, chips: list[Chip]) -> list[WayOut]:
    """For a search that finds nothing: what finds something, and how much."""
    made: list[WayOut] = []
    for kind, text, question in _others(asked, chips):
        if len(made) == MOST:
            break
        if count := _count(now, question):
            made.append(WayOut(kind, text, count, asked.to(question)))
    return made


def _others(asked: Asked, chips: list[Chip]) -> Iterator[tuple[str, str, Question]]:
    question = asked.question
    for chip in chips:
        yield "filter", chip.text, chip.without
    if len(chips) > 1:
        yield "filters", "", Question(question.words, order=question.order)
    empty = french.vocabulary().empty
    found = [word for word in french.words(question.words) if word not in empty]
    if found and '"' not in question.words:
        yield "close", question.words, replace(question, words=" ".join(f"{word}~" for word in found))
    if len(found) > 1:
        for word in sorted(dict.fromkeys(found), key=len, reverse=True)[:3]:
            yield "word", word, replace(question, words=word)


def _count(now: Serving, question: Question) -> int:
    return now.search.find(question, limit=0).total
