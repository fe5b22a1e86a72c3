"""Makes the lexicon of a release from its finished index, in bounded memory: what is counted lies in a file, and SQLite sorts it."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from pop_ld.databases import making
from pop_ld.search import words as french
from pop_ld.search.contract import SearchReader
from pop_ld.search.question import Question
from pop_ld.search.written import runs

FILE = "lexicon.sqlite3"
KINDS = ("title", "person", "place", "concept")
FACETS = {
    "author": "person",
    "commune": "place",
    "department": "place",
    "region": "place",
    "domain": "concept",
    "type": "concept",
    "period": "concept",
    "technique": "concept",
}
"""Facets whose values are suggested, and as what."""
BEGINS = "^"
"""Before the first word of an entry, as a word of its own: what begins with the text typed."""
LONGEST_LABEL = 200
"""Characters; longer titles are not suggested, longer values of a facet neither."""
TOGETHER = 200_000
"""Notices whose titles are counted in memory; the most frequent spelling among them stands for all."""
RARE = 100_000
"""From so many different words on, those of one notice are no longer worth a correction."""

_SCHEMA = f"""
CREATE TABLE raw.counted (kind INTEGER, key TEXT, facet TEXT, label TEXT, count INTEGER);
CREATE TABLE raw.spelt (word TEXT, written TEXT, count INTEGER);
CREATE TABLE entries (id INTEGER PRIMARY KEY, kind INTEGER, label TEXT, facet TEXT, count INTEGER);
CREATE VIRTUAL TABLE found USING fts5 (
  words, content='', detail=none, columnsize=0, prefix='1 2 3 4 5 6 7 8', tokenize="ascii tokenchars '{BEGINS}'"
);
CREATE TABLE words (word TEXT PRIMARY KEY, written TEXT, count INTEGER) WITHOUT ROWID;
"""
_MERGED = """
SELECT kind, label, facet, CASE kind WHEN 0 THEN sum(count) ELSE max(count) END AS whole, max(count), key
FROM raw.counted GROUP BY kind, key ORDER BY whole DESC, length(key), key, kind
"""
"""Most notices first. Titles that differ in case or accents are one; of equal values of two facets the larger counts."""
_WORDS = """
INSERT INTO words SELECT word, written, whole FROM (
  SELECT word, written, sum(count) AS whole, max(count) FROM (
    SELECT word, written, sum(count) AS count FROM raw.spelt GROUP BY word, written
  ) GROUP BY word
) WHERE whole > 1 OR (SELECT count(DISTINCT word) FROM raw.spelt) < ?
"""


def build_lexicon(folder: Path, index: SearchReader) -> int:
    """Writes the lexicon of an index into ``folder`` (absent or empty) and returns how many things it can suggest.

    Raises StoreError.
    """
    with making(folder / FILE, "lexicon", _SCHEMA) as database:
        database.executemany("INSERT INTO raw.counted VALUES (?, ?, ?, ?, ?)", _counted(index))
        entries = _write(database)
        database.execute("INSERT INTO found(found) VALUES ('optimize')")
    return entries


def _counted(index: SearchReader) -> Iterator[tuple[int, str, str, str, int]]:
    for facet, kind in FACETS.items():
        for value, notices in index.every_value(facet):
            if key := _key(value):
                yield KINDS.index(kind), key, facet, value, notices
    titles = (hit.title.translate(_QUOTES) for hit in index.scan(Question()))
    while batch := Counter(islice(titles, TOGETHER)):
        for title, notices in batch.items():
            if key := _key(title):
                yield 0, key, "", title, notices


_QUOTES = dict.fromkeys(map(ord, '"«»“”'))
"""What would end the phrase that a title is asked as."""


def _key(label: str) -> str:
    return " ".join(french.words(label)) if len(label) <= LONGEST_LABEL else ""


def _write(database: sqlite3.Connection) -> int:
    """Entries by the number of their notices, so that the engine finds the best of many first; and the words that they are made of."""
    merged = database.cursor().execute(_MERGED)
    number = 0
    while batch := list(islice(merged, 10_000)):
        rows = [(at, *row) for at, row in enumerate(batch, number)]
        database.executemany("INSERT INTO entries VALUES (?, ?, ?, ?, ?)", [row[:5] for row in rows])
        database.executemany("INSERT INTO found(rowid, words) VALUES (?, ?)", [(row[0], f"{BEGINS}{row[6]} {row[6]}") for row in rows])
        database.executemany("INSERT INTO raw.spelt VALUES (?, ?, ?)", _spelt(rows))
        number += len(rows)
    database.execute(_WORDS, (RARE,))
    return number


def _spelt(rows: list[tuple[int, int, str, str, int, int, str]]) -> Iterator[tuple[str, str, int]]:
    for _, _, label, _, notices, _, _ in rows:
        for run in runs(label.lower()):
            if run.word.isalpha() and 3 <= len(run.word) <= 40:
                yield run.word, label[run.start : run.end].lower(), notices
