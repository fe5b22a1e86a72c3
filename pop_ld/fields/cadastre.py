"""Cadastre: references to parcels (CADA: [year] section parcel{, parcel}; FACTS b)."""

from __future__ import annotations

import re

from pop_ld.fields.parsed import Item, Parsed, Remark, items
from pop_ld.fields.text import split_all

_PARCEL = r"\d{1,5}(?:/\d{1,4})?\s?(?:bis|ter|quater|[a-z])?"
_SECTION = r"0?[A-Z]{1,2}(?:\d{1,2}(?=\s))?|\d{1,2}(?=\s+\d)"
"""Letters, "B02" or "0B" with a filling zero; numbers in Alsace and Moselle, known by the parcel that follows."""
_YEAR = re.compile(r"^(1[789]\d\d|20[0-4]\d)(?:\s+|\s*:\s*)(?=[0-9A-Z])")
_LONE_YEAR = re.compile(r"^(?:1[789]\d\d|20[0-4]\d)$")
"""A year or a parcel: nothing tells."""
_COMMUNE = re.compile(r"^([A-ZÀ-Ý][a-zà-ÿ][^\d,]*?)\s+(?=(?:section\s+)?[A-Z]{1,2}\d{0,2}\s+\d)")
_CHUNK = re.compile(
    rf"^(?:section\s+)?(?:(?P<section>{_SECTION})\s*)?(?:parcelles?\s+)?(?:n°\s*)?"
    rf"(?P<first>{_PARCEL})(?:\s*à\s*(?P<last>{_PARCEL}))?(?:\s+-\s+[^\W\d].*)?$"
)
"""A parcel or a range of them, and where it is: "353 - place Tourny"."""
_ALONE = re.compile(rf"^(?:section\s+)?(?P<section>{_SECTION})(?:\s+(?P<note>\D+))?$")
_NOTE = re.compile(
    r"^(?:(?:parcelles?\s+)?non\s+cadastr|domaine|lieu-?dit|cf\b|voie\b|DP$|sans\s+numéro|en\s+totalité|en\s+partie)", re.IGNORECASE
)
_BETWEEN = re.compile(r"\s*,\s*(?:et\s+)?|\s+et\s+(?=\d|[A-Z]{1,2}\b|parcelle)")
_LONGEST_RANGE = 200
"""Parcels of one range: more is a slip of the pen."""


def cadastre(values: tuple[str, ...], separators: str) -> Parsed:
    """List of {text, year?, commune?, section?, parcel?}, one item a parcel; ``text`` is the reference as written, for all its parcels.

    ``commune`` is its name where the reference opens with it: "Sérigny B 68, 69". A range "62 à 64" gives its three parcels.
    "non cadastré", "domaine public", "lieudit …" and "cf …" are understood and give no parcel. A reference of which a part is not
    understood keeps its text alone, and is reported.
    """
    found: list[Item] = []
    remarks: list[Remark] = []
    for text in dict.fromkeys(split_all(values, separators or ";")):
        parcels = _reference(" ".join(text.split()))
        if parcels is None:
            remarks.append(("cadastre-not-understood", text, ""))
        found += [{"text": text, **parcel} for parcel in parcels or [{}]]
    return items(found, remarks)


def _reference(text: str) -> list[Item] | None:
    """[{year?, commune?, section?, parcel?}] of one reference, None where a part of it is not understood."""
    if _LONE_YEAR.match(text):
        return None
    place: Item = {}
    rest = text
    for name, shape in (("year", _YEAR), ("commune", _COMMUNE)):
        if opening := shape.match(rest):
            place[name] = opening[1]
            rest = rest[opening.end() :]
    found: list[Item] = []
    for chunk in _BETWEEN.split(rest):
        if _NOTE.match(chunk):
            continue
        if parcel := _CHUNK.match(chunk):
            if parcel["section"]:
                place = {**place, "section": parcel["section"]}
            numbers = _range(parcel["first"], parcel["last"])
            if not numbers:
                return None
            found += [{**place, "parcel": number} for number in numbers]
        elif (alone := _ALONE.match(chunk)) and (not alone["note"] or _NOTE.match(alone["note"])):
            place = {**place, "section": alone["section"]}
            found.append(place)
        else:
            return None
    return list({tuple(item.items()): item for item in found}.values()) or [place]


def _range(first: str, last: str | None) -> list[str]:
    """The parcels from first to last as written: one where there is no last, none where the range makes no sense."""
    if last is None:
        return [first.strip()]
    low, high = (int(re.split(r"\D", text)[0]) for text in (first, last))
    if not low < high < low + _LONGEST_RANGE:
        return []
    return [first.strip(), *map(str, range(low + 1, high)), last.strip()]
