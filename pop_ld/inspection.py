"""Files → findings, by file name and line: notices wait in the spool, shards are checked in any process, their lines are merged.

A line of a ``.checked.gz`` file is a key by which the lines sort (file and line of the notice), a tab, and JSON: base, REF, producer,
whether it is a notice (else a remark of a reader, on what may be none), and its findings. A check holds one batch in memory, whatever the
volume.
"""

from __future__ import annotations

import heapq
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import orjson

from pop_ld.batches import in_batches
from pop_ld.checking import Built, checker, reading_finding
from pop_ld.dump import CHECKED
from pop_ld.notices import Notice, Problem
from pop_ld.packed import reading_text, writing_text
from pop_ld.processes import no_collector
from pop_ld.producers import producer_of
from pop_ld.spooling import ShardTask, merged_notices
from pop_ld.validation import Finding, Tally
from pop_ld.validation.findings import values_of
from pop_ld.validation.foreign import ForeignShapes

READING = "read" + CHECKED
"""File of what was found while files were read."""


@dataclass(frozen=True, slots=True)
class CheckTask:
    """One shard of a spool to check."""

    shard: ShardTask
    foreign: ForeignShapes | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """What a line says: the findings of one notice, or of something read that became none (``is_notice`` false)."""

    base: str
    ref: str
    producer: str
    is_notice: bool
    findings: tuple[Finding, ...]


class Headers:
    """What the columns of files with a header line say: a field without one says nothing of the notices (POP's import leaves it as it is).

    Such findings are taken from the notices; the file gets one instead, on the line of its header.
    """

    def __init__(self, work: Path) -> None:
        lines = (json.loads(path.read_text(encoding="utf-8")) for path in sorted(work.glob("read-*.headers.json")))
        self._columns = {file: (line, frozenset(codes)) for header in lines for file, line, codes in header}
        self.absent: dict[tuple[str, str, str], Finding] = {}

    def speak(self, finding: Finding) -> bool:
        """Whether a finding is about something that its file could have said."""
        line, codes = self._columns.get(finding.file, (0, frozenset()))
        if not line or finding.value or finding.field in codes or not finding.field.isupper():
            return True
        of_file = replace(finding, ref="", line=line, producer="", focus="", occurrence=0)
        self.absent.setdefault((finding.file, finding.code, finding.field), of_file)
        return False


class ShardCheck:
    """Checks the notices of a shard batch by batch and writes, when it is closed, ``<base>-<number>.checked.gz``; ``tally`` counts."""

    def __init__(self, shard: ShardTask, foreign: ForeignShapes | None = None) -> None:
        self._shard = shard
        self._check = checker(shard.base, shard.settings, shard.thesauri, foreign)
        self._headers = Headers(shard.work)
        self._merges: dict[str, list[Problem]] = defaultdict(list)
        self._lines: list[str] = []
        self.batch = self._check.batch
        self.tally = Tally()

    def merge(self, problem: Problem) -> None:
        """Takes note of a merge of two notices; before the batch that holds what it made."""
        self._merges[problem.ref].append(problem)

    def add(self, notices: Sequence[Notice]) -> None:
        """Checks some notices."""
        self._note(notices, self._check(notices))

    def add_built(self, built: Sequence[Built], shared: Iterable[str]) -> None:
        """Checks some notices that a conversion has built, with the lines that they share."""
        self._note([one.notice for one in built], self._check.of_built(built, shared))

    def _note(self, notices: Iterable[Notice], findings: Iterable[Finding]) -> None:
        spoken = (finding for finding in findings if self._headers.speak(finding))
        self._lines += _checked_lines(notices, spoken, self._merges, self.tally)

    def close(self) -> None:
        """Writes what was found."""
        work, name = self._shard.work, self._shard.name
        (work / f"{name}.absent").write_text(json.dumps([values_of(f) for f in self._headers.absent.values()]), encoding="utf-8")
        self._lines.sort()
        with writing_text(work / f"{name}{CHECKED}") as file:
            file.writelines(self._lines)


def check_shard(task: CheckTask) -> Tally:
    """Checks the notices of a shard, merged by REF, and writes ``<base>-<number>.checked.gz``."""
    check = ShardCheck(task.shard, task.foreign)
    with no_collector():
        for batch in in_batches(merged_notices(task.shard, check.merge), check.batch):
            check.add(batch)
    check.close()
    return check.tally


def _checked_lines(batch: Iterable[Notice], findings: Iterable[Finding], merges: dict[str, list[Problem]], tally: Tally) -> Iterator[str]:
    found: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        found[finding.ref].append(finding)
    for notice in batch:
        of_merges = (reading_finding(problem) for problem in merges.pop(notice.ref, ()))
        own = [*found.pop(notice.ref, ()), *(finding for finding in of_merges if finding)]
        producer = producer_of(notice.base, notice.ref, notice.fields)
        tally.notices[notice.base, producer] += 1
        tally.note(own)
        yield line_of(notice.file, notice.line, Checked(notice.base, notice.ref, producer, True, tuple(own)))
    for astray in found.values():  # about what notices share: no notice bears it
        tally.note(astray)
        yield line_of("", 0, Checked(astray[0].base, "", "", False, tuple(astray)))


def check_reading(work: Path) -> Tally:
    """Turns what readers remarked upon and what files lack into findings, ``read.checked``; after the shards, which note the latter."""
    tally, lines = Tally(), list[str]()
    absent = [Finding(*found) for path in sorted(work.glob("*.absent")) for found in json.loads(path.read_text(encoding="utf-8"))]
    for finding in {(f.file, f.code, f.field): f for f in absent}.values():
        tally.note([finding])
        lines.append(line_of(finding.file, finding.line, Checked(finding.base, "", "", False, (finding,))))
    for log in sorted(work.glob("read-*.problems.jsonl")):
        with log.open(encoding="utf-8") as problems:
            for text in problems:
                remark = reading_finding(Problem(**json.loads(text)))
                if remark:
                    tally.note([remark])
                    checked = Checked(remark.base, remark.ref, remark.producer, False, (remark,))
                    lines.append(line_of(remark.file, remark.line, checked))
    lines.sort()
    with writing_text(work / READING) as file:
        file.writelines(lines)
    return tally


def line_of(file: str, line: int, checked: Checked) -> str:
    """A line of a ``.checked`` file."""
    head = file.replace("\t", " ").replace("\n", " ")
    content = [checked.base, checked.ref, checked.producer, checked.is_notice, [values_of(finding) for finding in checked.findings]]
    return f"{head}\x01{line:012d}\t{orjson.dumps(content).decode()}\n"


def read_line(line: str) -> Checked:
    """The inverse of :func:`line_of`."""
    base, ref, producer, is_notice, findings = orjson.loads(line.split("\t", 1)[1])
    return Checked(base, ref, producer, is_notice, tuple(Finding(*finding) for finding in findings))


def merged_lines(folder: Path) -> Iterator[Checked]:
    """The lines of all ``.checked`` files of a folder, by file and line."""
    with ExitStack() as stack:
        files = [stack.enter_context(reading_text(path)) for path in sorted(folder.glob(f"*{CHECKED}"))]
        for line in heapq.merge(*files):
            yield read_line(line)
