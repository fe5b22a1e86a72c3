"""Who produced a notice, by the table that POP's own source has (FACTS a); in Joconde and Muséofile, the museum."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop_ld import resources
from pop_ld.bases import load_bases
from pop_ld.producers import producer_of


@pytest.mark.parametrize(
    ("base", "ref", "fields", "producer"),
    [
        ("merimee", "IA09900001", {}, "Inventaire"),
        ("merimee", "PA09900001", {}, "Monuments Historiques"),
        ("merimee", "EA09900001", {}, "État"),
        ("merimee", "SJDP0001", {}, "Jeu de Paume"),
        ("merimee", "ACR0000001", {}, "AUTRE"),
        ("merimee", "pa09900001", {}, "AUTRE"),
        ("palissy", "IM09900001", {}, "Inventaire"),
        ("palissy", "PM09900001", {}, "Monuments Historiques"),
        ("palissy", "EM000000010", {}, "État"),
        ("palissy", "JDP0001", {}, "Jeu de Paume"),
        ("palissy", "PA09900001", {}, "AUTRE"),
        ("memoire", "IVN00_0001", {}, "INV"),
        ("memoire", "IVR01_0001", {}, "INV"),
        ("memoire", "IVD01_0001", {}, "INV"),
        ("memoire", "IVC01_0001", {}, "INV"),
        ("memoire", "IVX01_0001", {}, "AUTRE"),
        ("memoire", "AR0001", {}, "ARCH"),
        ("memoire", "MH0001", {}, "CRMH"),
        ("memoire", "OA0001", {}, "CAOA"),
        ("memoire", "AJDP0001", {}, "Jeu de Paume"),
        ("memoire", "AP0001", {"IDPROD": "Service départemental de l'architecture"}, "UDAP"),
        ("memoire", "978601295ZA", {"IDPROD": "SAP_01"}, "MPP"),
        ("memoire", "978601295ZA", {"EMET": "SAP"}, "MPP"),
        ("memoire", "978601295ZA", {"EMET": "un SAP"}, "AUTRE"),
        ("memoire", "978601295ZA", {}, "AUTRE"),
        ("autor", "OR000001", {}, "Inventaire"),
        *(("autor", f"{head}000001", {}, "MPP") for head in ("AW", "AA", "AC", "AB")),
        ("autor", "AD000001", {}, "AUTRE"),
        ("autor", "MV000001", {}, "Corpus Vitrearum"),
        ("autor", "XX000001", {}, "AUTRE"),
        ("mnr", "R 26 P", {}, "MNR"),
        ("museo", "M5031", {}, "M5031"),
        ("museo", "5031", {}, ""),
        ("joconde", "01610014032", {"MUSEO": "M0162"}, "M0162"),
        ("joconde", "01610014032", {"MUSEO": "M0162 ; M0163"}, "M0162"),
        ("joconde", "01610014032", {"MUSEO": "musée Rolin"}, ""),
        ("joconde", "M0162014032", {}, ""),
        ("enluminures", "D-000001", {"LOCA": "Autun"}, "Autun"),
        ("enluminures", "D-000001", {}, ""),
        ("inconnue", "PA09900001", {}, ""),
    ],
)
def test_the_table_of_pop(base: str, ref: str, fields: dict[str, str], producer: str) -> None:
    assert producer_of(base, ref, {code: (value,) for code, value in fields.items()}) == producer


def test_a_photograph_in_ap_without_its_service_is_of_others() -> None:
    assert producer_of("memoire", "AP13R001264", {}) == "AUTRE"


def test_the_first_occurrence_tells() -> None:
    assert producer_of("joconde", "01610014032", {"MUSEO": ("M0162", "M0163")}) == "M0162"


def test_the_prefix_goes_before_the_service() -> None:
    assert producer_of("memoire", "MH0001", {"IDPROD": ("SAP",)}) == "CRMH"


@given(
    st.sampled_from([*load_bases(), "inconnue"]),
    st.text(max_size=12),
    st.dictionaries(st.sampled_from(["MUSEO", "LOCA", "IDPROD", "EMET"]), st.text(min_size=1)),
)
def test_a_producer_is_named_or_not_at_all(base: str, ref: str, fields: dict[str, str]) -> None:
    """Any notice has one at most, short enough to count by; it is a name of the table or a text of the notice."""
    found = producer_of(base, ref, {code: (value,) for code, value in fields.items()})
    named = {row["producer"] for row in resources.table("producers.csv") if row["base"] == base}
    assert len(found) <= 80
    assert found in named or any(value.startswith(found) for value in (ref, *fields.values())) or not found


@pytest.mark.parametrize("row", resources.table("producers.csv"), ids=lambda row: f"{row['base']} {row['field']} {row['pattern']}")
def test_the_table_is_of_fields_that_are(row: dict[str, str]) -> None:
    base = load_bases()[row["base"]]
    assert row["field"] == "" or row["field"] in base.fields
    assert row["field"] not in base.withheld, "what is withheld names nobody"
    assert bool(row["field"]) == bool(row["pattern"])
    re.compile(row["pattern"])
    assert row["producer"] or row["pattern"] or row["label"]
    assert row["label"], "search offers every producer by a name"


def test_every_base_has_its_line() -> None:
    assert {row["base"] for row in resources.table("producers.csv")} == set(load_bases())
