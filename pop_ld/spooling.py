"""Source files → the spool: notices parted by base and REF, and the shards that are made of them; pure functions that any process runs."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pop_ld import readers, spool
from pop_ld.bases import fold_header, get_base, load_bases
from pop_ld.config import Settings
from pop_ld.errors import PopError, ReadError
from pop_ld.notices import Notice, Problem, merged
from pop_ld.parts import Part
from pop_ld.processes import no_collector
from pop_ld.report import Report
from pop_ld.workfolder import keep


@dataclass(frozen=True, slots=True)
class ReadTask:
    """One source file to part into the spool: ``number`` is its place on the command line, which decides merges."""

    number: int
    path: Path
    base: str
    encoding: str
    work: Path

    @property
    def name(self) -> str:
        return spool_folder(self.work, self.number).name


@dataclass(frozen=True, slots=True)
class ShardTask:
    """One shard to convert: some parts of a base, from the spools of all files."""

    base: str
    number: int
    parts: range
    files: int
    work: Path
    settings: Settings
    thesauri: str
    """State of the installed thesauri, "" where there is none: parsers that know another state are not used again."""
    notices: int = 0
    """About how many it has, for progress."""

    @property
    def name(self) -> str:
        return spool.shard_name(self.base, self.number)


def read_file(task: ReadTask) -> Report | PopError:
    """Parts a source file into the spool. A file that cannot be read gives its error as a value: the others go on."""
    report = Report()
    shutil.rmtree(spool_folder(task.work, task.number), ignore_errors=True)  # left by a conversion that was cut
    writer = spool.SpoolWriter(spool_folder(task.work, task.number))
    headers: list[tuple[str, int, list[str]]] = []
    try:
        with no_collector(), (task.work / f"{task.name}.problems.jsonl").open("w", encoding="utf-8") as log:
            base = get_base(task.base) if task.base else None
            for source in readers.open_sources(task.path, base=base, encoding=task.encoding or None, bases=load_bases()):
                _read_source(source, writer, report, log)
                headers += [source.header] if source.header else []
    except PopError as error:
        return error
    writer.close()
    (task.work / f"{task.name}.headers.json").write_text(json.dumps(headers), encoding="utf-8")
    report.converted.update(writer.counts)  # notices handed on; the shards' own counts replace them
    return report


def read_part(task: ReadTask) -> Part | PopError:
    """The same, and a part that is kept in the work folder once the file is read."""
    report = read_file(task)
    return report if isinstance(report, PopError) else keep(task.work, task.name, Part(report))


def _read_source(source: Any, writer: spool.SpoolWriter, report: Report, log: Any) -> None:
    for found in source:
        if isinstance(found, Notice):
            writer.add(found)
        else:
            report.note((found,))
            write_problems(log, (found,))
    report.read += source.read
    known = get_base(source.source.base).known_columns if source.source.base else {}
    unmapped = {column: _why(cells, known.get(fold_header(column), _UNKNOWN)) for column, cells in sorted(source.unmapped.items()) if cells}
    report.sources.append({**asdict(source.source), "notices": source.read, "unmapped": unmapped})


_UNKNOWN = ("unknown", "inconnue")


def _why(cells: int, reason: tuple[str, str]) -> dict[str, Any]:
    return {"cells": cells, "reason": reason[0], "reason_fr": reason[1]}


def spool_folder(work: Path, number: int) -> Path:
    """Where the notices of the file of that number wait."""
    return work / f"read-{number:04d}"


def write_problems(log: Any, problems: Iterable[Problem]) -> None:
    """Problems as JSON lines."""
    for problem in problems:
        log.write(json.dumps(asdict(problem), ensure_ascii=False) + "\n")


def merged_notices(task: ShardTask, note: Callable[[Problem], None]) -> Iterator[Notice]:
    """The notices of a shard by REF, one each: the later wins field by field, and each merge is noted. Raises ReadError."""
    found: dict[str, Notice] = {}
    for number in range(task.files):
        if not spool_folder(task.work, number).is_dir():
            raise ReadError("what was read of a file is gone: begin anew in an empty folder", file=str(spool_folder(task.work, number)))
        for notice in spool.notices(spool_folder(task.work, number), task.base, task.parts):
            before = found.get(notice.ref)
            found[notice.ref] = notice if before is None else _merge(before, notice, note)
    for ref in sorted(found):
        yield found[ref]


def _merge(before: Notice, after: Notice, note: Callable[[Problem], None]) -> Notice:
    changed = [code for code, values in after.fields.items() if before.fields.get(code, values) != values]
    kind = "duplicate-ref" if before.file == after.file else "merged-ref"
    detail = f"{before.file}:{before.line} ({', '.join(changed) or '-'})"
    note(Problem(kind, after.file, after.line, after.base, after.ref, "REF", after.ref, detail))
    return merged(before, after)
