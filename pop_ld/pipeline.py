"""Walks the street: source files → dump → snapshot. The only module that connects the steps."""

from __future__ import annotations

import os
import shutil
import signal
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

from pop_ld import agents, iris, linking, quality, search, spool, store, thesauri
from pop_ld import dump as dumps
from pop_ld import manifest as manifests
from pop_ld.bases import load_bases
from pop_ld.config import Settings
from pop_ld.conversion import ReadTask, ShardTask, convert_shard, read_file
from pop_ld.errors import CheckFailed, NotFound, PopError, ReadError, UsageError
from pop_ld.inspection import Checked, CheckTask, check_reading, check_shard, merged_lines
from pop_ld.progress import stage
from pop_ld.report import STRANGERS, Report, read_report
from pop_ld.validation import Tally
from pop_ld.validation.foreign import ForeignShapes
from pop_ld.validation.rules import by_code

Task = TypeVar("Task")
Result = TypeVar("Result")
SMALL = 2_000_000
"""Bytes of input below which starting processes costs more than it gains."""


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
    report, jobs = Report(), jobs or _jobs(files)
    shards = _spooled(files, work, settings, report, base=base, encoding=encoding, jobs=jobs, quiet=quiet)
    with stage("convert", "notices", report.read - report.rejected, quiet=quiet) as bar:
        for part in _each(convert_shard, shards, jobs):
            bar.advance(part.converted.total() + part.merged)
            report.add(part)
    with stage("link", "parts", linking.PARTS, quiet=quiet) as bar:
        for part in _each(linking.join, linking.tasks(work, settings.site), jobs):
            bar.advance(1)
            report.add(part)
        report.add(agents.join(work, settings.site))
    _find_candidates(report, Path(settings.data))
    if validate:
        report.validation = _told(_check_shards(shards, work, None, jobs, quiet))
    dumps.finish(out, work, report)
    return report


def _jobs(files: Sequence[Path]) -> int:
    """Processes for that much input."""
    return os.cpu_count() or 1 if sum(f.stat().st_size for f in files if f.is_file()) > SMALL else 1


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
    report, jobs = Report(), jobs or _jobs(files)
    shards = _spooled(files, work, settings, report, base=base, encoding=encoding, jobs=jobs, quiet=quiet)
    tally = _check_shards(shards, work, foreign, jobs, quiet)
    return report, tally, merged_lines(work)


def _check_shards(shards: list[ShardTask], work: Path, foreign: ForeignShapes | None, jobs: int, quiet: bool) -> Tally:
    tally = Tally()
    with stage("validate", "notices", quiet=quiet) as bar:
        for part in _each(check_shard, [CheckTask(shard, foreign) for shard in shards], jobs):
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
    for part in _each(read_file, tasks, jobs):
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


def _each(function: Callable[[Task], Result], tasks: Sequence[Task], jobs: int) -> Iterator[Result]:
    """Results in the order of the tasks, from processes where there is more than one task and core."""
    if jobs == 1 or len(tasks) < 2:
        yield from map(function, tasks)
        return
    with ProcessPoolExecutor(min(jobs, len(tasks)), mp_context=get_context("spawn"), initializer=_leave_interrupts_to_the_parent) as pool:
        try:
            yield from pool.map(function, tasks)
        except BaseException:
            for process in list(pool._processes.values()):  # no public way before Python 3.14, and Ctrl-C must not wait for a shard
                process.kill()
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


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
    a rule of structure, is published only where ``accept`` says so. Raises CheckFailed, Busy, ReadError.
    """
    report = read_report(dump)
    if not accept:
        _see_that_it_is_sound(report.get("validation", {}), dump)
    if not sum(report["notices"]["by_base"].values()):
        raise ReadError("the dump holds no notice: nothing to publish", file=str(dump))
    data.mkdir(parents=True, exist_ok=True)
    with store.Writer(data, settings.site) as writer:
        before = store.current(data) if store.current_name(data) else None
        counts = Counter(before.manifest["bases"] if before else {})
        replaced = _replace(writer, dump, counts, first=before is None, quiet=quiet)
        fresh = _relink(writer, dump, sum(report["notices"]["by_base"].values()), quiet) if before else []
        graphs = _load_thesauri(writer, data, settings.site, before, quiet)
        with stage("compact", "stores", 1, quiet=quiet) as bar:
            writer.compact()
            bar.advance()
        more = {"replaced": replaced, "sources": report["sources"], "thesauri": graphs}
        manifest = manifests.manifest(data, settings, counts, dumps.examples(dump), more)
        return _snapshot(writer, data, settings, manifest, lambda: dumps.documents(dump), before, dump=dump, fresh=fresh, quiet=quiet)


def _see_that_it_is_sound(validation: dict[str, Any], dump: Path) -> None:
    if not validation:
        raise CheckFailed("the dump was not validated; convert the files anew, or publish with --accept", file=str(dump))
    if validation["blocking"]:
        broken = ", ".join(f"{code} ({count})" for code, count in sorted(validation["blocking"].items()))
        raise CheckFailed(f"the graph is not sound: {broken}; report it, or publish with --accept", file=str(dump))


def _load_thesauri(writer: store.Writer, data: Path, site: str, before: store.Release | None, quiet: bool) -> dict[str, str]:
    """Brings the named graphs of the thesauri up to date; gives the checksum of each for the manifest."""
    files = dict(thesauri.graphs(data, site))
    wanted = {graph: dumps.sha256(file) for graph, file in files.items()}
    held = before.manifest.get("thesauri", {}) if before else {}
    with stage("thesauri", "graphs", len(wanted), quiet=quiet) as bar:
        for graph in held.keys() | wanted.keys():
            if held.get(graph) != wanted.get(graph):
                writer.replace_graph(graph, files.get(graph))
            bar.advance(graph in wanted)
    return wanted


def _relink(writer: store.Writer, dump: Path, notices: int, quiet: bool) -> list[tuple[str, str]]:
    """Links of the dump's notices to the rest of the store, and of the rest to them."""
    with stage("link", "notices", notices, quiet=quiet) as bar:
        return writer.relink((d["iri"] for d in dumps.documents(dump)), agents.names_in(dump), bar.advance)


def _replace(writer: store.Writer, dump: Path, counts: Counter[str], *, first: bool, quiet: bool) -> int:
    """Removes the notices that the dump carries anew, loads it, and brings ``counts`` up to date."""
    replaced, fresh = 0, Counter[str]()
    for batch in _batches(((d["iri"], d["base"]) for d in dumps.documents(dump)), 50_000):
        old = set() if first else writer.existing(iri for iri, _ in batch)
        fresh.update(slug for iri, slug in batch if iri not in old)
        if not first:
            writer.remove(iri for iri, _ in batch)  # tombstones of notices that come back go too
        replaced += len(old)
    counts.update(fresh)
    files = sorted(dump.glob("*.nt"))
    size = sum(f.stat().st_size for f in files)
    with stage("load", "bytes", size, quiet=quiet) as bar:
        if size < SMALL and not first:
            for file in files:
                writer.insert(file.read_bytes())
                bar.advance(file.stat().st_size)
        else:
            writer.bulk_load(files, bar.advance)
    return replaced


def _snapshot(
    writer: store.Writer,
    data: Path,
    settings: Settings,
    manifest: dict[str, Any],
    documents: Callable[[], Iterable[dict[str, Any]]],
    before: store.Release | None,
    *,
    dump: Path | None = None,
    removed: Sequence[str] = (),
    fresh: Sequence[tuple[str, str]] = (),
    quiet: bool = False,
) -> store.Release:
    name = manifest["name"]
    measured = _measure(writer, data, settings.site, manifest, before, dump=dump, removed=removed, quiet=quiet)

    def furnish(folder: Path, reader: store.ResourceReader) -> dict[str, Any]:
        with stage("index", "indexes", 1, quiet=quiet) as bar:
            search.build(folder / "search", documents(), before=before.path / "search" if before else None, removed=removed)
            bar.advance()
        dangling = linking.write_release_list(folder, before.path if before else None, dump, fresh, writer.unresolved)
        triples = writer.count()
        shutil.rmtree(data / "dumps" / name, ignore_errors=True)  # left by a publication that was cut before its swap
        kept.rename(data / "dumps" / name)
        for file in measured.iterdir():
            file.rename(folder / file.name)
        measured.rmdir()
        (folder / "void.ttl").write_text(manifests.void(settings.site, manifest, triples), encoding="utf-8")
        return {"triples": triples, "dangling": dangling}

    with stage("keep dump", "files", quiet=quiet) as bar:
        kept = dumps.keep(data, name, dump, removed, bar.advance)
    release = writer.snapshot(name, manifest, furnish, _check)
    store.prune(data, settings.keep_releases)
    return release


def _measure(
    writer: store.Writer,
    data: Path,
    site: str,
    manifest: dict[str, Any],
    before: store.Release | None,
    *,
    dump: Path | None,
    removed: Sequence[str],
    quiet: bool,
) -> Path:
    """A folder with the ledger and the counts of the new release, whose measurements are put into the store's graph of quality."""
    name, created = manifest["name"], manifest["created"]
    folder = dumps.fresh(data / "snapshots" / f".{name}.quality.tmp")
    gone = [tuple(map(iris.unkey, thing.removeprefix(f"{site}/id/").split("/", 1))) for thing in removed]
    with stage("measure", "notices", quiet=quiet) as bar:
        refs = [(pair[0], pair[1]) for pair in gone]
        summary = quality.build(folder, before.path if before else None, dump, refs, writer.select, site)
        quality.save(folder, summary, name, created)
        bar.advance(summary["notices"])
        triples = folder / "quality.nt"
        triples.write_text("".join(quality.measurements(summary, site, name, created)), encoding="utf-8", newline="\n")
        writer.replace_graph(iris.quality_graph(site), triples)
        triples.unlink()
    return folder


def _check(release: store.Release, reader: store.ResourceReader) -> None:
    """A release is whole: as many notices of each base in the store and in the index as the manifest says, and pages to show."""
    site, expected = release.manifest["site"], release.manifest["bases"]
    for slug, count in expected.items():
        found = reader.count(iris.DCTERMS + "isPartOf", iris.dataset(site, slug))
        if found != count:
            raise CheckFailed(f"{found} notices of {slug} in the store, {count} expected")
    facets = dict(search.open_search(release.path / "search").search("", limit=1).facets.get("base", ()))
    if facets != {slug: count for slug, count in expected.items() if count}:
        raise CheckFailed(f"the search index holds {facets}, {expected} expected")
    for example in release.manifest["examples"]:
        if not reader.describe(example["iri"]):
            raise CheckFailed(f"no triple about {example['iri']}")


def _batches(values: Iterable[Result], size: int) -> Iterator[list[Result]]:
    batch: list[Result] = []
    for value in values:
        batch.append(value)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


# Remove ----------------------------------------------------------------------------------------------------------------


def remove(base: str, refs: Sequence[str], data: Path, settings: Settings, *, quiet: bool = False) -> store.Release:
    """Takes notices out and leaves tombstones: their pages say 410. Raises NotFound where one is not there, changing nothing."""
    if base not in load_bases():
        raise UsageError(f"unknown base {base!r}; known: {', '.join(load_bases())}")
    with store.Writer(data, settings.site) as writer:
        before = store.current(data)
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
        manifest = manifests.manifest(data, settings, counts, [], {"removed": sorted(things), "sources": []})
        manifest["examples"] = [e for e in manifest["examples"] if e["iri"] not in things]
        return _snapshot(writer, data, settings, manifest, lambda: (), before, removed=sorted(things), fresh=fresh, quiet=quiet)
