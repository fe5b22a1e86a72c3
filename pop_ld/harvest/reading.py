"""Reads the ledger of a release: records in the order of their keys, of any set and span of time, at the cost of what is given."""

from __future__ import annotations

import heapq
import sqlite3
import weakref
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from pop_ld import iris
from pop_ld.bases import load_bases
from pop_ld.databases import reading
from pop_ld.errors import StoreUnavailable
from pop_ld.harvest.tables import TABLES, moment, seconds

FILE = "harvest.sqlite3"
"""Name of the ledger in a release's folder."""
_BLOCK = 1_000
_COLUMNS = "key, producer, museum, created, changed, gone"


class Record(NamedTuple):
    """A notice that is, or was: ``key`` is ``base/REF`` as in ``{site}/id/{key}``, ``producer`` the service that search offers as facet,
    ``museum`` a code of Muséofile, "" where there is none. ``created`` and ``changed`` are the moments of the releases that brought the
    notice and last changed it, or took it out where it is ``gone``: UTC, ``2026-11-28T20:00:00Z``.
    """

    key: str
    base: str
    ref: str
    producer: str
    museum: str
    created: str
    changed: str
    gone: bool


class Set(NamedTuple):
    """What records have in common: ``kind`` base, producer or museum, its name as in a Record, ``spec`` as addresses write it; ``number``
    counts those that are not gone.
    """

    kind: str
    spec: str
    name: str
    number: int


class _Chosen(NamedTuple):
    """A choice of records: ids of sets, 0 for any, and a span in seconds."""

    base: str
    producer: int
    museum: int
    since: int
    until: int


_EVER = 1 << 62


class Harvest:
    """The ledger of a release; safe to share between threads. Without a file it holds nothing, and no record is known."""

    def __init__(self, connection: sqlite3.Connection | None = None) -> None:
        self._db = connection
        self._lock = Lock()
        self._ids: dict[tuple[str, str], int] = {}
        self._names: dict[int, str] = {0: ""}
        self._specs: dict[tuple[str, str], str] = {}
        self._by_spec: dict[tuple[str, str], str] = {}
        self._moments: list[int] = []
        if connection:
            self._moments = [row[0] for row in connection.execute("SELECT DISTINCT changed FROM tally ORDER BY changed")]
            for id, kind, name, spec in connection.execute("SELECT id, kind, name, spec FROM name"):
                self._ids[kind, name], self._names[id] = id, name
                self._specs[kind, name], self._by_spec[kind, spec] = spec, name
            weakref.finalize(self, connection.close)

    @property
    def exists(self) -> bool:
        """Whether the release has a ledger: those of before this work have none."""
        return self._db is not None

    def page(
        self, after: str, limit: int, *, since: str = "", until: str = "", base: str = "", producer: str = "", museum: str = ""
    ) -> list[Record]:
        """The first ``limit`` records whose key comes after ``after``, those that are gone too, in the order of their keys.

        ``since`` and ``until`` bound ``changed``, both inclusive. The cost is that of the records given, and of one step for each release
        that changed any: of each, an index leads to its records in order, and these streams are merged.
        """
        chosen = self._chosen(since, until, base, producer, museum)
        if chosen is None:
            return []
        with self._reading() as db:
            low = max(after, f"{base}/" if base else "")
            bounds = [low, f"{base}0"] if base else [low]
            where = "key > ? AND key < ?" if base else "key > ?"
            streams = [db.execute(query, [*values, *bounds]) for query, values in self._queries(db, chosen, where)]
            rows = streams[0] if len(streams) == 1 else heapq.merge(*streams)
            return [self._record(row) for row in islice(rows, max(limit, 0))]

    def count(self, *, since: str = "", until: str = "", base: str = "", producer: str = "", museum: str = "") -> int:
        """How many records :meth:`page` gives in all."""
        chosen = self._chosen(since, until, base, producer, museum)
        if chosen is None:
            return 0
        where, values = _of_tally(chosen)
        with self._reading() as db:
            return int(db.execute(f"SELECT coalesce(sum(number), 0) FROM tally WHERE {where}", values).fetchone()[0])

    def besides(self, moments: Collection[str]) -> Iterator[Record]:
        """The records that were last changed at none of these moments, in bounded memory."""
        for at in map(moment, self._moments):
            after = ""
            while at not in moments and (records := self.page(after, _BLOCK, since=at, until=at)):
                yield from records
                after = records[-1].key

    def get(self, key: str) -> Record | None:
        """One record, None where there never was such a notice."""
        with self._reading() as db:
            row = db.execute(f"SELECT {_COLUMNS} FROM entry WHERE key = ?", [key]).fetchone()
        return self._record(row) if row else None

    def earliest(self) -> str:
        """The earliest moment at which a record was last changed, "" where there is no record."""
        return moment(self._moments[0]) if self._moments else ""

    def sets(self) -> list[Set]:
        """Bases, producers and museums that have a record, by kind and spec."""
        with self._reading() as db:
            bases = db.execute("SELECT base, sum(number * (NOT gone)) FROM tally GROUP BY base ORDER BY base").fetchall()
            others = db.execute(
                "SELECT kind, spec, name, sum(number * (NOT gone)) FROM name JOIN tally ON name.id IN (producer, museum) "
                "GROUP BY name.id ORDER BY kind DESC, spec"
            ).fetchall()
        return [*(Set("base", slug, slug, number) for slug, number in bases), *(Set(*row) for row in others)]

    def chosen(self, spec: str) -> dict[str, str] | None:
        """A set as arguments of :meth:`page`: ``base:joconde`` -> {"base": "joconde"}; None where no record was ever in such a set."""
        kind, _, name = spec.partition(":")
        if kind == "base" and name in load_bases():
            return {"base": name}
        found = self._by_spec.get((kind, name))
        return {kind: found} if found else None

    def specs_of(self, record: Record) -> list[str]:
        """The sets of a record, as addresses write them."""
        named = (("producer", record.producer), ("museum", record.museum))
        return [f"base:{record.base}", *(f"{kind}:{self._specs[kind, name]}" for kind, name in named if name)]

    def _chosen(self, since: str, until: str, base: str, producer: str, museum: str) -> _Chosen | None:
        """None where nothing can be found: without a ledger, for a set that it does not know."""
        ids = [self._ids.get((kind, name)) if name else 0 for kind, name in (("producer", producer), ("museum", museum))]
        if self._db is None or ids[0] is None or ids[1] is None:
            return None
        return _Chosen(base, ids[0], ids[1], seconds(since) if since else 0, seconds(until) if until else _EVER)

    def _queries(self, db: sqlite3.Connection, chosen: _Chosen, where: str) -> Iterator[tuple[str, list[Any]]]:
        """(query, values but those of ``where``) of each stream: by the table's own order, or an index and one moment."""
        if not chosen.producer and not chosen.museum and all(chosen.since <= at <= chosen.until for at in self._moments):
            yield f"SELECT {_COLUMNS} FROM entry WHERE {where} ORDER BY key", []
            return
        of_tally, values = _of_tally(chosen)
        for (at,) in db.execute(f"SELECT DISTINCT changed FROM tally WHERE {of_tally}", values).fetchall():
            if chosen.museum:
                index, narrowed, given = "by_museum", "museum > 0 AND museum = ? AND changed = ?", [chosen.museum, at]
                if chosen.producer:
                    narrowed, given = f"{narrowed} AND producer = ?", [*given, chosen.producer]
            elif chosen.producer:
                index, narrowed, given = "by_producer", "producer > 0 AND producer = ? AND changed = ?", [chosen.producer, at]
            else:
                index, narrowed, given = "by_change", "changed = ?", [at]
            yield f"SELECT {_COLUMNS} FROM entry INDEXED BY {index} WHERE {narrowed} AND {where} ORDER BY key", given

    def _record(self, row: tuple[Any, ...]) -> Record:
        key, producer, museum, created, changed, gone = row
        base, _, ref = key.partition("/")
        names = self._names[producer], self._names[museum]
        return Record(key, base, iris.unkey(ref), *names, moment(created), moment(changed), bool(gone))

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        try:
            with self._lock:
                yield self._db or _nothing()
        except (sqlite3.Error, UnicodeError) as error:
            raise StoreUnavailable(f"harvest: {error}") from error


def _of_tally(chosen: _Chosen) -> tuple[str, list[Any]]:
    parts: list[tuple[str, Any]] = [("changed >= ?", chosen.since), ("changed <= ?", chosen.until)]
    parts += [(f"{name} = ?", value) for name, value in zip(("base", "producer", "museum"), chosen[:3], strict=True) if value]
    return " AND ".join(part for part, _ in parts), [value for _, value in parts]


def _nothing() -> sqlite3.Connection:
    """A ledger without a line."""
    db = sqlite3.connect(":memory:", check_same_thread=False)
    db.executescript(TABLES)
    return db


def open_harvest(file: Path) -> Harvest:
    """The ledger of a release's file, an empty one where it has none. Raises StoreUnavailable where it is broken."""
    return Harvest(reading(file, "harvest", ("entry", "name", "tally")))
