"""What points at a thing, in groups for its page: a heading in words, how many, the first few, and the way to all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from pop_ld import iris
from pop_ld.formats.html import base_name
from pop_ld.formats.relation_names import kind_of, relation_name, short_name, telling
from pop_ld.formats.words import followable
from pop_ld.search.contract import Hit, Linked
from pop_ld.web.state import Serving

MOST_GROUPS = 12
"""Most groups of one page, each a look-up; the list behind "all" knows the others."""


@dataclass(frozen=True, slots=True)
class Item:
    """One notice of a list as a page shows it: ``href`` works on any host, ``image`` is "" where there is none to show."""

    href: str
    title: str
    summary: str
    base: str
    ref: str
    image: str
    iri: str


@dataclass(frozen=True, slots=True)
class Group:
    """Notices that point at a thing in one way: ``total`` counts them all, ``href`` lists them, ``items`` are the first."""

    key: str
    heading: str
    total: int
    items: Sequence[Item]
    href: str


def address(site: str, thing: str, **filters: str) -> str:
    """The list of what points at a thing: ``/linked/agent/…?relation=…``; a filter that is "" is left out."""
    here = iris.is_thing(site, thing)
    kept = {name: value for name, value in {"iri": "" if here else thing, **filters}.items() if value}
    path = "/linked/" + iris.path_of(site, thing) if here else "/linked"
    return path + (f"?{urlencode(kept, errors='replace')}" if kept else "")


def item(site: str, hit: Hit) -> Item:
    """A hit of the index as a page shows it."""
    href = iris.local(site, iris.thing_to_document(site, hit.iri))
    return Item(href, hit.title or hit.ref, hit.summary, hit.base, hit.ref, hit.image if followable(hit.image) else "", hit.iri)


def as_json(site: str, hit: Hit) -> dict[str, str]:
    """A hit as the JSON of a list has it: ``url`` is the address on this host, ``iri`` the identifier."""
    shown = item(site, hit)
    return {
        "iri": hit.iri,
        "url": shown.href,
        "base": hit.base,
        "ref": hit.ref,
        "title": hit.title,
        "summary": hit.summary,
        "image": shown.image,
        "point": hit.point,
    }


def groups(now: Serving, thing: str, lang: str, per_group: int = 8, *, keep_lang: bool = False) -> list[Group]:
    """What points at a thing by each property, the telling ones first; [] where nothing does. One bounded look-up a group."""
    kind = kind_of(now.site, thing)
    asked = lang if keep_lang else ""
    made = []
    for relation, count in telling(now.search.linked(thing, limit=0).relations, kind, lang)[:MOST_GROUPS]:
        found = now.search.linked(thing, relation=relation, limit=per_group)
        href = address(now.site, thing, relation=short_name(relation), lang=asked)
        made.append(_group(now.site, short_name(relation), relation_name(relation, kind, lang), count, found, href))
    return made


def by_base(now: Serving, thing: str, lang: str, per_group: int = 8, *, keep_lang: bool = False) -> list[Group]:
    """What points at a thing, by base, most first."""
    asked = lang if keep_lang else ""
    made = []
    for slug, count in now.search.linked(thing, limit=0).bases:
        found = now.search.linked(thing, base=slug, limit=per_group)
        made.append(_group(now.site, slug, base_name(slug, lang), count, found, address(now.site, thing, base=slug, lang=asked)))
    return made


def _group(site: str, key: str, heading: str, count: int, found: Linked, href: str) -> Group:
    return Group(key, heading, count, [item(site, hit) for hit in found.hits], href)
