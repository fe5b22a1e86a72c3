"""When a store is compacted: at once after a load that is a large part of it; else the engine merges the few new files by itself."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pyoxigraph import Store

from pop_ld import packed

SHARE = 10
"""A load of at least one part in ten is compacted: what it wrote lies in many files over each other, and every look-up asks each of
them. It costs 1 µs a triple of the whole store. After less, reads take a tenth longer at most (docs/decisions has the figures)."""
_PACKED = 10
"""Bytes of N-Triples in a byte of a packed file."""


def volume(files: Iterable[Path]) -> int:
    """Bytes of N-Triples in dump files, about; a triple takes as many bytes in the store as here."""
    return sum(file.stat().st_size * (_PACKED if file.suffix == packed.SUFFIX else 1) for file in files)


def compact(store: Store, folder: Path, loaded: int) -> None:
    """Writes everything out, and compacts the whole where ``loaded`` bytes are a large part of the store in ``folder``."""
    store.flush()
    if loaded * SHARE >= stored(folder):
        store.optimize()


def stored(folder: Path) -> int:
    """Bytes of a store's tables."""
    return sum(map(_size, folder.glob("*.sst")))


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:  # the engine merges files by itself meanwhile
        return 0
