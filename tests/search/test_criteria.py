"""Criteria of advanced search, each of the sixteen operators against the same said in plain Python, on texts made up at random."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pop_ld.bases import load_bases
from pop_ld.search import build, open_search
from pop_ld.search import words as french
from pop_ld.search.comparing import read_dates, sortable, sortable_date, sortable_number, spans
from pop_ld.search.contract import SearchReader
from pop_ld.search.fields import fields_of
from pop_ld.search.question import OPERATORS, Criterion, Group, Question
from pop_ld.search.texts import LONGEST_KEY, as_written
from tests.search.oracle import document

WORDS = [
    "Saint",
    "saint",
    "Éloi",
    "eloi",
    "église",
    "Église",
    "d'Éloi",
    "cathédrale",
    "Saint-Éloi",
    "(?)",
    "?",
    "№ 7",
    "XVe",
    "œuvre",
    "a",
    "--",
]
DAYS = ["1850", "1850/02/03", "1850-02-04", "1849-12-31", "19e siècle", "0052", "1851", "obscur"]
FIGURES = ["2", "10", "-1,5", "48.25", "deux", "1997/05/03", "1997"]
LONG = "atelier " * 40
CODES = ("TICO", "DMAJ", "DBOR")
"""A text, a day, and a text that is often a date or a number."""


def _documents() -> list[dict[str, Any]]:
    chance = random.Random(7)
    found = []
    for n in range(300):
        texts = [" ".join(chance.choices(WORDS, k=chance.randint(1, 4))) for _ in range(chance.randint(0, 3))]
        texts += [f"{LONG}{chance.choice(WORDS)}"] * (n % 17 == 0)
        days, figures = chance.sample(DAYS, n % 3), chance.sample(FIGURES, n % 4)
        fields = {"TICO": texts, "DMAJ": days, "DBOR": figures}
        days_written = [sortable_date(day.replace("/", "-")) for day in days if re.match(r"\d", day) and "e" not in day]
        compare = {"DMAJ": days_written, **{code: list(filter(None, map(sortable, fields[code]))) for code in ("TICO", "DBOR")}}
        base = "merimee" if n % 3 else "palissy"
        found.append(document(f"PA{n:04}", "Titre", base, fields={c: t for c, t in fields.items() if t}, compare=compare))
    return found


DOCUMENTS = _documents()


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> SearchReader:
    folder = tmp_path_factory.mktemp("criteria") / "index"
    build(folder, iter(DOCUMENTS))
    return open_search(folder)


def _holds(found: dict[str, Any], criterion: Criterion) -> bool:
    if criterion.base not in ("", found["base"]):
        return False
    name = criterion.operator.removesuffix("!")
    strict = name != criterion.operator
    texts: Sequence[str] = found["fields"].get(criterion.code, ())
    opposite = {"lacks": "contains", "differs": "equals", "absent": "exists"}.get(name)
    said = (
        _compared(found, criterion, texts) if name[0] in "<>" else any(_says(t, criterion.value, opposite or name, strict) for t in texts)
    )
    return not said if opposite else said


def _says(text: str, value: str, name: str, strict: bool) -> bool:
    if name == "exists":
        return True
    if not value.strip():
        return name != "equals"
    folded = not strict and bool(french.words(value))
    there, asked = (french.words(text), french.words(value)) if folded else (as_written(text), as_written(value))
    if not asked:
        return False
    if name == "equals":
        return there == asked
    starts = [0] if name == "begins" else range(len(there) - len(asked) + 1)
    if name == "begins" and folded:
        return " ".join(there).startswith(" ".join(asked))
    runs = [there[start : start + len(asked)] for start in starts]
    return any(run[:-1] == asked[:-1] and len(run) == len(asked) and run[-1].startswith(asked[-1]) for run in runs)


def _compared(found: dict[str, Any], criterion: Criterion, texts: Sequence[str]) -> bool:
    keys: Sequence[str] = found["compare"].get(criterion.code, ())
    bounds = spans(criterion.value)
    if not bounds:
        keys = [" ".join(french.words(text))[: LONGEST_KEY + 1] for text in texts]
        folded = " ".join(french.words(criterion.value))
        bounds = [(folded, folded)] if folded else []
    tests = {
        ">=": lambda key, first, _: key >= first,
        ">": lambda key, _, last: key > last,
        "<=": lambda key, _, last: key <= last,
        "<": lambda key, first, _: key < first,
    }
    test = tests[criterion.operator]
    read = bool(keys) and keys is found["compare"].get(criterion.code)
    return any(test(key, *span) for span in bounds for key in keys if not read or key[0] == span[0][0])


VALUES = st.lists(st.sampled_from(WORDS), max_size=3).map(" ".join) | st.sampled_from(
    [*DAYS, *FIGURES, "sai", "Sai", "18", "cath", " ", "1850-02", LONG, LONG + "œuvre", LONG + "saint éloi"]
)
CRITERIA = st.builds(
    Criterion, st.sampled_from(CODES), st.sampled_from(OPERATORS), VALUES, st.sampled_from(["", "merimee", "palissy", "museo"])
)
GROUPS = st.recursive(
    st.builds(Group, st.sampled_from(["and", "or"]), st.lists(CRITERIA, max_size=3).map(tuple)),
    lambda inner: st.builds(Group, st.sampled_from(["and", "or"]), st.lists(inner | CRITERIA, max_size=3).map(tuple)),
    max_leaves=4,
)


def _answer(index: SearchReader, group: Group) -> set[str]:
    return {hit.ref for hit in index.scan(Question(criteria=group))}


@settings(max_examples=250, deadline=None)
@given(CRITERIA)
def test_an_operator_holds_of_what_it_says(index: SearchReader, criterion: Criterion) -> None:
    expected = {found["ref"] for found in DOCUMENTS if _holds(found, criterion)}
    assert _answer(index, Group("and", (criterion,))) == expected


def _group(found: dict[str, Any], group: Group) -> bool | None:
    """None where nothing is asked."""
    said = [_group(found, part) if isinstance(part, Group) else _holds(found, part) for part in group.parts]
    asked = [each for each in said if each is not None]
    return (all(asked) if group.joined == "and" else any(asked)) if asked else None


@settings(max_examples=100, deadline=None)
@given(GROUPS)
def test_groups_add_up_and_empty_ones_ask_nothing(index: SearchReader, group: Group) -> None:
    assert _answer(index, group) == {found["ref"] for found in DOCUMENTS if _group(found, group) is not False}


@pytest.mark.parametrize(
    ("operator", "value", "like"),
    [
        ("contains", "cath*ale", r"(?:.* )?cath\w*ale.*"),
        ("contains", "*loi", r"(?:.* )?\w*loi.*"),
        ("contains", "saint el*", r".*saint el.*"),
        ("begins", "s*loi", r"s.*loi.*"),
        ("equals", "saint*", r"saint.*"),
        ("equals", "*", r".*"),
        ("contains", "église * éloi", r".*eglise .* eloi.*"),
    ],
)
def test_a_star_stands_for_letters(index: SearchReader, operator: str, value: str, like: str) -> None:
    pattern = re.compile(like)
    short = [each for each in DOCUMENTS if not any(len(text) > LONGEST_KEY for text in each["fields"].get("TICO", ()))]
    found = {
        each["ref"] for each in short if any(pattern.fullmatch(" ".join(french.words(text))) for text in each["fields"].get("TICO", ()))
    }
    answer = _answer(index, Group("and", (Criterion("TICO", operator, value),)))
    assert found
    assert answer & {each["ref"] for each in short} == found


def test_a_star_and_as_written(index: SearchReader) -> None:
    answer = _answer(index, Group("and", (Criterion("TICO", "contains!", "Égl*"),)))
    assert answer == {each["ref"] for each in DOCUMENTS if any("Église" in text for text in each["fields"].get("TICO", ()))}
    assert answer != _answer(index, Group("and", (Criterion("TICO", "contains", "Égl*"),)))


@pytest.mark.parametrize(
    ("operator", "value", "texts"),
    [
        (">=", "1.5", {"2", "10", "48.25", "1997", "1997/05/03"}),
        ("<", "2,5", {"2", "-1,5"}),
        (">", "10", {"48.25", "1997", "1997/05/03"}),
        ("<=", "1997", {"2", "10", "-1,5", "48.25", "1997", "1997/05/03"}),
        ("<", "1997-05-03", {"2", "10", "1997"}),
        (">", "1996", {"1997", "1997/05/03"}),
        ("<", "12345678", {"2", "10", "-1,5", "48.25", "1997", "1997/05/03"}),
        (">=", "20e siècle", {"1997", "1997/05/03"}),
    ],
)
def test_numbers_and_dates_of_plain_texts(index: SearchReader, operator: str, value: str, texts: set[str]) -> None:
    found = {each["ref"] for each in DOCUMENTS if texts & set(each["fields"].get("DBOR", ()))}
    assert _answer(index, Group("and", (Criterion("DBOR", operator, value),))) == found


def test_numbers_compare_as_numbers() -> None:
    assert sorted(["10", "-1,5", "2", "-20", "0"], key=sortable_number) == ["-20", "-1,5", "0", "2", "10"]
    assert sortable_number("deux") == sortable_number("") == ""


@given(st.integers(-9999, 99999), st.integers(-9999, 99999))
def test_years_sort_as_they_pass(one: int, other: int) -> None:
    assert (sortable_date(str(one)) < sortable_date(str(other))) == (one < other)


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("1850", "1850-01-01", "1850-12-31"),
        ("1850/2", "1850-02-01", "1850-02-31"),
        ("1850-02-03", "1850-02-03", "1850-02-03"),
        ("19e siècle", "1801-01-01", "1900-12-31"),
        ("1er siècle av. J.-C.", "-0099-01-01", "0-12-31"),
        ("-52", "-52", "-52-12-31"),
    ],
)
def test_what_people_write_for_a_date(written: str, first: str, last: str) -> None:
    assert read_dates(written) == (sortable_date(first), sortable_date(last))


def test_what_is_no_date() -> None:
    assert [read_dates(text) for text in ("", "hier", "1850-13", "1850-02-45", "1850-00", "1.5", "0e siècle", "1" * 99)] == [None] * 8


def test_advanced_search_offers_every_public_field() -> None:
    for base in load_bases().values():
        offered = fields_of(base)
        codes = {field.code for field in offered}
        assert not codes & base.withheld
        assert codes >= {code for code, field in base.fields.items() if field.public and field.parser not in ("", "hidden")} | {"REF"}
        assert all(field.label and field.label_en and set(field.operators) <= set(OPERATORS) for field in offered)
        sections = [base.fields[field.code].section for field in offered]
        assert [s for s, before in zip(sections, [None, *sections], strict=False) if s != before] == list(dict.fromkeys(sections))
    kinds = {field.code: field.kind for field in fields_of(load_bases()["merimee"])}
    assert (kinds["DMAJ"], kinds["SCLE"], kinds["DENO"], kinds["HIST"], kinds["DPRO"]) == ("date", "year", "list", "text", "date")


def test_no_text_is_too_strange_or_too_long(tmp_path_factory: pytest.TempPathFactory) -> None:
    texts = ["\x00", "\x92", "é" * 100_000, "a \ud800 b", "\u2028x", "mot " * 30_000, "\u200d", "--", "^", "$", "a:b", "*"]
    folder = tmp_path_factory.mktemp("strange") / "index"
    build(folder, (document(f"PA{n}", "Titre", fields={"TICO": [text]}) for n, text in enumerate(texts)))
    strange = open_search(folder)
    assert len(_answer(strange, Group("and", (Criterion("TICO", "exists"),)))) == len(texts)
    for text in texts:
        for operator in OPERATORS:
            _answer(strange, Group("and", (Criterion("TICO", operator, text[:4_000]),)))
    assert _answer(strange, Group("and", (Criterion("TICO", "equals!", "a:b"),))) == {"PA3", "PA10"}
    assert _answer(strange, Group("and", (Criterion("TICO", "begins", "mot mot"),))) == {"PA5"}
