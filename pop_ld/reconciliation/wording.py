"""Two texts word by word: how far they have the same words, whatever the case, accents, articles, forms, order and small mistakes."""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz.distance import OSA

from pop_ld.search import words as french

_LIGHT, _FIGURE = 0.1, 1.5
"""What a word that says nothing ("de", "la") and one with a digit weigh beside others."""
_MISTAKES = ((4, 0), (8, 1), (99, 2))
"""Letters up to which a word may differ in so many."""
_PARTS = re.compile(r"\s*(?:;|/|\||#| - )\s*|\.(?=[^\W\d_]{3})")
ASIDE = re.compile(r"\s*\([^()]*\)|\s*\[[^\[\]]*\]")
_MOST_PARTS = 12
_SWAPPED = 0.88
"""What is left of a likeness where each text has a word that the other lacks: "pilier de droite", "pilier de gauche"."""
BARE = 0.89
"""The same where brackets were left out: "Hôtel de ville (ancien)"."""
_MOST_WORDS = 60
"""Words of a text that are compared."""
_MOST_PAIRS = 400
"""Pairs of words that are looked at for mistakes of writing: in longer texts only their forms are told alike."""


@lru_cache(maxsize=50_000)
def tokens(text: str) -> tuple[str, ...]:
    """The folded words of a text, abbreviations written out: ``Eglise St-Martin`` -> eglise saint martin."""
    return french.in_full(french.words(text)[:_MOST_WORDS])


@lru_cache(maxsize=100_000)
def _stem(word: str) -> str:
    return french.stems([word])[0]


def significant(text: str) -> tuple[str, ...]:
    """The words that say something, each once."""
    empty = french.vocabulary().empty
    return tuple(dict.fromkeys(word for word in tokens(text) if word not in empty))


def _weight(word: str) -> float:
    if word in french.vocabulary().empty:
        return _LIGHT
    return _FIGURE if any(map(str.isdigit, word)) else 1.0


@lru_cache(maxsize=200_000)
def alike(one: str, other: str) -> float:
    """Whether two words are one: 1 the same, 0.97 another form of it, less for each letter that differs, 0 for another word."""
    if one == other:
        return 1.0
    if any(map(str.isdigit, one + other)):
        return 0.0
    if _stem(one) == _stem(other):
        return 0.97
    allowed = next(mistakes for letters, mistakes in _MISTAKES if min(len(one), len(other), 99) <= letters)
    distance = OSA.distance(one, other, score_cutoff=allowed) if allowed else 1
    return 0.9 - 0.05 * (distance - 1) if distance <= allowed else 0.0


@lru_cache(maxsize=20_000)
def overlap(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[float, float]:
    """(share of the first's words that the second has, share of the second's that the first has), by their weights, each word used once."""
    if one == other:
        return 1.0, 1.0
    left = list(other)
    found = 0.0
    rest = []
    for word in one:
        if word in left:
            left.remove(word)
            found += _weight(word)
        else:
            rest.append(word)
    for word in rest if len(rest) * len(left) <= _MOST_PAIRS else ():
        best = max(((alike(word, candidate), candidate) for candidate in left), default=(0.0, ""))
        if best[0]:
            left.remove(best[1])
            found += best[0] * min(_weight(word), _weight(best[1]))
    return found / (sum(map(_weight, one)) or 1.0), found / (sum(map(_weight, other)) or 1.0)


def same_words(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    """How far two texts have the same words, in any order: twice the share they have in common, less where one word stands for another."""
    if not one or not other:
        return 0.0
    if "".join(one) == "".join(other):
        return 1.0
    first, second = overlap(one, other)
    if not first or not second:
        return 0.0
    lacking = [round((1 - share) * sum(map(_weight, words)), 6) for share, words in ((first, one), (second, other))]
    return 2 * first * second / (first + second) * (_SWAPPED if min(lacking) >= 0.9 else 1.0)


@lru_cache(maxsize=20_000)
def forms(text: str) -> tuple[tuple[tuple[str, ...], float], ...]:
    """A title as it may be cited, and what that is worth: whole, without its brackets, each of its parts ("VUE DE ROME ; ETUDE")."""
    found = [(text, 1.0), (ASIDE.sub(" ", text), BARE)]
    found += [(part, 1.0) for part in _PARTS.split(text)[:_MOST_PARTS] if len(significant(part)) > 1 or len(part) > 6]
    best: dict[tuple[str, ...], float] = {}
    for form, worth in found:
        if words := tokens(form):
            best[words] = max(worth, best.get(words, 0.0))
    return tuple(best.items())
