"""Answers with what every page shares: language switch, strong ETag, 304, links to the other representations."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from pop_ld.config import image_origins
from pop_ld.formats.html import fingerprint, render
from pop_ld.formats.pictures import loadable
from pop_ld.formats.words import LANGUAGES


def raw_path(request: Request) -> str:
    """The path as the client wrote it, so that ``%2F`` in a REF is not a separator."""
    raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode("utf-8")
    return raw.split(b"?", 1)[0].decode("utf-8", "replace")


def in_language(request: Request, lang: str) -> str:
    """A link to this very page in a language: its query alone, so that it holds on any host and path."""
    pairs = [(k, v) for k, v in parse_qsl(request.url.query, keep_blank_values=True, errors="replace") if k != "lang"]
    return "?" + urlencode([*pairs, ("lang", lang)], errors="replace")


def html(request: Request, template: str, lang: str, **context: Any) -> bytes:
    """A page of the site, rendered."""
    asked = request.query_params.get("lang", "")
    shared = {
        "languages": {each: in_language(request, each) for each in LANGUAGES},
        "path": raw_path(request),
        "keep_lang": f"?lang={lang}" if asked == lang else "",
        "release": request.scope.get("state", {}).get("release", ""),
        "memento": request.scope.get("state", {}).get("memento"),
        "loadable": partial(loadable, origins=image_origins(request.app.state.site.settings)),
        "q": "",
    }
    return render(template, lang, **{**shared, **context}).encode("utf-8", "replace")


def page(request: Request, template: str, lang: str, *, status: int = 200, **context: Any) -> Response:
    """A page without ETag."""
    made = HTMLResponse(html(request, template, lang, **context), status)
    made.headers.update({"Content-Language": lang, "Vary": "Accept, Accept-Language"})
    return made


def cached(
    request: Request, make: Callable[[], bytes], media_type: str, release: str, *, lang: str = "", headers: Mapping[str, str] | None = None
) -> Response:
    """A representation with a strong ETag of (release, address, media type, language, our templates); 304 costs no rendering."""
    key = "\0".join((release, raw_path(request), request.url.query, media_type, lang, fingerprint()))
    tag = f'"{hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:32]}"'
    shared = {"ETag": tag, "Vary": "Accept, Accept-Language", "Cache-Control": "public, no-cache", "Accept-Ranges": "none"}
    shared |= headers or {}
    if lang:
        shared["Content-Language"] = lang
    request.scope["state"]["keep"] = True  # for the page cache
    if matches(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=shared)
    return Response(make(), headers={**shared, "Content-Type": content_type(media_type)})


def content_type(media_type: str) -> str:
    """A media type as the header says it: texts are UTF-8."""
    return media_type + ("; charset=utf-8" if media_type.startswith("text/") else "")


def matches(header: str, tag: str) -> bool:
    """If-None-Match by weak comparison (RFC 9110 §13.1.2)."""
    wanted = [part.strip().removeprefix("W/") for part in header.split(",")]
    return "*" in wanted or tag in wanted


def packed(data: Any) -> bytes:
    """JSON in UTF-8; what cannot be written so is replaced."""
    return json.dumps(data, ensure_ascii=False).encode("utf-8", "replace")
