"""Where the words of a question stand in a text: segments to mark, and the passage of a notice that shows most of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from pop_ld.search import words as french
from pop_ld.search.asked import read_query
from pop_ld.search.readings import readings, said
from pop_ld.search.written import LONGEST_TEXT, Run, runs

_MOST_JOINED = 8
"""Runs that one number may be written in: ``R. 26-P`` is three."""


class _Spot(NamedTuple):
    """A place to mark, and which of the things asked for stands there."""

    start: int
    end: int
    asked: str


@dataclass(frozen=True, slots=True)
class _Wanted:
    stems: frozenset[str]
    prefixes: tuple[str, ...]
    fuzzy: tuple[str, ...]
    phrases: tuple[tuple[str, ...], ...]
    numbers: frozenset[str]


def marked(text: str, words: str) -> list[tuple[str, bool]]:
    """The text in segments, in order and whole: True where a word of the question stands, in any of the forms that the index finds."""
    return list(_segments(text, _spots(text, _wanted(words)), 0, len(text)))


def snippet(fields: Mapping[str, Sequence[str]], words: str, *, length: int = 240) -> tuple[str, list[tuple[str, bool]]]:
    """The passage of about ``length`` characters with most of the words asked for: (POP code, segments); ("", []) where none has any.

    ``fields`` are the texts of a notice by POP code; of equal passages the first counts.
    """
    wanted = _wanted(words)
    best = (0, 0)
    found: tuple[str, str, list[_Spot], _Spot, _Spot] | None = None
    for code, texts in fields.items():
        for text in texts:
            spots = _spots(text, wanted)
            for score, first, last in _windows(spots, length):
                if score > best:
                    best, found = score, (code, text, spots, first, last)
    if found is None:
        return "", []
    code, text, spots, first, last = found
    spare = max(length - (last.end - first.start), 0)
    start = _between_words(text, max(first.start - spare // 3, 0), first.start)
    end = len(text) if len(text) - start <= length else _between_words(text, max(start + length, last.end), last.end)
    before, after = ("…" if start else ""), ("…" if end < len(text) else "")
    return code, [pair for pair in ((before, False), *_segments(text, spots, start, end), (after, False)) if pair[0]]


@lru_cache(256)
def _wanted(words: str) -> _Wanted:
    asked = read_query(words)
    plain = [pair for part in asked.parts if part.kind == "word" for pair in part.pairs()]
    empty = french.vocabulary().empty
    forms = [word for word, reading in plain if not reading or word not in empty] + [reading for _, reading in plain if reading]
    return _Wanted(
        stems=frozenset(french.stems(forms)),
        prefixes=tuple(part.words[0] for part in asked.parts if part.kind == "prefix"),
        fuzzy=tuple(part.words[0] for part in asked.parts if part.kind == "fuzzy"),
        phrases=asked.phrases,
        numbers=frozenset(filter(None, (asked.whole, *(part.number for part in asked.parts)))),
    )


def _spots(text: str, wanted: _Wanted) -> list[_Spot]:
    """What is to be marked, in order, without overlap."""
    if not _may_have(text, wanted):
        return []
    written = list(runs(text))
    found = [run.word for run in written]
    spots: dict[int, _Spot] = {}
    begun = bool(wanted.prefixes or wanted.fuzzy)
    for run, stem, reading in zip(written, french.stems(found), readings(found), strict=True):
        if stem in wanted.stems:
            asked = stem
        elif reading or begun or " " in run.word:
            asked = _read(reading, wanted) or _nearly(run.word, wanted) or _within(run.word, wanted)
        else:
            continue  # nearly every word of a text
        if asked:
            spots[run.start] = _Spot(run.start, run.end, asked)
    for phrase in wanted.phrases:
        for at in _places(found, phrase):
            spots |= {run.start: _Spot(run.start, run.end, " ".join(phrase)) for run in written[at : at + len(phrase)]}
    if wanted.numbers:
        spots |= _numbers(written, wanted.numbers)
    return [spots[start] for start in sorted(spots)]


def _may_have(text: str, wanted: _Wanted) -> bool:
    """Whether a text is worth reading word by word: most of a notice's are not, and this is twenty times as fast."""
    if wanted.prefixes or wanted.fuzzy or wanted.phrases:
        return True
    words = french.words(text[:LONGEST_TEXT])
    if not wanted.stems.isdisjoint(french.stems(said([words]))):
        return True
    return bool(wanted.numbers) and any(number in "".join(words) for number in wanted.numbers)


def _read(reading: str, wanted: _Wanted) -> str:
    stem = french.stems([reading])[0] if reading else ""
    return stem if stem in wanted.stems else ""


def _within(word: str, wanted: _Wanted) -> str:
    """For a sign that is read as several words, like ½, the first of them that is asked for."""
    return next((stem for stem in french.stems(word.split()) if stem in wanted.stems), "") if " " in word else ""


def _nearly(word: str, wanted: _Wanted) -> str:
    """The beginning, or the word written a little otherwise, that a word answers; "" for none."""
    for prefix in wanted.prefixes:
        if word.startswith(prefix):
            return prefix
    if wanted.fuzzy:
        from rapidfuzz.distance import OSA

        for asked in wanted.fuzzy:
            most = french.mistakes(asked)
            if OSA.distance(word, asked, score_cutoff=most) <= most:
                return asked
    return ""


def _places(found: list[str], phrase: tuple[str, ...]) -> Iterator[int]:
    """Where a phrase begins among the words; a phrase is short, so that this stays linear in the text."""
    wanted = list(phrase)
    for at, word in enumerate(found):
        if word == wanted[0] and found[at : at + len(wanted)] == wanted:
            yield at


def _numbers(written: list[Run], numbers: frozenset[str]) -> dict[int, _Spot]:
    spots: dict[int, _Spot] = {}
    longest = max(map(len, numbers))
    for at, first in enumerate(written):
        if not any(number.startswith(first.word) for number in numbers):
            continue
        joined = ""
        for end, run in enumerate(written[at : at + _MOST_JOINED], at + 1):
            joined += run.word
            if len(joined) > longest:
                break
            if joined in numbers:
                spots |= {part.start: _Spot(part.start, part.end, joined) for part in written[at:end]}
    return spots


def _windows(spots: list[_Spot], length: int) -> Iterator[tuple[tuple[int, int], _Spot, _Spot]]:
    """For each spot the widest passage that ends there: ((different things asked for, spots), first, last)."""
    within = Counter[str]()
    first = 0
    for at, last in enumerate(spots):
        within[last.asked] += 1
        while last.end - spots[first].start > length and first < at:
            within[spots[first].asked] -= 1
            if not within[spots[first].asked]:
                del within[spots[first].asked]
            first += 1
        yield (len(within), at - first + 1), spots[first], last


def _between_words(text: str, wanted: int, limit: int) -> int:
    """A place next to a space, from ``wanted`` towards ``limit``, where a word is not cut; ``wanted`` where there is none."""
    if wanted >= len(text) or wanted == 0:
        return wanted
    space = text.find(" ", wanted, limit) + 1 if wanted < limit else text.rfind(" ", limit, wanted)
    return space if space > 0 else wanted


def _segments(text: str, spots: Sequence[_Spot], start: int, end: int) -> Iterator[tuple[str, bool]]:
    at = start
    for spot in spots:
        if start <= spot.start and spot.end <= end:
            if at < spot.start:
                yield text[at : spot.start], False
            yield text[spot.start : spot.end], True
            at = spot.end
    if at < end:
        yield text[at:end], False
