"""/search.csv, .jsonld, .geojson, .iris, .bib, .ris and .txt: every notice of an answer in one file, streamed, however many they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pop_ld.search.address import query_string, read
from pop_ld.search.question import Question
from pop_ld.web.errors import BadRequest
from pop_ld.web.export_rows import FORMS, Form, Told, known_fields, pieces
from pop_ld.web.negotiation import language
from pop_ld.web.respond import cached
from pop_ld.web.sparql_request import client_of
from pop_ld.web.state import Serving, serving_now
from pop_ld.web.streamed import Blocks, Places, StreamedFile
from pop_ld.web.turns import Turns

OFFERED = ("csv", "jsonld", "geojson", "iris", "bib", "ris", "txt")
"""Formats in the order of the page."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A file that an answer can be had as; its words are the interface texts ``export_{name}``."""

    name: str
    href: str
    media_type: str


def offers(question: Question, total: int, lang: str = "") -> Sequence[Offer]:
    """The files of an answer of ``total`` notices; ``lang`` is kept where it was asked for."""
    kept = [(name, FORMS[name]) for name in OFFERED if not FORMS[name].most or total <= FORMS[name].most]
    return [Offer(name, f"/search.{name}?{query_string(question, lang=lang)}".rstrip("?"), form.media_type) for name, form in kept]


async def export(request: Request) -> Response:
    """GET /search.{suffix}?…&fields=&guard=no: the parameters of /search. Raises TooManyRequests, Busy, BadRequest, StoreUnavailable.

    ``fields`` adds POP codes to a CSV, ``*`` all of them; ``guard=no`` leaves cells that begin like a formula as they are. Pop-Total says
    how many notices there are. The order is that of the question, by base and REF where it is relevance.
    """
    now = await serving_now(request)
    form = FORMS[request.url.path.rpartition(".")[2]]
    question, _ = read(request.query_params.multi_items())
    question = form.asked(question)
    turns = cast(Turns, request.app.state.turns)
    async with turns.searches:
        total, fields = await run_in_threadpool(_looked_up, request, now, question)
    if form.most and total > form.most:
        raise BadRequest(f"{total} notices are too many to cite in one file, which takes {form.most}: narrow the search")
    lang = language(request) if form.in_language else ""
    answer = cached(request, bytes, form.media_type, now.release.name, lang=lang, headers=_headers(request, now, total))
    request.scope["state"]["keep"] = False  # what is streamed is not gathered
    if answer.status_code == 304 or request.method == "HEAD":
        del answer.headers["content-length"]
        return answer
    told = Told(now, language(request), fields, request.query_params.get("guard") != "no")
    return await _file(request, form, told, question, answer)


def _looked_up(request: Request, now: Serving, question: Question) -> tuple[int, tuple[str, ...]]:
    found = now.search.find(question, facets=("base",), limit=0)
    bases = [slug for slug, count in found.facets["base"].values if count and slug in (question.chosen("base") or (slug,))]
    return found.total, known_fields(request.query_params.get("fields", ""), sorted(bases))


async def _file(request: Request, form: Form, told: Told, question: Question, answer: Response) -> Response:
    """The first block is made before anything is sent, so that what fails at once is an answer of its own."""
    places, client = cast(Places, request.app.state.exports), client_of(request)
    places.take(client)
    made = pieces(form, told, told.now.search.scan(question, full=form.full))
    blocks = Blocks(made, cast(Turns, request.app.state.turns), lambda: places.give(client))
    try:
        first = await blocks.next()
        return StreamedFile(request, first or b"", blocks, dict(answer.headers))
    except BaseException:
        blocks.close()
        raise


def _headers(request: Request, now: Serving, total: int) -> dict[str, str]:
    suffix = request.url.path.rpartition(".")[2]
    name = f"pop-{now.release.name}.{'txt' if suffix == 'iris' else suffix}"
    return {"Content-Disposition": f'attachment; filename="{name}"', "Pop-Total": str(total), "X-Robots-Tag": "noindex"}
