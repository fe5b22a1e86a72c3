"""/europeana/notices: the notices of a tier, a problem pattern, a reason, a producer: by pages, as JSON by pages, as one streamed CSV."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pop_ld import iris
from pop_ld.bases import load_bases
from pop_ld.europeana import Tiers
from pop_ld.europeana.ledger import Line
from pop_ld.web.errors import BadRequest
from pop_ld.web.europeana import KEYS, MOST, SIZE, answer, media_type_of, tiers
from pop_ld.web.export_rows import guard
from pop_ld.web.listing_rows import csv_rows
from pop_ld.web.negotiation import language
from pop_ld.web.respond import html, packed
from pop_ld.web.sparql_request import client_of
from pop_ld.web.state import Serving, serving_now
from pop_ld.web.streamed import Blocks, Places, StreamedFile
from pop_ld.web.turns import Turns

COLUMNS = ("base", "ref", "iri", "url", "producer", "metadata", "media", "language", "enabling", "context", "reason", "patterns", "raises")
"""Columns of the CSV and members of the JSON."""
_LONGEST = 200
"""Characters of a producer's name that are read."""


async def notices(request: Request) -> Response:
    """GET /europeana/notices[.json|.csv]?base=&producer=&metadata=&media=&pattern=&raise=&reason=&after=. Raises BadRequest for a value
    that there is not, NotFound, NotAcceptable, TooManyRequests, Busy.
    """
    now = await serving_now(request)
    media_type, asked = media_type_of(request, request.path_params.get("suffix", "")), _asked(request)
    turns = cast(Turns, request.app.state.turns)
    async with turns.places:
        found, stamp = await run_in_threadpool(tiers, request, now)
        if media_type != "text/csv":
            return await run_in_threadpool(_page, request, now, found, asked, stamp)
    return _streamed(request, now, found, asked, stamp)


def _page(request: Request, now: Serving, found: Tiers, asked: dict[str, str], stamp: str) -> Response:
    media_type = media_type_of(request, request.path_params.get("suffix", ""))
    after = int(text) if (text := request.query_params.get("after", "")).isascii() and text.isdigit() and len(text) < 16 else 0
    size = SIZE if media_type == "text/html" else MOST

    def make() -> bytes:
        lines = found.lines(after=after, limit=size + 1, **asked)
        following = "?" + urlencode({**asked, "after": lines[size - 1].cursor}) if len(lines) > size else ""
        rows = [_row(now.site, line) for line in lines[:size]]
        if media_type == "application/json":
            return packed({"asked": asked, "notices": rows, "next": following})
        lang = language(request)
        context = {"rows": rows, "next": following, "asked": asked, "first": not after, "query": urlencode(asked), "measured": found.exists}
        return html(request, "europeana_notices.html", lang, **context)

    return answer(request, stamp, media_type, make)


def _asked(request: Request) -> dict[str, str]:
    """The parameters that choose notices. Raises BadRequest for a value that does not exist."""
    given = request.query_params
    asked = {name: given[name] for name in KEYS if given.get(name)}
    for name, value in asked.items():
        if value not in KEYS[name]:
            raise BadRequest(f"{name} is one of {', '.join(KEYS[name])}, not {value[:40]!r}")
    if given.get("base"):
        if given["base"] not in load_bases():
            raise BadRequest(f"no base is called {given['base'][:40]!r}")
        asked["base"] = given["base"]
    return {**asked, **({"producer": given["producer"][:_LONGEST]} if "producer" in given else {})}


def _row(site: str, line: Line) -> dict[str, Any]:
    iri = iris.notice(site, line.base, line.ref)
    cells = (
        line.base,
        line.ref,
        iri,
        iris.thing_to_document(site, iri),
        line.producer,
        line.metadata,
        line.media,
        *line.classes,
        line.reason,
    )
    row = dict(zip(COLUMNS, (*cells, list(line.patterns), list(line.raises)), strict=True))
    return {**row, "check": "/europeana/notice?" + urlencode({"iri": iri})}


def _streamed(request: Request, now: Serving, found: Tiers, asked: dict[str, str], stamp: str) -> Response:
    """All of them, a block at a time; nothing is kept."""
    made = answer(request, stamp, "text/csv", bytes)
    made.headers["Content-Disposition"] = f'attachment; filename="europeana-{now.release.name}.csv"'
    if made.status_code == 304 or request.method == "HEAD":
        del made.headers["content-length"]
        return made
    places, client = cast(Places, request.app.state.exports), client_of(request)
    places.take(client)
    blocks = Blocks(_blocks(now, found, asked), cast(Turns, request.app.state.turns), lambda: places.give(client))
    return StreamedFile(request, b"\xef\xbb\xbf" + "".join(csv_rows([COLUMNS])).encode(), blocks, dict(made.headers))


def _blocks(now: Serving, found: Tiers, asked: dict[str, str]) -> Iterator[bytes]:
    after = 0
    while lines := found.lines(after=after, limit=MOST, **asked):
        rows = ([guard(_cell(_row(now.site, line)[name])) for name in COLUMNS] for line in lines)
        yield "".join(csv_rows(rows)).encode("utf-8", "replace")
        after = lines[-1].cursor


def _cell(value: Any) -> str:
    return " ".join(value) if isinstance(value, list) else str(value)
