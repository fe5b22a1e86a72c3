"""/ref/{REF} finds the base of a reference; the addresses that POP and Mistral gave to notices lead to ours."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from pop_ld import iris, resources
from pop_ld.bases import load_bases
from pop_ld.errors import NotFound
from pop_ld.web import align
from pop_ld.web.negotiation import language, wants_html
from pop_ld.web.respond import page, raw_path
from pop_ld.web.state import Serving, serving

LONGEST = 200
"""Characters of a reference that is looked for; REFs have 30 at most."""
_FOUND = 20
"""Answers of the index looked at: those of that very number come first."""
_FIELD = re.compile(r"FIELD_(\d{1,3})", re.IGNORECASE)
_REQUEST = re.compile(r"\(\(([^()]+)\)\s*:\s*REF\b", re.IGNORECASE)
_VARY = "Accept, Accept-Language"


def reference(request: Request) -> Response:
    """GET /ref/{REF}: 303 to the notice's document, 300 where several bases have it, with the list. Raises NotFound.

    The name of an item of Wikidata (Q42) leads to what is linked to it, where no notice has that reference.

    As written first; else by its letters and digits alone, whatever their case.
    """
    now = serving(request)
    text = iris.unkey(raw_path(request).removeprefix("/ref/"))
    things = find(now, text) or align.linked_to(now, text)
    if not things:
        raise NotFound(f"no notice has the reference {text[:60]!r}")
    if len(things) > 1:
        return _choices(request, now, text, things)
    query = f"?{request.url.query}" if request.url.query else ""
    headers = {"Location": _document(now, things[0]) + query, "Vary": _VARY, "Cache-Control": "public, no-cache"}
    return Response(status_code=303, headers=headers)


def find(now: Serving, text: str) -> Sequence[str]:
    """IRIs of the notices of that REF, removed ones too, by base; those of a REF that differs in case or punctuation where none has it."""
    if not text.strip() or len(text) > LONGEST:
        return []
    exact = [thing for slug in load_bases() if _known(now, thing := iris.notice(now.site, slug, text.strip()))]
    if exact or not _plain(text):
        return exact
    return [hit.iri for hit in now.search.search(text, limit=_FOUND).hits if _plain(hit.ref) == _plain(text)]


def _known(now: Serving, thing: str) -> bool:
    """Whether anything is said of a notice, or of its document alone, as of a removed one."""
    return now.reader.contains(thing) or now.reader.contains(iris.thing_to_document(now.site, thing))


def _plain(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()


def _document(now: Serving, thing: str) -> str:
    return iris.local(now.site, iris.page_of(now.site, thing))


def _choices(request: Request, now: Serving, text: str, things: Sequence[str]) -> Response:
    """300 Multiple Choices (RFC 9110 §15.4.1): nothing says which of the bases was meant."""
    labels, lang = now.reader.labels(things), language(request)
    listed = [(_document(now, t), str(labels[t][0].value) if labels.get(t) else iris.last_part(t), _base(now, t)) for t in things]
    if wants_html(request):
        return page(request, "choices.html", lang, status=300, ref=text, listed=listed)
    body = {"ref": text, "choices": [{"href": href, "label": label, "base": base} for href, label, base in listed]}
    return JSONResponse(body, 300, headers={"Vary": _VARY, "Cache-Control": "public, no-cache"})


def _base(now: Serving, thing: str) -> str:
    return iris.path_of(now.site, thing).split("/", 1)[0]


# Old addresses -------------------------------------------------------------------------------------------------------------


def old_addresses() -> list[tuple[str, Callable[[Request], Any], list[str]]]:
    """The lines of mappings/old-addresses.csv as addresses of the site."""
    return [
        (line["address"], _moved(line["base"], line["where"] == "query"), ["GET", "HEAD"]) for line in resources.table("old-addresses.csv")
    ]


def _moved(base: str, in_query: bool) -> Callable[[Request], Response]:
    def moved(request: Request) -> Response:
        """301 to the document of the notice that an old address names; 404 where its base has none."""
        now = serving(request)
        slug = base or request.path_params["base"]
        text = (mistral_reference(request) if in_query else iris.unkey(raw_path(request).split("/", 3 if not base else 2)[-1])).strip()
        found = next((thing for thing in find(now, text) if _base(now, thing) == slug), None)
        if found is None:
            raise NotFound(f"no notice of that base has the reference {text[:60]!r}")
        return RedirectResponse(_document(now, found), 301, {"Cache-Control": "public, max-age=86400"})

    return moved


def mistral_reference(request: Request) -> str:
    """The REF that a query of Mistral asks for: ``FIELD_98=REF&VALUE_98=M5027``, or ``REQ=((M5027) :REF)``; "" for another query."""
    pairs = {name.upper(): value for name, value in request.query_params.multi_items()}
    for name, value in pairs.items():
        if (match := _FIELD.fullmatch(name)) and value.upper() == "REF":
            return pairs.get(f"VALUE_{match[1]}", "")
    match = _REQUEST.search(pairs.get("REQ", "")[:2000])
    return match[1].strip() if match else ""
