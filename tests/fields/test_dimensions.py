"""Dimensions in the spellings of FACTS (b) and of the real Joconde files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop_ld.fields.dimensions import DEPTH, DIAMETER, HEIGHT, LENGTH, UNITS, WEIGHT, WIDTH, dimensions

CM, M, MM, G = (UNITS[u] for u in ("cm", "m", "mm", "g"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("H. 61, l. 50", [(HEIGHT, "61", CM), (WIDTH, "50", CM)]),
        ("17 H ; 24.2 L", [(HEIGHT, "17", CM), (LENGTH, "24.2", CM)]),
        ("Hauteur en cm 1.64 ; Longueur en cm 6.6 ; Epaisseur en cm", [(HEIGHT, "1.64", CM), (LENGTH, "6.6", CM)]),
        ("H. 0,158 ; La. 0,047 ; P. 0,082 m.", [(HEIGHT, "0.158", M), (WIDTH, "0.047", M), (DEPTH, "0.082", M)]),
        (
            "H. 29 , LA. 19 (à la base) , LA. 30 (au sommet) ; P. 24",
            [(HEIGHT, "29", CM), (WIDTH, "19", CM), (WIDTH, "30", CM), (DEPTH, "24", CM)],
        ),
        ("H. en m 1.5 ; L. en m 2", [(HEIGHT, "1.5", M), (LENGTH, "2", M)]),
        ("En mm : H : 9 ; l : 8", [(HEIGHT, "9", MM), (WIDTH, "8", MM)]),
        ("H: 9 L: 8 P: 7", [(HEIGHT, "9", CM), (LENGTH, "8", CM), (DEPTH, "7", CM)]),
        ("hauteur en cm : 9 ; largeur en cm : 8", [(HEIGHT, "9", CM), (WIDTH, "8", CM)]),
        ("9 D ; 12 PDS", [(DIAMETER, "9", CM), (WEIGHT, "12", G)]),
        ("9 H1 ; 8 L1", [(HEIGHT, "9", CM), (LENGTH, "8", CM)]),
        ("l. 9 cm ; H. 8 cm (Hors Tout)", [(WIDTH, "9", CM), (HEIGHT, "8", CM)]),
    ],
)
def test_measures(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert [(i["type"], i["value"], i["unit"]) for i in dimensions((text,), ";").value] == expected


def test_parts_are_named() -> None:
    found = dimensions(("h = 27,3 ; la = 21£Autour de la Lune : h = 32 ; la = 206",), "").value
    assert [(i["value"], i.get("part")) for i in found] == [
        ("27.3", None),
        ("21", None),
        ("32", "Autour de la Lune"),
        ("206", "Autour de la Lune"),
    ]


@pytest.mark.parametrize("text", ["24 x 30", "14, 9", "H. 1;33;La. 0;47;P. 0;32 m", "dimensions inconnues", "H."])
def test_what_cannot_be_trusted_is_kept_and_reported(text: str) -> None:
    parsed = dimensions((text,), ";")
    assert parsed.value == [{"text": text}]
    assert parsed.remarks == (("dimension-not-understood", text, ""),)


@given(st.text(min_size=1, max_size=120))
def test_never_raises_and_the_three_go_together(text: str) -> None:
    for item in dimensions((text,), ";").value or []:
        assert len({"type", "value", "unit"} & item.keys()) in (0, 3)
