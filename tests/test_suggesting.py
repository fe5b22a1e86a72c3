"""A right value from a wrong one: by table, and never one that is no better."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop_ld import iris, resources, suggesting, thesauri
from pop_ld.bases import load_bases
from pop_ld.field_graph import untidy
from pop_ld.notices import Notice
from pop_ld.suggesting import (
    KINDS,
    WAYS,
    Suggester,
    address,
    day,
    iso_date,
    museum,
    nearest,
    number,
    plain,
    reference,
    region,
    slashed_date,
)
from pop_ld.thesauri import open_thesauri
from pop_ld.validation import Rule

MONTHS = ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre")
REGIONS = sorted({line["region"] for line in resources.table("regions.csv")})
RULE = Rule("http://e.org/R", "EXE-A-01", "merimee", "A", "Warning", "champs", {}, {}, "21999", "", "", "")


def suggest(kind: str, value: str, code: str = "DENO", base: str = "merimee", **more: object) -> str:
    return Suggester(load_bases()[base], None)(replace(RULE, suggestion=kind, **more), code, value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("make", "value", "wanted"),
    [
        (iso_date, "28/05/2014", "2014-05-28"),
        (iso_date, "2014/5/28", "2014-05-28"),
        (iso_date, "28 mai 2014", "2014-05-28"),
        (iso_date, "1er Février 1905", "1905-02-01"),
        (iso_date, "le 3 AOUT 1905 au soir", "1905-08-03"),
        (iso_date, "31/02/2014", ""),
        (iso_date, "0000-01-01", ""),
        (iso_date, "2014", ""),
        (iso_date, "12014-05-28", ""),
        (iso_date, "20140528", ""),
        (slashed_date, "28 mai 1905 classé MH", "1905/05/28 : classé MH"),
        (slashed_date, "1905-05-28: classé MH ", "1905/05/28 : classé MH"),
        (slashed_date, "28.05.1905", "1905/05/28"),
        (slashed_date, "classé MH", ""),
        (slashed_date, "0987/1/2", "0987/01/02"),
        (museum, "m 162", "M0162"),
        (museum, "M0162-2", "M0162"),
        (museum, "0162", "M0162"),
        (museum, "m00162", ""),
        (museum, "musée Rolin", ""),
        (address, "www.musee.example", "https://www.musee.example"),
        (address, "htp://www.musee.example/a b", ""),
        (address, "htp://www.musee.example/a", "http://www.musee.example/a"),
        (address, "http:/www.musee.example", "http://www.musee.example"),
        (address, "https//www.musee.example/?a=1#b", "https://www.musee.example/?a=1#b"),
        (address, "ttps://www.musee.example", "https://www.musee.example"),
        (address, " https://www.musee.example ", "https://www.musee.example"),
        (address, "ftp://www.musee.example", ""),
        (address, "javascript:alert(1)", ""),
        (address, "voir le site", ""),
        (address, "exemple", ""),
        (number, "46,5", "46.5"),
        (number, "1 234,5", "1234.5"),
        (number, "-3", "-3"),
        (number, "1.234,5", ""),
        (number, "quatre", ""),
        (plain, "recto // verso", "recto / verso"),
        (plain, "un\tdeux  trois ", "un deux trois"),
        (plain, "voir http://musee.example", "voir http://musee.example"),
        (region, "Bourgogne", "Bourgogne-Franche-Comté"),
        (region, "Alsace", "Grand Est"),
        (region, "ile de france", "Île-de-France"),
        (region, "Provence Alpes Cote d'Azur", "Provence-Alpes-Côte d'Azur"),
        (region, "Bavière", ""),
        (region, "", ""),
    ],
)
def test_a_right_value_is_computed(make: Callable[[str], str], value: str, wanted: str) -> None:
    assert make(value) == wanted


@pytest.mark.parametrize(
    ("value", "bases", "wanted"),
    [
        ("pa 0990-0001", ["merimee"], ""),
        ("pa 09900001", ["merimee"], "PA09900001"),
        ("PA09900001.", ["merimee", "palissy"], "PA09900001"),
        ("pm09900001", ["merimee", "palissy"], "PM09900001"),
        ("pm09900001", ["merimee"], ""),
        ("Moulin des Aubes", ["merimee", "palissy"], ""),
        ("PA09900001", [""], ""),
        ("PA09900001", [], ""),
    ],
)
def test_a_reference_as_its_base_writes_it(value: str, bases: list[str], wanted: str) -> None:
    assert reference(value, bases) == wanted


# Dates ----------------------------------------------------------------------------------------------------------------------


@given(
    st.dates(),
    st.sampled_from(
        ["{y:04d}-{m}-{d}", "{d}/{m}/{y:04d}", "{d:02d}.{m:02d}.{y:04d}", "{d} {name} {y:04d}", "{y:04d}/{m:02d}/{d:02d} : classé"]
    ),
)
def test_a_day_is_read_however_it_is_written(when: date, form: str) -> None:
    text = form.format(y=when.year, m=when.month, d=when.day, name=MONTHS[when.month - 1])
    assert iso_date(text) == when.isoformat()
    assert slashed_date(text).split(" : ")[0] == when.isoformat().replace("-", "/")
    assert iso_date(iso_date(text)) == iso_date(text) and slashed_date(slashed_date(text)) == slashed_date(text)


@given(st.text(alphabet="0123456789/-. maijunétr²١", max_size=14))
def test_no_day_is_made_up(text: str) -> None:
    found = day(text)
    if found:
        assert {found[0].year, found[0].day} <= {int(digits) for digits in re.findall(r"\d+", text)}
        assert text.endswith(found[1])


# What holds of every way ----------------------------------------------------------------------------------------------------

anything = st.one_of(st.text(max_size=30), st.text(alphabet="M0123456789 /:.;-hw\t", max_size=20), st.sampled_from(REGIONS))


@pytest.mark.parametrize("kind", WAYS)
@given(anything)
def test_what_is_right_stays(kind: str, value: str) -> None:
    """A suggestion, followed, is not mended again; and a value is never suggested in its own place."""
    made = suggest(kind, value)
    assert made != value or not value
    assert suggest(kind, made) == ""


@given(anything)
def test_a_plain_text_is_tidy(value: str) -> None:
    made = plain(value)
    kinds = {p.kind for p in untidy(load_bases()["merimee"], Notice("merimee", "PA1", {"HIST": (made,)}))} if made else set()
    assert not kinds & {"tabulation", "double-barre"}
    assert re.sub(r"[\s/]", "", made) == re.sub(r"[\s/]", "", value), "nothing is lost"


@given(anything)
def test_an_address_has_a_scheme_and_no_blank(value: str) -> None:
    assert re.fullmatch(r"(https?://[^\s/]+\.[^\s]+)?", address(value))


@given(anything)
def test_a_museum_and_a_number_are_written_as_their_rules_ask(value: str) -> None:
    assert re.fullmatch(r"(M[0-9]{4})?", museum(value))
    assert re.fullmatch(r"(-?\d+(\.\d+)?)?", number(value))


@pytest.mark.parametrize("line", resources.table("regions.csv"), ids=lambda line: line["former"])
def test_every_former_region_has_its_own(line: dict[str, str]) -> None:
    assert region(line["former"]) == region(line["former"].upper()) == region(line["region"]) == line["region"]


# The suggester --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "code", "value", "wanted"),
    [
        ("date", "DMIS", "28/05/2014", "2014-05-28"),
        ("date", "DMIS", "2014-05-28", ""),
        ("date", "DMIS", "", ""),
        ("", "DMIS", "28/05/2014", ""),
        ("zeros", "INSEE", "999", "00999"),
        ("zeros", "INSEE", "12345678", ""),
        ("zeros", "INSEE", "2A99", ""),
        ("ref", "REF", "pa 09900001", "PA09900001"),
        ("ref", "REFO", "pm09900001", "PM09900001"),
        ("ref", "RENV", "pm09900001", "PM09900001"),
        ("ref", "REFO", "pa09900001", ""),
        ("ref", "TICO", "pa09900001", ""),
        ("terme", "DENO", "moulain", ""),
        ("inconnue", "DENO", "moulain", ""),
    ],
)
def test_the_way_of_a_rule_is_taken(kind: str, code: str, value: str, wanted: str) -> None:
    assert suggest(kind, value, code) == wanted


@pytest.mark.parametrize(
    ("value", "wanted"),
    [("inscrit mh", "inscrit MH"), ("Inscrit", "inscrit MH"), ("classe  MH", "classé MH"), ("vélo", ""), ("inscrit MH", ""), ("", "")],
)
def test_the_nearest_of_a_list(value: str, wanted: str) -> None:
    assert suggest("liste", value, choices=("classé MH", "inscrit MH")) == wanted


def test_the_first_of_two_that_are_written_alike() -> None:
    assert nearest("ÉTÉ", ("été", "Ete")) == "été" and nearest("x", ()) == ""


def test_the_nearest_term_of_the_installed_thesaurus(tmp_path: Path) -> None:
    scheme = load_bases()["merimee"].thesaurus("DENO")
    labels = ("moulin à farine", "moulin à huile", "forge")
    terms = "".join(
        f'<{scheme}-{n}> a skos:Concept ; skos:inScheme <{scheme}> ; skos:prefLabel "{label}"@fr .\n' for n, label in enumerate(labels)
    )
    (tmp_path / "deno.ttl").write_text(f"@prefix skos: <{iris.SKOS}> .\n<{scheme}> a skos:ConceptScheme .\n{terms}", encoding="utf-8")
    thesauri.add([tmp_path / "deno.ttl"], tmp_path / "data")
    given = Suggester(load_bases()["merimee"], open_thesauri(tmp_path / "data"))
    rule = replace(RULE, suggestion="terme")
    assert given(rule, "DENO", "Moulin a farinne") == "moulin à farine"
    assert given(rule, "DENO", "moulin à farine") == ""
    assert given(rule, "DENO", "xylophone") == ""
    assert given(rule, "MURS", "Moulin a farinne") == "", "another field has another thesaurus, which is not installed"
    assert given(rule, "INCONNU", "Moulin a farinne") == ""


def test_what_is_remembered_of_one_rule_is_not_said_of_another() -> None:
    given = Suggester(load_bases()["merimee"], None)
    by_date, by_slash = (replace(RULE, iri=f"http://e.org/{kind}", suggestion=kind) for kind in ("date", "date-barres"))
    for _ in range(2):
        assert given(by_date, "DPRO", "28 mai 1905") == "1905-05-28"
        assert given(by_slash, "DPRO", "28 mai 1905") == "1905/05/28"
    assert {given(by_date, "DPRO", f"{n % 28 + 1}/05/{1000 + n // 28}") for n in range(6_000)} >= {"1000-05-01", "1214-05-08"}
    assert given(by_date, "DPRO", "28 mai 1905") == "1905-05-28"


def test_every_way_is_told_in_the_list() -> None:
    told = suggesting.__doc__ or ""
    assert all(f"``{kind}``" in told for kind in KINDS)
    assert set(KINDS) == {*WAYS, "terme", "liste", "ref", "zeros"}
