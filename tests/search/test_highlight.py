"""Marks in texts: what the index finds is what is marked; every segment together is the text."""

from __future__ import annotations

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from pop_ld.search.asked import read_query
from pop_ld.search.highlight import marked, snippet
from pop_ld.search.readings import said
from pop_ld.search.words import folded, stems, words


def spots(text: str, asked: str) -> list[str]:
    return [segment for segment, on in marked(text, asked) if on]


@pytest.mark.parametrize(
    ("text", "asked", "expected"),
    [
        ("L'église Saint-Éloi", "eglises eloi", ["église", "Éloi"]),
        ("Deux chevaux d'Œuvre", "cheval œuvre", ["chevaux", "Œuvre"]),
        ("l\x92abbé de l'an", "l'abbé", ["abbé"]),
        ("e\u0301glise", "église", ["e\u0301glise"]),
        ("cathé\u00addrale", "cathedrale", ["cathé\u00addrale"]),
        ("Vitrail du quinzième siècle, XVe s.", "vitraux 15e siècle", ["Vitrail", "quinzième", "siècle", "XVe", "s"]),
        ("Louis XIV et Louis XV", "louis 14", ["Louis", "XIV", "Louis"]),
        ("François Ier", "françois 1er", ["François", "Ier"]),
        ("Ste-Anne", "sainte anne", ["Ste", "Anne"]),
        ("inv. R. 26-P ; R. 27-P", "r26p", ["R", "26", "P"]),
        ("la Vierge à l'Enfant, l'Enfant", '"vierge à l\'enfant"', ["Vierge", "à", "Enfant"]),
        ("portail, porte, portrait", "port*", ["portail", "porte", "portrait"]),
        ("vitrail, vitrial, vital", "vitrail~", ["vitrail", "vitrial"]),
        ("de la pierre", "pierre de taille", ["pierre"]),
        ("bois et pierre", "pierre -bois", ["pierre"]),
        ("rien", "autre chose", []),
        ("rien", "", []),
    ],
)
def test_marked(text: str, asked: str, expected: list[str]) -> None:
    assert spots(text, asked) == expected


PIECES = st.lists(
    st.sampled_from(
        ["l'", "’", "Église ", "\ud800", "œ", "½", "\u0301", "XV", "e ", "siècle ", "R. 26-P", '"', "*", "~", "-", "\0", "\n", "Louis XIV "]
    )
)
TEXTS = st.one_of(st.text(), PIECES.map("".join))


@given(TEXTS, TEXTS)
def test_segments_are_the_text(text: str, asked: str) -> None:
    segments = marked(text, asked)
    assert "".join(segment for segment, _ in segments) == text
    assert all(segment for segment, _ in segments)


@given(TEXTS.filter(lambda text: words(text)))
@example("'\u0300J'")
def test_a_text_that_all_words_find_has_marks(text: str) -> None:
    # A sign like 🈀 is found, and is no word to mark; of marks only those of European scripts are known to belong to their letters.
    assume(all(sign.isalnum() or "\u0300" <= sign <= "\u036f" or folded(sign) in (" ", "'") for sign in text))
    asked = " ".join(words(text))
    has = set(stems(said([words(text)])))
    if any(stems(list(part.words))[0] in has for part in read_query(asked).parts):
        assert spots(text, asked)


def test_a_snippet_is_the_passage_with_most_of_the_words() -> None:
    prose = "Mur. " * 200 + "Le vitrail de l'église Saint-Martin de Tours fut refait. " + "Mur. " * 200 + "église " * 3
    code, segments = snippet({"TICO": ["église"], "HIST": ["rien", prose]}, "vitrail église martin", length=120)
    shown = "".join(segment for segment, _ in segments)
    assert code == "HIST"
    assert [segment for segment, on in segments if on] == ["vitrail", "église", "Martin"]
    assert "vitrail de l'église Saint-Martin" in shown
    assert shown.startswith("…") and shown.endswith("…")
    assert len(shown) <= 122
    assert shown.strip("…") in prose


def test_a_snippet_of_nothing() -> None:
    assert snippet({"HIST": ["mur"]}, "vitrail") == ("", [])
    assert snippet({}, "vitrail") == ("", [])
    assert snippet({"HIST": ["mur"]}, "") == ("", [])


@given(TEXTS, TEXTS, st.integers(1, 60))
def test_a_snippet_is_a_part_of_its_text(text: str, asked: str, length: int) -> None:
    code, segments = snippet({"HIST": [text]}, asked, length=length)
    assert bool(code) == any(on for _, on in segments) == bool(spots(text, asked))
    assert "".join(segment for segment, _ in segments if segment != "…") in text


def test_long_texts_and_questions_stay_linear() -> None:
    text = "église r26 " * 20_000
    assert sum(on for _, on in marked(text, "église " * 30 + '"église église r26" r26 p*')) > 1000
    assert "".join(segment for segment, _ in marked("a'" * 100_000, "a")) == "a'" * 100_000
