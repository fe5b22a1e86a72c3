"""Moments: one date inside a text, as Joconde's DACQ, DDPT, DECV and PAUT write them, and the words that are left around it."""

from __future__ import annotations

import re
from functools import lru_cache

from pop_ld.fields.folding import fold
from pop_ld.fields.parsed import Item
from pop_ld.fields.periods import period_span
from pop_ld.fields.spans import Span, valid_day

_MONTHS = ("janv", "fev", "mars", "avr", "mai", "juin", "juil", "aout", "sept", "oct", "nov", "dec")
_MONTH = (
    r"(?P<word>janv(?:ier)?|fev(?:rier)?|mars|avr(?:il)?|mai|juin|juil(?:let)?|aout"
    r"|sept(?:embre)?|oct(?:obre)?|nov(?:embre)?|dec(?:embre)?)\b\.?"
)
_YEAR = r"(?<![\d.])(?P<year>[012]\d{3})(?!\d)"
_FORMS = tuple(
    re.compile(form)
    for form in (
        rf"{_YEAR}\s*[/.-]\s*(?P<month>\d{{1,2}})(?:\s*[/.-]\s*(?P<day>\d{{1,2}}))?(?!\d)",
        r"(?<!\d)(?P<day>\d{1,2})\s*[/.-]\s*(?P<month>\d{1,2})\s*[/.-]\s*(?P<year>[012]\d{3})(?!\d)",
        rf"(?:(?<!\d)(?P<day>\d{{1,2}})(?:er)?\s+)?{_MONTH}\s*,?\s*{_YEAR}",
        rf"{_YEAR}\s*,?\s*\(?{_MONTH}(?:[\s,]*(?P<day>\d{{1,2}})(?:er)?(?!\d))?\)?",
        rf"{_YEAR}\s*[,(]\s*(?P<day>\d{{1,2}})(?:er)?\s*(?:{_MONTH}|/\s*(?P<month>\d{{1,2}}))\)?",
        _YEAR,
    )
)
_YEAR_ALONE = re.compile(_YEAR)
_RANGE = re.compile(r"(?<!\d)([012]\d{3})\s*(?:-|/|\ba\b|\bet\b|\bou\b)\s*(?:en\s+)?([012]\d{3}|\d{2})(?![\d/-])")
_DECADE = re.compile(r"\bannees\s+([12]\d{2}0)\b")
_VAGUE = re.compile(r"\?|\bvers\b|\benviron\b|\benv\b\.?|\bcirca\b|\bca\b\.?|\bpeut-etre\b|\bprobablement\b")
_BEFORE = re.compile(r"\bavant\b")
_AFTER = re.compile(r"\b(?:apres|depuis|a partir de)\b")
_JOINTS = re.compile(r"\(\s*\)|\b(?:entre|en|le|de|du|l')(?=\s*$)|^(?:entre|en|le|de|du)\b")


@lru_cache(maxsize=50_000)
def moment(text: str) -> tuple[Span | None, str]:
    """(bounds, the other words of the text, folded) of the one date in a text; (None, the text) where none or more than one is there.

    "1868/03/10 acquis", "4 mars 2003", "1904, mai 2", "12/2/1911" are days, "1980/05" a month, "1952-1953 déposé" and
    "1886 ou 1887" two years, "années 1980" ten. As for years: "vers 1900" has its year but no bounds, "1850 avant" no begin,
    "1850 après" no end. A century or a named period is understood where it is the whole text.
    """
    folded = fold(text)
    span, rest = _dated(folded)
    if span is None:
        understood, span = period_span(text) if not _YEAR_ALONE.search(folded) else (False, None)
        return (span, "") if understood else (None, folded)
    if _YEAR_ALONE.search(rest):
        return None, folded
    vague, before, after = _VAGUE.search(rest), _BEFORE.search(rest), _AFTER.search(rest)
    for words in (_VAGUE, _BEFORE, _AFTER):
        rest = words.sub(" ", rest)
    rest = " ".join(_JOINTS.sub(" ", " ".join(rest.split())).split()).strip(" ,;:.()")
    return _bounded(span, bool(vague), bool(before), bool(after)), rest


def _dated(folded: str) -> tuple[Span | None, str]:
    """(bounds, what is left) of the first form that fits; a day that does not exist is no date."""
    if found := _RANGE.search(folded):
        first, last = int(found[1]), int(found[1][: 4 - len(found[2])] + found[2])
        if first < last and int(found[2]) > 12:  # "1980-05" is a month
            return Span(first, last), _without(folded, found)
    if found := _DECADE.search(folded):
        return Span(int(found[1]), int(found[1]) + 9), _without(folded, found)
    for form in _FORMS:
        if found := form.search(folded):
            span = _day(found.groupdict())
            return (span, _without(folded, found)) if span else (None, folded)
    return None, folded


def _without(text: str, found: re.Match[str]) -> str:
    return f"{text[: found.start()]} {text[found.end() :]}"


def _day(parts: dict[str, str | None]) -> Span | None:
    year, month, day = (int(parts.get(name) or 0) for name in ("year", "month", "day"))
    if word := parts.get("word"):
        month = next(number for number, start in enumerate(_MONTHS, 1) if word.startswith(start))
    if not month and not day:
        return Span(year, year, year)
    return Span(year, year, year, month, day) if valid_day(year, month, day or 1) else None


def _bounded(span: Span, vague: bool, before: bool, after: bool) -> Span:
    if before and after:
        return Span()
    if vague:
        return Span(exact=span.exact) if not (before or after) else Span()
    if before:
        return Span(end=span.end, month=span.month, day=span.day)
    return Span(begin=span.begin, month=span.month, day=span.day) if after else span


def words_of(text: str, rest: str) -> str:
    """``rest`` of :func:`moment` as the text writes it, where it stands there in one piece."""
    words, count = text.split(), len(rest.split())
    for start in range(len(words) - count, -1, -1) if count else ():
        written = " ".join(words[start : start + count]).strip(" ,;:.()")
        if fold(written) == rest:
            return written
    return rest


def moment_item(span: Span) -> Item:
    """{year?, begin?, end?, span?, span_label?}: ``year`` where one year is known, even "vers"."""
    exact = {"year": f"{span.exact:04d}"} if span.exact is not None and 0 < span.exact <= 9999 else {}
    return {**exact, **span.bounds()}
