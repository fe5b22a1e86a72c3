"""The SQLite files of a release: read as what never changes, and made without a journal, for they are nobody's until they are whole."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from pop_ld.errors import StoreError, StoreUnavailable


def address(file: Path) -> str:
    """The URI of a file that never changes: no lock is taken, no journal looked for."""
    return f"{file.resolve().as_uri()}?mode=ro&immutable=1"


def reading(file: Path, what: str, tables: Sequence[str]) -> sqlite3.Connection | None:
    """A connection that any thread may use, one at a time; None where the file is absent.

    ``what`` names its content in errors. Raises StoreUnavailable where it is no database, or lacks one of the tables.
    """
    if not file.is_file():
        return None
    connection = None
    try:
        connection = sqlite3.connect(address(file), uri=True, check_same_thread=False)
        for table in tables:
            connection.execute(f"SELECT 1 FROM {table} LIMIT 1")  # a name of our own
    except sqlite3.Error as error:
        if connection:
            connection.close()
        raise StoreUnavailable(f"{what}: {error}", file=str(file)) from error
    return connection


@contextmanager
def making(file: Path, what: str, schema: str) -> Iterator[sqlite3.Connection]:
    """A new database in one transaction, with a second one, ``raw``, for what is counted on the way: that one goes in the end.

    Memory is bounded: SQLite sorts in files. Raises StoreError.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    passing = file.with_name("counting.sqlite3")
    try:
        with closing(sqlite3.connect(file, isolation_level=None)) as database:
            for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-64000", "temp_store=FILE"):
                database.execute(f"PRAGMA {pragma}")
            database.execute("ATTACH ? AS raw", (str(passing),))
            database.execute("PRAGMA raw.journal_mode=OFF")
            database.execute("PRAGMA raw.synchronous=OFF")
            database.executescript("BEGIN;" + schema)
            yield database
            database.execute("COMMIT")
    except sqlite3.Error as error:
        raise StoreError(f"{what}: {error}", file=str(file.parent)) from error
    finally:
        passing.unlink(missing_ok=True)


@contextmanager
def changing(file: Path, what: str) -> Iterator[sqlite3.Connection]:
    """A copy that is nobody's yet, changed in one transaction. Raises StoreError."""
    try:
        with closing(sqlite3.connect(file, isolation_level=None)) as database:
            for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-64000", "temp_store=FILE"):
                database.execute(f"PRAGMA {pragma}")
            database.execute("BEGIN")
            yield database
            database.execute("COMMIT")
    except sqlite3.Error as error:
        raise StoreError(f"{what}: {error}", file=str(file.parent)) from error
