"""/search/advanced: the form of an advanced search; /search/fields/…: values of a field as one types."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pop_ld import iris
from pop_ld.bases import load_bases
from pop_ld.errors import NotFound
from pop_ld.formats.html import base_name
from pop_ld.formats.words import LANGUAGES, say
from pop_ld.search.address import Fault, query_string
from pop_ld.search.question import BARE, OPERATORS
from pop_ld.search.where import MOST_CRITERIA
from pop_ld.web.negotiation import language
from pop_ld.web.respond import cached, html, packed, page, raw_path
from pop_ld.web.search_asked import NOINDEX, VIEWS
from pop_ld.web.search_criteria import fault_said, label, offered, operator_key
from pop_ld.web.search_facets import in_words
from pop_ld.web.search_form import MOST_GROUPS, SIZES, Form, Row, checked, of_question, of_sent
from pop_ld.web.state import Serving, serving

ALL = "all"
"""Stands for a base in the address of a field's values where no base is chosen."""
SUGGESTED, LARGEST = 10, 50
"""Values of a field that are suggested, and the most that may be asked for."""
LONGEST = 200
"""Characters of what was typed that suggestions look at."""


def advanced(request: Request) -> Response:
    """GET /search/advanced?…: a search as a form, filled in; sent (``do=search``), 303 to its readable address or the form and its faults.

    The other buttons (``do=add.0``, ``remove.0.1``, ``group``, ``bases``) give the form changed, so that it works without JavaScript.
    """
    now, lang = serving(request), language(request)
    pairs = request.query_params.multi_items()
    if "do" not in request.query_params:
        form = of_question(pairs)
        return cached(request, lambda: _html(request, now, form, lang), "text/html", now.release.name, lang=lang, headers=NOINDEX)
    form, action = of_sent(pairs)
    if action == "search":
        form, question = checked(form, now.search)
        if form.sound:
            kept = dict(form.kept)
            view = kept.get("view", "") if kept.get("view") in VIEWS[1:] else ""
            query = query_string(question, view=view, lang=kept.get("lang", "") if kept.get("lang") in LANGUAGES else "")
            return RedirectResponse(f"/search?{query}" if query else "/search", 303, NOINDEX)
        made = page(request, "search_advanced.html", lang, status=400, **_context(now, form, lang))
    else:
        made = page(request, "search_advanced.html", lang, **_context(now, form, lang))
    made.headers.update({**NOINDEX, "Cache-Control": "no-cache"})
    return made


def _html(request: Request, now: Serving, form: Form, lang: str) -> bytes:
    return html(request, "search_advanced.html", lang, **_context(now, form, lang))


def _context(now: Serving, form: Form, lang: str) -> dict[str, Any]:
    lines = [row for group in form.groups for row in group.rows]
    known = {code for _, fields in offered(form.bases, lang) for code, _ in fields}
    others = {row.field: _named(row.field, form.bases, lang) for row in lines if row.field and row.field not in known}
    filters = [(name, value, in_words(now, name, value, lang)) for name, values in form.filters if name != "base" for value in values]
    return {
        "form": form,
        "q": form.words,
        "bases": [(slug, base_name(slug, lang), slug in form.bases) for slug in load_bases()],
        "scope": form.bases[0] if len(form.bases) == 1 and form.bases[0] in load_bases() else ALL,
        "fields": offered(form.bases, lang),
        "others": others,
        "operators": [(one, say(lang, f"ui.op_{operator_key(one)}")) for one in OPERATORS],
        "bare": BARE,
        "blank": Row(),
        "filters": filters,
        "sizes": [*SIZES, *([] if form.km in SIZES else [form.km])],
        "faults": _faults(form, lang),
        "full": len(lines) >= MOST_CRITERIA,
        "many": len(form.groups) >= MOST_GROUPS,
    }


def _named(field: str, bases: tuple[str, ...], lang: str) -> str:
    """The label of a field that the form does not offer for these bases."""
    base, _, code = field.rpartition(".")
    if base in load_bases():
        return f"{label(code, (base,), lang)} ({base_name(base, lang, short=True)})"
    name = label(field, bases, lang)
    return label(field, (), lang) if name == field else name


def _faults(form: Form, lang: str) -> list[tuple[str, str]]:
    """What is wrong with the form, as (what it concerns, sentence); the first is the id of a control, "" for none."""
    found: list[tuple[str, str]] = []
    number = 0
    for group in form.groups:
        for row in group.rows:
            number += 1
            if row.fault:
                found.append((f"row-{number}", say(lang, f"ui.{row.fault}", line=number, field=row.field[:80])))
    places = {"advanced_fault_year": "from", "advanced_fault_place": "place", "advanced_fault_places": "place", "advanced_fault_km": "km"}
    found += [(places.get(key, ""), say(lang, f"ui.{key}", text=text[:200])) for key, text in form.faults]
    if form.error:
        found.append(("where", fault_said(lang, Fault("where", form.where, form.error.code, form.error.at, form.error.found))))
    return found


# Values as one types -------------------------------------------------------------------------------------------------------


def values(request: Request) -> Response:
    """GET /search/fields/{base}/{code}?like=&limit=: values in whose words those typed begin, most first, as JSON. Raises NotFound.

    ``base`` is a slug, or ``all``. Values are as the producers wrote them, at most ``limit`` (10, at most 50).
    """
    now = serving(request)
    slug, code = (iris.unkey(part) for part in raw_path(request).removeprefix("/search/fields/").split("/", 1))
    bases = load_bases()
    if not (slug == ALL or slug in bases) or not any(code in bases[one].searched for one in (bases if slug == ALL else [slug])):
        raise NotFound(f"no field {code[:80]!r} of base {slug[:40]!r}; bases are {ALL}, {', '.join(bases)}")
    like = request.query_params.get("like", "").strip()[:LONGEST]
    limit = request.query_params.get("limit", "")
    most = min(max(int(limit), 1), LARGEST) if limit.isascii() and limit.isdigit() and len(limit) < 5 else SUGGESTED

    def make() -> bytes:
        found = now.search.values_of(code, like, base="" if slug == ALL else slug, limit=most)
        listed = [{"label": value, "count": count} for value, count in found]
        return packed({"base": slug, "field": code, "like": like, "release": now.release.name, "suggestions": listed})

    return cached(request, make, "application/json", now.release.name, headers=NOINDEX)
