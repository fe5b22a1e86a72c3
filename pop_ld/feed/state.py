"""What the feed said last of each entity: one SQLite file, changed only when a release serves."""

from __future__ import annotations

import marshal
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from pop_ld.feed.owners import BUCKETS, bucket
from pop_ld.store.folders import sync

Row: TypeAlias = tuple[int, str, bytes, bool, bool, str]
"""(bucket, entity, and what is Known of it)"""

FILE = "state.sqlite3"
CHANGES = "changes.sqlite3"
"""What a batch changes in it, beside the pages of the batch until it is brought in."""
_TABLE = (
    "CREATE TABLE IF NOT EXISTS {} (bucket INTEGER, entity TEXT, digest BLOB, gone INTEGER, pictured INTEGER, strays TEXT, "
    "PRIMARY KEY (bucket, entity)) WITHOUT ROWID"
)
_HEAD = "CREATE TABLE IF NOT EXISTS head (batch TEXT, release TEXT)"
_RUNS = 16
"""Runs of buckets that are put in order one by one: of 4 million entities each has 260,000."""
_KNOWN = "SELECT digest, gone, pictured, strays FROM known WHERE bucket = ? AND entity = ?"


class Known(NamedTuple):
    """The last version of an entity: ``digest`` of its lines (b"" without any), whether it is ``gone``, whether it had an image that
    has a IIIF manifest, and its subjects that nothing leads to, with spaces between."""

    digest: bytes
    gone: bool
    pictured: bool
    strays: str


class State:
    """The last version of each entity, and the ``batch`` and the ``release`` that the feed has come to; "" before the first."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._base = sqlite3.connect(folder / FILE, isolation_level=None)
        self._base.execute(_TABLE.format("known"))
        self._base.execute(_HEAD)

    def close(self) -> None:
        self._base.close()

    @property
    def head(self) -> tuple[str, str]:
        """(batch, release) that the feed has come to."""
        found: tuple[str, str] | None = self._base.execute("SELECT batch, release FROM head").fetchone()
        return found or ("", "")

    def get(self, entity: str) -> Known | None:
        row = self._base.execute(_KNOWN, (bucket(entity), entity)).fetchone()
        return _known(row) if row else None

    def of_bucket(self, number: int) -> dict[str, Known]:
        """Every entity of a bucket."""
        rows = self._base.execute("SELECT entity, digest, gone, pictured, strays FROM known WHERE bucket = ?", (number,))
        return {entity: _known(rest) for entity, *rest in rows}

    @property
    def is_empty(self) -> bool:
        """Whether the feed has said nothing yet."""
        return not self._base.execute("SELECT EXISTS (SELECT 1 FROM head UNION ALL SELECT 1 FROM known)").fetchone()[0]

    def apply(self, changes: Path, batch: str, release: str) -> None:
        """Brings a batch in, in one transaction; doing so again changes nothing."""
        self._base.execute("ATTACH ? AS fresh", (str(changes),))
        try:
            self._base.execute("BEGIN IMMEDIATE")
            self._base.execute("INSERT OR REPLACE INTO known SELECT * FROM fresh.known")
            self._base.execute("DELETE FROM head")
            self._base.execute("INSERT INTO head VALUES (?, ?)", (batch, release))
            self._base.execute("COMMIT")
        except BaseException:
            self._base.execute("ROLLBACK")
            raise
        finally:
            self._base.execute("DETACH fresh")


def take_in(folder: Path, changes: Path, batch: str, release: str) -> None:
    """Brings a batch into the state of ``folder``; where that is empty what changed becomes the state, by one renaming."""
    with closing(State(folder)) as state:
        empty = state.is_empty
        if not empty:
            state.apply(changes, batch, release)
    if empty:
        changes.replace(folder / FILE)
        sync(folder)


def _known(row: Sequence[Any]) -> Known:
    digest, gone, pictured, strays = row
    return Known(digest, bool(gone), bool(pictured), strays)


class Changed:
    """The file of what a batch changes: a state of its own, that of a feed which has said nothing else."""

    def __init__(self, file: Path) -> None:
        self._base = sqlite3.connect(file, isolation_level=None)
        self._base.execute("PRAGMA journal_mode = OFF")
        self._base.execute("PRAGMA synchronous = OFF")  # ``place`` puts it on the disk
        self._base.execute(_TABLE.format("known"))
        self._base.execute(_HEAD)
        self._base.execute("BEGIN")

    def add(self, entity: str, known: Known) -> None:
        self.add_rows([(bucket(entity), entity, *known)])

    def add_rows(self, rows: Iterable[Row]) -> None:
        """Many at once, several times as fast where they come in order."""
        self._base.executemany("INSERT INTO known VALUES (?, ?, ?, ?, ?, ?)", rows)

    def close(self, batch: str, release: str) -> None:
        """Says which batch of which release it is of."""
        self._base.execute("INSERT INTO head VALUES (?, ?)", (batch, release))
        self._base.execute("COMMIT")
        self._base.close()


class Rows:
    """What a part of a batch changes, kept in memory; ``save`` writes it for :func:`in_order`."""

    def __init__(self) -> None:
        self._rows: list[list[Row]] = [[] for _ in range(_RUNS)]

    def add(self, entity: str, known: Known) -> None:
        number = bucket(entity)
        self._rows[number * _RUNS // BUCKETS].append((number, entity, *known))

    def save(self, file: Path) -> None:
        """Writes the runs one after the other, behind the places where they begin."""
        runs = [marshal.dumps(sorted(run)) for run in self._rows]
        place = 8 * (_RUNS + 1)
        with file.open("wb") as content:
            for run in [*runs, b""]:
                content.write(place.to_bytes(8, "little"))
                place += len(run)
            content.writelines(runs)


def in_order(files: Sequence[Path]) -> Iterator[list[Row]]:
    """The rows of several parts in the order of the state's key, a run of buckets at a time."""
    for number in range(_RUNS):
        rows: list[Row] = []
        for file in files:
            with file.open("rb") as content:
                content.seek(8 * number)
                begin, end = (int.from_bytes(content.read(8), "little") for _ in range(2))
                content.seek(begin)
                rows += marshal.loads(content.read(end - begin))
        rows.sort()
        yield rows
