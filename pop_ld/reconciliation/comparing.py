"""Texts in, how far they say the same out: 0 to 1 for names, persons, numbers, museums, dates, places; None where nothing is known."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from math import cos, hypot, radians

from pop_ld import resources
from pop_ld.fields.years import year_span
from pop_ld.reconciliation.persons import person
from pop_ld.reconciliation.wording import ASIDE, BARE, alike, forms, same_words, significant, tokens
from pop_ld.search import words as french

_MUSEUM = re.compile(r"[MB]\d{4,5}\Z")
_REMARK = re.compile(r"\s*\([^()\d]*\)")
"""What stands in brackets and is no part of a number: "12 (ancien numéro)", but not "1988 6 3 (01)"."""
_LABEL = re.compile(r"^(?:inv(?:entaire)?|n|no|num|numero|n°|nº|№)(?:\s*[.:°º-]+\s*|\s+|(?=\d))(?=.*\d)", re.IGNORECASE)
_NUMBERS = re.compile(r"-?\d{1,3}(?:\.\d{1,15})?")
_LONGEST_DATE = 100
"""Characters of a date that are read."""
Texts = Sequence[str]


def name(asked: str, texts: Texts) -> float | None:
    """Names and titles, word by word."""
    whole, bare = tokens(asked), tokens(ASIDE.sub(" ", asked))
    wanted = {bare: BARE, whole: 1.0} if bare else {whole: 1.0}
    if not whole:
        return None
    best = 0.0
    for text in texts:
        for form, worth in forms(text):
            best = max(best, *(same_words(one, form) * min(worth, each) for one, each in wanted.items()))
            if best >= 1.0:
                return 1.0
    return best if texts else None


def ref(asked: str, texts: Texts) -> float | None:
    """References: the same letters and digits."""
    wanted = french.number(asked)
    return float(any(wanted == french.number(text) for text in texts)) if wanted and texts else None


@lru_cache(maxsize=100_000)
def numbers(text: str) -> frozenset[str]:
    """The inventory numbers that a text may be: whole, without a label before it, without its brackets, and each of its parts."""
    parts = [text, _REMARK.sub("", text), *re.split(r"[;|#]", text)]
    found = set()
    for part in parts:
        left, bare = "", _REMARK.sub("", part).strip()
        while bare != left:
            found.add(french.number(bare))
            left, bare = bare, _LABEL.sub("", bare, count=1)
    return frozenset(number for number in found if any(map(str.isdigit, number)))


def number(asked: str, texts: Texts) -> float | None:
    """Inventory numbers and shelf marks, signs and spaces aside."""
    wanted = numbers(asked)
    given = [found for text in texts if (found := numbers(text))]
    return float(any(wanted & found for found in given)) if wanted and given else None


def museum(asked: str, texts: Texts) -> float | None:
    """Museums: by the code of Muséofile where one is given, else by the words of the name and the town."""
    code = asked.strip().upper()
    if _MUSEUM.match(code):
        codes = [text for text in texts if _MUSEUM.match(text)]
        return float(code in codes) if codes else None
    words = tuple(significant(asked))
    there = {word for text in texts for word in tokens(text)}
    if not words or not there:
        return None
    return sum(max((alike(word, other) for other in there), default=0.0) for word in words) / len(words)


def date(asked: str, texts: Texts) -> float | None:
    """Dates and periods: 1 where one lies in the other, 0.9 where they overlap, less within five years of each other, else 0."""
    wanted = _years(asked)
    there = [span for text in texts if (span := _years(text))]
    if wanted is None or not there:
        return None
    return max(_together(wanted, span) for span in there)


@lru_cache(maxsize=50_000)
def _years(text: str) -> tuple[float, float] | None:
    span = year_span(text.strip()[:_LONGEST_DATE])
    if span is None or (span.begin is None and span.end is None and span.exact is None):
        return None
    if span.begin is None and span.end is None and span.exact is not None:
        return float(span.exact - 5), float(span.exact + 5)  # "vers": about
    begin = float("-inf") if span.begin is None else float(span.begin)
    end = float("inf") if span.end is None else float(span.end)
    if begin == float("-inf"):
        begin = end - 30  # "avant 1863" speaks of the years before, not of antiquity
    return (begin, begin + 30) if end == float("inf") else (begin, end)


def _together(one: tuple[float, float], other: tuple[float, float]) -> float:
    gap = max(one[0], other[0]) - min(one[1], other[1])
    if gap > 0:
        return 0.6 if gap <= 2 else 0.3 if gap <= 5 else 0.0
    inside = (one[0] >= other[0] and one[1] <= other[1]) or (other[0] >= one[0] and other[1] <= one[1])
    return 1.0 if inside else 0.9


def place(asked: str, texts: Texts) -> float | None:
    """Communes: the same name, "St" for "Saint", the department in brackets aside; a part of the name says less."""
    wanted = tokens(ASIDE.sub(" ", asked))
    if not wanted or not texts:
        return None
    best = 0.0
    for text in texts:
        there = tokens(ASIDE.sub(" ", text))
        whole = there[: len(wanted)] == wanted or wanted[: len(there)] == there
        best = max(best, same_words(wanted, there), 0.9 if whole and there and any(map(str.isdigit, "".join(there + wanted))) else 0.0)
    return best


def code(asked: str, texts: Texts) -> float | None:
    """Codes: the same letters and digits, zeros at the beginning aside."""
    wanted = french.number(asked).lstrip("0")
    return float(any(wanted == french.number(text).lstrip("0") for text in texts)) if wanted and texts else None


@cache
def _departments() -> Mapping[str, str]:
    """Folded code or name -> code."""
    found = {}
    for row in resources.table("departements.csv"):
        for text in (row["code"], row["name"], *filter(None, row["other_names"].split("|"))):
            found[" ".join(french.words(text)).lstrip("0")] = row["code"]
    return found


def _department(text: str) -> str:
    folded = " ".join(french.words(text)).lstrip("0")
    return _departments().get(folded, folded)


def department(asked: str, texts: Texts) -> float | None:
    """Departments: by number or name."""
    wanted = _department(asked)
    return float(any(wanted == _department(text) for text in texts)) if wanted and texts else None


def point_of(text: str) -> tuple[float, float] | None:
    """(latitude, longitude) of "45.7, 4.8", "45.7 4.8" or "Point(4.8 45.7)"; None for what is no place on Earth."""
    found = [float(number) for number in _NUMBERS.findall(text[:100])]
    if len(found) != 2:
        return None
    lat, long = reversed(found) if "point" in text[:10].lower() else found
    return (lat, long) if abs(lat) <= 90 and abs(long) <= 180 else None


def point(asked: str, texts: Texts) -> float | None:
    """Points by their distance: 1 within 5 m, 0.95 within 30 m, 0.9 within 300 m, 0.5 within 1 km, 0.2 within 3 km, else 0."""
    wanted = point_of(asked)
    there = [found for text in texts if (found := point_of(text))]
    if wanted is None or not there:
        return None
    distance = min(_km(wanted, found) for found in there)
    return next((value for km, value in ((0.005, 1.0), (0.03, 0.95), (0.3, 0.9), (1.0, 0.5), (3.0, 0.2)) if distance <= km), 0.0)


def _km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Short distances on the sphere."""
    across = (one[1] - other[1]) * cos(radians((one[0] + other[0]) / 2))
    return 111.2 * hypot(one[0] - other[0], across)


def concept(asked: str, texts: Texts) -> float | None:
    """Terms: the best of those that the notice has."""
    given = [part for part in map(tokens, re.split(r"[;,/|]", asked)) if part]
    there = [form for text in texts for form in (tokens(text), tokens(ASIDE.sub(" ", text))) if form]
    if not given or not there:
        return None
    return sum(max(same_words(part, form) for form in there) for part in given) / len(given)


def text(asked: str, texts: Texts) -> float | None:
    """Any text: how far the words of what is asked are there."""
    wanted = tokens(asked)
    if not wanted or not texts:
        return None
    return max(same_words(wanted, tokens(each)) for each in texts)


COMPARED: Mapping[str, Callable[[str, Texts], float | None]] = {
    "name": name,
    "ref": ref,
    "number": number,
    "museum": museum,
    "person": person,
    "date": date,
    "place": place,
    "code": code,
    "department": department,
    "point": point,
    "concept": concept,
    "text": text,
}
"""Kind of a property (mappings/reconcile-properties.csv) -> how its values are compared."""


def exactly(asked: str, texts: Texts) -> float | None:
    """1 where a text is the same but for case, accents and signs, else 0."""
    wanted = tokens(asked)
    return float(any(wanted == tokens(text) for text in texts)) if wanted and texts else None
