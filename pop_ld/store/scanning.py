"""Every triple of a release's default graph, once, as lines of N-Triples in the order in which the engine keeps them: by subject."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, cast

from pyoxigraph import DefaultGraph, NamedNode, RdfFormat, Store

from pop_ld import iris
from pop_ld.store.contract import Release
from pop_ld.store.oxigraph import store_errors


def scan(release: Release, take: Callable[[list[bytes]], None]) -> None:
    """Hands all lines to ``take``, some at a time, each with its end; about 7 µs a triple, in bounded memory. Raises StoreError."""
    scan_graph(release, DefaultGraph(), take)


def scan_graph(release: Release, graph: DefaultGraph | NamedNode, take: Callable[[list[bytes]], None]) -> None:
    """The same of any graph."""
    folder = release.path / "store"
    with store_errors(folder):
        lines = _Lines(take)
        _open(folder).dump(cast(IO[bytes], lines), format=RdfFormat.N_TRIPLES, from_graph=graph)
        lines.end()


def refs(release: Release, base: str) -> Iterator[str]:
    """The key (percent-encoded REF) of each notice of a base, in no order. Raises StoreError."""
    site = str(release.manifest["site"])
    start, whole = f"{site}/doc/{base}/", NamedNode(iris.dataset(site, base))
    folder = release.path / "store"
    with store_errors(folder):
        for quad in _open(folder).quads_for_pattern(None, NamedNode(iris.DCTERMS + "isPartOf"), whole, DefaultGraph()):
            if isinstance(quad.subject, NamedNode) and quad.subject.value.startswith(start):
                yield quad.subject.value.removeprefix(start)


def _open(folder: Path) -> Store:
    return Store.read_only(str(folder))


class _Lines(io.RawIOBase):
    """What the engine writes, cut into whole lines."""

    def __init__(self, take: Callable[[list[bytes]], None]) -> None:
        self._take = take
        self._rest = b""

    def writable(self) -> bool:
        return True

    def write(self, content: object) -> int:
        part = bytes(content)  # type: ignore[call-overload]
        lines = (self._rest + part).split(b"\n")
        self._rest = lines.pop()
        if lines:
            self._take([line + b"\n" for line in lines])
        return len(part)

    def end(self) -> None:
        if self._rest:
            self._take([self._rest + b"\n"])
            self._rest = b""
