"""Source files → dump: reads, converts, checks and links, on one machine or several, and goes on where it was cut."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from pop_ld import agents, linking, parts, spool, thesauri, workfolder
from pop_ld import dump as dumps
from pop_ld.bases import load_bases
from pop_ld.config import Settings
from pop_ld.conversion import ConvertTask, convert_shard
from pop_ld.errors import PopError, ReadError, UsageError
from pop_ld.inspection import Checked, CheckTask, check_reading, check_shard, merged_lines
from pop_ld.parts import Part
from pop_ld.processes import each, jobs_for, on_every_worker
from pop_ld.progress import stage
from pop_ld.report import STRANGERS, Report
from pop_ld.spooling import ReadTask, ShardTask, read_part, spool_folder
from pop_ld.validation import Tally
from pop_ld.validation.foreign import ForeignShapes
from pop_ld.validation.rules import by_code
from pop_ld.workfolder import WHOLE, Share, WorkFolder, each_part

log = logging.getLogger(__name__)

WORK = ".work"
"""Folder inside that of a dump, in which it is made."""
DUMP = "dump"
"""Name of the part that a whole dump is."""


def convert(
    files: Sequence[Path],
    out: Path,
    settings: Settings,
    *,
    base: str = "",
    encoding: str = "",
    jobs: int = 0,
    validate: bool = True,
    shard: Share = WHOLE,
    scheduler: str = "",
    quiet: bool = False,
) -> Report:
    """Source files → ``out``: the files of a dump (see ``dump``) and, last, ``report.json``.

    Same files in the same order, same bytes, whatever the number of processes or machines. A conversion that was cut goes on from the
    shards that were finished. A ``shard`` (i, n) makes one part in n of it, which :func:`merge` puts together; ``scheduler`` names a Dask
    cluster that shares the folders. Raises ReadError where no file could be read, Busy where another conversion works there, UsageError.
    """
    jobs = jobs or jobs_for(files)
    known = thesauri.state(Path(settings.data))
    planned = workfolder.plan(files, settings, base=base, encoding=encoding, thesauri=known, validate=validate)
    if shard == WHOLE and (before := _made_before(out, workfolder.digest_of(planned))):
        log.info("these files were converted before: their dump is whole")
        return before.report
    if scheduler:
        _see_that_workers_are_alike(scheduler)
    with workfolder.opened(out / WORK, planned) as folder:
        report, tally = Report(), Tally()
        shards = _spooled(files, folder, settings, report, base=base, encoding=encoding, jobs=jobs, scheduler=scheduler, quiet=quiet)
        mine = shard.of(shards)
        with stage("convert", "notices", sum(one.notices for one in mine), quiet=quiet) as bar:
            tasks = [ConvertTask(one, validate) for one in mine]
            made = each_part(folder, tasks, lambda task: task.shard.name, lambda rest: each(convert_shard, rest, jobs, scheduler))
            for part in made:
                bar.advance(part.report.converted.total() + part.report.merged)
                report.add(part.report)
                tally.add(part.tally)
        if folder.resumed:
            log.info("%d parts were finished before", folder.resumed)
        if shard != WHOLE:
            return report
        _joined(folder, report, tally, settings, validate=validate, jobs=jobs, quiet=quiet)
        _finish(out, folder, report, planned)
    return report


def _made_before(out: Path, plan: str) -> Part | None:
    """What an earlier run made of the very same, None where there is none, or it is not whole."""
    made = workfolder.whole(out, DUMP) if (out / "report.json").is_file() else None
    return made if made and made.report.plan == plan else None


def _finish(out: Path, folder: WorkFolder, report: Report, planned: dict[str, Any]) -> None:
    report.plan = workfolder.digest_of(planned)
    (out / f"{DUMP}{parts.SUFFIX}").unlink(missing_ok=True)
    dumps.finish(out, folder.path, report)
    parts.save(out / f"{DUMP}{parts.SUFFIX}", Part(report))


def merge(shares: Sequence[Path], out: Path, settings: Settings, *, jobs: int = 0, quiet: bool = False) -> Report:
    """The folders that ``convert`` made with a ``shard`` each → the dump that one machine would have made, byte for byte.

    Raises ReadError where a folder is no such part, where two are of other files or settings, where one is missing, or a file was changed.
    """
    works = [share / WORK for share in shares]
    planned = workfolder.common_plan(works)
    with workfolder.opened(out / WORK, planned) as folder:
        for work in works:
            folder.take_in(work)
        report, tally = Report(), Tally()
        files = [Path(path) for path, _ in planned["sources"]]
        counts = _take_in(folder, files, report)
        shards = _shards(counts, len(files), folder.path, settings)
        for one in shards:
            part = folder.finished(one.name)
            if part is None:
                raise ReadError(f"the shard {one.name} is in none of these parts, or was changed", file=str(shares[0]))
            report.add(part.report)
            tally.add(part.tally)
        jobs = jobs or jobs_for(list(folder.path.iterdir()))
        _joined(folder, report, tally, settings, validate=planned["validate"], jobs=jobs, quiet=quiet)
        _finish(out, folder, report, planned)
    return report


def _joined(folder: WorkFolder, report: Report, tally: Tally, settings: Settings, *, validate: bool, jobs: int, quiet: bool) -> None:
    """What only all shards together show: links between notices, agents, counts; and what readers remarked."""
    work = folder.path
    with stage("link", "parts", linking.PARTS, quiet=quiet) as bar:
        for part in each(linking.join, linking.tasks(work, settings.site), jobs):
            bar.advance(1)
            report.add(part)
        report.add(agents.join(work, settings.site))
    _find_candidates(report, Path(settings.data))
    if validate:
        tally.add(check_reading(work))
        report.validation = _told(tally)


def _spooled(
    files: Sequence[Path],
    folder: WorkFolder,
    settings: Settings,
    report: Report,
    *,
    base: str,
    encoding: str,
    jobs: int,
    scheduler: str = "",
    quiet: bool,
) -> list[ShardTask]:
    """Reads the files into the spool of the work folder; gives the shards to go on with."""
    tasks = [ReadTask(number, path, base, encoding, folder.path) for number, path in enumerate(files)]
    with stage("read", "notices", quiet=quiet) as bar:
        counts = _read(folder, tasks, report, lambda rest: each(read_part, rest, jobs, scheduler), bar.advance)
    return _shards(counts, len(files), folder.path, settings)


def _shards(counts: Counter[str], files: int, work: Path, settings: Settings) -> list[ShardTask]:
    known = thesauri.state(Path(settings.data))
    return [
        ShardTask(slug, n, run, files, work, settings, known, len(run) * counts[slug] // spool.PARTS)
        for slug in sorted(counts)
        for n, run in enumerate(spool.shards(counts[slug]))
    ]


def _see_that_workers_are_alike(scheduler: str) -> None:
    """Raises UsageError where a worker of the cluster runs another program: its shards would be of other bytes."""
    mine = workfolder.program()
    for name, theirs in on_every_worker(workfolder.program, scheduler).items():
        if theirs != mine:
            raise UsageError(f"the worker {name} runs another version of pop_ld, or of its mappings and shapes")


# Validate --------------------------------------------------------------------------------------------------------------


def validate(
    files: Sequence[Path],
    work: Path,
    settings: Settings,
    *,
    base: str = "",
    encoding: str = "",
    foreign: ForeignShapes | None = None,
    jobs: int = 0,
    quiet: bool = False,
) -> tuple[Report, Tally, Iterator[Checked]]:
    """What the shapes say of source files, notice by notice, by file name and line; ``work`` is an empty folder to work in.

    The report tells what was read. Raises ReadError where no file could be read, ShapeError.
    """
    report, jobs = Report(), jobs or jobs_for(files)
    shards = _spooled(files, WorkFolder(work), settings, report, base=base, encoding=encoding, jobs=jobs, quiet=quiet)
    tally = Tally()
    with stage("validate", "notices", quiet=quiet) as bar:
        for part in each(check_shard, [CheckTask(shard, foreign) for shard in shards], jobs):
            bar.advance(part.notices.total())
            tally.add(part)
    tally.add(check_reading(work))
    return report, tally, merged_lines(work)


def _told(tally: Tally) -> dict[str, Any]:
    """The counts of a check for report.json; ``blocking`` are those that keep a release from being published."""
    codes = tally.by_code()
    blocking = {code: count for code, count in codes.items() if (rule := by_code().get(code)) and rule.blocks}
    return {"severities": tally.by_severity(), "codes": dict(sorted(codes.items())), "blocking": blocking}


def _find_candidates(report: Report, data: Path) -> None:
    """The concepts nearest to the labels that the report lists as not found."""
    installed = thesauri.open_thesauri(data)
    for (base, code), _, missed in report.strangers():
        thesaurus = load_bases()[base].thesaurus(code)
        for label, _ in missed[:STRANGERS]:
            report.candidates[base, code, label] = tuple(near.pref for near in installed.candidates(thesaurus, label))


def _read(
    folder: WorkFolder,
    tasks: Sequence[ReadTask],
    report: Report,
    run: Callable[[Sequence[ReadTask]], Iterator[Part | PopError]],
    advance: Callable[[int], None],
) -> Counter[str]:
    counts: Counter[str] = Counter()
    failed: list[PopError] = []
    for part in each_part(folder, tasks, lambda task: task.name, run):
        if isinstance(part, PopError):
            failed.append(part)
            report.sources.append({"path": part.file, "error": str(part)})
            continue
        advance(part.report.read)
        _count_read(part.report, counts, report)
    if failed and len(failed) == len(tasks):
        raise failed[0]
    return counts


def _count_read(read: Report, counts: Counter[str], report: Report) -> None:
    """A file hands its notices on: the shards' own counts of what was converted replace its own."""
    counts.update(read.converted)
    read.converted.clear()
    report.add(read)


def _take_in(folder: WorkFolder, files: Sequence[Path], report: Report) -> Counter[str]:
    """The counts of the files that were read on other machines; those that could not be read left nothing."""
    counts: Counter[str] = Counter()
    for number in range(len(files)):
        if part := folder.finished(spool_folder(folder.path, number).name):
            _count_read(part.report, counts, report)
    return counts
