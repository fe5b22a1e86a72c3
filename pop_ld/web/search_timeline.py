"""The timeline of a search: bars of centuries, decades or years, each a link to what is dated there; as a table and as JSON too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from pop_ld.formats.centuries import century_words
from pop_ld.formats.words import number, say
from pop_ld.search.address import read
from pop_ld.search.contract import Timeline
from pop_ld.search.question import Question
from pop_ld.web.respond import cached, packed
from pop_ld.web.search_asked import Asked
from pop_ld.web.state import Serving, serving

STEPS = (1_000, 100, 10, 1)
"""Years of a bar, the coarsest first."""
MOST_BARS = 40
"""Bars that are drawn side by side: what is earlier than them is one link."""
LATEST = 2_100
"""Year after which no notice is dated but by mistake: what is later is one link."""
WIDTH, HEIGHT, _BELOW, _ABOVE = 760, 260, 28, 16
_LABELS = 10


@dataclass(frozen=True, slots=True)
class Bar:
    """One span: in words, its notices, the search of them; and where it is drawn. ``short`` is its label below, "" where none fits."""

    label: str
    short: str
    count: int
    href: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class TimelineView:
    """``before`` and ``after`` are (words, count, address) of what lies outside of the bars, or None; ``wider`` and ``undated`` are counts.

    ``crumbs`` lead back: (words, address), the widest first; ``span`` says what the bars are spans of.
    """

    span: str
    bars: Sequence[Bar]
    before: tuple[str, int, str] | None
    after: tuple[str, int, str] | None
    wider: int
    undated: int
    undated_href: str
    crumbs: Sequence[tuple[str, str]]
    here: str
    highest: str
    json: str
    width: int = WIDTH
    height: int = HEIGHT


def timeline(request: Request) -> Response:
    """GET /search/timeline?…&step=: how many notices begin in each span of ``step`` years (1 … 1000; without one, that of the page)."""
    now = serving(request)
    question, _ = read(request.query_params.multi_items())
    text = request.query_params.get("step", "")

    def make() -> bytes:
        given = int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0
        found = now.search.timeline(question, min(given, STEPS[0])) if given else _found(now, question)
        content = {
            "step": found.step,
            "bars": [{"from": year, "to": year + found.step - 1, "count": count} for year, count in found.bars],
            "wider": found.wider,
            "undated": found.undated,
            "release": now.release.name,
        }
        return packed(content)

    return cached(request, make, "application/json", now.release.name, headers={"X-Robots-Tag": "noindex"})


def _found(now: Serving, question: Question) -> Timeline:
    """In spans that suit the years asked for; finer ones where a span alone would be left."""
    step = first_step(question.years)
    found = now.search.timeline(question, step)
    while step > 1 and len(found.bars) == 1 and not found.wider:
        step //= 10
        found = now.search.timeline(question, step)
    return found


def first_step(years: tuple[int | None, int | None]) -> int:
    """Spans of at most some forty years each: a millennium in centuries, two centuries in decades, twenty years in years."""
    first, last = years
    if first is None or last is None:
        return 1_000 if last is not None and last < -1_000 else 100
    asked = last - first + 1
    return 1 if asked <= 20 else 10 if asked <= 200 else 100 if asked <= 100 * MOST_BARS else 1_000


def timeline_view(now: Serving, asked: Asked) -> TimelineView:
    """What the page shows of an answer on a line of time."""
    question, lang = asked.question, asked.lang
    found = _found(now, question)
    counts = dict(found.bars)
    shown = [year for year in counts if year <= LATEST]
    last = max(shown, default=0)
    first = max(min(shown, default=0), last - (MOST_BARS - 1) * found.step)
    spans = range(first, last + 1, found.step) if shown else ()
    highest = max((counts.get(year, 0) for year in spans), default=0)
    early = sum(count for year, count in found.bars if year < first)
    late = sum(count for year, count in found.bars if year > LATEST)
    return TimelineView(
        span=say(lang, f"ui.views_span_{found.step}") if found.step in STEPS else "",
        bars=[_bar(asked, found.step, year, counts.get(year, 0), (place, len(spans), highest)) for place, year in enumerate(spans)],
        before=(say(lang, "ui.views_before", year=_year(first, lang)), early, _to(asked, None, first - 1)) if early else None,
        after=(say(lang, "ui.views_after", year=_year(LATEST, lang)), late, _to(asked, LATEST, None)) if late else None,
        wider=found.wider,
        undated=found.undated,
        undated_href=asked.to(replace(question.choosing("century", ["-"]), years=(None, None)), view=""),
        crumbs=_crumbs(asked),
        here=_years(question.years, lang),
        highest=number(highest, lang),
        json=asked.to(path="/search/timeline", view="", size="", lang=False),
    )


def _bar(asked: Asked, step: int, year: int, count: int, among: tuple[int, int, int]) -> Bar:
    """The bar of a span, the ``place``-th of some, of which the highest has ``highest`` notices; one notice can be seen still."""
    place, bars, highest = among
    room = HEIGHT - _BELOW - _ABOVE
    each = WIDTH / bars
    height = max(count / highest * room, 2.0) if count and highest else 0.0
    every = -(-bars // _LABELS)
    short = _short(year, step, asked.lang) if place % every == 0 else ""
    x, width = place * each + each * 0.1, min(each * 0.8, 80.0)
    x += (each * 0.8 - width) / 2
    return Bar(
        span_words(year, step, asked.lang),
        short,
        count,
        _to(asked, year, year + step - 1),
        round(x, 1),
        round(HEIGHT - _BELOW - height, 1),
        round(width, 1),
        round(height, 1),
    )


def span_words(year: int, step: int, lang: str) -> str:
    """``1801, 100`` -> ``19e siècle``; other spans by their first and last year."""
    if step == 100:
        return century_words(str(year // 100 + 1 if year > 0 else (year - 1) // 100), lang)
    return _years((year, year + step - 1), lang)


def _short(year: int, step: int, lang: str) -> str:
    if step == 100:
        return span_words(year, step, lang).split(" ")[0] + ("" if year > 0 else "\u202f−")
    return _year(year, lang)


def _year(year: int, lang: str) -> str:
    """An astronomical year as people count: 0 is the first before Christ."""
    return str(year) if year > 0 else say(lang, "ui.views_bc", year=1 - year)


def _years(years: tuple[int | None, int | None], lang: str) -> str:
    first, last = years
    if first is None and last is None:
        return say(lang, "ui.views_all_dates")
    if first is None or last is None:
        known = last if first is None else first
        return say(lang, "ui.views_until" if first is None else "ui.views_since", year=_year(known or 0, lang))
    return _year(first, lang) if first == last else say(lang, "ui.views_span", first=_year(first, lang), last=_year(last, lang))


def _to(asked: Asked, first: int | None, last: int | None) -> str:
    """The timeline of some years; the list of one year, which no bar divides."""
    view = "" if first == last and first is not None else "timeline"
    return asked.to(replace(asked.question, years=(first, last)), view=view)


def _crumbs(asked: Asked) -> list[tuple[str, str]]:
    """The wider spans around the years asked for: all dates, the century, the decade."""
    first, last = asked.question.years
    if first is None and last is None:
        return []
    made = [(say(asked.lang, "ui.views_all_dates"), asked.to(replace(asked.question, years=(None, None))))]
    if first is None or last is None:
        return made
    for step in STEPS[1:3]:
        start = (first - 1) // step * step + 1
        if last < start + step and last - first + 1 < step:
            made.append((span_words(start, step, asked.lang), _to(asked, start, start + step - 1)))
    return made
