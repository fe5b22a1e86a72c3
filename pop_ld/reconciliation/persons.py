"""Persons, compared in any order of surname and forenames, and by how they stand to the work."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import takewhile

from pop_ld.fields import names, people
from pop_ld.reconciliation.wording import alike

_OTHERWISE = 0.9
"""What is left of a likeness for a person who stands otherwise to the work: a copy after an artist is not by the artist."""
_UNKNOWN = 0.8
"""The same for makers without a name: they are the same words, not the same hands."""
_LONGEST_NAME = 200
"""Characters of a person's name that are read."""
_NOBODY = "anonyme"


@lru_cache(maxsize=50_000)
def _people(text: str) -> tuple[tuple[tuple[str, ...], str], ...]:
    """The names that a text gives one person, as words without particles, and how the person stands to the work ("agent" …)."""
    item = dict(people.person_of_names(text[:_LONGEST_NAME]))
    relation = next((name for name in ("after", "workshop") if name in item), "agent")
    if "anonymous" in item:
        return (((_NOBODY,), relation),)
    given = [item.get("name", ""), item.get("also", ""), *item.get("also_2", "").split(" ; ")]
    small = names.words("particle") | names.words("article")
    found = [tuple(word for word in names.tokens(one) if word not in small) or names.tokens(one) for one in given]
    return tuple((words, relation) for words in dict.fromkeys(filter(None, found)))


@lru_cache(maxsize=100_000)
def _same_person(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    """Two names of persons, in any order of surname and forenames; an initial stands for its forename, a surname alone says less."""
    if sorted(one) == sorted(other):
        return 1.0
    short, long = (one, other) if len(one) <= len(other) else (other, one)
    left = list(long)
    scores = []
    for word in sorted(short, key=len, reverse=True):
        best = max(((alike(word, found) if len(word) > 1 and len(found) > 1 else 0.0, found) for found in left), default=(0.0, ""))
        if not best[0]:
            initials = [found for found in left if found[:1] == word[:1] and 1 in (len(found), len(word))]
            best = (0.9, initials[0]) if initials else best
        scores.append(best[0])
        if best[0]:
            left.remove(best[1])
    if not scores or 0.0 in scores:
        matched = [score for score in scores if score]
        return 0.35 * len(matched) / len(long) if matched else 0.0
    whole = len([word for word in short if len(word) > 1])
    share = sum(scores) / len(scores)
    if whole < 2:
        return share * (0.88 if len(short) > 1 else 0.75)
    return share * (0.97 if len(long) - len(short) < 2 else 0.93)


def person(asked: str, texts: Sequence[str]) -> float | None:
    """Persons: "Prénom Nom", "NOM Prénom", "Nom, Prénom"; a copy after an artist is not by the artist."""
    wanted = [found for part in asked.split(";")[:4] for found in _people(part.strip())]
    there = [found for text in texts for found in _people(text)]
    if not wanted or not there:
        return None
    best = 0.0
    for words, relation in wanted:
        for others, stands in there:
            same = _same_person(words, others)
            worth = _UNKNOWN if words == others == (_NOBODY,) else 1.0 if relation == stands else _OTHERWISE
            best = max(best, same * worth)
    return best


def surnames(asked: Iterable[str]) -> tuple[str, ...]:
    """The words of persons' names by which notices are looked up: those of at least three letters."""
    found = (word for text in asked for part in text.split(";")[:4] for words, _ in _people(part.strip()) for word in words)
    return tuple(dict.fromkeys(word for word in takewhile(bool, found) if len(word) > 2 and word != _NOBODY))
