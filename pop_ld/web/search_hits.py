"""The notices of an answer as a page and the JSON show them: address, title and best passage, with the words of the question marked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pop_ld.bases import load_bases
from pop_ld.formats.words import one_line
from pop_ld.search import words as french
from pop_ld.search.contract import Hit
from pop_ld.search.highlight import marked, snippet
from pop_ld.web import linked
from pop_ld.web.state import Serving

LONGEST_TEXT = 4_000
"""Characters of each text in which a passage is looked for: it is one line of a page, and words come early."""
_START = 3
"""Letters that all forms of a word share."""
_NUMBER = re.compile(r"\d|\b(?:[IVX][IVXLC]*|[ivxlcdm]{2,})(?:e|er|ème|eme)?\b")
"""What may be written otherwise in a text: 14, XIV, quatorze."""

Segments = list[tuple[str, bool]]
"""A text in pieces, True where a word of the question stands."""


@dataclass(frozen=True, slots=True)
class Line:
    """One notice of a list. ``passage`` is the best one of the field ``code``, called ``label``; [] where no field has a word asked for."""

    hit: Hit
    item: linked.Item
    title: Segments
    code: str
    label: str
    passage: Segments


def lines(now: Serving, hits: Sequence[Hit], words: str, lang: str) -> list[Line]:
    """The hits of ``find``, with their ``fields`` where passages are wanted."""
    return [_line(now, hit, words, lang) for hit in hits]


def _line(now: Serving, hit: Hit, words: str, lang: str) -> Line:
    item = linked.item(now.site, hit)
    title = one_line(item.title)
    if not words:
        return Line(hit, item, [(title, False)], "", "", [])
    in_title = marked(title, words)
    asked = _asked(words)
    code, passage = "", list[tuple[str, bool]]()
    if not asked.stems <= {stem for text, match in in_title if match for stem in french.stems(french.words(text))}:
        code, passage = snippet(worth_reading(hit.fields, words), words)  # else the title says it all
    if "".join(text for text, _ in passage).strip() == title:
        code, passage = "", []  # it would say the title a second time
    return Line(hit, item, in_title, code, _label(hit.base, code, lang), passage)


@dataclass(frozen=True, slots=True)
class _Asked:
    """The stems of a question; ``starts``: a text that has a word of it has one of these among its folded letters.

    ``number``: or it has a number, which may be written otherwise. Without ``sifted`` nothing can be told of such texts.
    """

    stems: frozenset[str]
    starts: tuple[str, ...]
    number: bool
    sifted: bool


@lru_cache(256)
def _asked(words: str) -> _Asked:
    found = french.words(words)
    return _Asked(frozenset(french.stems(found)), tuple({word[:_START] for word in found}), bool(_NUMBER.search(words)), "~" not in words)


def worth_reading(fields: Mapping[str, Sequence[str]], words: str) -> dict[str, list[str]]:
    """The texts of a notice in which a passage may be: the others, of which there are ten to one, need not be taken apart word by word."""
    asked, kept = _asked(words), dict[str, list[str]]()
    for code, texts in fields.items():
        for text in texts:
            text = text[:LONGEST_TEXT]
            if not asked.sifted or (asked.number and _NUMBER.search(text)) or _has(text, asked.starts):
                kept.setdefault(code, []).append(text)
    return kept


def _has(text: str, starts: tuple[str, ...]) -> bool:
    folded = " ".join(french.words(text))
    return any(start in folded for start in starts)


def _label(slug: str, code: str, lang: str) -> str:
    base = load_bases().get(slug)
    field = base.fields.get(code) if base else None
    return (field.label_en if lang == "en" and field.label_en else field.label) if field else code


def as_json(now: Serving, line: Line) -> dict[str, Any]:
    """A notice of the JSON answer; ``highlights`` are there for a question with words."""
    found: dict[str, Any] = {**linked.as_json(now.site, line.hit), "changed": line.hit.changed}
    highlights: dict[str, Any] = {}
    if any(match for _, match in line.title):
        highlights["title"] = _segments(line.title)
    if line.passage:
        highlights["passage"] = {"field": line.code, "label": line.label, "segments": _segments(line.passage)}
    return {**found, "highlights": highlights}


def _segments(segments: Segments) -> list[dict[str, Any]]:
    return [{"text": text, "match": match} for text, match in segments]
