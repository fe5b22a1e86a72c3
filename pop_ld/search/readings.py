"""What words say only beside others: the number of a sovereign ("Louis XIV", "Louis quatorze"), that of a century ("quinzième siècle")."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from pop_ld.search import words as french
from pop_ld.search.words import ROMAN_WORDS, ROMANS, ordinal

_CENTURY = ("siecle", "siecles")
_SHORT = "s"
"""The word for a century, shortened, after an ordinal alone."""
_ENDINGS = ("e", "eme", "ieme", "o")
"""What stands apart from its numeral: "XV e siècle"."""
_LAST = 30
# fmt: off
_CARDINALS = ("premier", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix",
              "onze", "douze", "treize", "quatorze", "quinze", "seize")
_ORDINALS = ("premier", "deuxieme", "troisieme", "quatrieme", "cinquieme", "sixieme", "septieme", "huitieme", "neuvieme", "dixieme",
             "onzieme", "douzieme", "treizieme", "quatorzieme", "quinzieme", "seizieme")
# fmt: on
_KINGS = {word: number for number, word in enumerate(_CARDINALS, 1)} | ROMANS | {"1": 1}
_CENTURIES = {word: number for number, word in enumerate(_ORDINALS, 1)} | {"vingtieme": 20, "second": 2}


@cache
def _triggers() -> frozenset[str]:
    return french.vocabulary().sovereigns | {*_CENTURY, _SHORT}


def readings(found: Sequence[str]) -> list[str]:
    """For each folded word of a text what it says beside its neighbours, "" where nothing: ``louis xiv`` -> ``"" "14"``."""
    read = [""] * len(found)
    if _triggers().isdisjoint(found):
        return read
    sovereigns = french.vocabulary().sovereigns
    for at, word in enumerate(found):
        if word in _CENTURY:
            _read_century(found, at, read)
        elif word == _SHORT:
            if at and (_is_ordinal(found[at - 1]) or found[at - 1] in ROMAN_WORDS or (found[at - 1] in _ENDINGS and _apart(found, at - 1))):
                read[at] = _CENTURY[0]
                _read_century(found, at, read)
        elif word in sovereigns and at + 1 < len(found):
            number = _KINGS.get(found[at + 1])
            if number:
                read[at + 1] = str(number) if number > 1 else ordinal(1)
    return read


def said(texts: Sequence[Sequence[str]]) -> list[str]:
    """All words of some texts, and what they say besides: ``louis xiv`` adds ``14``, ``quinzieme siecle`` ``15e``, ``15e s`` ``siecle``."""
    found = [word for text in texts for word in text]
    apart = _triggers().isdisjoint
    if not apart(found):
        found += [word for text in texts if not apart(text) for word in readings(text) if word]
    return found


def _is_ordinal(word: str) -> bool:
    stem = french.stems([word])[0]
    return stem == ordinal(1) or (stem[:-1].isdecimal() and stem[-1] == "e")


def _apart(found: Sequence[str], at: int) -> bool:
    """Whether the ending at a place stands apart from a numeral before it."""
    return at > 0 and (found[at - 1] in ROMANS or found[at - 1].isdecimal())


def _read_century(found: Sequence[str], at: int, read: list[str]) -> None:
    """Reads the numbers before the word for a century, two of them in "XV-XVI siècles"."""
    before = at - 1
    if before > 0 and found[before] in _ENDINGS and _apart(found, before):
        before -= 1
    for place in (before, before - 1):
        number = _number(found[place]) if place >= 0 else 0
        if number:
            read[place] = ordinal(number)
        elif place < 0 or not _is_ordinal(found[place]):
            return


def _number(word: str) -> int:
    if word.isdecimal() and len(word) < 3:
        return int(word) if int(word) <= _LAST else 0
    return ROMANS.get(word) or ROMAN_WORDS.get(word) or _CENTURIES.get(word, 0)
