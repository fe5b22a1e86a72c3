"""The tables of a ledger: kept narrow, for there is a line a notice, and each index leads to lines in the order of their keys."""

from __future__ import annotations

import calendar
import time

TABLES = """
CREATE TABLE entry (
  key TEXT PRIMARY KEY, producer INTEGER NOT NULL, museum INTEGER NOT NULL, created INTEGER NOT NULL, changed INTEGER NOT NULL,
  gone INTEGER NOT NULL, digest BLOB
) WITHOUT ROWID;
CREATE TABLE name (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, spec TEXT NOT NULL, UNIQUE (kind, name), UNIQUE (kind, spec)
);
CREATE TABLE tally (
  base TEXT, producer INTEGER, museum INTEGER, changed INTEGER, gone INTEGER, number INTEGER NOT NULL,
  PRIMARY KEY (base, producer, museum, changed, gone)
) WITHOUT ROWID;
CREATE VIEW records AS
  SELECT key, substr(key, 1, instr(key, '/') - 1) AS base,
    coalesce((SELECT name FROM name WHERE id = producer), '') AS producer,
    coalesce((SELECT name FROM name WHERE id = museum), '') AS museum,
    strftime('%Y-%m-%dT%H:%M:%SZ', created, 'unixepoch') AS created, strftime('%Y-%m-%dT%H:%M:%SZ', changed, 'unixepoch') AS changed,
    digest, gone
  FROM entry;
"""
"""``entry`` has a line for each notice that is or was; 0 stands for no producer and no museum. ``tally`` counts the lines that have the
same sets and moment, so that no count and no list of sets reads them all."""

INDEXES = """
CREATE INDEX IF NOT EXISTS by_change ON entry (changed);
CREATE INDEX IF NOT EXISTS by_producer ON entry (producer, changed) WHERE producer > 0;
CREATE INDEX IF NOT EXISTS by_museum ON entry (museum, changed) WHERE museum > 0;
"""

_FORM = "%Y-%m-%dT%H:%M:%SZ"


def seconds(moment: str) -> int:
    """``2026-11-28T20:00:00Z`` -> seconds since 1970. Raises ValueError for another form."""
    return calendar.timegm(time.strptime(moment, _FORM))


def moment(seconds: int) -> str:
    """The inverse of :func:`seconds`."""
    return time.strftime(_FORM, time.gmtime(seconds))
