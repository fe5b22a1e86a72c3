"""Centuries and named periods, with the spelling variants that POP's 2018 importer counted (FACTS b)."""

from __future__ import annotations

import re
from pathlib import Path

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
        ("1er quart 19e siècle (d'après)", 1801, 1825),
        ("14e (début)", 1301, 1325),
        ("12e", 1101, 1200),
        ("XVIIe", 1601, 1700),
        ("18ème siècle", 1701, 1800),
        ("19è s.", 1801, 1900),
        ("16e siècle (détruit", 1501, 1600),
        ("19e siècle (vers 1850)", 1801, 1900),
        ("dernier quart 19e siècle", 1876, 1900),
        ("17e et 18e siècles", 1601, 1800),
        ("fin 18e-début 19e siècle", 1776, 1825),
        ("2e-1er siècle av JC", -199, 0),
        ("1er siècle av JC-1er siècle ap JC", -99, 100),
        ("3e siècle av. JC", -299, -200),
        ("5e siècle avant notre ère", -499, -400),
        ("11e millénaire av JC", -10999, -10000),
        ("XXXVe millénaire av JC", -34999, -34000),
        ("2e moitié 3e millénaire av JC", -2499, -2000),
        ("1er millénaire", 1, 1000),
        ("1850", 1850, 1850),
        ("1850-1900", 1850, 1900),
        ("gallo-romaine", -51, 476),
        ("Epoque gallo-romaine", -51, 476),
        ("époque mérovingienne", 476, 751),
        ("premier âge du fer", -799, -449),
        ("Néolithique final et Chalcolithique", -2799, -2199),
        ("Age du bronze-Age du fer", -2199, -51),
        ("Second Empire", 1852, 1870),
        ("avant le 12e siècle", None, 1200),
        ("après 15e siècle", 1401, None),
        ("ère chrétienne", 1, None),
    ],
)
def test_period_span(text: str, begin: int | None, end: int | None) -> None:
    understood, span = period_span(text)
    assert understood and span is not None
    assert (span.begin, span.end) == (begin, end)


@pytest.mark.parametrize(
    "text",
    [
        "?)",
        "détruit)",
        "",
        "bleu",
        "5e quart 19e siècle",
        "99e siècle",
        "22e siècle",
        "3e moitié 19e siècle",
        "2e quart",
        "restauration",
        "Bardin Dominique",
        "2e et 3e quart 19e siècle",
        "19e siècle (ou 18e siècle)",
        "PA00117178",
        "Rhône-Alpes",
    ],
)
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


def test_a_note_that_was_cut_off_rejoins_its_period() -> None:
    parsed = periods(("15e siècle ; (?) ; 16e siècle ; détruit) ; 15e siècle ; ?)",), ";")
    assert [(i["label"], i["note"]) for i in parsed.value] == [("15e siècle", "(?), ?)"), ("16e siècle", "détruit)")]
    assert parsed.remarks == ()
    assert periods(("(?)",), ";").remarks == (("period-not-understood", "(?)", ""),)


@given(
    st.lists(st.one_of(st.text(max_size=30), st.sampled_from(["15e siècle", "(?)", "détruit)", "?", "Antiquité"])), min_size=1, max_size=5)
)
def test_nothing_disappears(values: list[str]) -> None:
    parsed = periods(tuple(values), ";")
    found = parsed.value or []
    kept = "".join(item["label"] + item.get("note", "") for item in found)
    assert {c for value in values for c in value if c.isalnum()} <= set(kept)
    for _, label, _ in parsed.remarks:
        assert any(item["label"] == label and "span" not in item for item in found)


@given(st.text(max_size=60))
def test_never_raises_and_bounds_are_ordered(text: str) -> None:
    _, span = period_span(text)
    if span and span.begin is not None and span.end is not None:
        assert span.begin <= span.end


@given(st.from_regex(re.compile(r"([1-4]e quart |[12]e moitié |début |)[1-9]e siècle( av JC)?", re.ASCII), fullmatch=True))
def test_well_formed_centuries_are_understood(text: str) -> None:
    assert period_span(text)[0]


def test_every_period_of_the_thesaurus_is_understood(shared: Path) -> None:
    """T521, periods of creation; its two open eras aside, each has both bounds."""
    scheme = "<http://data.culture.fr/thesaurus/resource/ark:/67717/T521>"
    lines = (shared / "vocab/fr/joconde-thesauri-2020.ttl").read_text(encoding="utf-8").splitlines()
    labels = [found[1] for line in lines if scheme in line and (found := re.search(r'skos:prefLabel "([^"]*)"@fr ; skos:', line))]
    assert len(labels) > 300
    spans = {label: period_span(label) for label in labels}
    assert [label for label, (understood, _) in spans.items() if not understood] == []
    assert {label for label, (_, span) in spans.items() if not span or span.begin is None or span.end is None} <= {"ère chrétienne"}
