"""MNR NUMS: numbers and their kinds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop_ld.fields.numbers import numbers
from pop_ld.fields.text import split


@pytest.mark.parametrize(
    ("text", "value", "key"),
    [
        ("5123 : numéro du Central Collecting Point de Munich", "5123", "mccp"),
        ("1457/2 : numéro du Central Collecting Point de Munich.", "1457/2", "mccp"),
        ("1234 : numéro du musée de Linz", "1234", "linz"),
        ("D.951.5.1 : numéro de dépôt des musées de Besançon", "D.951.5.1", "depot"),
        ("RM 12 : numéro de la collection Goering", "RM 12", "goring"),
        ("12 : numéro inventé", "12", None),
        ("34 759", "34 759", None),
    ],
)
def test_a_number(text: str, value: str, key: str | None) -> None:
    (item,) = numbers((text,), ";#").value
    assert (item["text"], item["value"], item.get("kind_key")) == (text, value, key)


def test_several_numbers() -> None:
    found = numbers(
        ("5123 : numéro du Central Collecting Point de Munich ; 88 : numéro du musée de Linz#D. 9 : numéro de dépôt",), ";#"
    ).value
    assert [i["kind_key"] for i in found] == ["mccp", "linz", "depot"]


@given(st.text(max_size=60))
def test_nothing_raises_and_nothing_disappears(text: str) -> None:
    found = numbers((text,), ";#").value or []
    assert [i["text"] for i in found] == split(text, ";#")
    assert all(i["value"] in i["text"] and i.get("kind", "") in i["text"] for i in found)
