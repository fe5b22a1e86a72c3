"""Centuries, millennia and named periods: PERI, SCLE and their like become outer bounds."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from pop_ld import resources
from pop_ld.fields.folding import fold
from pop_ld.fields.parsed import Item, Parsed, Remark, items
from pop_ld.fields.spans import Span, union
from pop_ld.fields.text import concept, split_all

_ROMAN = {"i": 1, "v": 5, "x": 10}
_NUMBER = r"(?P<number>\d{1,2}|[ivx]{1,7})"
_ORDINAL = r"(?:er|ere|e|eme|nd|nde)"
_RANK = "1ere?|premiere?|seconde?|deuxieme|troisieme|quatrieme|dernier"
_PART = rf"(?:(?P<rank>\d|{_RANK})\s*(?:ere|er|e|eme|nde|nd|re)?\s*(?P<unit>quart|moitie|tiers)|(?P<word>debut|milieu|fin|limite))"
_OF = r"\s*(?:du\s+|de\s+)?(?:le\s+)?"
_BEFORE = r"\s*(?:av(?:ant)?\.?\s*j(?:esus)?\.?\s*-?\s*c(?:hrist)?\.?|avant notre ere)"
_SINCE = r"\s*(?:ap(?:res)?\.?\s*j(?:esus)?\.?\s*-?\s*c(?:hrist)?\.?|de notre ere)"
_SCALE = r"(?:siecles?|(?P<millennium>millenaires?)|s\.?)"
_CENTURY = re.compile(rf"(?:{_PART}{_OF})?{_NUMBER}\s*(?:{_ORDINAL}\s*)?{_SCALE}(?P<bc>{_BEFORE})?(?:{_SINCE})?")
_SHORT = re.compile(rf"(?:{_PART}{_OF})?{_NUMBER}\s?{_ORDINAL}")
_TRAILING_PART = re.compile(rf"\(\s*{_PART}\s*\??\s*\)")
_LATE_WORD = re.compile(r"(.*(?:siecle|millenaire)),? (debut|milieu|fin)")
_OPEN = re.compile(r"(?P<side>avant|apres) (?:le |la |l')?(?P<rest>.*)")
_LINKS = re.compile(r"\s*[,/]\s*|\s*-\s*(?=\d|[ivx]+e|debut|milieu|fin|limite)|\s+(?:et|ou|au|a)\s+|(?<=siecle)\s+(?=\d|debut|fin)|\s+-\s+")
_DASH = re.compile(r"\s*-\s*(?=\D)")
_LEAD = re.compile(r"^(?:limite|entre|du|de) (?:le )?")
_TWO_YEARS = re.compile(r"(\d{4})(?:\s*-\s*(\d{4}))?")
_NOTE = re.compile(
    r"\((?![^()]*(?:siecle|\bou\b|\bavant\b|(?<!d')\bapres\b|\de\b))[^()]*(?:\)|$)|\?\s*\)?|\bvers\b|\benviron\b|\bdetruite?s?\)?$"
)
"""A note beside a period, which keeps its bounds: all that stands in parentheses but another date, and words of doubt."""
_NOTE_ALONE = re.compile(r"\(?\s*(?:\?|(?:detruit|restaure|remanie|incertain|suppose)e?s?|contexte)?\s*\)?")
_ERA = re.compile(r"(?:epoque|periode)s? (?:de la |de l'|du |des )?")
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
    "dernier": -1,
}
_UNITS = {"quart": ((1, 25), (26, 50), (51, 75), (76, 100)), "moitie": ((1, 50), (51, 100)), "tiers": ((1, 33), (34, 66), (67, 100))}
_WORDS = {"debut": (1, 25), "milieu": (34, 66), "fin": (76, 100), "limite": (1, 100)}
_LAST = {"century": 21, "millennium": 3}
"""The centuries and millennia of our era that a notice may name; before it there may be a hundred."""


@cache
def _named() -> dict[str, Span | None]:
    """Folded name of a period -> its bounds, None where it is known but has none (mappings/periods.csv)."""
    found: dict[str, Span | None] = {}
    for row in resources.table("periods.csv"):
        begin, end = (int(row[side]) if row[side] else None for side in ("begin", "end"))
        found[_plain(fold(row["name"]))] = None if begin is None and end is None else Span(begin, end)
    return found


@lru_cache(maxsize=20_000)
def period_span(text: str) -> tuple[bool, Span | None]:
    """(understood, bounds) of one term; bounds may be None for a known name without dates.

    The 15th century is 1401–1500 (MODEL.md), its 1st quarter 1401–1425, its 1st half 1401–1450, its thirds 33, 33 and 34 years;
    "début" and "fin" are the outer quarters, "milieu" the middle third, since a term without bounds must not be given tight ones.
    A century before our era counts back: "5e siècle av JC" is 500–401 BC, that is -499…-400 in XSD 1.1; so does a millennium.
    """
    folded = fold(text).replace("\u2010", "-").replace("\u2013", "-")
    if late := _LATE_WORD.fullmatch(folded):
        folded = f"{late[2]} {late[1]}"
    if part := _TRAILING_PART.search(folded):
        folded = f"{part.group(0).strip('() ?')} {folded[: part.start()]}{folded[part.end() :]}"
    folded = " ".join(_NOTE.sub(" ", folded).split()).strip(" .,;")
    if opened := _OPEN.fullmatch(folded):
        understood, span = _term(opened["rest"])
        if span:
            return True, Span(end=span.end) if opened["side"] == "avant" else Span(begin=span.begin)
        return understood, None
    return _term(folded)


def _term(folded: str) -> tuple[bool, Span | None]:
    """(understood, bounds) of a term without notes: a century, a name, years, or several of them."""
    if found := _CENTURY.fullmatch(folded) or _SHORT.fullmatch(folded):
        span = _century(found)
        return span is not None, span
    if years := _TWO_YEARS.fullmatch(folded):
        first, last = int(years[1]), int(years[2] or years[1])
        return (True, Span(first, last)) if 0 < first <= last else (False, None)
    understood, span = _name(folded)
    return (True, span) if understood else _several(folded)


def _name(folded: str) -> tuple[bool, Span | None]:
    """(known, bounds) of a named period, with or without "époque" before it."""
    names = _named()
    for name in (_plain(folded), _ERA.sub("", _plain(folded), count=1)):
        if name in names:
            return True, names[name]
    return False, None


def _plain(folded: str) -> str:
    """A folded name with its hyphens as spaces: "moyen-age", "gallo-romain"."""
    return " ".join(folded.replace("-", " ").split())


def _several(folded: str) -> tuple[bool, Span | None]:
    """ "17e siècle-18e siècle", "15e-16e siècle", "limite 19e siècle 20e siècle", "2e-1er siècle av JC", "Néolithique, Chalcolithique"."""
    spread = _LEAD.sub("", folded).replace(" et le ", " et ").replace(" siecles", " siecle")
    for links in (_LINKS, _DASH):
        parts = [part for part in links.split(spread) if part]
        last = _CENTURY.fullmatch(parts[-1]) if parts else None
        scale = parts[-1][last.end("number") :] if last and not last["unit"] else ""
        spans = [_part_span(part, scale) for part in parts]
        if len(parts) > 1 and all(understood for understood, _ in spans):
            known = [span for _, span in spans if span is not None]
            return True, union(known) if len(known) == len(spans) else None
    return False, None


def _part_span(part: str, scale: str) -> tuple[bool, Span | None]:
    """One of several terms; a bare "15e" takes the scale of the last: "e siecle av jc"."""
    if (short := _SHORT.fullmatch(part)) and scale:
        part = part[: short.end("number")] + scale
    if found := _CENTURY.fullmatch(part):
        span = _century(found)
        return span is not None, span
    return _name(part)


def _century(found: re.Match[str]) -> Span | None:
    """Bounds of a matched century or millennium, None where there is no such one."""
    groups = found.groupdict()
    number, years = _number(groups["number"]), 1000 if groups.get("millennium") else 100
    before = bool(groups.get("bc"))
    if not 1 <= number <= (100 if before else _LAST["millennium" if years == 1000 else "century"]):
        return None
    low, high = 1, 100
    if groups["unit"]:
        parts = _UNITS[groups["unit"]]
        rank = _RANKS.get(groups["rank"]) or (int(groups["rank"]) if groups["rank"].isdecimal() else 0)
        rank = len(parts) if rank == -1 else rank
        if not 1 <= rank <= len(parts):
            return None
        low, high = parts[rank - 1]
    elif groups["word"]:
        low, high = _WORDS[groups["word"]]
    start = -years * number if before else years * (number - 1)
    return Span(start + (low - 1) * years // 100 + 1, start + high * years // 100)


def _number(text: str) -> int:
    if text.isdecimal():
        return int(text)
    total = 0
    for letter, following in zip(text, text[1:] + " ", strict=True):
        value = _ROMAN[letter]
        total += -value if _ROMAN.get(following, 0) > value else value
    return total


def periods(values: tuple[str, ...], separators: str) -> Parsed:
    """List of {label, concept, begin?, end?, span?, span_label?, note?}; a term that is not understood keeps its label and is reported.

    A note that a separator cut off its period ("(?)", "détruit)": FACTS b) becomes the ``note`` of the period before it.
    """
    found: list[Item] = []
    remarks: list[Remark] = []
    seen: dict[str, Item] = {}
    last: Item | None = None
    for label in split_all(values, separators):
        if last is not None and _NOTE_ALONE.fullmatch(fold(label)):
            last["note"] = f"{last['note']}, {label}" if "note" in last else label
            continue
        if label not in seen:
            understood, span = period_span(label)
            if not understood:
                remarks.append(("period-not-understood", label, ""))
            seen[label] = {**concept(label), **(span.bounds() if span else {})}
            found.append(seen[label])
        last = seen[label]
    return items(found, remarks)
