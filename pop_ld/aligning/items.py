"""Items of Wikidata in, suggestions out: each item of a file is asked of the reconciler of a release."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from pop_ld import iris, resources
from pop_ld.aligning.making import ITEMS, item_of
from pop_ld.aligning.rows import Table, tables
from pop_ld.alignment import Links, Suggestion
from pop_ld.alignment.link import EXACT
from pop_ld.alignment.suggestion import AGENT, CONCEPT
from pop_ld.alignment.suggestion import NOTICE as A_NOTICE
from pop_ld.errors import ReadError
from pop_ld.notices import Problem
from pop_ld.reconciliation.asked import Condition, Query
from pop_ld.reconciliation.scoring import Candidate
from pop_ld.reconciliation.service import Reconciler
from pop_ld.reconciliation.tables import NOTICE

LEAST = 60.0
"""Score, of 100, from which on a candidate is suggested."""
SEVERAL = 3
"""Candidates of one item that are suggested at most."""
CHOICES = 4
"""Items of one name, of which more say nothing: a person would have to know them all."""
SAME = 0.75
"""How far a property must be the same to stand among the reasons."""
LARGEST = 200 << 20
"""Bytes of a file of labels, which is read whole."""
_YEAR = re.compile(r"[+]?(-?\d{3,4})(?:-\d\d-\d\d.*)?$")
_POINT = re.compile(r"Point\(\s*(-?[\d.]+)\s+(-?[\d.]+)\s*\)", re.IGNORECASE)
_DATES = frozenset(("date", "birth", "death"))
_OF_AGENTS = frozenset(("birth", "death"))


@cache
def _columns() -> dict[str, str]:
    """Column of a file -> property of the reconciler, of mappings/item-columns.csv."""
    return {line["column"]: line["property"] for line in resources.table("item-columns.csv")}


def suggestions(
    file: Path,
    reconciler: Reconciler,
    links: Links,
    day: str,
    advance: Callable[[int], None] = lambda _: None,
    fields: Sequence[str] = (),
) -> Iterator[Suggestion]:
    """What the items of a file may be; terms of the fields named alone (``TECH``), where some are. Raises ReadError for another file."""
    with file.open("rb") as opened:
        nested = opened.read(4_096).lstrip().startswith(b"{") and file.stat().st_size <= LARGEST
    if nested and (labels := _labels(file)):
        for label, items in labels:
            yield from (each for each in _of_label(label, items, reconciler, day) if _is_of(each, fields))
            advance(1)
        return
    for table in tables(file):
        yield from (each for each in _of_table(table, reconciler, links, day, advance) if _is_of(each, fields))


def _is_of(each: Suggestion, fields: Sequence[str]) -> bool:
    """Whether it is of no term, or of a term of one of the fields; of any where none is named."""
    return each.kind != CONCEPT or not fields or any(f"/{code}/" in each.subject for code in fields)


def _of_table(table: Table, reconciler: Reconciler, links: Links, day: str, advance: Callable[[int], None]) -> Iterator[Suggestion]:
    item = next((name for name in ITEMS if name in table.columns), "")
    known = {name: _columns()[name] for name in table.columns if name in _columns()}
    if not item or not known:
        raise ReadError(f"no columns of items ({', '.join(ITEMS[:3])} …) and of what they are called (label …)", file=table.label)
    kind = AGENT if _OF_AGENTS & set(known.values()) else A_NOTICE if set(known.values()) - {"name"} else CONCEPT
    for row in table.rows:
        advance(1)
        if isinstance(row, Problem) or not (target := item_of(row.cells.get(item, ""))):
            continue
        values: dict[str, list[str]] = {}
        for name, property in known.items():
            if text := _value(property, row.cells.get(name, ""), links):
                values.setdefault(property, []).append(text)
        if "name" in values or "inventory" in values:
            query = Query(tuple(_condition(name, texts) for name, texts in values.items()), (kind if kind != A_NOTICE else NOTICE,))
            label = values.get("name", [""])[0]
            yield from _suggested(kind, target, label, values, reconciler.candidates(query), day)


def _condition(name: str, texts: list[str]) -> Condition:
    values = tuple(dict.fromkeys(texts))[:5]
    return Condition("name", values) if name == "name" else Condition("property", values, name)


def _value(property: str, text: str, links: Links) -> str:
    """A value as the reconciler reads it: the year of a timestamp, a point, the museum that an item is linked to."""
    if not text or text.startswith("_:"):
        return ""
    if property in _DATES and (match := _YEAR.match(text)):
        return match[1]
    if property == "coordinates" and (point := _POINT.search(text)):
        return f"{point[2]}, {point[1]}"
    if target := item_of(text):
        museum = next((link.subject for link in links.to(target) if "/museo/" in link.subject), "")
        return iris.last_part(museum) if museum and property == "museum" else ""
    return text


def _suggested(
    kind: str, target: str, label: str, values: Mapping[str, list[str]], candidates: list[Candidate], day: str
) -> Iterator[Suggestion]:
    for candidate in candidates[:SEVERAL]:
        if candidate.score < LEAST:
            return
        reasons = [
            (name, " / ".join(values.get(name, [])[:3]))
            for name, same in candidate.features.items()
            if same is not None and same >= SAME and values.get(name)
        ]
        if candidate.match:
            reasons.append(("match", f"{candidate.score:g}"))
        score = round(candidate.score / 100, 3)
        yield Suggestion(kind, candidate.iri, target, EXACT, score, tuple(reasons), candidate.name[:300], label[:300], day)


# Labels with their items, in JSON ------------------------------------------------------------------------------------------


def _labels(file: Path) -> list[tuple[str, list[Mapping[str, Any]]]]:
    """(label, items) of a file that has, under any keys, ``{label: {…: [{"qid": …}, …]}}``; [] of another one."""
    try:
        found = json.loads(file.read_bytes())
    except (ValueError, RecursionError):
        return []
    if not isinstance(found, dict):
        return []
    groups = [group for group in found.values() if isinstance(group, dict)]
    return [
        (str(label), items)
        for group in [found, *groups]
        for label, told in group.items()
        if isinstance(told, dict)
        for items in told.values()
        if isinstance(items, list) and items and all(isinstance(each, dict) and "qid" in each for each in items)
    ]


def _of_label(label: str, items: list[Mapping[str, Any]], reconciler: Reconciler, day: str) -> Iterator[Suggestion]:
    """Terms of that very name; each of several items is so much less likely, one of the same name in French more."""
    if len(items) > CHOICES:
        return
    found = [each for each in reconciler.candidates(Query((Condition("name", (label,)),), (CONCEPT,))) if each.features.get("name") == 1.0]
    for candidate in found[:SEVERAL]:
        for each in items:
            if not (target := item_of(str(each["qid"]))):
                continue
            score = round(min(0.9, 0.5 + 0.4 / len(items)), 3)
            reasons = [("name", label), ("choices", str(len(items)))]
            if about := str(each.get("description") or ""):
                reasons.append(("description", about[:200]))
            name = f"{each.get('label') or label}"
            yield Suggestion(CONCEPT, candidate.iri, target, EXACT, score, tuple(reasons), candidate.name[:300], name[:300], day)
