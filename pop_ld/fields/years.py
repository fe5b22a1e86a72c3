"""Years and days: Joconde MILL, Mérimée DATE, Mémoire DATPV, and the dates of a notice (DMAJ, DMIS)."""

from __future__ import annotations

import re

from pop_ld.fields.parsed import Item, Parsed, Remark, items
from pop_ld.fields.spans import Span, valid_day
from pop_ld.fields.text import joined, split_all

_BC = r"(?:av\.? ?j\.?-? ?c\.?)"
_WORD = (
    r"(?:avant|après|apres|ap|vers|env\.?|environ|entre|et|ou|supposé|début|fin|tirage|achevée? (?:en|avant)|édité en"
    r"|commencée? en|dépôt légal|en|circa|ca\.?|\?)"
)
_YEAR = re.compile(
    rf"^\(?(?P<before>{_WORD})?\)?\s*(?P<year>\d{{1,4}})(?:[./-](?P<month>\d{{1,2}}))?(?:[./-](?P<day>\d{{1,2}}))?\s*(?P<bc>{_BC})?"
    rf"\s*\(?(?P<after>{_WORD}(?:,\s*{_WORD})?)?\s*(?:\?)?\)?\.?(?:en)?$",
    re.IGNORECASE,
)
_RANGE = re.compile(r"^(?P<vers>vers\s+)?(?P<from>\d{4})\s*-\s*(?P<to>\d{4})$", re.IGNORECASE)
_NONE = frozenset({"sans date", "s.d.", "sd", "?", "(?)", "date inconnue", "date d'acquisition inconnue"})
_DAY = re.compile(r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T].*)?$")


def year_span(text: str) -> Span | None:
    """Bounds of one dated text, or None.

    "1858" exact; "vers 1900" has its year but no bounds (how far "vers" goes is unknown, so nothing is invented);
    "1863 avant" ends with 1863; "1880 (après)" begins with 1880; "1840-1845" both; "1889.03" a month; "50 av JC" is -49.
    """
    if found := _RANGE.match(text):
        first, last = int(found["from"]), int(found["to"])
        return None if last < first else Span() if found["vers"] else Span(first, last)
    found = _YEAR.match(text)
    if not found:
        return None
    year = 1 - int(found["year"]) if found["bc"] else int(found["year"])
    return _qualified(year, f"{found['before'] or ''} {found['after'] or ''}".casefold(), found["month"], found["day"])


def _qualified(year: int, words: str, month_text: str | None, day_text: str | None) -> Span | None:
    month, day = int(month_text or 0), int(day_text or 0)
    if month and not valid_day(year, month, day or 1):
        return None
    if "avant" in words:
        return Span(end=year, month=month, day=day)
    if "apr" in words:
        return Span(begin=year, month=month, day=day)
    if any(word in words for word in ("vers", "env", "circa", "ca", "?", "supposé", "ou", "début", "fin")):
        return Span(exact=year)
    return Span(year, year, year, month, day)


def years(values: tuple[str, ...], separators: str) -> Parsed:
    """List of {text, year?, begin?, end?}; "1950 entre ; 1960 et" is one item from 1950 to 1960."""
    parts = split_all(values, separators)
    found: list[Item] = []
    remarks: list[Remark] = []
    i = 0
    while i < len(parts):
        pair = _between(parts[i], parts[i + 1]) if i + 1 < len(parts) else None
        if pair:
            found.append({"text": f"{parts[i]} ; {parts[i + 1]}", **pair.bounds()})
            i += 2
            continue
        found.append(_year_item(parts[i], remarks))
        i += 1
    return items(found, remarks)


def _year_item(text: str, remarks: list[Remark]) -> Item:
    span = year_span(text)
    if span is None:
        if text.casefold() not in _NONE:
            remarks.append(("year-not-understood", text, ""))
        return {"text": text}
    item = {"text": text, **span.bounds()}
    if span.exact is not None and 0 < span.exact <= 9999:
        item["year"] = f"{span.exact:04d}"
    return item


def _between(first: str, second: str) -> Span | None:
    if "entre" not in first.casefold() or not re.search(r"\bet\b", second, re.IGNORECASE):
        return None
    begin, end = year_span(first), year_span(second)
    if begin is None or end is None or begin.begin is None or end.end is None or begin.begin > end.end:
        return None
    return Span(begin.begin, end.end)


def day(text: str) -> str | None:
    """An ISO day for "2019-05-15", "2014-05/28", "2020-9-24 16:9" (FACTS b, j17), or None."""
    found = _DAY.match(text.strip())
    if not found:
        return None
    year, month, number = map(int, found.groups())
    return f"{year:04d}-{month:02d}-{number:02d}" if valid_day(year, month, number) else None


def date(values: tuple[str, ...], separators: str) -> Parsed:
    """Scalar xsd:date; None with a remark where the text is no full date."""
    text = joined(values)
    value = day(text)
    return Parsed(value, () if value else (("date-not-understood", text, ""),))
