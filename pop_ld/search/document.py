"""Record in, search document out: what of a notice can be found by words, and what its line in a results list shows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pop_ld.bases import Base
from pop_ld.notices import Record

LONGEST_TEXT = 20_000
"""Characters of a notice's prose that are searched; the longest notices are few, and words come early in them."""
LONGEST_SUMMARY = 160

_NOT_WORDS = ("", "concept", "date", "hidden", "image", "number", "period", "url")
"""Parsers whose raw text is not searched: addresses and figures, and what ``terms`` holds already."""
_CODES = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class _Plan:
    """Where a base's records hold what; each pair is (key of the record, key of its items)."""

    names: tuple[tuple[str, str], ...]
    kinds: tuple[tuple[str, str], ...]
    periods: tuple[tuple[str, str], ...]
    spans: tuple[tuple[str, str], ...]
    terms: tuple[tuple[str, str], ...]
    numbers: tuple[tuple[str, str], ...]
    images: tuple[tuple[str, str], ...]
    texts: tuple[str, ...]


_PLANS: dict[int, tuple[Base, _Plan]] = {}
"""By id() of the base, which is not hashable; the base is kept beside, so the id stays its own."""


def document(base: Base, record: Record, iri: str) -> dict[str, Any]:
    """The search document of a notice: plain JSON, small, one line of the file beside the dump.

    ``names``, ``places``, ``terms`` and ``numbers`` (inventory numbers) are lists of texts, everything else is a text;
    nothing is absent. ``summary`` is "concept · period · commune", at most LONGEST_SUMMARY characters.
    """
    plan = _plan(base)
    title = record.get("label") or record["REF"]
    places = _values(record, (("place", "label"),))
    return {
        "iri": iri,
        "base": base.slug,
        "ref": record["REF"],
        "title": title,
        "summary": _summary(record, plan, title, places),
        "image": next(iter(_values(record, plan.images)), ""),
        "text": _text(record, plan, {title, *places}),
        "names": _values(record, plan.names),
        "places": places,
        "terms": _values(record, plan.terms),
        "numbers": _values(record, plan.numbers),
    }


def _plan(base: Base) -> _Plan:
    known = _PLANS.get(id(base))
    if known is None:
        known = _PLANS[id(base)] = (base, _make_plan(base))
    return known[1]


def _make_plan(base: Base) -> _Plan:
    parsers = {code: field.parser.partition(":")[0] for code, field in base.fields.items() if field.public and code != "REF"}

    def items(key: str, *named: str) -> tuple[tuple[str, str], ...]:
        return tuple((code, key) for code, parser in parsers.items() if parser in named)

    dating = [code for kinds in base.timespans.values() for code in kinds.get("periods", ())]
    return _Plan(
        names=items("name", "person"),
        kinds=tuple((code, "label") for code in _kinds(base) if parsers.get(code) == "concept"),
        periods=tuple(sorted(items("label", "period"), key=lambda item: item[0] not in dating)),
        spans=tuple((name, "label") for name in base.timespans),
        terms=items("label", "concept", "period", "protection"),
        numbers=items("value", "inventory"),
        images=items("url", "image"),
        texts=tuple(code if parser == "text" else f"{code}_text" for code, parser in parsers.items() if parser not in _NOT_WORDS),
    )


def _kinds(base: Base) -> list[str]:
    """Fields that may say in a word what a notice is of: those that can make its label, then those of the page's first section."""
    first = next(iter(base.sections), None)
    labels = [code for template in base.label for code in _CODES.findall(template)]
    return list(dict.fromkeys([*labels, *(field.path for field in base.fields.values() if first and field.section == first)]))


def _values(record: Record, where: Iterable[tuple[str, str]]) -> list[str]:
    """The texts there, each once, in order."""
    found = []
    for code, key in where:
        if code in record:  # tested apart: most notices fill few of their base's fields
            found += [item[key] for item in record[code] if key in item]
    return list(dict.fromkeys(found)) if len(found) > 1 else found


def _text(record: Record, plan: _Plan, already: set[str]) -> str:
    """All other prose, each text once; where an item has an INSEE code, that too."""
    found = [record[key] for key in plan.texts if key in record] + _values(record, (("place", "insee"),))
    kept = (text for text in found if text not in already and not text.startswith(("http://", "https://")))
    return "\n".join(dict.fromkeys(kept))[:LONGEST_TEXT]


def _summary(record: Record, plan: _Plan, title: str, places: list[str]) -> str:
    """The kind of thing unless the title says it; a dated notice without a period gives its date as written."""
    known = title.casefold()
    kind = next((text for text in _values(record, plan.kinds) if text.casefold() not in known), "")
    period = next(iter(_values(record, plan.periods) or _values(record, plan.spans)), "")
    summary = " · ".join(filter(None, (kind, period, *places[:1])))
    return summary if len(summary) <= LONGEST_SUMMARY else summary[: LONGEST_SUMMARY - 1].rstrip() + "…"
