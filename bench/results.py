"""Measures of the large corpora as lines of JSON, appended as they are taken: sizes and stages can be run on different days."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FILE = "results.jsonl"


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure: ``what`` of a stage at a size, in ``unit``; beside it, where there is one, the peer's name, figure and our figure by its.

    ``note`` is a sentence for readers of the table, "" for none: what a slow query waits for, why a peer was not there.
    """

    stage: str
    what: str
    value: float
    unit: str
    peer: str = ""
    peer_value: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Our figure by the peer's."""
        return self.value / self.peer_value if self.peer_value else None


@dataclass(frozen=True, slots=True)
class Taken:
    """A measure, the number of notices it was taken at, and where and when."""

    size: int
    measure: Measure
    machine: str = ""
    date: str = ""


class Results:
    """The measures under a folder. A stage of a size is done when its last line, ``done``, is there: what was cut is taken anew."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / FILE
        folder.mkdir(parents=True, exist_ok=True)
        self._whole()

    def done(self, size: int, stage: str) -> bool:
        """Whether the stage was measured to its end at that size."""
        return any(line["size"] == size and line["stage"] == stage and line["what"] == "done" for line in self._lines())

    def add(self, size: int, stage: str, measures: Iterable[Measure]) -> None:
        """Writes what a stage found, in one piece, and that it is done."""
        stamp = {"machine": machine(), "date": datetime.now(UTC).strftime("%Y-%m-%d")}
        lines = [{"size": size, **asdict(one), "ratio": one.ratio, **stamp} for one in measures]
        lines.append({"size": size, "stage": stage, "what": "done", **stamp})
        with self.file.open("a", encoding="utf-8") as out:
            out.write("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))
            out.flush()
            os.fsync(out.fileno())

    def read(self) -> list[Taken]:
        """Every measure, the latest of each size, stage and what."""
        found = {}
        for line in self._lines():
            if line["what"] == "done":
                continue
            one = Measure(*(line[name] for name in ("stage", "what", "value", "unit", "peer", "peer_value", "note")))
            found[line["size"], one.stage, one.what] = Taken(line["size"], one, line["machine"], line["date"])
        return list(found.values())

    def _lines(self) -> Iterator[dict[str, Any]]:
        if self.file.exists():
            with self.file.open(encoding="utf-8") as lines:
                yield from map(json.loads, lines)

    def _whole(self) -> None:
        """Cuts off a last line that a kill left half written."""
        if self.file.exists() and not (content := self.file.read_bytes()).endswith(b"\n") and content:
            self.file.write_bytes(content[: content.rfind(b"\n") + 1])


def machine() -> str:
    """What figures are to be read with: processor, cores, memory, Python."""
    model = platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), model)
    except OSError:
        pass
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 30
    return f"{model}, {os.cpu_count()} cores, {memory} GiB, Python {platform.python_version()}"
