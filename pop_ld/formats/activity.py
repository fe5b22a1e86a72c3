"""The change feed as ActivityStreams lists: IIIF Change Discovery 1.0 for manifests, and the same of all notices as Linked Art has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from pop_ld import iris
from pop_ld.formats.profiles import BY_NAME

Node: TypeAlias = dict[str, Any]
Page: TypeAlias = tuple[str, int]
"""(batch, number of the page in it)"""

CONTEXT = "http://iiif.io/api/discovery/1/context.json"
STREAMS = "https://www.w3.org/ns/activitystreams"
MEDIA_TYPE = f'application/ld+json;profile="{CONTEXT}"'
LISTS = {"all-changes": "manifests", "notices": "notices"}
"""Name in the address -> name of the list: manifests of notices with images, and all notices."""


def collection(site: str, name: str, pages: Sequence[Page], total: int) -> Node:
    """The list itself (§3.3): its first and last page, oldest first."""
    made: Node = {"@context": _context(name), "id": iris.activities(site, name), "type": "OrderedCollection", "totalItems": total}
    if pages:
        made["first"] = _link(site, name, pages[0])
        made["last"] = _link(site, name, pages[-1])
    return made


def page(site: str, name: str, here: Page, pages: Sequence[Page], start: int, created: str, items: Sequence[tuple[str, str]]) -> Node:
    """A page (§3.4): ``items`` are (kind, entity) of what happened at ``created``, in the order of the list; ``start`` counts from 0."""
    place = pages.index(here)
    made: Node = {"@context": _context(name), "id": _address(site, name, here), "type": "OrderedCollectionPage", "startIndex": start}
    made["partOf"] = {"id": iris.activities(site, name), "type": "OrderedCollection"}
    if place:
        made["prev"] = _link(site, name, pages[place - 1])
    if place + 1 < len(pages):
        made["next"] = _link(site, name, pages[place + 1])
    made["orderedItems"] = [_activity(site, name, kind, entity, created) for kind, entity in items]
    return made


def _activity(site: str, name: str, kind: str, entity: str, created: str) -> Node:
    what = _manifest(site, entity) if LISTS[name] == "manifests" else _notice(site, entity)
    if kind == "Delete":
        what = {key: what[key] for key in ("id", "type")}
    return {"type": kind, "endTime": created, "object": what}


def _manifest(site: str, entity: str) -> Node:
    document = iris.thing_to_document(site, entity)
    return {"id": f"{document}.manifest.json", "type": "Manifest", "canonical": f"{document}.manifest.json", "seeAlso": _also(document)}


def _notice(site: str, entity: str) -> Node:
    return {"id": entity, "type": "Document", "seeAlso": _also(iris.thing_to_document(site, entity))}


def _also(document: str) -> list[Node]:
    """The notice for machines: its triples, and Linked Art."""
    art = BY_NAME["linked-art"]
    found = {"id": f"{document}.jsonld", "type": "Dataset", "format": "application/ld+json"}
    return [found, {**found, "id": f"{document}.jsonld?_profile={art.name}", "profile": art.iri}]


def _context(name: str) -> str | list[str]:
    """§3.7: that of Change Discovery comes last where there are others; ActivityStreams' own knows Document."""
    return CONTEXT if LISTS[name] == "manifests" else [STREAMS, CONTEXT]


def _address(site: str, name: str, where: Page) -> str:
    return iris.activities(site, name, f"{where[0]}/{where[1]}")


def _link(site: str, name: str, where: Page) -> Node:
    return {"id": _address(site, name, where), "type": "OrderedCollectionPage"}
