"""Walks the street: source files → dump → snapshot. The only module that connects the steps."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from pop_ld import aside, iris, publication, store
from pop_ld import dump as dumps
from pop_ld import manifest as manifests
from pop_ld.aside import FirstOfFeed
from pop_ld.bases import load_bases
from pop_ld.config import Settings
from pop_ld.converting import convert, merge, validate
from pop_ld.errors import NotFound, ReadError, UsageError
from pop_ld.progress import stage
from pop_ld.report import Report, read_report

__all__ = ["convert", "load", "merge", "publish", "publish_changes", "publish_links", "remove", "validate"]

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
    with ExitStack() as stack:
        writer = stack.enter_context(store.Writer(data, settings.site))
        before = publication.former(data)
        named = manifests.named(data)
        first = FirstOfFeed(data, settings.site, **named) if settings.feed and not before else None
        beside = stack.enter_context(aside.begun(data, settings.site, dump, before.path if before else None, first, quiet=quiet))
        brought = report["notices"]["by_base"]
        counts = Counter(before.manifest["bases"] if before else {})
        graphs = publication.load_thesauri(writer, data, settings.site, before, quiet)
        changes = publication.replace_notices(writer, dump, brought, counts, first=before is None, quiet=quiet)
        fresh = publication.relink(writer, dump, sum(brought.values()), quiet) if before else []
        with stage("compact", "stores", 1, quiet=quiet) as bar:
            writer.compact()
            bar.advance()
        replaced = sum(of_base["replaced"] for of_base in changes.values())
        more = {**named, "replaced": replaced, "changes": changes, "sources": report["sources"], "thesauri": graphs}
        manifest = manifests.manifest(data, settings, counts, dumps.examples(dump), more)
        return publication.snapshot(
            writer,
            data,
            settings,
            manifest,
            before,
            beside=beside,
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
        return publication.snapshot(writer, data, settings, manifest, before, removed=sorted(things), fresh=fresh, quiet=quiet)


# Links -------------------------------------------------------------------------------------------------------------------


def publish_links(data: Path, settings: Settings, *, quiet: bool = False) -> store.Release:
    """Publishes what was added to the book of links, and nothing else: the notices are those of the release before.

    Raises StoreError where nothing was published yet, Busy, CheckFailed.
    """
    with store.Writer(data, settings.site) as writer:
        before = publication.former(data) or store.current(data)
        manifest = manifests.manifest(data, settings, Counter(before.manifest["bases"]), [], {"sources": [], "changes": {}})
        return publication.snapshot(writer, data, settings, manifest, before, quiet=quiet)


# Changes by SPARQL Update ----------------------------------------------------------------------------------------------


def publish_changes(writer: store.Writer, data: Path, settings: Settings, *, quiet: bool = False) -> store.Release:
    """Publishes what an operator changed in the writer's store; the notices, and the index of them, must be those of the release before.

    Raises CheckFailed where a base has other notices than before, StoreError where nothing was published yet.
    """
    before = publication.former(data) or store.current(data)
    writer.compact()
    manifest = manifests.manifest(data, settings, Counter(before.manifest["bases"]), [], {"sources": []})
    return publication.snapshot(writer, data, settings, manifest, before, quiet=quiet)
