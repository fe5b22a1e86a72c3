"""What each command does, once its arguments are read. Each imports what it needs, so that ``pop-ld --help`` stays quick."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pop_ld import dump_command
from pop_ld.config import Settings
from pop_ld.errors import UsageError

if TYPE_CHECKING:
    from pop_ld.report import Report
    from pop_ld.store import Release


def load(args: argparse.Namespace, settings: Settings) -> int:
    from pop_ld import pipeline

    _exist(args.files)
    _own(settings)
    given = {"base": args.base, "encoding": args.encoding, "accept": args.accept, "quiet": args.quiet}
    with _profile(args.profile, Path(settings.data)) as told:
        report, release = pipeline.load(args.files, Path(settings.data), settings, **given)
        told.update(_of_release(release))
    _tell(report, settings.lang)
    print(f"release {release.name}: {release.manifest['notices']:,} notices, {release.manifest['triples']:,} triples")
    dump_command.after_publication(settings, args.quiet)
    return 0


def _of_release(release: Release) -> dict[str, Any]:
    return {name: release.manifest[name] for name in ("release", "notices", "triples")}


@contextmanager
def _profile(file: Path | None, folder: Path) -> Iterator[dict[str, Any]]:
    """Profiles the body where a file is asked for; what the body puts into the dictionary is told too."""
    told: dict[str, Any] = {}
    if file is None:
        yield told
        return
    from pop_ld import profile

    with profile.profiled(folder) as found:
        yield told
    profile.save(found, file, **told)


def convert(args: argparse.Namespace, settings: Settings) -> int:
    from pop_ld import pipeline
    from pop_ld.workfolder import share

    _exist(args.files)
    given = {"base": args.base, "encoding": args.encoding, "jobs": args.jobs, "validate": not args.no_validate, "quiet": args.quiet}
    with _profile(args.profile, args.out) as told:
        report = pipeline.convert(args.files, args.out, settings, shard=share(args.shard), scheduler=args.scheduler, **given)
        told["notices"] = report.converted.total()
    _tell(report, settings.lang)
    return 0


def merge(args: argparse.Namespace, settings: Settings) -> int:
    from pop_ld import pipeline

    _tell(pipeline.merge(args.shares, args.out, settings, quiet=args.quiet), settings.lang)
    return 0


def _exist(files: Sequence[Path]) -> None:
    for file in files:
        if not file.is_file():
            raise UsageError("no such file", file=str(file))


def _tell(report: Report, lang: str) -> None:
    from pop_ld import summary

    print("\n".join(summary.lines(report, lang)))


def validate(args: argparse.Namespace, settings: Settings) -> int:
    from pop_ld import validate_command

    _exist([*args.files, *([args.shapes] if args.shapes else []), *([args.known] if args.known else [])])
    return validate_command.run(args, settings)


def publish(args: argparse.Namespace, settings: Settings) -> int:
    from pop_ld import pipeline

    if not args.dump and not args.to:
        raise UsageError("publish wants a DUMP, or --to the URL of a store")
    if args.anew and not args.to:
        raise UsageError("--anew goes with --to")
    if args.dump:
        _own(settings)
        with _profile(args.profile, Path(settings.data)) as told:
            release = pipeline.publish(args.dump, Path(settings.data), settings, accept=args.accept, quiet=args.quiet)
            told.update(_of_release(release))
        print(f"release {release.name}: {release.manifest['notices']:,} notices, {release.manifest['triples']:,} triples")
        dump_command.after_publication(settings, args.quiet)
    if args.to:
        from pop_ld import remote

        done = remote.bring(args.to, Path(settings.data), settings, anew=args.anew, quiet=args.quiet)
        print(f"release {done.release} there: {done.added:,} triples added, {done.removed:,} removed; pop-ld serve --store {done.query}")
    return 0


def remove(args: argparse.Namespace, settings: Settings) -> int:
    from pop_ld import pipeline

    _own(settings)
    release = pipeline.remove(args.base, args.refs, Path(settings.data), settings, quiet=args.quiet)
    print(f"release {release.name}: {release.manifest['notices']:,} notices")
    dump_command.after_publication(settings, args.quiet)
    return 0


def serve(args: argparse.Namespace, settings: Settings) -> int:
    from dataclasses import replace

    from pop_ld.web import server

    if args.store:
        from pop_ld import remote, store

        settings = replace(settings, store_url=remote.query_address(args.store, settings))
        store.open_reader(store.current(Path(settings.data)), settings)  # says at once that it holds another release
    return server.serve(settings, args.host, args.port)


def operate(args: argparse.Namespace, settings: Settings) -> int:
    from pop_ld.web import operator

    return operator.operate(settings, args.host, args.port)


def query(args: argparse.Namespace, settings: Settings) -> int:
    import asyncio

    from pop_ld import search, store
    from pop_ld.store.rewriting import searching

    text = sys.stdin.read() if args.query == "-" else Path(args.query).read_text(encoding="utf-8") if _is_file(args.query) else args.query
    release = store.current(Path(settings.data))
    hits = {}
    if texts := searching.texts(text):
        index = search.open_search(release.path / "search")
        hits = {words: index.hits(words, searching.MOST_HITS) for words in texts}
    request = store.QueryRequest(text, args.accept, args.timeout or settings.deadline, hits=hits)

    async def answer() -> None:
        pool = store.query_service(settings)
        try:
            async for chunk in await pool.answer(release, request):
                sys.stdout.buffer.write(chunk)
        finally:
            await pool.aclose()

    asyncio.run(answer())
    sys.stdout.flush()
    return 0


def europeana(args: argparse.Namespace, settings: Settings) -> int:
    """The tiers of the release, or of one notice, before a delivery to Europeana."""
    from pop_ld import europeana_command

    return europeana_command.run(args, settings)


def queries(args: argparse.Namespace, settings: Settings) -> int:
    from pop_ld import queries_command

    return queries_command.run(args, settings)


def _is_file(text: str) -> bool:
    try:
        return Path(text).is_file()
    except OSError:  # a query longer than a file name may be
        return False


def releases(args: argparse.Namespace, settings: Settings) -> int:
    from pop_ld import downloads, feed, search, store

    data = Path(settings.data)
    if args.action == "rollback":
        release = store.roll_back(data, args.name)
        print(f"now serving {release.name}")
        if settings.feed and (batch := feed.catch_up(data)):
            print(f"the change feed tells of it: {batch.versions} versions")
        search.serve_in_cluster(settings, release.manifest.get("search_index", ""))
    elif args.action == "prune":
        for name in store.prune(data, args.keep or settings.keep_releases):
            print(f"pruned {name}")
        downloads.prune(data)
        search.prune_cluster(settings, [release.name for release in store.releases(data)])
    else:
        served = store.current_name(data)
        for release in store.releases(data):
            mark = "*" if release.name == served else " "
            held = release.manifest
            print(f"{mark} {release.name}  {held['created']}  {held['notices']:,} notices  {held['triples']:,} triples")
    return 0


def mapping(args: argparse.Namespace, settings: Settings) -> int:
    from pop_ld.bases import get_base, load_bases
    from pop_ld.mapping import expand, load_mapping, to_rml

    base = get_base(args.base)
    if args.records:
        from pop_ld import readers
        from pop_ld.fields import RecordBuilder
        from pop_ld.notices import Notice

        build = RecordBuilder(base, settings, load_bases())
        notices = (
            n
            for f in args.records
            for source in readers.open_sources(f, base=base, encoding=None, bases=load_bases())
            for n in source
            if isinstance(n, Notice)
        )
        Path(args.source).write_text(json.dumps([expand(build(notice)[0]) for notice in notices], ensure_ascii=False), encoding="utf-8")
    mappings = load_mapping(base.mapping_file, settings.site)
    print(to_rml(mappings, args.source) if args.rml else base.mapping_file.read_text(encoding="utf-8"), end="")
    return 0


def thesauri(args: argparse.Namespace, settings: Settings) -> int:
    from pop_ld import thesauri

    data = Path(settings.data)
    if args.action != "list":
        _own(settings)
    if args.action == "remove":
        thesauri.remove(args.names, data)
        print("\n".join(thesauri.removed(name, settings.lang) for name in args.names))
        return 0
    if args.action == "add":
        files = [Path(name) for name in args.names]
        _exist(files)
        found = thesauri.add(files, data)
    else:
        found = thesauri.installed(data)
    print("\n".join(thesauri.lines(found, settings.lang)))
    return 0


def explain(args: argparse.Namespace, settings: Settings) -> int:
    from pop_ld import explain, sightings

    _exist(args.files)
    settled = frozenset([args.base]) if args.base else frozenset()
    files = [sightings.SourceFile(file, settled, args.encoding) for file in args.files]
    found = explain.explain(args.iri, settings, Path(settings.data), predicate=args.predicate, files=files, quiet=args.quiet)
    print("\n".join(explain.lines(found, settings.lang)))
    return 0


def fidelity(args: argparse.Namespace, settings: Settings) -> int:
    from pop_ld import fidelity, fidelity_report

    _exist(args.files)
    result = fidelity.measure(args.files, settings, base=args.base, encoding=args.encoding, quiet=args.quiet)
    if args.json:
        print(json.dumps(fidelity_report.as_json(result), ensure_ascii=False, indent=1))
    else:
        print("\n".join(fidelity_report.lines(result, settings.lang)))
    return 0


def _own(settings: Settings) -> None:
    """Raises StoreError where the data folder follows another, before any work is done."""
    from pop_ld.store.folders import check_own

    check_own(Path(settings.data))


def demo(args: argparse.Namespace, settings: Settings) -> int:
    from pop_ld import demo
    from pop_ld.web import server

    demo.prepare(Path(settings.data), settings)
    return server.serve(
        settings, args.host, args.port, tell=demo.addresses(Path(settings.data), f"http://{args.host}:{args.port}", settings.lang)
    )
