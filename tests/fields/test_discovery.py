"""Places and discoveries: LIEUX and DECV, in their old and new forms."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop_ld.fields.discovery import discovery, places
from pop_ld.fields.text import JOIN, split

PIECES = st.lists(
    st.sampled_from(["France, Autun (lieu de découverte)", "fouilles", "(1977, date de découverte)", "(X, découvreur)", "((", "?", "Lyon"])
    | st.text(max_size=15),
    max_size=5,
).map(" ; ".join)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "France, Saône-et-Loire, Autun (lieu de découverte) ; (19e siècle, date de découverte) ; (GAUTHIER, découvreur)",
            {"place": "France, Saône-et-Loire, Autun", "found": "France%2C_Sa%C3%B4ne-et-Loire%2C_Autun", "place_name": "Autun",
             "date": "19e siècle", "span": "1801..1900", "finder": "GAUTHIER", "part": "découvreur"},
        ),
        (
            "France ; Drôme ; Valence (Lieu de découverte) ; découverte fortuite",
            {"place": "France, Drôme, Valence", "kind": "lieu de découverte", "method_key": "decouverte-fortuite"},
        ),
        (
            "France ; Normandie ; Seine-Maritime ; Rouen ; (Maison Bruneau, lieu de découverte) ; maison ; fouilles de sauvetage ;"
            " (2002 date de découverte) ; (Henriot Louis : découvreur)",
            {"place_name": "Rouen", "detail": "Maison Bruneau", "site": "maison", "method": "fouilles de sauvetage", "year": "2002",
             "finder": "Henriot Louis"},
        ),
        ("France, Saône-et-Loire, Antully;(lieu de découverte) (1982, date de découverte)", {"place_name": "Antully", "year": "1982"}),
        ("France (lieu de provenance)", {"place": "France", "origin": "France", "kind_key": "lieu_de_provenance"}),
        ("(2, rue de l'Echelle, Paris, lieu de découverte)", {"place": "2, rue de l'Echelle, Paris", "detail": None}),
        ("Collecteur : Le Couldre de la Bretonnière", {"finder": "Le Couldre de la Bretonnière", "part": "collecteur", "place": None}),
        ("Florence (lieu de provenance) ; édifice religieux)", {"place": "Florence", "site": "édifice religieux"}),
        ("France ; Côte-d'Or ; Santenay, ? , Autun, ?", {"place": "France, Côte-d'Or, Santenay, Autun"}),
        ("X (lieu de collecte) ; (Depuis 1970 environ, date de collecte)", {"date": "Depuis 1970 environ", "span": None, "year": None}),
    ],
)  # fmt: skip
def test_discovery(text: str, expected: dict[str, str | None]) -> None:
    (item,) = discovery((text,), ";").value
    assert item["text"] == text
    assert {key: item.get(key) for key in expected} == expected


def test_several_finders_are_several_items_of_one_discovery() -> None:
    first, second = discovery(("Agde (lieu de découverte) ; (GRASPA ; Jacky Fanjaud, découvreur)",), ";").value
    assert (first["finder"], second) == (
        "GRASPA", {"finder": "Jacky Fanjaud", "finder_key": "Jacky_Fanjaud", "part": "découvreur"}
    )  # fmt: skip


def test_a_discovery_that_tells_nothing_is_reported() -> None:
    assert discovery(("(?)",), ";").remarks == (("discovery-not-understood", "(?)", ""),)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (("France, Saône-et-Loire, Autun (lieu de création)",), [("France, Saône-et-Loire, Autun", "lieu de création", "made")]),
        (
            ("France", "Saône-et-Loire", "Autun (lieu de création)"),
            [("France, Saône-et-Loire, Autun", "lieu de création", "made")],
        ),
        (("France", "Autun", "lieu de création"), [("France, Autun", "lieu de création", "made")]),
        (
            ("France ; Nouvelle-Aquitaine ; Niort (lieu d'exécution)#France ; Paris (lieu d'utilisation)",),
            [("France, Nouvelle-Aquitaine, Niort", "lieu d'exécution", "made"), ("France, Paris", "lieu d'utilisation", "used")],
        ),
        (
            ("France, Bas-Rhin, Wissembourg (lieu d'exécution) ; (lieu de création)",),
            [("France, Bas-Rhin, Wissembourg", "lieu d'exécution", "made"), ("France, Bas-Rhin, Wissembourg", "lieu de création", "made")],
        ),
        (
            ("Alsace (lieu de création, lieu d'utilisation)",),
            [("Alsace", "lieu de création", "made"), ("Alsace", "lieu d'utilisation", "used")],
        ),
        (("Chine : Jingdezhen ; Chine : Canton",), [("Chine, Jingdezhen", None, "where"), ("Chine, Canton", None, "where")]),
        (("France ; Rhône-Alpes, Drôme, Romans (lieu de création)",), [("France, Rhône-Alpes, Drôme, Romans", "lieu de création", "made")]),
        (("Paris(lieu de création)",), [("Paris", "lieu de création", "made")]),
        (("Tunisie (lieu de provenance)",), [("Tunisie", "lieu de provenance", "origin")]),
    ],
)
def test_places(values: tuple[str, ...], expected: list[tuple[str, str | None, str]]) -> None:
    found = places(values, ";").value
    assert [(i["place"], i.get("kind"), next(k for k in ("made", "used", "origin", "where") if k in i)) for i in found] == expected


def test_doubt_and_detail_of_a_place() -> None:
    (creil,) = places(("France, Oise, Creil (?, lieu de création)",), ";").value
    (nevers,) = places(("Nièvre (58), Nevers (environs de) (lieu de création)",), ";").value
    assert (creil["doubt"], nevers["detail"]) == ("?", "58, environs de")


def test_a_relation_without_a_place_is_kept_and_reported() -> None:
    parsed = places(("(lieu de création)",), ";")
    assert parsed.value == [{"text": "(lieu de création)", "kind": "lieu de création", "kind_key": "lieu_de_cr%C3%A9ation"}]
    assert parsed.remarks == (("place-not-understood", "(lieu de création)", ""),)


@given(PIECES)
def test_nothing_raises_and_nothing_disappears(text: str) -> None:
    assert discovery((text,), ";").value[0]["text"] == text
    found = places((text,), ";").value or []
    kept = JOIN.join(dict.fromkeys(item["text"] for item in found))
    assert all(part in kept for line in text.split("#") for part in split(line, ";#\n"))
    for item in found + discovery((text,), ";").value:
        assert all(value.isascii() and " " not in value for key, value in item.items() if key.endswith("_key"))


def test_real_notices(shared: Path) -> None:
    with (shared / "data/joconde/joconde-extrait-2020.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    found = [discovery((row["Découverte"],), ";").value[0] for row in rows if row["Découverte"]]
    made = [item for row in rows if row["Lieu_de_création"] for item in places((row["Lieu_de_création"],), ";").value]
    assert sum("place" in item for item in found) / len(found) > 0.97
    assert all("place" in item for item in made)
    assert sum("kind" in item for item in made) / len(made) > 0.85
