"""References to parcels: CADA as POP and Gertrude write it, and the "(cad. …)" of protections (FACTS b)."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop_ld.fields.cadastre import cadastre


def parcels(text: str) -> list[str]:
    """ "year commune section parcel" of each item, what is absent left out."""
    return [
        " ".join(item[name] for name in ("year", "commune", "section", "parcel") if name in item) for item in cadastre((text,), ";").value
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("AC 4", ["AC 4"]),
        ("BI 85", ["BI 85"]),
        ("AC45, 6", ["AC 45", "AC 6"]),
        ("2008 AW 159", ["2008 AW 159"]),
        ("1983 ZL 205", ["1983 ZL 205"]),
        ("2008 B02 438", ["2008 B02 438"]),
        ("2008 0B 969", ["2008 0B 969"]),
        ("2008 OA 1455, 2055", ["2008 OA 1455", "2008 OA 2055"]),
        ("2008 A 485, 840, 1191", ["2008 A 485", "2008 A 840", "2008 A 1191"]),
        ("2016 CC non cadastré ; domaine public", ["2016 CC", ""]),
        ("DM 0002, 0490, 0031", ["DM 0002", "DM 0490", "DM 0031"]),
        ("C 62 à 64", ["C 62", "C 63", "C 64"]),
        ("193 à 195bis", ["193", "194", "195bis"]),
        ("AB 12, AC 5, 6", ["AB 12", "AC 5", "AC 6"]),
        ("498, 498p, 519", ["498", "498p", "519"]),
        ("356", ["356"]),
        ("29 3, 4", ["29 3", "29 4"]),
        ("7 78, 282/88", ["7 78", "7 282/88"]),
        ("A2 267, 268", ["A2 267", "A2 268"]),
        ("BY 136, cf plan annexé à l'arrêté", ["BY 136"]),
        ('ZD 588, 589, lieudit " Tout-Va "', ["ZD 588", "ZD 589"]),
        ("A 785, 614 - rue de Turon", ["A 785", "A 614"]),
        ("AA 392 et parcelle non cadastrée", ["AA 392"]),
        ("AE et AH domaine public non cadastré", ["AE", "AH"]),
        ("Sérigny B 68, 69, lieudit Le Tertre, 71", ["Sérigny B 68", "Sérigny B 69", "Sérigny B 71"]),
        ("Saint-Clément-la-Rivière CD 110", ["Saint-Clément-la-Rivière CD 110"]),
        ("non cadastré, domaine public communal", [""]),
        ("NON CADASTRE", [""]),
    ],
)
def test_reference(text: str, expected: list[str]) -> None:
    assert parcels(text) == expected
    assert cadastre((text,), ";").remarks == ()


def test_an_item_keeps_the_reference_as_written() -> None:
    assert cadastre(("2008 OA 1455, 2055",), ";").value == [
        {"text": "2008 OA 1455, 2055", "year": "2008", "section": "OA", "parcel": "1455"},
        {"text": "2008 OA 1455, 2055", "year": "2008", "section": "OA", "parcel": "2055"},
    ]


@pytest.mark.parametrize(
    "text",
    [
        "C DP/237",
        "15 : 03 DE 16",
        "788, 584 583, 582",
        "A dite du Montier 3e feuille 1545",
        "parcelle de la tour",
        "2008",
        "C 64 à 62",
        "C 1 à 999",
        "A 12-14",
    ],
)
def test_what_is_not_certain_keeps_its_text_alone(text: str) -> None:
    parsed = cadastre((text,), ";")
    assert parsed.value == [{"text": text}]
    assert parsed.remarks == (("cadastre-not-understood", text, ""),)


TEXTS = st.text(max_size=40) | st.from_regex(r"(20\d\d )?[A-Z]{1,2} \d{1,4}(, \d{1,4}| à \d{1,4}| et [A-Z] \d| x)*", fullmatch=True)


@given(st.lists(TEXTS, max_size=3).map(tuple))
def test_never_raises_and_nothing_disappears(values: tuple[str, ...]) -> None:
    parsed = cadastre(values, ";")
    kept = {item["text"] for item in parsed.value or []}
    assert kept >= {part.strip() for value in values if "(" not in value and "[" not in value for part in value.split(";")} - {"", *")]"}
    for _, value, _ in parsed.remarks:
        assert {"text": value} in parsed.value
    for item in parsed.value or []:
        assert all(part in item["text"] or part.isdigit() for name, part in item.items() if name != "text")
        assert all(item.values())


def test_real_protections_are_understood(shared: Path) -> None:
    with (shared / "data/merimee/merimee-mh-285.jsonl").open(encoding="utf-8") as lines:
        texts = [text for line in lines for text in re.findall(r"\([^()]*?cad\.? ([^()]*)\)", json.loads(line).get("PPRO", ""))]
    assert len(texts) > 200
    assert sum(bool(cadastre((text,), ";").remarks) for text in texts) <= 4
