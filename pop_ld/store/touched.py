"""Whose triples a writer changed beside those that a dump carries: links are settled in notices that no file brought.

A quad that links made is often taken away and put back in one publication, so what was changed is noted, in a file of its own, and told
in the end by comparing each quad before and after.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from functools import cache
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import Any

from pyoxigraph import NamedNode, Quad, RdfFormat, Store, parse
from zstandard import FLUSH_FRAME, ZstdCompressor, ZstdDecompressor

from pop_ld.relations import agent_properties, derived_properties, link_fields
from pop_ld.store.walk import DEFAULT_GRAPH

_BLOCK = 5_000
"""Quads written at once."""


@cache
def linking() -> frozenset[str]:
    """The properties that linking writes: what follows from links, what it chooses between bases, REFs without a notice, who is whom."""
    fields = [field for group in link_fields().values() for field in group]
    chosen = {name for field in fields if len(field.targets) > 1 for name in (field.property, *field.also)}
    return derived_properties() | agent_properties() | chosen | {field.literal for field in fields}


class Touched:
    """The quads that linking may have changed; ``all`` once anything may have. Memory is bounded: they wait in a packed file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lines: list[str] = []
        self._file: Any = None
        self._packed: Any = None
        self.all = False

    def note(self, quads: Iterable[Quad]) -> None:
        """Remembers quads of the default graph."""
        self._lines += [f"{quad.triple} .\n" for quad in quads]
        if len(self._lines) >= _BLOCK:
            self._flush()

    def subjects(self, before: Store, now: Store) -> Iterator[str]:
        """IRIs of the subjects whose quads differ between the two stores, some of them several times."""
        if self.all:
            yield from differing(before, now)
            return
        self._flush()
        if self._packed is None:
            return
        self._packed.flush(FLUSH_FRAME)  # what follows would begin a frame of its own
        self._file.seek(0)
        with ZstdDecompressor().stream_reader(self._file, read_across_frames=True, closefd=False) as lines:
            for found in parse(BufferedReader(_Raw(lines)), format=RdfFormat.N_TRIPLES):
                quad = Quad(found.subject, found.predicate, found.object, DEFAULT_GRAPH)
                if isinstance(quad.subject, NamedNode) and (quad in before) != (quad in now):
                    yield quad.subject.value
        self._file.seek(0, 2)

    def close(self) -> None:
        """Forgets all."""
        if self._file is not None:
            self._file.close()
        self._file = self._packed = None
        self._lines.clear()
        self.all = False

    def _flush(self) -> None:
        if self._lines:
            if self._packed is None:
                self._file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115 - closed by close
                self._packed = ZstdCompressor(level=1).stream_writer(self._file, closefd=False)
            self._packed.write("".join(self._lines).encode("utf-8"))
            self._lines.clear()


class _Raw(RawIOBase):
    """A stream of zstandard as Python's buffers take it."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return int(self._stream.readinto(buffer))


def differing(before: Store, now: Store) -> Iterator[str]:
    """The same from all quads of the default graphs: both stores give them in one order, by hashes of their terms (about 4 µs a quad)."""
    old, new = (store.quads_for_pattern(None, None, None, DEFAULT_GRAPH) for store in (before, now))
    left, right = next(old, None), next(new, None)
    while left is not None or right is not None:
        if left == right:
            left, right = next(old, None), next(new, None)
        elif left is not None and (right is None or left not in now):
            yield from _subject(left)
            left = next(old, None)
        elif right is not None and right not in before:
            yield from _subject(right)
            right = next(new, None)
        else:  # each store has both: their orders differ, which no version of the engine has shown, so each counts as changed
            yield from (subject for quad in (left, right) if quad is not None for subject in _subject(quad))
            left, right = next(old, None), next(new, None)


def _subject(quad: Quad) -> Iterator[str]:
    if isinstance(quad.subject, NamedNode):
        yield quad.subject.value
