"""Suggestions as one types, and "did you mean": a small SQLite database of a release's titles, people, places and concepts, read only."""

from __future__ import annotations

import sqlite3
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock

from pop_ld.databases import reading
from pop_ld.errors import StoreUnavailable
from pop_ld.search import words as french
from pop_ld.search.asked import read_query
from pop_ld.search.lexicon_builder import BEGINS, FILE, KINDS, RARE
from pop_ld.search.written import runs

FOLDER = "lexicon"
"""Of a release, beside its index."""
LONGEST_TYPED = 200
"""Characters of what is typed that count."""
MOST_SUGGESTIONS = 50
_MOST_WORDS = 8
_CANDIDATES = 60
_SHORTEST = 4
"""Letters of a word that may be corrected."""
_LONG = 6
"""Letters from which two mistakes are corrected."""
_TRIED = 8
"""Likely words of which is seen whether they occur with the others."""
_COMMONER = 200
"""How many times more notices a word must have for one that exists to be taken for a mistake of it."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a reader may mean: ``kind`` is "title", "person", "place" or "concept", ``count`` the notices that it finds.

    ``parameters`` are those of an address of /search (address.py) when it is picked.
    """

    kind: str
    label: str
    count: int
    parameters: tuple[tuple[str, str], ...]


_FOUND = "SELECT rowid FROM found WHERE found MATCH ? ORDER BY rowid LIMIT ?"


def _all(terms: Sequence[str]) -> str:
    """A question of the full-text table; what is no Unicode is something that no entry has."""
    return " AND ".join(terms).encode("utf-8", "replace").decode()


class Lexicon:
    """The lexicon of one release; safe to share between threads. Without a database it suggests and corrects nothing."""

    def __init__(self, connection: sqlite3.Connection | None = None) -> None:
        self._connection = connection
        self._lock = Lock()
        if connection:
            weakref.finalize(self, connection.close)

    def suggest(self, text: str, limit: int = 8) -> list[Suggestion]:
        """What has words that begin with those of ``text``, in any order, at most ``limit`` (0 … 50).

        What is the text itself comes first, then what begins with it, then the most notices. [] for a text without a word.
        """
        limit = min(max(limit, 0), MOST_SUGGESTIONS)
        typed = french.words(text[:LONGEST_TYPED])[:_MOST_WORDS]
        empty = french.vocabulary().empty
        said = [word for word in typed if word not in empty] or typed
        if not limit or not said or self._connection is None:
            return []
        whole = " ".join(typed)
        rows = self._matching([BEGINS + typed[0], *typed[1:]])
        rows = [row for row in rows if " ".join(french.words(row[2])).startswith(whole)]
        if len(rows) < limit:
            rows += self._matching(said)
        if len(rows) < limit and len(said) > 1:
            rows += self._matching(said, begun=True)
        found = {row[0]: row for row in rows}.values()
        ranked = sorted(found, key=lambda row: _rank(row, whole))
        return [_suggestion(*row[1:]) for row in ranked[:limit]]

    def _matching(self, words: Sequence[str], *, begun: bool = False) -> list[tuple[int, int, str, str, int]]:
        """Entries with all the words, the last or all of which are only begun, most notices first: (number, kind, label, facet, count)."""
        terms = [f'"{word}"{" *" if begun else ""}' for word in words[:-1]] + [f'"{words[-1]}" *']
        query = f"SELECT id, kind, label, facet, count FROM entries WHERE id IN ({_FOUND}) ORDER BY id"
        return self._read(query, (_all(terms), _CANDIDATES))

    def correct(self, words: str) -> str:
        """The same words with those replaced that are rare or unknown, and written almost like a common one; "" where nothing is better.

        What has a digit, is shorter than four letters, excluded or only begun stays. It costs some milliseconds a word: ask it only
        where a question finds little, and offer it only where it finds more.
        """
        asked = read_query(words)
        wanted = {word for part in asked.parts if part.kind == "word" and not part.number for word in part.words}
        wanted |= {word for phrase in asked.phrases for word in phrase}
        others = wanted - french.vocabulary().empty
        better = {word: found for word in wanted if (found := self._better(word, others - {word}))}
        if not better:
            return ""
        text, end, pieces = words[: asked.read], 0, []
        for run in runs(text):
            pieces += [text[end : run.start], better.get(run.word, text[run.start : run.end])]
            end = run.end
        return "".join(pieces) + text[end:]

    def _better(self, word: str, others: set[str]) -> str:
        """What a word may be a mistake for, as it is written: found with the ``others`` rather than not, nearer, of more notices."""
        if self._connection is None or len(word) < _SHORTEST or not word.isalpha() or not self._words:
            return ""
        from rapidfuzz.distance import OSA
        from rapidfuzz.process import extract

        mistakes = 1 if len(word) < _LONG else 2
        choices = [w for length in range(len(word) - mistakes, len(word) + mistakes + 1) for w in self._words.get(length, ())]
        stem = french.stems([word])
        found = extract(word, choices, scorer=OSA.distance, score_cutoff=mistakes, limit=None)
        near = {w: int(distance) for w, distance, _ in found if french.stems([w]) != stem}
        if not near or any(w != word and w not in near for w, _, _ in found):
            return ""  # nothing like it, or another form of a word that there is: "versaile" finds what "versailles" does
        known, *rows = self._spelt([word, *near])
        rows = sorted(rows, key=lambda row: (near[row[0]], row[0][0] != word[0], -row[2], row[0]))[:_TRIED]
        best, written, count = min(rows, key=lambda row: not self._together({row[0], *others}))
        return written if not known[2] or (near[best] == 1 and count >= known[2] * _COMMONER) else ""

    def _spelt(self, words: list[str]) -> list[tuple[str, str, int]]:
        """Words as they are written, and their notices; those of none have 0."""
        rows: dict[str, tuple[str, str, int]] = {}
        for start in range(0, len(words), 500):
            some = words[start : start + 500]
            query = f"SELECT word, written, count FROM words WHERE count >= ? AND word IN ({','.join('?' * len(some))})"
            rows |= {row[0]: row for row in self._read(query, [self._least, *some])}
        return [rows.get(word, (word, word, 0)) for word in words]

    def _together(self, words: set[str]) -> bool:
        """Whether something has all of the words."""
        return bool(self._read(_FOUND, (_all([f'"{word}"' for word in words]), 1)))

    @cached_property
    def _least(self) -> int:
        """Notices that a word needs to be worth a correction, or to be known."""
        return 1 if self._read("SELECT count(*) FROM words", ())[0][0] < RARE else 2

    @cached_property
    def _words(self) -> dict[int, list[str]]:
        """The words that may be meant, by their length: read when the first question finds little."""
        by_length: dict[int, list[str]] = {}
        for (word,) in self._read("SELECT word FROM words WHERE count >= ?", (self._least,)):
            by_length.setdefault(len(word), []).append(word)
        return by_length

    def _read(self, query: str, values: Sequence[str | int]) -> list[tuple]:  # type: ignore[type-arg]
        assert self._connection is not None
        try:
            with self._lock:
                return self._connection.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise StoreUnavailable(f"lexicon: {error}") from error


def open_lexicon(folder: Path) -> Lexicon:
    """The lexicon of a release's folder; one that says nothing where the folder has none. Raises StoreUnavailable where it is broken."""
    return Lexicon(reading(folder / FILE, "lexicon", ("entries",)))


def _rank(row: tuple[int, int, str, str, int], whole: str) -> tuple[bool, bool, int]:
    key = " ".join(french.words(row[2]))
    return key != whole, not key.startswith(whole), row[0]


def _suggestion(kind: int, label: str, facet: str, count: int) -> Suggestion:
    asked = (facet, label) if facet else ("q", f'"{label}"')
    return Suggestion(KINDS[kind], label, count, (asked,))
