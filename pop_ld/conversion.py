"""One shard of notices → its files of a dump, and what the shapes say of it, in one walk: a pure function that any process runs."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from pop_ld import dump as dumps
from pop_ld import iris
from pop_ld.agents import AgentNotes
from pop_ld.bases import get_base, load_bases
from pop_ld.batches import in_batches
from pop_ld.checking import Built
from pop_ld.config import Settings
from pop_ld.dump import DIGEST, json_line
from pop_ld.fields import RecordBuilder, Written
from pop_ld.inspection import ShardCheck
from pop_ld.linking import LinkNotes
from pop_ld.mapping import Converter, compile_mapping, load_mapping
from pop_ld.notices import Notice, Problem
from pop_ld.packed import writing, writing_text
from pop_ld.parts import Part
from pop_ld.processes import no_collector
from pop_ld.producers import service_of
from pop_ld.search.document import document
from pop_ld.spooling import ShardTask, merged_notices, write_problems
from pop_ld.thesauri import open_thesauri
from pop_ld.workfolder import keep

BATCH = 500
"""Notices built before they are checked and written, where nothing is checked; else the checker says how many."""


@dataclass(frozen=True, slots=True)
class ConvertTask:
    """One shard to convert; ``check`` against the shapes too."""

    shard: ShardTask
    check: bool = True


@cache
def _compiled(slug: str, settings: Settings, state: str) -> tuple[RecordBuilder, Converter]:
    """Parsers and mapping of a base, once a process and state of the thesauri: reading a mapping costs as much as a thousand notices."""
    base = get_base(slug)
    mappings = load_mapping(base.mapping_file, settings.site)
    installed = open_thesauri(Path(settings.data)) if state else None
    return RecordBuilder(base, settings, load_bases(), installed), compile_mapping(mappings, slug, settings.site)


def convert_shard(task: ConvertTask) -> Part:
    """Writes ``<base>-<number>.nt.gz``, search documents, digests, findings, problems, shared entities and links into the work folder."""
    shard = task.shard
    part = Part()
    base = get_base(shard.base)
    build, convert = _compiled(shard.base, shard.settings, shard.thesauri)
    check = ShardCheck(shard) if task.check else None
    with no_collector(), ExitStack() as stack:
        files = _Files(shard, stack)

        def note(problem: Problem) -> None:
            part.report.note((problem,))
            part.report.merged += 1
            write_problems(files.log, (problem,))
            if check:
                check.merge(problem)

        for batch in in_batches(merged_notices(shard, note), check.batch if check else BATCH):
            built, shared = _build(batch, part, files, build, convert)
            if check:
                check.add_built(built, shared)
        files.finish()
    part.report.note_labels(base.slug, *build.take_counts())
    if check:
        check.close()
        part.tally = check.tally
    return keep(shard.work, shard.name, part)


class _Files:
    """The files that one shard is written to."""

    def __init__(self, shard: ShardTask, stack: ExitStack) -> None:
        base = get_base(shard.base)
        start = str(shard.work / shard.name)
        self.site = shard.settings.site
        self.base = base
        self.written = Written(base)
        self.triples = stack.enter_context(writing(Path(start + dumps.TRIPLES)))
        self.documents = stack.enter_context(writing(Path(start + dumps.DOCUMENTS)))
        self.digests = stack.enter_context(writing(Path(start + dumps.DIGESTS)))
        self.log = stack.enter_context(writing_text(Path(start + ".problems.jsonl")))
        self.shared: set[str] = set()
        self._notes, self._named, self._start = LinkNotes(base.slug), AgentNotes(base.slug), start

    def add(self, built: Built, links: list[str]) -> None:
        """Writes what one notice has become."""
        notice, record, problems, lines = built
        if problems:
            write_problems(self.log, problems)
        text = "".join(lines).encode()
        self.triples.write(text)
        self.digests.write(blake2b(text, digest_size=DIGEST).digest())
        self._notes.add(notice, record)
        self._named.add(record)
        iri, service = iris.notice(self.site, notice.base, notice.ref), service_of(notice.base, notice.ref, notice.fields)
        self.documents.write(json_line(document(self.base, record, iri, links, self.written(notice), service)))

    def finish(self) -> None:
        """Writes what is known at the end of the shard alone."""
        Path(self._start + ".shared").write_text("".join(sorted(self.shared)), encoding="utf-8", newline="\n")
        self._notes.save(Path(self._start + ".links"))
        self._named.save(Path(self._start + ".agents"))


def _build(batch: list[Notice], part: Part, files: _Files, build: RecordBuilder, convert: Converter) -> tuple[list[Built], set[str]]:
    """The notices of a batch as built and written, and the lines that they share: each batch has all of those, for its check to see."""
    made: list[Built] = []
    shared: set[str] = set()
    seen: dict[Any, Any] = {}
    report, slug = part.report, files.base.slug
    for notice in batch:
        record, problems = build(notice)
        if problems:
            report.note(problems)
        lines: list[str] = []
        links: list[str] = []
        report.triples[slug] += convert(record, lines, shared, seen, links)
        report.converted[slug] += 1
        one = Built(notice, record, problems, lines)
        files.add(one, links)
        made.append(one)
    files.shared |= shared
    return made, shared
