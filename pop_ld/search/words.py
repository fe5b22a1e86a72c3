"""Text to words for search, by the same functions for notices and for what people type.

Folding (case, accents, œ/æ, French elision) decides which words are the same; the stem brings together plural, feminine and participle
forms, abbreviations and ordinals, and is kept apart so that the word itself can rank first. What a word says only beside another
("XIV" after "Louis", "quinzième" before "siècle") is its reading, added to the stems of the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple

from pop_ld import resources

ANALYSIS = 2
"""Number of this analysis, kept with each index; raise it whenever a function here gives other words."""

ARTICLES = ("c", "d", "j", "l", "m", "n", "s", "t", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu")
"""Words that are dropped before an apostrophe."""
_ELIDED = tuple(f" {article}'" for article in ARTICLES)
_BEYOND_ASCII = re.compile("[^\x00-\x7f]")
APOSTROPHES = ("'", "’", "‘", "ʼ", "`", "\x92")
"""U+0092 is cp1252's apostrophe read as latin1: POP holds it (FACTS b)."""
_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
"""Letters that Unicode does not take apart."""


class _Folds(dict[int, str]):
    """Code point -> its folded letters, ``'`` for an apostrophe, nothing for a mark, a space for the rest: filled as met."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold()).translate(_LETTERS)
        kept = [c for c in plain if unicodedata.category(c) not in ("Mn", "Me", "Cf")]
        self[code] = "'" if char in APOSTROPHES else "".join(c if c.isalnum() else " " for c in kept)
        return self[code]


class _Stems(dict[str, str]):
    """Word -> stem, forgotten all at once when there are too many: faster than lru_cache on a hundred words a notice."""

    def __missing__(self, word: str) -> str:
        if len(self) >= 1 << 18:
            self.clear()
        self[word] = _stem(word)
        return self[word]


_FOLDS = _Folds()
_STEMS = _Stems()
LONGEST_WHOLE = 150
"""Characters; engines split a token at 255."""
_ORDINAL = re.compile(r"0*([1-9]\d{0,3})(?:e|er|ere|re|eme|ieme|nd|nde)\Z", re.ASCII)
ROMANS = {
    tens + ones: 10 * ten + one
    for ten, tens in enumerate(("", "x", "xx", "xxx"))
    for one, ones in enumerate(("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix"))
    if ten or one
}
"""Roman numerals of kings and centuries, 1 to 39, folded."""


class Vocabulary(NamedTuple):
    """What mappings/search-words.csv says, folded: words that count only alone, abbreviations, names that a numeral follows, no names."""

    empty: frozenset[str]
    short: dict[str, str]
    """Abbreviation -> the word that it stands for."""
    same: dict[str, str]
    """Abbreviation or Roman ordinal -> the stem of what it stands for: ``st`` -> ``saint``, ``xveme`` -> ``15e``."""
    sovereigns: frozenset[str]
    things: frozenset[str]


@cache
def vocabulary() -> Vocabulary:
    """The words of French that search knows of; read once."""
    kinds: dict[str, dict[str, str]] = {"empty": {}, "abbreviation": {}, "sovereign": {}, "thing": {}}
    for line in resources.table("search-words.csv"):
        kinds[line["kind"]][" ".join(words(line["word"]))] = line["meaning"]
    same = {
        roman + ending: ordinal(value)
        for ending in ("ieme", "eme", "er", "ere", "e")  # "vieme" is VI-ème rather than V-ième
        for roman, value in ROMANS.items()
        if (ending not in ("er", "ere") or value == 1) and roman + ending not in ROMAN_WORDS
    }
    short = {word: " ".join(words(meaning)) for word, meaning in kinds["abbreviation"].items()}
    same |= {word: _inflected(meaning) for word, meaning in short.items()}
    return Vocabulary(frozenset(kinds["empty"]), short, same, frozenset(kinds["sovereign"]), frozenset(kinds["thing"]))


def in_full(found: Iterable[str]) -> tuple[str, ...]:
    """Folded words with their abbreviations written out: ``st martin`` -> ``saint martin``."""
    short = vocabulary().short
    return tuple(short.get(word, word) for word in found)


def whole(found: Sequence[str]) -> str:
    """All words of a title as one token, which no word is: ``hotel de ville`` -> ``^hotel_de_ville``; "" for a title that nobody types."""
    joined = "_".join(found)
    return f"^{joined}" if joined and len(joined) <= LONGEST_WHOLE else ""


def mistakes(word: str) -> int:
    """In how many letters a word written almost so may differ: 1, or 2 from eight letters."""
    return 1 if len(word) < 8 else 2


ROMAN_WORDS = {"ie": 1, "ve": 5, "vie": 6, "xe": 10}
"""Ordinals that are words or beginnings of others too: centuries only where the word for it follows."""


def ordinal(value: int) -> str:
    """The one token for an ordinal, however it is written: 15 -> ``15e``."""
    return "1er" if value == 1 else f"{value}e"


def words(text: str) -> list[str]:
    """Folded words in order, elided articles dropped: ``L'église Saint-Éloi`` -> ``eglise saint eloi``."""
    text = folded(text)
    if "'" in text:
        text = " " + text
        for article in _ELIDED:
            text = text.replace(article, " ")
        text = text.replace("'", " ")
    return text.split()


def folded(text: str) -> str:
    """Letters without case and accents, ``'`` for an apostrophe, a space for every other sign; its length may change."""
    # Other letters first: translate() is ten times faster on text that is then ASCII.
    return _BEYOND_ASCII.sub(lambda found: _FOLDS[ord(found[0])], text).translate(_FOLDS)


def number(text: str) -> str:
    """The letters and digits of a REF or an inventory number alone: ``R. 26-P`` -> ``r26p``; ``""`` where none or over 64."""
    compact = folded(text).replace(" ", "").replace("'", "")
    return compact if len(compact) <= 64 else ""


def stems(found: list[str]) -> list[str]:
    """Light stems of folded words, at least three letters: ``chevaux`` -> ``cheval``, ``sculptees`` -> ``sculpt``.

    Number, gender and past participles only: notices speak in nouns, and a stronger stemmer mixes ``portail`` with ``porter``.
    Abbreviations and ordinals have the stem of what they stand for: ``st`` -> ``saint``, ``xveme`` -> ``15e``.
    """
    return list(map(_STEMS.__getitem__, found))


def _stem(word: str) -> str:
    if word[0].isdecimal() and (found := _ORDINAL.match(word)):
        return ordinal(int(found[1]))
    return vocabulary().same.get(word) or _inflected(word)


def _inflected(word: str) -> str:
    if len(word) < 4 or not (word.isascii() and word.isalpha()):
        return word
    return _singular_masculine(_singular(word))


def _singular(word: str) -> str:
    if word.endswith(("eaux", "yaux", "eux", "oux")):
        return word[:-1]
    if word.endswith("aux"):
        return word[:-3] + "al"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _singular_masculine(word: str) -> str:
    if word.endswith("ail") and len(word) > 4:
        return word[:-2] + "l"  # vitrail like vitraux, which gave vitral
    if word.endswith("euse"):
        return word[:-2]  # religieuse like religieux
    if len(word) > 4 and word.endswith("ee"):
        word = word[:-1]
    if len(word) > 3 and word.endswith("e"):
        word = word[:-1]
        if len(word) > 3 and word[-1] == word[-2]:
            word = word[:-1]  # ancienne like ancien
        elif word.endswith("iv"):
            word = word[:-1] + "f"  # votive like votif
    return word
