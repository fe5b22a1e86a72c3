"""One shard of a release in, its part of every file asked for out: a process works on one at a time."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import BinaryIO

from pyoxigraph import NamedNode, RdfFormat, Triple, parse, serialize

from pop_ld import alignment, store
from pop_ld.downloads import spool, table, zips
from pop_ld.dump import json_line
from pop_ld.europeana import Delivery, deliver
from pop_ld.formats import edm_xml
from pop_ld.formats.download_files import SHARED
from pop_ld.formats.json_ld import context, json_tree
from pop_ld.formats.prefixes import PREFIXES
from pop_ld.formats.source import Reader, Source
from pop_ld.store.contract import Release, ResourceReader
from pop_ld.validation.ledger import LedgerReader, open_ledger

LEVEL = 6
"""Of gzip: a fifth smaller than 1, and a file is made once."""
KNOWN = 200_000
"""Triples of descriptions that a process keeps, some 80 MB: what notices share is asked for again and again."""
_TURTLE_HEAD = "".join(f"@prefix {prefix}: <{space}> .\n" for prefix, space in sorted(PREFIXES.items())).encode()
_WRITTEN_HEAD = len(_TURTLE_HEAD)
"""The engine writes as many bytes of prefixes, in an order that chance decides."""


@dataclass(frozen=True, slots=True)
class Task:
    """A shard and the names of the formats to make of it, in ``folder``."""

    release: Release
    shard: spool.Shard
    formats: tuple[str, ...]
    folder: Path


@dataclass(frozen=True, slots=True)
class Made:
    """What a shard gave: how many records each format got of it, and what is delivered to Europeana, (REF, producer, delivery) each."""

    task: Task
    things: int
    notices: int
    delivered: int
    deliveries: tuple[tuple[str, str, Delivery], ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """The triples of a notice, or of what is shared."""

    base: str
    key: str
    thing: str
    lines: Sequence[bytes]
    triples: Sequence[Triple]


def part(folder: Path, base: str, number: int, format: str) -> Path:
    """Where a shard's part of a file is."""
    return folder / f"{base}-{number:05}.{format}"


def make_parts(task: Task) -> Made:
    """Writes the parts of a shard. Raises StoreError."""
    things = notices = 0
    with ExitStack() as stack:
        writers = [_WRITERS[name](task, stack) for name in task.formats if name in _WRITERS]
        records = _Records(task, stack) if {"edm", "edm-rdf"} & set(task.formats) else None
        rows = _Rows(task, stack) if {"csv", "parquet"} & set(task.formats) else None
        for block in _blocks(task):
            things += 1
            for writer in writers:
                writer(block)
            line = table.row(block.base, block.thing, block.triples) if block.base != SHARED and (records or rows) else []
            notices += bool(line) or (block.base != SHARED and not (records or rows))
            if line and rows:
                rows.add(line)
            if line and records:
                records.add(block, line[1][0])
        if rows:
            rows.close()
    found = records.deliveries(task.shard.base) if records else ()
    return Made(task, things, notices, sum(not each.reason for _, _, each in found), found)


def _blocks(task: Task) -> Iterator[Block]:
    site, base = str(task.release.manifest["site"]), task.shard.base
    for key, lines in spool.blocks(task.shard, site):
        triples = [quad.triple for quad in parse(b"".join(lines), format=RdfFormat.N_TRIPLES)]
        yield Block(base, key, _root(site, base, key, triples), lines, triples)


def _root(site: str, base: str, key: str, triples: Sequence[Triple]) -> str:
    """The thing that the block is about; its document where that alone is left (a tombstone), or what has its IRI elsewhere."""
    thing = f"{site}/id/{key}" if base == SHARED else f"{site}/id/{base}/{key}"
    first = triples[0].subject
    if any(isinstance(t.subject, NamedNode) and t.subject.value == thing for t in triples):
        return thing
    return first.value if isinstance(first, NamedNode) else str(first)


# Triples -----------------------------------------------------------------------------------------------------------------------


def _gzip(task: Task, stack: ExitStack, format: str) -> BinaryIO:
    """A part that is a member of a gzip file of its own: members one after the other are a gzip file (RFC 1952 §2.2)."""
    raw = stack.enter_context(part(task.folder, task.shard.base, task.shard.number, format).open("wb"))
    return stack.enter_context(gzip.GzipFile("", "wb", LEVEL, raw, mtime=0))  # type: ignore[return-value]


def _ntriples(task: Task, stack: ExitStack) -> Callable[[Block], None]:
    file = _gzip(task, stack, "nt")

    def write(block: Block) -> None:
        file.write(b"".join(block.lines))

    return write


def _turtle(task: Task, stack: ExitStack) -> Callable[[Block], None]:
    file = _gzip(task, stack, "ttl")
    file.write(_TURTLE_HEAD)

    def write(block: Block) -> None:
        said = serialize(block.triples, format=RdfFormat.TURTLE, prefixes=PREFIXES)
        file.write((said or b"")[_WRITTEN_HEAD:])

    return write


def _json_ld(task: Task, stack: ExitStack) -> Callable[[Block], None]:
    file, site, known = _gzip(task, stack, "jsonl"), str(task.release.manifest["site"]), context("pop")

    def write(block: Block) -> None:
        tree = json_tree(block.thing, block.triples, known)
        if "@context" in tree:
            tree["@context"] = f"{site}{tree['@context']}"  # a file that was saved has no host at which to look a path up
        file.write(json_line(tree))

    return write


_WRITERS: dict[str, Callable[[Task, ExitStack], Callable[[Block], None]]] = {"nt": _ntriples, "ttl": _turtle, "jsonl": _json_ld}


# Tables ------------------------------------------------------------------------------------------------------------------------


class _Rows:
    """The lines of a shard, once for CSV and once for Parquet."""

    def __init__(self, task: Task, stack: ExitStack) -> None:
        self._task = task
        self._csv = _gzip(task, stack, "csv") if "csv" in task.formats else None
        self._rows: list[list[list[str]]] = []
        if self._csv and task.shard.number == 0:
            self._csv.write(table.csv_lines([table.header(task.shard.base)]))

    def add(self, row: list[list[str]]) -> None:
        if self._csv:
            self._csv.write(table.csv_lines([list(map(table.join, row))]))
        if "parquet" in self._task.formats:
            self._rows.append(row)

    def close(self) -> None:
        shard = self._task.shard
        if "parquet" in self._task.formats:
            table.write_parquet(shard.base, self._rows, part(self._task.folder, shard.base, shard.number, "parquet"))


# Records of Europeana ----------------------------------------------------------------------------------------------------------


class _Records:
    """The records of a shard, once for the zip file and once for the one document of all."""

    def __init__(self, task: Task, stack: ExitStack) -> None:
        self._release, shard = task.release, task.shard
        file = part(task.folder, shard.base, shard.number, "edm")
        self._zip: zips.Part | None = None
        if "edm" in task.formats:
            pair = [stack.enter_context(path.open("wb")) for path in (file, file.with_suffix(".edm-list"))]
            self._zip = zips.Part(pair[0], pair[1])
        self._document = _gzip(task, stack, "edm-rdf") if "edm-rdf" in task.formats else None
        self._found: list[tuple[str, Delivery]] = []

    def add(self, block: Block, ref: str) -> None:
        open_ = _opened(self._release)
        said = open_.direct.describe(block.thing)  # as pages and OAI-PMH have it: its order decides which image comes first
        site, manifest = str(self._release.manifest["site"]), self._release.manifest
        made = deliver(Source(site, block.thing, said, open_.reader, manifest, open_.links))
        if made.xml and self._zip:
            self._zip.add(f"{block.base}/{block.key}.xml", made.xml)
        if made.xml and self._document:
            self._document.write(made.xml[len(document_ends()[0]) : -len(document_ends()[1])])
        self._found.append((ref, replace(made, xml=b"")))

    def deliveries(self, base: str) -> tuple[tuple[str, str, Delivery], ...]:
        """(REF, producer as the quality of the release knows it, delivery without its record) of each notice."""
        producers = _producers(_opened(self._release).ledger, base, [ref for ref, _ in self._found])
        return tuple((ref, producers.get(ref, ""), each) for ref, each in self._found)


def _producers(ledger: LedgerReader, base: str, refs: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    if not refs or not ledger.exists:
        return found
    after, last = min(refs)[:-1], max(refs)
    while after < last and (page := ledger.page(base, after, spool.SHARD)):
        found.update(page)
        after = page[-1][0]
    return found


@cache
def document_ends() -> tuple[bytes, bytes]:
    """What comes before and after the nodes of a record: the same in all of them."""
    head, end, rest = edm_xml.document(()).partition(b"</rdf:RDF>")
    return head, end + rest


@dataclass(frozen=True, slots=True)
class _Opened:
    direct: ResourceReader
    reader: Reader
    links: alignment.Links
    ledger: LedgerReader


_OPEN: dict[Path, _Opened] = {}
"""The release that this process works on."""


def _opened(release: Release) -> _Opened:
    """A release's files, opened once in each process. Raises StoreUnavailable where they are gone."""
    if release.path not in _OPEN:
        reader, links = store.open_reader(release), alignment.open_links(release.path / alignment.FILE)
        _OPEN.clear()
        _OPEN[release.path] = _Opened(reader, _Remembering(reader), links, open_ledger(release.path))
    return _OPEN[release.path]


class _Remembering:
    """A reader that keeps the descriptions of what many notices share: KNOWN triples at most, for one of a museum has thousands."""

    def __init__(self, reader: ResourceReader) -> None:
        self._reader = reader
        self._kept: dict[str, list[Triple]] = {}
        self._triples = 0
        self.labels, self.objects = reader.labels, reader.objects

    def describe(self, iri: str) -> list[Triple]:
        """As the reader's own."""
        if iri not in self._kept:
            found = self._reader.describe(iri)
            if self._triples + len(found) > KNOWN:
                self._kept.clear()
                self._triples = 0
            self._kept[iri] = found
            self._triples += len(found)
        return self._kept[iri]
