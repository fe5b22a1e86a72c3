"""/search: notices by words, as a list for people and as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from pop_ld import iris
from pop_ld.formats.words import followable
from pop_ld.search.contract import DEEPEST, Hit, Results
from pop_ld.web.negotiation import accept, choose, language
from pop_ld.web.respond import cached, html
from pop_ld.web.state import Serving, serving

SIZE = 25
"""Notices on one page of the list."""

LONGEST = 500
"""Characters of a question that are read."""


def search(request: Request) -> Response:
    """GET /search?q=&base=&page=: total first; a parameter that makes no sense counts as absent, never as a fault."""
    now = serving(request)
    words, base, page = _question(request.query_params)
    media_type = choose(accept(request), ["text/html", "application/json"])
    lang = language(request)
    results = now.search.search(words, base=base, offset=(page - 1) * SIZE, limit=SIZE)
    pages = max(1, -(-min(results.total, DEEPEST) // SIZE))

    def make() -> bytes:
        answer = _answer(now, words, base, page, pages, results)
        if media_type == "application/json":
            return json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace")
        return html(request, "search.html", lang, title=words, answer=answer, q=words, links=_links(answer, request.query_params))

    return cached(request, make, media_type, now.release.name, lang=lang if media_type == "text/html" else "")


def _question(parameters: Mapping[str, str]) -> tuple[str, str, int]:
    text = parameters.get("page", "")[:9]
    page = int(text) if text.isascii() and text.isdigit() else 1
    return parameters.get("q", "")[:LONGEST].strip(), parameters.get("base", "")[:40], min(max(page, 1), DEEPEST // SIZE)


def _answer(now: Serving, words: str, base: str, page: int, pages: int, results: Results) -> dict[str, Any]:
    return {
        "query": words,
        "base": base,
        "total": results.total,
        "page": page,
        "pages": pages,
        "release": now.release.name,
        "hits": [_hit(now.site, hit) for hit in results.hits],
        "facets": {name: [{"value": value, "count": count} for value, count in found] for name, found in results.facets.items()},
    }


def _hit(site: str, hit: Hit) -> dict[str, Any]:
    """``url`` is the address on this host; ``iri`` the identifier."""
    return {
        "iri": hit.iri,
        "url": iris.local(site, iris.thing_to_document(site, hit.iri)),
        "base": hit.base,
        "ref": hit.ref,
        "title": hit.title,
        "summary": hit.summary,
        "image": hit.image if followable(hit.image) else "",
    }


def _links(answer: dict[str, Any], parameters: Mapping[str, str]) -> dict[str, Any]:
    """Addresses of the neighbouring pages and of each base, filters and language kept."""
    lang = {"lang": parameters["lang"]} if "lang" in parameters else {}

    def to(page: int, base: str) -> str:
        pairs = {"q": answer["query"], "base": base, "page": str(page) if page > 1 else "", **lang}
        return "/search?" + urlencode({k: v for k, v in pairs.items() if v or k == "q"}, errors="replace")

    page, last = answer["page"], answer["pages"]
    near = [n for n in range(page - 2, page + 3) if 1 <= n <= last]
    return {
        "previous": to(page - 1, answer["base"]) if page > 1 else "",
        "next": to(page + 1, answer["base"]) if page < last else "",
        "pages": [(n, to(n, answer["base"])) for n in sorted({1, *near, last})],
        "all": to(1, ""),
        "bases": [(f["value"], f["count"], to(1, f["value"])) for f in answer["facets"].get("base", ())],
    }
