"""What a record says that no single field says: time-spans, comments and roles of items."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pop_ld import iris
from pop_ld.fields import spans, text
from pop_ld.fields.parsed import Item
from pop_ld.notices import Record, Shared


def timespan(record: Record, kinds: Mapping[str, tuple[str, ...]]) -> tuple[list[Item], str]:
    """One time-span from years where they are dated, else from periods, and the first exact year; nothing for what is not there."""
    dated = _items(record, kinds.get("years", ()))
    periodic = _items(record, kinds.get("periods", ()))
    if not dated and not periodic:
        return [], ""
    span: Item = {"label": text.JOIN.join(dict.fromkeys([i["text"] for i in dated] + [i["label"] for i in periodic]))}
    for group in (dated, periodic):
        bounded = [i for i in group if "begin" in i or "end" in i]
        if bounded:
            begin = min((i["begin"] for i in bounded), key=_instant) if all("begin" in i for i in bounded) else ""
            end = max((i["end"] for i in bounded), key=_instant) if all("end" in i for i in bounded) else ""
            span.update(spans.between(begin.partition("T")[0], end.partition("T")[0]))
            break
    return Shared([span]), next((i["year"] for i in dated if "year" in i), "")


def _items(record: Record, codes: tuple[str, ...]) -> list[Item]:
    found: list[Item] = []
    for code in codes:
        if code in record:
            found += record[code]
    return found


def _instant(text_: str) -> tuple[int, str]:
    """Sort key of an xsd:dateTime text, years before our era included."""
    year, rest = re.match(r"(-?\d+)(.*)", text_).groups()  # type: ignore[union-attr]
    return int(year), rest


def commented(item: Item, comment: str | None) -> Item:
    return {**item, "comment": comment, "comment_key": iris.name_key(comment)} if comment else item


def with_parts(items: list[Item]) -> list[Item]:
    """A role makes a part of a production that several people share (``part_role``), and types one that is one person's (``sole_role``)."""
    name = "part_role" if len(items) > 1 else "sole_role"
    return [{**item, name: item["role_key"]} if "role_key" in item else item for item in items]
