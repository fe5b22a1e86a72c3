"""/ says what the site holds; /robots.txt what crawlers may take."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from pop_ld import __version__, iris
from pop_ld.web.negotiation import accept, choose, language
from pop_ld.web.respond import cached, html
from pop_ld.web.state import Serving, serving


def home(request: Request) -> Response:
    """GET /: bases with their counts, the release, addresses to try."""
    now = serving(request)
    media_type = choose(accept(request), ["text/html", "application/json"])
    lang = language(request) if media_type == "text/html" else ""

    def make() -> bytes:
        held = _held(now)
        return html(request, "home.html", lang, held=held) if lang else json.dumps(held, ensure_ascii=False).encode()

    return cached(request, make, media_type, now.release.name, lang=lang)


def _held(now: Serving) -> dict[str, Any]:
    manifest = now.release.manifest
    return {
        "site": now.site,
        "release": manifest["name"],
        "created": manifest["created"],
        "notices": manifest["notices"],
        "triples": manifest["triples"],
        "bases": manifest["bases"],
        "examples": [{"iri": e["iri"], "label": e["label"], "url": iris.local(now.site, e["iri"])} for e in manifest["examples"]],
        "sparql": "/sparql",
        "search": "/search?q=",
        "version": __version__,
    }


def robots(request: Request) -> Response:
    """GET /robots.txt: pages yes, queries no."""
    return PlainTextResponse("User-agent: *\nDisallow: /sparql\nDisallow: /search\n")
