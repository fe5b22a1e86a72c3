"""Writes the pages of a batch: versions as named graphs in TriG, gzipped, and the activities that follow from them."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from pop_ld import iris
from pop_ld.feed.batches import Batch
from pop_ld.formats import ldes
from pop_ld.packed import packed

TRIPLES = 10_000
"""Triples from which on a page is full: 1.7 MB, 140 kB packed (measured); a hub of 100,000 links has a page of its own."""
VERSIONS = 1_000
ACTIVITIES = 1_000


class Pages:
    """The pages of a batch, in ``folder``; or those of a part of it, numbered from ``first`` on, where ``then`` follows the last of them.

    A part has one page at least, for the part before leads to it; a batch of no version has none. The numbers of activities begin with
    ``first`` as well.
    """

    def __init__(self, folder: Path, site: str, name: str, release: str, created: str, *, first: int = -1, then: int | None = None) -> None:
        self._folder = folder
        self._site, self._name, self._release, self._created = site, name, release, created
        self._is_part, self._first, self._then = first >= 0, max(first, 0), then
        self._said: list[bytes] = []
        self._graphs: list[bytes] = []
        self._on_page = self._pages = self._triples = self._bytes = 0
        self._kinds: Counter[str] = Counter()
        self._activities: dict[str, list[int]] = {"manifests": [], "notices": []}
        self._waiting: dict[str, list[tuple[str, str]]] = {name: [] for name in self._activities}

    @property
    def _number(self) -> int:
        return self._first + self._pages

    def add(self, entity: str, kind: str, count: int, text: bytes) -> None:
        """A version: ``kind`` is one of ``ldes.KINDS``, ``text`` the ``count`` lines of N-Triples that the entity has now."""
        if self._on_page and (self._on_page + count > TRIPLES or len(self._said) >= VERSIONS):
            self._write(self._number + 1)
        version = iris.version(self._site, self._name, self._number, entity)
        self._said.append(ldes.member_lines(self._site, version, entity, kind, self._created))
        if count:
            self._graphs.append(b"<%s> {\n%s}\n" % (version.encode(), text))
        self._on_page += max(count, 1)
        self._triples += count
        self._kinds[kind] += 1

    def act(self, name: str, kind: str, entity: str) -> None:
        """An activity for the list of that name."""
        waiting = self._waiting[name]
        waiting.append((kind, entity))
        if len(waiting) >= ACTIVITIES:
            self._write_activities(name)

    def close(self) -> Batch:
        """Writes what is left; gives what the batch, or this part of it, says of itself."""
        if self._said or (self._is_part and not self._pages):
            self._write(self._then)
        for name, waiting in self._waiting.items():
            if waiting:
                self._write_activities(name)
        kinds = {kind: self._kinds[kind] for kind in ldes.KINDS if self._kinds[kind]}
        return Batch(self._name, self._release, self._created, kinds, self._triples, self._pages, self._bytes, self._activities)

    def _write(self, following: int | None) -> None:
        parts = [ldes.page_lines(self._site, self._name, self._number)]
        if following is not None:
            parts.append(ldes.next_lines(self._site, self._name, self._number, following, self._created))
        content = packed(b"".join([*parts, *self._said, *self._graphs]))
        page_file(self._folder, self._number).write_bytes(content)
        self._bytes += len(content)
        self._said, self._graphs, self._on_page = [], [], 0
        self._pages += 1

    def _write_activities(self, name: str) -> None:
        waiting, counts = self._waiting[name], self._activities[name]
        content = packed(json.dumps(waiting, ensure_ascii=False).encode("utf-8"))
        activity_file(self._folder, name, self._first + len(counts)).write_bytes(content)
        counts.append(len(waiting))
        waiting.clear()


def joined(folder: Path, parts: list[Batch], stride: int) -> Batch:
    """The parts of a batch as one, whose activities are numbered without gaps; part n has numbers from n times ``stride`` on."""
    kinds: Counter[str] = Counter()
    activities: dict[str, list[int]] = {name: [] for name in parts[0].activities}
    for number, part in enumerate(parts):
        kinds.update(part.kinds)
        for name, counts in part.activities.items():
            for place in range(len(counts)):
                activity_file(folder, name, number * stride + place).rename(activity_file(folder, name, len(activities[name]) + place))
            activities[name] += counts
    triples, pages, size = (sum(each) for each in zip(*((part.triples, part.pages, part.bytes) for part in parts), strict=True))
    made = parts[0]
    ordered = {kind: kinds[kind] for kind in ldes.KINDS if kinds[kind]}
    return Batch(made.name, made.release, made.created, ordered, triples, pages, size, activities)


def page_file(folder: Path, number: int) -> Path:
    return folder / f"{number}.trig.gz"


def numbers(folder: Path) -> list[int]:
    """The numbers of the pages of a batch, in their order."""
    return sorted(int(file.name.partition(".")[0]) for file in folder.glob("*.trig.gz"))


def activity_file(folder: Path, name: str, number: int) -> Path:
    return folder / f"{name}-{number}.json.gz"
