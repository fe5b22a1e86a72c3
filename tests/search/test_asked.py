"""Reading what people type: any text is a question, and what a text says always finds that text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop_ld.search.asked import LONGEST_QUERY, MOST_WORDS, Asked, Part, read_query
from pop_ld.search.readings import said
from pop_ld.search.words import stems, words


def asked_words(asked: Asked) -> list[tuple[str, ...]]:
    return [part.words for part in asked.parts]


def test_stop_words_count_only_alone_or_with_a_plus() -> None:
    assert asked_words(read_query("l'église de la Madeleine")) == [("eglise",), ("madeleine",)]
    assert asked_words(read_query("de la")) == [("de",), ("la",)]
    assert asked_words(read_query("+le corbusier")) == [("le",), ("corbusier",)]


@pytest.mark.parametrize(
    "text", ['"vierge à l\'enfant" bois', "«vierge à l'enfant» bois", "“vierge à l’enfant” bois", 'bois +"vierge à l\'enfant"']
)
def test_phrases(text: str) -> None:
    asked = read_query(text)
    assert asked.phrases == (("vierge", "a", "enfant"),)
    assert asked_words(asked) == [("bois",)]


def test_an_unbalanced_quote_is_punctuation() -> None:
    assert read_query('"vierge bois').phrases == ()
    assert read_query('"vierge bois').parts == read_query("vierge bois").parts


def test_a_minus_excludes_words_and_phrases() -> None:
    asked = read_query('église -bois -"saint martin" -')
    assert asked_words(asked) == [("eglise",)]
    assert asked.order == ("eglise",)
    assert [part.words for part in asked.excluded] == [("bois",)]
    assert asked.excluded_phrases == (("saint", "martin"),)
    assert read_query("Saint-Martin-des-Champs").excluded == ()


def test_a_star_begins_and_a_tilde_is_almost() -> None:
    asked = read_query("Saint-Élo* vitail~ fer~2 a* ab~")
    assert [(part.words, part.kind) for part in asked.parts] == [
        (("saint",), "word"),
        (("elo",), "prefix"),
        (("vitail",), "fuzzy"),
        (("fer",), "word"),
        (("ab",), "word"),
    ]


def test_a_part_with_a_digit_may_be_a_number() -> None:
    asked = read_query("PA-00078015 église")
    assert asked.parts == (Part(("pa", "00078015"), "pa00078015"), Part(("eglise",)))


def test_words_are_read_beside_each_other() -> None:
    assert read_query("louis XIV").parts[1].readings == ("14",)
    assert [part.readings for part in read_query("vitrail 15e s.").parts] == [(), (), ("siecle",)]


def test_queries_are_bounded() -> None:
    asked = read_query("mot1 mot2 -mot3 " * 50_000 + '"a b" ' * 1000)
    assert len(asked.order) == MOST_WORDS
    assert sum(map(len, asked.order)) <= LONGEST_QUERY
    assert len(read_query(" ".join(f"-w{n}" for n in range(300))).excluded) == MOST_WORDS


PIECES = st.lists(
    st.sampled_from(['"', "«", "»", "-", "+", "*", "~", " ", "mot", "de", "12", "é", "'", "louis", "xiv", "\ud800", "\0"]), max_size=30
)


@given(st.one_of(st.text(), PIECES.map("".join)))
def test_reading_never_raises_and_something_asked_is_something_to_find(text: str) -> None:
    asked = read_query(text)
    assert bool(asked.order) == bool(asked.parts or asked.phrases)
    assert all(asked.phrases) and all(asked.excluded_phrases)
    assert all(all(part.words) and len(list(part.pairs())) == len(part.words) for part in (*asked.parts, *asked.excluded))


@given(
    st.lists(
        st.sampled_from(
            ["Louis", "XIV", "XVe", "siècle", "15e", "s.", "St", "quinzième", "l'an", "R.26-P", "VIe", "vie", "François", "Ier", "église"]
        ),
        min_size=1,
        max_size=6,
    ),
    st.data(),
)
def test_words_of_a_text_always_find_that_text(chunks: list[str], data: st.DataObject) -> None:
    has = set(stems(said([words(" ".join(chunks))])))
    for part in read_query(" ".join(data.draw(st.lists(st.sampled_from(chunks), min_size=1)))).parts:
        for word, reading in part.pairs():
            assert {stems([word])[0], stems([reading])[0] if reading else ""} & has
