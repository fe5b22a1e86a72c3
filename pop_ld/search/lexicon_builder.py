"""Makes the lexicon of a release from its finished index, in bounded memory: what is counted lies in a file, and SQLite sorts it."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, islice
from pathlib import Path
from typing import NamedTuple, Protocol
from zlib import crc32

from pop_ld.databases import making
from pop_ld.search import words as french
from pop_ld.search.written import runs

FILE = "lexicon.sqlite3"
LAYOUT = 2
"""Number of the tables (``user_version``); a lexicon of others is not built upon."""
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
"""Notices whose titles are counted in memory."""
RARE = 100_000
"""From so many different words on, those of one notice are no longer worth a correction."""
_MOST = (1 << 22) - 1
"""Notices that make a difference to the place of an entry."""

_SCHEMA = f"""
CREATE TABLE raw.counted (kind INTEGER, key TEXT, facet TEXT, label TEXT, count INTEGER);
CREATE TABLE raw.merged (id INTEGER, kind INTEGER, label TEXT, facet TEXT, count INTEGER, key TEXT);
CREATE TABLE raw.spelt (word TEXT, written TEXT, count INTEGER);
CREATE TABLE entries (id INTEGER PRIMARY KEY, kind INTEGER, label TEXT, facet TEXT, count INTEGER);
CREATE TABLE several (kind INTEGER, key TEXT, facet TEXT, label TEXT, count INTEGER, PRIMARY KEY (kind, key, facet, label)) WITHOUT ROWID;
CREATE VIRTUAL TABLE found USING fts5 (
  words, content='', detail=none, columnsize=0, prefix='1 2 3 4 5 6 7 8', tokenize="ascii tokenchars '{BEGINS}'"
);
CREATE TABLE words (word TEXT PRIMARY KEY, written TEXT, count INTEGER) WITHOUT ROWID;
PRAGMA user_version = {LAYOUT};
"""
NAMED_BITS = 20
NAMED = f"id & {(1 << NAMED_BITS) - 1}"
"""What of the id is of the name of an entry (:func:`place`): indexed, so that an entry is found by it."""
NEIGHBOURS = 64
"""Ids among which an entry is: names with one checksum, and as many notices, stand one behind the other."""
_WORDS = """
INSERT INTO words SELECT word, written, whole FROM (
  SELECT word, written, sum(count) AS whole, max(count) FROM (
    SELECT word, written, sum(count) AS count FROM raw.spelt GROUP BY word, written
  ) GROUP BY word
)
"""

Spellings = Mapping[tuple[str, str], int]
"""(facet or "", label) of one entry -> notices that have it."""


class Index(Protocol):
    """What is asked of an embedded index (``search.tantivy_reader.TantivySearch`` has it)."""

    def every_value(self, facet: str) -> list[tuple[str, int]]: ...

    def titles(self) -> Iterator[str]: ...

    def tell(self, names: Sequence[str], facets: Sequence[str]) -> tuple[list[str], dict[str, list[tuple[str, int]]]]: ...


class Entry(NamedTuple):
    """What is suggested: a title with the notices of all its spellings, or the value of a facet; the label is the most frequent."""

    kind: int
    label: str
    facet: str
    notices: int


def build_lexicon(folder: Path, index: Index) -> int:
    """Writes the lexicon of an index into ``folder`` (absent or empty) and returns how many things it can suggest.

    Raises StoreError.
    """
    with making(folder / FILE, "lexicon", _SCHEMA) as database:
        database.executemany("INSERT INTO raw.counted VALUES (?, ?, ?, ?, ?)", _counted(index))
        database.executemany("INSERT INTO raw.merged VALUES (?, ?, ?, ?, ?, ?)", _merged(database))
        entries = _write(database)
        database.execute("INSERT INTO found(found) VALUES ('optimize')")
    return entries


def entry_of(kind: int, spellings: Spellings) -> Entry | None:
    """What is suggested of the spellings of one entry, None where no notice has any.

    Titles that differ in case or accents are one; of equal values of two facets the one with more notices counts, for it is asked for.
    """
    kept = [(count, spelling) for spelling, count in spellings.items() if count > 0]
    if not kept:
        return None
    count, (facet, label) = min(kept, key=lambda pair: (-pair[0], pair[1]))
    return Entry(kind, label, facet, count if kind else sum(count for count, _ in kept))


def place(kind: int, key: str, notices: int) -> int:
    """The id of an entry: most notices first, then the shortest, then by a checksum of its name, so that it depends on no other's.

    As few bits as do: the full-text table holds what lies between ids, fourteen times an entry's words.
    """
    first = (_MOST - min(notices, _MOST)) << 6 | min(len(key), 63)
    return first << NAMED_BITS | crc32(f"{kind}{key}".encode("utf-8", "replace")) % ((1 << NAMED_BITS) - NEIGHBOURS)


def key_of(label: str) -> str:
    """The words of a label, by which equal ones are one; "" for what is not suggested."""
    return " ".join(french.words(label)) if len(label) <= LONGEST_LABEL else ""


def title_of(title: str) -> str:
    """A title without what would end the phrase that it is asked as."""
    return title.translate(_QUOTES)


_QUOTES = dict.fromkeys(map(ord, '"«»“”'))


def indexed(key: str) -> str:
    """What the full-text table holds of an entry."""
    return f"{BEGINS}{key} {key}"


def spelt(label: str) -> Iterator[tuple[str, str]]:
    """(word, as written) of a label, those that may correct others."""
    for run in runs(label.lower()):
        if run.word.isalpha() and 3 <= len(run.word) <= 40:
            yield run.word, label[run.start : run.end].lower()


def _counted(index: Index) -> Iterator[tuple[int, str, str, str, int]]:
    for facet, kind in FACETS.items():
        for value, notices in index.every_value(facet):
            if key := key_of(value):
                yield KINDS.index(kind), key, facet, value, notices
    titles = map(title_of, index.titles())
    while batch := Counter(islice(titles, TOGETHER)):
        for title, notices in batch.items():
            if key := key_of(title):
                yield 0, key, "", title, notices


def _merged(database: sqlite3.Connection) -> Iterator[tuple[int, int, str, str, int, str]]:
    """Every entry with its id; the spellings of those that have several are kept, for the next release may take one out."""
    query = "SELECT kind, key, facet, label, sum(count) FROM raw.counted GROUP BY kind, key, facet, label ORDER BY kind, key"
    for (kind, key), rows in groupby(database.cursor().execute(query), key=lambda row: row[:2]):
        spellings = {(facet, label): count for _, _, facet, label, count in rows}
        if entry := entry_of(kind, spellings):
            if len(spellings) > 1:
                keep_several(database, kind, key, spellings)
            yield place(kind, key, entry.notices), *entry, key


def keep_several(database: sqlite3.Connection, kind: int, key: str, spellings: Spellings) -> None:
    """Keeps the spellings of an entry that has more than one."""
    rows = [(kind, key, facet, label, count) for (facet, label), count in spellings.items() if count > 0]
    database.executemany("INSERT INTO several VALUES (?, ?, ?, ?, ?)", rows)


def _write(database: sqlite3.Connection) -> int:
    """Entries by their id, so that the engine finds the best of many first; and the words that they are made of."""
    merged = database.cursor().execute("SELECT id, kind, label, facet, count, key FROM raw.merged ORDER BY id, key")
    number, last = 0, -1
    while batch := list(islice(merged, 10_000)):
        rows = []
        for at, *row in batch:
            last = max(at, last + 1)  # two names with one checksum
            rows.append((last, *row))
        database.executemany("INSERT INTO entries VALUES (?, ?, ?, ?, ?)", [row[:5] for row in rows])
        database.executemany("INSERT INTO found(rowid, words) VALUES (?, ?)", [(row[0], indexed(row[5])) for row in rows])
        database.executemany("INSERT INTO raw.spelt VALUES (?, ?, ?)", _spelt((row[2], row[4]) for row in rows))
        number += len(rows)
    database.execute(_WORDS)
    database.execute(f"CREATE INDEX by_name ON entries ({NAMED})")
    return number


def _spelt(entries: Iterable[tuple[str, int]]) -> Iterator[tuple[str, str, int]]:
    return ((word, written, notices) for label, notices in entries for word, written in spelt(label))
