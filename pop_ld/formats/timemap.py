"""Memento (RFC 7089): moments in headers, and the TimeMap of a document as application/link-format and as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from pop_ld import iris

LINK_FORMAT, JSON = "application/link-format", "application/json"
TYPES = {"link": LINK_FORMAT, "json": JSON}
_MOMENT = re.compile(r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d\d) (\w{3}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def read_moment(header: str) -> datetime | None:
    """An Accept-Datetime header (§2.1.1: RFC 1123, GMT); None where it is none."""
    match = _MOMENT.fullmatch(header.strip())
    if not match or match[2] not in _MONTHS:
        return None
    day, _, year, hour, minute, second = match.groups()
    try:
        return datetime(int(year), _MONTHS.index(match[2]) + 1, int(day), int(hour), int(minute), int(second), tzinfo=UTC)
    except ValueError:
        return None


def moment(created: str) -> datetime:
    """When a release began to serve, from its manifest."""
    return datetime.fromisoformat(created).astimezone(UTC)


def http_date(when: datetime) -> str:
    return format_datetime(when, usegmt=True)


def relations(site: str, thing: str) -> list[str]:
    """What the document of a thing and all its mementos say (§4.2): it is its own TimeGate, and where its TimeMap is."""
    original, timemap = iris.thing_to_document(site, thing), iris.timemap(site, "link", thing)
    return [f'<{original}>; rel="original timegate"', f'<{timemap}>; rel="timemap"; type="{LINK_FORMAT}"']


def memento_link(address: str, created: str, ranks: str = "") -> str:
    """A link to a memento; ``ranks`` is "first", "last", both or neither."""
    return f'<{address}>; rel="{f"{ranks} memento".strip()}"; datetime="{http_date(moment(created))}"'


def ranked(mementos: Sequence[tuple[str, str]]) -> list[tuple[str, str, str]]:
    """(address, created, its ranks) of mementos, oldest first."""
    last = len(mementos) - 1
    return [
        (address, when, " ".join(r for r, at in (("first", 0), ("last", last)) if at == n)) for n, (address, when) in enumerate(mementos)
    ]


def link_format(site: str, thing: str, mementos: Sequence[tuple[str, str]]) -> bytes:
    """The TimeMap (§5): ``mementos`` are (address, created), oldest first, at least one."""
    here, span = iris.timemap(site, "link", thing), [http_date(moment(mementos[at][1])) for at in (0, -1)]
    own = f'<{here}>; rel="self"; type="{LINK_FORMAT}"; from="{span[0]}"; until="{span[1]}"'
    found = [relations(site, thing)[0], own, *(memento_link(*each) for each in ranked(mementos))]
    return ",\n".join(found).encode() + b"\n"


def as_json(site: str, thing: str, mementos: Sequence[tuple[str, str]], record: Mapping[str, Any] | None) -> bytes:
    """The same for programs, in the form that Memento's aggregators give; ``record`` says when a notice came and changed last."""
    original = iris.thing_to_document(site, thing)
    listed = [{"datetime": moment(when).isoformat().replace("+00:00", "Z"), "uri": address} for address, when in mementos]
    made: dict[str, Any] = {
        "original_uri": original,
        "timegate_uri": original,
        "timemap_uri": {f"{kind}_format": iris.timemap(site, kind, thing) for kind in TYPES},
        "mementos": {"first": listed[0], "last": listed[-1], "list": listed},
    }
    if record:
        made["record"] = dict(record)
    return json.dumps(made, ensure_ascii=False).encode("utf-8")
