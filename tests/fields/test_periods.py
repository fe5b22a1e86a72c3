"""Centuries and named periods, with the spelling variants that POP's 2018 importer counted (FACTS b)."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop_ld.fields.periods import period_span, periods


@pytest.mark.parametrize(
    ("text", "begin", "end"),
    [
        ("15e siècle", 1401, 1500),
        ("4e quart 19e siècle", 1876, 1900),
        ("1er quart 20e siècle", 1901, 1925),
        ("1ère moitié du 14e siècle", 1301, 1350),
        ("2e moitié 16e siecle", 1551, 1600),
        ("15e siècle (?)", 1401, 1500),
        ("15e siècle(?)", 1401, 1500),
        ("15e siècle (1er tiers)", 1401, 1433),
        ("milieu 14e siècle", 1334, 1366),
        ("fin 12e siècle", 1176, 1200),
        ("13e siècle fin", 1276, 1300),
        ("13e Siècle", 1201, 1300),
        ("12e siecle", 1101, 1200),
        ("20è siècle", 1901, 2000),
        ("9E SIECLE", 801, 900),
        ("15e s.", 1401, 1500),
        ("XVe siècle", 1401, 1500),
        ("XIXe siècle", 1801, 1900),
        ("1er siècle", 1, 100),
        ("IIe siècle av JC", -199, -100),
        ("1er quart 5e siècle av JC", -499, -475),
        ("1er siècle av. J.-C.", -99, 0),
        ("15e-16e siècle", 1401, 1600),
        ("17e siècle, 18e siècle", 1601, 1800),
        ("limite 19e siècle 20e siècle", 1801, 2000),
        ("4e quart 19e siècle, 1er quart 20e siècle", 1876, 1925),
        ("1ère moitié 19e siecle (détruit)", 1801, 1850),
        ("Gallo-romain (?)", -51, 476),
        ("Mérovingien (contexte)", 476, 751),
        ("Moyen-Age", 476, 1492),
    ],
)
def test_period_span(text: str, begin: int, end: int) -> None:
    understood, span = period_span(text)
    assert understood and span is not None
    assert (span.begin, span.end) == (begin, end)


@pytest.mark.parametrize("text", ["?)", "détruit)", "", "bleu", "5e quart 19e siècle", "99e siècle", "3e moitié 19e siècle"])
def test_what_is_no_period(text: str) -> None:
    assert period_span(text) == (False, None)


def test_a_known_name_without_dates_is_understood() -> None:
    assert period_span("Paléolithique") == (True, None)


def test_the_label_stays_as_written_and_keys_its_concept() -> None:
    parsed = periods(("4e quart 19e siècle;1er quart 20e siècle;bleu",), ";")
    assert [i["label"] for i in parsed.value] == ["4e quart 19e siècle", "1er quart 20e siècle", "bleu"]
    assert parsed.value[0]["concept"] == "4e_quart_19e_si%C3%A8cle"
    assert parsed.value[0]["begin"] == "1876-01-01T00:00:00Z"
    assert parsed.remarks == (("period-not-understood", "bleu", ""),)


@given(st.text(max_size=60))
def test_never_raises_and_bounds_are_ordered(text: str) -> None:
    _, span = period_span(text)
    if span and span.begin is not None and span.end is not None:
        assert span.begin <= span.end


@given(st.from_regex(re.compile(r"([1-4]e quart |[12]e moitié |début |)[1-9]e siècle( av JC)?", re.ASCII), fullmatch=True))
def test_well_formed_centuries_are_understood(text: str) -> None:
    assert period_span(text)[0]
