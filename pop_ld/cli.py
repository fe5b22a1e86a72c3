"""The command line: one command per step of the street, plus ``demo``. Exit codes: 0 done, 1 data problems that stop it, 2 usage."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pop_ld import __version__
from pop_ld.config import Settings, checked, load_settings
from pop_ld.errors import PopError, UsageError

if TYPE_CHECKING:
    from pop_ld.report import Report

Command = Callable[[argparse.Namespace, Settings], int]


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; messages go to standard error, results to standard output."""
    args = parser().parse_args(argv)
    try:
        settings = _settings(args)
        run: Command = args.run
        return run(args, settings)
    except UsageError as error:
        print(f"pop-ld: {error}", file=sys.stderr)
        return 2
    except PopError as error:
        print(f"pop-ld: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("pop-ld: interrupted; the release that was served still is", file=sys.stderr)
        return 130


def _settings(args: argparse.Namespace) -> Settings:
    settings = load_settings()
    chosen: dict[str, Any] = {name: str(getattr(args, name)) for name in ("data", "site", "lang") if getattr(args, name, None)}
    return checked(replace(settings, **chosen))


def parser() -> argparse.ArgumentParser:
    """The whole grammar; ``docs/reference`` is generated from it."""
    settings = "\n".join(f"  POP_LD_{f.name.upper():<16} {f.metadata['help']} (default {f.default})" for f in fields(Settings))
    top = argparse.ArgumentParser(
        prog="pop-ld",
        description="POP's notices as linked data: convert, publish, serve.",
        epilog=f"settings (environment, or pop_ld.toml with the names in lower case):\n{settings}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"pop-ld {__version__}")
    commands = top.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for add in (_add_load, _add_convert, _add_publish, _add_remove, _add_serve, _add_query, _add_releases, _add_mapping, _add_demo):
        add(commands)
    return top


def _command(commands: Any, name: str, run: Command, text: str) -> argparse.ArgumentParser:
    made: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
    made.set_defaults(run=run)
    return made


def _data(made: argparse.ArgumentParser) -> None:
    made.add_argument("--data", type=Path, metavar="DIR", help="folder of the store and its releases (default: the setting data)")


def _sources(made: argparse.ArgumentParser) -> None:
    made.add_argument("files", nargs="+", type=Path, metavar="FILE", help="JSON, JSON lines, CSV, ajout piloté; gzip and zip too")
    made.add_argument("--base", default="", help="the base of every file (default: guessed from header and REF)")
    made.add_argument("--encoding", default="", help="utf-8, iso-8859-1 or windows-1252 (default: detected)")
    made.add_argument("--lang", choices=("fr", "en"), help="language of the report (default fr)")
    made.add_argument("--quiet", action="store_true", help="no progress")


def _add_load(commands: Any) -> None:
    made = _command(commands, "load", _load, "convert files and publish what they hold as a new release")
    _sources(made)
    _data(made)


def _add_convert(commands: Any) -> None:
    made = _command(commands, "convert", _convert, "convert files to a dump: *.nt, problems.jsonl and report.json")
    _sources(made)
    made.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder of the dump")
    made.add_argument("--jobs", type=int, default=0, metavar="N", help="processes (default: one a core; the result is the same)")
    made.add_argument("--site", help="root of the IRIs (default: the setting site)")


def _add_publish(commands: Any) -> None:
    made = _command(commands, "publish", _publish, "publish a dump that convert wrote, as a new release")
    made.add_argument("dump", type=Path, metavar="DUMP", help="folder that convert wrote")
    made.add_argument("--quiet", action="store_true", help="no progress")
    _data(made)


def _add_remove(commands: Any) -> None:
    made = _command(commands, "remove", _remove, "take notices out; their pages then answer 410 Gone")
    made.add_argument("base")
    made.add_argument("refs", nargs="+", metavar="REF")
    made.add_argument("--quiet", action="store_true", help="no progress")
    _data(made)


def _add_serve(commands: Any) -> None:
    made = _command(commands, "serve", _serve, "serve pages, SPARQL and search over the current release")
    _data(made)
    made.add_argument("--host", default="127.0.0.1")
    made.add_argument("--port", type=int, default=8000)


def _add_query(commands: Any) -> None:
    made = _command(commands, "query", _query, "answer a SPARQL query from the current release")
    made.add_argument("query", help="the query, a file that holds it, or - for standard input")
    made.add_argument("--accept", default="", metavar="TYPE", help="media type of the answer (default: JSON results, Turtle graphs)")
    made.add_argument("--timeout", type=float, default=0, metavar="S", help="deadline in seconds (default: the setting deadline)")
    _data(made)


def _add_releases(commands: Any) -> None:
    made = _command(commands, "releases", _releases, "list, roll back or prune the kept releases")
    made.add_argument("action", choices=("list", "rollback", "prune"), nargs="?", default="list")
    made.add_argument("name", nargs="?", default="", help="rollback: the release to go to (default: the one before)")
    made.add_argument("--keep", type=int, default=0, metavar="N", help="prune: how many to keep (default: the setting keep_releases)")
    _data(made)


def _add_mapping(commands: Any) -> None:
    made = _command(commands, "mapping", _mapping, "export a base's mapping for other engines")
    made.add_argument("action", choices=("export",))
    made.add_argument("base")
    made.add_argument("--rml", action="store_true", help="as RML Turtle (default: the YARRRML as it is)")
    made.add_argument("--source", default="records.json", help="file of records that the RML reads")
    made.add_argument("--records", nargs="+", type=Path, metavar="FILE", help="write to --source the records of these files")


def _add_demo(commands: Any) -> None:
    made = _command(commands, "demo", _demo, "load the made-up samples of every base and serve them")
    _data(made)
    made.add_argument("--host", default="127.0.0.1")
    made.add_argument("--port", type=int, default=8000)


# Commands: each imports what it needs, so that --help stays quick ---------------------------------------------------------


def _load(args: argparse.Namespace, settings: Settings) -> int:
    from pop_ld import pipeline

    _exist(args.files)
    report, release = pipeline.load(args.files, Path(settings.data), settings, base=args.base, encoding=args.encoding, quiet=args.quiet)
    _tell(report, settings.lang)
    print(f"release {release.name}: {release.manifest['notices']:,} notices, {release.manifest['triples']:,} triples")
    return 0


def _convert(args: argparse.Namespace, settings: Settings) -> int:
    from pop_ld import pipeline

    _exist(args.files)
    _tell(
        pipeline.convert(args.files, args.out, settings, base=args.base, encoding=args.encoding, jobs=args.jobs, quiet=args.quiet),
        settings.lang,
    )
    return 0


def _exist(files: Sequence[Path]) -> None:
    for file in files:
        if not file.is_file():
            raise UsageError("no such file", file=str(file))


def _tell(report: Report, lang: str) -> None:
    from pop_ld import summary

    print("\n".join(summary.lines(report, lang)))


def _publish(args: argparse.Namespace, settings: Settings) -> int:
    from pop_ld import pipeline

    release = pipeline.publish(args.dump, Path(settings.data), settings, quiet=args.quiet)
    print(f"release {release.name}: {release.manifest['notices']:,} notices, {release.manifest['triples']:,} triples")
    return 0


def _remove(args: argparse.Namespace, settings: Settings) -> int:
    from pop_ld import pipeline

    release = pipeline.remove(args.base, args.refs, Path(settings.data), settings, quiet=args.quiet)
    print(f"release {release.name}: {release.manifest['notices']:,} notices")
    return 0


def _serve(args: argparse.Namespace, settings: Settings) -> int:
    from pop_ld.web import server

    return server.serve(settings, args.host, args.port)


def _query(args: argparse.Namespace, settings: Settings) -> int:
    import asyncio

    from pop_ld import store

    text = sys.stdin.read() if args.query == "-" else Path(args.query).read_text(encoding="utf-8") if _is_file(args.query) else args.query
    request = store.QueryRequest(text, args.accept, args.timeout or settings.deadline)

    async def answer() -> None:
        pool = store.QueryPool(settings)
        try:
            async for chunk in await pool.answer(store.current(Path(settings.data)), request):
                sys.stdout.buffer.write(chunk)
        finally:
            await pool.aclose()

    asyncio.run(answer())
    sys.stdout.flush()
    return 0


def _is_file(text: str) -> bool:
    try:
        return Path(text).is_file()
    except OSError:  # a query longer than a file name may be
        return False


def _releases(args: argparse.Namespace, settings: Settings) -> int:
    from pop_ld import store

    data = Path(settings.data)
    if args.action == "rollback":
        print(f"now serving {store.roll_back(data, args.name).name}")
    elif args.action == "prune":
        for name in store.prune(data, args.keep or settings.keep_releases):
            print(f"pruned {name}")
    else:
        served = store.current_name(data)
        for release in store.releases(data):
            mark = "*" if release.name == served else " "
            held = release.manifest
            print(f"{mark} {release.name}  {held['created']}  {held['notices']:,} notices  {held['triples']:,} triples")
    return 0


def _mapping(args: argparse.Namespace, settings: Settings) -> int:
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


def _demo(args: argparse.Namespace, settings: Settings) -> int:
    from pop_ld import demo
    from pop_ld.web import server

    demo.prepare(Path(settings.data), settings)
    return server.serve(
        settings, args.host, args.port, tell=demo.addresses(Path(settings.data), f"http://{args.host}:{args.port}", settings.lang)
    )
