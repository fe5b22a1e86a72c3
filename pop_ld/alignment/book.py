"""Where links are kept: the operator's book in the data folder, and the copy of it that each release has, read only."""

from __future__ import annotations

import sqlite3
import weakref
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from threading import Lock

from pop_ld.alignment.link import Link, checked
from pop_ld.errors import StoreUnavailable

FILE = "alignment.sqlite3"
"""Name of the book, in the data folder and in a release."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS links (
  subject TEXT, predicate TEXT, target TEXT, source TEXT, date TEXT, confidence REAL, justification TEXT,
  PRIMARY KEY (subject, predicate, target, source)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_target ON links (target);
CREATE INDEX IF NOT EXISTS by_source ON links (source, subject);
"""
_COLUMNS = "subject, target, source, date, confidence, predicate, justification"
_ASKED = 500
_PAGE = 1_000


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
        """The links that lead to a thing elsewhere."""
        return [Link(*row) for row in self._read(f"SELECT {_COLUMNS} FROM links WHERE target = ? ORDER BY subject", [target])]

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

    def _read(self, query: str, values: list[str]) -> list[tuple]:  # type: ignore[type-arg]
        if self._connection is None:
            return []
        try:
            with self._lock:
                return self._connection.execute(query, values).fetchall()
        except (sqlite3.Error, UnicodeError) as error:
            raise StoreUnavailable(f"links: {error}") from error


def _surest(link: Link) -> tuple[float, str, str]:
    return (-link.confidence, link.target, link.source)


class Book(Links):
    """The operator's book: links are added and taken away here, and seen by readers once a release has its copy."""

    def __init__(self, file: Path) -> None:
        connection = sqlite3.connect(file, check_same_thread=False, timeout=30)
        connection.executescript(_SCHEMA)
        super().__init__(connection)
        self._writing = connection

    def add(self, links: Iterable[Link]) -> int:
        """Adds links in one transaction, or brings those of the same subject, predicate, target and source up to date.

        Returns how many. Raises NotALink, and adds nothing then.
        """
        rows = [
            (link.subject, link.predicate, link.target, link.source, link.date, link.confidence, link.justification)
            for link in map(checked, links)
        ]
        with self._lock, self._writing:
            self._writing.executemany("INSERT OR REPLACE INTO links VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        return len(rows)

    def forget(self, source: str) -> int:
        """Takes all links of a source away; returns how many there were."""
        with self._lock, self._writing:
            return self._writing.execute("DELETE FROM links WHERE source = ?", [source]).rowcount

    def copy(self, file: Path) -> None:
        """Writes the book as it is into a file that is not there yet."""
        with self._lock:
            self._writing.execute("VACUUM INTO ?", (str(file),))


def open_links(file: Path) -> Links:
    """The links of a release's file; none where it has no file. Raises StoreUnavailable where it is broken."""
    if not file.is_file():
        return Links()
    try:
        connection = sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)
        connection.execute("SELECT subject FROM links LIMIT 1")
    except sqlite3.Error as error:
        raise StoreUnavailable(f"links: {error}", file=str(file)) from error
    return Links(connection)
