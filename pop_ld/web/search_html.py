"""The page of a search: its size first, what narrows it, then the notices as list, mosaic, map or timeline."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from starlette.requests import Request

from pop_ld.formats.words import say
from pop_ld.search.address import Fault
from pop_ld.search.plan import asks_words
from pop_ld.search.question import ORDERS, Question
from pop_ld.web import search_views
from pop_ld.web.old_searches import dropped
from pop_ld.web.respond import html
from pop_ld.web.search_answer import Answer
from pop_ld.web.search_asked import VIEWS, Asked
from pop_ld.web.search_criteria import fault_said
from pop_ld.web.search_export import offers
from pop_ld.web.search_facets import chips, shown
from pop_ld.web.search_help import ways_out

LONGEST_FAULT = 80
"""Characters of a parameter that a page repeats."""


def search_html(request: Request, answer: Answer) -> bytes:
    """The page in the language asked for."""
    now, asked, found = answer.now, answer.asked, answer.found
    chosen, ranked = chips(asked, now), asks_words(asked.question)
    order = asked.question.order if ranked or asked.question.order != ORDERS[0] else "ref"
    context: dict[str, Any] = {
        "asked": asked,
        "total": found.total,
        "lines": answer.lines,
        "faults": [*(fault_words(fault, asked.lang) for fault in asked.faults), *_dropped(request, asked.lang)],
        "chips": [(chip, asked.to(chip.without)) for chip in chosen],
        "edit": asked.to(path="/search/advanced", view="", where=next((one.value for one in asked.faults if one.why), "")),
        "clear": asked.to(Question(asked.question.words)),
        "sieve": asked.hidden(*(name for name, _ in asked.question.filters), "years"),
        "years": years(asked),
        "facets": shown(now, asked, found),
        "order": order,
        "orders": [(one, asked.to(ordered(asked, one)), one == order) for one in ORDERS if ranked or one != ORDERS[0]],
        "views": [(view, _view(asked, view), view == asked.view) for view in VIEWS],
        "meant": answer.meant,
        "ways_out": [] if found.total or asked.after else ways_out(now, asked, chosen),
        "permalink": now.site + asked.to(lang=False),
        "feeds": [(name, asked.to(path=f"/search.{name}", view="", size="")) for name in ("atom", "feed.json")],
        "json": asked.to(path="/search.json"),
        "offers": offers(asked.question, found.total, asked.kept_lang),
        **_pages(answer),
    }
    if asked.view in ("map", "timeline"):
        context |= search_views.context(request, now, asked)
    words = asked.question.words
    return html(request, "search.html", asked.lang, q=words, title=words, keep=asked.hidden("q"), **context)


def ordered(asked: Asked, order: str) -> Question:
    """The question in another order."""
    return replace(asked.question, order=order)


def _view(asked: Asked, view: str) -> str:
    """The address of a view. A mosaic is one of images, as on POP: its filter is there to be taken back."""
    pictured = view == "mosaic" != asked.view and not asked.question.chosen("image")
    question = asked.question.choosing("image", ["oui"]) if pictured else asked.question
    return asked.to(question, view="" if view == VIEWS[0] else view, size="")


def fault_words(fault: Fault, lang: str) -> str:
    """What of a parameter was not understood, in a sentence."""
    if fault.why:
        return fault_said(lang, fault)
    value = fault.value if len(fault.value) <= LONGEST_FAULT else fault.value[:LONGEST_FAULT] + "…"
    return say(lang, "ui.search_fault", name=fault.parameter, value=value)


def _dropped(request: Request, lang: str) -> list[str]:
    """What an old address of POP asked for besides, where it led here."""
    told = dropped(request.query_params.get("dropped", ""))
    return [say(lang, "ui.search_dropped", text=" · ".join(told))] if told else []


def years(asked: Asked) -> str:
    """The years asked for, as the form has them."""
    first, last = asked.question.years
    return "" if (first, last) == (None, None) else f"{'' if first is None else first}..{'' if last is None else last}"


def _pages(answer: Answer) -> dict[str, Any]:
    """Links to other pages: by number as far as numbers go, on by cursor; from there back to the first one."""
    page = answer.asked.page
    near = [n for n in sorted({1, *range(page - 2, page + 3), answer.by_number}) if 1 <= n <= answer.by_number]
    return {
        "start": answer.first,
        "pages": [(n, answer.page(n)) for n in near] if answer.by_number > 1 else [],
        "previous": answer.page(page - 1) if 1 < page <= answer.by_number + 1 else "",
        "following": answer.page(page + 1) if answer.found.after else "",
        "page": page,
        "last": answer.pages,
    }
