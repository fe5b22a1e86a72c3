"""Splitting values and making keys."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop_ld import iris
from pop_ld.fields.text import concepts, inventory, split


@pytest.mark.parametrize(
    ("value", "separators", "parts"),
    [
        ("a ; b", ";", ["a", "b"]),
        ("a;b;;", ";", ["a", "b"]),
        ("scène (femme ; putti) ; nu", ";", ["scène (femme ; putti)", "nu"]),
        ("Louis (architecte)) ; Paul", ";", ["Louis (architecte))", "Paul"]),
        ("Louis (architecte ; Paul", ";", ["Louis (architecte", "Paul"]),
        ("a#b ; c", ";#", ["a", "b", "c"]),
        ("a ; b", "", ["a ; b"]),
        ("   ", ";", []),
    ],
)
def test_split(value: str, separators: str, parts: list[str]) -> None:
    assert split(value, separators) == parts


@given(st.text(max_size=60))
def test_nothing_disappears_in_a_split(value: str) -> None:
    assert re.sub(r"[\s;]", "", "".join(split(value, ";"))) == re.sub(r"[\s;]", "", value)


@given(st.text(min_size=1, max_size=40), st.text(min_size=1, max_size=40))
def test_keys_are_ascii_and_one_to_one(a: str, b: str) -> None:
    for make in (iris.key, iris.name_key):
        assert re.match(r"^[A-Za-z0-9._~%-]+$", make(a))
        assert (make(a) == make(b)) == (a == b)


def test_concepts_drop_repeats() -> None:
    assert [c["label"] for c in concepts(("bois ; bois", "toile"), ";").value] == ["bois", "toile"]


def test_inventory_numbers_and_their_precision() -> None:
    assert inventory(("2001.4.12 ; 92 : Cat. Beyer",), ";").value == [{"value": "2001.4.12"}, {"value": "92", "precision": "Cat. Beyer"}]
