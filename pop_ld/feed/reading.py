"""The triples of a store's default graph, entity by entity: all of it in bounded memory, or the entities that some quads touch."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, BinaryIO

from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Store

from pop_ld import iris
from pop_ld.feed.owners import BUCKETS, bucket, owner

log = logging.getLogger(__name__)
_GRAPH = DefaultGraph()
_BUFFER = 1 << 16


class Scattered:
    """Takes N-Triples as the engine writes them, and lays each line into the file of its entity's bucket.

    The engine writes the triples of a subject one after the other, so an entity is told once a subject. Blank nodes have no name that
    holds from one store to the next: their triples are left out, and counted in ``nameless``.
    """

    def __init__(self, folder: Path, site: str, stack: ExitStack) -> None:
        self._files: list[BinaryIO] = [stack.enter_context((folder / str(n)).open("wb", _BUFFER)) for n in range(BUCKETS)]
        self._site = site
        self._rest = b""
        self._subject = self._entity = b""
        self._file = self._files[0]
        self.nameless = 0

    def write(self, block: bytes) -> int:
        """Takes the next bytes; lines may be cut anywhere."""
        *lines, self._rest = (self._rest + block).split(b"\n")
        for line in lines:
            self._put(line)
        return len(block)

    def flush(self) -> None:
        """Nothing to do: the files are closed by who opened them."""

    def _put(self, line: bytes) -> None:
        subject = line[: line.index(b" ")]
        if not subject.startswith(b"<") or (line.endswith(b" .") and line.rsplit(b" ", 2)[1].startswith(b"_:")):
            self.nameless += 1
            return
        if subject != self._subject:
            entity = owner(self._site, subject[1:-1].decode())
            self._subject, self._entity, self._file = subject, entity.encode(), self._files[bucket(entity)]
        self._file.write(self._entity + b" " + line + b"\n")


def whole(read: Callable[[Callable[[Store], object]], object], folder: Path, site: str) -> Iterator[tuple[int, dict[str, list[bytes]]]]:
    """(bucket, entity -> its sorted lines) of the whole default graph; ``folder`` is an empty one to work in.

    About 8 µs a triple; the folder needs some 220 bytes a triple, the memory those of one bucket.
    """
    with ExitStack() as stack:
        scattered = Scattered(folder, site, stack)
        read(lambda store: store.dump(scattered, RdfFormat.N_TRIPLES, from_graph=_GRAPH))  # type: ignore[arg-type]
    if scattered.nameless:
        log.warning("%d triples with blank nodes are no part of the feed", scattered.nameless)
    for number in range(BUCKETS):
        file = folder / str(number)
        with file.open("rb") as content:
            pairs = sorted(line.split(b" ", 1) for line in content)
        file.unlink()
        yield number, {entity.decode(): [line for _, line in some] for entity, some in groupby(pairs, key=itemgetter(0))}


def touched(quads: Iterable[Quad], site: str) -> dict[str, set[str]]:
    """Entity -> subjects of it, of the quads of the default graph among these."""
    found: dict[str, set[str]] = defaultdict(set)
    for quad in quads:
        if isinstance(quad.subject, NamedNode) and quad.graph_name == _GRAPH:
            found[owner(site, quad.subject.value)].add(quad.subject.value)
    return found


def lines_of(store: Store, site: str, entity: str, also: Iterable[str]) -> list[bytes]:
    """The sorted lines of an entity: of the thing, its document and the ``#`` parts that they lead to, and of the subjects ``also``.

    The engine writes the lines, which lets other threads go on: a hub has a hundred thousand.
    """
    document = iris.thing_to_document(site, entity) if entity.startswith(f"{site}/id/") else entity
    parts = (f"<{entity}#".encode(), f"<{document}#".encode())
    seen = {entity, document, *also}
    todo = sorted(seen)
    found = set[bytes]()
    while todo:
        text, todo = _about(store, todo), []
        for line in text.splitlines(keepends=True):
            target = line.split(b" ", 2)[2]
            if target.startswith(b"_:"):
                continue
            found.add(line)
            if target.startswith(parts) and (part := target[1 : target.index(b">")].decode()) not in seen:
                seen.add(part)
                todo.append(part)
    return sorted(found)


def _about(store: Store, subjects: Iterable[str]) -> bytes:
    """The triples of the default graph with these subjects, as N-Triples."""
    values = " ".join(str(NamedNode(subject)) for subject in subjects)  # an IRI that is none is refused: none says anything else here
    triples: Any = store.query(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ VALUES ?s {{ {values} }} ?s ?p ?o }}")
    text: bytes = triples.serialize(format=RdfFormat.N_TRIPLES)
    return text
