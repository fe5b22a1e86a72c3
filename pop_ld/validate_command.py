"""``pop-ld validate``: files in, a report in one of six formats out, an exit code for scripts."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from pop_ld import pipeline, resources
from pop_ld.config import Settings
from pop_ld.errors import ReadError, ShapeError, UsageError
from pop_ld.inspection import Checked, merged_lines
from pop_ld.report import Report
from pop_ld.report_view import unchecked, view
from pop_ld.validation import SEVERITIES, Finding, Tally
from pop_ld.validation.foreign import read_shapes
from pop_ld.validation.known import Key, read_known
from pop_ld.validation.words import Rules, rules_with, say
from pop_ld.validation.writers import SHOWN, WRITERS, Shown

UNREADABLE = 3
"""Exit code where a file, of notices or another, could not be read at all."""


def run(args: argparse.Namespace, settings: Settings) -> int:
    """The exit code: see the command's help."""
    try:
        return _checked(args, settings)
    except (ReadError, ShapeError) as error:  # not 1, which says that the notices are wrong
        print(f"pop-ld: {error}", file=sys.stderr)
        return UNREADABLE


def _checked(args: argparse.Namespace, settings: Settings) -> int:
    foreign = read_shapes(args.shapes) if args.shapes else None
    known = read_known(args.known) if args.known else frozenset()
    with tempfile.TemporaryDirectory(prefix="pop-ld-") as name:
        work = Path(name)
        given = {"base": args.base, "encoding": args.encoding, "jobs": args.jobs, "quiet": args.quiet}
        report, tally, lines = pipeline.validate(args.files, work, settings, foreign=foreign, **given)
        if known:
            tally, lines = _new(work, known), merged_lines(work)
        rules = rules_with(foreign.rules if foreign else {})
        shown = Shown(tally, rules, settings.lang, 0 if args.all else SHOWN)
        findings = (finding for finding in _findings(lines) if finding.key not in known)
        _write(args, findings, shown, rules)
    return _say_the_rest(args, report, tally, settings)


def _findings(lines: Iterable[Checked]) -> Iterator[Finding]:
    for checked in lines:
        yield from checked.findings


def _new(work: Path, known: frozenset[Key]) -> Tally:
    """The counts without what was known."""
    tally = Tally()
    for checked in merged_lines(work):
        tally.notices[checked.base, checked.producer] += checked.is_notice
        new = [finding for finding in checked.findings if finding.key not in known]
        tally.note(new)
        tally.hidden += len(checked.findings) - len(new)
    return tally


def _write(args: argparse.Namespace, findings: Iterable[Finding], shown: Shown, rules: Rules) -> None:
    parts = [_page(args, findings, shown, rules)] if args.format == "html" else WRITERS[args.format](findings, shown)
    if args.out is None:
        _print(parts)
        return
    try:
        with args.out.open("w", encoding="utf-8", newline="") as file:
            file.writelines(parts)
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror}", file=str(args.out)) from error


def _print(parts: Iterable[str]) -> None:
    try:
        sys.stdout.writelines(parts)
        sys.stdout.flush()
    except BrokenPipeError:  # ``| head``: who reads has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _page(args: argparse.Namespace, findings: Iterable[Finding], shown: Shown, rules: Rules) -> str:
    """The report as one file that needs no other."""
    from markupsafe import Markup

    from pop_ld.formats.html import render

    static = resources.folder("templates") / "static"
    texts = {
        name: Markup((static / file).read_text(encoding="utf-8")) for name, file in (("style", "style.css"), ("script_text", "findings.js"))
    }
    report = view(findings, shown.tally, rules, shown.lang)
    return render("report.html", shown.lang, report=report, sources=[str(file) for file in args.files], **texts)


def _say_the_rest(args: argparse.Namespace, report: Report, tally: Tally, settings: Settings) -> int:
    """What the report's format has no place for, on standard error; and the exit code."""
    words, unread = say(settings.lang), [source for source in report.sources if "error" in source]
    for source in unread:
        print(f"pop-ld: {source['error']}", file=sys.stderr)
    missing = unchecked(report, Path(settings.data))
    if missing and not args.quiet:
        print(words["vocabularies"].format(names=", ".join(missing)), file=sys.stderr)
    if unread:
        return UNREADABLE
    return int(args.fail_on != "never" and tally.reaches(next(s for s in SEVERITIES if s.lower() == args.fail_on)))
