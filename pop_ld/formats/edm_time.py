"""Labels of time-spans in French and English: of EDTF intervals as our IRIs have them, of periods by mappings/period-labels.csv."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from pyoxigraph import Literal

from pop_ld import resources
from pop_ld.formats.centuries import century_words, english_ordinal
from pop_ld.formats.words import LANGUAGES, date_words, say

_SIDE = re.compile(r"(-?\d{4})(?:-(\d\d)(-\d\d)?)?", re.ASCII)
_LONGEST = 60
"""Characters of a label that may name a period."""


@lru_cache(maxsize=20_000)
def span_labels(edtf: str) -> tuple[Literal, ...]:
    """``1601/1700`` -> "17e siècle"@fr, "17th century"@en; () for a text that is no year, month, day or interval of them."""
    sides = edtf.split("/")
    if len(sides) > 2 or not any(side != ".." for side in sides) or not all(side == ".." or _SIDE.fullmatch(side) for side in sides):
        return ()
    return tuple(Literal(_words(sides, lang), language=lang) for lang in LANGUAGES)


def _words(sides: list[str], lang: str) -> str:
    if len(sides) == 1:
        return _side(sides[0], lang)
    begin, end = sides
    if begin == "..":
        return say(lang, "ui.edm_until", end=_side(end, lang))
    if end == "..":
        return say(lang, "ui.edm_from", begin=_side(begin, lang))
    if begin.isdigit() and end.isdigit() and int(begin) % 100 == 1 and int(end) == int(begin) + 99:
        return century_words(str(int(end) // 100), lang)
    return say(lang, "ui.edm_between", begin=_side(begin, lang), end=_side(end, lang))


def _side(text: str, lang: str) -> str:
    """A year (astronomical: 0000 is 1 BC), a month or a day in words."""
    found = _SIDE.fullmatch(text)
    assert found
    year = int(found[1])
    if year <= 0:
        return say(lang, "ui.edm_before_christ", year=1 - year)
    if found[3]:
        return date_words(text, lang)
    if found[2] and 1 <= int(found[2]) <= 12:
        return date_words(f"{text}-01", lang).partition(" ")[2]
    return str(year)


@cache
def _periods() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(row["pattern"], re.IGNORECASE), row["en"]) for row in resources.table("period-labels.csv"))


@lru_cache(maxsize=5_000)
def period_label(label: str) -> str:
    """The English of a period's French label ("4e quart 18e siècle"), "" where the table has none."""
    if len(label) > _LONGEST:
        return ""
    for pattern, english in _periods():
        if found := pattern.fullmatch(label.strip()):
            return english.format("", *(english_ordinal(int(number)) for number in found.groups()))
    return ""
