"""Addresses in index and reading order, as POP's fixtures, Gertrude and Palissy's most frequent values write them (FACTS b)."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop_ld.fields.addresses import addresses


@pytest.mark.parametrize(
    ("text", "display"),
    [
        # ADRS and the WADRS that POP holds beside it.
        ("Héronnière (rue de l') 15", "15 rue de l'Héronnière"),
        ("Convention (rue de la)", "rue de la Convention"),
        ("Nicolas-II (avenue)", "avenue Nicolas-II"),
        ("Dorée (rue) 16", "16 rue Dorée"),
        ("Poitevine (rue) 16", "16 rue Poitevine"),
        ("Lunel (route de )", "route de Lunel"),
        ("Fourques (route de) 615", "615 route de Fourques"),
        ("Saint-Etienne (place)", "place Saint-Etienne"),
        ("Chasseigne (la)", "la Chasseigne"),
        ("Four (rue du) 12 bis", "12 bis rue du Four"),
        ("Four (rue du), 12, 14", "12, 14 rue du Four"),
        ("Four (rue du) 12-14", "12-14 rue du Four"),
        ("Moulins (vieux chemin des)", "vieux chemin des Moulins"),
        ("Schweitzer (rue du Docteur) 3", "3 rue du Docteur Schweitzer"),
        ("15 rue de l'Héronnière", "15 rue de l'Héronnière"),
        ("Dans le cimetière", "Dans le cimetière"),
        ("cave coopérative", "cave coopérative"),
        ("12 rue Dorée (ancien couvent)", "12 rue Dorée (ancien couvent)"),
        ("place Grenette (angle)", "place Grenette (angle)"),
        ("Cours (rue du)", "rue du Cours"),
    ],
)
def test_display(text: str, display: str) -> None:
    parsed = addresses((text,), "")
    assert parsed.value == [{"text": text, "display": display}]
    assert parsed.remarks == ()


@pytest.mark.parametrize(
    "text", ["(D 8)", "D 310 (sud-est du bourg)", "Paix (rue de la, angle)", "Paix (rue 12)", "Paix (rue) (2e)", "Paix (rue de la", "()"]
)
def test_what_is_not_certain_keeps_its_text_alone(text: str) -> None:
    parsed = addresses((text,), "")
    assert parsed.value == [{"text": text}]
    assert parsed.remarks == (("address-not-understood", text, ""),)


def test_several_addresses() -> None:
    assert addresses(("Convention (rue de la) 12 ; 14 ; Paix (rue de la)",), "").value == [
        {"text": "Convention (rue de la) 12 ; 14", "display": "12, 14 rue de la Convention"},
        {"text": "Paix (rue de la)", "display": "rue de la Paix"},
    ]


TEXTS = st.text(max_size=40) | st.from_regex(r"[A-Z][a-z]{1,6} \((rue|place|mur)( de l[a'])?\)( \d{1,3}( ; \d{1,3})?)?", fullmatch=True)


@given(st.lists(TEXTS, max_size=3).map(tuple))
def test_never_raises_and_nothing_disappears(values: tuple[str, ...]) -> None:
    parsed = addresses(values, ";")
    kept = "".join(item["text"] for item in parsed.value or [])
    assert {c for value in values for c in value if not c.isspace() and c != ";"} <= set(kept)
    for _, value, _ in parsed.remarks:
        assert {"text": value} in parsed.value
    for item in parsed.value or []:
        letters = [sorted(c for c in item[name] if c.isalnum()) for name in item]
        assert all(other == letters[0] for other in letters)


def test_a_display_address_stays(shared: Path) -> None:
    with (shared / "data/memoire/memoire-mh-1851-1914-ile-de-france.csv").open(encoding="utf-8") as lines:
        texts = {row["adresse"] for row in csv.DictReader(lines, delimiter=";") if row["adresse"]}
    assert len(texts) == 360
    assert [text for text in texts if addresses((text,), "").remarks] == []
