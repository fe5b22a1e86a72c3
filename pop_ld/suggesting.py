"""What should stand there: a right value computed from a wrong one, where one can be, in the way that the rule names.

``pop:suggestion`` of a shape is one of: ``terme`` (nearest of the field's thesaurus), ``liste`` (nearest of sh:in), ``region`` (the
region of today, else the nearest), ``date`` (AAAA-MM-JJ), ``date-barres`` (AAAA/MM/JJ), ``ref`` (capitals, no blanks, where a base
writes so), ``zeros`` (as long as the example, by zeros before it), ``museofile`` (M and four digits), ``url``, ``nombre``, ``texte``
(without what is forbidden).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date
from difflib import get_close_matches
from functools import cache

from pop_ld import resources
from pop_ld.bases import Base, load_bases
from pop_ld.fields.folding import fold
from pop_ld.thesauri import Thesauri
from pop_ld.validation import Rule

_KEPT = 5_000
"""Suggestions remembered: wrong values repeat, and the nearest of ten thousand terms costs milliseconds."""


class Suggester:
    """For the notices of one base; a call gives a right value or ""."""

    def __init__(self, base: Base, thesauri: Thesauri | None) -> None:
        self._base = base
        self._thesauri = thesauri
        self._known: dict[tuple[str, str, str], str] = {}

    def __call__(self, rule: Rule, code: str, value: str) -> str:
        if not rule.suggestion or not value:
            return ""
        place = rule.iri, code, value
        if place not in self._known:
            if len(self._known) >= _KEPT:
                self._known.clear()
            found = self._find(rule, code, value)
            self._known[place] = found if found != value else ""
        return self._known[place]

    def _find(self, rule: Rule, code: str, value: str) -> str:
        if rule.suggestion == "terme":
            return self._term(code, value)
        if rule.suggestion == "liste":
            return nearest(value, rule.choices)
        if rule.suggestion == "ref":
            field = self._base.fields.get(code)
            bases = field.parser.partition(":")[2].split(",") if field and code != "REF" else [self._base.slug]
            return reference(value, bases)
        if rule.suggestion == "zeros":
            return value.zfill(len(rule.example)) if value.isdecimal() else ""
        return WAYS[rule.suggestion](value) if rule.suggestion in WAYS else ""

    def _term(self, code: str, value: str) -> str:
        if self._thesauri is None or code not in self._base.fields:
            return ""
        found = self._thesauri.candidates(self._base.thesaurus(code), value, 1)
        return found[0].pref if found else ""


def nearest(value: str, choices: tuple[str, ...]) -> str:
    """The choice that is written most like the value, case and accents apart; "" where none is near."""
    folded = {fold(choice): choice for choice in reversed(choices)}
    close = get_close_matches(fold(value), folded, 1, 0.6)
    return folded[close[0]] if close else ""


@cache
def _regions() -> dict[str, str]:
    lines = resources.table("regions.csv")
    return {fold(name): line["region"] for line in lines for name in (line["region"], line["former"])}


def region(value: str) -> str:
    """The region of 2016 that a former region belongs to, or that is written most like the value."""
    close = get_close_matches(fold(value), _regions(), 1, 0.8)
    return _regions()[close[0]] if close else ""


_MONTHS = "janvier|f[ée]vrier|mars|avril|mai|juin|juillet|ao[ûu]t|septembre|octobre|novembre|d[ée]cembre"
_DAY = re.compile(
    r"(?<!\d)(?:(?P<y1>\d{4})[-/. ]+(?P<m1>\d{1,2})[-/. ]+(?P<d1>\d{1,2})"
    r"|(?P<d2>\d{1,2})[-/. ]+(?P<m2>\d{1,2})[-/. ]+(?P<y2>\d{4})"
    rf"|(?P<d3>\d{{1,2}})(?:er)?\s+(?P<m3>{_MONTHS})\s+(?P<y3>\d{{4}}))(?!\d)",
    re.IGNORECASE,
)
"""A day with the year first, with the day first, or with its month in words."""


def day(value: str) -> tuple[date, str] | None:
    """The first day that a text writes, and what follows it; None where there is none, or none of the calendar: it may mean any."""
    found = _DAY.search(value)
    if found is None:
        return None
    year, month, number = next(parts for n in "123" if (parts := [found[f"{part}{n}"] for part in "ymd"])[0])
    if not month.isdigit():
        month = str(next(n for n, name in enumerate(_MONTHS.split("|"), 1) if re.fullmatch(name, month, re.IGNORECASE)))
    try:
        return date(int(year), int(month), int(number)), value[found.end() :]
    except ValueError:
        return None


def iso_date(value: str) -> str:
    """``28/05/2014`` -> ``2014-05-28``."""
    found = day(value)
    return found[0].isoformat() if found else ""


def slashed_date(value: str) -> str:
    """``28 mai 1905 classé MH`` -> ``1905/05/28 : classé MH``: the date, and what follows it."""
    found = day(value)
    if not found:
        return ""
    rest = found[1].strip(" :;,-")
    return found[0].isoformat().replace("-", "/") + (f" : {rest}" if rest else "")  # strftime writes the year 987 with three digits


def reference(value: str, bases: Iterable[str]) -> str:
    """A REF in capitals, without blanks and marks, where one of these bases writes its REFs so; "" for prose."""
    made = re.sub(r"[^0-9A-Z_-]", "", fold(value).upper())
    return made if any(load_bases()[slug].ref.match(made) for slug in bases if slug in load_bases()) else ""


def museum(value: str) -> str:
    """``m 162`` and ``M0162-2`` -> ``M0162``; "" for what has no number of one to four digits."""
    found = re.fullmatch(r"m?\D*(\d{1,4})(?:-\d+)?", fold(value))
    return f"M{int(found[1]):04d}" if found else ""


def address(value: str) -> str:
    """A web address whose scheme was forgotten or mistyped."""
    text = re.sub(r"^(?:h?t?tps?:?/{0,3}|https?;//)(?=[^/])", "https://" if "tps" in value[:6] else "http://", value.strip(), count=1)
    text = text if "://" in text else f"https://{text}"
    return text if re.fullmatch(r"https?://[\w-]+(?:\.[\w-]+)+(?:[/?#:]\S*)?", text) else ""


def number(value: str) -> str:
    """``46,5`` -> ``46.5``."""
    text = value.strip().replace(",", ".").replace(" ", "").replace("\u202f", "")
    return text if re.fullmatch(r"-?\d+(?:\.\d+)?", text) else ""


def plain(value: str) -> str:
    """A text without tabs, double slashes and doubled blanks (Joconde specification, ajout piloté)."""
    return " ".join(re.sub(r"(?<!:)//+", "/", value).split())


WAYS: dict[str, Callable[[str], str]] = {
    "region": region,
    "date": iso_date,
    "date-barres": slashed_date,
    "museofile": museum,
    "url": address,
    "nombre": number,
    "texte": plain,
}
KINDS = ("terme", "liste", "ref", "zeros", *WAYS)
"""What ``pop:suggestion`` may be."""
