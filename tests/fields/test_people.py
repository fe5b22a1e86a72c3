"""People in the three name orders of POP's bases, with what stands in their parentheses."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pop_ld.bases import load_bases
from pop_ld.fields.parsed import Parsed
from pop_ld.fields.people import people, people_of_names, person, person_of_names
from pop_ld.notices import Notice
from pop_ld.readers import open_sources

RELATIONS = ("agent", "after", "workshop")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("DIAZ DE LA PENA Narcisse", {"name": "DIAZ DE LA PENA Narcisse", "agent": "DIAZ_DE_LA_PENA_Narcisse", "given": "Narcisse"}),
        ("RUBENS Peter Paul (d'après)", {"name": "RUBENS Peter Paul", "after": "RUBENS_Peter_Paul"}),
        ("DYCK Antoon van (d'après, peintre)", {"name": "DYCK Antoon van", "after": "DYCK_Antoon_van", "role": "peintre"}),
        ("anonyme (céramiste, artisan)", {"name": "anonyme", "agent": "anonyme", "role": "céramiste, artisan", "anonymous": "1"}),
        ("Floutier, Henri-Jacques (architecte)", {"name": "Floutier, Henri-Jacques", "role": "architecte", "family": "Floutier"}),
        ("Pierredon Louis (?, architecte)", {"name": "Pierredon Louis", "role": "architecte", "doubt": "?", "family": None}),
        ("Pierredon Louis (architecte))", {"name": "Pierredon Louis", "role": "architecte"}),
        ("Pierredon Louis (architecte", {"name": "Pierredon Louis", "role": "architecte"}),
        ("Kertész, André (1894-1985)", {"name": "Kertész, André", "dates": "1894-1985", "birth": "1894", "death": "1985"}),
        ("BONHEUR Rosa (dite)", {"name": "BONHEUR Rosa", "alias": "dite", "same": "bonheur_rosa"}),
        ("X (atelier)", {"name": "X", "workshop": "X"}),
        ("CLOUET François atelier", {"name": "CLOUET François", "workshop": "CLOUET_Fran%C3%A7ois", "same": None}),
        ("COYPEL Charles Antoine d'après", {"name": "COYPEL Charles Antoine", "after": "COYPEL_Charles_Antoine"}),
        ("LE DOUANIER ROUSSEAU dit", {"name": "LE DOUANIER ROUSSEAU", "alias": "dit"}),
        (
            "Maître de la Légende dorée (proche du)",
            {"name": "Maître de la Légende dorée", "workshop": "Ma%C3%AEtre_de_la_L%C3%A9gende_dor%C3%A9e"},
        ),
        ("atelier de Rubens", {"name": "Rubens", "workshop": "Rubens"}),
        ("école de Rubens", {"name": "Rubens", "workshop": "Rubens"}),
        ("ATELIER DE LYON", {"name": "ATELIER DE LYON", "agent": "ATELIER_DE_LYON"}),
        ("ATELIER DE TREVES (atelier)", {"agent": "ATELIER_DE_TREVES", "role": "atelier"}),
        ("atelier de céramique", {"name": "atelier de céramique", "agent": "atelier_de_c%C3%A9ramique"}),
        ("attribué à Rubens", {"name": "Rubens", "agent": "Rubens", "doubt": "attribué à"}),
        ("ATTRIBUE A RUBENS", {"name": "RUBENS", "agent": "RUBENS", "doubt": "ATTRIBUE A"}),
        ("copie d'après Raphaël", {"name": "Raphaël", "after": "Rapha%C3%ABl"}),
        ("POURBUS Frans II (atelier, d'après)", {"after": "POURBUS_Frans_II"}),
        ("Wallaert Pierre-Joseph (?, attribué)", {"doubt": "?, attribué"}),
        ("Audie (à vérifier)", {"name": "Audie", "doubt": "à vérifier", "role": None}),
        ("Buysens et Michel (entrepreneurs)", {"name": "Buysens et Michel", "role": "entrepreneurs", "family": None}),
        ("Ateliers de Montataire, H. Joret, Paris", {"name": "Ateliers de Montataire, H. Joret, Paris", "family": None}),
        ("maître d'oeuvre inconnu", {"name": "maître d'oeuvre inconnu", "anonymous": "1"}),
        ("Sanzio Raffaello, dit : Raphaël (d'après, peintre)", {"name": "Sanzio Raffaello", "also": "Raphaël", "alias": "dit"}),
        ("WILLEMSENS Antoon dit aussi Monigrammiste AW", {"name": "WILLEMSENS Antoon", "also": "Monigrammiste AW"}),
        ("GILLEMANS Jan Pauwel dit l'Ancien", {"name": "GILLEMANS Jan Pauwel dit l'Ancien", "also": None}),
        ("SAND MAURICE(PEINTRE)", {"name": "SAND MAURICE", "role": "PEINTRE", "family": None}),
        ("Poussin Nicolas (1594-1665) : peintre", {"name": "Poussin Nicolas", "role": "peintre", "death": "1665"}),
        ("DEVERIA Achille (dessinateur ; graveur)", {"role": "dessinateur, graveur"}),
        ("HUET & BENNER (indienneur)", {"name": "HUET & BENNER", "family": None, "same": None}),
        ("BERTAUX Léon (manufacture)", {"role": "manufacture", "family": None, "same": None}),
        ("Napoléon III, empereur (donateur)", {"name": "Napoléon III, empereur", "family": None}),
        ("VERRERIE D\x92ART DE LORRAINE", {"name": "VERRERIE D\x92ART DE LORRAINE"}),
        ("DUPONT Jean (vers 1600-1660)", {"dates": "vers 1600-1660", "birth": None, "death": None}),
    ],
)
def test_person(text: str, expected: dict[str, str | None]) -> None:
    found = dict(person(text))
    assert found["text"] == text
    assert {name: found.get(name) for name in expected} == expected
    assert sum(relation in found for relation in RELATIONS) == 1


@pytest.mark.parametrize(
    ("text", "name", "also", "same"),
    [
        ("MANET Berthe, MORISOT Berthe (née)", "MANET Berthe", "MORISOT Berthe", "manet_berthe"),
        (
            "RIGAUD Hyacinthe (dit, d'après), RIGAU Y ROS Hyacinthe (d'après)",
            "RIGAUD Hyacinthe",
            "RIGAU Y ROS Hyacinthe",
            "rigaud_hyacinthe",
        ),
        (
            "RIGAU Y ROS Hyacinthe (d'après), RIGAUD Hyacinthe (dit, d'après)",
            "RIGAUD Hyacinthe",
            "RIGAU Y ROS Hyacinthe",
            "rigaud_hyacinthe",
        ),
        ("LE GUIDE(dit), RENI Guido", "RENI Guido", "LE GUIDE", "reni_guido"),
        ("RENI Guido, LE GUIDE (dit)", "RENI Guido", "LE GUIDE", "reni_guido"),
        ("ALAUX Jean, LE ROMAIN (dit)", "ALAUX Jean", "LE ROMAIN", "alaux_jean"),
        ("PICASSO Pablo (dit), RUIZ-PICASSO Pablo", "PICASSO Pablo", "RUIZ-PICASSO Pablo", "picasso_pablo"),
        ("CESAR (dit), BALDACCINI César (patronyme)", "BALDACCINI César", "CESAR", "baldaccini_cesar"),
        (
            "DE SANTIS Marc Antonio, SANTIS Marc'Antonio de (peintre)",
            "DE SANTIS Marc Antonio",
            "SANTIS Marc'Antonio de",
            "santis_marc_antonio_de",
        ),
        ("Floutier, Henri", "Floutier, Henri", None, "floutier_henri"),
        ("anonyme, manufacture indéterminée", "anonyme, manufacture indéterminée", None, None),
    ],
)
def test_several_names_of_one_person(text: str, name: str, also: str | None, same: str | None) -> None:
    found = dict(person_of_names(text))
    assert (found["name"], found.get("also"), found.get("same")) == (name, also, same)


def test_more_than_two_names() -> None:
    found = dict(person_of_names("BERTAUX Hélène, BERTAUX Léon Mme (dite), PILATE Joséphine Charlotte Hélène (née)"))
    assert found["name"] == "BERTAUX Hélène"
    assert {found["also"], found["also_2"]} == {"BERTAUX Léon Mme", "PILATE Joséphine Charlotte Hélène"}
    assert found["alias"] == "dite, née"


def test_a_comma_between_name_and_forename_is_not_a_second_name() -> None:
    assert dict(person("SAND, MAURICE"))["name"] == "SAND, MAURICE"
    assert dict(person_of_names("SAND, MAURICE"))["also"] == "MAURICE"
    assert dict(person("MANET Berthe, MORISOT Berthe (née)"))["also"] == "MORISOT Berthe"


@pytest.mark.parametrize(
    ("values", "texts", "roles"),
    [
        (
            ("Thiébault Jean-Baptiste (1809-?) ; graveur ; Lacour Prosper (1805-1840) ; éditeur ; imprimeur",),
            2,
            ["graveur", "éditeur, imprimeur"],
        ),
        (
            ("LAURAS;révérend père (maître de l'oeuvre);DUTHOIT Edmond (architecte)",),
            2,
            ["révérend père, maître de l'oeuvre", "architecte"],
        ),
        (("Bègue l'Aîné;(architecte);Beaufort Joseph (peintre)",), 2, ["architecte", "peintre"]),
        (("anonyme (céramiste", "artisan)", "DUPONT Jean"), 2, ["céramiste, artisan", None]),
        (("manufacture indéterminée ; anonyme",), 2, [None, None]),
    ],
)
def test_what_a_separator_cut_off_rejoins_its_person(values: tuple[str, ...], texts: int, roles: list[str | None]) -> None:
    parsed = people(values, ";")
    assert parsed.remarks == ()
    assert [item.get("role") for item in parsed.value] == roles
    assert len(parsed.value) == texts


def test_a_relation_after_a_separator() -> None:
    [item] = people(("Poussin Nicolas (1594-1665) ; d'après",), ";").value
    assert item["after"] == "Poussin_Nicolas" and item["text"] == "Poussin Nicolas (1594-1665) ; d'après"


def test_or_puts_both_readings_in_doubt() -> None:
    parsed = people(("Brousseau Joseph;ou;Brousseaud Joseph (architecte)",), ";")
    assert [item["doubt"] for item in parsed.value] == ["ou", "ou"]
    assert parsed.remarks == ()


def test_two_spellings_are_two_agents() -> None:
    found = people(("Brunet Amélie ; BRUNET Amélie",), ";").value
    assert len({item["agent"] for item in found}) == 2


@pytest.mark.parametrize("text", ["(architecte)", "graveur", "ou", "?", "-"])
def test_a_text_without_a_name_is_kept_and_reported(text: str) -> None:
    parsed = people((text,), ";")
    assert parsed.value == [{"text": text}] and parsed.remarks == (("person-not-understood", text, ""),)


PIECES = st.one_of(
    st.text(max_size=30),
    st.lists(
        st.sampled_from(
            [
                "DUPONT",
                "Jean",
                "de",
                "(",
                ")",
                ",",
                ";",
                " : ",
                "d'après",
                "dit",
                "anonyme",
                "ou",
                "(née)",
                "1850-1900",
                "atelier de",
                "graveur",
            ]
        ),
        max_size=9,
    ).map(" ".join),
)


@given(st.lists(PIECES, min_size=1, max_size=3), st.booleans())
@example([",", "(atelier)"], True)
@example(["-- (atelier)"], False)
def test_never_raises_keeps_all_and_reports_what_has_no_name(values: list[str], several: bool) -> None:
    parsed = (people_of_names if several else people)(tuple(values), ";")
    found = parsed.value or []
    kept = "".join(item["text"] for item in found)
    assert {c for value in values for c in value if c.isalnum()} <= set(kept)
    assert [item["text"] for item in found if "name" not in item] == [text for _, text, _ in parsed.remarks]
    for item in found:
        assert sum(relation in item for relation in RELATIONS) == ("name" in item)
        assert all(item[k].isascii() and " " not in item[k] and item[k] for k in (*RELATIONS, "role_key", "same") if k in item)
        assert all(item.values())
        assert ("family" in item) == ("given" in item)


def test_real_files(shared: Path) -> None:
    """No real value is left without a name; in the bases that order their names, most have a family and a given name."""
    fields = {"joconde": ("AUTR", people_of_names), "memoire": ("AUTP", people), "merimee": ("AUTR", people)}
    shares = {"joconde": 0.6, "memoire": 0.85, "merimee": 0.1}
    for name in ("joconde/joconde-extrait-2020.csv", "memoire/memoire-mh-1851-1914-ile-de-france.csv", "merimee/merimee-mh-285.jsonl"):
        base = name.partition("/")[0]
        code, parse = fields[base]
        parsed: list[Parsed] = []
        for reader in open_sources(shared / "data" / name, base=None, encoding=None, bases=load_bases()):
            parsed += [parse(one.fields[code], ";#") for one in reader if isinstance(one, Notice) and code in one.fields]
        found = [item for one in parsed for item in one.value]
        assert len(found) > 80 and not [remark for one in parsed for remark in one.remarks]
        assert sum("family" in item for item in found) / len(found) > shares[base]
