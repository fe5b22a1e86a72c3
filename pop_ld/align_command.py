"""``pop-ld align``: links to things elsewhere, in the data folder's book: add, list, remove, publish, suggest, review."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pop_ld.config import Settings
from pop_ld.errors import UsageError

if TYPE_CHECKING:
    from pop_ld.aligning.adding import Added

Command = Callable[[argparse.Namespace, Settings], int]


def grammar(made: argparse.ArgumentParser, command: Callable[[Any, str, Command, str], argparse.ArgumentParser], data: Any) -> None:
    """The actions of the command; ``command`` and ``data`` are those of ``cli``."""
    actions = made.add_subparsers(dest="action", required=True, metavar="ACTION")
    add = command(
        actions,
        "add",
        run,
        "FILE… --source NAME [--property P] [--date DAY] [--confidence N] [--whole] [--problems FILE]: read files of links",
    )
    add.add_argument("files", nargs="+", type=Path, metavar="FILE", help="results of SPARQL, SSSOM, Mix'n'match; gzip and zip too")
    add.add_argument(
        "--source", required=True, metavar="NAME", help="where the links are from: small letters, digits, hyphens (wikidata …)"
    )
    add.add_argument("--date", default="", metavar="DAY", help="when the source said so, where the file does not say (default: today)")
    add.add_argument("--confidence", type=float, default=1.0, metavar="N", help="0 to 1, where the file does not say (default 1)")
    add.add_argument("--property", default="", metavar="P", help="what the references are, where no column says: P347, joconde …")
    add.add_argument("--whole", action="store_true", help="the files are all that the source has: its other links go")
    add.add_argument("--problems", type=Path, metavar="FILE", help="write every problem there, as CSV")
    command(actions, "list", run, "the sources of the book, and what waits for a decision")
    remove = command(actions, "remove", run, "--source NAME: take all links of a source out of the book")
    remove.add_argument("--source", required=True, metavar="NAME")
    command(actions, "publish", run, "publish the book as it is: a new release with the same notices")
    suggest = command(
        actions,
        "suggest",
        run,
        "[FILE…] [--field CODE] [--no-duplicates]: look for candidates: two notices of one thing, and what items of files are",
    )
    suggest.add_argument(
        "files", nargs="*", type=Path, metavar="FILE", help="items: CSV, TSV or JSON with qid, label …; or labels with items"
    )
    suggest.add_argument("--no-duplicates", action="store_true", help="do not look for two notices of one thing")
    suggest.add_argument("--field", action="append", default=[], metavar="CODE", help="of terms, those of this field alone: TECH, DENO …")
    review = command(actions, "review", run, "FILE…: decide suggestions by files: columns subject, target, decision (accepted or rejected)")
    review.add_argument("files", nargs="+", type=Path, metavar="FILE")
    export = command(actions, "export", run, "write notices and their links to a file: QuickStatements, OpenRefine, Mix'n'match, SSSOM …")
    export.add_argument("format", metavar="FORMAT", help="qs, qs.csv, openrefine.csv, mixnmatch.jsonl, sssom.tsv or qids.csv")
    export.add_argument("--base", default="", metavar="BASE", help="the notices of one base")
    export.add_argument("--query", default="", metavar="QUERY", help="a search as its address has it: q=saint&create=yes")
    export.add_argument("--out", type=Path, metavar="FILE", help="the file (default: pop.FORMAT here)")
    for action in actions.choices.values():
        action.add_argument("--quiet", action="store_true", help="no progress")
        action.add_argument("--lang", choices=("fr", "en"), help="language of the answer (default fr)")
        data(action)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """One action. Raises UsageError, ReadError, NotFound and what a publication raises."""
    for file in getattr(args, "files", ()):
        if not file.is_file():
            raise UsageError("no such file", file=str(file))
    actions: dict[str, Command] = {
        "add": _add,
        "list": _list,
        "remove": _remove,
        "publish": _publish,
        "suggest": _suggest,
        "review": _review,
        "export": _export,
    }
    return actions[args.action](args, settings)


def _add(args: argparse.Namespace, settings: Settings) -> int:
    from pop_ld.aligning.adding import Asked, add

    asked = Asked(args.source, args.date, args.confidence, args.property, args.whole, args.problems)
    print("\n".join(_told(add(args.files, Path(settings.data), settings, asked, quiet=args.quiet), args.source, settings.lang)))
    return 0


def _told(found: Added, source: str, lang: str) -> Iterator[str]:
    from pop_ld.summary import message, texts

    words, change = texts(lang)["align"], found.change
    counts = {"read": change.read, "twice": change.twice, "added": change.added, "updated": change.updated, "removed": change.removed}
    yield words["added"].format(source=source, **{name: f"{count:,}" for name, count in counts.items()})
    for kind, count in sorted(found.problems.items(), key=lambda pair: -pair[1]):
        yield words["problem"].format(count=f"{count:,}", title=words["kinds"][kind])
        for example in found.examples.get(kind, ()):
            place = f"{example.file}:{example.line}: " if example.file else ""
            yield f"    {place}{message(example, lang)}"


def _list(args: argparse.Namespace, settings: Settings) -> int:
    from pop_ld.summary import texts

    words, book = texts(settings.lang)["align"], _book(settings)
    for source, (count, day) in book.sources().items():
        print(words["source"].format(source=source, count=f"{count:,}", day=day))
    for kind, count in book.suggested().items():
        print(words["suggested"].format(kind=words[f"kind_{kind}"], count=f"{count:,}"))
    for verdict, count in book.decisions().items():
        print(words[verdict].format(count=f"{count:,}"))
    return 0


def _remove(args: argparse.Namespace, settings: Settings) -> int:
    from pop_ld.errors import NotFound
    from pop_ld.summary import texts

    book = _book(settings)
    if args.source not in book.sources():
        raise NotFound(f"no links of the source {args.source!r}; known: {', '.join(book.sources()) or '-'}")
    print(texts(settings.lang)["align"]["removed"].format(source=args.source, count=f"{book.forget(args.source):,}"))
    return 0


def _publish(args: argparse.Namespace, settings: Settings) -> int:
    from pop_ld import pipeline

    release = pipeline.publish_links(Path(settings.data), settings, quiet=args.quiet)
    sources = release.manifest["links"].get("sources", {})
    print(f"release {release.name}: {sum(told['links'] for told in sources.values()):,} links of {', '.join(sources) or '-'}")
    return 0


def _suggest(args: argparse.Namespace, settings: Settings) -> int:
    from pop_ld.aligning.suggesting import suggest
    from pop_ld.summary import texts

    words = texts(settings.lang)["align"]
    for kind, count in suggest(
        args.files, Path(settings.data), settings, duplicates=not args.no_duplicates, fields=args.field, quiet=args.quiet
    ).items():
        print(words["suggested"].format(kind=words[f"kind_{kind}"], count=f"{count:,}"))
    return 0


def _review(args: argparse.Namespace, settings: Settings) -> int:
    from pop_ld.aligning.deciding import decide_by_files
    from pop_ld.summary import texts

    words = texts(settings.lang)["align"]
    for verdict, count in decide_by_files(args.files, _book(settings), datetime.now(UTC).date().isoformat()).items():
        print(words[verdict].format(count=f"{count:,}"))
    return 0


def _export(args: argparse.Namespace, settings: Settings) -> int:
    from urllib.parse import quote

    from pop_ld.web.export_file import ALIGNED, write

    if args.format not in ALIGNED:
        raise UsageError(f"no such format: {args.format}; known: {', '.join(ALIGNED)}")
    query = "&".join(part for part in (f"base={quote(args.base)}" if args.base else "", args.query.lstrip("?")) if part)
    file = args.out or Path(f"pop.{args.format}")
    total, size = write(settings, args.format, query, file)
    print(f"{file}: {total:,} notices, {size:,} bytes")
    return 0


def _book(settings: Settings) -> Any:
    from pop_ld import alignment

    return alignment.Book(Path(settings.data) / alignment.FILE)
