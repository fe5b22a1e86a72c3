"""Readers of the files for aligners, written from what the tools publish: QuickStatements' parser, Mix'n'match's IMPORT_FORMAT, SSSOM.

They share nothing with what writes the files.
"""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass
from typing import Any

import yaml

_TIME = re.compile(r"([+-])(\d+)-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z/(\d+)(/J)?", re.ASCII)
_PLACE = re.compile(r"@\s*([+-]?[0-9.]+)\s*/\s*([+-]?[0-9.]+)", re.ASCII)
_QUANTITY = re.compile(r"([+-]?\d+(?:\.\d+)?)(?:U(\d+))?", re.ASCII)
_PHP_SPACE = " \t\n\r\0\x0b"


class Unreadable(ValueError):
    """What the tool's parser would not read."""


@dataclass(frozen=True)
class Command:
    """One command as QuickStatements understands it; ``what`` is create, label, description or statement."""

    subject: str
    what: str
    name: str = ""
    value: tuple[str, ...] = ()
    qualifiers: tuple[tuple[str, tuple[str, ...]], ...] = ()
    sources: tuple[tuple[str, tuple[str, ...]], ...] = ()


def value(text: str) -> tuple[str, ...]:
    """parseValueV1: the kinds in its order; a string is what is between the first and the last quote, trimmed."""
    text = text.strip(_PHP_SPACE)
    if re.fullmatch(r"[PQ]\d+", text, re.ASCII | re.IGNORECASE):
        return ("item", text.upper())
    if match := re.fullmatch(r'"([^\n]*)"', text):
        return ("string", match[1].strip(_PHP_SPACE))
    if match := re.fullmatch(r'([a-z_-]+):"([^\n]*)"', text, re.IGNORECASE):
        return ("text", match[1], match[2].strip(_PHP_SPACE))
    if match := _TIME.fullmatch(text):
        if not (0 <= int(match[3]) <= 12 and 0 <= int(match[4]) <= 31) or match[2].strip("0") == "":
            raise Unreadable(text)
        return ("time", match[1] + match[2], match[3], match[4], match[8], "julian" if match[9] else "gregorian")
    if match := _PLACE.fullmatch(text):
        return ("place", match[1], match[2])
    if match := _QUANTITY.fullmatch(text):
        return ("quantity", match[1], f"Q{match[2]}" if match[2] else "1")
    raise Unreadable(text)


def v1(text: str) -> list[Command]:
    """importDataFromV1, where the file has line breaks and tabs, and nothing is forgiven."""
    found = []
    for row in text.split("\n"):
        cells = row.strip(_PHP_SPACE).split("\t")
        if cells == [""]:
            continue
        if cells == ["CREATE"]:
            found.append(Command("", "create"))
        elif len(cells) >= 3 and re.fullmatch(r"Q[1-9]\d*|LAST", cells[0]) and re.fullmatch(r"P\d+", cells[1]):
            found.append(_statement(cells))
        elif len(cells) == 3 and re.fullmatch(r"Q[1-9]\d*|LAST", cells[0]) and (match := re.fullmatch(r"([LD])([a-z_-]+)", cells[1])):
            said = value(cells[2])
            if said[0] != "string" or not 0 < len(said[1]) <= 250:
                raise Unreadable(row)
            found.append(Command(cells[0], {"L": "label", "D": "description"}[match[1]], match[2], said))
        else:
            raise Unreadable(row)
    return found


def _statement(cells: list[str]) -> Command:
    rest = cells[3:]
    if len(rest) % 2:
        raise Unreadable("incomplete list of qualifiers and references")
    qualifiers, sources = [], []
    for key, text in zip(rest[::2], rest[1::2], strict=True):
        if not (match := re.fullmatch(r"([SP])(\d+)", key)):
            raise Unreadable(key)
        (sources if match[1] == "S" else qualifiers).append((f"P{match[2]}", value(text)))
        if match[1] == "P" and sources:
            raise Unreadable("a qualifier after a reference")
    return Command(cells[0], "statement", cells[1], value(cells[2]), tuple(qualifiers), tuple(sources))


def qs_csv(text: str) -> list[Command]:
    """importDataFromCSV: ``qid`` first, a command a cell, none of them empty but the ``qid`` of a new item."""
    head, *rows = csv.reader(io.StringIO(text, newline=""))
    if head[0] != "qid" or "qid" in head[1:]:
        raise Unreadable(head[0])
    found: list[Command] = []
    for row in rows:
        if len(row) != len(head):
            raise Unreadable("a row has other columns than the head")
        subject = row[0] or "LAST"
        if not row[0]:
            found.append(Command("", "create"))
        for name, cell in zip(head[1:], row[1:], strict=True):
            if not cell:
                raise Unreadable(f"empty cell of {name}")
            _cell(found, subject, name, cell)
    return found


def _cell(found: list[Command], subject: str, name: str, cell: str) -> None:
    if re.fullmatch(r"P\d+", name):
        found.append(Command(subject, "statement", name, value(cell)))
    elif match := re.fullmatch(r"([LD])([a-z]+)", name):
        found.append(Command(subject, {"L": "label", "D": "description"}[match[1]], match[2], ("string", cell)))
    elif match := re.fullmatch(r"qal(\d+)", name):
        last = found.pop()
        found.append(
            Command(last.subject, last.what, last.name, last.value, (*last.qualifiers, (f"P{match[1]}", value(cell))), last.sources)
        )
    elif match := re.fullmatch(r"[Ss](\d+)", name):
        last = found.pop()
        if (name[0] == "S") != (not last.sources):
            raise Unreadable("the first of a reference has S, the others s")
        found.append(
            Command(last.subject, last.what, last.name, last.value, last.qualifiers, (*last.sources, (f"P{match[1]}", value(cell))))
        )
    else:
        raise Unreadable(name)


# Mix'n'match ----------------------------------------------------------------------------------------------------------------

_ENTRY = {"catalog": int, "ext_id": str, "ext_name": str, "ext_url": str, "ext_desc": str, "q": int, "user": int, "type": str}
_META: dict[str, type] = {
    "entry": dict,
    "auxiliary": list,
    "coordinate": dict,
    "person_dates": dict,
    "descriptions": dict,
    "aliases": list,
    "mnm_relations": list,
    "kv_entries": list,
}


def mixnmatch(text: str, catalogue: int) -> list[dict[str, Any]]:
    """JSON Lines of MetaEntry for a catalogue, each part as IMPORT_FORMAT.md types it; ``ext_id`` is the key."""
    found = [json.loads(line) for line in text.split("\n")[:-1]]
    if text and not text.endswith("\n"):
        raise Unreadable("the last line has no end")
    keys = [entry["entry"]["ext_id"] for entry in found]
    if len(set(keys)) != len(keys):
        raise Unreadable("an ext_id twice")
    for meta in found:
        _typed(meta, _META)
        core = meta["entry"]
        _typed(core, _ENTRY)
        if core["catalog"] != catalogue or not core["ext_id"] or not core["ext_name"] or core.get("user", 0) != 0 or core.get("q", 1) <= 0:
            raise Unreadable(str(core))
        if "type" in core and not re.fullmatch(r"Q[1-9]\d*", core["type"]):
            raise Unreadable(core["type"])
        for each in meta.get("auxiliary", ()):
            _typed(each, {"prop_numeric": int, "value": str})
        if "coordinate" in meta and not (-90 <= meta["coordinate"]["lat"] <= 90 and -180 <= meta["coordinate"]["lon"] <= 180):
            raise Unreadable(str(meta["coordinate"]))
        if any(not re.fullmatch(r"-?\d{4}(-\d\d(-\d\d)?)?", day) for day in meta.get("person_dates", {}).values()):
            raise Unreadable(str(meta["person_dates"]))
        for each in (*meta.get("aliases", ()), *({"language": k, "value": v} for k, v in meta.get("descriptions", {}).items())):
            _typed(each, {"language": str, "value": str})
        for each in meta.get("mnm_relations", ()):
            _typed(each, {"property": int, "target": dict})
            if each["target"]["type"] != "WikidataQid" or not isinstance(each["target"]["value"], int):
                raise Unreadable(str(each))
        for each in meta.get("kv_entries", ()):
            _typed(each, {"key": str, "value": str})
    return found


def _typed(said: dict[str, Any], types: dict[str, type]) -> None:
    for name, content in said.items():
        if name not in types or not isinstance(content, types[name]) or isinstance(content, bool):
            raise Unreadable(f"{name}: {content!r}")


# SSSOM ----------------------------------------------------------------------------------------------------------------------


def sssom(text: str) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """SSSOM/TSV with its metadata in front: (metadata, mappings), CURIEs made IRIs by the curie_map, the slots that must be there."""
    lines = text.split("\n")
    said = [line.removeprefix("#") for line in lines if line.startswith("#")]
    metadata = yaml.safe_load("\n".join(said))
    if missing := {"curie_map", "mapping_set_id", "license"} - metadata.keys():
        raise Unreadable(str(missing))
    rows = list(csv.DictReader(io.StringIO("\n".join(lines[len(said) :]), newline=""), delimiter="\t", strict=True))
    for row in rows:
        if None in row or None in row.values():
            raise Unreadable(str(row))
        for slot in ("subject_id", "predicate_id", "object_id", "mapping_justification", "mapping_source"):
            row[slot] = _expanded(row[slot], metadata["curie_map"])
        if not 0 <= float(row["confidence"]) <= 1 or not re.fullmatch(r"\d{4}-\d\d-\d\d", row["mapping_date"]):
            raise Unreadable(str(row))
    return metadata, rows


def _expanded(text: str, prefixes: dict[str, str]) -> str:
    prefix, _, local = text.partition(":")
    if prefix in prefixes and local:
        return prefixes[prefix] + local
    if re.fullmatch(r"https?://\S+", text):
        return text
    raise Unreadable(text)
