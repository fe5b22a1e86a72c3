"""Walks the street: source files → dump → snapshot. The only module that connects the steps."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pop_ld import agents, iris, linking, publication, quality, spool, store, thesauri
from pop_ld import dump as dumps
from pop_ld import manifest as manifests
from pop_ld.bases import load_bases
from pop_ld.config import Settings
from pop_ld.conversion import ReadTask, ShardTask, convert_shard, read_file
from pop_ld.errors import NotFound, PopError, ReadError, UsageError
from pop_ld.inspection import Checked, CheckTask, check_reading, check_shard, merged_lines
from pop_ld.processes import each, jobs_for
from pop_ld.progress import stage
from pop_ld.report import STRANGERS, Report, read_report
from pop_ld.validation import Tally
from pop_ld.validation.foreign import ForeignShapes
from pop_ld.validation.rules import by_code

# Convert ---------------------------------------------------------------------------------------------------------------


def convert(
    files: Sequence[Path],
    out: Path,
    settings: Settings,
    *,
    base: str = "",
    encoding: str = "",
    jobs: int = 0,
    validate: bool = True,
    quiet: bool = False,
) -> Report:
    """Source files → ``out``: ``*.nt``, ``*.documents.jsonl``, ``*.checked``, ``problems.jsonl`` and, last, ``report.json``.

    Same files in the same order, same bytes, whatever the number of processes. Raises ReadError where no file could be read.
    """
    work = dumps.fresh(out / ".work")
    report, jobs = Report(), jobs or jobs_for(files)
    shards = _spooled(files, work, settings, report, base=base, encoding=encoding, jobs=jobs, quiet=quiet)
    with stage("convert", "notices", report.read - report.rejected, quiet=quiet) as bar:
        for part in each(convert_shard, shards, jobs):
            bar.advance(part.converted.total() + part.merged)
            report.add(part)
    with stage("link", "parts", linking.PARTS, quiet=quiet) as bar:
        for part in each(linking.join, linking.tasks(work, settings.site), jobs):
            bar.advance(1)
            report.add(part)
        report.add(agents.join(work, settings.site))
    _find_candidates(report, Path(settings.data))
    if validate:
        report.validation = _told(_check_shards(shards, work, None, jobs, quiet))
    dumps.finish(out, work, report)
    return report


def _spooled(
    files: Sequence[Path], work: Path, settings: Settings, report: Report, *, base: str, encoding: str, jobs: int, quiet: bool
) -> list[ShardTask]:
    """Reads the files into the spool of ``work``; gives the shards to go on with."""
    tasks = [ReadTask(number, path, base, encoding, work) for number, path in enumerate(files)]
    with stage("read", "notices", quiet=quiet) as bar:
        counts = _read(tasks, report, jobs, bar.advance)
    known = thesauri.state(Path(settings.data))
    return [
        ShardTask(slug, n, parts, len(files), work, settings, known)
        for slug in sorted(counts)
        for n, parts in enumerate(spool.shards(counts[slug]))
    ]


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
    shards = _spooled(files, work, settings, report, base=base, encoding=encoding, jobs=jobs, quiet=quiet)
    tally = _check_shards(shards, work, foreign, jobs, quiet)
    return report, tally, merged_lines(work)


def _check_shards(shards: list[ShardTask], work: Path, foreign: ForeignShapes | None, jobs: int, quiet: bool) -> Tally:
    tally = Tally()
    with stage("validate", "notices", quiet=quiet) as bar:
        for part in each(check_shard, [CheckTask(shard, foreign) for shard in shards], jobs):
            bar.advance(part.notices.total())
            tally.add(part)
    tally.add(check_reading(work))
    return tally


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


def _read(tasks: list[ReadTask], report: Report, jobs: int, advance: Callable[[int], None]) -> Counter[str]:
    counts: Counter[str] = Counter()
    failed: list[PopError] = []
    for part in each(read_file, tasks, jobs):
        if isinstance(part, PopError):
            failed.append(part)
            report.sources.append({"path": part.file, "error": str(part)})
            continue
        advance(part.read)
        counts.update(part.converted)
        part.converted.clear()
        report.add(part)
    if failed and len(failed) == len(tasks):
        raise failed[0]
    return counts


# Publish ---------------------------------------------------------------------------------------------------------------


def load(
    files: Sequence[Path],
    data: Path,
    settings: Settings,
    *,
    base: str = "",
    encoding: str = "",
    accept: bool = False,
    quiet: bool = False,
) -> tuple[Report, store.Release]:
    """Converts files and publishes what they hold: their notices replace those of the same REF, the rest stays."""
    staging = data / "staging"
    settings = replace(settings, data=str(data))
    report = convert(files, staging, settings, base=base, encoding=encoding, quiet=quiet)
    release = publish(staging, data, settings, accept=accept, quiet=quiet)
    shutil.rmtree(staging)
    return report, release


def publish(dump: Path, data: Path, settings: Settings, *, accept: bool = False, quiet: bool = False) -> store.Release:
    """Dump → new release: replaces, whole, the notices it carries, keeps the rest, checks, and swaps ``current``.

    A crash at any moment leaves the former release serving; the next writer mends itself. A dump that was not validated, or that breaks
    a rule of structure, is published only where ``accept`` says so. A release whose search index another version of this program made
    cannot be built upon: nothing is written then. Raises CheckFailed, Busy, ReadError, StoreError.
    """
    report = read_report(dump)
    if not accept:
        publication.see_that_it_is_sound(report.get("validation", {}), dump)
    if not sum(report["notices"]["by_base"].values()):
        raise ReadError("the dump holds no notice: nothing to publish", file=str(dump))
    data.mkdir(parents=True, exist_ok=True)
    with store.Writer(data, settings.site) as writer:
        before = publication.former(data)
        counts = Counter(before.manifest["bases"] if before else {})
        changes = publication.replace_notices(writer, dump, counts, first=before is None, quiet=quiet)
        fresh = publication.relink(writer, dump, sum(report["notices"]["by_base"].values()), quiet) if before else []
        graphs = publication.load_thesauri(writer, data, settings.site, before, quiet)
        with stage("compact", "stores", 1, quiet=quiet) as bar:
            writer.compact()
            bar.advance()
        replaced = sum(of_base["replaced"] for of_base in changes.values())
        more = {"replaced": replaced, "changes": changes, "sources": report["sources"], "thesauri": graphs}
        manifest = manifests.manifest(data, settings, counts, dumps.examples(dump), more)
        return publication.snapshot(
            writer,
            data,
            settings,
            manifest,
            lambda: linking.with_chosen(quality.documents(dump), dump),
            before,
            dump=dump,
            fresh=fresh,
            quiet=quiet,
        )


# Remove ----------------------------------------------------------------------------------------------------------------


def remove(base: str, refs: Sequence[str], data: Path, settings: Settings, *, quiet: bool = False) -> store.Release:
    """Takes notices out and leaves tombstones: their pages say 410. Raises NotFound where one is not there, changing nothing."""
    if base not in load_bases():
        raise UsageError(f"unknown base {base!r}; known: {', '.join(load_bases())}")
    with store.Writer(data, settings.site) as writer:
        before = publication.former(data) or store.current(data)
        things = {iris.notice(settings.site, base, ref): ref for ref in refs}
        missing = things.keys() - writer.existing(things)
        if missing:
            raise NotFound(f"not in {base}: {', '.join(sorted(things[iri] for iri in missing))}")
        labels = store.open_reader(before).labels(things)
        writer.remove(things)
        now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        tombstones = "".join(
            manifests.tombstone(settings.site, base, ref, iri, str(labels[iri][0].value) if labels.get(iri) else ref, now)
            for iri, ref in things.items()
        )
        writer.insert(tombstones.encode("utf-8"))
        fresh = writer.relink(things)
        writer.compact()
        counts = Counter(before.manifest["bases"])
        counts[base] -= len(things)
        changes = {base: {"removed": len(things)}}
        manifest = manifests.manifest(data, settings, counts, [], {"removed": sorted(things), "changes": changes, "sources": []})
        manifest["examples"] = [e for e in manifest["examples"] if e["iri"] not in things]
        return publication.snapshot(writer, data, settings, manifest, lambda: (), before, removed=sorted(things), fresh=fresh, quiet=quiet)


# Links -------------------------------------------------------------------------------------------------------------------


def publish_links(data: Path, settings: Settings, *, quiet: bool = False) -> store.Release:
    """Publishes what was added to the book of links, and nothing else: the notices are those of the release before.

    Raises StoreError where nothing was published yet, Busy, CheckFailed.
    """
    with store.Writer(data, settings.site) as writer:
        before = publication.former(data) or store.current(data)
        manifest = manifests.manifest(data, settings, Counter(before.manifest["bases"]), [], {"sources": [], "changes": {}})
        return publication.snapshot(writer, data, settings, manifest, lambda: (), before, quiet=quiet)


# Changes by SPARQL Update ----------------------------------------------------------------------------------------------


def publish_changes(writer: store.Writer, data: Path, settings: Settings, *, quiet: bool = False) -> store.Release:
    """Publishes what an operator changed in the writer's store; the notices, and the index of them, must be those of the release before.

    Raises CheckFailed where a base has other notices than before, StoreError where nothing was published yet.
    """
    before = publication.former(data) or store.current(data)
    writer.compact()
    manifest = manifests.manifest(data, settings, Counter(before.manifest["bases"]), [], {"sources": []})
    return publication.snapshot(writer, data, settings, manifest, lambda: (), before, quiet=quiet)
