"""The counts of a ledger, kept in it and brought up to date by what a release changes.

To count the findings of 3.28 million notices takes twenty seconds; a day changes 4,000 notices. What these had is taken from the counts
before they change, and what they have is put to them after.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator

SCHEMA = """
CREATE TABLE IF NOT EXISTS finding_tally(
  base TEXT NOT NULL, producer TEXT NOT NULL, code TEXT NOT NULL, severity INTEGER NOT NULL, field TEXT NOT NULL, number INTEGER NOT NULL,
  PRIMARY KEY(base, producer, code, severity, field)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS notice_tally(
  base TEXT NOT NULL, producer TEXT NOT NULL, notices INTEGER NOT NULL, faulty INTEGER NOT NULL,
  PRIMARY KEY(base, producer)) WITHOUT ROWID;
"""
_VALID = 1
"""``user_version`` of a ledger whose tables of counts hold; 0 in one that never had them."""
_MOST = 100_000
"""Changed notices from which all is counted anew: that is then no slower, and holds no list of them."""
_GONE, _THERE = -1, 1


class Tally:
    """The counts of a ledger that is open for writing."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._holds = db.execute("PRAGMA user_version").fetchone()[0] == _VALID
        self._touched: set[tuple[str, str]] = set()

    def touch(self, base: str, ref: str) -> None:
        """To call before a notice or its findings change, or are put in."""
        if not self._holds or (base, ref) in self._touched:
            return
        if len(self._touched) == _MOST:
            self.drop()
            return
        self._touched.add((base, ref))
        self._weigh([(base, ref)], _GONE)

    def drop(self) -> None:
        """To call before a change of who knows which notices: all is counted anew when it is asked for."""
        self._holds = False
        self._touched.clear()
        self._db.execute("PRAGMA user_version = 0")

    def settle(self) -> None:
        """Puts in what the touched notices have now; to call at the end of writing, and before counts are read."""
        self._weigh(sorted(self._touched), _THERE)
        self._touched.clear()

    def findings(self) -> Iterator[tuple[str, str, str, int, str, int]]:
        """(base, producer, code, severity, field, findings), for all."""
        self._bring_up()
        yield from self._db.execute(
            "SELECT base, producer, code, severity, field, number FROM finding_tally WHERE number ORDER BY base, producer, code, field"
        )

    def notices(self) -> Iterator[tuple[str, str, int, int]]:
        """(base, producer, notices, notices with a Violation)."""
        self._bring_up()
        yield from self._db.execute("SELECT base, producer, notices, faulty FROM notice_tally WHERE notices ORDER BY base, producer")

    def _bring_up(self) -> None:
        if self._holds:
            self.settle()
        else:
            self._count()

    def _count(self) -> None:
        # One pass over the findings in the order of their key, rule by rule: that of notices would jump about in the file.
        self._db.execute("DELETE FROM finding_tally")
        self._db.execute(
            "INSERT INTO finding_tally SELECT base, producer, code, severity, field, sum(number) FROM ("
            "  SELECT code, base, producer, severity, field, count(*) AS number"
            "  FROM finding NOT INDEXED CROSS JOIN notice ON notice.id = finding.notice GROUP BY code, base, producer, severity, field"
            ") GROUP BY base, producer, code, severity, field"
        )
        self._db.execute("DELETE FROM notice_tally")
        self._db.execute(
            "INSERT INTO notice_tally"
            " SELECT base, producer, count(*), sum(id IN (SELECT notice FROM finding NOT INDEXED WHERE severity = 0))"
            " FROM notice GROUP BY base, producer"
        )
        self._db.execute(f"PRAGMA user_version = {_VALID}")
        self._holds = True

    def _weigh(self, notices: Iterable[tuple[str, str]], sign: int) -> None:
        findings, counted = Counter[tuple[str, str, str, int, str]](), Counter[tuple[str, str]]()
        faulty = Counter[tuple[str, str]]()
        for base, ref in notices:
            found = self._db.execute("SELECT id, producer FROM notice WHERE base = ? AND ref = ?", (base, ref)).fetchone()
            if found:
                notice, producer = found
                rows = self._db.execute("SELECT code, severity, field FROM finding WHERE notice = ?", (notice,)).fetchall()
                counted[base, producer] += sign
                faulty[base, producer] += sign * any(severity == 0 for _, severity, _ in rows)
                for row in rows:
                    findings[base, producer, *row] += sign
        self._db.executemany(
            "INSERT INTO finding_tally VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET number = number + excluded.number",
            ((*key, number) for key, number in findings.items()),
        )
        self._db.executemany(
            "INSERT INTO notice_tally VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE"
            " SET notices = notices + excluded.notices, faulty = faulty + excluded.faulty",
            ((*key, number, faulty[key]) for key, number in counted.items()),
        )
