"""Dimensions: DIMS in its dozens of spellings becomes type, value and unit (FACTS b); the rest is kept and reported."""

from __future__ import annotations

import re
from functools import lru_cache

from pop_ld.fields.parsed import Item, Parsed, Remark, items
from pop_ld.fields.text import split

HEIGHT, WIDTH, LENGTH, DEPTH = "300055644", "300055647", "300055645", "300072633"
THICKNESS, DIAMETER, WEIGHT, CIRCUMFERENCE = "300055646", "300055624", "300056240", "300055623"
UNITS = {"cm": "300379098", "m": "300379099", "mm": "300379097", "g": "300379225", "kg": "300379226"}
"""Units by their sign; AAT ids. POP has no unit field: centimetres where none is written (Joconde specification, "DIMS")."""

_TYPES = (
    (re.compile(r"^(?:h|ht|hauteur)$", re.I), HEIGHT),
    (re.compile(r"^(?:la|larg|largeur)$", re.I), WIDTH),
    (re.compile(r"^l$"), WIDTH),
    (re.compile(r"^(?:L|lo|long|longueur)$"), LENGTH),
    (re.compile(r"^(?:lo|long|longueur)$", re.I), LENGTH),
    (re.compile(r"^(?:p|pr|prof|profondeur)$", re.I), DEPTH),
    (re.compile(r"^(?:e|ep|ép|epaisseur|épaisseur)$", re.I), THICKNESS),
    (re.compile(r"^(?:d|diam|diametre|diamètre)$", re.I), DIAMETER),
    (re.compile(r"^(?:pds|poids)$", re.I), WEIGHT),
    (re.compile(r"^(?:circ|circonference|circonférence)$", re.I), CIRCUMFERENCE),
)
_LONG = "hauteur|largeur|longueur|profondeur|[ée]paisseur|diam[èe]tre|poids|circonf[ée]rence"
_SHORT = "diam|larg|long|prof|pds|circ|[ée]p|ht|pr|la|lo|[hlpde]"
_WORD = rf"(?P<type>{_LONG}|{_SHORT})(?![a-zàâçéèêëîïôûùü])"
_UNIT = r"(?P<unit>cm|mm|kg|m|g)(?![a-zà-ü])"
_NUM = r"(?P<value>\d{1,6}(?:[.,]\d{1,4})?)"
_FORWARD = re.compile(rf"(?<![a-zà-ü]){_WORD}\.?(?P<between>[^\d;,]{{0,60}}?){_NUM}\s*(?:{_UNIT})?", re.I)
_BETWEEN = re.compile(r"(?:\ben\s+|\()?\b(?P<unit>cm|mm|kg|m|g)\b\.?\)?", re.I)
_BACKWARD = re.compile(rf"^{_NUM}\s*(?:{_UNIT})?\s*{_WORD}\.?\d?(?:\s+(?P<between>[^\W\d][^\d;,]*))?$", re.I)
_GLOBAL = re.compile(r"(?:^|\b)(?:mesures?\s+)?en\s+(cm|mm|m)\b\s*:?", re.I)
_DAMAGED = re.compile(r"\d;\d")
"""A decimal comma that a CSV turned into ";" (FACTS j12): the number cannot be trusted."""
_TRAILING = re.compile(r"\d\s*(cm|mm|m)\.?\s*$", re.I)


@lru_cache(maxsize=100_000)
def measures(text: str) -> tuple[tuple[str, str, str, str], ...]:
    """(type, value, unit, remark) for each measure of one text; empty where none is understood.

    "H. 61, l. 50" | "Hauteur en cm 1.64" | "17 H ; 24.2 L" | "h = 27,3 ; la = 21" | "H. 0,158 ; La. 0,047 ; P. 0,082 m." (a unit at
    the end holds for all that have none).
    """
    if _DAMAGED.search(text):
        return ()
    common = _GLOBAL.search(text) if not _FORWARD.match(text) or text[:3].casefold() in ("en ", "mes") else None
    trailing = _TRAILING.search(text)
    default = (common or trailing).group(1).casefold() if (common or trailing) else "cm"  # type: ignore[union-attr]
    body = text[common.end() :] if common else text
    backward = [_BACKWARD.match(part) for part in split(body, ";,") if part]
    if backward and all(backward):
        return tuple(m for b in backward if b and (m := _measure(b, default)))
    return tuple(m for f in _FORWARD.finditer(body) if (m := _measure(f, default)))


def _measure(found: re.Match[str], default: str) -> tuple[str, str, str, str] | None:
    kind = next((code for pattern, code in _TYPES if pattern.match(found["type"])), "")
    value = found["value"].replace(",", ".")
    between = found["between"] or ""
    inner = _BETWEEN.search(between)
    written = (inner["unit"] if inner else found["unit"] or "").casefold()
    unit = written or ("g" if kind == WEIGHT else default)
    if not kind or float(value) == 0 or (kind == WEIGHT) != (unit in ("g", "kg")):
        return None
    return kind, value, UNITS[unit], " ".join(_BETWEEN.sub(" ", between).split()).strip(" .:=()")


def dimensions(values: tuple[str, ...], separators: str) -> Parsed:
    """List of {text, type, value, unit, part?}; one item with the text alone, and a remark, where nothing is understood.

    ``£`` and ``#`` break a field into lines of parts ("Autour de la Lune : h = 32 ; la = 206").
    """
    found: list[Item] = []
    remarks: list[Remark] = []
    for line in (line for value in values for line in split(value, "£#\n")):
        part, body = _part(line)
        parsed = measures(body)
        if not parsed:
            remarks.append(("dimension-not-understood", line, ""))
            found.append({"text": line})
        for kind, value, unit, remark in parsed:
            item = {"text": line, "type": kind, "value": value, "unit": unit}
            if part or remark:
                item["part"] = part or remark
            found.append(item)
    return items(found, remarks)


def _part(line: str) -> tuple[str, str]:
    """("Autour de la Lune", "h = 32 ; la = 206") for a line that opens with the name of a part."""
    head, mark, tail = line.partition(" : ")
    named = mark and not any(c.isdigit() for c in head) and not _FORWARD.match(line) and not _GLOBAL.search(head)
    return (head.strip(), tail) if named else ("", line)
