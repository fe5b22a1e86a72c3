"""Suggestions and corrections, from a lexicon that is made of a real index."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pop_ld.errors import StoreError, StoreUnavailable
from pop_ld.search import build, open_embedded
from pop_ld.search.address import read
from pop_ld.search.lexicon import Lexicon, Suggestion, open_lexicon
from pop_ld.search.lexicon_builder import FILE, KINDS, build_lexicon
from pop_ld.search.tantivy_reader import TantivySearch
from tests.search.oracle import document

TITLES = [
    "Église Saint-Martin",
    "Eglise Saint-Martin",
    "Église Saint-Martin",
    "Église Saint-Éloi",
    "Maison de Victor Hugo",
    'Dit "Le Chat"',
]


def _documents() -> list[dict[str, object]]:
    made = [document(f"PA{n:08}", title, "merimee", facets={"commune": ["Tours"]}) for n, title in enumerate(TITLES)]
    more = {"author": ["HUGO Victor"], "commune": ["Saint-Martin-d'Hères"], "technique": ["peinture"], "domain": ["peinture"]}
    made += [document(f"PM{n:08}", f"Vue n° {n}", facets=more) for n in range(8)]
    return [*made, document("PM90000000", "x" * 300, facets={"type": ["vitrail"], "author": ["Hugonnet, Émile"]})]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> TantivySearch:
    folder = tmp_path_factory.mktemp("lexicon") / "search"
    build(folder, iter(_documents()))
    return open_embedded(folder)


@pytest.fixture(scope="module")
def folder(index: TantivySearch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lexicon") / "lexicon"
    assert build_lexicon(folder, index) > 10
    return folder


@pytest.fixture(scope="module")
def lexicon(folder: Path) -> Lexicon:
    return open_lexicon(folder)


def labels(lexicon: Lexicon, text: str, limit: int = 8) -> list[str]:
    return [one.label for one in lexicon.suggest(text, limit)]


def test_titles_that_differ_in_accents_are_one_under_their_usual_spelling(lexicon: Lexicon) -> None:
    assert lexicon.suggest("egl") == [
        Suggestion("title", "Église Saint-Martin", 3, (("q", '"Église Saint-Martin"'),)),
        Suggestion("title", "Église Saint-Éloi", 1, (("q", '"Église Saint-Éloi"'),)),
    ]


@pytest.mark.parametrize("text", ["hugo", "HUG", "victor hu", "hugo vic", "l'hugo"])
def test_words_begin_anywhere_in_any_order(lexicon: Lexicon, text: str) -> None:
    assert {"HUGO Victor", "Maison de Victor Hugo"} <= set(labels(lexicon, text))


def test_what_begins_with_the_text_comes_first_then_the_most_notices(lexicon: Lexicon) -> None:
    assert labels(lexicon, "hugo")[:2] == ["HUGO Victor", "Hugonnet, Émile"]
    assert labels(lexicon, "martin") == ["Saint-Martin-d'Hères", "Église Saint-Martin"]
    assert labels(lexicon, "saint")[0] == "Saint-Martin-d'Hères"
    assert labels(lexicon, "mart sai egl") == ["Église Saint-Martin"]


def test_a_value_of_two_facets_is_suggested_once(lexicon: Lexicon) -> None:
    assert labels(lexicon, "peinture") == ["peinture"]


def test_what_is_suggested_finds_as_many_notices_as_it_says(lexicon: Lexicon, index: TantivySearch) -> None:
    seen = set()
    for text in ("e", "s", "m", "v", "h", "p", "t", "le", "d"):
        for one in lexicon.suggest(text, 50):
            question, faults = read(one.parameters)
            assert not faults
            assert index.find(question).total == one.count, one
            seen.add(one.kind)
    assert seen == set(KINDS)


def test_very_long_titles_are_left_out(lexicon: Lexicon) -> None:
    assert labels(lexicon, "xxx") == []


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("égilse", "église"),
        ("eglise", ""),
        ("églises", ""),
        ("maisson de hugo", "maison de hugo"),
        ('-bois "vitrial" +Égilse', '-bois "vitrail" +église'),
        ("vitr* égl", ""),
        ("r26p", ""),
        ("zzzzzzzzzzzz", ""),
        ("", ""),
    ],
)
def test_did_you_mean(lexicon: Lexicon, typed: str, meant: str) -> None:
    assert lexicon.correct(typed) == meant


def test_a_correction_goes_with_the_other_words(lexicon: Lexicon) -> None:
    assert lexicon.correct("saint martim") == "saint martin"


TYPED = st.one_of(
    st.text(),
    st.lists(st.sampled_from(['"', "^", "*", " AND ", " OR ", "NEAR(", "\0", "\ud800", "é", "sa", "(", ":", "'", "9"])).map("".join),
)


@settings(max_examples=60)
@given(TYPED, st.integers(-3, 100))
def test_anything_may_be_typed(lexicon: Lexicon, text: str, limit: int) -> None:
    assert len(lexicon.suggest(text, limit)) <= max(min(limit, 50), 0)
    assert lexicon.correct(text) != text or not text


def test_threads_may_share_it(lexicon: Lexicon) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(lambda _: labels(lexicon, "egl") and lexicon.correct("égilse"), range(200)))


def test_a_release_without_a_lexicon_suggests_nothing(tmp_path: Path) -> None:
    for nothing in (Lexicon(), open_lexicon(tmp_path / "absent")):
        assert nothing.suggest("e") == []
        assert nothing.correct("égilse") == ""


def test_a_broken_lexicon_is_said(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no database at all, and longer than its header of a hundred bytes" * 9)
    with pytest.raises(StoreUnavailable):
        open_lexicon(tmp_path)


def test_building_leaves_one_file_and_needs_an_empty_folder(folder: Path, index: TantivySearch) -> None:
    assert [file.name for file in folder.iterdir()] == [FILE]
    with pytest.raises(StoreError):
        build_lexicon(folder, index)


def test_another_form_of_a_word_that_there_is_stays(tmp_path: Path) -> None:
    documents = [document(f"PA{n:08}", title) for n, title in enumerate(["Château de Versailles"] * 3 + ["Maison Verlaine"] * 9)]
    build(tmp_path / "index", iter(documents))
    build_lexicon(tmp_path / "lexicon", open_embedded(tmp_path / "index"))
    lexicon = open_lexicon(tmp_path / "lexicon")
    assert lexicon.correct("chateu versaile") == "château versaile"
    assert lexicon.correct("versaile") == ""
    assert lexicon.correct("verlaune") == "verlaine"
