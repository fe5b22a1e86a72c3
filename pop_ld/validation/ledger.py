"""The ledger of a release: which notice breaks which rule, in one SQLite file beside the store, changed notice by notice.

A release is checked when its notices are converted; what a later one does not touch stays as it was found. The ledger is copied, changed
and counted at each release, and read without being loaded.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock

from pop_ld.databases import address
from pop_ld.errors import StoreError
from pop_ld.validation.tally import SCHEMA, Tally

FILE = "quality.sqlite"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS notice(id INTEGER PRIMARY KEY, base TEXT NOT NULL, ref TEXT NOT NULL, producer TEXT NOT NULL, UNIQUE(base, ref));
CREATE TABLE IF NOT EXISTS finding(
  code TEXT NOT NULL, notice INTEGER NOT NULL, rank INTEGER NOT NULL, severity INTEGER NOT NULL, field TEXT NOT NULL,
  occurrence INTEGER NOT NULL, value TEXT NOT NULL, suggestion TEXT NOT NULL, PRIMARY KEY(code, notice, rank)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS finding_notice ON finding(notice);
"""
_LONGEST = 100
"""Characters of a value that the ledger keeps: enough to know it by."""
_BLOCK = 10_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One finding as the ledger keeps it; ``severity`` is its rank in SEVERITIES."""

    code: str
    severity: int
    field: str
    occurrence: int
    value: str
    suggestion: str


Notice = tuple[str, str, str, Sequence[Entry]]
"""(base, REF, producer, its findings)."""


class LedgerWriter:
    """A ledger being made; a context manager, which commits at its end or leaves no file. Raises StoreError where ``before`` is none.

    ``begun``: the file is there, by another writer that came to its end, and is gone on with.
    """

    def __init__(self, path: Path, before: Path | None, *, begun: bool = False) -> None:
        self._path = path
        if begun:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        if before and before.is_file():
            shutil.copyfile(before, path)

    def __enter__(self) -> LedgerWriter:
        # No journal: the file is a new one, and a crash throws it away with its folder.
        self._db = sqlite3.connect(self._path, isolation_level=None)
        try:
            self._db.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-200000;" + _SCHEMA + SCHEMA)
        except sqlite3.Error as error:
            self._db.close()
            self._path.unlink()
            raise StoreError(f"the former ledger cannot be taken over: {error}", file=str(self._path)) from error
        self._db.execute("BEGIN")
        self._tally = Tally(self._db)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._tally.settle()
            self._db.execute("COMMIT")
        self._db.close()
        if kind is not None:
            self._path.unlink(missing_ok=True)

    def replace(self, notices: Iterable[Notice]) -> None:
        """Puts notices in place of those of the same base and REF, with their findings."""
        batch: list[Notice] = []
        for notice in notices:
            batch.append(notice)
            if len(batch) == _BLOCK:
                self._replace(batch)
                batch = []
        self._replace(batch)

    def _replace(self, batch: list[Notice]) -> None:
        self.remove((base, ref) for base, ref, *_ in batch)  # touches the new ones too
        first = self._db.execute("SELECT coalesce(max(id), 0) FROM notice").fetchone()[0] + 1
        numbered = list(enumerate({(n[0], n[1]): n for n in batch}.values(), first))
        self._db.executemany("INSERT INTO notice VALUES (?, ?, ?, ?)", ((i, base, ref, by) for i, (base, ref, by, _) in numbered))
        self._insert((i, rank, entry) for i, (*_, entries) in numbered for rank, entry in enumerate(entries))

    def _insert(self, rows: Iterable[tuple[int, int, Entry]]) -> None:
        self._db.executemany(
            "INSERT OR IGNORE INTO finding VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (e.code, notice, rank, e.severity, e.field, e.occurrence, e.value[:_LONGEST], e.suggestion[:_LONGEST])
                for notice, rank, e in rows
            ),
        )

    def remove(self, notices: Iterable[tuple[str, str]]) -> None:
        """Takes notices out, by base and REF, with their findings."""
        for base, ref in notices:
            self._tally.touch(base, ref)
            found = self._db.execute("SELECT id FROM notice WHERE base = ? AND ref = ?", (base, ref)).fetchone()
            if found:
                self._db.execute("DELETE FROM finding WHERE notice = ?", found)
                self._db.execute("DELETE FROM notice WHERE id = ?", found)

    def add(self, base: str, ref: str, entries: Iterable[Entry]) -> None:
        """Adds findings to a notice that is there; nothing where it is not."""
        self._tally.touch(base, ref)
        found = self._db.execute("SELECT id FROM notice WHERE base = ? AND ref = ?", (base, ref)).fetchone()
        if found:
            first = self._db.execute("SELECT coalesce(max(rank), -1) FROM finding WHERE notice = ?", found).fetchone()[0] + 1
            self._insert((found[0], rank, entry) for rank, entry in enumerate(entries, first))

    def forget(self, codes: Iterable[str], notices: Iterable[tuple[str, str]] | None = None) -> None:
        """Deletes every finding of some rules, before they are found anew; of some notices alone where they are given, by base and REF."""
        if notices is None:
            self._tally.drop()
            self._db.executemany("DELETE FROM finding WHERE code = ?", ((code,) for code in codes))
            return
        known = list(codes)
        for base, ref in notices:
            self._tally.touch(base, ref)
            self._db.executemany(
                "DELETE FROM finding WHERE code = ? AND notice = (SELECT id FROM notice WHERE base = ? AND ref = ?)",
                ((code, base, ref) for code in known),
            )

    def counts(self) -> Iterator[tuple[str, str, str, int, str, int]]:
        """(base, producer, code, severity, field, findings), for all."""
        return self._tally.findings()

    def notices(self) -> Iterator[tuple[str, str, int, int]]:
        """(base, producer, notices, notices with a Violation)."""
        return self._tally.notices()


class LedgerReader:
    """A release's ledger, read only, opened at the first look-up; threads may share it."""

    def __init__(self, release: Path) -> None:
        self._path = release / FILE
        self._lock = Lock()
        self._db: sqlite3.Connection | None = None

    @property
    def exists(self) -> bool:
        """Whether the release has one: those of before this work have none."""
        return self._path.is_file()

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                if self._db is None:
                    self._db = sqlite3.connect(address(self._path), uri=True, check_same_thread=False)
                yield self._db
            except sqlite3.Error as error:
                raise StoreError(f"the ledger cannot be read: {error}", file=str(self._path)) from error

    def of_notice(self, base: str, ref: str) -> list[Entry]:
        """The findings of one notice, gravest first."""
        with self._open() as db:
            rows = db.execute(
                "SELECT code, severity, field, occurrence, value, suggestion FROM finding "
                "WHERE notice = (SELECT id FROM notice WHERE base = ? AND ref = ?) ORDER BY severity, code, occurrence",
                (base, ref),
            )
            return [Entry(*row) for row in rows]

    def page(self, base: str, after: str, limit: int) -> list[tuple[str, str]]:
        """(REF, producer) of at most ``limit`` notices of a base whose REF comes after another, in the order of REFs."""
        with self._open() as db:
            query = "SELECT ref, producer FROM notice WHERE base = ? AND ref > ? ORDER BY ref LIMIT ?"
            return db.execute(query, (base, after, limit)).fetchall()

    def of_rule(
        self, code: str, *, base: str = "", producer: str = "", after: int = 0, limit: int = 100
    ) -> list[tuple[int, str, str, Entry]]:
        """(cursor, base, REF, finding) of one rule in at most ``limit`` notices, of a base and a producer where they are given.

        The next page is ``after`` the last cursor.
        """
        with self._open() as db:
            rows = db.execute(
                "SELECT notice, base, ref, code, severity, field, occurrence, value, suggestion "
                "FROM finding JOIN notice ON notice.id = finding.notice WHERE code = :code AND notice IN ("
                "  SELECT DISTINCT notice FROM finding JOIN notice ON notice.id = finding.notice WHERE code = :code AND notice > :after"
                "  AND (:base = '' OR base = :base) AND (:producer = '' OR producer = :producer) ORDER BY notice LIMIT :limit"
                ") ORDER BY notice, rank",
                {"code": code, "after": after, "base": base, "producer": producer, "limit": limit},
            )
            return [(row[0], row[1], row[2], Entry(*row[3:])) for row in rows]


@lru_cache(maxsize=4)
def open_ledger(release: Path) -> LedgerReader:
    """The ledger of a release, kept open from page to page."""
    return LedgerReader(release)
