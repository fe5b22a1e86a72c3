"""/oai: the OAI-PMH 2.0 service, and for a reader who comes without a verb a page that says how it is used."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, cast

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pop_ld import harvesting
from pop_ld.bases import load_bases
from pop_ld.errors import Busy, StoreUnavailable, TooManyRequests
from pop_ld.formats import oai as xml
from pop_ld.formats.words import number, say
from pop_ld.harvest import Set
from pop_ld.harvest.tables import moment
from pop_ld.web import oai_records
from pop_ld.web.errors import BadRequest, QueryTooLong
from pop_ld.web.negotiation import language, wants_html
from pop_ld.web.oai_request import LIST_IDENTIFIERS, LIST_RECORDS, Asked, Refused, read
from pop_ld.web.respond import cached, html
from pop_ld.web.sparql_request import FORM, body_of, client_of, form_pairs
from pop_ld.web.state import Serving, serving_now, site_of
from pop_ld.web.static import takes_gzip
from pop_ld.web.streamed import Blocks, Places
from pop_ld.web.turns import Turns

_LONGEST = 20_000
"""Bytes of a form."""
_LEVEL = 5
_SMALLEST = 1_000
Element = Any


async def oai(request: Request) -> Response:
    """GET or POST /oai?verb=…: an answer in XML, with status 200 whatever OAI-PMH says of the request; a page where a browser asks nothing.

    Raises Busy, with Retry-After, where this client's parts or all places are taken; StoreUnavailable where the release has no ledger.
    """
    began = _response_date(Path(site_of(request).settings.data))  # before the release is looked up: it is then none of an earlier moment
    now = await serving_now(request)
    turns = cast(Turns, request.app.state.turns)
    if request.method != "POST" and not request.url.query.removeprefix("lang=fr").removeprefix("lang=en") and wants_html(request):
        async with turns.places:
            return await run_in_threadpool(_page, request, now)
    if not now.harvest.exists:
        raise StoreUnavailable("this release has no ledger of records: the next publication writes one")
    try:
        asked = read(await _pairs(request))
        if asked.verb in (LIST_RECORDS, LIST_IDENTIFIERS):
            made = await _list(request, now, asked)
        else:
            async with turns.places:
                made = await run_in_threadpool(_VERBS[asked.verb], request, now, asked)
        content, arguments = [made], asked.arguments
    except Refused as error:
        content, arguments = xml.faults([error.fault]), error.asked
    async with turns.places:
        return await run_in_threadpool(_answer, request, partial(xml.envelope, now.site, began, arguments, content))


def _response_date(data: Path) -> str:
    """The moment of the answer; while a release is in the making one before its records, for the answer has none of them.

    A harvester asks next for what changed since this moment, and so misses nothing.
    """
    now = moment(int(time.time()))
    return min(now, harvesting.announced(data) or now)


async def _pairs(request: Request) -> list[tuple[str, str]]:
    """The arguments, of the address or of a form. Raises Refused where they cannot be read."""
    try:
        if request.method != "POST":
            return form_pairs(request.scope["query_string"])
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
            raise Refused("badArgument", f"a POST request has its arguments in the form {FORM}")
        return form_pairs(await body_of(request, _LONGEST, QueryTooLong("the form is too long")))
    except (BadRequest, QueryTooLong) as error:
        raise Refused("badArgument", error.message) from error


async def _list(request: Request, now: Serving, asked: Asked) -> Element:
    """A part of a list, made in turn with the pages; a client that asks for many at once is told to come again (503, Retry-After)."""
    places, client = cast(Places, request.app.state.harvests), client_of(request)
    try:
        places.take(client)
    except TooManyRequests as error:
        raise Busy(error.message) from error  # 503 is the status that harvesters wait at (OAI-PMH §3.1.2.2)
    found: list[Element] = []
    refused: list[Refused] = []
    steps = Blocks(_steps(now, asked, found, refused), cast(Turns, request.app.state.turns), partial(places.give, client))
    try:
        while await steps.next() is not None:
            pass
    finally:
        steps.close()
    if refused:
        raise refused[0]
    return found[0]


def _steps(now: Serving, asked: Asked, found: list[Element], refused: list[Refused]) -> Iterator[bytes]:
    try:
        yield from oai_records.part(now, asked, found.append)
    except Refused as error:
        refused.append(error)


def _answer(request: Request, make: Callable[[], bytes]) -> Response:
    body = make()
    headers = {"Content-Type": f"{xml.MEDIA_TYPE}; charset=utf-8", "Cache-Control": "no-cache", "Vary": "Accept, Accept-Encoding"}
    if takes_gzip(request.scope) and len(body) >= _SMALLEST:
        body = gzip.compress(body, _LEVEL, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return Response(body, headers=headers | {"X-Robots-Tag": "noindex"})


# The small verbs --------------------------------------------------------------------------------------------------------


def _identify(request: Request, now: Serving, asked: Asked) -> Element:
    first = next(iter(now.harvest.page("", 1)), None)
    earliest = now.harvest.earliest() or str(now.release.manifest["created"])
    return xml.identify(now.site, site_of(request).settings.contact, earliest, first.key if first else "joconde/000PE000000")


def _formats(request: Request, now: Serving, asked: Asked) -> Element:
    key = ""
    if asked.identifier:
        key = xml.key_of(now.site, asked.identifier)
        if not key:
            raise Refused("idDoesNotExist", "no record has this identifier", asked.arguments)
    try:
        return xml.metadata_formats(oai_records.offered(now, key))
    except Refused as error:
        raise Refused(error.fault.code, error.fault.text, asked.arguments) from error


def _sets(request: Request, now: Serving, asked: Asked) -> Element:
    named = _named(now, now.harvest.sets())
    return xml.sets((f"{one.kind}:{one.spec}", name, _described(one, name)) for one, name in named)


def _named(now: Serving, sets: list[Set], lang: str = "fr") -> list[tuple[Set, str]]:
    """Sets with their names: those of bases, of museums as Muséofile has them, of producers as search has them."""
    museums = {one.name: f"{now.site}/id/museo/{one.name}" for one in sets if one.kind == "museum"}
    labels = now.reader.labels(museums.values())

    def name(one: Set) -> str:
        if one.kind == "base":
            return load_bases()[one.name].name[lang] if one.name in load_bases() else one.name
        known = labels.get(museums.get(one.name, "")) if one.kind == "museum" else None
        return str(known[0].value) if known else one.name

    return [(one, name(one)) for one in sets]


def _described(one: Set, name: str) -> dict[str, str]:
    return {lang: say(lang, f"ui.oai_set_{one.kind}", name=name, code=one.name, n=number(one.number, lang)) for lang in ("fr", "en")}


_VERBS: dict[str, Callable[[Request, Serving, Asked], Element]] = {
    "Identify": _identify,
    "ListMetadataFormats": _formats,
    "ListSets": _sets,
    "GetRecord": lambda request, now, asked: oai_records.one(now, asked),
}


# The page ---------------------------------------------------------------------------------------------------------------


def _page(request: Request, now: Serving) -> Response:
    lang = language(request)
    headers = {"Vary": "Accept, Accept-Language"}
    return cached(request, partial(_html, request, now, lang), "text/html", now.release.name, lang=lang, headers=headers)


def _html(request: Request, now: Serving, lang: str) -> bytes:
    sets = _named(now, now.harvest.sets(), lang)
    sample = next(iter(now.harvest.page("", 1)), None)
    context = {
        "address": f"{now.site}/oai",
        "bases": [pair for pair in sets if pair[0].kind == "base"],
        "producers": [pair for pair in sets if pair[0].kind == "producer"],
        "museums": sum(one.kind == "museum" for one, _ in sets),
        "prefixes": list(xml.PREFIXES.values()),
        "sample": xml.identifier(now.site, sample.key) if sample else "",
        "earliest": now.harvest.earliest(),
        "changed": str(now.release.manifest["created"]),
        "records": now.harvest.count(),
    }
    return html(request, "oai.html", lang, **context)
