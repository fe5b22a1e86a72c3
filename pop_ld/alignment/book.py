"""The operator's book in the data folder: links are added and taken away here, suggestions decided; readers see a release's copy of it."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pop_ld.alignment import suggestion
from pop_ld.alignment.link import EXACT, MANUAL, Link, checked
from pop_ld.alignment.links import SCHEMA, Links, row_of
from pop_ld.alignment.suggestion import ACCEPTED, DUPLICATE, REJECTED, Suggestion
from pop_ld.batches import in_batches
from pop_ld.errors import StoreUnavailable

SOURCE = "pop"
"""Source of the links that an operator accepted."""

_DECISIONS = """
CREATE TABLE IF NOT EXISTS decisions (
  subject TEXT, predicate TEXT, target TEXT, verdict TEXT, kind TEXT, score REAL, reasons TEXT, date TEXT,
  PRIMARY KEY (subject, predicate, target)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value TEXT);
CREATE TEMP TABLE IF NOT EXISTS incoming (
  subject TEXT, predicate TEXT, target TEXT, source TEXT, date TEXT, confidence REAL, justification TEXT,
  PRIMARY KEY (subject, predicate, target, source)
) WITHOUT ROWID;
"""
_SAME = "i.subject = l.subject AND i.predicate = l.predicate AND i.target = l.target AND i.source = l.source"
_BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Change:
    """What one addition did: links ``read``, the same ones ``twice``, ``added``, brought up to date, taken away (``removed``)."""

    read: int
    twice: int
    added: int
    updated: int
    removed: int


@dataclass(frozen=True, slots=True)
class Conflicts:
    """Of the exact links of a source: ``things`` with several targets, and ``targets`` of several things of one base, with how many.

    At most as many are listed as were asked for; ``thing_count`` and ``target_count`` count all.
    """

    things: Sequence[tuple[str, int]]
    targets: Sequence[tuple[str, int]]
    thing_count: int
    target_count: int


class Book(Links):
    """Holds the book open for reading and writing. Raises StoreUnavailable where the file is none."""

    def __init__(self, file: Path) -> None:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(file, check_same_thread=False, timeout=30)
            connection.executescript(SCHEMA + _DECISIONS)
        except (sqlite3.Error, OSError) as error:
            raise StoreUnavailable(f"links: {error}", file=str(file)) from error
        super().__init__(connection)
        self._writing = connection

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        """One transaction, which gives the book another revision."""
        try:
            with self._lock, self._writing:
                yield self._writing
                self._writing.execute("INSERT OR REPLACE INTO about VALUES ('revision', ?)", [secrets.token_hex(8)])
        except sqlite3.Error as error:
            raise StoreUnavailable(f"links: {error}") from error

    @property
    def revision(self) -> str:
        """Differs after every change."""
        found = self._read("SELECT value FROM about WHERE name = 'revision'", [])
        return str(found[0][0]) if found else ""

    def add(self, links: Iterable[Link], *, whole: str = "") -> Change:
        """Adds links in one transaction, or brings those of the same subject, predicate, target and source up to date.

        ``whole`` names a source that the links are all of: what it had before and is not among them goes. Links stream through a table on
        disk, so that there may be millions. Raises NotALink, and changes nothing then.
        """
        read = 0
        with self._change() as book:
            book.execute("DELETE FROM incoming")
            for some in in_batches(map(row_of, map(checked, links)), _BATCH):
                read += len(some)
                book.executemany("INSERT OR REPLACE INTO incoming VALUES (?, ?, ?, ?, ?, ?, ?)", some)
            fresh = book.execute("SELECT count(*) FROM incoming").fetchone()[0]
            known = book.execute(f"SELECT count(*) FROM incoming i JOIN links l ON {_SAME}").fetchone()[0]
            other = "i.date <> l.date OR i.confidence <> l.confidence OR i.justification <> l.justification"
            updated = book.execute(f"SELECT count(*) FROM incoming i JOIN links l ON {_SAME} WHERE {other}").fetchone()[0]
            removed = 0
            if whole:
                gone = f"DELETE FROM links AS l WHERE source = ? AND NOT EXISTS (SELECT 1 FROM incoming i WHERE {_SAME})"
                removed = book.execute(gone, [whole]).rowcount
            book.execute("INSERT OR REPLACE INTO links SELECT * FROM incoming")
            book.execute("DELETE FROM suggestions WHERE (subject, predicate, target) IN (SELECT subject, predicate, target FROM incoming)")
            book.execute("DELETE FROM incoming")
        return Change(read, read - fresh, fresh - known, updated, removed)

    def forget(self, source: str) -> int:
        """Takes all links of a source away; returns how many there were."""
        with self._change() as book:
            return book.execute("DELETE FROM links WHERE source = ?", [source]).rowcount

    def conflicts(self, source: str, limit: int = 100) -> Conflicts:
        """What does not look one to one."""
        base = "rtrim(subject, replace(subject, '/', ''))"  # the IRI up to its last slash
        several = {
            "things": f"SELECT subject, count(*) AS n FROM links WHERE source = ? AND predicate = '{EXACT}' GROUP BY subject HAVING n > 1",
            "targets": f"SELECT target, count(*) AS n FROM links WHERE source = ? AND predicate = '{EXACT}'"
            f" GROUP BY target, {base} HAVING n > 1",
        }
        counts = [self._read(f"SELECT count(*) FROM ({query})", [source])[0][0] for query in several.values()]
        listed = [self._read(f"{query} ORDER BY n DESC, 1 LIMIT ?", [source, limit]) for query in several.values()]
        things, targets = ([(iri, n) for iri, n in rows] for rows in listed)
        return Conflicts(things, targets, *counts)

    # Suggestions -----------------------------------------------------------------------------------------------------------

    def suggest(self, suggestions: Iterable[Suggestion], *, afresh: str = "") -> int:
        """Adds suggestions, but those that were decided and those whose link is in the book; returns how many wait now that did not.

        ``afresh`` names the kind that they are all of: its former suggestions go first.
        """
        added = 0
        with self._change() as book:
            if afresh:
                added -= book.execute("DELETE FROM suggestions WHERE kind = ?", [afresh]).rowcount
            for some in in_batches(suggestions, _BATCH):
                before = book.total_changes
                book.executemany(
                    "INSERT OR IGNORE INTO suggestions (kind, subject, predicate, target, score, reasons, label, target_label, date)"
                    " SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9"
                    " WHERE NOT EXISTS (SELECT 1 FROM decisions WHERE subject = ?2 AND predicate = ?3 AND target = ?4)"
                    " AND NOT EXISTS (SELECT 1 FROM links WHERE subject = ?2 AND target = ?4)",
                    [each.row() for each in some],
                )
                added += book.total_changes - before
        return added

    def decide(self, numbers: Sequence[int], verdict: str, day: str) -> list[Suggestion]:
        """Accepts or rejects suggestions by number; returns those that were still open.

        An accepted one is a link of the source "pop" from then on, in both directions where two notices are of one thing; a rejected one
        is never suggested again. Raises ValueError for another verdict.
        """
        if verdict not in (ACCEPTED, REJECTED):
            raise ValueError(f"a suggestion is {ACCEPTED} or {REJECTED}, not {verdict!r}")
        found: list[Suggestion] = []
        with self._change() as book:
            for some in in_batches(numbers, 500):
                holes = ",".join("?" * len(some))
                query = f"SELECT {suggestion.COLUMNS} FROM suggestions WHERE number IN ({holes}) ORDER BY number"
                found += [suggestion.read(row) for row in book.execute(query, some).fetchall()]
                book.execute(f"DELETE FROM suggestions WHERE number IN ({holes})", some)
            for each in found:
                kind, subject, predicate, target, score, reasons, *_ = each.row()
                decided = (subject, predicate, target, verdict, kind, score, reasons, day)
                book.execute("INSERT OR REPLACE INTO decisions VALUES (?, ?, ?, ?, ?, ?, ?, ?)", decided)
                if verdict == ACCEPTED:
                    ways = [(subject, target), (target, subject)] if kind == DUPLICATE else [(subject, target)]
                    made = [checked(Link(one, other, SOURCE, day, 1.0, predicate, MANUAL)) for one, other in ways]
                    book.executemany("INSERT OR REPLACE INTO links VALUES (?, ?, ?, ?, ?, ?, ?)", map(row_of, made))
        return found

    def number_of(self, subject: str, target: str) -> int:
        """The number of an open suggestion; 0 where there is none."""
        found = self._read("SELECT number FROM suggestions WHERE subject = ? AND target = ?", [subject, target])
        return int(found[0][0]) if found else 0

    def take_back(self, subject: str, target: str) -> bool:
        """Forgets a decision and the link that it made; whether there was one. The next search may suggest it again."""
        with self._change() as book:
            gone = book.execute("DELETE FROM decisions WHERE subject = ? AND target = ?", [subject, target]).rowcount
            ways = [(subject, target, SOURCE), (target, subject, SOURCE)]
            book.executemany("DELETE FROM links WHERE subject = ? AND target = ? AND source = ?", ways)
        return bool(gone)

    def decisions(self) -> dict[str, int]:
        """Verdict -> how many."""
        return dict(self._read("SELECT verdict, count(*) FROM decisions GROUP BY verdict ORDER BY verdict", []))

    def copy(self, file: Path) -> None:
        """Writes the book as it is into a file that is not there yet."""
        with self._lock:
            self._writing.execute("VACUUM INTO ?", (str(file),))

    def close(self) -> None:
        """Ends the use of the file."""
        self._writing.close()
