"""/align/review of the operator's port: suggestions side by side, accepted or rejected by form or by JSON, kept in the book."""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from pop_ld import alignment, iris, search, store
from pop_ld.alignment import Book, Suggestion
from pop_ld.alignment.suggestion import ACCEPTED, REJECTED
from pop_ld.config import Settings
from pop_ld.formats.html import render
from pop_ld.formats.words import number
from pop_ld.search.contract import Hit, SearchReader
from pop_ld.search.question import Question
from pop_ld.web import align_session as session
from pop_ld.web.align import as_json, shown
from pop_ld.web.errors import BadRequest, QueryTooLong, UnsupportedMedia
from pop_ld.web.negotiation import language, wants_html
from pop_ld.web.operator import Operator, operator_of
from pop_ld.web.sparql_request import FORM, body_of, form_pairs

T = TypeVar("T")
SIZE = 25
"""Suggestions of one page."""
LARGEST = 1 << 20
"""Bytes of a set of decisions."""
MOST = 5_000
"""Decisions of one request."""
WRONG = 1.0
"""Seconds that a wrong token is answered after."""
FACTS = (
    "DENO",
    "CATE",
    "TITR",
    "TICO",
    "COM",
    "ADRS",
    "EDIF",
    "AUTR",
    "SCLE",
    "MILL",
    "DATE",
    "CADA",
    "INV",
    "NINV",
    "MUSEO",
    "LOCA",
    "PROT",
)
"""Fields of a notice that stand beside its title."""
_SHOWN = 8


async def review(request: Request) -> Response:
    """GET /align/review?kind=&page=: the suggestions that wait; POST: decisions about them, by form or by JSON.

    JSON is ``{"accepted": [numbers], "rejected": [numbers]}``, answered with how many were decided and how many wait. Raises BadRequest,
    UnsupportedMedia.
    """
    operator = operator_of(request)
    if request.method == "POST":
        return await _decided(request, operator)
    kind, asked = request.query_params.get("kind", ""), request.query_params.get("page", "")
    if kind and kind not in alignment.KINDS:
        raise BadRequest(f"no suggestions of the kind {kind[:60]!r}")
    wanted = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 7 else 1

    def look(book: Book) -> tuple[Mapping[str, int], int, list[Suggestion]]:
        waiting = book.suggested()
        total = waiting.get(kind, 0) if kind else sum(waiting.values())
        page = min(max(wanted, 1), max(1, -(-total // SIZE)))
        return waiting, page, book.suggestions(kind, (page - 1) * SIZE, SIZE)

    waiting, page, found = await operator.read(lambda: _with_book(operator.settings, look))
    if not wants_html(request):
        return JSONResponse({"waiting": waiting, "page": page, "suggestions": [*map(as_json, found)]}, headers=_NO_STORE)
    hits = await operator.read(lambda: _hits(operator.settings, found))
    return _page(request, operator, "align_review.html", **_context(request, operator, kind, page, waiting, found, hits))


_NO_STORE = {"Cache-Control": "no-store"}


def _with_book(settings: Settings, work: Callable[[Book], T]) -> T:
    book = Book(Path(settings.data) / alignment.FILE)
    try:
        return work(book)
    finally:
        book.close()


def _context(
    request: Request,
    operator: Operator,
    kind: str,
    page: int,
    waiting: Mapping[str, int],
    found: Sequence[Suggestion],
    hits: Mapping[str, Hit],
) -> dict[str, Any]:
    settings = operator.settings
    total = waiting.get(kind, 0) if kind else sum(waiting.values())
    last = max(1, -(-total // SIZE))

    def href(other: int = 1, of: str = kind) -> str:
        pairs = {"kind": of, "page": other if other > 1 else "", "lang": request.query_params.get("lang", "")}
        return "/align/review?" + urlencode({name: value for name, value in pairs.items() if value})

    rows = []
    for each in found:
        row = shown(settings.site, each)
        row["sides"] = [
            {**side, "href": iris.page_of(settings.site, iri) if side["own"] else iri, "facts": _facts(hits.get(iri))}
            for side, iri in zip(row["sides"], (each.subject, each.target), strict=True)
        ]
        rows.append(row)
    cookie = request.cookies.get(session.COOKIE, "")
    saved = [request.query_params.get(name, "") for name in (ACCEPTED, REJECTED)]
    return {
        "rows": rows,
        "total": total,
        "kinds": [("", href(of="")), *((each, href(of=each)) for each in alignment.KINDS)],
        "kind": kind,
        "waiting": waiting,
        "here": href(page),
        "previous": href(page - 1) if page > 1 else "",
        "next": href(page + 1) if page < last else "",
        "proof": session.proof(cookie, settings.operator_token) if cookie else "",
        "saved": dict(zip((ACCEPTED, REJECTED), saved, strict=True)) if all(text.isdecimal() for text in saved) else None,
    }


def _facts(hit: Hit | None) -> Sequence[tuple[str, str]]:
    """(POP code, text) of what helps to tell two notices apart."""
    if hit is None:
        return ()
    return [(code, " ; ".join(hit.fields[code])[:200]) for code in FACTS if hit.fields.get(code)][:_SHOWN]


def _hits(settings: Settings, found: Sequence[Suggestion]) -> dict[str, Hit]:
    """The notices among both sides, from the index of the release that serves."""
    data = Path(settings.data)
    if not store.current_name(data):
        return {}
    notices = [iri for each in found for iri in (each.subject, each.target) if iri.startswith(f"{settings.site}/id/")]
    question = Question(iris=tuple(dict.fromkeys(notices)))
    return {hit.iri: hit for hit in _index(store.current(data).path).find(question, limit=2 * SIZE, full=True).hits} if notices else {}


@lru_cache(maxsize=1)
def _index(release: Path) -> SearchReader:
    return search.open_search(release / "search")


async def _decided(request: Request, operator: Operator) -> Response:
    kind = request.headers.get("content-type", "").split(";", 1)[0].strip().lower()
    content = await body_of(request, LARGEST, QueryTooLong(f"decisions have at most {LARGEST >> 20} MiB"))
    if kind == FORM:
        given = form_pairs(content)
        proof = next((value for name, value in given if name == "proof"), "")
        if not _bears(request, operator) and not session.is_own(request, proof, operator.settings.operator_token):
            raise BadRequest("the form is not of this session: load the page again")
        wanted = _of_form(given)
    elif kind == "application/json":
        if not _bears(request, operator):
            raise BadRequest("JSON is taken with the token in Authorization alone")
        wanted = _of_json(content)
    else:
        raise UnsupportedMedia(f"decisions are sent as {FORM} or application/json")
    if sum(map(len, wanted.values())) > MOST:
        raise BadRequest(f"at most {MOST} decisions at once")
    day = datetime.now(UTC).date().isoformat()

    def decide(book: Book) -> tuple[dict[str, int], int]:
        return {verdict: len(book.decide(numbers, verdict, day)) for verdict, numbers in wanted.items()}, sum(book.suggested().values())

    # beside a publication too: it has read the book's revision first, so what is decided meanwhile goes into the next
    counts, waiting = await operator.read(lambda: _with_book(operator.settings, decide))
    if kind == FORM:
        kept = {name: value for name in ("kind", "page", "lang") if (value := request.query_params.get(name, ""))}
        return RedirectResponse("/align/review?" + urlencode({**kept, **counts}), 303, _NO_STORE)
    return JSONResponse({**counts, "waiting": waiting}, headers=_NO_STORE)


def _bears(request: Request, operator: Operator) -> bool:
    """Whether the token came in the header, which no other site can make a browser send."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return kind.lower() == "bearer" and hmac.compare_digest(token.strip().encode(), operator.settings.operator_token.encode())


def _of_form(given: Sequence[tuple[str, str]]) -> dict[str, list[int]]:
    """``verdict-12=accepted``; what is left says nothing."""
    wanted: dict[str, list[int]] = {ACCEPTED: [], REJECTED: []}
    for name, value in given:
        digits = name.removeprefix("verdict-")
        if digits != name and value in wanted:
            wanted[value].append(_number(digits))
    return wanted


def _of_json(content: bytes) -> dict[str, list[int]]:
    try:
        said = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise BadRequest("the decisions are no JSON") from error
    if not isinstance(said, dict) or not all(isinstance(said.get(name, []), list) for name in (ACCEPTED, REJECTED)):
        raise BadRequest('decisions are {"accepted": [numbers], "rejected": [numbers]}')
    return {name: [_number(str(each)) for each in said.get(name, [])] for name in (ACCEPTED, REJECTED)}


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 16):
        raise BadRequest(f"{text[:30]!r} is no number of a suggestion")
    return int(text)


# Coming in -------------------------------------------------------------------------------------------------------------------


async def sign_in(request: Request) -> Response:
    """GET /align/sign-in: asks for the token; POST: begins a session with it."""
    operator = operator_of(request)
    token = operator.settings.operator_token
    if request.method != "POST":
        return _page(request, operator, "align_sign_in.html", wrong=False)
    given = dict(form_pairs(await body_of(request, 1 << 14, QueryTooLong("a token is short"))))
    if not hmac.compare_digest(given.get("token", "").strip().encode("utf-8", "replace"), token.encode()):
        await asyncio.sleep(WRONG)
        return _page(request, operator, "align_sign_in.html", status=403, wrong=True)
    answer = RedirectResponse("/align/review", 303, _NO_STORE)
    session.begin(answer, token, secure=request.url.scheme == "https")
    return answer


async def sign_out(request: Request) -> Response:
    """POST /align/sign-out: ends the session."""
    answer = RedirectResponse("/align/sign-in", 303, _NO_STORE)
    session.end(answer)
    return answer


def _page(request: Request, operator: Operator, template: str, *, status: int = 200, **context: Any) -> Response:
    lang = language(request, operator.settings.lang)
    text = render(template, lang, count=lambda value: number(value, lang), **context)
    return HTMLResponse(
        text.encode("utf-8", "replace"), status, headers={**_NO_STORE, "Content-Language": lang, "Referrer-Policy": "same-origin"}
    )
