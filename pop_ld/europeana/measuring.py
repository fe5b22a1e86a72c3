"""The tiers of a whole release, where no dump has found them: its notices in runs, one run a process at a time, one file at the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from pop_ld import alignment, iris, processes, store
from pop_ld.config import Settings
from pop_ld.downloads.lists import folder_of
from pop_ld.errors import UsageError
from pop_ld.europeana.delivery import Delivery, deliver
from pop_ld.europeana.ledger import FILE, TierWriter
from pop_ld.formats.source import Source
from pop_ld.progress import stage
from pop_ld.validation.ledger import LedgerReader, open_ledger

RUN = 1_000
"""Notices of one run."""

Rated = tuple[str, str, str, Delivery]
"""(base, REF, producer, its delivery without the record)."""


def file_of(data: Path, release: str) -> Path:
    """Where the tiers of a release are, or would be: in the folder of its downloads."""
    return folder_of(data, release) / FILE


def measure(settings: Settings, bases: Sequence[str] = (), *, jobs: int = 1, quiet: bool = False) -> Iterator[Rated]:
    """Every notice of the current release, or those of some bases: by base, in the order of REFs.

    Raises UsageError where nothing is published, or the release does not list its notices.
    """
    data = Path(settings.data)
    if not (name := store.current_name(data)):
        raise UsageError("no release was published yet")
    release = store.current(data)
    ledger = open_ledger(release.path)
    if not ledger.exists:
        raise UsageError(f"release {name} was published before releases were measured: publish again")
    wanted = [slug for slug in release.manifest["bases"] if not bases or slug in bases]
    tasks = [task for slug in wanted for task in _runs(ledger, settings, name, slug)]
    total = sum(release.manifest["bases"][slug] for slug in wanted)
    with stage("europeana", "notices", total, quiet=quiet) as progress:
        for found in processes.each(_rate, tasks, jobs):
            progress.advance(len(found))
            yield from found


def write(settings: Settings, *, jobs: int = 1, quiet: bool = False) -> Path:
    """Measures the current release into its file, and returns where that is. Raises UsageError as :func:`measure` does."""
    file = file_of(Path(settings.data), store.current_name(Path(settings.data)))
    with TierWriter(file) as writer:
        for base, ref, producer, delivery in measure(settings, jobs=jobs, quiet=quiet):
            writer.add(base, ref, producer, delivery)
    return file


@dataclass(frozen=True, slots=True)
class _Run:
    """At most RUN notices of a base, those whose REF comes after ``after``."""

    settings: Settings
    release: str
    base: str
    after: str


def _runs(ledger: LedgerReader, settings: Settings, release: str, base: str) -> Iterator[_Run]:
    after = ""
    while refs := ledger.page(base, after, RUN):
        yield _Run(settings, release, base, after)
        after = refs[-1][0]


def _rate(run: _Run) -> list[Rated]:
    release, reader, links = _opened(run.settings, run.release)
    site, found = str(release.manifest["site"]), list[Rated]()
    for ref, producer in open_ledger(release.path).page(run.base, run.after, RUN):
        thing = iris.notice(site, run.base, ref)
        if triples := reader.describe(thing):
            made = deliver(Source(site, thing, triples, reader, release.manifest, links))
            found.append((run.base, ref, producer, replace(made, xml=b"")))
    return found


@lru_cache(maxsize=1)
def _opened(settings: Settings, name: str) -> tuple[store.Release, store.ResourceReader, alignment.Links]:
    release = store.current(Path(settings.data))
    if release.name != name:
        raise UsageError(f"release {name} was replaced by {release.name} meanwhile: begin again")
    return release, store.open_reader(release, settings), alignment.open_links(release.path / alignment.FILE)
