"""Record in, search document out: what of a notice can be found by words, and what its line in a results list shows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pop_ld import iris
from pop_ld.bases import Base
from pop_ld.notices import Record
from pop_ld.search.comparing import kind_of, sortable, sortable_date
from pop_ld.search.facets import Facets, Written

LONGEST_SUMMARY = 160
_AROUND = ("department_place", "region_place")
_PLACES = iris.SITE_PREFIXES["lieu"]

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_CODES = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class _Plan:
    """What the parts of a base's records are good for, by key of the record, in order of choice."""

    facets: Facets
    numbers: tuple[str, ...]
    dates: tuple[str, ...]
    figures: frozenset[str]
    kinds: tuple[str, ...]
    periods: tuple[str, ...]
    spans: tuple[str, ...]
    images: tuple[str, ...]


_PLANS: dict[int, tuple[Base, _Plan]] = {}
"""By id() of the base, which is not hashable; the base is kept beside, so the id stays its own."""


def document(
    base: Base, record: Record, iri: str, links: Iterable[str] = (), written: Written | None = None, producer: str = ""
) -> dict[str, Any]:
    """The search document of a notice: plain JSON, one line of the file beside the dump.

    ``fields`` are the texts as written by POP code, those of ``written`` in fields that are searched; ``facets`` the values by facet
    (facets.py), ``compare`` by code the sortable forms of dates and numbers (comparing.py). ``places`` (names of communes) and
    ``numbers`` (inventory numbers) are lists of texts, everything else is a text; nothing but a facet or a field is absent.
    ``summary`` is "concept · period · commune", at most LONGEST_SUMMARY characters. ``links`` are those that the
    mapping told of, ``property thing``, each once, and those to the places around a place; ``year`` and ``end`` bound the notice's main
    time-span in astronomical years, ``point`` is "latitude longitude" in degrees, ``changed`` the day of the last change as YYYY-MM-DD,
    all "" where unknown.
    """
    plan = _plan(base)
    title = record.get("label") or record["REF"]
    fields = {code: texts for code, texts in (written or {}).items() if code in base.searched}
    places = _unique([item["label"] for item in record.get("place", ())])
    year, end = _years(record, plan)
    return {
        "iri": iri,
        "base": base.slug,
        "ref": record["REF"],
        "title": title,
        "summary": _summary(record, plan, title, places),
        "image": next((item["url"] for code in plan.images for item in record.get(code, ()) if "url" in item), ""),
        "places": places,
        "numbers": _unique([item["value"] for code in plan.numbers for item in record.get(code, ()) if "value" in item]),
        "links": _links(record, iri, links),
        "year": year,
        "end": end,
        "point": f"{record['lat']} {record['long']}" if "lat" in record and "long" in record else "",
        "changed": _changed(record),
        "fields": fields,
        "facets": plan.facets(record, fields, producer),
        "compare": _compare(record, fields, plan),
    }


def _links(record: Record, iri: str, links: Iterable[str]) -> list[str]:
    """Each link once, none to the notice itself; a link to a commune is one to its department and region too."""
    self = " " + iri
    kept = [link for link in dict.fromkeys(links) if not link.endswith(self)]
    around = {item.get("place", ""): [item[name] for name in _AROUND if name in item] for item in record.get("place", ())}
    for item in record.get("place", ()):
        if "current" in item:
            around["insee-" + item["current"]] = [item["current_" + name] for name in _AROUND if "current_" + name in item]
    if around:
        for link in [link for link in kept if _PLACES in link]:
            start, _, place = link.rpartition("/")
            kept += [f"{start}/{wider}" for wider in around.get(place, ())]
        return _unique(kept)
    return kept


def _years(record: Record, plan: _Plan) -> tuple[str, str]:
    """First and last year of the first time-span that has a bound; an open one is as long as its bound."""
    for name in plan.spans:
        for item in record.get(name, ()):
            begin, end = item.get("begin", ""), item.get("end", "")
            if begin or end:
                begin, end = begin or end, end or begin
                return begin[: begin.index("-", 1)], end[: end.index("-", 1)]
    return "", ""


def _changed(record: Record) -> str:
    for code in ("DMAJ", "DMIS"):
        day = record.get(code)
        if isinstance(day, str) and _DAY.fullmatch(day):
            return day
    return ""


def _compare(record: Record, fields: Written, plan: _Plan) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for code in plan.dates:
        if value := record.get(code):
            bounds = (value,) if isinstance(value, str) else (item.get("begin") or item.get("end") or "" for item in value)
            found[code] = _unique(list(filter(None, map(sortable_date, bounds))))
    for code, texts in fields.items():
        if code in plan.figures:
            found[code] = _unique(list(filter(None, map(sortable, texts))))
    return {code: keys for code, keys in found.items() if keys}


def _unique(texts: list[str]) -> list[str]:
    return list(dict.fromkeys(texts)) if len(texts) > 1 else texts


def _plan(base: Base) -> _Plan:
    known = _PLANS.get(id(base))
    if known is None:
        known = _PLANS[id(base)] = (base, _make_plan(base))
    return known[1]


def _make_plan(base: Base) -> _Plan:
    parsers = {code: field.parser.partition(":")[0] for code, field in base.fields.items() if field.public and code != "REF"}
    dating = [code for kinds in base.timespans.values() for code in kinds.get("periods", ())]
    periods = [code for code, parser in parsers.items() if parser == "period"]
    comparing = {code: kind_of(field) for code, field in base.searched.items()}
    return _Plan(
        facets=Facets(base),
        numbers=tuple(code for code, parser in parsers.items() if parser == "inventory"),
        dates=tuple(code for code, kind in comparing.items() if kind == "date"),
        figures=frozenset(code for code, kind in comparing.items() if kind == "text"),
        kinds=tuple(code for code in _kinds(base) if parsers.get(code) in ("concept", "terms")),
        periods=tuple(sorted(periods, key=lambda code: code not in dating)),
        spans=tuple(base.timespans),
        images=tuple(code for code, parser in parsers.items() if parser == "image"),
    )


def _kinds(base: Base) -> list[str]:
    """Fields that may say in a word what a notice is of: those that can make its label, then those of the page's first section."""
    first = next(iter(base.sections), None)
    labels = [code for template in base.label for code in _CODES.findall(template)]
    return list(dict.fromkeys([*labels, *(field.path for field in base.fields.values() if first and field.section == first)]))


def _summary(record: Record, plan: _Plan, title: str, places: list[str]) -> str:
    """The kind of thing unless the title says it; a dated notice without a period gives its date as written."""
    known = title.casefold()
    kind = next((text for text in _labels(record, plan.kinds) if text.casefold() not in known), "")
    period = next(_labels(record, plan.periods), "") or next(_labels(record, plan.spans), "")
    summary = " · ".join(filter(None, (kind, period, *places[:1])))
    return summary if len(summary) <= LONGEST_SUMMARY else summary[: LONGEST_SUMMARY - 1].rstrip() + "…"


def _labels(record: Record, codes: tuple[str, ...]) -> Iterator[str]:
    return (item["label"] for code in codes if code in record for item in record[code] if "label" in item)
