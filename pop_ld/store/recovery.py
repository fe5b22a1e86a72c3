"""The writer's journal, and how a writer that was cut short is rebuilt from the release that serves.

``<data>/writer.json`` is ``{"state": "clean", "release": name}`` after a snapshot and ``{"state": "dirty"}`` from before the
first change until the next snapshot. A writer that is not clean at the current release holds what nobody published.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
from pathlib import Path

from pop_ld.store.folders import current_name, sync, write_json

_IMMUTABLE = {".sst", ".blob"}
"""RocksDB writes these once and only ever unlinks them; the write-ahead log (.log) is truncated in place when opened
(by experiment), and MANIFEST, CURRENT and OPTIONS are small: those are copied."""
_NO_LINK = {errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP}


def recover(data: Path) -> bool:
    """Makes ``<data>/writer`` fit to be opened; the caller holds the lock. Returns whether it threw away a writer or made one.

    A clean writer at the current release is kept. Any other is rebuilt from the current release (a cut write, or a roll
    back since), or emptied where nothing was published.
    """
    name = current_name(data)
    present = (data / "writer").is_dir()
    if present and _journal(data) == {"state": "clean", "release": name}:
        return False
    mark_dirty(data)
    fresh = data / ".writer.tmp"
    shutil.rmtree(fresh, ignore_errors=True)
    if name:
        clone_store(data / "snapshots" / name / "store", fresh)
    shutil.rmtree(data / "writer", ignore_errors=True)
    if name:
        fresh.rename(data / "writer")
        sync(data)
        mark_clean(data, name)
    return present or bool(name)


def mark_dirty(data: Path) -> None:
    """Notes, durably, that the writer is about to differ from every release."""
    write_json(data / "writer.json", {"state": "dirty"})


def mark_clean(data: Path, release: str) -> None:
    """Notes that the writer holds exactly what the release holds."""
    write_json(data / "writer.json", {"state": "clean", "release": release})


def clone_store(source: Path, target: Path) -> None:
    """A store that may be written beside one that must not change: immutable files hard-linked, the others copied."""
    target.mkdir()
    for file in source.iterdir():
        if file.suffix in _IMMUTABLE:
            _link(file, target / file.name)
        else:
            shutil.copyfile(file, target / file.name)
            sync(target / file.name)
    sync(target)


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in _NO_LINK:
            raise
        shutil.copyfile(source, target)
        sync(target)


def _journal(data: Path) -> object:
    try:
        return json.loads((data / "writer.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
