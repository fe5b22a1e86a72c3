"""The form of an advanced search: what was typed in it, its rows and groups, and the question that it asks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from statistics import median

from pop_ld.bases import load_bases
from pop_ld.fields.years import year_span
from pop_ld.search import words as french
from pop_ld.search.address import LAST_YEAR, read
from pop_ld.search.contract import SearchReader
from pop_ld.search.question import BARE, FACETS, OPERATORS, Circle, Criterion, Group, Question
from pop_ld.search.where import MOST_CRITERIA, WhereError, canonical, criteria_of, is_field, read_where, write_where

LONGEST_VALUE = 1_000
"""Characters of a value of a row."""
MOST_GROUPS = 12
SIZES = ("1", "5", "10", "25", "50", "100")
"""Kilometres offered around a place."""
_FEW = 25
"""Notices of a commune from whose points its place is taken."""
_POINT = re.compile(r"\s*(-?\d{1,2}(?:[.,]\d+)?)\s*[ ,;]\s*(-?\d{1,3}(?:[.,]\d+)?)\s*\Z")
_YEAR = re.compile(r"\s*(-\d{1,6}|\d{1,6})\s*\Z")
_ENGLISH = re.compile(r"(\d)(?:st|nd|rd|th)\b(?:\s+c(?:entury|\.)?)?", re.IGNORECASE)
_BC = re.compile(r"\bBCE?\b", re.IGNORECASE)
_ACTION = re.compile(r"(add|remove|group|search|bases)(?:\.(\d{1,3}))?(?:\.(\d{1,3}))?\Z")
_DEPARTMENT = re.compile(r"\s*\([^()]*\)\Z")
_KEPT = ("sort", "view", "box", "iri", "lang")
"""Parameters that the form does not show and keeps."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line: a field (``CODE`` or ``base.CODE``), an operator, a value; ``fault`` is a key of interface texts, "" for none."""

    field: str = ""
    operator: str = "contains"
    value: str = ""
    fault: str = ""
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Lines:
    """A group of rows: all hold ("and") or one at least ("or")."""

    joined: str = "and"
    rows: tuple[Row, ...] = (Row(),)


@dataclass(frozen=True)
class Form:
    """Everything typed. ``where`` is the text of criteria too deep for rows; ``faults`` are (key of interface texts, what was typed)."""

    words: str = ""
    filters: tuple[tuple[str, tuple[str, ...]], ...] = ()
    between: str = "and"
    groups: tuple[Lines, ...] = (Lines(),)
    where: str = ""
    first: str = ""
    last: str = ""
    place: str = ""
    km: str = "10"
    kept: tuple[tuple[str, str], ...] = ()
    faults: tuple[tuple[str, str], ...] = field(default=())
    error: WhereError | None = None

    @property
    def bases(self) -> tuple[str, ...]:
        """The bases chosen, of those that there are."""
        return tuple(slug for slug in load_bases() if slug in dict(self.filters).get("base", ()))

    @property
    def sound(self) -> bool:
        return not (self.faults or self.error or any(row.fault for lines in self.groups for row in lines.rows))


# From a question ---------------------------------------------------------------------------------------------------------


def of_question(pairs: Sequence[tuple[str, str]]) -> Form:
    """The form filled in with a search; what of its address makes no sense is told."""
    question, faults = read(pairs)
    split = _lines(question.criteria)
    between, groups = split or ("and", (Lines(),))
    deep = "" if split else write_where(question.criteria)
    wrong = next((fault for fault in faults if fault.parameter == "where"), None)
    first, last = ("" if year is None else str(year) for year in question.years)
    circle = question.around
    made = Form(
        question.words,
        question.filters,
        between,
        groups,
        wrong.value if wrong else deep,
        first,
        last,
        f"{circle.lat:g}, {circle.long:g}" if circle else "",
        f"{circle.km:g}" if circle else "10",
        _kept(pairs),
        tuple(("advanced_fault_other", fault.value) for fault in faults if fault.parameter in ("years", "around")),
    )
    return replace(made, error=WhereError(wrong.why, wrong.at, wrong.found)) if wrong else made


def _kept(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in pairs if name in _KEPT and value)


def _lines(criteria: Group | None) -> tuple[str, tuple[Lines, ...]] | None:
    """Criteria as groups of rows; None where they are deeper than that."""
    if criteria is None:
        return "and", (Lines(),)
    if all(isinstance(part, Criterion) for part in criteria.parts):
        return "and", (Lines(criteria.joined, tuple(_row(one) for one in criteria_of(criteria))),)
    groups: list[Lines] = []
    alone: list[Row] = []
    for part in criteria.parts:
        if isinstance(part, Criterion):
            alone.append(_row(part))
        elif all(isinstance(one, Criterion) for one in part.parts):
            groups.append(Lines(part.joined, tuple(_row(one) for one in criteria_of(part))))
        else:
            return None
    if alone:
        groups.insert(0, Lines(criteria.joined, tuple(alone)))
    return (criteria.joined, tuple(groups)) if len(groups) <= MOST_GROUPS else None


def _row(criterion: Criterion) -> Row:
    code = f"{criterion.base}.{criterion.code}" if criterion.base else criterion.code
    return Row(code, criterion.operator, criterion.value)


# As it was sent ----------------------------------------------------------------------------------------------------------


def of_sent(pairs: Sequence[tuple[str, str]]) -> tuple[Form, str]:
    """The form as it was sent, its button done, and the name of that button: search, add, remove, group or bases."""
    groups: list[tuple[str, list[Row]]] = []
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        if name == "group" and len(groups) < MOST_GROUPS:
            groups.append(("or" if value == "or" else "and", []))
        elif name == "field" and groups and sum(len(rows) for _, rows in groups) < MOST_CRITERIA:
            groups[-1][1].append(Row(value[:100]))
        elif name in ("op", "value") and groups and groups[-1][1]:
            row = groups[-1][1][-1]
            known = replace(row, operator=value) if value in OPERATORS else row
            groups[-1][1][-1] = known if name == "op" else replace(row, value=value.strip()[:LONGEST_VALUE])
        else:
            given.setdefault(name, []).append(value)
    question, _ = read([(name, value) for name, values in given.items() for value in values if name in ("q", *FACETS)])

    def text(name: str) -> str:
        return given.get(name, [""])[0].strip()[:LONGEST_VALUE]

    form = Form(
        question.words,
        question.filters,
        "or" if text("between") == "or" else "and",
        tuple(Lines(joined, tuple(rows) or (Row(),)) for joined, rows in groups) or (Lines(),),
        given.get("where", [""])[0].strip(),
        text("from"),
        text("to"),
        text("place"),
        text("km") if text("km") else "10",
        _kept(pairs),
    )
    return _done(form, text("do"))


def _done(form: Form, action: str) -> tuple[Form, str]:
    """The form after one of its buttons; a name that is none only shows the form again."""
    found = _ACTION.match(action)
    if found is None:
        return form, ""
    name, at, line = found[1], int(found[2] or 0), int(found[3] or 0)
    groups = list(form.groups)
    rows = sum(len(lines.rows) for lines in groups)
    if name == "group" and len(groups) < MOST_GROUPS and rows < MOST_CRITERIA:
        groups.append(Lines("and", (Row(fresh=True),)))
    elif name == "add" and at < len(groups) and rows < MOST_CRITERIA:
        groups[at] = Lines(groups[at].joined, (*groups[at].rows, Row(fresh=True)))
    elif name == "remove" and at < len(groups) and line < len(groups[at].rows):
        left = groups[at].rows[:line] + groups[at].rows[line + 1 :]
        groups[at : at + 1] = [Lines(groups[at].joined, left)] if left else []
    return replace(form, groups=tuple(groups) or (Lines(),)), name


# To a question -----------------------------------------------------------------------------------------------------------


def checked(form: Form, search: SearchReader) -> tuple[Form, Question]:
    """The form with what is wrong in it, and the question that it asks where nothing is."""
    groups = tuple(Lines(lines.joined, tuple(map(_checked, lines.rows))) for lines in form.groups)
    faults: list[tuple[str, str]] = []
    error = None
    parts: list[Criterion | Group] = [Group(lines.joined, tuple(map(_criterion, filter(_filled, lines.rows)))) for lines in groups]
    whole: list[Criterion | Group] = [Group(form.between, tuple(parts))]
    try:
        if typed := read_where(form.where):
            whole.append(typed)
    except WhereError as found:
        error = found
    years = _bound(form.first, 0, faults), _bound(form.last, 1, faults)
    around = _around(form, search, faults)
    kept, _ = read(form.kept)
    criteria = canonical(Group("and", tuple(whole)))
    if len(criteria_of(criteria)) > MOST_CRITERIA:
        faults.append(("advanced_fault_many", str(MOST_CRITERIA)))
    question = replace(kept, words=form.words, filters=form.filters, criteria=criteria, years=years, around=around)
    return replace(form, groups=groups, faults=tuple(faults), error=error), question


def _filled(row: Row) -> bool:
    return bool(row.field) and not row.fault


def _checked(row: Row) -> Row:
    if not row.field:
        return replace(row, fault="advanced_fault_field" if row.value else "")
    base, _, code = row.field.rpartition(".") if not is_field(row.field) else ("", "", row.field)
    if not any(code in one.searched for one in load_bases().values() if base in ("", one.slug)):
        return replace(row, fault="advanced_fault_unknown")
    return replace(row, fault="" if row.value or row.operator in BARE else "advanced_fault_value")


def _criterion(row: Row) -> Criterion:
    base, _, code = row.field.rpartition(".") if not is_field(row.field) else ("", "", row.field)
    return Criterion(code, row.operator, "" if row.operator in BARE else row.value, base)


def _bound(text: str, side: int, faults: list[tuple[str, str]]) -> int | None:
    """The first or the last year of what was typed: a year, a century, a known period, "50 av. J.-C.", "19th century"."""
    if not text:
        return None
    if found := _YEAR.match(text):
        return max(-LAST_YEAR, min(LAST_YEAR, int(found[1])))
    span = year_span(_BC.sub("av. J.-C.", _ENGLISH.sub(r"\1e siècle", text))) if len(text) <= 100 else None
    year = (span.end if side else span.begin) if span else None
    if span and year is None:
        year = span.exact
    if year is None:
        faults.append(("advanced_fault_year", text))
    return year


def _around(form: Form, search: SearchReader, faults: list[tuple[str, str]]) -> Circle | None:
    """The circle around a point or a commune: the middle of what the index has there."""
    if not form.place:
        return None
    try:
        km = float(form.km.replace(",", "."))
    except ValueError:
        km = 0.0
    found = _POINT.match(form.place)
    point = (float(found[1].replace(",", ".")), float(found[2].replace(",", "."))) if found else None
    if point is None:
        places = _places(form.place, search)
        if len(places) > 1:
            faults.append(("advanced_fault_places", " · ".join(list(places)[:12])))
            return None
        point = next(iter(places.values()), None)
    question, _ = read([("around", f"{point[0]},{point[1]},{km}")]) if point else (Question(), [])
    if question.around is None:
        faults.append(("advanced_fault_km" if point else "advanced_fault_place", form.km if point else form.place))
    return question.around


def _places(text: str, search: SearchReader) -> dict[str, tuple[float, float]]:
    """The communes of that name where the index has points, and the middle of these: "Sens (89)" for "sens" too, one spelling of each."""
    wanted = french.words(text)
    near = search.values(Question(), "commune", like=text, limit=100).values if wanted else []
    named = [value for value, _ in near if french.words(value) == wanted or french.words(_DEPARTMENT.sub("", value)) == wanted]
    found: dict[str, tuple[float, float]] = {}
    told: set[str] = set()
    for value in named[:_FEW]:
        folded = " ".join(french.words(value))
        if folded not in told and (point := _middle(value, search)):
            found[value] = point
            told.add(folded)
    return found


def _middle(commune: str, search: SearchReader) -> tuple[float, float] | None:
    asked = Question().choosing("commune", [commune]).choosing("located", ["oui"])
    points = [tuple(map(float, hit.point.split())) for hit in search.find(asked, limit=_FEW).hits if hit.point]
    return (round(median(lat for lat, _ in points), 4), round(median(long for _, long in points), 4)) if points else None
