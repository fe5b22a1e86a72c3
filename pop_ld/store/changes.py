"""Which quads a writer may have changed since the release that it began with: what the counts of the next release are made from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from pyoxigraph import BlankNode, NamedNode, Quad, RdfFormat, Store, parse

from pop_ld import packed
from pop_ld.store.touched import Touched
from pop_ld.store.walk import DEFAULT_GRAPH

LIMIT = 500_000
"""Quads that are remembered (about 0.6 kB each); where more changed, counting all anew is the shorter way."""
FILE = "changes.nt.gz"
"""File of a release that holds them, where they are known: what brings a copy of the release before up to date."""
_LINE = 200
"""Bytes of a line, about (170 on average): a file that is larger than LIMIT such lines is too much, and is not read to be sure."""
_PACKED = 20
"""The same of a packed file (17 on average)."""


class Changes:
    """The quads added and removed, and some that were not: ``quads`` is None once there were more than LIMIT.

    ``settled`` are those of them that differ from the release before, once :meth:`settle` told; None until then.
    """

    def __init__(self) -> None:
        self.quads: set[Quad] | None = set()
        self.settled: Collection[Quad] | None = None

    def forget(self) -> None:
        """Nothing can be told of these changes any more."""
        self.quads = self.settled = None

    def note(self, quads: Iterable[Quad]) -> None:
        """Remembers the quads. A blank node has another name in each store, so none can be compared: all is forgotten then."""
        self.settled = None
        for quad in quads:
            if self.quads is None:
                return
            if len(self.quads) >= LIMIT or isinstance(quad.subject, BlankNode) or isinstance(quad.object, BlankNode):
                self.forget()
                return
            self.quads.add(quad)

    def note_file(self, file: Path) -> None:
        """Remembers the triples of an N-Triples file that was loaded."""
        bytes_of_line = _PACKED if file.suffix == packed.SUFFIX else _LINE
        if self.quads is None or file.stat().st_size > LIMIT * bytes_of_line:
            self.forget()
        else:
            with packed.reading(file) as content:
                self.note(parse(content, format=RdfFormat.N_TRIPLES))

    def note_ntriples(self, ntriples: bytes) -> None:
        """Remembers N-Triples that were added."""
        if self.quads is not None:
            self.note(parse(ntriples, format=RdfFormat.N_TRIPLES))

    @property
    def subjects(self) -> set[str] | None:
        """The IRIs that something of them was added to or removed from; None where that is not known."""
        return None if self.quads is None else {quad.subject.value for quad in self.quads if isinstance(quad.subject, NamedNode)}

    def settle(self, before: Store, now: Store) -> tuple[dict[Quad, int], list[Quad]]:
        """Tells once, for all who ask afterwards, which of the known changes differ between the two stores (:func:`compared`)."""
        changes, same = compared(self.quads or (), before, now)
        self.settled = changes.keys()
        return changes, same

    def save(self, folder: Path) -> None:
        """Writes FILE, N-Triples, where the changes are known (about 3 µs a quad)."""
        if self.quads is not None:
            with packed.writing_text(folder / FILE) as file:
                file.writelines(f"{quad.triple} .\n" for quad in self.quads)


def compared(touched: Iterable[Quad], before: Store, now: Store) -> tuple[dict[Quad, int], list[Quad]]:
    """Of some quads of the default graph, those that only ``now`` has (1) or only ``before`` (-1); and those that both have.

    A quad costs a look-up in each store.
    """
    changes, same = dict[Quad, int](), list[Quad]()
    for quad in touched:
        if quad.graph_name == DEFAULT_GRAPH:
            is_now, was = quad in now, quad in before
            if is_now != was:
                changes[quad] = is_now - was
            elif is_now:
                same.append(quad)
    return changes, same


class Noting:
    """What ``relink`` does with a store, each change of a quad noted; stands in for the store there."""

    def __init__(self, store: Store, changes: Changes, touched: Touched) -> None:
        self._store = store
        self._changes = changes
        self._touched = touched

    def __contains__(self, quad: Quad) -> bool:
        return quad in self._store

    def quads_for_pattern(self, subject: object, predicate: NamedNode | None, object: object, graph: object = None) -> Iterator[Quad]:
        return self._store.quads_for_pattern(subject, predicate, object, graph)  # type: ignore[arg-type]

    def add(self, quad: Quad) -> None:
        self._changes.note([quad])
        self._touched.note([quad])
        self._store.add(quad)

    def remove(self, quad: Quad) -> None:
        self._changes.note([quad])
        self._touched.note([quad])
        self._store.remove(quad)
