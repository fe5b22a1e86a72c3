"""The page of what notices share: an agent, a concept, a place, a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request

from pop_ld import iris
from pop_ld.formats import schema_org
from pop_ld.formats.centuries import century_words
from pop_ld.formats.html import base_name
from pop_ld.formats.naming import Naming, Value
from pop_ld.formats.relation_names import kind_of, relation_name, short_name, telling
from pop_ld.formats.source import Source
from pop_ld.formats.thing_page import WITHIN, ThingPage, thing_page
from pop_ld.formats.words import LANGUAGES, say
from pop_ld.formats.writing import Representation
from pop_ld.search.contract import Linked
from pop_ld.web import linked
from pop_ld.web.align_links import elsewhere
from pop_ld.web.maps import frame
from pop_ld.web.respond import html
from pop_ld.web.state import Serving, site_of

PER_GROUP = 8
"""Most notices of each group of those that point at the thing."""

CHILDREN = 400
"""Most places within a place that its page names."""

COUNTED = 30
"""Most of them whose notices are counted, each a look-up."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A line of a table that is a chart too: ``share`` is the length of its bar, 1 to 100."""

    text: str
    count: int
    href: str
    share: int


@dataclass(frozen=True, slots=True)
class Child:
    """A place within a place, and how many notices point there; -1 where they were not counted."""

    value: Value
    count: int


def thing_html(request: Request, now: Serving, source: Source, lang: str, offers: Sequence[tuple[Representation, str]]) -> bytes:
    """The page of a thing that is no notice, in one language; ``offers`` are its other representations with their addresses."""
    page, keep = thing_page(source, lang), request.query_params.get("lang", "") in LANGUAGES
    found = now.search.linked(source.thing, limit=0)
    group = linked.groups if page.kind == "agent" else linked.by_base
    children, more = _children(now, source, lang) if page.kind == "place" else ((), False)
    here = iris.local(now.site, source.document)
    located = now.search.linked(source.thing, located=True, limit=0).total if page.kind == "place" else 0
    return html(
        request,
        "thing.html",
        lang,
        page=page,
        total=found.total,
        listing=linked.address(now.site, source.thing, lang=lang if keep else ""),
        tables=_tables(now.site, source.thing, found, lang, lang if keep else ""),
        groups=group(now, source.thing, lang, PER_GROUP, keep_lang=keep),
        children=children,
        more_children=more,
        located=located,
        map_address=linked.address(now.site, source.thing) + ".geojson",
        map_data=frame(site_of(request).settings, lang) if located else {},
        elsewhere=elsewhere(now, source.thing, lang),
        here=here,
        canonical=source.document,
        offers=offers,
        data=schema_org.embedded(source, lang),
        description=_description(page, found, lang),
    )


def _description(page: ThingPage, found: Linked, lang: str) -> str:
    kind = say(lang, f"ui.kind_{page.kind}" if page.what in ("concept", "time", "thing") else f"ui.thing_{page.what}")
    return f"{page.title}. {say(lang, 'ui.thing_description', kind=kind, total=say(lang, 'ui.thing_total', n=found.total))}"


def _tables(site: str, thing: str, found: Linked, lang: str, keep: str) -> Sequence[tuple[str, Sequence[Bar]]]:
    """Notices by relation, base and century, each line with the list that it counts; a table of one line says nothing new."""
    kind = kind_of(site, thing)
    ages = sorted(found.centuries, key=lambda pair: int(pair[0]) if pair[0] != "-" else 10**9)
    tables = {
        "relation": [(short_name(iri), relation_name(iri, kind, lang), count) for iri, count in telling(found.relations, kind, lang)],
        "base": [(slug, base_name(slug, lang), count) for slug, count in found.bases],
        "century": [(name, century_words(name, lang), count) for name, count in ages],
    }
    made = []
    for name, lines in tables.items():
        most = max((count for _, _, count in lines), default=1)
        bars = [
            Bar(text, count, linked.address(site, thing, **{name: value}, lang=keep), max(1, round(100 * count / most)))
            for value, text, count in lines
        ]
        made.append((name, bars))
    return [(name, bars) for name, bars in made if len(bars) > 1]


def _children(now: Serving, source: Source, lang: str) -> tuple[Sequence[Child], bool]:
    """The places that fall within a place, by name, at most CHILDREN, and whether there are more."""
    pairs = now.reader.incoming(source.thing, CHILDREN + 1)
    within = [subject for predicate, subject in pairs if predicate == WITHIN and iris.is_thing(now.site, subject)]
    naming = Naming(now.site, lang, source.labels(within[:CHILDREN]))
    values = _by_name(naming, within[:CHILDREN])
    counted = len(values) <= COUNTED
    children = [Child(value, now.search.linked(iri, limit=0).total if counted else -1) for value, iri in values]
    return children, len(pairs) > CHILDREN


def _by_name(naming: Naming, places: Sequence[str]) -> list[tuple[Value, str]]:
    return sorted(((naming.link(iri), iri) for iri in places), key=lambda pair: (pair[0].text.casefold(), pair[1]))
