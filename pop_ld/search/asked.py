"""Reads what someone typed: words, "phrases", +words, -words, begin* and alm0st~; any text at all is a question."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain

from pop_ld.search import words as french
from pop_ld.search.readings import readings

LONGEST_QUERY = 1_000
"""Characters of a query that are read."""
MOST_WORDS = 32
"""Words of a query that are asked for; a phrase's words count."""
SHORTEST_PREFIX = 2
SHORTEST_FUZZY = 4
"""Letters: what is shorter is asked as it is."""

_PHRASE = re.compile(r'(?:(?<!\S)([+-]))?(?:"([^"]*)"|«([^»]*)»|“([^”]*)”)')
_OPEN = re.compile(r"\*+\Z")
_ALMOST = re.compile(r"~+[12]?\Z")
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Part:
    """Words that are all asked, in any form or, where one has a digit, ``number``: the same as a REF or an inventory number.

    ``readings`` says for each word what it says beside its neighbours (readings.py). ``kind`` is "word"; "prefix" where the last word is
    only begun; "fuzzy" where it may be written a little otherwise.
    """

    words: tuple[str, ...]
    number: str = ""
    readings: tuple[str, ...] = ()
    kind: str = "word"

    def pairs(self) -> Iterable[tuple[str, str]]:
        """Each word with its reading, "" where it has none."""
        return zip(self.words, self.readings or ("",) * len(self.words), strict=True)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a query asks for: every part and every phrase, and nothing that is excluded.

    A phrase's words match as they are and in order. ``whole`` is the query as one number or ``""``, ``order`` the words asked for as they
    came, () where there are none.
    """

    parts: tuple[Part, ...]
    phrases: tuple[tuple[str, ...], ...]
    whole: str
    order: tuple[str, ...]
    excluded: tuple[Part, ...] = ()
    excluded_phrases: tuple[tuple[str, ...], ...] = ()
    read: int = 0
    """Characters of the query that were read."""


def read_query(text: str) -> Asked:
    """Reads a query. Words that say nothing ("de", "la") count only with a + or where there is nothing else."""
    return _read(text[:LONGEST_QUERY])


@lru_cache(500)
def _read(text: str) -> Asked:
    """The same, remembered: a search reads its words for the order, for the tree and for the page."""
    phrases: dict[bool, list[tuple[str, ...]]] = {True: [], False: []}
    wanted: list[str] = []
    parts: dict[bool, list[tuple[Part, bool]]] = {True: [], False: []}
    end = 0
    for found in chain(_PHRASE.finditer(text), (None,)):
        _read_chunks(text[end : found.start() if found else len(text)], parts, wanted)
        if found:
            end = found.end()
            phrase = tuple(french.words("".join(filter(None, found.groups()[1:])))[:MOST_WORDS])
            if phrase:
                phrases[found[1] != "-"].append(phrase)
                wanted += phrase if found[1] != "-" else ()
    return Asked(
        parts=tuple(_kept(parts[True], bool(phrases[True])))[:MOST_WORDS],
        phrases=tuple(phrases[True])[:MOST_WORDS],
        whole=french.number(text) if wanted and _DIGIT.search(text) else "",
        order=tuple(wanted[:MOST_WORDS]),
        excluded=tuple(dict.fromkeys(part for part, _ in parts[False]))[:MOST_WORDS],
        excluded_phrases=tuple(phrases[False])[:MOST_WORDS],
        read=len(text),
    )


def _read_chunks(text: str, parts: dict[bool, list[tuple[Part, bool]]], wanted: list[str]) -> None:
    """Adds the parts of a text without phrases, each with whether it has a sign, and the words asked for in order."""
    for chunk in text.split():
        sign = chunk[0] if len(chunk) > 1 and chunk[0] in "+-" else ""
        asked = sign != "-"
        for part in _parts(chunk[len(sign) :]):
            parts[asked].append((part, bool(sign)))
            wanted += part.words if asked else ()


def _kept(parts: list[tuple[Part, bool]], phrases: bool) -> list[Part]:
    """The parts that count, each once, with what their words say beside each other."""
    read = iter(readings([word for part, _ in parts for word in part.words]))
    told = [(replace(part, readings=said) if any(said := tuple(next(read) for _ in part.words)) else part, sign) for part, sign in parts]
    empty = french.vocabulary().empty
    kept = [part for part, sign in told if sign or part.number or part.readings or part.words[0] not in empty or part.kind != "word"]
    if not kept and not phrases:
        kept = [part for part, _ in told]
    return list(dict.fromkeys(kept))


def _parts(chunk: str) -> list[Part]:
    bare = _OPEN.sub("", chunk)
    kind = "word" if bare == chunk else "prefix"
    if kind == "word" and (bare := _ALMOST.sub("", chunk)) != chunk:
        kind = "fuzzy"
    found = french.words(bare)[:MOST_WORDS]
    if not found:
        return []
    if len(found[-1]) < {"prefix": SHORTEST_PREFIX, "fuzzy": SHORTEST_FUZZY}.get(kind, 0):
        kind = "word"
    if kind != "word":
        return [*(Part((word,)) for word in found[:-1]), Part((found[-1],), kind=kind)]
    if _DIGIT.search(bare):
        return [Part(tuple(found), french.number(bare))]
    return [Part((word,)) for word in found]
