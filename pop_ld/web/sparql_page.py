"""The SPARQL page: a form, and the beginning of an answer as a table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pop_ld import iris, store, summary
from pop_ld.errors import PopError
from pop_ld.formats.words import followable, say
from pop_ld.web.errors import detail_of, status_of, wait_of
from pop_ld.web.negotiation import language
from pop_ld.web.respond import cached, html, page
from pop_ld.web.state import serving

READ_BYTES = 1 << 20
"""Bytes of an answer that a page reads; who wants it whole takes it as JSON, CSV …"""

ROWS = 500
"""Solutions that a page shows."""

_TERM = re.compile(r'"((?:[^"\\]|\\.)*)"(?:@([A-Za-z0-9-]+)|\^\^<([^>]*)>)?')
_ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f", '"': '"', "'": "'", "\\": "\\"}


@dataclass(frozen=True, slots=True)
class Cell:
    """One term of a solution; ``href`` for an IRI that can be followed."""

    text: str
    href: str = ""
    note: str = ""


def form(request: Request, release: str) -> Response:
    """The form, open on the first example."""
    lang = language(request)

    def make() -> bytes:
        return html(request, "sparql.html", lang, **_context(request, lang, ""))

    return cached(request, make, "text/html", release, lang=lang)


def failed(request: Request, query: str, error: PopError) -> Response:
    """The form with the query as it was sent and what was wrong with it."""
    lang = language(request)
    status, key = status_of(error)
    shown = {"title": say(lang, f"errors.{key}.title"), "text": say(lang, f"errors.{key}.text"), "detail": detail_of(error)}
    made = page(request, "sparql.html", lang, status=status, **{**_context(request, lang, query), "error": shown})
    if wait := wait_of(error):
        made.headers["Retry-After"] = wait
    return made


async def answered(request: Request, query: str, answer: store.QueryAnswer) -> Response:
    """The form with the beginning of the answer under it; the query ends once that much is read."""
    received = bytearray()
    try:
        async for chunk in answer:
            received += chunk
            if len(received) > READ_BYTES:
                break
    finally:
        await answer.aclose()
    return await run_in_threadpool(_page, request, query, answer.media_type, bytes(received))


def _page(request: Request, query: str, media_type: str, received: bytes) -> Response:
    lang = language(request)
    cut = len(received) > READ_BYTES
    text = received[:READ_BYTES].decode("utf-8", "ignore")
    context = _context(request, lang, query)
    if media_type == "text/tab-separated-values":
        columns, rows, more = table(text, cut, serving(request).site)
        context |= {"columns": columns, "rows": rows, "more": more, "answered": True}
    else:
        context |= {"graph": text, "more": cut, "answered": True}
    made = page(request, "sparql.html", lang, **context)
    made.headers["Cache-Control"] = "no-cache"
    return made


def table(text: str, cut: bool, site: str) -> tuple[Sequence[str], Sequence[Sequence[Cell]], bool]:
    """(columns, rows, whether there are more) of SPARQL 1.1 TSV results; a last line that was cut is dropped."""
    lines = text.split("\n")
    lines.pop()  # what follows the last line feed: nothing, or half a line
    head, body = (lines[0], lines[1:]) if lines else (text, [])
    if not head.startswith("?"):  # ASK
        return [], [[Cell(text.strip())]], False
    columns = [name.removeprefix("?") for name in head.split("\t")]
    rows = [[_cell(part, site) for part in line.split("\t")] for line in body[:ROWS]]
    return columns, rows, cut or len(body) > ROWS


def _cell(term: str, site: str) -> Cell:
    if term.startswith("<") and term.endswith(">"):
        iri = term[1:-1]
        return Cell(iri, iris.local(site, iri) if followable(iri) else "")
    match = _TERM.fullmatch(term)
    if not match:
        return Cell(term)
    text = re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[0]), match[1])
    return Cell(text, note=match[2] or (iris.last_part(match[3]) if match[3] else ""))


def _context(request: Request, lang: str, query: str) -> dict[str, Any]:
    examples = [(e["title"], e["query"], "?" + urlencode({"query": e["query"], "lang": lang})) for e in _queries(lang)]
    return {
        "query": query or examples[0][1],
        "examples": examples,
        "error": None,
        "answered": False,
        "columns": None,
        "rows": (),
        "graph": "",
        "more": False,
        "limit": ROWS,
    }


def _queries(lang: str) -> list[dict[str, str]]:
    """The example queries of templates/i18n, each with the sentence that says what it teaches."""
    found: list[dict[str, str]] = summary.texts(lang)["queries"]
    return found
