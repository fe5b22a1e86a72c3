"""/search and /search.json: notices by words, facets, years and place, as a page for people and as JSON for programs."""

from __future__ import annotations

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from pop_ld.search.question import FACETS
from pop_ld.web.negotiation import accept, choose
from pop_ld.web.respond import cached, packed
from pop_ld.web.search_answer import answer, as_program
from pop_ld.web.search_asked import NOINDEX, asked
from pop_ld.web.search_html import search_html
from pop_ld.web.state import serving

_HTML, _JSON = "text/html", "application/json"


def search(request: Request) -> Response:
    """GET /search?…: parameters of search/address.py, view, page, after, size, lang. What makes no sense counts as absent, and is said."""
    return _search(request, choose(accept(request), [_HTML, _JSON]))


def search_json(request: Request) -> Response:
    """GET /search.json?…: the same as JSON, whatever the view."""
    return _search(request, _JSON)


def _search(request: Request, media_type: str) -> Response:
    now, what = serving(request), asked(request)

    def make() -> bytes:
        if media_type == _HTML:
            return search_html(request, answer(now, what, what.shown_facets()))
        return packed(as_program(answer(now, replace(what, view="list"), FACETS)))

    return cached(request, make, media_type, now.release.name, lang=what.lang, headers=NOINDEX)
