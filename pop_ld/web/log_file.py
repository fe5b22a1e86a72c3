"""The query log as a file: a line of JSON for each query, written by a thread of its own, so that no disk ever holds up an answer.

Several processes write to the same file: each line is one write(2) at the end of it (O_APPEND), which they cannot mix up. Where the file
was moved away or removed, the next line begins a new one. Where it cannot be written, lines are lost, and a warning says so once.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from queue import SimpleQueue
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pop_ld.web.query_log import QueryEntry

log = logging.getLogger(__name__)

LONGEST = 2000
"""Characters of a query that a line holds; ``length`` tells how many there were."""
_MODE = 0o640
_WAITING = 32 << 20
"""Characters of queries that may wait for a disk that hangs; what comes beyond is lost."""
_OVERHEAD = 1000
"""What an entry counts beside its query."""
_LAST_LINES = 2.0
"""Seconds that the last lines get when the process ends."""
_Item = tuple["QueryEntry", bool]


def line(entry: QueryEntry, *, text: bool = True) -> bytes:
    """An entry as it is written. Without ``text`` it holds no word of the query, and no reason either, which may quote it."""
    asked = {"query": entry.query[:LONGEST], "reason": entry.reason} if text else {}
    said: dict[str, Any] = {
        "time": entry.when.strftime("%Y-%m-%dT%H:%M:%S.") + f"{entry.when.microsecond // 1000:03d}Z",
        "release": entry.release,
        "hash": hashlib.sha256(entry.query.encode("utf-8", "surrogatepass")).hexdigest()[:16],
        "length": len(entry.query),
        "status": entry.status,
        "outcome": entry.outcome,
        "seconds": round(entry.seconds, 6),
        "ran": round(entry.ran, 6),
        "size": entry.size,
        "media_type": entry.media_type,
        "coding": entry.coding,
        "rewrites": entry.rewrites,
        "long": entry.long,
        **asked,
    }
    return json.dumps(said, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


class LogFile:
    """One file and its thread. ``put`` is for one thread; ``close`` writes what waits, for two seconds at most."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._queue: SimpleQueue[_Item | None] = SimpleQueue()
        self._came = self._went = 0  # each written by one thread alone
        self._handle = -1
        self._inode = (0, 0)
        self._broken_line = False
        self._told = False
        self._thread = Thread(target=self._run, name="query-log", daemon=True)
        self._thread.start()

    def put(self, entry: QueryEntry, *, text: bool) -> None:
        """Takes an entry; returns at once."""
        if self._came - self._went > _WAITING:
            self._say("the disk does not keep up; lines are lost")
            return
        self._came += len(entry.query) + _OVERHEAD
        self._queue.put((entry, text))

    def close(self) -> None:
        """Ends the thread once everything is written."""
        self._queue.put(None)
        self._thread.join(_LAST_LINES)

    def _run(self) -> None:
        item = self._queue.get()
        while item is not None:
            entry, text = item
            self._write(line(entry, text=text))
            self._went += len(entry.query) + _OVERHEAD
            del entry
            item = self._queue.get()
        if self._handle >= 0:
            os.close(self._handle)

    def _write(self, said: bytes) -> None:
        try:
            self._follow()
            given = b"\n" + said if self._broken_line else said
            written = os.write(self._handle, given)
            self._broken_line = written < len(given) and (written > 0 or self._broken_line)
            if written < len(given):
                self._say("the disk is full; lines are lost")
            else:
                self._told = False
        except OSError as error:
            self._say(str(error))

    def _follow(self) -> None:
        """Opens the file anew where the path leads to another one, or to none. Raises OSError."""
        try:
            found = os.stat(self._path)  # noqa: PTH116 - this runs for each line
            if (found.st_dev, found.st_ino) == self._inode:
                return
        except FileNotFoundError:
            pass
        if self._handle >= 0:
            os.close(self._handle)
            self._handle, self._inode = -1, (0, 0)
        self._handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, _MODE)
        opened = os.fstat(self._handle)
        self._inode, self._broken_line = (opened.st_dev, opened.st_ino), False

    def _say(self, why: str) -> None:
        """Once, until a line is written again."""
        if not self._told:
            self._told = True
            log.warning("the query log %s: %s", self._path, why)


_open: dict[str, LogFile] = {}
_opening = Lock()


def write(path: str, entry: QueryEntry, *, text: bool = True) -> None:
    """Hands an entry to the log of a path; never waits and never fails."""
    found = _open.get(path)
    if found is None:
        with _opening:
            if path not in _open:
                _open[path] = LogFile(path)
            found = _open[path]
    found.put(entry, text=text)


def close() -> None:
    """Writes what waits, and closes every log of this process; a later ``write`` opens it again."""
    with _opening:
        files = list(_open.values())
        _open.clear()
    for file in files:
        file.close()
