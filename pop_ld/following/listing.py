"""The files of a part with their checksums, on the source's side: at first demand, in a thread that gives way to all others.

A publication never waits for it: the whole of a first release is read once (20 to 60 s of one core for 30 GB), of every later one only
what is new, for the others are hard links of files whose checksums are kept.
"""

from __future__ import annotations

import fcntl
import logging
import os
import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from pop_ld.errors import NotFound
from pop_ld.following.checksums import Checksums
from pop_ld.following.parts import File, Part, find, paths

log = logging.getLogger(__name__)
_LISTS = 16
_LOCK = "checksums.lock"
_LEAST = 15
"""How nice the thread is that reads: 0 to 19."""


def listing(data: Path, part: Part, checksums: Checksums, advance: Callable[[int], None] = lambda _: None) -> list[File]:
    """The files of a part, each read where its checksum is not known; ``advance`` is told the bytes. Raises OSError."""
    found = []
    for name in paths(data, part):
        path = part.folder(data) / name
        about = path.stat()
        found.append(File(name, about.st_size, about.st_mtime_ns, checksums.of(path)))
        advance(about.st_size)
    checksums.flush()
    return found


class Lists:
    """The lists of a data folder that is served, for all who follow it."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._checksums: Checksums | None = None
        self._made: OrderedDict[Part, dict[str, File]] = OrderedDict()
        self._lock = threading.Lock()
        self._work: threading.Thread | None = None

    def get(self, kind: str, name: str) -> dict[str, File] | None:
        """Path -> file of a part; None while its files are being read. Raises NotFound where there is no such part."""
        part = find(self._data, kind, name)
        if part is None:
            raise NotFound("no such part")
        with self._lock:
            if part in self._made:
                self._made.move_to_end(part)
                return self._made[part]
            self._checksums = self._checksums or Checksums(self._data)
        if not self._all_known(part):
            self._read(part)
            return None
        made = {file.path: file for file in listing(self._data, part, self._checksums)}
        with self._lock:
            self._made[part] = made
            while len(self._made) > _LISTS:
                self._made.popitem(last=False)
        return made

    def one(self, kind: str, name: str, path: str) -> tuple[Path, File] | None:
        """A file of a part that was listed, and where it is; None where the list does not name it: nothing else is ever opened."""
        with self._lock:
            made = next((made for part, made in reversed(self._made.items()) if (part.kind, part.name) == (kind, name)), None)
        if made is None or path not in made:
            made = self.get(kind, name) or {}
        file = made.get(path)
        return (Part(kind, name, "").folder(self._data) / path, file) if file else None

    def _all_known(self, part: Part) -> bool:
        assert self._checksums is not None
        try:
            return all(self._checksums.known(part.folder(self._data) / name) for name in paths(self._data, part))
        except OSError as error:
            raise NotFound("no such part any more") from error

    def _read(self, part: Part) -> None:
        """Starts the thread, unless one is at work, here or in another process."""
        with self._lock:
            if self._work is None or not self._work.is_alive():
                self._work = threading.Thread(target=self._work_on, args=(part,), name="checksums", daemon=True)
                self._work.start()

    def _work_on(self, part: Part) -> None:
        assert self._checksums is not None
        with suppress(OSError):  # Linux: a thread of its own; elsewhere it is not let down
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _LEAST)
        try:
            handle = os.open(self._data / _LOCK, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError:
            handle = -1
        try:
            if handle >= 0:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            listing(self._data, part, self._checksums)
            self._checksums.forget_old()
        except BlockingIOError:
            return  # another process reads
        except OSError as error:  # pruned meanwhile, or a disk that fails: who asks again is told again
            log.warning("the files of %s cannot be listed: %s", part.key, error)
        finally:
            if handle >= 0:
                os.close(handle)
