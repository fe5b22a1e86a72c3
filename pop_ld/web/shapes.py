"""/shapes: the rules by base; /shapes/<name>: those of one file, as a page to read, as the Turtle they are written in, and otherwise."""

from __future__ import annotations

import hashlib
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from pop_ld.errors import NotFound
from pop_ld.formats import FORMATS
from pop_ld.formats.rdf import rdf
from pop_ld.validation import SEVERITIES, rules_of
from pop_ld.validation.rules import Rule, files, triples
from pop_ld.web.datasets import asked, either
from pop_ld.web.negotiation import language
from pop_ld.web.respond import cached, html

_ORDER = ("notice", "lecture", "corpus")
"""Files that belong to no base: last in the list."""


def index(request: Request) -> Response:
    """GET /shapes: every file with how many rules it has of each severity; needs no release."""
    lang = language(request)

    def make() -> bytes:
        names = sorted(files(), key=lambda name: (name in _ORDER, name))
        return html(request, "shapes.html", lang, listed=[(name, _counts(rules_of(name))) for name in names], severities=SEVERITIES)

    return cached(request, make, "text/html", "shapes", lang=lang)


def _counts(rules: list[Rule]) -> dict[str, int]:
    return {severity: sum(rule.severity == severity for rule in rules) for severity in SEVERITIES}


def shapes(request: Request) -> Response:
    """GET /shapes/<name>[.suffix]. Raises NotFound, NotAcceptable."""
    name, format = asked(request, request.path_params["name"])
    if name not in files():
        raise NotFound(f"no shapes are called {name[:60]!r}")
    source = files()[name].read_bytes()

    def page(lang: str) -> bytes:
        return html(request, "rules.html", lang, name=name, rules=[_shown(rule, lang) for rule in rules_of(name)], formats=FORMATS)

    def represent() -> bytes:
        return source if format.name == "ttl" else rdf(format, triples(name))  # the Turtle as people wrote it, with its comments

    return either(request, format, hashlib.sha256(source).hexdigest(), represent, page, f"/shapes/{name}")


def _shown(rule: Rule, lang: str) -> dict[str, Any]:
    return {
        "code": rule.code,
        "iri": rule.iri,
        "field": rule.field,
        "severity": rule.severity,
        "level": rule.level,
        "name": rule.names[lang],
        "message": rule.messages[lang],
        "example": rule.example,
        "source": rule.source,
    }
