"""What a finished part of a conversion left: its counts and its files with their checksums, in one small file written last.

A conversion that was cut goes on from these, and so does one whose parts were made on several machines.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pop_ld.errors import ReadError
from pop_ld.notices import Problem
from pop_ld.report import Report
from pop_ld.validation import Tally

SUFFIX = ".part"
_COUNTERS = ("converted", "triples", "problems", "resolved", "unresolved")
_NUMBERS = ("read", "rejected", "merged")
_TALLIES = ("notices", "results", "touched")


@dataclass(slots=True)
class Part:
    """One file that was read, one shard that was converted, or what was joined of all shards; its files are those of its report."""

    report: Report = field(default_factory=Report)
    tally: Tally = field(default_factory=Tally)


def save(file: Path, part: Part) -> None:
    """Writes ``file`` in one step; the files of the part lie beside it."""
    report, tally = part.report, part.tally
    said = {
        "files": report.files,
        "sources": report.sources,
        "examples": [asdict(problem) for shown in report.examples.values() for problem in shown],
        **{name: getattr(report, name) for name in _NUMBERS},
        **{name: _listed(getattr(report, name)) for name in _COUNTERS},
        "tally": {name: _listed(getattr(tally, name)) for name in _TALLIES},
        "candidates": [[*key, list(found)] for key, found in report.candidates.items()],
        "validation": report.validation,
        "plan": report.plan,
    }
    partial = file.with_name("." + file.name)
    partial.write_text(json.dumps(said), encoding="ascii")
    partial.rename(file)


def _listed(counter: Counter[Any]) -> list[list[Any]]:
    return [[[*key] if isinstance(key, tuple) else key, count] for key, count in counter.items()]


def _counter(listed: list[list[Any]]) -> Counter[Any]:
    return Counter({tuple(key) if isinstance(key, list) else key: count for key, count in listed})


def load(file: Path) -> Part:
    """The inverse of :func:`save`. Raises ReadError where the file is not whole."""
    try:
        said: dict[str, Any] = json.loads(file.read_text(encoding="ascii"))
    except (OSError, ValueError) as error:
        raise ReadError("no whole part of a conversion", file=str(file)) from error
    report = Report(sources=said["sources"], validation=said["validation"], plan=said["plan"], files=said["files"])
    report.candidates = {(base, code, label): tuple(found) for base, code, label, found in said["candidates"]}
    for name in _NUMBERS:
        setattr(report, name, said[name])
    for name in _COUNTERS:
        setattr(report, name, _counter(said[name]))
    for problem in (Problem(**shown) for shown in said["examples"]):
        report.examples.setdefault((problem.kind, problem.base, problem.field), []).append(problem)
    tally = Tally()
    for name in _TALLIES:
        setattr(tally, name, _counter(said["tally"][name]))
    return Part(report, tally)
