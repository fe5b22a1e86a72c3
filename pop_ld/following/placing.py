"""Lays the files of a part down: by links and copies in a hidden folder, on the disk for good, then where readers look for them."""

from __future__ import annotations

import errno
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from pop_ld.following.parts import CHANGING, File, Part
from pop_ld.store.folders import sync, sync_tree

_SMALL = 1 << 20
"""Bytes up to which a file of another time of change is copied, so that it has its own; larger ones are linked."""
_MANY = 200
"""Files from which on all are written out at once."""
_LAST = ("downloads.json", "dump.json", "batch.json", "manifest.json")
"""Lists of the other files of a part."""


def make_durable(work: Path, count: int) -> None:
    """Writes a part out to the disk: file by file, or all at once where there are thousands (the feed's pages: a file costs 20 ms)."""
    if count > _MANY and sys.platform == "linux":  # elsewhere sync(2) need not wait
        os.sync()
    else:
        sync_tree(work)


def link(donor: Path, target: Path, file: File) -> None:
    """The file once more: by a hard link, or as a copy with a time of its own."""
    if donor.stat().st_mtime_ns == file.modified or file.bytes >= _SMALL:
        try:
            os.link(donor, target)
            return
        except OSError as error:
            if error.errno not in (errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP):
                raise
    shutil.copyfile(donor, target)
    os.utime(target, ns=(file.modified, file.modified))


def remove_others(work: Path, wanted: set[str]) -> None:
    """Deletes what a round that was cut laid down, and the list no longer names."""
    for path in sorted(work.rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                path.rmdir()
        elif path.relative_to(work).as_posix() not in wanted:
            path.unlink()


def place(part: Part, data: Path, work: Path, files: Sequence[File]) -> None:
    """Puts a whole part where readers look for it: by one rename; what may change while it is read, file by file, its list last."""
    final = part.folder(data)
    if part.kind in CHANGING:
        final.mkdir(exist_ok=True)
        for file in sorted(files, key=lambda file: file.path in _LAST):
            (work / file.path).replace(final / file.path)
        for path in final.iterdir():
            if path.is_file() and path.name not in {file.path for file in files}:
                path.unlink()
        sync(final)
        shutil.rmtree(work)
        return
    if final.exists():
        former = final.with_name(f".{final.name}.former")
        shutil.rmtree(former, ignore_errors=True)
        final.rename(former)
        work.rename(final)
        shutil.rmtree(former)
    else:
        work.rename(final)
    sync(final.parent)
