"""Links between notices of one dump: shards note references and notices as they convert, then each reference finds its notice or not.

Everything about one REF lands in the same part, by a hash of its key: a part holds all that decides about its references, so parts are
joined one by one, in any process, with a bounded share of the dump in memory (docs/decisions/20261123-links-both-ways.md).
"""

from __future__ import annotations

import heapq
import json
import marshal
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple, TextIO, TypeAlias
from zlib import crc32

from pop_ld import iris
from pop_ld.dump import LINKS
from pop_ld.mapping.compiler import escape
from pop_ld.notices import Notice, Problem, Record
from pop_ld.packed import reading_text
from pop_ld.relations import LinkField, link_fields, link_name, read_link_name
from pop_ld.report import Report

LIST = "dangling.jsonl"
_OPENING = '{"link": "'
PARTS = 32
"""Parts of a dump: of 3.3 million notices and 5 million links, some 100,000 and 160,000 a part."""

Triple: TypeAlias = tuple[str, str, str]
"""Subject and predicate as IRIs, object as N-Triples writes it."""


class Reference(NamedTuple):
    """One reference: from the notice (base, ``source`` key), by ``field``, to the key ``target`` in one of ``bases``."""

    base: str
    source: str
    field: str
    bases: str
    target: str
    file: str
    line: int


# Noted while a shard converts --------------------------------------------------------------------------------------------


class LinkNotes:
    """The notices and references of one shard, parted; ``save`` writes them as one file."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._fields = [(field.field, field.targets[0]) for field in link_fields()[base]]
        self._keys: list[list[str]] = [[] for _ in range(PARTS)]
        self._references: list[list[tuple[Any, ...]]] = [[] for _ in range(PARTS)]

    def add(self, notice: Notice, record: Record) -> None:
        """Notes one notice, and its references that name a notice."""
        key = record["key"]
        self._keys[_part(key)].append(key)
        for field, first in self._fields:
            for item in record.get(field, ()):
                target = item.get("target") or item.get("museum")
                if target:
                    bases = item.get("target_base") or item.get("bases") or first
                    self._references[_part(target)].append((self._base, key, field, bases, target, notice.file, notice.line))

    def save(self, path: Path) -> None:
        """Writes the parts one after the other, behind the places where they begin."""
        parts = [marshal.dumps((self._base, *part)) for part in zip(self._keys, self._references, strict=True)]
        place = 8 * (PARTS + 1)
        with path.open("wb") as file:
            for part in [*parts, b""]:
                file.write(place.to_bytes(8, "little"))
                place += len(part)
            file.writelines(parts)


def _part(key: str) -> int:
    return crc32(key.encode("ascii")) % PARTS


def _read_part(path: Path, number: int) -> tuple[str, list[str], list[tuple[Any, ...]]]:
    with path.open("rb") as file:
        file.seek(8 * number)
        begin, end = (int.from_bytes(file.read(8), "little") for _ in range(2))
        file.seek(begin)
        base, keys, references = marshal.loads(file.read(end - begin))
        return base, keys, references


# Joined once all shards are converted ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class JoinTask:
    """One part to join, from the notes of all shards in ``work``."""

    number: int
    work: Path
    site: str

    @property
    def name(self) -> str:
        return f"links-{self.number:02d}"


def tasks(work: Path, site: str) -> list[JoinTask]:
    return [JoinTask(number, work, site) for number in range(PARTS)]


def join(task: JoinTask) -> Report:
    """Writes what follows from the links of one part: ``.mirrors`` (N-Triples), ``.dangling`` and ``.problems.jsonl``, all sorted."""
    known: dict[str, set[str]] = {}
    references: list[Reference] = []
    for path in sorted(task.work.glob("*.links")):
        base, keys, found = _read_part(path, task.number)
        known.setdefault(base, set()).update(keys)
        references += map(Reference._make, found)
    triples: set[str] = set()
    unresolved: dict[str, Problem] = {}
    fields = {(field.base, field.field): field for group in link_fields().values() for field in group}
    for reference in references:
        field = fields[reference.base, reference.field]
        present = [slug for slug in reference.bases.split() if reference.target in known.get(slug, ())]
        triples.update(map(_line, _triples(task.site, field, reference, present)))
        if len(present) != 1:
            source = f"{task.site}/id/{reference.base}/{reference.source}"
            unresolved[link_name(source, reference.field, reference.target)] = _problem(reference, present)
    _write(task, triples, sorted(unresolved.items()))
    report = Report()
    report.note(problem for _, problem in sorted(unresolved.items()))
    return report


def _triples(site: str, field: LinkField, reference: Reference, present: list[str]) -> Iterator[Triple]:
    """The link in both directions where exactly one notice is meant, else the REF as a literal.

    The mapping has said where the reference leads, unless its shape fits several bases: then to the one that has it, to the first
    where none has it, to none where several have it.
    """
    source = f"{site}/id/{reference.base}/{reference.source}"
    bases = reference.bases.split()
    chosen = present or bases[:1]
    if len(bases) > 1 and len(chosen) == 1:
        target = f"{site}/id/{chosen[0]}/{reference.target}"
        yield from ((source, predicate, f"<{target}>") for predicate in (field.property, *field.also))
    if len(present) == 1:
        target = f"{site}/id/{present[0]}/{reference.target}"
        yield from ((subject, predicate, f"<{value}>") for subject, predicate, value in field.derived(source, target))
    else:
        yield source, field.literal, f'"{escape(iris.unkey(reference.target))}"'


def _line(triple: Triple) -> str:
    return f"<{triple[0]}> <{triple[1]}> {triple[2]} .\n"


def _problem(reference: Reference, present: list[str]) -> Problem:
    kind = "ambiguous-reference" if present else "dangling-reference"
    detail = ", ".join(present or reference.bases.split())
    written = iris.unkey(reference.target)
    return Problem(
        kind, reference.file, reference.line, reference.base, iris.unkey(reference.source), reference.field, written[:200], detail
    )


def _write(task: JoinTask, triples: Iterable[str], unresolved: list[tuple[str, Problem]]) -> None:
    with (task.work / f"{task.name}.mirrors").open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(sorted(triples))
    with (task.work / f"{task.name}.dangling").open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(dangling_line(name, problem) for name, problem in unresolved)
    with (task.work / f"{task.name}.problems.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(asdict(problem), ensure_ascii=False) + "\n" for _, problem in unresolved)


# For the search index ---------------------------------------------------------------------------------------------------


def with_chosen(documents: Iterable[dict[str, Any]], dump: Path) -> Iterator[dict[str, Any]]:
    """Search documents of a dump with the links that the mapping left to this stage: those whose REF fits several bases."""
    chosen = _chosen(dump)
    for document in documents:
        if more := chosen.get(document["iri"]):
            document["links"] = [*dict.fromkeys([*document["links"], *more])]
        yield document


def _chosen(dump: Path) -> dict[str, list[str]]:
    """Notice -> ``property notice``, of links.nt.gz: what is not derived there was chosen between bases."""
    said = {name for group in link_fields().values() for f in group if len(f.targets) > 1 for name in (f.property, *f.also)}
    wanted = {f"<{name}>" for name in said}
    found: dict[str, list[str]] = {}
    with reading_text(dump / LINKS) as lines:
        for line in lines:
            subject, predicate, value = line.split(" ", 2)
            if predicate in wanted:
                found.setdefault(subject[1:-1], []).append(f"{predicate[1:-1]} {value[1 : value.rindex('>')]}")
    return found


# The list of a release ---------------------------------------------------------------------------------------------------


def dangling_line(name: str, problem: Problem) -> str:
    """A line of dangling.jsonl: the Problem, behind the name of its reference, by which the lines are sorted."""
    return json.dumps({"link": name, **asdict(problem)}, ensure_ascii=False) + "\n"


def write_release_list(
    release: Path,
    before: Path | None,
    dump: Path | None,
    fresh: Iterable[tuple[str, str]],
    kind_now: Callable[[str], str],
    changed: Collection[str] | None = None,
) -> int:
    """Writes dangling.jsonl of a release folder, each reference once; returns how many.

    It is made of the list of the release ``before``, of the dump's, and of ``fresh`` (name, kind): what the changes left without a
    notice. ``kind_now`` gives the kind of Problem that a reference is in the store, "" where it is resolved or gone; it is asked of
    the dump's, and of others from or to the notices ``changed`` (IRIs; None for any), for what follows from links depends on these
    alone. Of a dump that is all there is, nothing is asked: conversion has joined its links.
    """
    lists = [(rank, folder / LIST) for rank, folder in enumerate((dump, before)) if folder and (folder / LIST).is_file()]
    with (release / LIST).open("w", encoding="utf-8", newline="\n") as file:
        if dump and not before and lists:
            return _copied(lists[0][1], file)
        touched = None if changed is None else {_key_of(iri) for iri in changed}
        count = 0
        for line in _still_unresolved(lists, fresh, kind_now, touched):
            file.write(line)
            count += 1
        return count


def _copied(path: Path, file: TextIO) -> int:
    count = 0
    with path.open(encoding="utf-8", newline="\n") as lines:
        for line in lines:
            file.write(line)
            count += 1
    return count


def _key_of(iri: str) -> str:
    return iri.rpartition("/")[2]


def _still_unresolved(
    lists: list[tuple[int, Path]], fresh: Iterable[tuple[str, str]], kind_now: Callable[[str], str], touched: set[str] | None
) -> Iterator[str]:
    """The lines of all lists, by name; of those with one name that of the first list, for a dump names file and line."""
    with ExitStack() as stack:
        streams = [_ranked(stack.enter_context(path.open(encoding="utf-8", newline="\n")), rank) for rank, path in lists]
        streams.append(_ranked(sorted(dangling_line(name, _plain_problem(name, kind)) for name, kind in dict(fresh).items()), 2))
        for name, group in groupby(heapq.merge(*streams), key=lambda entry: _name(entry[0])):
            lines = list(group)
            line, _ = min(lines, key=lambda entry: entry[1])
            if touched is not None and all(rank == 1 for _, rank in lines):
                source, _, target = read_link_name(name)
                if _key_of(source) not in touched and target not in touched:
                    yield line
                    continue
            if kind := kind_now(name):
                found = json.loads(line)
                yield line if found["kind"] == kind else json.dumps({**found, "kind": kind}, ensure_ascii=False) + "\n"


def _ranked(lines: Iterable[str], rank: int) -> Iterator[tuple[str, int]]:
    return ((line, rank) for line in lines)


def _name(line: str) -> str:
    return line[len(_OPENING) : line.index('"', len(_OPENING))]


def _plain_problem(name: str, kind: str) -> Problem:
    """A Problem of which no source file speaks any more: the notice that it points at was removed, or another came beside it."""
    source, field, target = read_link_name(name)
    base, key = source.rsplit("/", 2)[1:]
    targets = next(f.targets for f in link_fields()[base] if f.field == field)
    return Problem(kind, base=base, ref=iris.unkey(key), field=field, value=iris.unkey(target)[:200], detail=", ".join(targets))
