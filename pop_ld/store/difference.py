"""What tells a release's store from another's: the triples of the default graph to take away and to add, and named graphs as N-Triples."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, RdfFormat, Store, Triple, parse

from pop_ld import packed
from pop_ld.errors import StoreError
from pop_ld.store.changes import FILE
from pop_ld.store.contract import Release
from pop_ld.store.oxigraph import store_errors
from pop_ld.store.scanning import scan_graph
from pop_ld.store.walk import DEFAULT_GRAPH

PIECE = 1 << 20
_DOTS = re.compile(rb"<[^>]*/\.\.?[/?#>]")
Change = tuple[bool, Triple]
"""(whether it is added, the triple); some come several times."""


def between(before: Release, now: Release, releases: Sequence[Release]) -> Iterator[Change]:
    """The changes of the default graph from one release to another.

    Where every release from the one to the other, among ``releases``, kept what it changed, those quads alone are looked at (about 20 µs
    each); else all quads of both (about 4 µs each). Raises StoreError where a blank node differs: it has no name to be taken away by.
    """
    with store_errors(now.path):
        old, new = (Store.read_only(str(release.path / "store")) for release in (before, now))
        files = _kept(before, now, releases)
        for change in _differing(old, new) if files is None else _noted(files, old, new):
            if any(isinstance(term, BlankNode) for term in (change[1].subject, change[1].object)):
                raise StoreError("a blank node differs between the two releases: the store must be loaded anew")
            yield change


def _kept(before: Release, now: Release, releases: Sequence[Release]) -> list[Path] | None:
    """The files of changes that lead from the one to the other, None where one is missing."""
    known = {release.name: release for release in releases}
    files: list[Path] = []
    release: Release | None = now
    while release and release.name != before.name:
        if not (release.path / FILE).is_file():
            return None
        files.insert(0, release.path / FILE)
        release = known.pop(str(release.manifest.get("previous", {}).get("name", "")), None)
    return files if release else None


def _noted(files: Sequence[Path], old: Store, new: Store) -> Iterator[Change]:
    for path in files:
        with packed.reading(path) as file:
            for found in parse(file, format=RdfFormat.N_TRIPLES):
                quad = Quad(found.subject, found.predicate, found.object, DEFAULT_GRAPH)
                if (quad in new) != (quad in old):
                    yield quad in new, quad.triple


def _differing(old: Store, new: Store) -> Iterator[Change]:
    """Both stores give their quads in one order, by hashes of their terms; where they would not, a quad that both have is no change."""
    befores, nows = (store.quads_for_pattern(None, None, None, DEFAULT_GRAPH) for store in (old, new))
    left, right = next(befores, None), next(nows, None)
    while left is not None or right is not None:
        if left == right:
            left, right = next(befores, None), next(nows, None)
            continue
        gone, come = left is not None and left not in new, right is not None and right not in old
        if left is not None and gone:
            yield False, left.triple
        if right is not None and come:
            yield True, right.triple
        both = gone == come
        if gone or both:
            left = next(befores, None)
        if come or both:
            right = next(nows, None)


def pieces(release: Release, graph: str, size: int, take: Callable[[bytes, int], None]) -> None:
    """Hands the N-Triples of a graph ("" is the default graph) to ``take(piece, its triples)``, at most about ``size`` bytes at a time.

    The pieces are the same whenever a release is cut: its store never changes.
    """
    held: list[bytes] = []
    length = 0

    def lines(found: list[bytes]) -> None:
        nonlocal length
        held.extend(found)
        length += sum(map(len, found))
        if length >= size:
            give()

    def give() -> None:
        nonlocal length
        if held:
            take(b"".join(held), len(held))
        held.clear()
        length = 0

    scan_graph(release, NamedNode(graph) if graph else DefaultGraph(), lines)
    give()


def digest(release: Release, graph: str) -> bytes:
    """Two releases in which a named graph says the same have the same."""
    made = hashlib.sha256()
    pieces(release, graph, PIECE, lambda piece, _: made.update(piece))
    return made.digest()


def has_dots(release: Release, graph: str) -> bool:
    """Whether IRIs of a named graph may have dot segments, which SPARQL would resolve (RFC 3986 §5.2.4)."""
    found = []
    pieces(release, graph, PIECE, lambda piece, _: found.append(bool(_DOTS.search(piece))))
    return any(found)
