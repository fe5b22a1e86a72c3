"""Ownership and custody: STAT, DACQ, DDPT, DEPO, LOCA, MANQUANT."""

import csv
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop_ld import resources
from pop_ld.fields import ownership
from pop_ld.fields.parsed import Item
from pop_ld.fields.text import JOIN, split

WORDS = st.lists(
    st.sampled_from(
        ["propriété de l'Etat", "don (?)", "legs", "Paris", "musée Rodin", "manquant", "dépôt", "1905 : acquis", "?", "(x", ","]
    )
    | st.text(max_size=15),
    max_size=6,
).map(" ; ".join)


def shape(item: Item, keys: str) -> list[str | None]:
    return [item.get(key) for key in keys.split()]


@pytest.mark.parametrize(
    ("text", "property_key", "mode_key", "place", "museum", "owner"),
    [
        ("propriété de la commune ; don ; Autun ; musée Rolin", "commune", "don", "Autun", "musée Rolin", "Autun (commune)"),
        ("propriété de la commune;don manuel;Autun;musée Rolin", "commune", "don", "Autun", "musée Rolin", "Autun (commune)"),
        ("propriété de l'Etat ; dation ; Paris ; musée national Picasso", "etat", "dation", "Paris", "musée national Picasso", "État"),
        ("propriété de l'Etat", "etat", None, None, None, "État"),
        ("propriété de l'Etat ; FNAC", "etat", None, None, None, "État"),
        ("propriété du département ; Ain ; achat ; musées de l'Ain", "departement", "achat", "Ain", "musées de l'Ain", "Ain (département)"),
        (
            "propriété du département ; Finistère ; don ; Quimper ; musée départemental Breton",
            "departement", "don", "Quimper", "musée départemental Breton", "Finistère (département)",
        ),
        (
            "propriété du département ; don ; Conseil général de La Réunion ; musée Léon Dierx",
            "departement", "don", None, "musée Léon Dierx", "Conseil général de La Réunion",
        ),
        ("propriété de la commune ; don ; Château-Thierry ; musée Jean de La Fontaine", "commune", "don", "Château-Thierry",
         "musée Jean de La Fontaine", "Château-Thierry (commune)"),
        ("propriété de la commune ; legs ; Boulogne-sur-Mer ; Château-Musée", "commune", "legs", "Boulogne-sur-Mer", "Château-Musée",
         "Boulogne-sur-Mer (commune)"),
        ("propriété de la commune ; achat ; ville de Dijon ; musée archéologique", "commune", "achat", None, "musée archéologique",
         "Dijon (commune)"),
        ("Propriété privée Personne morale ; dation ; Saint-Rémy ; Fondation de Coubertin", "prive-personne-morale", "dation", "Saint-Rémy",
         None, "Fondation de Coubertin"),
        ("don ; Grenoble ; musée de Grenoble", None, "don", "Grenoble", "musée de Grenoble", None),
        ("propriété de la commune ; achat ; Le Havre ; museum d'histoire naturelle", "commune", "achat", "Le Havre",
         "museum d'histoire naturelle", "Le Havre (commune)"),
        ("propriété de la commune (?)", "commune", None, None, None, None),
        ("propriété du royaume ; achat", None, "achat", None, None, None),
    ],
)  # fmt: skip
def test_status(
    text: str, property_key: str | None, mode_key: str | None, place: str | None, museum: str | None, owner: str | None
) -> None:
    (item,) = ownership.status((text,), ";").value
    assert item["text"] == text
    assert shape(item, "property_key mode_key place museum owner") == [property_key, mode_key, place, museum, owner]


def test_status_of_an_array() -> None:
    (item,) = ownership.status(("propriété de l'Etat", "legs", "musée du Louvre département des Peintures"), ";").value
    assert shape(item, "property_key mode_key mode_aat museum") == [
        "etat",
        "legs",
        "300417641",
        "musée du Louvre département des Peintures",
    ]


def test_several_modes_are_several_items_of_one_statement() -> None:
    text = "propriété de la commune ; achat en vente publique, achat avec participation du FRAM ; Fécamp ; Les Pêcheries, musée de Fécamp"
    first, second = ownership.status((text,), ";").value
    assert shape(first, "mode mode_key museum") == ["achat en vente publique", "achat", "Les Pêcheries, musée de Fécamp"]
    assert second == {
        "mode": "achat avec participation du FRAM", "mode_label": "achat", "mode_key": "achat", "mode_aat": "300077989"
    }  # fmt: skip


def test_what_the_words_do_not_tell_is_kept_as_other() -> None:
    (item,) = ownership.status(("propriété de l'Etat ; musée d'Orsay ; don ; Lille ; musée des Beaux-Arts",), ";").value
    assert shape(item, "museum place other") == ["musée d'Orsay", None, "Lille ; musée des Beaux-Arts"]


def test_doubt_protection_and_condition() -> None:
    (item,) = ownership.status(("propriété de l'Etat ; don (?) ; classé MH ; interdiction de prêt et de dépôt",), ";").value
    assert shape(item, "mode doubt protection condition") == ["don", "?", "classé MH", "interdiction de prêt et de dépôt"]


def test_a_status_without_property_or_mode_is_reported() -> None:
    text = "Grenoble ; musée de Grenoble"
    assert ownership.status((text,), ";").remarks == (("status-not-understood", text, ""),)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1955 acquis ; 1954 entrée matérielle", [("1955", "acquis"), ("1954", "entrée matérielle")]),
        ("1922 : déposé", [("1922", "déposé")]),
        ("1862 ; 1863 Entrée matérielle ; 1976", [("1862", None), ("1863", "Entrée matérielle"), ("1976", None)]),
        ("1850 après ; 1900 avant", [("1850..1900", None)]),
        ("1979/09/28", [("1979-09-28", None)]),
        ("date d'acquisition inconnue", [(None, None)]),
    ],
)
def test_acts(text: str, expected: list[tuple[str | None, str | None]]) -> None:
    parsed = ownership.acts((text,), ";")
    assert [(i.get("span"), i.get("remark")) for i in parsed.value] == expected
    assert JOIN.join(i["text"] for i in parsed.value) == text
    assert not parsed.remarks


def test_an_act_without_date_is_reported() -> None:
    assert ownership.acts(("acheté au Salon",), ";").remarks == (("act-not-dated", "acheté au Salon", ""),)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (("dépôt ; Suresnes ; musée d'histoire urbaine",), [("depot", "Suresnes", "musée d'histoire urbaine")]),
        (("dépôt", "Suresnes", "musée d'histoire urbaine"), [("depot", "Suresnes", "musée d'histoire urbaine")]),
        (("en dépôt ; Musée de l'Armée",), [("depot", None, "Musée de l'Armée")]),
        (("dépôt ; Paris, musée de l'Assistance Publique",), [("depot", "Paris", "musée de l'Assistance Publique")]),
        (("déposé ; affecté ; Paris ; musée Carnavalet",), [("depot", "Paris", "musée Carnavalet")]),
        (
            ("Attribution ; Versailles ; Musée du Château ; en dépôt ; Cholet ; Musée",),
            [("attribution", "Versailles", "Musée du Château"), ("depot", "Cholet", "Musée")],
        ),
        (("Saint-Denis ; musée d'art et d'histoire",), [(None, "Saint-Denis", "musée d'art et d'histoire")]),
        (("dépôt ; localisation inconnue",), [("depot", None, None)]),
    ],
)
def test_deposits(values: tuple[str, ...], expected: list[tuple[str | None, str | None, str | None]]) -> None:
    found = ownership.deposits(values, ";").value
    assert [tuple(shape(item, "mode_key place museum")) for item in found] == expected
    assert JOIN.join(item["text"] for item in found) == JOIN.join(values)


@pytest.mark.parametrize(
    ("text", "place", "museum", "key", "value"),
    [
        ("Autun ; musée Rolin", "Autun", "musée Rolin", "museum_key", "mus%C3%A9e_Rolin%2C_Autun"),
        ("musée Cévenol;Le Vigan", "Le Vigan", "musée Cévenol", "missing", None),
        ("Bayonne;musée Bonnat;musée des beaux-arts", "Bayonne", "musée Bonnat ; musée des beaux-arts", "missing", None),
        ("Val-sur-Ource;musée Brunet;oeuvre disparue;manquant", "Val-sur-Ource", "musée Brunet", "missing_key", "manquant"),
        ("Autun ; musée Rolin ; volé", "Autun", "musée Rolin", "missing_key", "vole"),
        ("Le Havre ; musée de l'abbaye ; dépôt du musée du Louvre", "Le Havre", "musée de l'abbaye", "deposit", "dépôt du musée du Louvre"),
        ("Paris ; musée du Louvre ; département des Antiquités", "Paris", "musée du Louvre", "department", "département des Antiquités"),
    ],
)
def test_location(text: str, place: str, museum: str, key: str, value: str | None) -> None:
    (item,) = ownership.location((text,), ";").value
    assert (item["text"], *shape(item, f"place museum {key}")) == (text, place, museum, value)


def test_missing() -> None:
    stolen, missing = ownership.missing(("volé", "manquant"), ";").value
    assert shape(stolen, "label missing_key missing_aat") == ["volé", "vole", "300055292"]
    assert missing["missing_key"] == "manquant"


def test_the_table_of_words_is_clean() -> None:
    with (resources.folder("mappings") / "legal-status.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    words = [(row["kind"], row["word"]) for row in rows]
    assert len(set(words)) == len(words)
    assert all(re.fullmatch(r"[a-z-]*", row["key"]) and re.fullmatch(r"(?:300\d{6})?", row["aat"]) for row in rows)
    assert all(row["key"] and row["label"] for row in rows if row["kind"] not in ("museum", "institution", "service"))


@given(WORDS)
def test_nothing_raises_and_nothing_disappears(text: str) -> None:
    for parser in (ownership.status, ownership.location):
        found = parser((text,), ";").value
        assert found[0]["text"] == text
        assert all(value.isascii() and " " not in value for item in found for key, value in item.items() if key.endswith("_key"))
    for parser in (ownership.acts, ownership.deposits):
        assert JOIN.join(i["text"] for i in parser((text,), ";").value or []) == JOIN.join(split(text, ";"))
    assert [i["label"] for i in ownership.missing((text,), ";").value or []] == list(dict.fromkeys(split(text, ";")))


def test_real_notices(shared: Path) -> None:
    with (shared / "data/joconde/joconde-extrait-2020.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    status = [ownership.status((row["Statut_juridique"],), ";") for row in rows if row["Statut_juridique"]]
    acts = [item for row in rows if row["Date_d'acquisition"] for item in ownership.acts((row["Date_d'acquisition"],), ";").value]
    places = [ownership.location((row["Lieu_de_conservation"],), ";").value[0] for row in rows]
    assert sum(not parsed.remarks for parsed in status) / len(status) > 0.99
    assert sum("span" in item or "inconnue" in item["text"] for item in acts) / len(acts) > 0.98
    assert sum("museum" in item and "place" in item for item in places) / len(places) > 0.999
