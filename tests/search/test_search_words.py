"""Words of search: folding, elision, stems, numbers, and reading what people type."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop_ld.search.words import LONGEST_QUERY, MOST_WORDS, number, read_query, stems, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ÉGLISE", "eglise"),
        ("e\u0301glise", "eglise"),
        ("L'église d’Éloi", "eglise eloi"),
        ("l\x92école et l´abbé", "ecole et l abbe"),
        ("qu'il, jusqu'ici, aujourd'hui", "il ici aujourd hui"),
        ("Œuvre cœur LÆTITIA Œ", "oeuvre coeur laetitia oe"),
        ("Saint-Étienne_du/Mont", "saint etienne du mont"),
        ("cathé\u00addrale", "cathedrale"),
        ("d'", ""),
        ("prud'homme grand'rue", "prud homme grand rue"),
        ("n° 12 m² ½", "n 12 m2 1 2"),
        ("Αθήνα Київ", "αθηνα киів"),
        ("\0 *:* /.*/ [[", ""),
        ("\ud800x", "x"),
    ],
)
def test_words(text: str, expected: str) -> None:
    assert words(text) == expected.split()


@pytest.mark.parametrize(
    "forms",
    [
        "tableau tableaux",
        "cheval chevaux",
        "vitrail vitraux",
        "joyau joyaux",
        "bijou bijoux",
        "eglise eglises",
        "sculpte sculptee sculptes sculptees",
        "peint peinte peintes peints",
        "ancien ancienne anciennes",
        "religieux religieuse religieuses",
        "votif votive votives",
        "premier premiere",
    ],
)
def test_forms_of_a_word_have_one_stem(forms: str) -> None:
    assert len(set(stems(forms.split()))) == 1


def test_stems_keep_different_words_apart() -> None:
    different = words("portail porte porter portrait peinture peintre sculpteur sculpture vase croix 1928 pa00078015 mur")
    assert len(set(stems(different))) == len(different)


@pytest.mark.parametrize("text", ["R 26 P", "r26p", "R-26.P", " r.26/p "])
def test_number_forgets_case_and_punctuation(text: str) -> None:
    assert number(text) == "r26p"


def test_a_long_text_is_no_number() -> None:
    assert number("1" * 65) == ""


def test_stop_words_count_only_alone() -> None:
    assert read_query("l'église de la Madeleine").parts == ((("eglise",), ""), (("madeleine",), ""))
    assert read_query("de la").parts == ((("de",), ""), (("la",), ""))


@pytest.mark.parametrize("text", ['"vierge à l\'enfant" bois', "«vierge à l'enfant» bois", "“vierge à l’enfant” bois"])
def test_phrases(text: str) -> None:
    asked = read_query(text)
    assert asked.phrases == (("vierge", "a", "enfant"),)
    assert asked.parts == ((("bois",), ""),)


def test_an_unbalanced_quote_is_punctuation() -> None:
    assert read_query('"vierge bois').phrases == ()
    assert read_query('"vierge bois').parts == read_query("vierge bois").parts


def test_a_part_with_a_digit_may_be_a_number() -> None:
    asked = read_query("PA-00078015 église")
    assert asked.parts == ((("pa", "00078015"), "pa00078015"), (("eglise",), ""))


def test_queries_are_bounded() -> None:
    asked = read_query("mot1 mot2 " * 50_000)
    assert len(asked.order) == MOST_WORDS
    assert sum(map(len, asked.order)) <= LONGEST_QUERY


@given(st.text())
def test_reading_never_raises_and_something_asked_is_something_to_find(text: str) -> None:
    asked = read_query(text)
    assert bool(asked.order) == bool(asked.parts or asked.phrases)
    assert all(asked.phrases)
    assert all(part for part, _ in asked.parts)


@given(st.text())
def test_words_of_words_are_the_same(text: str) -> None:
    once = [word for word in words(text) if len(word) > 1]
    assert words(" ".join(once)) == once
