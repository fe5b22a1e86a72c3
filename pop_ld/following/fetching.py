"""One file from a source into a folder: resumed where it was cut, tried again after growing pauses, held to its size and SHA-256."""

from __future__ import annotations

import errno
import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path

from pop_ld.errors import StoreError, StoreUnavailable
from pop_ld.following.checksums import Checksums
from pop_ld.following.parts import File, Part
from pop_ld.following.sources import Source
from pop_ld.store.folders import sync

TRIES = 5
"""Times that a file is asked for without a byte more."""
PAUSE = 0.5
"""Seconds before the second time; twice as many before each further one."""
_LARGE = 1 << 20
"""Bytes from which on a file is made durable, and its checksum kept, as soon as it is whole: what was cut goes on behind it."""
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Fetching:
    """Brings files of a part; ``partial`` is a folder for what is not whole, ``advance`` is told bytes; usable by several threads."""

    def __init__(self, source: Source, part: Part, partial: Path, checksums: Checksums, advance: Callable[[int], None]) -> None:
        self._source = source
        self._part = part
        self._partial = partial
        self._checksums = checksums
        self._advance = advance

    def fetch(self, file: File, target: Path) -> None:
        """The file, whole and verified, under its name. Raises StoreError for one that is other than was told, or on a full disk."""
        partial = self._partial / file.sha256
        try:
            self._whole(file, partial)
            os.utime(partial, ns=(file.modified, file.modified))
            if file.bytes >= _LARGE:
                sync(partial)
            target.parent.mkdir(parents=True, exist_ok=True)
            partial.replace(target)
            if file.bytes >= _LARGE:
                self._checksums.note([(target, file.sha256)])
        except OSError as error:
            raise disk_error(error, target) from error

    def _whole(self, file: File, partial: Path) -> None:
        """Tries until it is there; one that turns out other than was told is fetched once more, for what it goes on from may be spoilt."""
        spoilt, fruitless, pause = False, 0, PAUSE
        while True:
            before = partial.stat().st_size if partial.exists() else 0
            try:
                found = self._more(file, partial)
                if found == file.sha256:
                    return
                partial.unlink()
                if spoilt or not before:
                    raise StoreError(f"{file.path} of {self._part.key} is not what its source told: SHA-256 {found}, told {file.sha256}")
                spoilt = True
            except StoreUnavailable:
                if (partial.stat().st_size if partial.exists() else 0) > before:
                    fruitless, pause = 0, PAUSE
                fruitless += 1
                if fruitless >= TRIES:
                    raise
                time.sleep(pause)
                pause *= 2

    def _more(self, file: File, partial: Path) -> str:
        """What is missing, behind what is there; the checksum of the whole. Raises StoreUnavailable where less came."""
        digest = hashlib.sha256()
        with partial.open("a+b", buffering=0) as content:
            size = content.seek(0, os.SEEK_END)
            if size > file.bytes:
                content.truncate(0)
                size = 0
            content.seek(0)
            while block := content.read(1 << 20):
                digest.update(block)
            if size < file.bytes or not file.bytes:
                for block in self._source.blocks(self._part, file, size):
                    size += len(block)
                    if size > file.bytes:
                        content.truncate(0)
                        raise StoreError(f"{file.path} of {self._part.key} is longer than the {file.bytes} bytes that its source told")
                    content.write(block)
                    digest.update(block)
                    self._advance(len(block))
        if size < file.bytes:
            raise StoreUnavailable(f"{file.path} of {self._part.key} was cut after {size} of {file.bytes} bytes")
        return digest.hexdigest()


def disk_error(error: OSError, place: Path) -> StoreError:
    """A fault of this machine's disk as it is told."""
    told = "the disk is full: what was fetched is kept, and the release that was served still is" if error.errno in _FULL else str(error)
    return StoreError(told, file=str(place))
