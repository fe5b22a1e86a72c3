"""What a long command costs, stage by stage: time, processor time, memory of all its processes, disk, rate.

Memory is read from /proc: where there is none it is told as 0.
"""

from __future__ import annotations

import os
import platform
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pop_ld import progress
from pop_ld.store.folders import write_json

_PERIOD = 0.5
"""Seconds between two looks at the memory; the disk is looked at every tenth time, for it has thousands of files."""


@dataclass(slots=True)
class Stage:
    """One stage: ``amount`` of ``unit`` in ``seconds``, ``started`` seconds after the beginning.

    ``peak_memory_bytes`` is the most that all processes of the command held while it lasted (what lasted beside it counts too), without
    pages of files, which the system takes back when it wants; ``disk_bytes`` what the folder took up at its end.
    """

    stage: str
    unit: str
    started: float
    amount: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_memory_bytes: int = 0
    disk_bytes: int = 0


@dataclass(slots=True)
class Profile:
    """A ``progress.Watch`` that writes down what it is told, and looks at memory and disk meanwhile."""

    folder: Path
    stages: list[Stage] = field(default_factory=list)
    peak_memory_bytes: int = 0
    peak_disk_bytes: int = 0
    _disk: int = 0
    _open: list[Stage] = field(default_factory=list)
    _begun: float = field(default_factory=time.monotonic)

    def begin(self, stage: str, unit: str) -> Stage:
        made = Stage(stage, unit, time.monotonic() - self._begun)
        self.stages.append(made)
        self._open.append(made)
        return made

    def end(self, begun: Stage, amount: int, cpu_seconds: float) -> None:
        self.look(disk=True)
        begun.amount, begun.cpu_seconds = amount, cpu_seconds
        begun.seconds = time.monotonic() - self._begun - begun.started
        begun.disk_bytes = self._disk
        self._open.remove(begun)

    def look(self, *, disk: bool) -> None:
        """Takes note of what is used now."""
        memory = memory_of(os.getpid())
        self.peak_memory_bytes = max(self.peak_memory_bytes, memory)
        for stage in list(self._open):
            stage.peak_memory_bytes = max(stage.peak_memory_bytes, memory)
        if disk:
            self._disk = disk_of(self.folder)
            self.peak_disk_bytes = max(self.peak_disk_bytes, self._disk)

    def as_json(self, **more: Any) -> dict[str, Any]:
        """The content of the file; ``more`` is put before the stages."""
        return {
            "machine": {
                "cores": os.cpu_count(),
                "processor": platform.processor() or platform.machine(),
                "python": platform.python_version(),
            },
            **more,
            "seconds": round(time.monotonic() - self._begun, 1),
            "cpu_seconds": round(progress.cpu_seconds(), 1),
            "peak_memory_bytes": self.peak_memory_bytes,
            "peak_disk_bytes": self.peak_disk_bytes,
            "stages": [asdict(stage) for stage in self.stages],
        }


@contextmanager
def profiled(folder: Path) -> Iterator[Profile]:
    """Profiles the body, whose files are in ``folder``."""
    profile, over = Profile(folder), threading.Event()

    def look() -> None:
        due = 0.0
        while not over.wait(_PERIOD):
            begun = time.monotonic()
            profile.look(disk=begun >= due)
            if begun >= due:  # a feed of thousands of files takes long to weigh: a fiftieth of the time at most
                due = begun + max(10 * _PERIOD, 50 * (time.monotonic() - begun))

    looking = threading.Thread(target=look, daemon=True)
    with progress.watched(profile):
        looking.start()
        try:
            yield profile
        finally:
            over.set()
            looking.join()


def save(profile: Profile, file: Path, **more: Any) -> None:
    """Writes the profile as JSON."""
    write_json(file, profile.as_json(**more))


def memory_of(pid: int) -> int:
    """Bytes of memory that a process and all that descend from it hold, pages of files not counted; 0 where /proc is not there."""
    children: dict[int, list[int]] = {}
    held: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*/status"):
        try:
            lines = dict(line.split(":", 1) for line in entry.read_text(encoding="ascii", errors="replace").splitlines() if ":" in line)
        except OSError:
            continue  # it ended meanwhile
        number = int(lines["Pid"])
        children.setdefault(int(lines["PPid"]), []).append(number)
        held[number] = sum(int(lines.get(name, "0 kB").split()[0]) for name in ("RssAnon", "RssShmem")) * 1024
    found, waiting = 0, [pid]
    while waiting:
        each = waiting.pop()
        found += held.get(each, 0)
        waiting += children.get(each, [])
    return found


def disk_of(folder: Path) -> int:
    """Bytes that the files of a folder take up on disk, each once however many names it has."""
    seen: set[tuple[int, int]] = set()
    found = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                about = os.lstat(os.path.join(place, name))  # noqa: PTH118 - a third of the time, and there are thousands
            except OSError:
                continue
            if (about.st_dev, about.st_ino) not in seen:
                seen.add((about.st_dev, about.st_ino))
                found += about.st_blocks * 512
    return found
