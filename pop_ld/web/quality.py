"""/quality: how sound the release is, by base, rule and producer, and how it changed; /quality/notices: which notices break a rule."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from pop_ld import iris, quality
from pop_ld.bases import load_bases
from pop_ld.errors import NotFound
from pop_ld.report_view import rule_page
from pop_ld.validation import SEVERITIES
from pop_ld.validation.known import guarded
from pop_ld.validation.ledger import Entry, open_ledger
from pop_ld.validation.rules import by_code
from pop_ld.web.negotiation import accept, choose, language
from pop_ld.web.respond import cached, html
from pop_ld.web.state import Serving, serving

SIZE = 100
"""Notices on one page of a list, producers on one page of a base."""
MOST = 1_000
"""Notices that one answer for programs may have."""
TRENDS = 12
"""Releases that the page compares; the JSON has all that are remembered."""
_JSON = ["text/html", "application/json"]


@lru_cache(maxsize=4)
def measured(release: Path) -> dict[str, Any]:
    """What quality.json of a release holds; {} where it was not measured."""
    return quality.read(release)


def _summary(now: Serving) -> dict[str, Any]:
    found = measured(now.release.path)
    if not found:
        raise NotFound("this release was published before releases were measured")
    return found


def overview(request: Request) -> Response:
    """GET /quality: every base, the rules that are broken most, the releases before. Raises NotFound where the release was not measured."""
    now = serving(request)
    summary = _summary(now)
    media_type = choose(accept(request), _JSON)
    lang = language(request)

    def make() -> bytes:
        if media_type != "text/html":
            return json.dumps(summary, ensure_ascii=False).encode("utf-8")
        rules: dict[str, int] = {}
        for about in summary["bases"].values():
            for code, count in about["rules"].items():
                rules[code] = rules.get(code, 0) + count
        context = {"summary": summary, "rules": _rules(rules, lang)[:30], "trend": _trend(summary["history"]), "severities": SEVERITIES}
        return html(request, "quality.html", lang, **context)

    return cached(request, make, media_type, now.release.name, lang=lang if media_type == "text/html" else "")


def of_base(request: Request) -> Response:
    """GET /quality/<base>?page=: its rules, its fields, its producers. Raises NotFound."""
    now = serving(request)
    slug = request.path_params["base"]
    summary = _summary(now)
    if slug not in load_bases() or slug not in summary["bases"]:
        raise NotFound(f"no base called {slug[:60]!r} is in this release")
    about = summary["bases"][slug]
    producers = sorted((p for p in summary["producers"] if p["base"] == slug), key=lambda p: (-p["notices"], p["producer"]))
    media_type = choose(accept(request), _JSON)
    lang = language(request)
    number = _page(request.query_params, -(-len(producers) // SIZE))

    def make() -> bytes:
        if media_type != "text/html":
            return json.dumps({"base": slug, **about, "producers": producers}, ensure_ascii=False).encode("utf-8")
        shown = producers[(number - 1) * SIZE : number * SIZE]
        context = {"slug": slug, "about": about, "rules": _rules(about["rules"], lang), "severities": SEVERITIES}
        fields = sorted(about["fields"].items(), key=lambda pair: -pair[1])
        labels = {code: _label(slug, code, lang) for code, _ in fields}
        listed = [{**p, "top": _rules(p["rules"], lang)[:3], "href": _museum(now, p["producer"])} for p in shown]
        pages = {"page": number, "pages": max(1, -(-len(producers) // SIZE)), "total": len(producers)}
        return html(request, "quality_base.html", lang, **context, fields=fields, labels=labels, producers=listed, **pages)

    return cached(request, make, media_type, now.release.name, lang=lang if media_type == "text/html" else "")


def notices(request: Request) -> Response:
    """GET /quality/notices?code=&base=&producer=&after=: the notices that break a rule, as page, JSON or CSV. Raises NotFound."""
    now = serving(request)
    asked = request.query_params
    rule = by_code().get(asked.get("code", ""))
    ledger = open_ledger(now.release.path)
    if rule is None or not ledger.exists:
        raise NotFound("no rule has this code")
    media_type = choose(accept(request), [*_JSON, "text/csv"])
    lang = language(request)
    base, producer, after = asked.get("base", "")[:40], asked.get("producer", "")[:200], _number(asked.get("after", ""))
    size = SIZE if media_type == "text/html" else MOST

    def make() -> bytes:
        found = ledger.of_rule(rule.code, base=base, producer=producer, after=after, limit=size + 1)
        cursors = list(dict.fromkeys(cursor for cursor, *_ in found))
        more = cursors[size - 1] if len(cursors) > size else 0
        rows = [_row(now.site, slug, ref, entry) for cursor, slug, ref, entry in found if cursor in cursors[:size]]
        following = "?" + urlencode({"code": rule.code, "base": base, "producer": producer, "after": more}) if more else ""
        if media_type == "text/csv":
            return _csv(rows)
        if media_type == "application/json":
            return json.dumps({"code": rule.code, "notices": rows, "next": following}, ensure_ascii=False).encode("utf-8")
        context = {"rows": rows, "next": following, "base": base, "producer": producer, "first": not after}
        shown = {"code": rule.code, "name": rule.names[lang], "message": rule.messages[lang], "severity": rule.severity}
        return html(request, "quality_notices.html", lang, rule={**shown, "href": rule_page(rule.base, rule.code)}, **context)

    return cached(request, make, media_type, now.release.name, lang=lang if media_type == "text/html" else "")


def _row(site: str, base: str, ref: str, entry: Entry) -> dict[str, Any]:
    iri = iris.notice(site, base, ref)
    return {
        "base": base,
        "ref": ref,
        "iri": iri,
        "url": iris.local(site, iris.thing_to_document(site, iri)),
        "field": entry.field,
        "occurrence": entry.occurrence,
        "value": entry.value,
        "suggestion": entry.suggestion,
    }


def _csv(rows: list[dict[str, Any]]) -> bytes:
    out = io.StringIO()
    names = ("base", "ref", "iri", "field", "occurrence", "value", "suggestion")
    writer = csv.writer(out)
    writer.writerow(names)
    writer.writerows([guarded(str(row[name])) for name in names] for row in rows)
    return out.getvalue().encode("utf-8", "replace")


def _rules(counts: Mapping[str, int], lang: str) -> list[dict[str, Any]]:
    """Rules with their counts, gravest and then most frequent first."""
    found = [(rule, count) for code, count in counts.items() if (rule := by_code().get(code))]
    found.sort(key=lambda pair: (SEVERITIES.index(pair[0].severity), -pair[1], pair[0].code))
    return [
        {
            "code": rule.code,
            "name": rule.names[lang],
            "field": rule.field,
            "severity": rule.severity,
            "count": count,
            "href": rule_page(rule.base, rule.code),
        }
        for rule, count in found
    ]


def _museum(now: Serving, producer: str) -> str:
    """The page of a producer that is a museum of this release, "" for any other."""
    iri = iris.notice(now.site, "museo", producer)
    return iris.local(now.site, iri) if producer and now.reader.contains(iri) else ""


def _label(slug: str, code: str, lang: str) -> str:
    field = load_bases()[slug].fields.get(code)
    return "" if field is None else field.label if lang == "fr" else field.label_en


def _trend(history: list[dict[str, Any]]) -> dict[str, Any]:
    """The last releases with what changed, and the points of a line: errors per thousand notices."""
    last = history[-TRENDS:]
    rates = [1000 * entry["severities"]["Violation"] / max(entry["notices"], 1) for entry in last]
    top = max([*rates, 1e-9])
    step = 560 / max(len(last) - 1, 1)
    points = [(20 + step * number, 110 - 90 * rate / top) for number, rate in enumerate(rates)]
    before = [None, *last][: len(last)]
    rows = [
        {**entry, "rate": rate, "change": {s: entry["severities"][s] - was["severities"][s] for s in SEVERITIES} if was else None}
        for entry, rate, was in zip(last, rates, before, strict=True)
    ]
    return {"rows": rows[::-1], "points": " ".join(f"{x:.0f},{y:.0f}" for x, y in points), "marks": points, "top": top}


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0


def _page(asked: Mapping[str, str], pages: int) -> int:
    return min(max(_number(asked.get("page", "")[:9]), 1), max(pages, 1))
