"""The command line: one command per step of the street, plus ``demo``. Exit codes: 0 done, 1 data problems that stop it, 2 usage."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from pop_ld import __version__, align_command, commands, dump_command, follow_command
from pop_ld.config import Settings, checked, load_settings
from pop_ld.errors import PopError, StoreError, UsageError
from pop_ld.processes import give_way

Command = Callable[[argparse.Namespace, Settings], int]
_WORK = (commands.load, commands.convert, commands.merge, commands.publish, commands.remove)
"""Commands that take long: as programs of their own they give way to those who serve their data folder."""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; messages go to standard error, results to standard output."""
    args = parser().parse_args(argv)
    try:
        settings = _settings(args)
        run: Command = args.run
        if argv is None and run in _WORK and _is_served(Path(settings.data)):
            give_way(settings.give_way)  # without readers there is nobody to gain by it, and where no core is free it would never end
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


def _is_served(data: Path) -> bool:
    from pop_ld.web.control import doors

    try:
        return bool(doors(data))
    except StoreError:  # whoever needs the folder says what is wrong with it
        return False


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
    group = top.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for add in (
        _add_load,
        _add_validate,
        _add_convert,
        _add_merge,
        _add_publish,
        _add_remove,
        _add_serve,
        _add_follow,
        _add_operate,
        _add_query,
        _add_queries,
        _add_releases,
        _add_dump,
        _add_mapping,
        _add_explain,
        _add_fidelity,
        _add_thesauri,
        _add_europeana,
        _add_align,
        _add_demo,
    ):
        add(group)
    return top


def _command(group: Any, name: str, run: Command, text: str) -> argparse.ArgumentParser:
    made: argparse.ArgumentParser = group.add_parser(name, help=text, description=text)
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


def _add_load(group: Any) -> None:
    made = _command(group, "load", commands.load, "convert files and publish what they hold as a new release; run again, it goes on")
    _sources(made)
    _profile(made)
    _accept(made)
    _data(made)


def _add_validate(group: Any) -> None:
    made = _command(group, "validate", commands.validate, "say which field of which notice breaks which rule, and how to mend it")
    made.epilog = (
        "exit codes: 0 nothing as grave as --fail-on, 1 something is, 2 usage, 3 a file, the shapes or the known report could not be read"
    )
    _sources(made)
    made.add_argument("--shapes", type=Path, metavar="FILE", help="SHACL shapes of your own, checked beside the project's")
    made.add_argument("--format", choices=("text", "csv", "json", "html", "turtle", "sarif"), default="text", help="of the report")
    made.add_argument("--out", type=Path, metavar="FILE", help="write the report there (default: standard output)")
    made.add_argument("--fail-on", choices=("violation", "warning", "info", "never"), default="violation", help="exit with 1 from that on")
    made.add_argument("--known", type=Path, metavar="FILE", help="a report, CSV or JSON, made before: what it lists is not shown again")
    made.add_argument("--all", action="store_true", help="text: list every finding of each rule")
    made.add_argument("--jobs", type=int, default=0, metavar="N", help="processes (default: one a core; the result is the same)")
    made.add_argument("--data", type=Path, metavar="DIR", help="folder whose thesauri know the vocabularies (default: the setting data)")


def _profile(made: argparse.ArgumentParser) -> None:
    made.add_argument(
        "--profile", type=Path, metavar="FILE", help="write as JSON what each stage took: time, processor, memory, disk, rate"
    )


def _accept(made: argparse.ArgumentParser) -> None:
    made.epilog = "a release whose search index another version of pop-ld made cannot be built upon: load all files into an empty folder"
    made.add_argument("--accept", action="store_true", help="publish although the graph breaks a rule of structure, or was not validated")


def _add_convert(group: Any) -> None:
    made = _command(group, "convert", commands.convert, "convert files to a dump: *.nt.gz, problems.jsonl and report.json")
    _sources(made)
    made.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder of the dump")
    made.add_argument("--jobs", type=int, default=0, metavar="N", help="processes (default: one a core; the result is the same)")
    made.add_argument("--no-validate", action="store_true", help="do not check the shapes; publish then wants --accept")
    made.add_argument(
        "--shard", default="", metavar="I/N", help="the I-th of N shares alone, for merge; the other machines make the others"
    )
    made.add_argument(
        "--scheduler", default="", metavar="tcp://HOST:PORT", help="let the workers of a Dask cluster convert (extra cluster)"
    )
    _profile(made)
    made.add_argument("--data", type=Path, metavar="DIR", help="folder whose thesauri resolve labels (default: the setting data)")
    made.add_argument("--site", help="root of the IRIs (default: the setting site)")


def _add_merge(group: Any) -> None:
    made = _command(group, "merge", commands.merge, "put together what convert --shard made on several machines, as one would make it")
    made.add_argument("shares", nargs="+", type=Path, metavar="DIR", help="the folders that convert --shard wrote")
    made.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder of the dump")
    made.add_argument("--lang", choices=("fr", "en"), help="language of the report (default fr)")
    made.add_argument("--quiet", action="store_true", help="no progress")
    made.add_argument("--data", type=Path, metavar="DIR", help="folder whose thesauri resolved labels (default: the setting data)")
    made.add_argument("--site", help="root of the IRIs (default: the setting site)")


def _add_publish(group: Any) -> None:
    made = _command(group, "publish", commands.publish, "publish a dump that convert wrote, as a new release")
    made.add_argument("dump", type=Path, nargs="?", metavar="DUMP", help="folder that convert wrote (with --to: the current release)")
    _accept(made)
    made.add_argument("--to", metavar="URL", help="then bring a remote SPARQL store up to it: Fuseki's dataset, Oxigraph's server")
    made.add_argument("--anew", action="store_true", help="--to: empty that store first, whatever it holds, and load all")
    _profile(made)
    made.add_argument("--quiet", action="store_true", help="no progress")
    _data(made)


def _add_remove(group: Any) -> None:
    made = _command(group, "remove", commands.remove, "take notices out; their pages then answer 410 Gone")
    made.add_argument("base")
    made.add_argument("refs", nargs="+", metavar="REF")
    made.add_argument("--quiet", action="store_true", help="no progress")
    _data(made)


def _add_serve(group: Any) -> None:
    made = _command(group, "serve", commands.serve, "serve pages, SPARQL and search over the current release")
    _data(made)
    made.add_argument("--store", metavar="URL", help="a remote store that publish --to filled (default: the setting store_url)")
    made.add_argument("--host", default="127.0.0.1")
    made.add_argument("--port", type=int, default=8000)


def _add_follow(group: Any) -> None:
    made = _command(group, "follow", follow_command.run, "keep this machine's releases in step with those of another")
    follow_command.grammar(made)
    _data(made)


def _add_operate(group: Any) -> None:
    made = _command(group, "operate", commands.operate, "hold the writer: take SPARQL updates and graphs from who has the token")
    _data(made)
    made.add_argument("--host", default="127.0.0.1")
    made.add_argument("--port", type=int, default=8001)


def _add_query(group: Any) -> None:
    made = _command(group, "query", commands.query, "answer a SPARQL query from the current release")
    made.add_argument("query", help="the query, a file that holds it, or - for standard input")
    made.add_argument("--accept", default="", metavar="TYPE", help="media type of the answer (default: JSON results, Turtle graphs)")
    made.add_argument("--timeout", type=float, default=0, metavar="S", help="deadline in seconds (default: the setting deadline)")
    _data(made)


def _add_queries(group: Any) -> None:
    made = _command(group, "queries", commands.queries, "list the SPARQL queries that run on the web processes, or end one")
    made.epilog = "exit codes: 0 done, 1 no process serves, one does not answer, or no such query runs, 2 usage"
    made.add_argument("action", choices=("list", "stop"), nargs="?", default="list")
    made.add_argument("name", nargs="?", default="", metavar="PID:NUMBER", help="stop: the query to end, as the list names it")
    made.add_argument("--json", action="store_true", help="list: everything that is known, as JSON")
    made.add_argument("--lang", choices=("fr", "en"), help="language of the answer (default fr)")
    _data(made)


def _add_releases(group: Any) -> None:
    made = _command(group, "releases", commands.releases, "list, roll back or prune the kept releases")
    made.add_argument("action", choices=("list", "rollback", "prune"), nargs="?", default="list")
    made.add_argument("name", nargs="?", default="", help="rollback: the release to go to (default: the one before)")
    made.add_argument("--keep", type=int, default=0, metavar="N", help="prune: how many to keep (default: the setting keep_releases)")
    _data(made)


def _add_dump(group: Any) -> None:
    made = _command(group, "dump", dump_command.run, "make the files in which the whole of the current release can be downloaded")
    dump_command.grammar(made)
    _data(made)


def _add_mapping(group: Any) -> None:
    made = _command(group, "mapping", commands.mapping, "export a base's mapping for other engines")
    made.add_argument("action", choices=("export",))
    made.add_argument("base")
    made.add_argument("--rml", action="store_true", help="as RML Turtle (default: the YARRRML as it is)")
    made.add_argument("--source", default="records.json", help="file of records that the RML reads")
    made.add_argument("--records", nargs="+", type=Path, metavar="FILE", help="write to --source the records of these files")


def _add_thesauri(group: Any) -> None:
    made = _command(group, "thesauri", commands.thesauri, "list, add or remove the thesauri that labels of notices resolve to")
    actions = made.add_subparsers(dest="action", required=True, metavar="ACTION")
    _command(actions, "list", commands.thesauri, "[--data DIR]: what is installed")
    add = _command(actions, "add", commands.thesauri, "FILE… [--data DIR]: install what SKOS files hold (Turtle, RDF/XML, JSON-LD)")
    add.add_argument("names", nargs="+", metavar="FILE")
    remove = _command(actions, "remove", commands.thesauri, "SCHEME… [--data DIR]: take out T505 …")
    remove.add_argument("names", nargs="+", metavar="SCHEME")
    for action in actions.choices.values():
        action.add_argument("--lang", choices=("fr", "en"), help="language of the answer (default fr)")
        _data(action)


def _add_align(group: Any) -> None:
    made = _command(group, "align", align_command.run, "links to things elsewhere: add, list, remove, publish, suggest, review")
    align_command.grammar(made, _command, _data)


def _add_europeana(group: Any) -> None:
    made = _command(group, "europeana", commands.europeana, "say how Europeana would rate the release, or one notice, before a delivery")
    made.epilog = "exit codes: 0 done, 1 check of a notice that would be left out, 2 usage"
    made.add_argument("action", choices=("report", "check"), help="report: the tiers of the release, found first where need be")
    made.add_argument("ref", nargs="?", default="", metavar="REF", help="check: the notice to explain (default: count the base)")
    made.add_argument("--base", default="", help="this base alone; check: where the REF is (default: the first base that has it)")
    made.add_argument("--format", choices=("text", "csv", "json"), default="text", help="of the answer")
    made.add_argument("--again", action="store_true", help="report: rate every notice anew, after a change of mappings/edm-*.csv")
    made.add_argument("--jobs", type=int, default=0, metavar="N", help="processes (default: one a core)")
    made.add_argument("--lang", choices=("fr", "en"), help="language of the answer (default fr)")
    made.add_argument("--quiet", action="store_true", help="no progress")
    _data(made)


def _add_explain(group: Any) -> None:
    made = _command(group, "explain", commands.explain, "say which field and which rule of the mapping made each triple about a thing")
    made.add_argument("iri", metavar="IRI", help="a notice, a part of it (#…), its document, or what notices share: agent, concept …")
    made.add_argument("predicate", metavar="PREDICATE", nargs="?", default="", help="IRI, curie or local name (default: every property)")
    made.add_argument("--file", dest="files", nargs="+", type=Path, default=[], metavar="FILE", help="source files of the notice")
    made.add_argument("--base", default="", help="the base of those files (default: guessed from header and REF)")
    made.add_argument("--encoding", default="", help="utf-8, iso-8859-1 or windows-1252 (default: detected)")
    made.add_argument("--lang", choices=("fr", "en"), help="language of the answer (default fr)")
    made.add_argument("--quiet", action="store_true", help="no progress")
    _data(made)


def _add_fidelity(group: Any) -> None:
    made = _command(group, "fidelity", commands.fidelity, "measure how much of files is found in their triples, and list what is lost")
    _sources(made)
    made.add_argument("--json", action="store_true", help="the whole measure as JSON")


def _add_demo(group: Any) -> None:
    made = _command(group, "demo", commands.demo, "load the made-up samples of every base and serve them")
    _data(made)
    made.add_argument("--host", default="127.0.0.1")
    made.add_argument("--port", type=int, default=8000)
