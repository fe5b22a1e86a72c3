"""The page of a list: its size first, filters and pages as real links that keep each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request

from pop_ld import iris
from pop_ld.formats.centuries import century_words
from pop_ld.formats.html import base_name
from pop_ld.formats.relation_names import kind_of, relation_name, short_name, telling
from pop_ld.formats.words import LANGUAGES
from pop_ld.search.contract import LINKED_DEEPEST, Linked
from pop_ld.web import linked
from pop_ld.web.listing_asked import SIZE, Asked, pages
from pop_ld.web.respond import html
from pop_ld.web.state import Serving


@dataclass(frozen=True, slots=True)
class Choice:
    """One way of narrowing a list: ``href`` takes it, or takes it back where it is the ``current`` one."""

    text: str
    count: int
    href: str
    current: bool


def listing_html(request: Request, now: Serving, asked: Asked, found: Linked) -> bytes:
    """The page in the language asked for."""
    links = _Links(now, asked, request)
    page, last = max(asked.page, 1), pages(found.total)
    near = [n for n in sorted({1, *range(page - 2, page + 3), last}) if 1 <= n <= last]
    return html(
        request,
        "listing.html",
        asked.lang,
        title=asked.title,
        about=iris.local(now.site, iris.page_of(now.site, asked.thing)),
        canonical=now.site + linked.address(now.site, asked.thing),
        filtered=any(asked.filters[name] for name in ("relation", "base", "century")) or page > 1,
        total=found.total,
        items=[linked.item(now.site, hit) for hit in found.hits],
        start=(page - 1) * SIZE + 1,
        sieves=_sieves(now, asked, found, links),
        orders=[(order, links.to(order="" if order == "ref" else order), asked.filters["order"] == order) for order in ("ref", "date")],
        page=page,
        last=last,
        near=[(n, links.to(page=str(n) if n > 1 else "")) for n in near],
        previous=links.to(page=str(page - 1) if page > 2 else "") if page > 1 else "",
        following=links.to(page=str(page + 1)) if page < last else "",
        deepest=LINKED_DEEPEST if found.total > LINKED_DEEPEST else 0,
        downloads=[(name, links.to(format=name, lang="")) for name in ("csv", "json", "geojson")],
        everything=linked.address(now.site, asked.thing, lang=links.lang),
    )


class _Links:
    """Addresses of this list with something changed; a change of filter goes back to the first page."""

    def __init__(self, now: Serving, asked: Asked, request: Request) -> None:
        self._site, self._thing = now.site, asked.thing
        self.lang = asked.lang if request.query_params.get("lang", "") in LANGUAGES else ""
        filters = asked.filters
        self._now = {
            "relation": short_name(filters["relation"]),
            "base": filters["base"],
            "century": filters["century"],
            "order": "date" if filters["order"] == "date" else "",
            "lang": self.lang,
        }

    def to(self, **changed: str) -> str:
        return linked.address(self._site, self._thing, **{**self._now, **changed})


def _sieves(now: Serving, asked: Asked, found: Linked, links: _Links) -> Sequence[tuple[str, Sequence[Choice]]]:
    """The ways of narrowing, (key of the interface texts, choices); one that has a single choice and is not taken is left out."""
    kind, lang, filters = kind_of(now.site, asked.thing), asked.lang, asked.filters

    def choice(name: str, value: str, text: str, count: int, current: bool) -> Choice:
        return Choice(text, count, links.to(**{name: "" if current else value}), current)

    known = telling(found.relations, kind, lang)
    if filters["relation"] and filters["relation"] not in dict(known):
        known = [*known, (filters["relation"], dict(found.relations).get(filters["relation"], 0))]
    relations = [
        choice("relation", short_name(iri), relation_name(iri, kind, lang) or iris.last_part(iri), count, iri == filters["relation"])
        for iri, count in known
    ]
    bases = [choice("base", slug, base_name(slug, lang, short=True), count, slug == filters["base"]) for slug, count in found.bases]
    by_age = sorted(found.centuries, key=lambda pair: int(pair[0]) if pair[0] != "-" else 10**9)
    centuries = [choice("century", name, century_words(name, lang), count, name == filters["century"]) for name, count in by_age]
    made = (("linked_by_relation", relations), ("linked_by_base", bases), ("linked_by_century", centuries))
    return [(key, choices) for key, choices in made if len(choices) > 1 or any(c.current for c in choices)]
