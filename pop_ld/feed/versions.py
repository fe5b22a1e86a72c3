"""What became of entities: the versions that differ from what the feed said last, told to the pages and noted for its state."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol, TypeAlias

from pyoxigraph import RdfFormat, parse

from pop_ld import iris
from pop_ld.feed.owners import base_of, digest, is_gone, says, strays
from pop_ld.feed.pages import Pages
from pop_ld.feed.state import Known
from pop_ld.formats.graph import Graph
from pop_ld.formats.images import SHOWN_BY, SHOWS, images

Found: TypeAlias = Iterable[tuple[str, list[bytes], Known | None]]
"""(entity, its sorted lines now, what the feed said last of it)"""

_NOTHING = Known(b"", True, False, "")
_IMAGE = iris.SCHEMA + "image"
_OF_IMAGES = tuple(f"> <{name}> ".encode() for name in (_IMAGE, *SHOWS, SHOWN_BY))


class Notes(Protocol):
    """Where the state that the feed has come to is noted."""

    def add(self, entity: str, known: Known) -> None: ...


def write(found: Found, site: str, pages: Pages, notes: Notes, advance: Callable[[int], None]) -> None:
    """Writes a version of each entity that is not as the feed told it last; ``advance`` gets 1 for each."""
    for entity, lines, last in found:
        last = last or _NOTHING
        text = b"".join(lines)
        now = digest(text)
        if now == last.digest:
            continue
        gone, base = is_gone(site, entity, lines), base_of(site, entity)
        kind = "Delete" if gone else "Create" if last.gone else "Update"
        pictured = bool(base) and not gone and _pictured(entity, lines)
        pages.add(entity, kind, len(lines), text)
        if base:
            pages.act("notices", kind, entity)
        if pictured or last.pictured:
            pages.act("manifests", "Delete" if not pictured else "Create" if not last.pictured else "Update", entity)
        notes.add(entity, Known(now, gone, pictured, " ".join(strays(site, entity, lines, text))))
        advance(1)


def _pictured(entity: str, lines: list[bytes]) -> bool:
    """Whether a notice has a IIIF manifest: one of its images can be shown."""
    if not any(says(lines, entity, name) for name in (_IMAGE, *SHOWS)):
        return False
    told = b"".join(line for line in lines if any(mark in line for mark in _OF_IMAGES))
    return bool(images(entity, Graph([quad.triple for quad in parse(told, format=RdfFormat.N_TRIPLES)])))
