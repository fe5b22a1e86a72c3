"""Text to words for search, by the same functions for notices and for what people type.

Folding (case, accents, œ/æ, French elision) decides which words are the same; the stem brings together plural, feminine
and participle forms, and is kept apart so that the word itself can rank first.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

ANALYSIS = 1
"""Number of this analysis, kept with each index; raise it whenever a function here gives other words."""

LONGEST_QUERY = 1_000
"""Characters of a query that are read."""
MOST_WORDS = 32
"""Words of a query that are asked for; a phrase's words count."""

_ELIDED = tuple(f" {article}'" for article in ("c", "d", "j", "l", "m", "n", "s", "t", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu"))
_BEYOND_ASCII = re.compile("[^\x00-\x7f]")
_PHRASE = re.compile(r'"([^"]*)"|«([^»]*)»|“([^”]*)”')
_DIGIT = re.compile(r"\d")
# fmt: off
_STOP = frozenset((
    "le", "la", "les", "l", "un", "une", "des", "du", "de", "d", "au", "aux", "en", "et", "ou", "a",
    "dans", "par", "pour", "sur", "c", "j", "m", "n", "s", "t", "qu", "que", "qui",
))
# fmt: on
_APOSTROPHES = "'’‘ʼ`\x92"
"""U+0092 is cp1252's apostrophe read as latin1: POP holds it (FACTS b)."""
_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
"""Letters that Unicode does not take apart."""


class _Folds(dict[int, str]):
    """Code point -> its folded letters, ``'`` for an apostrophe, nothing for a mark, a space for the rest: filled as met."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold()).translate(_LETTERS)
        kept = [c for c in plain if unicodedata.category(c) not in ("Mn", "Me", "Cf")]
        self[code] = "'" if char in _APOSTROPHES else "".join(c if c.isalnum() else " " for c in kept)
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


def words(text: str) -> list[str]:
    """Folded words in order, elided articles dropped: ``L'église Saint-Éloi`` -> ``eglise saint eloi``."""
    text = _folded(text)
    if "'" in text:
        text = " " + text
        for article in _ELIDED:
            text = text.replace(article, " ")
        text = text.replace("'", " ")
    return text.split()


def _folded(text: str) -> str:
    # Other letters first: translate() is ten times faster on text that is then ASCII.
    return _BEYOND_ASCII.sub(lambda found: _FOLDS[ord(found[0])], text).translate(_FOLDS)


def number(text: str) -> str:
    """The letters and digits of a REF or an inventory number alone: ``R. 26-P`` -> ``r26p``; ``""`` where none or over 64."""
    compact = _folded(text).replace(" ", "").replace("'", "")
    return compact if len(compact) <= 64 else ""


def stems(found: list[str]) -> list[str]:
    """Light stems of folded words, at least three letters: ``chevaux`` -> ``cheval``, ``sculptees`` -> ``sculpt``.

    Number, gender and past participles only: notices speak in nouns, and a stronger stemmer mixes ``portail`` with ``porter``.
    """
    return list(map(_STEMS.__getitem__, found))


def _stem(word: str) -> str:
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


@dataclass(frozen=True, slots=True)
class Asked:
    """What a query asks for: every part and every phrase.

    A part is (words, number): all the words in any form or, where it has a digit, the number as a REF or an inventory
    number. A phrase's words match as they are and in order. ``whole`` is the query as one number or ``""``, ``order``
    its words as they came.
    """

    parts: tuple[tuple[tuple[str, ...], str], ...]
    phrases: tuple[tuple[str, ...], ...]
    whole: str
    order: tuple[str, ...]


def read_query(text: str) -> Asked:
    """Reads what someone typed; any text at all is a query. Stop words count only where there is nothing else."""
    text = text[:LONGEST_QUERY]
    phrases = [words("".join(found)) for found in _PHRASE.findall(text)]
    parts = [part for chunk in _PHRASE.sub(" ", text).split() for part in _parts(chunk)]
    kept = [part for part in parts if part[0][0] not in _STOP or part[1]] or ([] if any(phrases) else parts)
    return Asked(
        parts=tuple(dict.fromkeys(kept))[:MOST_WORDS],
        phrases=tuple(tuple(phrase[:MOST_WORDS]) for phrase in phrases if phrase)[:MOST_WORDS],
        whole=number(text) if _DIGIT.search(text) else "",
        order=tuple(words(text)[:MOST_WORDS]),
    )


def _parts(chunk: str) -> list[tuple[tuple[str, ...], str]]:
    found = words(chunk)
    if found and _DIGIT.search(chunk):
        return [(tuple(found[:MOST_WORDS]), number(chunk))]
    return [((word,), "") for word in found]
