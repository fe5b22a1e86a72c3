"""One date inside a text: days, months, years, ranges, vague and open dates, and the words around them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop_ld.fields.moments import moment, moment_item, words_of


@pytest.mark.parametrize(
    ("text", "span", "rest"),
    [
        ("1955 acquis", "1955", "acquis"),
        ("1868/03/10 acquis", "1868-03-10", "acquis"),
        ("1905 : date d'acquisition", "1905", "date d'acquisition"),
        ("4 mars 2003", "2003-03-04", ""),
        ("1er mai 1900", "1900-05-01", ""),
        ("12/2/1911", "1911-02-12", ""),
        ("1851, novembre 18", "1851-11-18", ""),
        ("1818, août, 23", "1818-08-23", ""),
        ("1860 , 14/02", "1860-02-14", ""),
        ("1849 (5 octobre)", "1849-10-05", ""),
        ("1980/05", "1980-05", ""),
        ("1898/00/00", "1898", ""),
        ("1952-1953 déposé", "1952..1953", "depose"),
        ("1914-18", "1914..1918", ""),
        ("entre 1950 et 1960", "1950..1960", ""),
        ("1886 ou 1887", "1886..1887", ""),
        ("années 1980", "1980..1989", ""),
        ("1850 avant", "..1850", ""),
        ("1850 après", "1850..", ""),
        ("19e siècle", "1801..1900", ""),
        ("20ème s. (1er quart)", "1901..1925", ""),
    ],
)
def test_a_date_and_the_words_around_it(text: str, span: str, rest: str) -> None:
    found, words = moment(text)
    assert found is not None
    assert (moment_item(found)["span"], words) == (span, rest)


@pytest.mark.parametrize(("text", "year"), [("vers 1900", "1900"), ("1571 (?)", "1571"), ("1939 vers", "1939"), ("1790 environ", "1790")])
def test_a_vague_year_has_no_bounds(text: str, year: str) -> None:
    found, rest = moment(text)
    assert found is not None
    assert moment_item(found) == {"year": year}
    assert rest == ""


@pytest.mark.parametrize("text", ["1975 ; 1976", "2014/13/45", "?", "D 5808_5809", "acquis", "1900/02/31"])
def test_no_date_or_several_are_left_alone(text: str) -> None:
    assert moment(text)[0] is None


def test_the_words_around_a_date_keep_their_accents() -> None:
    text = "1939 entrée matérielle vers"
    assert words_of(text, moment(text)[1]) == "entrée matérielle"


@given(st.text(max_size=60))
def test_never_raises(text: str) -> None:
    found, rest = moment(text)
    if found is not None:
        assert moment_item(found).get("year", "0001").isdigit()
    assert isinstance(rest, str)
