"""/search/facets/{facet}: all the values of a facet under a search, by pages, and those that have some words; as a page and as JSON."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from pop_ld.errors import NotFound
from pop_ld.search import words as french
from pop_ld.search.address import LONGEST_WORDS, write
from pop_ld.search.contract import MOST_VALUES, Facet
from pop_ld.search.question import FACETS
from pop_ld.web.negotiation import accept, choose
from pop_ld.web.respond import cached, html, packed
from pop_ld.web.search_asked import NOINDEX, Asked, address, asked
from pop_ld.web.search_facets import CODED, in_words, values
from pop_ld.web.state import Serving, serving

SIZE = 100
"""Values of one page."""
DEEPEST = 1_000_000
"""Values that can be skipped."""
MOST_CODES = 10_000
_HTML, _JSON = "text/html", "application/json"
_TRANSLATED = frozenset((*CODED, "base", "century", "museum", "rights"))
"""Facets whose values are codes: what one looks for stands in their words, so these are searched, not the codes."""


def facet_values(request: Request) -> Response:
    """GET /search/facets/{facet}?…&like=&page=&limit=: parameters of /search beside. Raises NotFound, NotAcceptable, StoreUnavailable.

    ``like`` keeps the values in whose words those of ``like`` begin; ``limit`` (1 to MOST_VALUES) is for programs.
    """
    now, what = serving(request), asked(request)
    name = request.path_params["facet"]
    if name not in FACETS:
        raise NotFound("there is no such facet")
    media_type = choose(accept(request), [_HTML, _JSON])
    given = request.query_params
    like = given.get("like", "")[:LONGEST_WORDS].strip()
    limit = SIZE if media_type == _HTML else _limit(given.get("limit", ""))
    page = min(what.page, DEEPEST // limit)

    def make() -> bytes:
        found = _values(now, what, name, like, (page - 1) * limit, limit)
        if media_type == _JSON:
            return packed(_as_program(now, what, found, like, page, limit))
        return _as_page(request, now, what, found, like, page)

    return cached(request, make, media_type, now.release.name, lang=what.lang, headers=NOINDEX)


def _limit(text: str) -> int:
    return min(max(int(text), 1), MOST_VALUES) if text.isascii() and text.isdigit() and len(text) < 9 else SIZE


def _values(now: Serving, what: Asked, name: str, like: str, offset: int, limit: int) -> Facet:
    if not like or name not in _TRANSLATED:
        return now.search.values(what.question, name, like=like, offset=offset, limit=limit)
    wanted = french.words(like)

    def fits(value: str) -> bool:
        said = " " + " ".join(french.words(in_words(now, name, value, what.lang)))
        return all(f" {word}" in said for word in wanted)

    found = [pair for pair in _every(now, what, name) if fits(pair[0])]
    return Facet(name, found[offset : offset + limit], len(found) > offset + limit)


def _every(now: Serving, what: Asked, name: str) -> list[tuple[str, int]]:
    """The values of a facet of codes, most first: bases, centuries, museums, 1,300 of them at most."""
    found: dict[str, int] = {}
    for offset in range(0, MOST_CODES, MOST_VALUES):
        page = now.search.values(what.question, name, offset=offset, limit=MOST_VALUES)
        found.update(page.values)
        if not page.more:
            break
    return sorted(found.items(), key=lambda pair: -pair[1])


def _as_program(now: Serving, what: Asked, found: Facet, like: str, page: int, limit: int) -> dict[str, Any]:
    return {
        "facet": found.name,
        "like": like,
        "release": now.release.name,
        "page": page,
        "more": found.more,
        "next": _address(what, found.name, like, page + 1, limit if limit != SIZE else 0) if found.more else "",
        "values": [{"value": one.value, "label": one.text, "count": one.count, "chosen": one.chosen} for one in values(now, what, found)],
    }


def _as_page(request: Request, now: Serving, what: Asked, found: Facet, like: str, page: int) -> bytes:
    name = found.name
    listed = {value for value, _ in found.values}
    others = [(name, value) for value in what.question.chosen(name) if value not in listed]
    return html(
        request,
        "search_values.html",
        what.lang,
        q=what.question.words,
        keep=what.hidden("q"),
        facet=name,
        values=values(now, what, found),
        like=like,
        sieve=[*what.hidden(name), *others],
        kept=what.hidden(),
        back=what.to(),
        page=page,
        more=found.more,
        previous=_address(what, name, like, page - 1) if page > 1 else "",
        following=_address(what, name, like, page + 1) if found.more else "",
    )


def _address(what: Asked, name: str, like: str, page: int, limit: int = 0) -> str:
    more = (("like", like), ("page", str(page) if page > 1 else ""), ("limit", str(limit or "")), ("lang", what.kept_lang))
    return address(f"/search/facets/{name}", [*write(what.question), *((key, value) for key, value in more if value)])
