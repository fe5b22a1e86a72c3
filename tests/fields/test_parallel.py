"""Parallel lists are joined by position where they are equally long, and not at all elsewhere."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pop_ld.fields.parallel import paired


def test_lists_of_the_same_length() -> None:
    assert paired(("1928 ; 1939",), ("daté par source", "porte la date"), ";") == [("1928", "daté par source"), ("1939", "porte la date")]


def test_lists_of_other_lengths_have_no_pair() -> None:
    found = paired(("1928 ; 1939",), ("daté par source ; porte la date ; daté par source",), ";")
    assert found == [("1928", None), ("1939", None)]
    assert paired(("1928",), (), ";") == [("1928", None)]


@given(st.lists(st.text(max_size=8), max_size=4), st.lists(st.text(max_size=8), max_size=4))
def test_no_value_is_lost_and_all_or_none_have_a_comment(first: list[str], second: list[str]) -> None:
    found = paired(tuple(first), tuple(second), ";")
    assert [value for value, _ in found] == [value for value, _ in paired(tuple(first), (), ";")]
    assert len({comment is None for _, comment in found}) <= 1
