"""/search.atom and /search.feed.json: the notices of a search that changed last, for who follows it."""

from __future__ import annotations

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from pop_ld import iris
from pop_ld.formats import atom
from pop_ld.formats.search_feeds import JSON_FEED, Entry, Feed, as_atom, as_json_feed
from pop_ld.formats.words import one_line, say
from pop_ld.search.contract import Hit
from pop_ld.web import linked
from pop_ld.web.respond import cached
from pop_ld.web.search_asked import NOINDEX, Asked, asked
from pop_ld.web.search_facets import chips
from pop_ld.web.state import Serving, serving

MOST = 50
"""Notices of a feed."""
LONGEST_TITLE = 200


def atom_feed(request: Request) -> Response:
    """GET /search.atom?…: the parameters of /search; its order is always that of the last change."""
    now, what = serving(request), _asked(request)
    return cached(request, lambda: as_atom(_feed(now, what)), atom.MEDIA_TYPE, now.release.name, lang=what.lang, headers=NOINDEX)


def json_feed(request: Request) -> Response:
    """GET /search.feed.json?…: the same."""
    now, what = serving(request), _asked(request)
    return cached(request, lambda: as_json_feed(_feed(now, what)), JSON_FEED, now.release.name, lang=what.lang, headers=NOINDEX)


def _asked(request: Request) -> Asked:
    what = asked(request)
    return replace(what, question=replace(what.question, order="-changed"), view="list", size=25)


def _feed(now: Serving, what: Asked) -> Feed:
    found = now.search.find(what.question, limit=MOST)
    created = str(now.release.manifest["created"])
    page = replace(what.question, order="relevance")
    days = [hit.changed for hit in found.hits if hit.changed]
    return Feed(
        title=_title(now, what),
        page=now.site + what.to(page),
        atom=now.site + what.to(page, path="/search.atom"),
        json=now.site + what.to(page, path="/search.feed.json"),
        updated=_time(max(days)) if days else created,
        lang=what.lang,
        entries=[_entry(now, hit, created) for hit in found.hits],
    )


def _entry(now: Serving, hit: Hit, created: str) -> Entry:
    """A notice without a date counts as of its release: its producer says nothing of when it changed."""
    item = linked.item(now.site, hit)
    summary = " · ".join(filter(None, (hit.ref, one_line(item.summary))))
    return Entry(
        hit.iri, iris.thing_to_document(now.site, hit.iri), one_line(item.title), summary, item.image, _time(hit.changed) or created
    )


def _title(now: Serving, what: Asked) -> str:
    """The words and filters of the search."""
    said = ", ".join(filter(None, (what.question.words, *(chip.text for chip in chips(what, now)))))
    said = said if len(said) <= LONGEST_TITLE else said[: LONGEST_TITLE - 1].rstrip() + "…"
    return say(what.lang, "ui.search_feed_title", words=said or say(what.lang, "ui.search_feed_all"))


def _time(day: str) -> str:
    return f"{day}T00:00:00Z" if day else ""
