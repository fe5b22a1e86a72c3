"""Writes the ledger of a release upon that of the release before: what came, what changed, what went."""

from __future__ import annotations

import re
import shutil
import sqlite3
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from pop_ld import iris
from pop_ld.bases import load_bases
from pop_ld.batches import in_batches
from pop_ld.harvest.reading import open_harvest
from pop_ld.harvest.tables import INDEXES, TABLES, moment, seconds

_BLOCK = 10_000
_MEMORY = -262_144
"""Of SQLite's cache, in KiB with the sign that says so."""
_STAGED = """
CREATE TABLE work.staged (key TEXT PRIMARY KEY, producer INTEGER, museum INTEGER, digest BLOB) WITHOUT ROWID;
CREATE TABLE work.touched (key TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE work.removed (key TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE work.delta (
  key TEXT PRIMARY KEY, producer INTEGER, museum INTEGER, created INTEGER, changed INTEGER, gone INTEGER, digest BLOB
) WITHOUT ROWID;
"""
_DELTA = """
INSERT INTO work.delta
  SELECT s.key, s.producer, s.museum, CASE WHEN e.key IS NULL OR e.gone THEN :now ELSE e.created END, :now, 0, s.digest
  FROM work.staged AS s LEFT JOIN main.entry AS e ON e.key = s.key
  WHERE e.key IS NULL OR e.gone OR s.digest IS NULL OR e.digest IS NOT s.digest OR e.producer <> s.producer OR e.museum <> s.museum;
INSERT OR IGNORE INTO work.delta
  SELECT e.key, e.producer, e.museum, e.created, :now, 0, e.digest FROM work.touched JOIN main.entry AS e USING (key) WHERE NOT e.gone;
INSERT OR REPLACE INTO work.delta
  SELECT e.key, e.producer, e.museum, e.created, :now, 1, NULL FROM work.removed JOIN main.entry AS e USING (key) WHERE NOT e.gone;
"""
_TAKEN = "INSERT OR REPLACE INTO main.entry SELECT key, producer, museum, created, changed, gone, digest FROM work.delta ORDER BY key"
_TALLY = """
INSERT INTO main.tally
  SELECT substr(e.key, 1, instr(e.key, '/') - 1) AS base, e.producer, e.museum, e.changed, e.gone, {sign}count(*)
  FROM work.delta AS d JOIN main.entry AS e ON e.key = d.key GROUP BY 1, 2, 3, 4, 5
  ON CONFLICT DO UPDATE SET number = number + excluded.number;
"""


class Notice(NamedTuple):
    """A notice as a publication brings it; ``digest`` of its triples, b"" where it is not known: it then counts as changed."""

    iri: str
    producer: str = ""
    museum: str = ""
    digest: bytes = b""


@dataclass(frozen=True, slots=True)
class Count:
    """What a ledger now has: notices by base, and of the release how many lines are new or changed, and how many went."""

    bases: dict[str, int]
    changed: int
    removed: int


def build(
    file: Path,
    before: Path | None,
    site: str,
    created: str,
    notices: Iterable[Notice],
    *,
    touched: Iterable[str] = (),
    removed: Iterable[str] = (),
    undone: Sequence[Path] = (),
    advance: Callable[[int], None] = lambda done: None,
) -> Count:
    """Writes ``file``, from the ledger ``before`` where there is one, in bounded memory.

    ``notices`` are those that the release of the moment ``created`` brings; ``touched`` IRIs of things (or of their parts and documents)
    whose triples changed otherwise, those of no notice among them; ``removed`` IRIs of notices that were taken out; ``undone`` ledgers of
    releases that were published upon ``before`` and serve no longer: what they changed is as before, which is a change to who saw them.
    """
    if before and before.is_file():
        shutil.copyfile(before, file)
    else:
        file.unlink(missing_ok=True)
    scratch = file.with_name(file.name + ".work")
    scratch.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(file, isolation_level=None)) as db:
            return _build(db, scratch, site, seconds(created), notices, touched, removed, undone, advance)
    finally:
        scratch.unlink(missing_ok=True)


def _build(
    db: sqlite3.Connection,
    scratch: Path,
    site: str,
    now: int,
    notices: Iterable[Notice],
    touched: Iterable[str],
    removed: Iterable[str],
    undone: Sequence[Path],
    advance: Callable[[int], None],
) -> Count:
    """No journal: the file is nobody's until its release is whole."""
    db.execute("ATTACH ? AS work", (str(scratch),))
    for schema in ("main", "work"):
        for setting in ("journal_mode = OFF", "synchronous = OFF", f"cache_size = {_MEMORY}"):
            db.execute(f"PRAGMA {schema}.{setting}")
    fresh = db.execute("SELECT 1 FROM main.sqlite_master WHERE name = 'entry'").fetchone() is None
    if fresh:
        db.executescript(TABLES)
    db.executescript(_STAGED)
    db.execute("BEGIN")
    names = _Names(db)
    for batch in in_batches(notices, _BLOCK):
        rows = ((key(site, n.iri), names.of("producer", n.producer), names.of("museum", n.museum), n.digest or None) for n in batch)
        db.executemany("INSERT OR REPLACE INTO work.staged VALUES (?, ?, ?, ?)", rows)
        advance(len(batch))
    for table, things in (("touched", touched), ("removed", removed)):
        keys = ((found,) for iri in things if (found := key(site, iri)))
        db.executemany(f"INSERT OR IGNORE INTO work.{table} VALUES (?)", keys)
    for statement in filter(str.strip, _DELTA.split(";")):
        db.execute(statement, {"now": now})
    for ledger in undone:
        _undo(db, ledger, now)
    db.execute(_TALLY.format(sign="-"))
    db.execute(_TAKEN)
    db.execute(_TALLY.format(sign=""))
    db.execute("DELETE FROM main.tally WHERE number = 0")
    db.execute("COMMIT")
    db.executescript(INDEXES + ("ANALYZE;" if fresh else ""))
    bases = dict(db.execute("SELECT base, sum(number) FROM main.tally WHERE NOT gone GROUP BY base"))
    changed, gone = db.execute("SELECT count(*), coalesce(sum(gone), 0) FROM work.delta").fetchone()
    return Count(bases, changed - gone, gone)


def _undo(db: sqlite3.Connection, ledger: Path, now: int) -> None:
    """What another ledger has at moments that this one does not know: changed again, or, where it never was here, gone."""
    other, names = open_harvest(ledger), _Names(db)
    mine = [moment(row[0]) for row in db.execute("SELECT DISTINCT changed FROM main.tally")]
    for record in other.besides(mine):
        known = "SELECT key, producer, museum, created, ?, gone, digest FROM main.entry WHERE key = ?"
        if not db.execute(f"INSERT OR IGNORE INTO work.delta {known}", (now, record.key)).rowcount:
            sets = names.of("producer", record.producer), names.of("museum", record.museum)
            row = (record.key, *sets, seconds(record.created), now, 1, None)
            db.execute("INSERT OR IGNORE INTO work.delta VALUES (?, ?, ?, ?, ?, ?, ?)", row)


class _Names:
    """Ids of producers and museums, each written when it is first met."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._ids: dict[tuple[str, str], int] = {(kind, name): id for id, kind, name in db.execute("SELECT id, kind, name FROM name")}
        self._specs: set[tuple[str, str]] = set(db.execute("SELECT kind, spec FROM name"))

    def of(self, kind: str, name: str) -> int:
        if not name:
            return 0
        if (kind, name) not in self._ids:
            spec, number = (plain := spec_of(name)), 1
            while (kind, spec) in self._specs:
                number += 1
                spec = f"{plain}-{number}"
            id = len(self._ids) + 1
            self._db.execute("INSERT INTO main.name VALUES (?, ?, ?, ?)", (id, kind, name, spec))
            self._ids[kind, name] = id
            self._specs.add((kind, spec))
        return self._ids[kind, name]


def spec_of(name: str) -> str:
    """A name as part of a setSpec (OAI-PMH §2.6: letters, digits and ``-_.!~*'()``): ``Musées de France`` -> ``musees-de-france``."""
    letters = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    if re.fullmatch(r"[A-Za-z]+\d+", letters):
        return letters
    return re.sub(r"[^a-z0-9]+", "-", letters.lower()).strip("-") or "autre"


def key(site: str, iri: str) -> str:
    """``base/REF`` of a notice's IRI, or of that of its document or of a part of either; "" for anything else."""
    found = iris.path_of(site, iris.thing_of(site, iri)).partition("#")[0]
    base, _, ref = found.partition("/")
    return found if found != iri and ref and "/" not in ref and base in load_bases() and iris.unkey(ref) else ""
