"""Communes and departments."""

import csv
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop_ld.fields.places import around, communes, department, is_insee


def test_a_commune_by_its_code() -> None:
    """Its department is that of the code, whatever is written beside it."""
    rouen = {"place": "insee-76540", "label": "Rouen", "insee": "76540"}
    normandy = {"region_place": "region-Normandie", "region_label": "Normandie"}
    wider = {"department_place": "departement-76", "department_code": "76", "department_label": "Seine-Maritime", **normandy}
    assert communes(("76540",), ("Rouen",), ("Yonne",)) == [{**rouen, **wider}]


@pytest.mark.parametrize(
    ("insee", "department", "region"),
    [
        ("2A004", "departement-2A", "region-Corse"),
        ("97411", "departement-974", "region-La_R%C3%A9union"),
        ("89387", "departement-89", "region-Bourgogne-Franche-Comt%C3%A9"),
        ("97502", "departement-975", None),
        ("99999", None, None),
    ],
)
def test_the_places_around_a_commune(insee: str, department: str | None, region: str | None) -> None:
    (found,) = communes((insee,), (), ())
    assert (found.get("department_place"), found.get("region_place")) == (department, region)


@pytest.mark.parametrize("written", [("Yonne",), ("89",), ("89", "Yonne"), ("YONNE",), ("89 ; Yonne",)])
def test_a_commune_by_name_and_department(written: tuple[str, ...]) -> None:
    assert communes((), ("Sens",), written) == [{"place": "nom-Sens%2C_Yonne", "label": "Sens", **around("89")}]


def test_a_department_that_is_none_still_tells_communes_apart() -> None:
    assert communes((), ("Tunis",), ("Tunisie",)) == [{"place": "nom-Tunis%2C_Tunisie", "label": "Tunis"}]
    assert communes((), ("Sens",), ("Yonne", "Aube")) == [{"place": "nom-Sens", "label": "Sens"}]


def test_codes_and_names_of_different_number_make_no_pair() -> None:
    assert communes(("76540 ; 27229",), ("Rouen",), ()) == [{"place": "nom-Rouen", "label": "Rouen"}]


def test_the_current_code_beside_the_one_at_protection() -> None:
    """10001 -> 10289 is in POP's own table of moved communes (FACTS b)."""
    current = {"current": "10289", "current_department_place": "departement-10", "current_region_place": "region-Grand_Est"}
    assert communes(("10001",), (), (), ("10289",)) == [
        {"place": "insee-10001", "label": "10001", "insee": "10001", **around("10"), **current}
    ]


@pytest.mark.parametrize(
    "current", [("PM21000318",), ("VISPAL-BEAUVAIS-CATH-SCULPTURE",), ("mem/0420/sap01_mh00079729_p.jpg;10289",), ("10289", "10174"), ()]
)
def test_what_is_no_current_code_is_left_out(current: tuple[str, ...]) -> None:
    assert communes(("10001",), ("Agay",), (), current) == [{"place": "insee-10001", "label": "Agay", "insee": "10001", **around("10")}]


@pytest.mark.parametrize(
    ("code", "right"), [("01004", True), ("2A004", True), ("97105", True), ("2", False), ("2C004", False), ("760540", False)]
)
def test_is_insee(code: str, right: bool) -> None:
    assert is_insee(code) is right


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("89", "89"),
        ("1", "01"),
        ("01", "01"),
        ("2a", "2A"),
        ("2B", "2B"),
        ("971", "971"),
        ("Yonne", "89"),
        ("COTES D'ARMOR", "22"),
        ("Côtes-d’Armor", "22"),
        ("Côtes-du-Nord", "22"),
        ("Val d'Oise", "95"),
        ("Réunion", "974"),
        ("Réunion (La)", "974"),
        ("La Réunion", "974"),
        ("Lot", "46"),
        ("Loire", "42"),
        ("Basses-Alpes", "04"),
    ],
)
def test_department(text: str, code: str) -> None:
    known = department(text)
    assert known is not None and known[0] == code
    assert department(known[1]) == known


@pytest.mark.parametrize("text", ["", "0", "96", "20", "Seine-et-Oise", "Tunisie", "la", "760"])
def test_what_is_no_department(text: str) -> None:
    assert department(text) is None


def test_the_departments_are_those_of_the_official_code(shared: Path) -> None:
    with (shared / "data/geo/etalab-departements-2024.csv").open(encoding="utf-8") as lines:
        official = {(row["DEP"], row["LIBELLE"]) for row in csv.DictReader(lines)}
    assert {department(code) for code, _ in official} == official
    assert {department(name) for _, name in official} == official


def test_every_department_of_the_real_notices_is_known(shared: Path) -> None:
    names: set[str] = set()
    for file in ("merimee/merimee-mh-285.jsonl", "palissy/palissy-mh-1500.jsonl"):
        with (shared / "data" / file).open(encoding="utf-8") as lines:
            names |= {json.loads(line).get("DPT_LETTRE") or "Yonne" for line in lines}
    museums = json.loads((shared / "data/museo/museofile-2025.json").read_text(encoding="utf-8"))
    names |= {museum["departement"] for museum in museums if museum["departement"]}
    assert len(names) > 95
    assert [name for name in names if not department(name)] == []


@given(st.lists(st.text(max_size=20), max_size=2).map(tuple), st.lists(st.text(max_size=20), max_size=2).map(tuple))
def test_never_raises_and_keeps_every_name(codes: tuple[str, ...], names: tuple[str, ...]) -> None:
    found = communes(codes, names, codes, names)
    labels = {item["label"] for item in found}
    assert labels >= {name.strip() for name in names if not set(name) & set(";()[]")} - {""}
    assert all(item["place"].isascii() for item in found)
