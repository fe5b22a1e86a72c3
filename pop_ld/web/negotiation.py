"""Which representation and language a request wants (RFC 9110 §12.5)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from starlette.requests import Request

from pop_ld.errors import NotAcceptable
from pop_ld.formats.words import LANGUAGES

_PART = re.compile(r'(?:[^,"]|"(?:\\.|[^"\\])*")+')
_PARAMETER = re.compile(r';\s*([^\s=;]+)\s*=\s*("(?:\\.|[^"\\])*"|[^\s;]*)')


@lru_cache(maxsize=500)
def weights(header: str) -> Sequence[tuple[str, float]]:
    """``a/b;q=0.5, c/d`` -> (("a/b", 0.5), ("c/d", 1.0)), lower case; a q that is no number counts as 0, none as 1."""
    found = []
    for part in _PART.findall(header[:4000]):
        name = part.split(";", 1)[0].strip().lower()
        parameters = {key.lower(): value for key, value in _PARAMETER.findall(part)}
        if name:
            found.append((name, _quality(parameters.get("q", "1"))))
    return tuple(found)


def _quality(text: str) -> float:
    return min(float(text), 1.0) if re.fullmatch(r"\d{1,2}(?:\.\d{0,6})?", text) else 0.0


def quality(header: str, media_type: str) -> float:
    """How much the client wants a media type: the most specific range that matches decides; an empty header wants all."""
    if not header.strip():
        return 1.0
    kind = media_type.split("/", 1)[0]
    ranges = dict(reversed(weights(header)))  # of a range written twice, the first counts
    for name in (media_type, f"{kind}/*", "*/*", "*"):
        if name in ranges:
            return ranges[name]
    return 0.0


def choose(header: str, offers: Sequence[str]) -> str:
    """The media type to answer with: highest q, then the order of ``offers``. Raises NotAcceptable, listing them."""
    best = max(offers, key=lambda offer: quality(header, offer))
    if quality(header, best) <= 0:
        raise NotAcceptable("no representation that the client accepts", offers=tuple(offers))
    return best


def accept(request: Request) -> str:
    """The Accept header; several lines of it are one (RFC 9110 §5.3)."""
    return ", ".join(request.headers.getlist("accept"))


def wants_html(request: Request) -> bool:
    """Whether the client names text/html and likes nothing of its own more: a browser, not a program that takes anything."""
    named = dict(weights(accept(request)))
    html = named.get("text/html", 0.0)
    machine = max((q for name, q in named.items() if "*" not in name and "html" not in name), default=0.0)
    return html > 0 and html >= machine


def language(request: Request, default: str = LANGUAGES[0]) -> str:
    """``?lang=`` where it names a language of the interface, else the best of Accept-Language, else ``default``."""
    asked = request.query_params.get("lang", "")
    if asked in LANGUAGES:
        return asked
    best, top = default, 0.0
    for name, q in weights(", ".join(request.headers.getlist("accept-language"))):
        lang = name.split("-", 1)[0]
        if lang in LANGUAGES and q > top:
            best, top = lang, q
    return best
