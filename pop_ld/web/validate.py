"""/validate: a file or a text of notices, or a graph, in; a report as page, CSV, JSON, Turtle or SARIF out. Nothing is kept."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.types import Message

from pop_ld.bases import load_bases
from pop_ld.errors import PopError
from pop_ld.formats.words import say
from pop_ld.web.checks import clean
from pop_ld.web.errors import BadRequest, UnsupportedUpload, UploadTooLarge, detail_of, status_of
from pop_ld.web.negotiation import accept, choose, language, wants_html
from pop_ld.web.respond import cached, html, page
from pop_ld.web.sparql import unless_gone
from pop_ld.web.state import site_of

ANSWERS = {
    "html": "text/html",
    "json": "application/json",
    "csv": "text/csv",
    "turtle": "text/turtle",
    "sarif": "application/sarif+json",
}
"""Format of a report -> its media type, in the order of preference where a client has none."""
BODIES = {
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "text/plain": ".txt",
    "application/json": ".json",
    "application/x-ndjson": ".jsonl",
    "application/zip": ".zip",
    "application/gzip": ".gz",
    "application/octet-stream": "",
    "text/turtle": ".ttl",
    "application/n-triples": ".nt",
    "application/ld+json": ".jsonld",
}
"""Media type of a body that is the file itself -> suffix of the file."""
SENT = "sent"
"""Folder of what the client sent, beside what the check writes."""
_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
_OTHERS = 100_000
"""Bytes that the fields of a form may have beside the file."""


async def validate(request: Request) -> Response:
    """GET the form, POST a check. Raises BadRequest, Busy, CheckRefused, CheckLimit, UploadTooLarge, UnsupportedUpload, NotAcceptable."""
    if request.method != "POST":
        return await run_in_threadpool(_form, request)
    folder = Path(await run_in_threadpool(tempfile.mkdtemp, prefix="pop-ld-check-"))
    try:
        (folder / SENT).mkdir()
        made = await _check(request, folder)
    except BaseException as error:
        await run_in_threadpool(clean, folder)
        if isinstance(error, PopError) and wants_html(request):
            return await run_in_threadpool(_failed, request, error)
        raise
    if not isinstance(made, FileResponse):
        await run_in_threadpool(clean, folder)
    return made


def _form(request: Request) -> Response:
    lang = language(request)
    return cached(request, lambda: html(request, "validate.html", lang, **_context(request)), "text/html", "validate", lang=lang)


def _context(request: Request, **more: Any) -> dict[str, Any]:
    settings = site_of(request).settings
    empty: dict[str, Any] = {"report": None, "error": None, "sources": (), "missing": ()}
    return {"slugs": list(load_bases()), "megabytes": settings.check_size // 1_000_000, **empty, **more}


def _failed(request: Request, error: PopError) -> Response:
    """The form with what was wrong."""
    lang = language(request)
    status, key = status_of(error)
    shown = {"title": say(lang, f"errors.{key}.title"), "text": say(lang, f"errors.{key}.text"), "detail": detail_of(error)}
    made = page(request, "validate.html", lang, status=status, **_context(request, error=shown))
    made.headers["Cache-Control"] = "no-store"
    return made


async def _check(request: Request, folder: Path) -> Response:
    task = await _received(request, folder / SENT)
    format = task["format"] or next(f for f, t in ANSWERS.items() if t == choose(accept(request), list(ANSWERS.values())))
    if format not in ANSWERS:
        raise BadRequest(f"format is one of {', '.join(ANSWERS)}")
    answer = await unless_gone(request, site_of(request).checks.run(folder, {**task, "format": format, "lang": language(request)}))
    if format == "html":
        return await run_in_threadpool(_page, request, folder, answer)
    headers = {"Cache-Control": "no-store", "Vary": "Accept, Accept-Language", "Content-Disposition": f'inline; filename="report.{format}"'}
    kind = ANSWERS[format] + ("; charset=utf-8" if ANSWERS[format].startswith("text/") else "")
    return FileResponse(folder / f"report.{format}", headers=headers, media_type=kind, background=BackgroundTask(clean, folder))


def _page(request: Request, folder: Path, answer: dict[str, Any]) -> Response:
    report = json.loads((folder / "report.html").read_text(encoding="utf-8"))
    context = _context(request, report=report, sources=answer["sources"], missing=answer["missing"])
    made = page(request, "validate.html", language(request), **context)
    made.headers["Cache-Control"] = "no-store"
    return made


# What is sent ----------------------------------------------------------------------------------------------------------------


async def _received(request: Request, folder: Path) -> dict[str, Any]:
    """Puts what was sent into the folder; gives ``name``, ``shapes`` (file names), ``base``, ``encoding`` and ``format``."""
    kind = request.headers.get("content-type", "").split(";", 1)[0].strip().lower()
    if kind in _FORMS:
        return await _from_form(request, folder)
    if kind not in BODIES:
        raise UnsupportedUpload(f"send a form, or a file as one of {', '.join(BODIES)}")
    asked = request.query_params
    name = _safe(asked.get("name", "")) or f"notices{BODIES[kind]}"
    limit, size = site_of(request).settings.check_size, 0
    with (folder / name).open("wb") as file:
        async for chunk in request.stream():
            size += len(chunk)
            if size > limit:
                raise UploadTooLarge(f"a file has at most {limit} bytes")
            await run_in_threadpool(file.write, chunk)
    return {"name": name, "shapes": "", **{key: asked.get(key, "")[:40] for key in ("base", "encoding", "format")}}


async def _from_form(request: Request, folder: Path) -> dict[str, Any]:
    limit = site_of(request).settings.check_size
    bounded = Request(request.scope, _limited(request.receive, 2 * limit + _OTHERS))
    try:
        async with bounded.form(max_files=2, max_fields=20, max_part_size=limit + _OTHERS) as form:
            return await run_in_threadpool(_kept, form, folder, limit)
    except HTTPException as error:
        if "maximum size" in str(error.detail).lower():
            raise UploadTooLarge(f"a file has at most {limit} bytes") from error
        raise BadRequest(str(error.detail)) from error


def _kept(form: FormData, folder: Path, limit: int) -> dict[str, Any]:
    def text(name: str) -> str:
        value = form.get(name)
        return value.strip() if isinstance(value, str) else ""

    file, shapes = form.get("file"), form.get("shapes")
    if isinstance(file, UploadFile) and file.filename:
        name = _safe(file.filename) or "notices"
        _save(file, folder / name, limit)
    elif pasted := form.get("text"):
        name = "texte.txt"
        content = str(pasted).encode("utf-8", "replace")
        if len(content) > limit:
            raise UploadTooLarge(f"a text has at most {limit} bytes")
        (folder / name).write_bytes(content)
    else:
        raise BadRequest("choose a file, or paste a text")
    own = ""
    if isinstance(shapes, UploadFile) and shapes.filename:
        own = "shapes-" + (_safe(shapes.filename) or "own.ttl")
        _save(shapes, folder / own, limit)
    return {"name": name, "shapes": own, "base": text("base")[:40], "encoding": text("encoding")[:40], "format": text("format")[:40]}


def _save(upload: UploadFile, path: Path, limit: int) -> None:
    size = 0
    with path.open("wb") as out:
        while chunk := upload.file.read(1 << 20):
            size += len(chunk)
            if size > limit:
                raise UploadTooLarge(f"a file has at most {limit} bytes")
            out.write(chunk)


def _limited(receive: Callable[[], Awaitable[Message]], limit: int) -> Callable[[], Awaitable[Message]]:
    """A receive that gives up where the body passes the limit: the form's own parser has no bound on files."""
    size = 0

    async def counted() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > limit:
            raise UploadTooLarge("the form is too large")
        return message

    return counted


def _safe(name: str) -> str:
    """A file name of the client's as one of ours: its last part, without what a path or a terminal would make of it."""
    last = re.split(r"[/\\]", name)[-1]
    return re.sub(r"[^\w.\- ]", "_", last).strip(". ")[-100:]
