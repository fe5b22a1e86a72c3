"""Centuries and named periods: PERI, SCLE and their like become outer bounds."""

from __future__ import annotations

import csv
import re
import unicodedata
from functools import cache, lru_cache

from pop_ld import resources
from pop_ld.fields.parsed import Item, Parsed, Remark, items
from pop_ld.fields.spans import Span, union
from pop_ld.fields.text import concept, split_all

_ROMAN = {"i": 1, "v": 5, "x": 10}
_NUMBER = r"(?P<number>\d{1,2}|[ivx]{1,6})\s*(?:er|ere|e|eme|nd|nde)?"
_RANK = "1ere?|premiere?|seconde?|deuxieme|troisieme|quatrieme"
_PART = rf"(?:(?P<rank>\d|{_RANK})\s*(?:ere|er|e|eme|nde|nd)?\s*(?P<unit>quart|moitie|tiers)|(?P<word>debut|milieu|fin|limite))"
_BEFORE = r"\s*av(?:ant)?\.?\s*j\.?\s*-?\s*c\.?"
_SINCE = r"\s*ap(?:res)?\.?\s*j\.?\s*-?\s*c\.?"
_CENTURY = re.compile(rf"^(?:{_PART}\s*(?:du\s+|de\s+)?(?:le\s+)?)?{_NUMBER}\s*(?:siecle|s\.?)(?P<bc>{_BEFORE})?(?:{_SINCE})?$")
_TRAILING_PART = re.compile(rf"\(\s*{_PART}\s*\)")
_LATE_WORD = re.compile(r"^(.*siecle),? (debut|milieu|fin)$")
_ASIDE = "detruit|contexte|restaure|reconstruit|supposee?|incertain|origine|environ|vers"
_REMARK = re.compile(rf"\((?:\s*\?\s*|[^()]*\b(?:{_ASIDE})\b[^()]*|)\)|\?|\bvers\b|\benviron\b|\bdetruite?\)?$")
_RANKS = {
    "1": 1,
    "1er": 1,
    "1ere": 1,
    "premier": 1,
    "premiere": 1,
    "second": 2,
    "seconde": 2,
    "deuxieme": 2,
    "troisieme": 3,
    "quatrieme": 4,
}
_UNITS = {"quart": ((1, 25), (26, 50), (51, 75), (76, 100)), "moitie": ((1, 50), (51, 100)), "tiers": ((1, 33), (34, 66), (67, 100))}
_WORDS = {"debut": (1, 25), "milieu": (34, 66), "fin": (76, 100), "limite": (1, 100)}


def fold(text: str) -> str:
    """Lower case without accents, white space folded."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join(plain.split())


@cache
def _named() -> dict[str, Span | None]:
    """Folded name of a period -> its bounds, None where it is known but has none (mappings/periods.csv)."""
    found: dict[str, Span | None] = {}
    with (resources.folder("mappings") / "periods.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            found[fold(row["name"])] = Span(int(row["begin"]), int(row["end"])) if row["begin"] else None
    return found


@lru_cache(maxsize=20_000)
def period_span(text: str) -> tuple[bool, Span | None]:
    """(understood, bounds) of one term; bounds may be None for a known name without dates.

    The 15th century is 1401–1500 (MODEL.md), its 1st quarter 1401–1425, its 1st half 1401–1450, its thirds 33, 33 and 34 years;
    "début" and "fin" are the outer quarters, "milieu" the middle third, since a term without bounds must not be given tight ones.
    A century before our era counts back: "5e siècle av JC" is 500–401 BC, that is -499…-400 in XSD 1.1.
    """
    folded = fold(text)
    if late := _LATE_WORD.match(folded):
        folded = f"{late[2]} {late[1]}"
    part = _TRAILING_PART.search(folded)
    if part:
        folded = f"{part.group(0).strip('() ')} {folded[: part.start()]}{folded[part.end() :]}"
    folded = " ".join(_REMARK.sub(" ", folded).split()).strip(" .,;")
    if found := _CENTURY.match(folded):
        span = _century(found)
        return span is not None, span
    names = _named()
    if folded in names:
        return True, names[folded]
    return _several(folded)


def _several(folded: str) -> tuple[bool, Span | None]:
    """ "17e siècle-18e siècle", "15e-16e siècle", "limite 19e siècle 20e siècle", "4e quart 19e siècle, 1er quart 20e siècle"."""
    spread = re.sub(r"^(\d{1,2})e\s*-\s*(?=\d{1,2}e siecle)", r"\1e siecle-", folded.removeprefix("limite ").removeprefix("entre "))
    parts = [p for p in re.split(r"\s*[-,/]\s*|\s+(?:et|ou|a)\s+|(?<=siecle)\s+(?=\d)", spread) if p]
    if len(parts) < 2:
        return False, None
    spans = [_century(found) for part in parts if (found := _CENTURY.match(part))]
    known = [span for span in spans if span is not None]
    return (True, union(known)) if len(known) == len(parts) else (False, None)


def _century(found: re.Match[str]) -> Span | None:
    number = _number(found["number"])
    if not 1 <= number <= 50:
        return None
    low, high = 1, 100
    if found["unit"]:
        parts = _UNITS[found["unit"]]
        rank = _RANKS.get(found["rank"]) or (int(found["rank"]) if found["rank"].isdigit() else 0)
        if not 1 <= rank <= len(parts):
            return None
        low, high = parts[rank - 1]
    elif found["word"]:
        low, high = _WORDS[found["word"]]
    start = -100 * number if found["bc"] else 100 * (number - 1)
    return Span(start + low, start + high)


def _number(text: str) -> int:
    if text.isdigit():
        return int(text)
    total = 0
    for letter, following in zip(text, text[1:] + " ", strict=True):
        value = _ROMAN[letter]
        total += -value if _ROMAN.get(following, 0) > value else value
    return total


def periods(values: tuple[str, ...], separators: str) -> Parsed:
    """List of {label, concept, begin?, end?}; a term that is not understood keeps its label and is reported."""
    found: list[Item] = []
    remarks: list[Remark] = []
    for label in dict.fromkeys(split_all(values, separators)):
        understood, span = period_span(label)
        if not understood:
            remarks.append(("period-not-understood", label, ""))
        found.append({**concept(label), **(span.bounds() if span else {})})
    return items(found, remarks)
