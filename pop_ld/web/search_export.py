"""/search.csv, .jsonld, .qs and the like: every notice of an answer in one file, streamed, however many they are."""

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

OFFERED = tuple(FORMS)
"""Formats in the order of the page."""
PREFIX = "/search."
"""What begins their addresses; the rest names the format."""
OPTIONS = ("create", "properties", "catalog", "guard")
"""Parameters of one format or another."""
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class Offer:
    """A file that an answer can be had as; ``for_aligners`` has it shown apart."""

    name: str
    href: str
    media_type: str
    for_aligners: bool = False

    @property
    def key(self) -> str:
        """The key of its interface text."""
        return f"export_{self.name.replace('.', '_')}"


def offers(question: Question, total: int, lang: str = "") -> Sequence[Offer]:
    """The files of an answer of ``total`` notices; ``lang`` is kept where it was asked for."""
    single = len(question.chosen("base")) == 1
    kept = [
        (name, FORMS[name])
        for name in OFFERED
        if (not FORMS[name].most or total <= FORMS[name].most) and (single or not FORMS[name].one_base)
    ]
    query = query_string(question, lang=lang)
    return [Offer(name, f"{PREFIX}{name}?{query}".rstrip("?"), form.media_type, form.for_aligners) for name, form in kept]


async def export(request: Request) -> Response:
    """GET /search.{suffix}?…&fields=&guard=no: the parameters of /search. Raises TooManyRequests, Busy, BadRequest, StoreUnavailable.

    ``fields`` adds POP codes to a CSV, ``*`` all of them; ``guard=no`` leaves cells that begin like a formula as they are. Pop-Total says
    how many notices there are. The order is that of the question, by base and REF where it is relevance.
    """
    now = await serving_now(request)
    form = FORMS[request.url.path.removeprefix(PREFIX)]
    question, _ = read(request.query_params.multi_items())
    question = form.asked(question)
    turns = cast(Turns, request.app.state.turns)
    async with turns.searches:
        total, bases = await run_in_threadpool(looked_up, now, question)
    if form.most and total > form.most:
        raise BadRequest(f"{total} notices are too many to cite in one file, which takes {form.most}: narrow the search")
    lang = language(request) if form.in_language else ""
    answer = cached(request, bytes, form.media_type, now.release.name, lang=lang, headers=_headers(request, now, total))
    request.scope["state"]["keep"] = False  # what is streamed is not gathered
    if answer.status_code == 304 or request.method == "HEAD":
        del answer.headers["content-length"]
        return answer
    fields = known_fields(request.query_params.get("fields", ""), bases)
    options = {name: request.query_params[name][:_LONGEST] for name in OPTIONS if name in request.query_params}
    chosen = question.chosen("base")
    address = f"{now.site}{request.url.path}?{query_string(question)}".rstrip("?")
    told = Told(
        now, language(request), fields, options.get("guard") != "no", options, tuple(chosen) if len(chosen) == 1 else tuple(bases), address
    )
    return await _file(request, form, told, question, answer)


def looked_up(now: Serving, question: Question) -> tuple[int, list[str]]:
    """How many notices there are, and of which bases."""
    found = now.search.find(question, facets=("base",), limit=0)
    return found.total, sorted(
        slug for slug, count in found.facets["base"].values if count and slug in (question.chosen("base") or (slug,))
    )


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
    suffix = request.url.path.removeprefix(PREFIX)
    name = f"pop-{now.release.name}.{'txt' if suffix == 'iris' else suffix}"
    return {"Content-Disposition": f'attachment; filename="{name}"', "Pop-Total": str(total), "X-Robots-Tag": "noindex"}
