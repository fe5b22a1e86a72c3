"""The criteria of an advanced search as text: read, written, and what is said of a text that is none."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pop_ld.search.question import OPERATORS, Criterion, Group
from pop_ld.search.where import DEEPEST_GROUP, MOST_CRITERIA, SAID, WhereError, canonical, criteria_of, is_field, read_where, write_where
from tests.search.made_up_questions import GROUPS

A, B, C = (Criterion(code, "contains", code.lower()) for code in ("AUTR", "DENO", "TITR"))


def depth(group: Group) -> int:
    return 1 + max((depth(part) for part in group.parts if isinstance(part, Group)), default=0)


@settings(max_examples=500, deadline=None)
@given(GROUPS)
def test_round_trip(group: Group) -> None:
    """The canonical form is what is read; it says the same criteria in the same order and is its own canonical form."""
    found = canonical(group)
    assert read_where(write_where(group)) == found
    assert canonical(found) == found
    assert [(one.code, one.operator) for one in criteria_of(found)] == [(one.code, one.operator) for one in criteria_of(group)]
    if found:
        assert all(len(part.parts) > 1 and part.joined != found.joined for part in found.parts if isinstance(part, Group))


@settings(max_examples=500, deadline=None)
@given(st.text(st.sampled_from(list('AUTR.joconde"\\()<>=! \n\tandorcontainsexists1é\x00')), max_size=60))
def test_any_text_is_criteria_or_a_fault_with_its_place(text: str) -> None:
    try:
        group = read_where(text)
    except WhereError as error:
        assert error.code in SAID and 1 <= error.at <= len(text) + 1
        assert not error.found or text[error.at - 1 :].startswith(error.found)
    else:
        assert read_where(write_where(group)) == group


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("", None),
        ("  \n ", None),
        ("AUTR contains autr", Group("and", (A,))),
        ('autr CONTAINS "autr"', Group("and", (A,))),
        ("AUTR contains autr and DENO contains deno", Group("and", (A, B))),
        ("AUTR contains autr or DENO contains deno and TITR contains titr", Group("or", (A, Group("and", (B, C))))),
        ("(AUTR contains autr OR DENO contains deno) And TITR contains titr", Group("and", (Group("or", (A, B)), C))),
        ("((AUTR contains autr))", Group("and", (A,))),
        ("AUTR contains autr and (DENO contains deno and TITR contains titr)", Group("and", (A, B, C))),
        ('MILL>="1850"', Group("and", (Criterion("MILL", ">=", "1850"),))),
        ("joconde.AUTR exists", Group("and", (Criterion("AUTR", "exists", "", "joconde"),))),
        ("POP_COORDONNEES.lat > 48", Group("and", (Criterion("POP_COORDONNEES.lat", ">", "48"),))),
        (r'AUTR equals! "\"B\\C\""', Group("and", (Criterion("AUTR", "equals!", '"B\\C"'),))),
        ('AUTR equals ""', Group("and", (Criterion("AUTR", "equals", ""),))),
        ("AUTR equals and and DENO exists", Group("and", (Criterion("AUTR", "equals", "and"), Criterion("DENO", "exists")))),
    ],
)
def test_reads(text: str, group: Group | None) -> None:
    assert read_where(text) == group


@pytest.mark.parametrize(
    ("text", "code", "at", "found"),
    [
        ("AUTR", "operator", 5, ""),
        ("AUTR is Corot", "operator", 6, "is"),
        ("AUTR contains", "value", 14, ""),
        ("AUTR contains )", "value", 15, ")"),
        ('AUTR contains "Corot', "quote", 15, '"Corot'),
        ("é contains x", "field", 1, "é"),
        ("> 3", "field", 1, ">"),
        ("AUTR contains x and", "end", 20, ""),
        ("AUTR contains x y", "unexpected", 17, "y"),
        ("(AUTR contains x", "bracket", 17, ""),
        ("(AUTR contains x y)", "unexpected", 18, "y"),
        ("AUTR contains x)", "unexpected", 16, ")"),
        ("(" * (DEEPEST_GROUP + 1) + "AUTR exists", "deep", DEEPEST_GROUP + 1, "("),
        (" and ".join(["AUTR exists"] * (MOST_CRITERIA + 1)), "many", 1, ""),
        ("x" * 100_000, "long", 20_001, ""),
    ],
)
def test_says_what_is_wrong_and_where(text: str, code: str, at: int, found: str) -> None:
    with pytest.raises(WhereError) as raised:
        read_where(text)
    assert (raised.value.code, raised.value.at, raised.value.found) == (code, at, found if code != "deep" else "")
    assert SAID[code] in str(raised.value)


def test_the_most_criteria_and_the_deepest_group_are_read() -> None:
    assert len(criteria_of(read_where(" and ".join(["AUTR exists"] * MOST_CRITERIA)))) == MOST_CRITERIA
    assert read_where("(" * DEEPEST_GROUP + "AUTR exists" + ")" * DEEPEST_GROUP) == Group("and", (Criterion("AUTR", "exists"),))


def test_every_operator_of_pop_is_readable() -> None:
    assert len(OPERATORS) == 16
    for operator in OPERATORS:
        assert write_where(read_where(f'AUTR {operator} "x"' if operator not in ("exists", "absent") else f"AUTR {operator}"))


def test_codes_of_fields() -> None:
    assert all(map(is_field, ("AUTR", "POP_COORDONNEES.lat", "LOCA2")))
    assert not any(map(is_field, ("", "joconde.AUTR", "AUTR contains", 'A"', "é", "\x00", "A" * 100)))
