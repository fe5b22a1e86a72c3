"""SHA-256 of files that never change, kept by inode, size and time of change: a hard link of the next release costs no second reading.

One SQLite file in the data folder, ``checksums.sqlite3``. A row is written when a file was read to its end, so a crash leaves none that is
wrong; without the file everything is read once more.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import time
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from threading import Lock
from typing import TypeAlias

FILE = "checksums.sqlite3"
_TABLE = (
    "CREATE TABLE IF NOT EXISTS known (place TEXT, inode INTEGER, size INTEGER, modified INTEGER, sha256 TEXT, day INTEGER, "
    "PRIMARY KEY (place, inode, size, modified)) WITHOUT ROWID"
)
_KEPT = 60
"""Days after which what nobody asked for is forgotten."""
_PAUSE = 5.0
"""Seconds between two transactions: one for each of thousands of files would take longer than reading them."""
Key: TypeAlias = tuple[int, int, int]
"""Inode, size, time of change."""


class Checksums:
    """Of the files of one place: "" for the data folder itself, or the path of another; usable by several threads and processes."""

    def __init__(self, data: Path, place: str = "") -> None:
        self._place = place
        self._lock = Lock()
        self._fresh: dict[Key, str] = {}
        self._written = time.monotonic()
        try:
            self._base = _opened(str(data / FILE))
        except sqlite3.Error:  # a data folder that may only be read
            self._base = _opened(":memory:")

    def close(self) -> None:
        self.flush()
        self._base.close()

    def known(self, file: Path) -> str:
        """The checksum where it was read before, "" else."""
        key = _key(file.stat())
        with self._lock:
            if key in self._fresh:
                return self._fresh[key]
            row = self._base.execute(
                "SELECT sha256, day FROM known WHERE place = ? AND inode = ? AND size = ? AND modified = ?", (self._place, *key)
            ).fetchone()
        if row and row[1] < _today():
            self._keep([(key, row[0])])
        return str(row[0]) if row else ""

    def of(self, file: Path) -> str:
        """The checksum, read from the file where it is not known. Raises OSError."""
        if found := self.known(file):
            return found
        with file.open("rb", buffering=0) as content:
            before = _key(os.fstat(content.fileno()))
            found = hashlib.file_digest(content, "sha256").hexdigest()
            if before == _key(os.fstat(content.fileno())):
                self._keep([(before, found)])
        return found

    def note(self, files: Iterable[tuple[Path, str]]) -> None:
        """Keeps checksums that were verified while the files were written."""
        self._keep([(_key(file.stat()), sha256) for file, sha256 in files])
        self.flush()

    def flush(self) -> None:
        """Writes down what was read; every few seconds it is done anyway."""
        today = _today()
        with self._lock, closing(self._base.cursor()) as cursor:
            rows = [(self._place, *key, sha256, today) for key, sha256 in self._fresh.items()]
            try:
                cursor.execute("BEGIN IMMEDIATE")
                cursor.executemany("INSERT OR REPLACE INTO known VALUES (?, ?, ?, ?, ?, ?)", rows)
                cursor.execute("COMMIT")
            except sqlite3.Error:  # a full disk, or another that writes for long: they are kept in memory
                if self._base.in_transaction:
                    cursor.execute("ROLLBACK")
            else:
                self._fresh.clear()
            self._written = time.monotonic()

    def forget_old(self) -> None:
        """Forgets what nobody asked for in 60 days."""
        with self._lock:
            self._base.execute("DELETE FROM known WHERE day < ?", (_today() - _KEPT,))

    def _keep(self, rows: Iterable[tuple[Key, str]]) -> None:
        with self._lock:
            self._fresh.update(rows)
        if time.monotonic() - self._written > _PAUSE:
            self.flush()


def _opened(name: str) -> sqlite3.Connection:
    base = sqlite3.connect(name, isolation_level=None, check_same_thread=False, timeout=10)
    base.execute(_TABLE)
    return base


def _key(about: os.stat_result) -> Key:
    return about.st_ino, about.st_size, about.st_mtime_ns


def _today() -> int:
    return int(time.time() // 86400)
