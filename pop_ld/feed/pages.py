"""Writes the pages of a batch: versions as named graphs in TriG, gzipped, and the activities that follow from them."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from pop_ld import iris
from pop_ld.feed.batches import Batch, write_about
from pop_ld.formats import ldes

TRIPLES = 10_000
"""Triples from which on a page is full: 1.7 MB, 140 kB packed (measured); a hub of 100,000 links has a page of its own."""
VERSIONS = 1_000
ACTIVITIES = 1_000
_LEVEL = 6
"""Of gzip: 120 MB of these lines a second, a thirteenth of their size."""


class Pages:
    """The pages of a batch, in ``folder``, which is empty."""

    def __init__(self, folder: Path, site: str, name: str, release: str, created: str) -> None:
        self._folder = folder
        self._site, self._name, self._release, self._created = site, name, release, created
        self._said: list[bytes] = []
        self._graphs: list[bytes] = []
        self._on_page = self._number = self._triples = self._bytes = 0
        self._kinds: Counter[str] = Counter()
        self._activities: dict[str, list[int]] = {"manifests": [], "notices": []}
        self._waiting: dict[str, list[tuple[str, str]]] = {name: [] for name in self._activities}

    def add(self, entity: str, kind: str, lines: Sequence[bytes]) -> None:
        """A version: ``kind`` is one of ``ldes.KINDS``, ``lines`` the N-Triples that the entity has now."""
        if self._on_page and (self._on_page + len(lines) > TRIPLES or len(self._said) >= VERSIONS):
            self._write(more=True)
        version = iris.version(self._site, self._name, self._number, entity)
        self._said.append(ldes.member_lines(self._site, version, entity, kind, self._created))
        if lines:
            self._graphs.append(b"<%s> {\n%s}\n" % (version.encode(), b"".join(lines)))
        self._on_page += max(len(lines), 1)
        self._triples += len(lines)
        self._kinds[kind] += 1

    def act(self, name: str, kind: str, entity: str) -> None:
        """An activity for the list of that name."""
        waiting = self._waiting[name]
        waiting.append((kind, entity))
        if len(waiting) >= ACTIVITIES:
            self._write_activities(name)

    def close(self) -> Batch:
        """Writes what is left, and what the batch says of itself."""
        if self._said:
            self._write(more=False)
        for name, waiting in self._waiting.items():
            if waiting:
                self._write_activities(name)
        kinds = {kind: self._kinds[kind] for kind in ldes.KINDS if self._kinds[kind]}
        made = Batch(self._name, self._release, self._created, kinds, self._triples, self._number, self._bytes, self._activities)
        write_about(self._folder, made)
        return made

    def _write(self, *, more: bool) -> None:
        parts = [ldes.page_lines(self._site, self._name, self._number)]
        if more:
            parts.append(ldes.next_lines(self._site, self._name, self._number, self._created))
        packed = gzip.compress(b"".join([*parts, *self._said, *self._graphs]), _LEVEL, mtime=0)
        page_file(self._folder, self._number).write_bytes(packed)
        self._bytes += len(packed)
        self._said, self._graphs, self._on_page = [], [], 0
        self._number += 1

    def _write_activities(self, name: str) -> None:
        waiting, counts = self._waiting[name], self._activities[name]
        packed = gzip.compress(json.dumps(waiting, ensure_ascii=False).encode("utf-8"), _LEVEL, mtime=0)
        activity_file(self._folder, name, len(counts)).write_bytes(packed)
        counts.append(len(waiting))
        waiting.clear()


def page_file(folder: Path, number: int) -> Path:
    return folder / f"{number}.trig.gz"


def activity_file(folder: Path, name: str, number: int) -> Path:
    return folder / f"{name}-{number}.json.gz"
