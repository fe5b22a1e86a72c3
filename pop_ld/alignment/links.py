"""The links, and the open suggestions, of a release: a file that is only read."""

from __future__ import annotations

import sqlite3
import weakref
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import Any

from pop_ld.alignment import suggestion
from pop_ld.alignment.link import Link
from pop_ld.alignment.suggestion import Suggestion
from pop_ld.databases import reading
from pop_ld.errors import StoreUnavailable

FILE = "alignment.sqlite3"
"""Name of the book, in the data folder, and of what a release has of it."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS links (
  subject TEXT, predicate TEXT, target TEXT, source TEXT, date TEXT, confidence REAL, justification TEXT,
  PRIMARY KEY (subject, predicate, target, source)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_target ON links (target);
CREATE INDEX IF NOT EXISTS by_source ON links (source, subject);
CREATE TABLE IF NOT EXISTS suggestions (
  number INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT, subject TEXT, predicate TEXT, target TEXT, score REAL, reasons TEXT, label TEXT,
  target_label TEXT, date TEXT, UNIQUE (subject, predicate, target)
);
CREATE INDEX IF NOT EXISTS by_score ON suggestions (kind, score DESC, number);
"""
_COLUMNS = "subject, target, source, date, confidence, predicate, justification"
_ASKED = 500
_PAGE = 1_000
_MOST_TO = 1_000
"""Links that lead to one thing elsewhere, of which more are never asked for."""


class Links:
    """The links of a release; safe to share between threads. Without a file it holds none."""

    def __init__(self, connection: sqlite3.Connection | None = None) -> None:
        self._connection = connection
        self._lock = Lock()
        if connection:
            weakref.finalize(self, connection.close)

    def of(self, subject: str) -> list[Link]:
        """The links of a thing, the surest first."""
        return self.of_many([subject]).get(subject, [])

    def of_many(self, subjects: Iterable[str]) -> dict[str, list[Link]]:
        """Thing -> its links, the surest first; things without any are absent."""
        found: dict[str, list[Link]] = {}
        wanted = iter(dict.fromkeys(subjects))
        while some := list(islice(wanted, _ASKED)):
            holes = ",".join("?" * len(some))
            for row in self._read(f"SELECT {_COLUMNS} FROM links WHERE subject IN ({holes})", some):
                found.setdefault(row[0], []).append(Link(*row))
        return {subject: sorted(links, key=_surest) for subject, links in found.items()}

    def to(self, target: str) -> list[Link]:
        """The links that lead to a thing, by subject; at most a thousand."""
        return [
            Link(*row) for row in self._read(f"SELECT {_COLUMNS} FROM links WHERE target = ? ORDER BY subject LIMIT {_MOST_TO}", [target])
        ]

    def scan(self, source: str = "", beginning: str = "") -> Iterator[Link]:
        """Every link, or those of a source, of things whose IRI begins so: by subject, in bounded memory."""
        last = ("", "", "", "")
        query = (
            f"SELECT {_COLUMNS} FROM links WHERE (subject, predicate, target, source) > (?, ?, ?, ?) AND subject >= ?"
            f"{' AND source = ?' if source else ''} ORDER BY subject, predicate, target, source LIMIT {_PAGE}"
        )
        while rows := self._read(query, [*last, beginning, *([source] if source else [])]):
            for row in rows:
                if not row[0].startswith(beginning):
                    return
                yield Link(*row)
            last = (rows[-1][0], rows[-1][5], rows[-1][1], rows[-1][2])

    def sources(self) -> Mapping[str, tuple[int, str]]:
        """Source -> how many links it has, and the day of the latest."""
        rows = self._read("SELECT source, count(*), max(date) FROM links GROUP BY source ORDER BY source", [])
        return {source: (count, day) for source, count, day in rows}

    def suggested(self) -> Mapping[str, int]:
        """Kind -> how many suggestions wait for a decision."""
        return dict(self._read("SELECT kind, count(*) FROM suggestions GROUP BY kind ORDER BY kind", []))

    def suggestions(self, kind: str = "", offset: int = 0, limit: int = 50) -> list[Suggestion]:
        """Those of a kind, or all, the likeliest first."""
        where, values = ("WHERE kind = ?", [kind]) if kind else ("", [])
        query = (
            f"SELECT {suggestion.COLUMNS} FROM suggestions {where} ORDER BY {'' if kind else 'kind, '}score DESC, number LIMIT ? OFFSET ?"
        )
        return [suggestion.read(row) for row in self._read(query, [*values, limit, offset])]

    def suggestions_of(self, subject: str) -> list[Suggestion]:
        """Those of one thing, the likeliest first."""
        query = f"SELECT {suggestion.COLUMNS} FROM suggestions WHERE subject = ? ORDER BY score DESC, number"
        return [suggestion.read(row) for row in self._read(query, [subject])]

    def _read(self, query: str, values: list[Any]) -> list[tuple[Any, ...]]:
        if self._connection is None:
            return []
        try:
            with self._lock:
                return self._connection.execute(query, values).fetchall()
        except (sqlite3.Error, UnicodeError, OverflowError) as error:
            raise StoreUnavailable(f"links: {error}") from error


def _surest(link: Link) -> tuple[float, str, str]:
    return (-link.confidence, link.target, link.source)


def open_links(file: Path) -> Links:
    """The links of a release's file; none where it has no file. Raises StoreUnavailable where it is broken."""
    return Links(reading(file, "links", ("links", "suggestions")))


class LinksFile:
    """Writes the file of a release: a context manager; the file is whole once it is left."""

    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(file, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = OFF")
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.executescript(SCHEMA)
        self._connection.execute("BEGIN")

    def __enter__(self) -> LinksFile:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._connection.execute("COMMIT")
        self._connection.close()

    def links(self, links: Iterable[Link]) -> None:
        self._connection.executemany("INSERT INTO links VALUES (?, ?, ?, ?, ?, ?, ?)", map(row_of, links))

    def suggestions(self, suggestions: Iterable[Suggestion]) -> None:
        self._connection.executemany(
            "INSERT INTO suggestions (kind, subject, predicate, target, score, reasons, label, target_label, date, number)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            ((*each.row(), each.number) for each in suggestions),
        )


def row_of(link: Link) -> tuple[str, str, str, str, str, float, str]:
    """A link as the table has it."""
    return (link.subject, link.predicate, link.target, link.source, link.date, link.confidence, link.justification)
