"""What the feed said last of each entity: one SQLite file, changed only when a release serves."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pop_ld.feed.owners import bucket

FILE = "state.sqlite3"
CHANGES = "changes.sqlite3"
"""What a batch changes in it, beside the pages of the batch until it is brought in."""
_TABLE = (
    "CREATE TABLE IF NOT EXISTS {} (bucket INTEGER, entity TEXT, digest BLOB, gone INTEGER, pictured INTEGER, strays TEXT, "
    "PRIMARY KEY (bucket, entity)) WITHOUT ROWID"
)
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
        self._base.execute("CREATE TABLE IF NOT EXISTS head (batch TEXT, release TEXT)")

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


def _known(row: Sequence[Any]) -> Known:
    digest, gone, pictured, strays = row
    return Known(digest, bool(gone), bool(pictured), strays)


class Changed:
    """The file of what a batch changes."""

    def __init__(self, file: Path) -> None:
        self._base = sqlite3.connect(file, isolation_level=None)
        self._base.execute("PRAGMA journal_mode = OFF")
        self._base.execute(_TABLE.format("known"))
        self._base.execute("BEGIN")

    def add(self, entity: str, known: Known) -> None:
        self._base.execute(
            "INSERT INTO known VALUES (?, ?, ?, ?, ?, ?)",
            (bucket(entity), entity, known.digest, known.gone, known.pictured, known.strays),
        )

    def close(self) -> None:
        self._base.execute("COMMIT")
        self._base.close()
