"""Years and days: Joconde MILL, Mérimée DATE, Mémoire DATPV, and the dates of a notice (DMAJ, DMIS)."""

from __future__ import annotations

import re
from functools import lru_cache

from pop_ld.fields.folding import fold
from pop_ld.fields.parsed import Item, Parsed, Remark, items
from pop_ld.fields.periods import period_span
from pop_ld.fields.spans import Span, union, valid_day
from pop_ld.fields.text import joined, split_all

_MONTHS = ("janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre", "octobre", "novembre", "decembre")
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv")
_BC = re.compile(r"\bav(?:ant)?\.? ?j\.?-? ?c\b\.?")
_AD = re.compile(r"\bap(?:res)?\.? ?j\.?-? ?c\b\.?")
_END = "avant|jusqu'en|jusqu'a|achevee? avant|achevee? en|date de fin"
_BEGIN = "apres|ap|depuis|a partir de|commencee? en|date de debut"
_VAGUE = "vers|v|env|environ|circa|ca|c|suppose|incertain|douteux|ou|debut|fin"
_PLAIN = "entre|et|en|de|tirage|editee? en|depot legal|an(?:nee)?|date"
_WORDS = re.compile(rf"\b(?:{_END}|{_BEGIN}|{_VAGUE}|{_PLAIN})\b\.?|\?")
_EDGES = re.compile(r"[\s()\[\],:]+")
_NUMBERS = re.compile(r"(?P<year>\d{1,4})(?:[./-](?P<month>\d{1,2}))?(?:[./-](?P<day>\d{1,2}))?\.?")
_WRITTEN = re.compile(rf"(?:le )?(?:(?P<day>\d{{1,2}})(?:er)? )?(?P<month>{'|'.join(_MONTHS)}) (?P<year>\d{{4}})")
_FRENCH = re.compile(r"(?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>\d{4})")
_RANGE = re.compile(r"(?P<from>\d{3,4}) ?[-/.] ?(?P<to>\d{3,4})")
_RANGE_BC = re.compile(r"(?P<from>\d{1,4}) ?- ?(?P<to>\d{1,4})")
_SHORT_RANGE = re.compile(r"(?P<century>\d{2})(?P<from>\d{2})-(?P<to>\d{2})")
_UNKNOWN_DIGITS = re.compile(r"(?P<known>\d{3})[.?_]|(?P<century>\d{2})(?:\.\.|\?\?|__)")
_DECADES = re.compile(r"(?:annees|decennie) (?P<from>\d{3}0)(?: ?- ?(?P<to>\d{3}0))?")
_REPUBLIC = re.compile(rf"an (?:(?P<roman>{'|'.join(_ROMAN)})|(?P<number>\d{{1,2}}))")
_LINK = re.compile(r" ?, ?| (?:et|ou|au|a) | - (?=\d)| ?- ?(?=vers|avant|apres|env)")
_HALF = re.compile(r"\d ?- ?(?:vers|avant|apres|env)")
"""A word that qualifies the end of a range alone."""
_COMMENT = re.compile(r"(?: ?[:(,] ?| pour )(?=\D*$)|\. (?=[a-z])")
"""Where a comment begins: one without figures, or a sentence."""
_DATED = re.compile(r"\d{4}|siecle")
_NONE = frozenset(
    {"", "sans date", "s.d.", "s.d", "s. d.", "sd", "n.d.", "nd", "?", "date inconnue", "inconnue", "inconnu", "indeterminee", "non datee"}
    | {"date indeterminee", "date d'acquisition inconnue"}
)
_DAY = re.compile(r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T].*)?$")


@lru_cache(maxsize=50_000)
def year_span(text: str) -> Span | None:
    """Bounds of one dated text, or None.

    "1858" exact; "vers 1900" has its year but no bounds (how far "vers" goes is unknown, so nothing is invented);
    "1863 avant", "1863 achevé en" end with 1863; "1880 (après)", "1715 commencée en" begin; "1840-1845", "1901.04 ou 1910",
    "1761- vers 1780" have the outer bounds that are known; "1889.03" a month; "5 avril 1900" a day; "184." ten years; "an IX" 1800–1801;
    "50 av JC" is -49; "fin 18e siècle" what :func:`periods.period_span` says. A comment ("1949 pour le four") leaves its date as it is.
    """
    if len(text) == 4 and text.isascii() and text.isdigit() and text != "0000":
        return Span(int(text), int(text), int(text))
    folded = fold(text).replace("’", "'").replace("\u2013", "-")
    comment = _COMMENT.search(folded)
    texts = (folded, folded[: comment.start()]) if comment and _DATED.search(folded[: comment.start()]) else (folded,)
    spans = (read(one) for read in (_figures, _period) for one in texts)
    return next((span for span in spans if span is not None), None)


def _figures(folded: str) -> Span | None:
    """Bounds of a folded text that is one date or several, and nothing else."""
    span = None if _HALF.search(folded) else _single(folded)
    return _several(folded) if span is None and _LINK.search(folded) else span


def _period(folded: str) -> Span | None:
    understood, span = (False, None) if folded.isdecimal() else period_span(folded)
    return span or Span() if understood else None


def _several(folded: str) -> Span | None:
    """The outer bounds that are known of "1886 entre, 1895 et", "1761- vers 1780", "1901.04 ou 1910"; None where one is no date."""
    found = [_single(part) for part in _LINK.split(folded)]
    spans = [span for span in found if span is not None]
    if len(spans) < len(found):
        return None
    if "entre" not in folded and ("," in folded or " ou " in folded):
        return union(spans)
    first, last = spans[0].begin, spans[-1].end
    return None if first is not None and last is not None and last < first else Span(first, last)


def _single(folded: str) -> Span | None:
    """Bounds of one date with the words that qualify it."""
    bare = folded.strip("()[] ")
    if found := _UNKNOWN_DIGITS.fullmatch(bare.removesuffix("en")):
        return _unknown(found["known"], found["century"])
    if found := _REPUBLIC.fullmatch(bare):
        number = int(found["number"]) if found["number"] else _ROMAN.index(found["roman"]) + 1
        return Span(1791 + number, 1792 + number) if 1 <= number <= len(_ROMAN) else None
    if found := _DECADES.fullmatch(bare):
        return Span(int(found["from"]), int(found["to"] or found["from"]) + 9)
    without, before_us = _BC.subn(" ", _AD.sub(" ", folded))
    words = _WORDS.findall(without)
    core = _EDGES.sub(" ", _WORDS.sub(" ", without)).strip()
    return _core(core, words, before_us > 0)


def _unknown(known: str | None, century: str | None) -> Span:
    """ "184." is 1840–1849, "18.." is 1800–1899 (Joconde's specification of 2024, AUTR)."""
    start, length = (int(known) * 10, 10) if known else (int(century or 0) * 100, 100)
    return Span(start, start + length - 1)


def _core(core: str, words: list[str], before_us: bool) -> Span | None:
    """Bounds of a date in figures or with its month in words, once what qualifies it is set apart."""
    if found := _RANGE_BC.fullmatch(core) if before_us else _RANGE.fullmatch(core) or _short_range(core):
        return _range(int(found["from"]), int(found["to"]), words, before_us)
    found = _NUMBERS.fullmatch(core) or _WRITTEN.fullmatch(core) or _FRENCH.fullmatch(core)
    if not found or not int(found["year"]):
        return None
    month = found["month"] or "0"
    number = _MONTHS.index(month) + 1 if month in _MONTHS else int(month)
    year = 1 - int(found["year"]) if before_us else int(found["year"])
    return _qualified(year, words, number, int(found["day"] or 0))


def _short_range(core: str) -> dict[str, str] | None:
    """ "1920-30" is 1920–1930; "1905-06" may be June 1905 as well, and 1905–1906 bounds both; "1889-03" is March."""
    found = _SHORT_RANGE.fullmatch(core)
    if not found or found["to"] <= found["from"]:
        return None
    return {"from": found["century"] + found["from"], "to": found["century"] + found["to"]}


def _range(first: int, last: int, words: list[str], before_us: bool) -> Span | None:
    if before_us:
        first, last = 1 - first, 1 - last
    if last < first:
        return None
    begin = None if _says(_END, words) or _says(_VAGUE, words) else first
    end = None if _says(_BEGIN, words) or _says(_VAGUE, words) else last
    return Span(begin, end)


def _qualified(year: int, words: list[str], month: int, day: int) -> Span | None:
    if month and not valid_day(year, month, day or 1):
        return None
    if _says(_END, words):
        return Span(end=year, exact=year if _says("achevee? en", words) else None, month=month, day=day)
    if "entre" in words or (_says(_BEGIN, words) and "et" not in words):
        return Span(begin=year, month=month, day=day)
    if "et" in words:
        return Span(end=year, month=month, day=day)
    if "?" in words or _says(_VAGUE, words):
        return Span(exact=year)
    return Span(year, year, year, month, day)


def _says(kind: str, words: list[str]) -> bool:
    return any(re.fullmatch(kind, word.rstrip(".")) for word in words)


def years(values: tuple[str, ...], separators: str) -> Parsed:
    """List of {text, year?, begin?, end?, span?, span_label?}; "1950 entre ; 1960 et" is one item from 1950 to 1960."""
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
        if fold(text).strip("()[] ") not in _NONE:
            remarks.append(("year-not-understood", text, ""))
        return {"text": text}
    item = {"text": text, **span.bounds()}
    if span.exact is not None and 0 < span.exact <= 9999:
        item["year"] = f"{span.exact:04d}"
    return item


def _between(first: str, second: str) -> Span | None:
    """The span of "1950 entre ; 1960 et", of "1803 : date de début ; 1810 : date de fin" (Joconde's specification of 2024, MILL)."""
    if first.isdecimal():
        return None
    opens, closes = fold(first), fold(second)
    if not ("entre" in opens and re.search(r"\bet\b", closes)) and not ("date de debut" in opens and "date de fin" in closes):
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
