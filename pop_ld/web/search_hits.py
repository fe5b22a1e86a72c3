"""The notices of an answer as a page and the JSON show them: address, title and best passage, with the words of the question marked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
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
_SHORTEST_START = 3
_BETWEEN = "\u3007"
"""A letter that folding leaves alone and no notice has: all texts of a notice are folded at once, which is ten times as fast."""
_PART, _BEFORE, _CLOSE, _MOST_PLACES = 500, 120, 240, 12
"""Characters of a long text that are taken apart, those of them before the first word, those within which words are close; and how many
places of a word are looked at."""
_AT_ONCE = 2
"""Texts of a notice that are compared for the best passage."""
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
        code, passage = passage_of(hit.fields, words)  # else the title says it all
    if "".join(text for text, _ in passage).strip() == title:
        code, passage = "", []  # it would say the title a second time
    return Line(hit, item, in_title, code, _label(hit.base, code, lang), passage)


@dataclass(frozen=True, slots=True)
class _Asked:
    """The stems of a question; ``starts``: a text that has a word of it has one of these among its folded letters, after a space.

    ``number``: or it has a number, which may be written otherwise. Without ``sifted`` nothing can be told of such texts.
    """

    stems: frozenset[str]
    starts: tuple[str, ...]
    number: bool
    sifted: bool


@lru_cache(256)
def _asked(words: str) -> _Asked:
    stems = french.stems(french.words(words))
    short = [word for word, stem in french.vocabulary().same.items() if stem in stems]
    starts = {" " + start for start in (*map(_start, stems), *short)}
    return _Asked(frozenset(stems), tuple(starts), bool(_NUMBER.search(words)), "~" not in words)


def _start(stem: str) -> str:
    """What all forms of a word begin with: an ending changes the last letter of a stem at most (``vitral``, vitrail, vitraux)."""
    return stem[: max(_SHORTEST_START, len(stem) - 1)]


def passage_of(fields: Mapping[str, Sequence[str]], words: str) -> tuple[str, Segments]:
    """The passage of the first texts that have one, those with most of the words first."""
    for texts in worth_reading(fields, words):
        code, passage = snippet(texts, words)
        if passage:
            return code, passage
    return "", []


def worth_reading(fields: Mapping[str, Sequence[str]], words: str) -> Iterator[dict[str, list[str]]]:
    """The texts of a notice in which a passage may be, a few at a time: the others need not be taken apart word by word."""
    asked = _asked(words)
    texts = [(code, text[:LONGEST_TEXT].replace(_BETWEEN, " ")) for code, written in fields.items() for text in written]
    folded = french.folded(_BETWEEN.join(text for _, text in texts)).replace("'", " ").split(_BETWEEN)
    ranked: dict[int, list[tuple[str, str]]] = {}
    for (code, text), letters in zip(texts, folded, strict=False):  # a notice without a text folds to one that is empty
        many, part = _richest(text, " " + letters, asked.starts)
        if not asked.sifted or (asked.number and _NUMBER.search(text)):
            ranked.setdefault(many, []).append((code, text))
        elif many:
            ranked.setdefault(many, []).append((code, part))
    for many in sorted(ranked, reverse=True):
        for some in (ranked[many][at : at + _AT_ONCE] for at in range(0, len(ranked[many]), _AT_ONCE)):
            found: dict[str, list[str]] = {}
            for code, text in some:
                found.setdefault(code, []).append(text)
            yield found


def _richest(text: str, letters: str, starts: tuple[str, ...]) -> tuple[int, str]:
    """How many of the starts a text has, and the part of it with most of them close together; ``letters`` are the text's, folded."""
    present = [start for start in starts if start in letters]
    if not present or len(text) <= 2 * _PART:
        return len(present), text
    places = sorted((found.start(), start) for start in present for found in islice(re.finditer(re.escape(start), letters), _MOST_PLACES))
    best = max(
        range(len(places)), key=lambda at: (len({start for place, start in places[at:] if place < places[at][0] + _CLOSE}), -places[at][0])
    )
    begin = max(0, places[best][0] - _BEFORE)
    begin = text.find(" ", begin) + 1 if begin else 0
    part = text[begin : begin + _PART]
    return len(present), ("… " if begin else "") + (part.rpartition(" ")[0] + " …" if begin + _PART < len(text) else part)


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
