"""One part of a conversion, as pure functions that a process pool runs: read one file, convert one shard."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from pop_ld import iris, readers, spool
from pop_ld.agents import AgentNotes
from pop_ld.bases import fold_header, get_base, load_bases
from pop_ld.config import Settings
from pop_ld.dump import DIGEST, json_line
from pop_ld.errors import PopError
from pop_ld.fields import RecordBuilder, Written
from pop_ld.linking import LinkNotes
from pop_ld.mapping import Converter, compile_mapping, load_mapping
from pop_ld.notices import Notice, Problem, merged
from pop_ld.producers import service_of
from pop_ld.report import Report
from pop_ld.search.document import document
from pop_ld.thesauri import open_thesauri

_BLOCK = 100
"""Notices written at once."""


@dataclass(frozen=True, slots=True)
class ReadTask:
    """One source file to part into the spool: ``number`` is its place on the command line, which decides merges."""

    number: int
    path: Path
    base: str
    encoding: str
    work: Path


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

    @property
    def name(self) -> str:
        return f"{self.base}-{self.number:03d}"


@contextmanager
def no_collector() -> Iterator[None]:
    """Records hold no cycles, and millions of live objects make the cycle collector walk them in vain: a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def read_file(task: ReadTask) -> Report | PopError:
    """Parts a source file into the spool. A file that cannot be read gives its error as a value: the others go on."""
    report = Report()
    writer = spool.SpoolWriter(spool_folder(task.work, task.number))
    headers: list[tuple[str, int, list[str]]] = []
    try:
        with no_collector(), (task.work / f"read-{task.number:04d}.problems.jsonl").open("w", encoding="utf-8") as log:
            base = get_base(task.base) if task.base else None
            for source in readers.open_sources(task.path, base=base, encoding=task.encoding or None, bases=load_bases()):
                _read_source(source, writer, report, log)
                headers += [source.header] if source.header else []
    except PopError as error:
        return error
    writer.close()
    (task.work / f"read-{task.number:04d}.headers.json").write_text(json.dumps(headers), encoding="utf-8")
    report.converted.update(writer.counts)  # notices handed on; the shards' own counts replace them
    return report


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


@cache
def _compiled(slug: str, settings: Settings, state: str) -> tuple[RecordBuilder, Converter]:
    """Parsers and mapping of a base, once a process and state of the thesauri: reading a mapping costs as much as a thousand notices."""
    base = get_base(slug)
    mappings = load_mapping(base.mapping_file, settings.site)
    installed = open_thesauri(Path(settings.data)) if state else None
    return RecordBuilder(base, settings, load_bases(), installed), compile_mapping(mappings, slug, settings.site)


def convert_shard(task: ShardTask) -> Report:
    """Writes ``<base>-<number>.nt``, its search documents, digests, problems, shared entities and links into the work folder."""
    report = Report()
    base = get_base(task.base)
    build, convert = _compiled(task.base, task.settings, task.thesauri)
    shared: set[str] = set()
    seen: dict[Any, Any] = {}
    block: list[str] = []
    notes, named, written = LinkNotes(base.slug), AgentNotes(base.slug), Written(base)
    with (
        no_collector(),
        (task.work / f"{task.name}.nt").open("w", encoding="utf-8", newline="\n", buffering=1 << 20) as triples,
        (task.work / f"{task.name}.documents.jsonl").open("wb", buffering=1 << 20) as documents,
        (task.work / f"{task.name}.digests").open("wb", buffering=1 << 20) as digests,
        (task.work / f"{task.name}.problems.jsonl").open("w", encoding="utf-8") as log,
    ):

        def note(problem: Problem) -> None:
            report.note((problem,))
            report.merged += 1
            write_problems(log, (problem,))

        for notice in merged_notices(task, note):
            record, problems = build(notice)
            if problems:
                report.note(problems)
                write_problems(log, problems)
            links: list[str] = []
            begin = len(block)
            report.triples[base.slug] += convert(record, block, shared, seen, links)
            digests.write(blake2b("".join(block[begin:]).encode(), digest_size=DIGEST).digest())
            notes.add(notice, record)
            named.add(record)
            if len(block) > _BLOCK:
                triples.writelines(block)
                block.clear()
            report.converted[base.slug] += 1
            iri, service = iris.notice(task.settings.site, base.slug, notice.ref), service_of(base.slug, notice.ref, notice.fields)
            documents.write(json_line(document(base, record, iri, links, written(notice), service)))
        triples.writelines(block)
    (task.work / f"{task.name}.shared").write_text("".join(sorted(shared)), encoding="utf-8")
    report.note_labels(base.slug, *build.take_counts())
    notes.save(task.work / f"{task.name}.links")
    named.save(task.work / f"{task.name}.agents")
    return report


def merged_notices(task: ShardTask, note: Callable[[Problem], None]) -> Iterator[Notice]:
    """The notices of a shard by REF, one each: the later wins field by field, and each merge is noted."""
    found: dict[str, Notice] = {}
    for number in range(task.files):
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
