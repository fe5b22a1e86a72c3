"""Asks the system to read a release's files into the memory that it has free, before readers wait for each block of them.

A page of 3.28 million notices begins with about 100 kB in 50 places of the disk where nobody read before: 3 ms and more, on a fast one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

USED_FIRST = ("id2str", "dspo")
"""The engine's families that a page reads from many places: terms, and the default graph by subject."""
USED_NEXT = ("dpos", "dosp")
"""Those of which it reads one place, if any, and queries more: the default graph by property, and by object."""
_STEP = 128 << 10
"""Bytes asked for at once: Linux takes up no more of a request than a device reads ahead, 128 KiB where nobody set more."""
_BLOCK = 16 * _STEP
"""Bytes after which it is waited for: a reader's own request is never to stand behind more of these."""
_TAIL = 64 << 10
_FAMILY = re.compile(rb"\x16\x04(.)name", re.DOTALL)
"""``rocksdb.column.family.name`` as a table's properties hold it: 22 bytes shared with the key before (``….id``), 4 of its own, and the
length of the value, which follows (RocksDB, block-based table format, properties block)."""


def tables(folder: Path) -> tuple[Sequence[Path], Sequence[Path]]:
    """The tables of a store: those of USED_FIRST in that order, and the others, those of USED_NEXT before the rest."""
    families: dict[Path, str] = {}
    for file in sorted(folder.glob("*.sst")):
        with suppress(OSError):  # pruned meanwhile
            families[file] = family(file)
    first = [file for name in USED_FIRST for file, found in families.items() if found == name]
    following = [file for name in USED_NEXT for file, found in families.items() if found == name]
    return first, [*following, *(file for file, found in families.items() if found not in USED_FIRST + USED_NEXT)]


def family(table: Path) -> str:
    """The column family of a table of RocksDB. Raises OSError.

    "" where the table does not say it: one that a bulk load made and no compaction read yet.
    """
    with table.open("rb") as opened:
        opened.seek(max(table.stat().st_size - _TAIL, 0))
        tail = opened.read()
    found = list(_FAMILY.finditer(tail))
    return tail[found[-1].end() : found[-1].end() + found[-1][1][0]].decode("ascii", "replace") if found else ""


def read_ahead(files: Iterable[Path], most: int, go_on: Callable[[], bool] = lambda: True) -> int:
    """Has files read into memory, one after the other, as long as they are no more than ``most`` bytes together; gives how many that were.

    What is there already costs a look: 0.1 s for a GB. Where the system knows no such request nothing is read.
    """
    read = 0
    if not hasattr(os, "posix_fadvise"):
        return read
    for file in files:
        with suppress(OSError), file.open("rb", buffering=0) as opened:
            size = os.fstat(opened.fileno()).st_size
            if read + size > most:
                break
            for block in range(0, size, _BLOCK):
                if not go_on():
                    return read
                end = min(block + _BLOCK, size)
                for start in range(block, end, _STEP):
                    os.posix_fadvise(opened.fileno(), start, _STEP, os.POSIX_FADV_WILLNEED)
                os.pread(opened.fileno(), 1, end - 1)
            read += size
    return read


def free_memory() -> int:
    """Bytes that the system could give, files that it keeps in memory among them; 0 where it does not say."""
    with suppress(OSError, ValueError):
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            name, _, amount = line.partition(":")
            if name == "MemAvailable":
                return int(amount.split()[0]) * 1024
    return 0
