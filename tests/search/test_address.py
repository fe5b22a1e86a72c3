"""A question as an address: one spelling for each, read back as it was, and a clean answer to whatever else is given."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pop_ld.search.address import DIGITS, LAST_YEAR, LONGEST_WORDS, MOST_CHOSEN, query_string, read, write
from pop_ld.search.question import BARE, FACETS, Criterion, Group, Question
from pop_ld.search.where import canonical
from tests.search.made_up_questions import QUESTIONS

ADDRESSES = st.lists(
    st.tuples(st.sampled_from(["q", "where", "years", "box", "around", "sort", "iri", "base", "author", "view"]), st.text(max_size=40))
)


@settings(max_examples=400, deadline=None)
@given(QUESTIONS)
def test_what_is_written_is_read_and_written_again_the_same(question: Question) -> None:
    found, faults = read(write(question))
    assert faults == []
    assert read(write(found)) == (found, [])
    assert write(found) == write(question), "one spelling"
    assert read(parse_qsl(query_string(question), keep_blank_values=True))[0] == found, "through the escapes of an address too"


@settings(max_examples=400, deadline=None)
@given(QUESTIONS)
def test_nothing_asked_is_lost_or_changed(question: Question) -> None:
    found, _ = read(write(question))
    assert found.words == question.words.strip() and found.order == question.order
    assert found.criteria == canonical(question.criteria)
    assert found.filters == tuple((name, found.chosen(name)) for name in FACETS if found.chosen(name))
    for name, values in dict(question.filters).items():
        assert list(found.chosen(name)) == list(dict.fromkeys(filter(None, values)))
    bounds = sorted((max(min(year, LAST_YEAR), -LAST_YEAR) for year in question.years if year is not None), key=int)
    assert [year for year in found.years if year is not None] == bounds
    for given_, read_ in ((question.box, found.box), (question.around, found.around)):
        numbers = [getattr(given_, name) for name in type(given_).__slots__] if given_ else []
        assert [getattr(read_, name) for name in type(given_).__slots__] == pytest.approx(numbers, abs=10**-DIGITS) if given_ else not read_


@settings(max_examples=400, deadline=None)
@given(ADDRESSES)
def test_whatever_is_given_is_a_question_with_a_canonical_address(parameters: list[tuple[str, str]]) -> None:
    question, faults = read(parameters)
    clean = [(name, value) for name, value in write(question)]
    assert read(clean) == (question, [])
    for fault in faults:
        assert fault.parameter in {name for name, _ in parameters}
    query_string(question).encode("ascii")


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("1801..1900", (1801, 1900)),
        ("1900..1801", (1801, 1900)),
        ("1801..", (1801, None)),
        ("..1900", (None, 1900)),
        ("1850", (1850, 1850)),
        ("-50", (-50, -50)),
        ("-50..50", (-50, 50)),
        ("19e", (1801, 1900)),
        ("15e..17e", (1401, 1700)),
        ("15e..1610", (1401, 1610)),
        ("-1e", (-99, 0)),
        ("-2e..1e", (-199, 100)),
        ("..", (None, None)),
        ("", (None, None)),
    ],
)
def test_years_and_centuries(text: str, years: tuple[int | None, int | None]) -> None:
    question, faults = read([("years", text)])
    assert (question.years, faults) == (years, [])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("years", "hier"),
        ("years", "1801..1900..2000"),
        ("years", "0e"),
        ("years", "1234567"),
        ("years", "١٨٠١"),
        ("box", "1,2,3"),
        ("box", "1,2,3,4,5"),
        ("box", "1,50,3,40"),
        ("box", "1,nan,3,4"),
        ("box", "1,2,181,4"),
        ("around", "48,2"),
        ("around", "48,2,0"),
        ("around", "48,2,0.0000001"),
        ("around", "48,2,1001"),
        ("around", "91,2,10"),
        ("around", "inf,2,10"),
        ("sort", "prix"),
        ("where", "AUTR"),
    ],
)
def test_what_makes_no_sense_is_told_and_counts_as_absent(name: str, text: str) -> None:
    question, faults = read([(name, text), ("q", "calice")])
    assert question == Question("calice")
    assert [(fault.parameter, fault.value) for fault in faults] == [(name, text)]


def test_a_fault_of_the_criteria_has_its_place() -> None:
    _, [fault] = read([("where", 'AUTR contains "Corot" and MILL')])
    assert (fault.why, fault.at, fault.found) == ("operator", 31, "")


def test_long_and_many_texts_are_bounded() -> None:
    many = [("author", f"n{n}") for n in range(MOST_CHOSEN + 50)]
    question, faults = read([("q", "é" * 100_000), ("where", "A contains b and " * 10_000), *many])
    assert len(question.words) == LONGEST_WORDS and len(question.chosen("author")) == MOST_CHOSEN
    assert [fault.why for fault in faults] == ["long"]


def test_only_the_first_of_a_single_parameter_counts_and_others_are_left_alone() -> None:
    question, faults = read([("q", "un"), ("q", "deux"), ("base", "joconde"), ("base", "mnr"), ("base", "joconde"), ("page", "3")])
    assert question == Question("un", filters=(("base", ("joconde", "mnr")),)) and faults == []


def test_operators_without_value_have_none_in_the_address() -> None:
    for operator in BARE:
        criteria = Group("and", (Criterion("AUTR", operator, "perdu"),))
        assert write(Question(criteria=criteria)) == [("where", f"AUTR {operator}")]
