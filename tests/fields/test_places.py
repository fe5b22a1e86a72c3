"""Communes and points."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop_ld.fields.places import communes, is_insee, point


def test_a_commune_by_its_code() -> None:
    assert communes(("76540",), ("Rouen",), ("Seine-Maritime",)) == [{"place": "insee-76540", "label": "Rouen", "insee": "76540"}]


def test_a_commune_by_name_and_department() -> None:
    assert communes((), ("Sens",), ("Yonne",)) == [{"place": "nom-Sens%2C_Yonne", "label": "Sens"}]


def test_codes_and_names_of_different_number_make_no_pair() -> None:
    assert communes(("76540 ; 27229",), ("Rouen",), ()) == [{"place": "nom-Rouen", "label": "Rouen"}]


@pytest.mark.parametrize(
    ("code", "right"), [("01004", True), ("2A004", True), ("97105", True), ("2", False), ("2C004", False), ("760540", False)]
)
def test_is_insee(code: str, right: bool) -> None:
    assert is_insee(code) is right


def test_points() -> None:
    assert point(("48,2",), ("3.28",)) == ("48.2", "3.28")
    assert point(("0",), ("0",)) is None
    assert point((), ("3",)) is None
    assert point(("48.2,3.28",), ()) == ("48.2", "3.28")
    assert point(("99",), ("3",)) == "99 3"
    assert point(("x",), ("3",)) == "x 3"


@given(st.text(max_size=20), st.text(max_size=20))
def test_never_raises(lat: str, lon: str) -> None:
    point((lat,), (lon,))
    communes((lat,), (lon,), (lat,))
