"""Answers to queries, kept: on disk for all web workers up to a budget of bytes, and the latest in this one's memory.

A snapshot never changes, so an answer is right for as long as its release is asked for; the key holds the release. What is damaged or
locked is no answer, and never an error.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import time
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

log = logging.getLogger(__name__)

_MEMORY = 32 << 20
"""Bytes of answers in memory."""
_OVERHEAD = 200
"""Bytes that an answer takes beside its body."""
_SCHEMA = """
PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;
CREATE TABLE IF NOT EXISTS answers (
  number INTEGER PRIMARY KEY AUTOINCREMENT, key BLOB UNIQUE, used REAL, size INTEGER, media TEXT, coding TEXT, rewrites TEXT, body BLOB
);
CREATE INDEX IF NOT EXISTS by_use ON answers (used, size);
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer: its media type, content coding, the rewrites it came by, and its bytes."""

    media_type: str
    coding: str
    rewrites: tuple[str, ...]
    body: bytes


class ResultCache:
    """``budget`` bytes in ``folder``; 0 keeps nothing. For one thread."""

    def __init__(self, folder: Path, budget: int) -> None:
        self._file = folder / "answers.sqlite"
        self._budget = budget
        self.largest = budget // 32
        self._memory: OrderedDict[bytes, Kept] = OrderedDict()
        self._held = 0
        self._known: set[bytes] = set()
        self._version = self._last = self._total = 0
        self._base = self._open() if budget else None

    def get(self, key: bytes) -> Kept | None:
        """The answer of a key, None where there is none."""
        kept = self._memory.get(key)
        if kept:
            self._memory.move_to_end(key)
            return kept
        if self._base is None:
            return None
        try:
            self._follow(self._base)
            if key not in self._known:
                return None
            row = self._base.execute("SELECT media, coding, rewrites, body FROM answers WHERE key = ?", (key,)).fetchone()
            if row is None:
                return None
            self._base.execute("UPDATE answers SET used = ? WHERE key = ?", (time.time(), key))
        except sqlite3.Error as error:
            self._say(error)
            return None
        kept = Kept(row[0], row[1], tuple(row[2].split()), row[3])
        self._remember(key, kept)
        return kept

    def put(self, key: bytes, kept: Kept, *, dear: bool = True) -> None:
        """Keeps an answer that is whole; those used longest ago make room for it. What is not ``dear`` stays in memory."""
        size = len(kept.body) + _OVERHEAD
        if size > self.largest:
            return
        self._remember(key, kept)
        if self._base is None or not dear:
            return
        row = (key, time.time(), size, kept.media_type, kept.coding, " ".join(kept.rewrites), kept.body)
        try:
            self._base.execute("BEGIN IMMEDIATE")
            with self._base:
                self._base.execute("INSERT OR IGNORE INTO answers VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)", row)
                self._follow(self._base, always=True)
                if self._total > self._budget:
                    self._make_room(self._base)
        except sqlite3.Error as error:
            self._say(error)

    def close(self) -> None:
        """Closes the file."""
        if self._base:
            self._base.close()
            self._base = None

    def _open(self) -> sqlite3.Connection | None:
        for _ in range(2):
            try:
                self._file.parent.mkdir(parents=True, exist_ok=True)
                base = sqlite3.connect(self._file, timeout=0, isolation_level=None, check_same_thread=False)
                base.executescript(_SCHEMA)
                return base
            except (sqlite3.Error, OSError) as error:
                self._say(error)
                if isinstance(error, sqlite3.OperationalError):
                    return None
                with suppress(OSError):  # damaged: it holds nothing that cannot be asked for again
                    os.unlink(self._file)  # noqa: PTH108 - beside its WAL, which SQLite takes away itself
        return None

    def _follow(self, base: sqlite3.Connection, *, always: bool = False) -> None:
        """Learns the keys that were written since, here or by another process; what others took away is noticed when it is asked for."""
        version = base.execute("PRAGMA data_version").fetchone()[0]
        if version == self._version and not always:
            return
        self._version = version
        for number, key, size in base.execute("SELECT number, key, size FROM answers WHERE number > ?", (self._last,)):
            self._last = number
            self._known.add(key)
            self._total += size

    def _make_room(self, base: sqlite3.Connection) -> None:
        self._total = int(base.execute("SELECT TOTAL(size) FROM answers").fetchone()[0])
        gone = []
        for key, size in base.execute("SELECT key, size FROM answers ORDER BY used"):
            if self._total <= self._budget * 0.9:  # some room at once, so that not every answer has to make it
                break
            gone.append((key,))
            self._total -= size
        base.executemany("DELETE FROM answers WHERE key = ?", gone)
        self._known.difference_update(key for (key,) in gone)

    def _remember(self, key: bytes, kept: Kept) -> None:
        if not self._budget:
            return
        before = self._memory.pop(key, None)
        self._held += len(kept.body) + _OVERHEAD - (len(before.body) + _OVERHEAD if before else 0)
        self._memory[key] = kept
        while self._held > min(_MEMORY, self._budget):
            _, oldest = self._memory.popitem(last=False)
            self._held -= len(oldest.body) + _OVERHEAD

    def _say(self, error: Exception) -> None:
        if "locked" not in str(error):  # another process writes; this answer is simply not kept
            log.warning("the cache of answers %s: %s", self._file, error)
