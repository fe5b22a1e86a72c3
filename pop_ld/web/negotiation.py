"""Which representation and language a request wants (RFC 9110 §12.5): the headers, read; no text in them is an error."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from starlette.requests import Request

from pop_ld.errors import NotAcceptable
from pop_ld.formats.words import LANGUAGES

LONGEST = 4000
"""Characters of a header that are read; no client has more to say."""
_PART = re.compile(r'(?:[^,"<]|"(?:\\.|[^"\\])*+"?|<[^<>]*+>?)+')
_PARAMETER = re.compile(r';\s*+([^\s=;]++)\s*+=\s*+("(?:\\.|[^"\\])*+"?|[^\s;]*+)')
"""Possessive, and a quote that is never closed ends with the header: each character is read once, whatever the header."""


@dataclass(frozen=True, slots=True)
class Range:
    """One member of an Accept header: ``name`` in lower case, ``parameters`` but ``q`` with their values unquoted."""

    name: str
    quality: float
    parameters: Mapping[str, str]


@lru_cache(maxsize=500)
def ranges(header: str) -> Sequence[Range]:
    """``a/b;q=0.5;c=d`` -> its members in order; a q that is no number counts as 0, none as 1."""
    found = []
    for part in _PART.findall(header[:LONGEST]):
        name = part.split(";", 1)[0].strip().lower()
        parameters = {key.lower(): _unquoted(value) for key, value in _PARAMETER.findall(part)}
        if name:
            found.append(Range(name, _quality(parameters.pop("q", "1")), MappingProxyType(parameters)))
    return tuple(found)


def weights(header: str) -> Sequence[tuple[str, float]]:
    """``a/b;q=0.5, c/d`` -> (("a/b", 0.5), ("c/d", 1.0)), lower case; parameters left out."""
    return tuple((found.name, found.quality) for found in ranges(header))


def _quality(text: str) -> float:
    return min(float(text), 1.0) if re.fullmatch(r"[0-9]{1,2}(?:\.[0-9]{0,6})?", text) else 0.0


def _unquoted(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value[1:-1]) if len(value) > 1 and value[0] == value[-1] == '"' else value


@lru_cache(maxsize=500)
def profile_weights(header: str) -> Mapping[str, float]:
    """Accept-Profile: ``<iri>;q=0.5, <iri>`` -> IRI -> q. Of one written twice the first counts; brackets may be missing."""
    found: dict[str, float] = {}
    for part in _PART.findall(header[:LONGEST]):
        match = re.fullmatch(r"\s*(?:<([^<>]*)>|([^\s;]+))\s*(;.*)?", part, re.DOTALL)
        if match and (iri := (match[1] or match[2] or "").strip()):
            parameters = {key.lower(): _unquoted(value) for key, value in _PARAMETER.findall(match[3] or "")}
            found.setdefault(iri, _quality(parameters.get("q", "1")))
    return MappingProxyType(found)


def quality(header: str, media_type: str) -> float:
    """How much the client wants a media type: the most specific range that matches decides; an empty header wants all."""
    if not header.strip():
        return 1.0
    kind = media_type.split("/", 1)[0]
    named = dict(reversed(weights(header)))  # of a range written twice, the first counts
    for name in (media_type, f"{kind}/*", "*/*", "*"):
        if name in named:
            return named[name]
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
