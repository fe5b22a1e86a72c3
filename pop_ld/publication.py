"""The steps of a publication: what a dump changes in the writer, what is measured of it, and the snapshot that is checked and served."""

from __future__ import annotations

import logging
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pop_ld import agents, aside, feed, harvesting, iris, linking, quality, search, sitemaps, store, thesauri
from pop_ld import dump as dumps
from pop_ld import manifest as manifests
from pop_ld.aligning import publishing
from pop_ld.aside import Aside
from pop_ld.batches import in_batches
from pop_ld.config import Settings
from pop_ld.errors import CheckFailed, SearchUnavailable
from pop_ld.formats import BY_SUFFIX, descriptions
from pop_ld.formats.rdf import rdf
from pop_ld.packed import reading
from pop_ld.processes import SMALL
from pop_ld.progress import stage
from pop_ld.reconciliation import things
from pop_ld.reconciliation.things_builder import build_things
from pop_ld.search import folders
from pop_ld.search.contract import SearchReader
from pop_ld.store import neighbours
from pop_ld.store.statistics import Statistics

log = logging.getLogger(__name__)


def see_that_it_is_sound(validation: dict[str, Any], dump: Path) -> None:
    if not validation:
        raise CheckFailed("the dump was not validated; convert the files anew, or publish with --accept", file=str(dump))
    if validation["blocking"]:
        broken = ", ".join(f"{code} ({count})" for code, count in sorted(validation["blocking"].items()))
        raise CheckFailed(f"the graph is not sound: {broken}; report it, or publish with --accept", file=str(dump))


def former(data: Path) -> store.Release | None:
    """The release that the next one is built upon, None for the first. Raises StoreError where this program cannot build upon its index."""
    if not store.current_name(data):
        return None
    release = store.current(data)
    folders.check(release.path / "search")
    return release


def load_thesauri(writer: store.Writer, data: Path, site: str, before: store.Release | None, quiet: bool) -> dict[str, str]:
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


def relink(writer: store.Writer, dump: Path, notices: int, quiet: bool) -> list[tuple[str, str]]:
    """Links of the dump's notices to the rest of the store, and of the rest to them."""
    with stage("link", "notices", notices, quiet=quiet) as bar:
        return writer.relink((d["iri"] for d in dumps.documents(dump)), agents.names_in(dump), bar.advance)


def replace_notices(
    writer: store.Writer, dump: Path, brought: Mapping[str, int], counts: Counter[str], *, first: bool, quiet: bool
) -> dict[str, dict[str, int]]:
    """Removes the notices that the dump carries anew, loads it, and brings ``counts`` up to date.

    ``brought`` counts the notices of the dump by base. Returns how many were ``added`` and ``replaced`` by base.
    """
    replaced, fresh = Counter[str](), Counter[str](brought if first else {})
    for batch in in_batches(((d["iri"], d["base"]) for d in dumps.documents(dump)), 50_000) if not first else ():
        old = writer.existing(iri for iri, _ in batch)
        fresh.update(slug for iri, slug in batch if iri not in old)
        writer.remove(iri for iri, _ in batch)  # tombstones of notices that come back go too
        replaced.update(slug for iri, slug in batch if iri in old)
    counts.update(fresh)
    files = dumps.triple_files(dump)
    size = sum(f.stat().st_size for f in files)
    with stage("load", "bytes", size, quiet=quiet) as bar:
        if size < SMALL and not first:
            for file in files:
                with reading(file) as content:
                    writer.insert(content.read())
                bar.advance(file.stat().st_size)
        else:
            writer.bulk_load(files, bar.advance, ours=dumps.untouched(dump))
    return {slug: {"added": fresh[slug], "replaced": replaced[slug]} for slug in sorted({*fresh, *replaced})}


def snapshot(
    writer: store.Writer,
    data: Path,
    settings: Settings,
    manifest: dict[str, Any],
    before: store.Release | None,
    *,
    beside: Aside | None = None,
    dump: Path | None = None,
    removed: Sequence[str] = (),
    fresh: Sequence[tuple[str, str]] = (),
    quiet: bool = False,
) -> store.Release:
    """Publishes what the writer holds as a release; ``beside`` is what is being built of the ``dump`` that it brings, if any."""
    name = manifest["name"]
    beside = beside or aside.of_no_dump(data, settings.site, before.path if before else None, removed, quiet=quiet)
    undone = harvesting.undone(data, before)
    with harvesting.pending(data, manifest["created"]):
        with stage("keep dump", "files", quiet=quiet) as bar:
            kept, manifest["dump"] = dumps.keep(data, manifest, dump, removed, bar.advance)
        measured = _measure(writer, data, settings.site, manifest, before, beside, quiet)
        manifest["links"] = publishing.bring(writer, data, settings.site, manifest, before, measured, quiet=quiet)
        counts = _describe(writer, settings, manifest, measured, quiet)

        def furnish(folder: Path, reader: store.ResourceReader) -> dict[str, Any]:
            changed = _changed(dump, removed) if writer.changes.quads is not None else None
            dangling = linking.write_release_list(folder, before.path if before else None, dump, fresh, writer.unresolved, changed)
            shutil.rmtree(data / "dumps" / name, ignore_errors=True)  # left by a publication that was cut before its swap
            kept.rename(data / "dumps" / name)
            for file in measured.iterdir():
                file.rename(folder / file.name)
            measured.rmdir()

            def opened() -> SearchReader:
                beside.into(folder)
                return search.open_search(folder / "search")

            with harvesting.begun(
                folder, writer, manifest, before, opened, dump=dump, removed=removed, undone=undone, quiet=quiet
            ) as recorded:
                with stage("sitemaps", "files", quiet=quiet) as bar:
                    subjects = writer.changes.subjects or ()
                    news = None if changed is None else sitemaps.news_of(changed, subjects, settings.site, reader.objects)
                    sitemaps.write(folder / sitemaps.FOLDER, writer.select, manifest, before, bar.advance, news=news)
                batch, index = beside.into(folder), opened()
                held = _index_in_cluster(settings, manifest, dump, before, removed, quiet)
                with stage("things by name", "things", quiet=quiet) as bar:
                    list_before, renamed = _names_before(writer, manifest, before)
                    bar.advance(build_things(folder / things.FOLDER, index, reader, settings.site, list_before, renamed))
                shown = _shown(index, manifest)
                _feed(writer, data, settings, manifest, before, batch, quiet)
                records = recorded()
            return {"triples": counts.triples, "dangling": dangling, "records": records, **held, **shown}

        release = writer.snapshot(name, manifest, furnish, _check)
    if settings.feed:
        feed.commit(data, name, settings.feed_days)
    store.prune(data, settings.keep_releases)
    _serve_in_cluster(data, settings, release)
    return release


def _shown(index: SearchReader, manifest: dict[str, Any]) -> dict[str, Any]:
    """What the home page shows of a release."""
    return {
        "featured": manifests.featured(index, manifest["name"], manifest["bases"]),
        "departments": manifests.departments(index, manifest["site"]),
    }


def _changed(dump: Path | None, removed: Sequence[str]) -> set[str]:
    """IRIs of the notices that a publication brings or takes out."""
    return {*removed, *(document["iri"] for document in dumps.documents(dump))} if dump else set(removed)


def _names_before(writer: store.Writer, manifest: dict[str, Any], before: store.Release | None) -> tuple[Path | None, set[str]]:
    """The list of things by name whose names are still true, if any, but for those of some things."""
    changed = writer.changes.subjects
    if not before or changed is None or manifest.get("thesauri") != before.manifest.get("thesauri"):
        return None, set()
    return before.path / things.FOLDER, changed


def _feed(
    writer: store.Writer,
    data: Path,
    settings: Settings,
    manifest: dict[str, Any],
    before: store.Release | None,
    batch: Path | None,
    quiet: bool,
) -> None:
    """Writes the batch of the change feed that the new release makes, unless it is made; it is listed once the release serves."""
    if not settings.feed:
        return
    if batch is None:
        with stage("feed", "versions", quiet=quiet) as bar:
            former = before.name if before else ""
            batch = feed.prepare(
                writer.read, data, settings.site, manifest["name"], manifest["created"], former, writer.changes, bar.advance
            )
    feed.place(batch)


def _index_in_cluster(
    settings: Settings,
    manifest: dict[str, Any],
    dump: Path | None,
    before: store.Release | None,
    removed: Sequence[str],
    quiet: bool,
) -> dict[str, str]:
    """The index of the release in the search cluster too, where there is one: what the manifest says of it."""
    if not settings.search_url:
        return {}
    former = before.manifest.get("search_index", "") if before else ""
    with stage("index in the cluster", "notices", quiet=quiet) as bar:
        documents = aside.documents(dump)
        index, count = search.build_in_cluster(settings, manifest["name"], documents, before=former, removed=removed, advance=bar.advance)
    if count != manifest["notices"]:
        raise CheckFailed(f"the index in the search cluster holds {count} notices, {manifest['notices']} expected: load all files anew")
    return {"search_index": index}


def _serve_in_cluster(data: Path, settings: Settings, release: store.Release) -> None:
    """The alias for others, and no more indices than releases. The release serves already, so a fault here is only told."""
    try:
        search.serve_in_cluster(settings, release.manifest.get("search_index", ""))
        search.prune_cluster(settings, [kept.name for kept in store.releases(data)])
    except SearchUnavailable as error:
        log.warning("the alias of the search cluster still names the former release, until the next publication: %s", error)


def _measure(
    writer: store.Writer,
    data: Path,
    site: str,
    manifest: dict[str, Any],
    before: store.Release | None,
    beside: Aside,
    quiet: bool,
) -> Path:
    """A folder with the ledger and the counts of the new release, whose measurements are put into the store's graph of quality."""
    name, created = manifest["name"], manifest["created"]
    folder = dumps.fresh(data / "snapshots" / f".{name}.quality.tmp")
    beside.ledger(folder)
    with stage("measure", "notices", quiet=quiet) as bar:
        former = before.path if before else None
        concerned = writer.read(lambda engine: neighbours.concerned(engine, former / "store", writer.changes.quads)) if former else None
        summary = quality.complete(folder, former, writer.select, site, concerned)
        quality.save(folder, summary, name, created)
        bar.advance(summary["notices"])
        triples = folder / "quality.nt"
        triples.write_text("".join(quality.measurements(summary, site, name, created)), encoding="utf-8", newline="\n")
        writer.replace_graph(iris.quality_graph(site), triples)
        triples.unlink()
    return folder


def _describe(writer: store.Writer, settings: Settings, manifest: dict[str, Any], folder: Path, quiet: bool) -> Statistics:
    """Counts the release, and puts its description and the example queries into the store's graphs of their names.

    ``folder`` gets the counts and, as Turtle, the description.
    """
    site, graph = settings.site, iris.void_graph(settings.site)
    _replace(writer, iris.examples_graph(site), folder, rdf(BY_SUFFIX["nt"], descriptions.examples(site)))
    with stage("count", "triples", quiet=quiet) as bar:
        counts = writer.statistics(manifests.links(), bar.advance)
    manifest = {**manifest, "triples": counts.triples}
    size = len(set(descriptions.whole(site, manifest, replace(counts, graphs={**counts.graphs, graph: 0}), settings)))
    counts = replace(counts, graphs=dict(sorted({**counts.graphs, graph: size}.items())))  # the size of what says the size
    triples = descriptions.whole(site, manifest, counts, settings)
    _replace(writer, graph, folder, rdf(BY_SUFFIX["nt"], triples))
    counts.save(folder)
    (folder / "void.ttl").write_bytes(rdf(BY_SUFFIX["ttl"], triples))
    return counts


def _replace(writer: store.Writer, graph: str, folder: Path, ntriples: bytes) -> None:
    file = folder / "graph.nt"
    file.write_bytes(ntriples)
    writer.replace_graph(graph, file)
    file.unlink()


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
