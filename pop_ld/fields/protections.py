"""Protections: DPRO "1975/01/28 : inscrit MH ; 1938/09/02 : classé MH" becomes dated levels (FACTS b)."""

from __future__ import annotations

import re

from pop_ld.fields.parsed import Item, Parsed, Remark, items
from pop_ld.fields.spans import Span, valid_day
from pop_ld.fields.text import concept, split_all

_EVENT = re.compile(r"^(?P<year>\d{4})(?:[/.-](?P<month>\d{1,2}))?(?:[/.-](?P<day>\d{1,2}))?\s*:?\s*(?P<level>\D.*)?$", re.DOTALL)
_LEVEL = re.compile(r"^(?:partiellement )?(?:class|inscri|désinscri|déclass|label|protection|instance)", re.IGNORECASE)


def protections(values: tuple[str, ...], separators: str) -> Parsed:
    """List of {text, label?, concept?, date?, begin?, end?}; ``date`` is xsd:date where the day is known."""
    found: list[Item] = []
    remarks: list[Remark] = []
    for part in split_all(values, separators or ";"):
        item = protection(" ".join(part.split()))
        if item is None:
            remarks.append(("protection-not-understood", part, ""))
            item = {"text": part}
        found.append(item)
    return items(found, remarks)


def protection(text: str) -> Item | None:
    """One event, or None where neither a date nor a level can be read, or the date does not exist ("1905-99-99")."""
    event = _EVENT.match(text)
    if not event:
        return {"text": text, **concept(text)} if _LEVEL.match(text) else None
    year, month, day = int(event["year"]), int(event["month"] or 0), int(event["day"] or 0)
    if month and not valid_day(year, month, day or 1):
        return None
    item = {"text": text}
    if level := (event["level"] or "").strip(" :"):
        item |= concept(level)
    if day:
        item["date"] = f"{year:04d}-{month:02d}-{day:02d}"
    return item | Span(year, year, year, month, day).bounds()
