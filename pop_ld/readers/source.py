"""One file → Notices and Problems: every row becomes exactly one Notice or one rejecting Problem."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeAlias

from pop_ld.bases import Base
from pop_ld.notices import Notice, Problem
from pop_ld.readers import ajout, csv_rows, json_objects
from pop_ld.readers.archives import Member, members, named
from pop_ld.readers.columns import Columns
from pop_ld.readers.drafts import Draft, draft
from pop_ld.readers.guess import SAMPLE, Names, guess, is_own_shape
from pop_ld.readers.rows import CUT, Layout, Row, malformed
from pop_ld.readers.sniff import sniff
from pop_ld.readers.text import Text, detect, known_encoding

RowReader: TypeAlias = Callable[[Text, Layout], Iterator[Row | Problem]]

SYNTAXES: Mapping[str, RowReader] = {"json": json_objects.rows, "csv": csv_rows.rows, "ajout": ajout.rows}
"""One line per syntax: a new one is a module with ``rows`` and a test for it in ``sniff``."""


@dataclass(frozen=True, slots=True)
class Source:
    """What was detected, to be announced. ``base`` is a slug, or None where each notice's BASE field decides."""

    path: str
    syntax: str
    encoding: str
    delimiter: str
    base: str | None
    member: str


def open_sources(path: Path, *, base: Base | None, encoding: str | None, bases: Mapping[str, Base]) -> Iterator[SourceReader]:
    """A reader for ``path``, or for each file in it if it is a zip.

    ``base`` and ``encoding`` are what the user settled. Raises ReadError where a file cannot be read at all or belongs to no base
    clearly, UsageError for an unknown encoding.
    """
    settled = known_encoding(encoding) if encoding else ""
    for member in members(path):
        used = settled or detect(member)
        candidates = [base] if base else list(bases.values())
        layout = sniff(Text(member, used).head(), candidates, member.label)
        home = base or guess(_sample(member, used, layout), layout.headers, bases, member.label)
        source = Source(named(path), layout.syntax, used, layout.delimiter, home.slug if home else None, member.name)
        yield SourceReader(source, member, layout, home, base is not None, bases)


def _sample(member: Member, encoding: str, layout: Layout) -> list[Row]:
    rows = islice(SYNTAXES[layout.syntax](Text(member, encoding), layout), 10 * SAMPLE)
    return list(islice((row for row in rows if isinstance(row, Row)), SAMPLE))


class SourceReader:
    """Streams the notices of one file; may be iterated again, which starts its counts afresh.

    ``read`` counts the rows seen, ``unmapped`` the filled cells of each column that is no field, ``columns`` says which code
    each header stands for (``""``: none).
    """

    def __init__(self, source: Source, member: Member, layout: Layout, home: Base | None, settled: bool, bases: Mapping[str, Base]) -> None:
        self.source = source
        self.read = 0
        self.unmapped: dict[str, int] = {}
        self._member = member
        self._layout = layout
        self._home = home
        self._settled = settled
        self._bases = {**bases, **({home.slug: home} if home else {})}
        self._names = Names(self._bases)
        self._columns = {slug: Columns(base) for slug, base in self._bases.items()}
        self._slugs: dict[str, str] = {}
        self._reported: set[str] = set()

    @property
    def columns(self) -> dict[str, str]:
        """Header → code, for the headers met so far (all of a CSV file's)."""
        found = self._columns[self._home.slug] if self._home else Columns(next(iter(self._bases.values())))
        headers = [found[header] for header in self._layout.headers] or list(found.values())
        return {column.header: column.code for column in headers if column.code or self._layout.headers or column.header in self.unmapped}

    @property
    def header(self) -> tuple[str, int, list[str]] | None:
        """(file as notices name it, line on which the header ends, codes of its columns) of a file that has a header line."""
        if not self._layout.header_line:
            return None
        return self._member.label, self._layout.header_line, sorted({code for code in self.columns.values() if code})

    def __iter__(self) -> Iterator[Notice | Problem]:
        self.read = 0
        self.unmapped = {}
        self._reported = set()
        text = Text(self._member, self.source.encoding)
        for row in SYNTAXES[self._layout.syntax](text, self._layout):
            if text.problems:
                yield from text.take_problems()
            if isinstance(row, Problem):
                self.read += row.rejects
                yield row
                continue
            self.read += 1
            try:
                yield from self._notice(row)
            except RecursionError:
                yield malformed(self._member.label, row.line)
        yield from text.take_problems()

    def _notice(self, row: Row) -> list[Notice | Problem]:
        """The row's Notice (or the Problem that rejects it) and, before it, what there is to remark."""
        base = self._home or next(iter(self._bases.values()))
        made = self._draft(row, base)
        decided = self._decide(made)
        if decided is not None and decided is not base:
            base, made = decided, self._draft(row, decided)
        file, ref = self._member.label, made.first("REF")
        given = ref[:CUT]
        found: list[Notice | Problem] = []
        if made.others or made.remarks or row.short:
            found += self._remarks(row, base, made, given)
        if not ref:
            slug = decided.slug if decided else ""
            found.append(Problem("missing-ref", file=file, line=row.line, base=slug, field="REF", rejects=True))
        elif decided is None:
            found.append(self._refusal(row, made))
        else:
            found.append(Notice(base.slug, ref, made.fields, file, row.line, tuple(made.withheld)))
        return found

    def _refusal(self, row: Row, made: Draft) -> Problem:
        """Of a notice that belongs to another base, by its BASE field or else by its REF."""
        ref, text = made.first("REF"), made.first("BASE")
        field, value = ("BASE", text) if text else ("REF", ref)
        detail = ", ".join([self._named(text)] if text else self._bases_of(ref))
        file = self._member.label
        return Problem("unknown-base", file, row.line, ref=ref[:CUT], field=field, value=value[:CUT], detail=detail, rejects=True)

    def _bases_of(self, ref: str) -> list[str]:
        return [slug for slug, base in self._bases.items() if base is not self._home and is_own_shape(base.ref, ref)]

    def _draft(self, row: Row, base: Base) -> Draft:
        return draft(row, self._columns[base.slug])

    def _decide(self, made: Draft) -> Base | None:
        """The base of a notice: its BASE field, else the file's, unless its REF has the very shape of another. None: it is refused.

        A base that the user settled is not left: a notice that says it belongs to another is refused instead.
        """
        named = self._named(made.first("BASE"))
        ref = made.first("REF")
        home = self._home
        if named:
            return self._bases[named] if not self._settled or (home and named == home.slug) else None
        if home and (not ref or home.ref.search(ref)):
            return home
        others = self._bases_of(ref)
        if len(others) == 1:
            return None if self._settled else self._bases[others[0]]
        return home

    def _named(self, text: str) -> str:
        if not text:
            return ""
        if text not in self._slugs:
            if len(self._slugs) > CUT:  # hostile files name a base a notice
                self._slugs.clear()
            self._slugs[text] = self._names.slug(text)
        return self._slugs[text]

    def _remarks(self, row: Row, base: Base, made: Draft, ref: str) -> Iterator[Problem]:
        file = self._member.label
        if row.short:
            yield Problem("short-row", file=file, line=row.line, base=base.slug, ref=ref, detail=row.short)
        unmapped = self.unmapped
        for column in made.others:
            unmapped[column.header] = unmapped.get(column.header, 0) + 1
            if not column.known and column.header not in self._reported:
                self._reported.add(column.header)
                closest = self._columns[base.slug].closest(column.header)
                line = self._layout.header_line or row.line
                yield Problem("unknown-column", file=file, line=line, base=base.slug, field=column.header, detail=closest)
        for kind, code, value in made.remarks:
            yield Problem(kind, file=file, line=row.line, base=base.slug, ref=ref, field=code, value=value[:CUT])
