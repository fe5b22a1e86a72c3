"""Record in, search document out: what of a notice can be found by words, and what its line in a results list shows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pop_ld import iris
from pop_ld.bases import Base
from pop_ld.notices import Record

LONGEST_TEXT = 20_000
"""Characters of a notice's prose that are searched; the longest notices are few, and words come early in them."""
LONGEST_SUMMARY = 160
_AROUND = ("department_place", "region_place")
_PLACES = iris.SITE_PREFIXES["lieu"]

_NOT_WORDS = ("", "concept", "date", "hidden", "image", "missing", "number", "period", "subjects", "techniques", "terms", "url")
"""Parsers whose raw text is not searched: addresses and figures, and what ``terms`` holds already."""
_LISTS = {
    "person": ("names", "name"),
    "people": ("names", "name"),
    "names": ("names", "name"),
    "concept": ("terms", "label"),
    "missing": ("terms", "label"),
    "period": ("terms", "label"),
    "subjects": ("terms", "label"),
    "techniques": ("terms", "label"),
    "terms": ("terms", "label"),
    "protection": ("terms", "label"),
    "inventory": ("numbers", "value"),
}
"""Parser -> (part of the document, key of its items)."""
_CODES = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class _Plan:
    """What the parts of a base's records are good for: ``lists`` and ``texts`` by key of the record, the others in order of choice."""

    lists: dict[str, tuple[str, str]]
    """Key of the record -> (part of the document, key of the items)."""
    texts: frozenset[str]
    kinds: tuple[str, ...]
    periods: tuple[str, ...]
    spans: tuple[str, ...]
    images: tuple[str, ...]


_PLANS: dict[int, tuple[Base, _Plan]] = {}
"""By id() of the base, which is not hashable; the base is kept beside, so the id stays its own."""


def document(base: Base, record: Record, iri: str, links: Iterable[str] = ()) -> dict[str, Any]:
    """The search document of a notice: plain JSON, small, one line of the file beside the dump.

    ``names``, ``places``, ``terms`` and ``numbers`` (inventory numbers) are lists of texts, everything else is a text;
    nothing is absent. ``summary`` is "concept · period · commune", at most LONGEST_SUMMARY characters. ``links`` are those that the
    mapping told of, ``property thing``, each once, and those to the places around a place; ``year`` is the first of the notice's main
    time-span in astronomical years, ``point`` "latitude longitude" in degrees, both "" where unknown.
    """
    plan = _plan(base)
    title = record.get("label") or record["REF"]
    found: dict[str, list[str]] = {"names": [], "terms": [], "numbers": []}
    texts: list[str] = []
    lists, prose = plan.lists, plan.texts
    for code, value in record.items():  # one pass: a notice fills a tenth of what its base could
        if code in lists:
            part, key = lists[code]
            found[part] += [item[key] for item in value if key in item]
        elif code in prose:
            texts.append(value)
    places = _unique([item["label"] for item in record.get("place", ())])
    texts += [item["insee"] for item in record.get("place", ()) if "insee" in item]
    return {
        "iri": iri,
        "base": base.slug,
        "ref": record["REF"],
        "title": title,
        "summary": _summary(record, plan, title, places),
        "image": next((item["url"] for code in plan.images for item in record.get(code, ()) if "url" in item), ""),
        "text": _text(texts, {title, *places}),
        "names": _unique(found["names"]),
        "places": places,
        "terms": _unique(found["terms"]),
        "numbers": _unique(found["numbers"]),
        "links": _links(record, iri, links),
        "year": _year(record, plan),
        "point": f"{record['lat']} {record['long']}" if "lat" in record and "long" in record else "",
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


def _year(record: Record, plan: _Plan) -> str:
    for name in plan.spans:
        for item in record.get(name, ()):
            if bound := item.get("begin") or item.get("end"):
                return str(bound[: bound.index("-", 1)])
    return ""


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
    return _Plan(
        lists={code: _LISTS[parser] for code, parser in parsers.items() if parser in _LISTS},
        texts=frozenset(code if parser == "text" else f"{code}_text" for code, parser in parsers.items() if parser not in _NOT_WORDS),
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


def _text(texts: list[str], already: set[str]) -> str:
    """All other prose, each text once."""
    kept = [text for text in texts if text not in already and not text.startswith(("http://", "https://"))]
    return "\n".join(dict.fromkeys(kept))[:LONGEST_TEXT]


def _summary(record: Record, plan: _Plan, title: str, places: list[str]) -> str:
    """The kind of thing unless the title says it; a dated notice without a period gives its date as written."""
    known = title.casefold()
    kind = next((text for text in _labels(record, plan.kinds) if text.casefold() not in known), "")
    period = next(_labels(record, plan.periods), "") or next(_labels(record, plan.spans), "")
    summary = " · ".join(filter(None, (kind, period, *places[:1])))
    return summary if len(summary) <= LONGEST_SUMMARY else summary[: LONGEST_SUMMARY - 1].rstrip() + "…"


def _labels(record: Record, codes: tuple[str, ...]) -> Iterator[str]:
    return (item["label"] for code in codes if code in record for item in record[code] if "label" in item)
