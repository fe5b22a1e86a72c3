"""The one table exception → HTTP status, and errors as HTML or application/problem+json (RFC 9457)."""

from __future__ import annotations

import math
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pop_ld import errors
from pop_ld.formats.words import date_words, say
from pop_ld.web.checks import CheckLimit, CheckRefused
from pop_ld.web.negotiation import language, wants_html
from pop_ld.web.respond import page


class NoRelease(errors.StoreError):
    """Nothing was published yet."""


class BadRequest(errors.QueryError):
    """The request itself cannot be understood (SPARQL 1.1 Protocol §2.1.6)."""


class QueryTooLong(errors.QueryError):
    """The query is longer than the setting ``query_size``."""


class GraphTooLarge(errors.QueryError):
    """A graph of more triples than are given whole."""


class UnsupportedMedia(errors.QueryError):
    """A POST body in a media type that SPARQL 1.1 Protocol §2.1 does not name."""


class UploadTooLarge(errors.PopError):
    """A file longer than the setting ``check_size``."""


class UnsupportedUpload(errors.PopError):
    """A body in a media type that is neither notices nor a graph."""


class BatchTooLarge(errors.QueryError):
    """More queries at once, or longer ones, than a batch may hold (Reconciliation API 1.0-draft §3.1, ``batchSize``)."""


TABLE: dict[type[errors.PopError], tuple[int, str]] = {
    errors.PopError: (500, "internal"),
    errors.UsageError: (400, "bad-request"),
    errors.StoreError: (500, "store"),
    NoRelease: (503, "no-release"),
    errors.Busy: (503, "busy"),
    errors.StoreUnavailable: (503, "store-unavailable"),
    errors.SearchUnavailable: (503, "search-unavailable"),
    errors.QueryError: (400, "bad-request"),
    BadRequest: (400, "bad-request"),
    errors.QuerySyntaxError: (400, "query-syntax"),
    errors.QueryForbidden: (403, "query-forbidden"),
    errors.QueryTimeout: (504, "query-timeout"),
    errors.QueryMemoryError: (504, "query-memory"),
    errors.ResultTooLarge: (504, "result-too-large"),
    errors.TooManyRequests: (429, "too-many-requests"),
    errors.QueryFailed: (500, "query-failed"),
    QueryTooLong: (413, "query-too-long"),
    BatchTooLarge: (413, "batch-too-large"),
    GraphTooLarge: (403, "graph-too-large"),
    UnsupportedMedia: (415, "unsupported-media"),
    CheckRefused: (422, "check-refused"),
    CheckLimit: (504, "check-limit"),
    UploadTooLarge: (413, "upload-too-large"),
    UnsupportedUpload: (415, "unsupported-upload"),
    errors.NotFound: (404, "not-found"),
    errors.Gone: (410, "gone"),
    errors.NotAcceptable: (406, "not-acceptable"),
}
"""Exception -> (status, key of ``errors`` in templates/i18n); a class that is not here has the line of its nearest ancestor."""

_SOON = "5"
_STATUSES = {404: "not-found", 405: "method", 413: "query-too-long", 503: "busy"}


def status_of(error: errors.PopError) -> tuple[int, str]:
    """(HTTP status, key) of an exception."""
    return next(TABLE[kind] for kind in type(error).__mro__ if kind in TABLE)


def detail_of(error: errors.PopError) -> str:
    """What the client may know more: nothing of our own faults, which belong in the log."""
    status, _ = status_of(error)
    return error.message if status in (400, 403, 406, 410, 413, 415, 422, 429, 504) else ""


def more_of(error: errors.PopError) -> dict[str, Any]:
    """Members that the problem of an exception has beyond those of every problem (RFC 9457 §3.2)."""
    if isinstance(error, errors.NotAcceptable):
        return {"offers": list(error.offers), **({"profiles": list(error.profiles)} if error.profiles else {})}
    if isinstance(error, errors.Gone):
        return {"label": error.label, "removed": error.when}
    if isinstance(error, errors.QuerySyntaxError) and error.line:
        return {"line": error.line, "column": error.column, "excerpt": error.excerpt, "mark": error.mark}
    return {}


def wait_of(error: errors.PopError) -> str:
    """Retry-After for an exception, in seconds; "" where coming again would not help."""
    if isinstance(error, errors.TooManyRequests):
        return str(math.ceil(error.wait))
    return _SOON if status_of(error)[0] == HTTPStatus.SERVICE_UNAVAILABLE else ""


async def answer_pop_error(request: Request, error: Exception) -> Response:
    """The answer to a PopError."""
    assert isinstance(error, errors.PopError)
    status, key = status_of(error)
    made = respond(request, status, key, detail_of(error), more_of(error))
    if wait := wait_of(error):
        made.headers["Retry-After"] = wait
    return made


async def answer_http_error(request: Request, error: Exception) -> Response:
    """The answer to Starlette's own errors: no such address, method not allowed."""
    assert isinstance(error, HTTPException)
    key = _STATUSES.get(error.status_code, "internal" if error.status_code >= 500 else "bad-request")
    made = respond(request, error.status_code, key, "", {})
    for name, value in (error.headers or {}).items():
        made.headers[name] = value
    return made


def respond(request: Request, status: int, key: str, detail: str, extra: dict[str, Any]) -> Response:
    """An error as a page for a browser, as problem+json for anything else."""
    lang = language(request)
    title = say(lang, f"errors.{key}.title")
    if wants_html(request):
        removed = date_words(str(extra.get("removed", "")), lang)
        shown = {"title": title, "text": say(lang, f"errors.{key}.text"), "detail": detail, **extra, "removed": removed}
        made: Response = page(request, "error.html", lang, status=status, error=shown)
    else:
        body = {"type": f"/errors#{key}", "title": title, "status": status, "detail": detail or say(lang, f"errors.{key}.text"), **extra}
        made = JSONResponse(body, status, media_type="application/problem+json")
    made.headers["Vary"] = "Accept, Accept-Profile, Accept-Language, Accept-Datetime"
    made.headers["Cache-Control"] = "no-store" if status >= 500 else "no-cache"
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        made.headers["Retry-After"] = _SOON
    return made


def error_page(request: Request) -> Response:
    """/errors: what each ``type`` of problem+json means."""
    lang = language(request)
    listed = [
        (key, status, say(lang, f"errors.{key}.title"), say(lang, f"errors.{key}.text")) for status, key in dict.fromkeys(TABLE.values())
    ]
    return page(request, "errors.html", lang, listed=sorted(listed, key=lambda line: line[1]))
