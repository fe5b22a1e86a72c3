"""The tiers of a release: one SQLite file that a pass over its notices writes, counted once, and read without being loaded."""

from __future__ import annotations

import sqlite3
import weakref
from collections.abc import Iterable, Mapping, Sequence
from heapq import merge
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple, Self

from pop_ld.databases import reading
from pop_ld.errors import StoreUnavailable
from pop_ld.europeana.delivery import RAISES, REASONS, Delivery
from pop_ld.europeana.patterns import PATTERNS

FILE = "europeana.sqlite3"
"""Name of the file, in the folder of a release's downloads."""

_SCHEMA = """
CREATE TABLE producer(id INTEGER PRIMARY KEY, base TEXT NOT NULL, name TEXT NOT NULL, UNIQUE(base, name));
CREATE TABLE notice(
  id INTEGER PRIMARY KEY, base TEXT NOT NULL, ref TEXT NOT NULL, producer INTEGER NOT NULL, metadata TEXT NOT NULL, media INTEGER NOT NULL,
  classes TEXT NOT NULL, reason TEXT NOT NULL, patterns INTEGER NOT NULL, raises INTEGER NOT NULL);
CREATE TABLE title(base TEXT NOT NULL, key INTEGER NOT NULL, notice INTEGER NOT NULL);
"""
_INDEXES = """
CREATE UNIQUE INDEX notice_ref ON notice(base, ref);
CREATE INDEX notice_producer ON notice(producer, id);
CREATE INDEX notice_base ON notice(base, id);
CREATE TABLE tier AS SELECT base, producer, metadata, media, reason, count(*) AS notices FROM notice GROUP BY 1, 2, 3, 4, 5;
CREATE INDEX tier_base ON tier(base, producer);
CREATE TABLE kind(base TEXT NOT NULL, producer INTEGER NOT NULL, what TEXT NOT NULL, key TEXT NOT NULL, notices INTEGER NOT NULL,
  PRIMARY KEY(base, producer, what, key)) WITHOUT ROWID;
CREATE TABLE rare(what TEXT NOT NULL, key TEXT NOT NULL, base TEXT NOT NULL, notice INTEGER NOT NULL,
  PRIMARY KEY(what, key, base, notice)) WITHOUT ROWID;
"""
_SEVERAL = """
UPDATE notice SET patterns = patterns | 1 WHERE id IN (
  SELECT notice FROM title JOIN (SELECT base, key FROM title GROUP BY base, key HAVING count(*) > 1) USING (base, key));
DROP TABLE title;
"""
_BLOCK = 5_000
_RARE = 20
"""A pattern or a reason that fewer than one in so many notices of a base has gets a list of its own; others are met by reading on."""

_KEYS = {"pattern": PATTERNS, "raise": RAISES}
_COLUMNS = {"pattern": "patterns", "raise": "raises"}


class Line(NamedTuple):
    """One notice: ``cursor`` tells where a list goes on."""

    cursor: int
    base: str
    ref: str
    producer: str
    metadata: str
    media: int
    classes: str
    reason: str
    patterns: tuple[str, ...]
    raises: tuple[str, ...]


class TierWriter:
    """Writes the file anew, beside it first: :meth:`close` counts and puts it in its place, leaving by an error leaves nothing."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._partial = file.with_name(f"{file.name}.partial")
        file.parent.mkdir(parents=True, exist_ok=True)
        self._partial.unlink(missing_ok=True)
        self._db = sqlite3.connect(self._partial, isolation_level=None)
        # No journal: the file is a new one, and a crash leaves only the partial one.
        self._db.executescript(f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-100000; {_SCHEMA} BEGIN;")
        self._producers: dict[tuple[str, str], int] = {}
        self._notices: list[tuple[Any, ...]] = []
        self._titles: list[tuple[str, int, int]] = []
        self._id = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.close()
        else:
            self.abandon()

    def add(self, base: str, ref: str, producer: str, delivery: Delivery) -> None:
        """Adds one notice; those of a base are listed in the order in which they come."""
        self._id += 1
        by = self._producers.setdefault((base, producer), len(self._producers) + 1)
        bits = _bits(PATTERNS, delivery.patterns), _bits(RAISES, delivery.raises)
        tiers = delivery.metadata, delivery.media, delivery.classes, delivery.reason
        self._notices.append((self._id, base, _writable(ref), by, *tiers, *bits))
        self._titles += [(base, key, self._id) for key in delivery.titles]
        if len(self._notices) >= _BLOCK:
            self._flush()

    def _flush(self) -> None:
        self._db.executemany("INSERT INTO notice VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", self._notices)
        self._db.executemany("INSERT INTO title VALUES (?, ?, ?)", self._titles)
        self._notices, self._titles = [], []

    def close(self) -> None:
        """Finds the titles that several notices of a base have, counts, and puts the file in its place."""
        self._flush()
        rows = ((number, base, _writable(name)) for (base, name), number in self._producers.items())
        self._db.executemany("INSERT OR IGNORE INTO producer VALUES (?, ?, ?)", rows)
        self._db.execute("CREATE INDEX title_key ON title(base, key, notice)")
        for statement in (_SEVERAL + _INDEXES).split(";"):
            self._db.execute(statement)
        for what, keys in _KEYS.items():
            for number, key in enumerate(keys):
                self._count(what, key, f"{_COLUMNS[what]} & {1 << number}")
        for reason in REASONS:
            self._count("reason", reason, f"reason = '{reason}'")
        self._db.execute("COMMIT")
        self._db.close()
        self._partial.replace(self._file)

    def _count(self, what: str, key: str, condition: str) -> None:
        """``condition`` is made of numbers and of our own words."""
        self._db.execute(
            f"INSERT INTO kind SELECT base, producer, '{what}', '{key}', count(*) FROM notice WHERE {condition} GROUP BY base, producer"
        )
        self._db.execute(
            f"INSERT INTO rare SELECT '{what}', '{key}', base, id FROM notice WHERE {condition} AND base IN ("
            f"SELECT base FROM kind WHERE what = '{what}' AND key = '{key}' GROUP BY base HAVING sum(notices) * {_RARE} < "
            "(SELECT sum(t.notices) FROM tier AS t WHERE t.base = kind.base))"
        )

    def abandon(self) -> None:
        """Throws away what was written."""
        self._db.close()
        self._partial.unlink(missing_ok=True)


class Tiers:
    """The tiers of a release, read only; safe to share between threads. Without a file there are none (``exists``)."""

    def __init__(self, connection: sqlite3.Connection | None = None) -> None:
        self._connection = connection
        self._lock = Lock()
        if connection:
            weakref.finalize(self, connection.close)

    @property
    def exists(self) -> bool:
        return self._connection is not None

    def matrix(self, base: str = "", producer: str | None = None) -> list[tuple[str, str, int, str, int]]:
        """(base, metadata tier, content tier, reason, notices) of all, of a base, or of a producer in it."""
        where, values = self._where(base, producer)
        query = f"SELECT base, metadata, media, reason, sum(notices) FROM tier {where} GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"
        return self._read(query, values)

    def kinds(self, base: str = "", producer: str | None = None) -> list[tuple[str, str, str, int]]:
        """(base, "pattern", "raise" or "reason", its key, notices)."""
        where, values = self._where(base, producer)
        return self._read(f"SELECT base, what, key, sum(notices) FROM kind {where} GROUP BY 1, 2, 3 ORDER BY 1, 2, 4 DESC, 3", values)

    def producers(self, base: str) -> list[tuple[str, int, int, int, int]]:
        """(producer, notices, delivered, metadata tier B or C, content tier 2 or more), those with most notices first."""
        return self._read(
            "SELECT producer.name, sum(notices), sum(notices * (reason = '')), "
            "sum(notices * (metadata >= 'B')), sum(notices * (media >= 2)) FROM tier "
            "JOIN producer ON producer.id = tier.producer WHERE tier.base = ? GROUP BY tier.producer ORDER BY 2 DESC, 1",
            [base],
        )

    def get(self, base: str, ref: str) -> Line | None:
        """One notice, None where the pass met none such."""
        return next(iter(self._lines("notice", ["notice.base = ?", "ref = ?"], "", [base, ref])), None)

    def lines(self, *, base: str = "", producer: str | None = None, after: int = 0, limit: int = 100, **asked: str) -> list[Line]:
        """At most ``limit`` notices after a cursor that have what is asked: ``metadata``, ``media``, ``pattern``, ``raise``, ``reason``.

        An unknown key asks for what no notice has.
        """
        where, values = ["notice.id > ?"], list[Any]([after])
        if not base and producer is None and (bases := self._bases(asked)):
            found = (self.lines(base=each, after=after, limit=limit, **asked) for each in bases)
            return list(islice(merge(*found), limit))
        for name, key in asked.items():
            if name not in ("metadata", "media") and base and self._rare(name, key, base):
                # The list of what is rare leads, in the order of notices: nothing else is read.
                listed = (
                    "rare JOIN notice ON notice.id = rare.notice AND rare.what = ? AND rare.key = ? AND rare.base = ? AND rare.notice > ?"
                )
                rest = {other: value for other, value in asked.items() if other != name}
                conditions, more = self._conditions(base, producer, rest)
                order = "ORDER BY rare.notice LIMIT ?"
                return self._lines(listed, ["1", *conditions], order, [name, key, base, after, *more, limit])
        conditions, more = self._conditions(base, producer, asked)
        return self._lines("notice", [*where, *conditions], "ORDER BY notice.id LIMIT ?", [*values, *more, limit])

    def _bases(self, asked: Mapping[str, str]) -> list[str]:
        """The bases that have what is asked, where that is counted: what is rare in one is listed there."""
        for name, key in asked.items():
            if name not in ("metadata", "media"):
                rows = self._read("SELECT DISTINCT base FROM kind WHERE what = ? AND key = ?", [name, key])
                return [base for (base,) in rows]
        return []

    def _rare(self, what: str, key: str, base: str) -> bool:
        return bool(self._read("SELECT 1 FROM rare WHERE what = ? AND key = ? AND base = ? LIMIT 1", [what, key, base]))

    def _conditions(self, base: str, producer: str | None, asked: Mapping[str, str]) -> tuple[list[str], list[Any]]:
        where, values = list[str](), list[Any]()
        if producer is not None and base:  # by the index, in the order of notices
            where.append("notice.producer = (SELECT id FROM producer WHERE base = ? AND name = ?)")
            values += [base, producer]
        elif producer is not None:
            where.append("notice.producer IN (SELECT id FROM producer WHERE name = ?)")
            values.append(producer)
        elif base:
            where.append("notice.base = ?")
            values.append(base)
        for name, key in asked.items():
            condition, more = _condition(name, key)
            where.append(condition)
            values += more
        return where, values

    def _lines(self, listed: str, where: Sequence[str], order: str, values: Sequence[Any]) -> list[Line]:
        query = (
            "SELECT notice.id, notice.base, ref, producer.name, metadata, media, classes, reason, patterns, raises "
            f"FROM {listed} JOIN producer ON producer.id = notice.producer WHERE {' AND '.join(where)} {order}"
        )
        return [Line._make((*row[:8], _names(PATTERNS, row[8]), _names(RAISES, row[9]))) for row in self._read(query, values)]

    def _where(self, base: str, producer: str | None) -> tuple[str, list[Any]]:
        parts, values = [], list[Any]()
        if base:
            parts.append("base = ?")
            values.append(base)
        if producer is not None:
            parts.append("producer IN (SELECT id FROM producer WHERE name = ? AND (? = '' OR base = ?))")
            values += [producer, base, base]
        return (f"WHERE {' AND '.join(parts)}" if parts else ""), values

    def _read(self, query: str, values: Iterable[Any]) -> list[tuple[Any, ...]]:
        if self._connection is None:
            return []
        try:
            with self._lock:
                return self._connection.execute(query, list(values)).fetchall()
        except UnicodeError:
            return []  # a lone surrogate, which nothing here has
        except sqlite3.Error as error:
            raise StoreUnavailable(f"tiers: {error}") from error


def open_tiers(file: Path) -> Tiers:
    """The tiers of a file; none where it is absent. Raises StoreUnavailable where it is broken."""
    return Tiers(reading(file, "tiers", ("tier",)))


def _condition(name: str, key: str) -> tuple[str, list[Any]]:
    """What a notice must fulfil; "0" for what none does."""
    if name == "media":
        return "notice.media = ?", [int(key) if key.isascii() and key.isdigit() and len(key) < 3 else -1]
    if name in ("metadata", "reason"):
        return f"notice.{name} = ?", [key]
    keys = _KEYS.get(name, ())
    return (f"notice.{_COLUMNS[name]} & ?", [1 << keys.index(key)]) if key in keys else ("0", [])


def _bits(names: Sequence[str], there: Iterable[str]) -> int:
    return sum(1 << names.index(name) for name in set(there))


def _names(names: Sequence[str], bits: int) -> tuple[str, ...]:
    return tuple(name for number, name in enumerate(names) if bits >> number & 1)


def _writable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


__all__ = ["FILE", "Line", "TierWriter", "Tiers", "open_tiers"]
