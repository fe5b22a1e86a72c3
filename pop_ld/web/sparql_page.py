"""The SPARQL page: a form with its answer as a table, which sparql.js makes an editor with a map and a chart where it runs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlencode

from anyio import from_thread
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pop_ld import iris, store, summary
from pop_ld.errors import PopError
from pop_ld.formats.words import followable, say
from pop_ld.web import completion, gallery
from pop_ld.web.errors import detail_of, more_of, status_of, wait_of
from pop_ld.web.negotiation import language
from pop_ld.web.respond import cached, html, page
from pop_ld.web.result_cache import Kept
from pop_ld.web.sparql_request import FORMATS, answer_key, client_of
from pop_ld.web.state import Serving, serving, site_of

READ_BYTES = 1 << 20
"""Bytes of an answer that a page reads; who wants it whole takes it as JSON, CSV …"""
ROWS = 500
"""Solutions that a page shows."""
LONGEST_LINK = 60_000
"""Characters that a query may have in an address, escaped; a longer one is sent by POST."""
ACCEPT = "text/tab-separated-values, text/turtle"
"""What a page is made from: rows for SELECT and ASK, Turtle for CONSTRUCT and DESCRIBE."""

_ROW_FORMATS, _GRAPH_FORMATS = ("csv", "tsv", "json", "xml"), ("ttl", "nt", "jsonld", "rdf")
_NAMES = {"csv": "CSV", "tsv": "TSV", "json": "JSON", "xml": "XML"}
_NAMES |= {"ttl": "Turtle", "nt": "N-Triples", "jsonld": "JSON-LD", "rdf": "RDF/XML"}
_TERM = re.compile(r'"((?:[^"\\]|\\.)*)"(?:@([A-Za-z0-9-]+)|\^\^<([^>]*)>)?')
_ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f", '"': '"', "'": "'", "\\": "\\"}


@dataclass(frozen=True, slots=True)
class Cell:
    """One term of a solution: an IRI, ``href`` where it can be followed; a ``quoted`` literal; or what TSV writes bare."""

    text: str
    iri: str = ""
    href: str = ""
    quoted: bool = False
    lang: str = ""
    datatype: str = ""

    @property
    def note(self) -> str:
        """What stands beside a literal: its language, or the name of its datatype."""
        return self.lang or iris.last_part(self.datatype)


@dataclass(frozen=True, slots=True)
class Shown:
    """The beginning of an answer: ``columns`` and ``rows``, or a ``graph`` in Turtle; ``more`` where it goes on."""

    columns: Sequence[str] | None
    rows: Sequence[Sequence[Cell]] = ()
    graph: str = ""
    more: bool = False
    seconds: float | None = None


# Pages ---------------------------------------------------------------------------------------------------------------------


def form(request: Request, release: str) -> Response:
    """The form, open on a question with its answer; ``?example=`` names another. Call it in a thread of the event loop's pool."""
    now, lang = serving(request), language(request)
    known = gallery.examples(now.site, lang)
    example = known.get(request.query_params.get("example", ""), known[gallery.OPENING])

    def make() -> bytes:
        shown = from_thread.run(_first, request, now, example.query)
        return html(request, "sparql.html", lang, **_context(request, now, lang, example.query, shown))

    try:
        return cached(request, make, "text/html", release, lang=lang)
    except PopError:  # busy, or too slow for a page that nobody sent a query to: without an answer, and without an ETag
        return page(request, "sparql.html", lang, **_context(request, now, lang, example.query, None))


async def _first(request: Request, now: Serving, query: str) -> Shown:
    """The answer to an example, kept with the others. Raises what the QueryService does."""
    asked = store.QueryRequest(query=query, accept=ACCEPT, timeout=site_of(request).settings.deadline, client=client_of(request))
    key, cache = answer_key(now.release.name, asked), site_of(request).cache
    if key and (kept := cache.get(key)):
        return shown_of(kept.media_type, kept.body, now.site)
    answer = await site_of(request).pool.answer(now.release, asked)
    received = await _beginning(answer)
    if key and len(received) <= READ_BYTES:
        cache.put(key, Kept(answer.media_type, "", tuple(answer.rewrites), received))
    return shown_of(answer.media_type, received, now.site)


def failed(request: Request, query: str, error: PopError) -> Response:
    """The form with the query as it was sent and what was wrong with it."""
    now, lang = serving(request), language(request)
    status, key = status_of(error)
    said: dict[str, Any] = {"line": 0, "column": 0, "excerpt": "", "mark": 0, **more_of(error)}
    said |= {"key": key, "title": say(lang, f"errors.{key}.title"), "text": say(lang, f"errors.{key}.text"), "detail": detail_of(error)}
    made = page(request, "sparql.html", lang, status=status, **{**_context(request, now, lang, query, None), "error": said})
    if wait := wait_of(error):
        made.headers["Retry-After"] = wait
    return made


async def answered(request: Request, query: str, answer: store.QueryAnswer) -> Response:
    """The form with the beginning of the answer under it; the query ends once that much is read."""
    received = await _beginning(answer)
    return await run_in_threadpool(_page, request, query, answer.media_type, received, answer.seconds)


async def _beginning(answer: store.QueryAnswer) -> bytes:
    received = bytearray()
    try:
        async for chunk in answer:
            received += chunk
            if len(received) > READ_BYTES:
                break
    finally:
        await answer.aclose()
    return bytes(received)


def _page(request: Request, query: str, media_type: str, received: bytes, seconds: float) -> Response:
    now, lang = serving(request), language(request)
    shown = shown_of(media_type, received, now.site, seconds)
    made = page(request, "sparql.html", lang, **_context(request, now, lang, query, shown))
    made.headers["Cache-Control"] = "no-cache"
    return made


# What they show ------------------------------------------------------------------------------------------------------------


def shown_of(media_type: str, received: bytes, site: str, seconds: float | None = None) -> Shown:
    """The beginning of an answer in TSV or Turtle, of which READ_BYTES are read."""
    cut = len(received) > READ_BYTES
    text = received[:READ_BYTES].decode("utf-8", "ignore")
    if media_type != "text/tab-separated-values":
        return Shown(None, graph=text, more=cut, seconds=seconds)
    columns, rows, more = table(text, cut, site)
    return Shown(columns, rows, more=more, seconds=seconds)


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
        return Cell(iri, iri=iri, href=iris.local(site, iri) if followable(iri) else "")
    match = _TERM.fullmatch(term)
    if not match:
        return Cell(term)
    text = re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[0]), match[1])
    return Cell(text, quoted=True, lang=match[2] or "", datatype=match[3] or "")


def _context(request: Request, now: Serving, lang: str, query: str, shown: Shown | None) -> dict[str, Any]:
    settings = site_of(request).settings
    columns = shown.columns if shown else None
    return {
        "query": query,
        "example": gallery.asked(now.site, lang, query),
        "gallery": gallery.gallery(now.site, lang),
        "keywords": gallery.keywords(now.site, lang),
        "error": None,
        "shown": shown,
        "labels": _labels(now, shown, lang),
        "brief": lambda iri: brief(iri, now.site),
        "limit": ROWS,
        "downloads": _downloads(query, columns is not None) if shown else (),
        "longer": f"?{urlencode({'query': query, 'timeout': f'{settings.deadline_max:g}', 'lang': lang}, errors='replace')}",
        "deadline": f"{settings.deadline:g}",
        "most": f"{settings.deadline_max:g}",
        "data": _data(request, now, lang),
    }


def brief(iri: str, site: str) -> str:
    """How an IRI is written in little room: its path where it is a thing of this site, its prefixed name, or all of it."""
    if iris.is_thing(site, iri.partition("#")[0]):
        return unquote(iris.local(site, iri))
    return completion.short(iri, tuple(gallery.known_prefixes(site).items())) or iri


def _labels(now: Serving, shown: Shown | None, lang: str) -> Mapping[str, str]:
    named = {cell.iri for row in shown.rows for cell in row if cell.iri} if shown else set()
    return completion.labelled(now, sorted(named), lang)


def _downloads(query: str, rows: bool) -> Sequence[tuple[str, str, str]]:
    """(format, its name, link) of each format that the answer can be taken in; no link where the query is too long for one."""
    found = []
    for name in _ROW_FORMATS if rows else _GRAPH_FORMATS:
        link = "/sparql?" + urlencode({"query": query, "format": name}, errors="replace")
        found.append((name, _NAMES[name], link if len(link) <= LONGEST_LINK else ""))
    return found


def _data(request: Request, now: Serving, lang: str) -> dict[str, Any]:
    """What sparql.js needs to know: texts, prefixes, budgets, formats."""
    settings = site_of(request).settings
    return {
        "lang": lang,
        "site": now.site,
        "release": now.release.name,
        "deadline": settings.deadline,
        "longest": settings.deadline_max,
        "link": LONGEST_LINK,
        "prefixes": gallery.known_prefixes(now.site),
        "formats": [[name, _NAMES[name], name in _ROW_FORMATS] for name in FORMATS],
        "problems": {key: told["text"] for key, told in summary.texts(lang)["errors"].items()},
        "words": summary.texts(lang)["editor"],
    }
