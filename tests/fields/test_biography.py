"""Births and deaths in PAUT, and the author that they speak of."""

import csv
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop_ld.fields.biography import lives, of_authors
from pop_ld.fields.people import people

LINES = st.lists(
    st.sampled_from(["Bordeaux, 1807", "Menton, 1876", "né en 1850", "mort en 1840", "CHAPU : Paris, 1833", "?, ?", "femme", " : ", ","])
    | st.text(max_size=20),
    max_size=4,
).map(" ; ".join)


@pytest.mark.parametrize(
    ("text", "name", "birth", "death"),
    [
        ("Bordeaux, 1807 ; Menton, 1876", None, ("Bordeaux", "1807"), ("Menton", "1876")),
        ("CHAPU : Le Mée-sur-Seine, 1833 ; Paris, 1891 ; nationalité : Française", "CHAPU", ("Le Mée-sur-Seine", "1833"),
         ("Paris", "1891")),
        ("Marie Rosalie Bonheur dite Rosa Bonheur ; Bordeaux, 1822 ; By (77), 1899", "Marie Rosalie Bonheur dite Rosa Bonheur",
         ("Bordeaux", "1822"), ("By (77)", "1899")),
        ("né en 1869 ; mort en 1954", None, (None, "1869"), (None, "1954")),
        ("Charlieu (France), 06 janvier 1844 ; Marlotte (France), 06 décembre 1916", None, ("Charlieu (France)", "1844-01-06"),
         ("Marlotte (France)", "1916-12-06")),
        ("BAFFIER : Neuvy-le-Barrois (18), 1851, novembre 18 ; Paris (75), 1920, avril 19", "BAFFIER",
         ("Neuvy-le-Barrois (18)", "1851-11-18"), ("Paris (75)", "1920-04-19")),
        ("Pertuis 1880 ; Arles 1948", None, ("Pertuis", "1880"), ("Arles", "1948")),
        ("Besançon : 26/02/1802 ; ?, 21/05/1885", None, ("Besançon", "1802-02-26"), (None, "1885-05-21")),
        ("X : 1752 ; 1834", "X", (None, "1752"), (None, "1834")),
        ("Vitré, 1836 ; ?, 1895", None, ("Vitré", "1836"), (None, "1895")),
        ("?, 1789 ; ?, ?", None, (None, "1789"), (None, None)),
        ("Genève, 1925", None, ("Genève", "1925"), (None, None)),
        ("Gallé : Nancy, 1846 ; Nancy, 1904. Français", "Gallé", ("Nancy", "1846"), ("Nancy", "1904")),
        ("FAUCHON : morte après 1945 ; femme", "FAUCHON", (None, None), (None, "1945..")),
        ("HAAGEN : ?, vers 1613-1617 - La Haye, 1669", None, (None, None), (None, None)),
        ("La faïencerie d'Aumale est fondée par Bailly en 1811", None, (None, None), (None, None)),
        ("manufacture de Vincennes : Porcelaine 1765-1788", None, (None, None), (None, None)),
        ("Exécuté sous la dynastie Qing, règne de Qianlong (1736-1795)", None, (None, None), (None, None)),
        ("expose au Salon de 1842 à 1881", None, (None, None), (None, None)),
        ("Français ; C'est en 1978 que Robert Clergerie, venu de chez Charles Jourdan, reprend", None, (None, None), (None, None)),
    ],
)  # fmt: skip
def test_a_life(text: str, name: str | None, birth: tuple[str | None, str | None], death: tuple[str | None, str | None]) -> None:
    (item,) = lives((text,), "#").value
    assert item["text"] == text
    assert item.get("name") == name
    assert (item.get("birth_place"), item.get("birth_span")) == birth
    assert (item.get("death_place"), item.get("death_span")) == death


def test_what_else_is_plainly_said() -> None:
    (item,) = lives(("Paris, 1895 ; Dinan, 1993 ; femme ; nationalité : Française",), "#").value
    assert (item["gender"], item["nationality"]) == ("femme", "Française")


def test_a_death_before_the_birth_is_reported_and_not_taken() -> None:
    parsed = lives(("Paris, 1895 ; Dinan, 1793",), "#")
    assert parsed.value == [{"text": "Paris, 1895 ; Dinan, 1793"}]
    assert parsed.remarks == (("life-not-understood", "Paris, 1895 ; Dinan, 1793", ""),)


def test_lines_are_joined_to_the_authors_they_name() -> None:
    authors = people(("AUDRAN Jean ; LE BRUN Charles ; LE BRUN Élisabeth",), ";").value
    found = lives(("AUDRAN : Lyon, 1667 ; Lyon, 1756#LE BRUN : Paris, 1619 ; Paris, 1690#texte libre",), "#").value
    assert [item.get("agent") for item in of_authors(authors, found)] == ["AUDRAN_Jean", None, None]


def test_one_line_without_a_name_is_that_of_the_one_author() -> None:
    found = lives(("Paris, 1895 ; Dinan, 1993#salon de 1935",), "#").value
    one, two = people(("X Yves",), ";").value, people(("X Yves ; Z Aude",), ";").value
    assert [item.get("agent") for item in of_authors(one, found)] == ["X_Yves", None]
    assert [item.get("agent") for item in of_authors(two, found)] == [None, None]


def test_the_life_of_a_master_is_not_that_of_his_copyist() -> None:
    found = lives(("RUBENS : Siegen (Westphalie), 1577 ; Anvers, 1640",), "#").value
    assert "agent" not in of_authors(people(("RUBENS Peter Paul (d'après)",), ";").value, found)[0]


@given(LINES)
def test_nothing_raises_and_nothing_disappears(text: str) -> None:
    found = lives((text,), "#").value or []
    assert [item["text"] for item in found] == [line.strip() for line in text.split("#") if line.strip()]
    assert all(value.isascii() for item in found for key, value in item.items() if key.endswith("_key"))


def test_real_notices(shared: Path) -> None:
    with (shared / "data/joconde/joconde-extrait-2020.csv").open(encoding="utf-8", newline="") as lines:
        texts = [row["Précisions_sur_l'auteur"] for row in csv.DictReader(lines)]
    dated = [lives((text,), "#") for text in texts if re.search(r"\d{4}", text)]
    assert sum(any("birth" in i or "death" in i for i in parsed.value) for parsed in dated) / len(dated) > 0.9
    assert sum(len(parsed.remarks) for parsed in dated) < 5
