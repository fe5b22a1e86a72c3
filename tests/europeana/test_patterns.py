"""Problem patterns: cases from ProblemPatternAnalyzerTest and UnrecognizableTitleValuesTest of Metis, and what holds for any text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop_ld.europeana import PATTERNS
from pop_ld.europeana.patterns import common_length, found, patterns, title_keys

from .records import record

LONG = "Une description de l'objet qui dépasse de loin les cinquante caractères qu'il faut."
TEXTS = st.text(max_size=90)


@pytest.mark.parametrize(
    ("titles", "descriptions", "identifiers", "there"),
    [
        (["Calice"], [LONG], [], ()),
        ([LONG[:60]], [LONG[:60].upper()], [], ("P2",)),
        ([LONG[:60]], [LONG[:62]], [], ("P3",)),
        ([LONG[:60]], [LONG[:60], LONG[:63]], [], ("P2", "P3")),
        ([LONG[:60]], [LONG[:60] + LONG[:21]], [], ()),  # lengths that differ by more than twenty are not compared
        (["Calice"], [" "], [], ("P7",)),
        (["Calice"], [], [], ("P7",)),
        (["Calice"], ["x" * 50], [], ("P9",)),
        (["Calice"], ["x" * 51], [], ()),
        (["Calice"], [LONG, "court"], [], ("P9",)),
        (["a-b-c-d-e-f"], [LONG], [], ()),
        (["a-b-c-d-e-f-"], [LONG], [], ("P5",)),
        (["Église « Saint-Étienne » à Sens"], [LONG], [], ()),
        (["\t\t\t\t\t\t"], [LONG], [], ("P5",)),
        (["Lettre PM89000482"], [LONG], ["PM89000482"], ("P5",)),
        (["ab"], [LONG], [], ("P6",)),
        (["abc"], [LONG], [], ()),
        (["𝒳"], [LONG], [], ("P6",)),
        (["Sans titre"], [LONG], [], ("P6",)),
        (["[SANS TITRE]"], [LONG], [], ("P6",)),
        ([" n/a "], [LONG], [], ("P6",)),
        (["[...]"], [LONG], [], ("P6",)),
        (["Sans titre connu"], [LONG], [], ()),
        (["[[untitled]]"], [LONG], [], ()),
        (["x" * 70], [LONG], [], ()),
        (["x" * 71], [LONG], [], ("P12",)),
        (["x" * 69 + "𝒳"], [LONG], [], ("P12",)),
        ([], [], [], ("P7",)),
    ],
)
def test_each_pattern(titles: list[str], descriptions: list[str], identifiers: list[str], there: tuple[str, ...]) -> None:
    assert patterns(titles, descriptions, identifiers) == there


def test_they_are_read_from_the_object_alone() -> None:
    cho = record("dc:title=Calice@fr", "dc:title=ab@en", "dc:description=<elsewhere>", "dc:identifier=17").cho
    assert found(cho) == ("P6", "P7")
    assert len(title_keys(cho)) == 2
    assert title_keys(cho) == title_keys(record("dc:title=CALICE@fr", "dc:title=AB").cho)


@given(TEXTS, TEXTS)
def test_the_longest_common_subsequence_is_that_of_the_table(one: str, other: str) -> None:
    rows = [0] * (len(other) + 1)
    for left in one:
        before = 0
        for number, right in enumerate(other, 1):
            before, rows[number] = rows[number], before + 1 if left == right else max(rows[number], rows[number - 1])
    assert common_length(one, other) == rows[-1] == common_length(other, one)


@given(st.lists(TEXTS, max_size=3), st.lists(TEXTS, max_size=3), st.lists(st.text(min_size=1, max_size=9), max_size=2))
def test_patterns_of_any_texts(titles: list[str], descriptions: list[str], identifiers: list[str]) -> None:
    there = patterns(titles, descriptions, identifiers)
    assert list(there) == [name for name in PATTERNS if name in there]
    assert ("P7" in there) == (not any(text.strip() for text in descriptions))
    assert not {"P7", "P9"} <= set(there)
    assert set(patterns([*titles, "x" * 71], descriptions, identifiers)) >= {*there, "P12"}, "another title takes no pattern away"
    assert set(patterns(titles[::-1], descriptions[::-1], identifiers[::-1])) == set(there)
