"""What words say beside others: sovereigns and centuries, however they are written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop_ld.search.readings import readings, said
from pop_ld.search.words import stems, words


def tokens(text: str) -> set[str]:
    return set(stems(said([words(text)])))


@pytest.mark.parametrize(
    "text",
    [
        "XVe siècle",
        "xve siecle",
        "XVème siècle",
        "XVᵉ s.",
        "XV e siècle",
        "XV° siècle",
        "15e s.",
        "15e siècle",
        "15 ème siècle",
        "15ème s.",
        "quinzième siècle",
        "XVe-XVIe siècles",
        "XV-XVIe siècles",
        "1er quart 15e siècle",
    ],
)
def test_a_century_is_one_thing_however_it_is_written(text: str) -> None:
    assert set(stems(["15e", "siecle"])) <= tokens(text)


@pytest.mark.parametrize("text", ["Louis XIV", "louis xiv", "Louis 14", "LOUIS QUATORZE", "style Louis-XIV"])
def test_a_sovereign_is_one_person_however_the_number_is_written(text: str) -> None:
    assert {"loui", "14"} <= tokens(text)


@pytest.mark.parametrize("text", ["François Ier", "François 1er", "François I", "François premier", "FRANÇOIS IER"])
def test_the_first_of_a_name(text: str) -> None:
    assert "1er" in tokens(text)


@pytest.mark.parametrize(
    "text", ["la vie du siècle", "la vie", "Vie de saint Louis", "MM. Dupont", "CD", "6 rue du Siècle d'or", "XIV", "15 s"]
)
def test_what_only_looks_like_a_number_adds_nothing(text: str) -> None:
    assert said([words(text)]) == words(text)


def test_each_text_is_read_alone() -> None:
    assert said([["louis"], ["xiv"]]) == ["louis", "xiv"]
    assert said([["louis", "xiv"], ["louis"]]) == ["louis", "xiv", "louis", "14"]


@given(
    st.lists(
        st.sampled_from(
            ["louis", "xiv", "xv", "vie", "15", "e", "eme", "s", "siecle", "siecles", "quinzieme", "i", "1", "et", "99", "ve", "pie"]
        ),
        max_size=9,
    )
)
def test_readings_are_one_a_word_and_never_lose_one(found: list[str]) -> None:
    assert len(readings(found)) == len(found)
    assert said([found])[: len(found)] == found
