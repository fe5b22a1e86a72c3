"""Places: the commune of a notice (INSEE, name, department) and points in WGS 84."""

from __future__ import annotations

import re

from pop_ld import iris
from pop_ld.fields.parsed import Item
from pop_ld.fields.text import split_all

_INSEE = re.compile(r"^(?:\d{2}|2[AB])\d{3}$")

_DECIMAL = re.compile(r"^-?\d+(?:\.\d+)?$")
_PAIR = re.compile(r"^\s*(-?\d+(?:\.\d+)?)\s*[,;]\s*(-?\d+(?:\.\d+)?)\s*$")
"""Latitude and longitude in one cell, as the exports of 2024 and 2026 write them."""


def is_insee(text: str) -> bool:
    """Whether the text is a commune's INSEE code: five characters, "2A…" and "2B…" in Corsica (FACTS b)."""
    return bool(_INSEE.match(text))


def communes(insee: tuple[str, ...], names: tuple[str, ...], departments: tuple[str, ...]) -> list[Item]:
    """[{place, label, insee?}]: one place for each commune.

    Codes and names are joined by position only where there are as many of each; a name without code is told apart by its
    department where one is written. Without a name the code itself is the label.
    """
    codes = [code for code in split_all(insee, ";") if is_insee(code)]
    called = split_all(names, ";")
    if codes and (len(codes) == len(called) or not called):
        labels = called or codes
        return [{"place": f"insee-{code}", "label": label, "insee": code} for code, label in zip(codes, labels, strict=True)]
    where = split_all(departments, ";")
    suffix = f", {where[0]}" if len(where) == 1 else ""
    return [{"place": "nom-" + iris.name_key(name + suffix), "label": name} for name in dict.fromkeys(called)]


def point(lat: tuple[str, ...], lon: tuple[str, ...]) -> tuple[str, str] | str | None:
    """(latitude, longitude) as xsd:decimal texts in degrees; None for none and for 0/0 (FACTS b); the text where it is no point."""
    pair = _PAIR.match(lat[0]) if lat and not lon else None
    if not pair and not (lat and lon):
        return None
    texts = (pair[1], pair[2]) if pair else (lat[0].replace(",", "."), lon[0].replace(",", "."))
    try:
        numbers = float(texts[0]), float(texts[1])
    except ValueError:
        return " ".join(texts)
    if numbers == (0, 0):
        return None
    if not (-90 <= numbers[0] <= 90 and -180 <= numbers[1] <= 180):
        return " ".join(texts)
    return decimal(texts[0], numbers[0]), decimal(texts[1], numbers[1])


def decimal(written: str, number: float) -> str:
    """An xsd:decimal text: as written where it is one, else without exponent and with at most 12 decimals."""
    if _DECIMAL.match(written):
        return written
    text = f"{number:.12f}".rstrip("0")
    return text + "0" if text.endswith(".") else text
