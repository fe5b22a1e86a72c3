"""People in the three name orders of POP's bases, with what stands in their parentheses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop_ld.fields.people import people, person


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("DIAZ DE LA PENA Narcisse", {"name": "DIAZ DE LA PENA Narcisse", "agent": "DIAZ_DE_LA_PENA_Narcisse"}),
        ("RUBENS Peter Paul (d'après)", {"name": "RUBENS Peter Paul", "after": "RUBENS_Peter_Paul"}),
        ("DYCK Antoon van (d'après, peintre)", {"name": "DYCK Antoon van", "after": "DYCK_Antoon_van", "role": "peintre"}),
        ("anonyme (céramiste, artisan)", {"name": "anonyme", "agent": "anonyme", "role": "céramiste, artisan"}),
        ("Floutier, Henri-Jacques (architecte)", {"name": "Floutier, Henri-Jacques", "role": "architecte"}),
        ("Pierredon Louis (?, architecte)", {"name": "Pierredon Louis", "role": "architecte", "doubt": "?"}),
        ("Pierredon Louis (architecte))", {"name": "Pierredon Louis", "role": "architecte"}),
        ("Kertész, André (1894-1985)", {"name": "Kertész, André", "dates": "1894-1985"}),
        ("BONHEUR Rosa (dite)", {"name": "BONHEUR Rosa", "alias": "dite"}),
        ("X (atelier)", {"name": "X", "workshop": "X"}),
        (
            "Maître de la Légende dorée (proche du)",
            {"name": "Maître de la Légende dorée", "workshop": "Ma%C3%AEtre_de_la_L%C3%A9gende_dor%C3%A9e"},
        ),
        ("atelier de Rubens", {"name": "Rubens", "workshop": "Rubens"}),
        ("attribué à Rubens", {"name": "Rubens", "agent": "Rubens"}),
    ],
)
def test_person(text: str, expected: dict[str, str]) -> None:
    found = dict(person(text))
    assert found["text"] == text
    assert {name: found.get(name) for name in expected} == expected
    assert sum(relation in found for relation in ("agent", "after", "workshop")) == 1


def test_two_spellings_are_two_agents() -> None:
    found = people(("Brunet Amélie ; BRUNET Amélie",), ";").value
    assert len({item["agent"] for item in found}) == 2


def test_a_role_without_a_name_is_kept_and_reported() -> None:
    parsed = people(("(architecte)",), ";")
    assert parsed.value[0]["text"] == "(architecte)"
    assert parsed.remarks == (("person-not-understood", "(architecte)", ""),)


@given(st.text(min_size=1, max_size=80))
def test_never_raises_and_keys_are_ascii(text: str) -> None:
    found = dict(person(text))
    assert found["text"] == text
    assert all(found[k].isascii() and " " not in found[k] for k in ("agent", "after", "workshop") if k in found)
