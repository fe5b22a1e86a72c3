"""Files of links into the book: what was added, what is wrong with which line, and what does not look one to one."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pop_ld import alignment, iris, resources, store
from pop_ld.aligning.making import Given, links
from pop_ld.aligning.properties import named
from pop_ld.aligning.rows import tables
from pop_ld.alignment import Book, Change, Link
from pop_ld.batches import in_batches
from pop_ld.config import Settings
from pop_ld.errors import UsageError
from pop_ld.notices import Problem
from pop_ld.progress import stage
from pop_ld.summary import message

EXAMPLES = 3
"""Problems of one kind that are shown; a file may list them all."""
LISTED = 1_000
"""Things and items that are not one to one, of which a report lists at most so many."""
_BATCH = 1_000


@dataclass(slots=True)
class Added:
    """``problems`` counts by kind, ``examples`` holds the first of each; ``absent`` are links to notices that the release has not."""

    change: Change = field(default_factory=lambda: Change(0, 0, 0, 0, 0))
    problems: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[Problem]] = field(default_factory=dict)

    def note(self, problem: Problem) -> None:
        self.problems[problem.kind] += 1
        shown = self.examples.setdefault(problem.kind, [])
        if len(shown) < EXAMPLES:
            shown.append(problem)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the operator says: ``date`` and ``confidence`` where the file has none, ``property`` where it names none.

    ``whole``: the files are all that the source has. ``out`` gets a CSV of every problem.
    """

    source: str
    date: str = ""
    confidence: float = 1.0
    property: str = ""
    whole: bool = False
    out: Path | None = None


def add(files: Sequence[Path], data: Path, settings: Settings, asked: Asked, *, quiet: bool = False) -> Added:
    """Adds what the files say in one transaction. Raises ReadError where one cannot be read at all, UsageError; nothing is added then."""
    given = _given(data, settings, asked)
    found = Added()
    with ExitStack() as stack:
        note = _noting(found, asked.out, settings.lang, stack)
        bar = stack.enter_context(stage("read", "links", quiet=quiet))
        book = Book(data / alignment.FILE)
        stack.callback(book.close)
        here = _Here(data)

        def read() -> Iterator[Link]:
            for some in in_batches(_said(files, given, note), _BATCH):
                absent = here.absent({link.subject for _, _, link in some})
                for label, number, link in some:
                    if link.subject in absent:
                        note(Problem("link-absent", label, number, ref=iris.last_part(link.subject), value=link.subject[:200]))
                    yield link
                bar.advance(len(some))

        found.change = book.add(read(), whole=asked.source if asked.whole else "")
        conflicts = book.conflicts(asked.source, LISTED)
        for kind, listed in (("link-several-items", conflicts.things), ("link-several-things", conflicts.targets)):
            for iri, count in listed:
                note(Problem(kind, value=iri, detail=str(count)))
        found.problems["link-several-items"] = conflicts.thing_count
        found.problems["link-several-things"] = conflicts.target_count
    found.problems += Counter()  # those of which there are none go
    return found


def _given(data: Path, settings: Settings, asked: Asked) -> Given:
    """Raises UsageError for an unknown property, a source or a date that is none."""
    site = str(store.current(data).manifest["site"]) if store.current_name(data) else settings.site
    each = named(asked.property) if asked.property else None
    if asked.property and not each:
        known = ", ".join(line["property"] for line in resources.table("wikidata-properties.csv"))
        raise UsageError(f"unknown property {asked.property!r}; known: {known}")
    day = asked.date or datetime.now(UTC).date().isoformat()
    try:
        alignment.checked(Link(f"{site}/id/x", f"{site}/id/y", asked.source, day, asked.confidence))
        datetime.fromisoformat(day)
    except ValueError as error:
        raise UsageError(str(error)) from error
    return Given(site, settings.pop, asked.source, day, asked.confidence, each)


def _said(files: Sequence[Path], given: Given, note: Any) -> Iterator[tuple[str, int, Link]]:
    """(file, line, link) of every good line; the others are noted."""
    for file in files:
        for table in tables(file):
            for made in links(table, given):
                if isinstance(made, Problem):
                    note(made)
                else:
                    yield table.label, *made


def _noting(found: Added, out: Path | None, lang: str, stack: ExitStack) -> Any:
    """What notes a problem, in the file ``out`` too where there is one."""
    if out is None:
        return found.note
    lines = csv.writer(stack.enter_context(out.open("w", encoding="utf-8", newline="")))
    lines.writerow(("kind", "file", "line", "field", "value", "message"))

    def note(problem: Problem) -> None:
        found.note(problem)
        cells = (problem.kind, problem.file, problem.line or "", problem.field, problem.value, message(problem, lang))
        lines.writerow([f"'{cell}" if str(cell)[:1] in ("=", "+", "@", "-") else cell for cell in cells])  # no formula for a spreadsheet

    return note


class _Here:
    """Asks the release that serves which things it has; knows nothing where there is none."""

    def __init__(self, data: Path) -> None:
        release = store.current(data) if store.current_name(data) else None
        self._reader = store.open_reader(release) if release else None
        self._site = str(release.manifest["site"]) if release else ""

    def absent(self, things: set[str]) -> set[str]:
        return {thing for thing in things if not self._has(thing)} if self._reader else set()

    def _has(self, thing: str) -> bool:
        assert self._reader is not None
        if self._reader.contains(thing):
            return True
        return not iris.is_thing(self._site, thing) and bool(self._reader.concept(thing) or self._reader.incoming(thing, 1))
