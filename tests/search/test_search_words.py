"""Words of search: folding, elision, stems, abbreviations, ordinals, numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop_ld.search.words import in_full, number, stems, vocabulary, words


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


@pytest.mark.parametrize(
    "forms",
    [
        "st ste saint sainte saints stes",
        "15e 15eme 15ieme xve xveme 015e",
        "1er ier 1re 1ere 1e",
        "16e xvie xvieme xvieme",
        "mgr monseigneur",
        "2e 2nde iie iieme",
    ],
)
def test_abbreviations_and_ordinals_have_the_stem_of_what_they_stand_for(forms: str) -> None:
    assert len(set(stems(forms.split()))) == 1


def test_words_that_look_roman_stay_words() -> None:
    assert stems(["vie", "mi", "di", "mm", "cd", "civil", "ixion", "vi", "xix"]) == [
        "vie",
        "mi",
        "di",
        "mm",
        "cd",
        "civil",
        "ixion",
        "vi",
        "xix",
    ]


def test_abbreviations_are_written_out() -> None:
    assert in_full(words("Égl. Ste-Anne, bd St-Michel")) == ("egl", "sainte", "anne", "boulevard", "saint", "michel")


def test_the_vocabulary_is_folded() -> None:
    known = vocabulary()
    for word in {*known.empty, *known.short, *known.short.values(), *known.sovereigns}:
        assert words(f"x {word}") == ["x", word]


@given(st.text())
def test_words_of_words_are_the_same(text: str) -> None:
    once = [word for word in words(text) if len(word) > 1]
    assert words(" ".join(once)) == once


@given(st.text())
def test_stems_are_those_of_any_word_of_the_same_folding(text: str) -> None:
    found = words(text)
    assert len(stems(found)) == len(found)
    assert all(stems(found))
    assert stems(words(text.upper())) == stems(words(text.upper().lower()))
