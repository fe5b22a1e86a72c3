"""/search/suggest: what one may be about to type, as JSON for the search box and as browsers want it; /opensearch.xml tells them of it."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from pop_ld.formats import opensearch
from pop_ld.formats.words import say
from pop_ld.search.address import LONGEST_WORDS
from pop_ld.web.negotiation import language
from pop_ld.web.respond import cached, packed
from pop_ld.web.search_asked import NOINDEX, address
from pop_ld.web.state import serving

MOST = 8
FRESH = "public, max-age=600"
"""A suggestion of the release before does no harm, and one types the same letters again and again."""


def suggest(request: Request) -> Response:
    """GET /search/suggest?q=&lang=&as=: at most MOST titles, persons, places and terms, best first; ``as=opensearch`` as arrays."""
    now, lang = serving(request), language(request)
    given = request.query_params
    text = given.get("q", "")[:LONGEST_WORDS].strip()
    kept = [("lang", lang)] if given.get("lang", "") == lang else []
    as_arrays = given.get("as", "") == "opensearch"
    media_type = opensearch.SUGGESTIONS if as_arrays else "application/json"

    def make() -> bytes:
        found = now.lexicon.suggest(text, MOST) if text else []
        lines: list[dict[str, Any]] = [
            {
                "kind": one.kind,
                "kind_label": say(lang, f"ui.search_kind_{one.kind}"),
                "label": one.label,
                "count": one.count,
                "url": address("/search", [*one.parameters, *kept]),
            }
            for one in found
        ]
        if as_arrays:
            said = [say(lang, "ui.notices", n=line["count"]) for line in lines]
            return packed([text, [line["label"] for line in lines], said, [now.site + line["url"] for line in lines]])
        return packed({"query": text, "release": now.release.name, "suggestions": lines})

    return cached(request, make, media_type, now.release.name, lang=lang, headers={**NOINDEX, "Cache-Control": FRESH})


def description(request: Request) -> Response:
    """GET /opensearch.xml: how a browser or a portal searches here (OpenSearch 1.1)."""
    now, lang = serving(request), language(request)
    return cached(request, lambda: opensearch.description(now.site, lang), opensearch.MEDIA_TYPE, now.release.name, lang=lang)
