"""A notice as an entry of a catalogue of Mix'n'match (MetaEntry of its importer), one JSON object a line."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pop_ld.formats.wikidata import identifier_pattern, own_property, type_by_words
from pop_ld.formats.wikidata_values import text_of

_DATE = re.compile(r"-?\d{4}(?:-\d\d(?:-\d\d)?)?")
_MUSEUM = 195
"""The property "collection"."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the search index knows of a notice: ``fields`` are its texts by POP code, ``point`` "latitude longitude" or "".

    ``qid`` is the item that it is, "" for none; ``museum`` the item of the museum that keeps it.
    """

    base: str
    ref: str
    title: str
    about: str
    url: str
    point: str = ""
    qid: str = ""
    museum: str = ""
    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)


_NAMES = {"fr": ("APPL", "ALIAS", "ATIT", "AUTI", "SIGLE_M", "NOMUSAGE")}
_KEPT = ("INV", "NINV", "COTE", "AUTR", "AUTP", "MILL", "PERI", "SCLE", "DATE", "DATPV", "LOCA", "COM", "INSEE", "DPT")


def line(entry: Entry, catalogue: int) -> str:
    """The line of an entry, with its line break. ``catalogue`` is the number of the catalogue that the file is for.

    A link is a preliminary match (user 0): people confirm it there, and what they confirmed is not overwritten.
    """
    core: dict[str, Any] = {
        "catalog": catalogue,
        "ext_id": entry.ref,
        "ext_name": text_of(entry.title) or entry.ref,
        "ext_url": entry.url,
        "ext_desc": text_of(entry.about),
    }
    if entry.qid:
        core |= {"q": int(entry.qid.removeprefix("Q")), "user": 0}
    if kind := type_by_words(entry.base, entry.fields):
        core["type"] = kind
    made: dict[str, Any] = {"entry": core}
    more = {
        "auxiliary": _auxiliary(entry),
        "coordinate": _coordinate(entry.point),
        "person_dates": _life(entry),
        "descriptions": {"fr": core["ext_desc"]} if core["ext_desc"] else {},
        "aliases": _aliases(entry, core["ext_name"]),
        "mnm_relations": _relations(entry),
        "kv_entries": [{"key": code, "value": text} for code in _KEPT for text in entry.fields.get(code, ())],
    }
    made |= {name: value for name, value in more.items() if value}
    return json.dumps(made, ensure_ascii=False, separators=(",", ":")) + "\n"


def _auxiliary(entry: Entry) -> list[dict[str, Any]]:
    prop = own_property(entry.base)
    pattern = identifier_pattern(prop)
    return [{"prop_numeric": int(prop[1:]), "value": entry.ref}] if pattern and pattern.fullmatch(entry.ref) else []


def _coordinate(point: str) -> dict[str, float]:
    lat, _, lon = point.partition(" ")
    return {"lat": float(lat), "lon": float(lon)} if lat and lon else {}


def _life(entry: Entry) -> dict[str, str]:
    """Birth and death of a person of Autor, where they are written as a date."""
    if entry.base != "autor":
        return {}
    pairs = (("born", "DNAISS"), ("died", "DMORT"))
    found = {name: next((t for t in entry.fields.get(code, ()) if _DATE.fullmatch(t)), "") for name, code in pairs}
    return {name: text for name, text in found.items() if text}


def _aliases(entry: Entry, name: str) -> list[dict[str, str]]:
    found = dict.fromkeys((lang, text_of(text)) for lang, codes in _NAMES.items() for code in codes for text in entry.fields.get(code, ()))
    return [{"language": lang, "value": text} for lang, text in found if text and text != name]


def _relations(entry: Entry) -> list[dict[str, Any]]:
    """The museum that keeps an object, where it is an item."""
    if not entry.museum:
        return []
    return [{"property": _MUSEUM, "target": {"type": "WikidataQid", "value": int(entry.museum.removeprefix("Q"))}}]
