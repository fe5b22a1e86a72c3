"""Family and given names where their order is certain, the key that compares them, and the years of a life."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop_ld.fields.life import life
from pop_ld.fields.names import given_part, is_anonymous, is_group, same_key, split_name


@pytest.mark.parametrize(
    ("name", "family", "forenames"),
    [
        ("DIAZ DE LA PENA Narcisse", "DIAZ DE LA PENA", "Narcisse"),
        ("DYCK Antoon van", "DYCK", "Antoon"),
        ("VAN DONGEN Kees", "VAN DONGEN", "Kees"),
        ("TENIERS David II", "TENIERS", "David II"),
        ("GROS Antoine Jean baron", "GROS", "Antoine Jean"),
        ("LESUEUR DE SENS Eugène", "LESUEUR DE SENS", "Eugène"),
        ("Viollet-le-Duc, Eugène", "Viollet-le-Duc", "Eugène"),
        ("Arras, Jean d'", "Arras", "Jean"),
        ("Parisi ,Ambrogio", "Parisi", "Ambrogio"),
        ("DUPONT, JEAN", "DUPONT", "JEAN"),
    ],
)
def test_a_certain_order(name: str, family: str, forenames: str) -> None:
    found, rest = split_name(name)
    assert (found, given_part(rest)) == (family, forenames)


@pytest.mark.parametrize(
    "name",
    [
        "Verne Jules",
        "Alfred Cayer",
        "CESAR",
        "BICCI di Lorenzo",
        "VIEILLEMARD & ses Fils",
        "THIEBAUT frères",
        "LE Corbusier",
        "Harcourt, d'",
        "BEZAT E",
        "BERTAUX Léon Mme",
        "Pins frères, fils et gendre",
        "Napoléon III, empereur",
        "SOCIETE Générale",
        "A Durand",
        "Paris, 1850",
        "",
        ",",
        "Lyon, Ville de",
    ],
)
def test_an_uncertain_order_gives_nothing(name: str) -> None:
    assert split_name(name) == ("", "")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("DYCK", "Antoon van"), ("VAN DYCK", "Antoon")),
        (("D'ANGERS", "David"), ("Angers", "David d’")),
        (("ROUSSEAU", "Jean-Jacques"), ("Rousseau", "Jean Jacques")),
        (("HÉBERT", "Pierre Emile Eugène"), ("Hebert", "Pierre-Émile-Eugène")),
    ],
)
def test_the_same_name_has_the_same_key(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert same_key(*one) == same_key(*other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("TENIERS", "David le Jeune"), ("TENIERS", "David le Vieux")),
        (("BRUEGHEL", "Jan I"), ("BRUEGHEL", "Jan II")),
        (("DUPONT", "Jean"), ("DUPONT", "Jeanne")),
    ],
)
def test_another_name_has_another_key(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert same_key(*one) != same_key(*other)


@pytest.mark.parametrize(
    "name", [("DUPONT", ""), ("DUPONT", "J."), ("DUPONT", "P.-V."), ("DUPONT", "II"), ("", "Jean"), ("VAN", "Jean"), ("DUPONT", "de")]
)
def test_a_surname_or_initials_alone_have_no_key(name: tuple[str, str]) -> None:
    assert same_key(*name) == ""


@pytest.mark.parametrize(
    "name",
    [
        "anonyme",
        "Anonyme",
        "anonymesss",
        "auteur inconnu",
        "maître d'oeuvre inconnu",
        "manufacture indéterminée",
        "anonyme femme",
        "peintre non identifié",
    ],
)
def test_anonymous(name: str) -> None:
    assert is_anonymous(name)


@pytest.mark.parametrize("name", ["Verne Jules", "manufacture de Sèvres", "", "(", "Kanak"])
def test_not_anonymous(name: str) -> None:
    assert not is_anonymous(name)


def test_a_group_by_its_role() -> None:
    assert is_group("manufacture") and is_group("population") and not is_group("peintre") and not is_group("")


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ("1894-1985", {"birth": "1894", "death": "1985"}),
        ("1894 – 1985", {"birth": "1894", "death": "1985"}),
        ("1809-?", {"birth": "1809"}),
        ("1950-....", {"birth": "1950"}),
        ("18..-1905", {"death": "1905"}),
        ("1820-après 1860", {"birth": "1820"}),
        ("né en 1850", {"birth": "1850"}),
        ("née à Paris en 1850", {"birth": "1850"}),
        ("mort en 1900", {"death": "1900"}),
        ("vers 1600-1660", {}),
        ("actif 1850-1870", {}),
        ("né vers 1850", {}),
        ("1850", {}),
        ("1985-1894", {}),
        ("1764-1950", {}),
        ("", {}),
    ],
)
def test_life(dates: str, expected: dict[str, str]) -> None:
    assert life(dates) == expected


@given(st.text(max_size=40), st.text(max_size=40))
def test_never_raise(one: str, other: str) -> None:
    key = same_key(one, other)
    assert re.fullmatch(r"[A-Za-z0-9._~%-]*", key)
    family, rest = split_name(one)
    assert bool(family) == bool(rest) and family in one
    assert all(re.fullmatch(r"\d{4}", year) for year in life(one).values())
    is_anonymous(one)
