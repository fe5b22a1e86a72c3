"""What ranks before what, and what the syntax of questions finds, asked of a real index."""

from __future__ import annotations

import pytest

from pop_ld.search import build, open_search
from pop_ld.search.asked import read_query
from pop_ld.search.contract import SearchReader
from pop_ld.search.nodes import All, Everything
from pop_ld.search.question import Question
from pop_ld.search.wording import NUMBER_SCORE, REF_SCORE, plan_words, weights
from tests.search.oracle import document

LONG = "Cette église, église de pèlerinage, remplace une église plus ancienne ; l'église voisine, l'église du prieuré. " * 20
DOCUMENTS = [
    document("PA00000001", "Église Saint-Martin", "merimee"),
    document("PA00000002", "Manoir", "merimee", text=LONG + "Saint Martin."),
    document("PA00000003", "Église Saint-Martin de Tours, ancienne abbaye", "merimee"),
    document("PA00000004", "Église de la Saint-Pierre, quartier Martin", "merimee"),
    document("PA00000005", "Château de Caze", "merimee"),
    document("PA00000006", "Château de la Caze", "merimee", text="Demeure du XVe siècle, remaniée."),
    document("PA00000007", "Dolmen", "merimee"),
    document("PA00000008", "Dolmens", "merimee"),
    document("PM00000001", "Portrait", boosted={"top": ["PICASSO Pablo"]}, text="PICASSO Pablo"),
    document("PM00000002", "Vue d'atelier", text="Pablo ami de Picasso, vu par un inconnu, daté PA00000006"),
    document("PM00000003", "Vitrail", text="Vitrail du quinzième siècle ; style Louis XIV", numbers=["INV. 12-34"]),
    document("PM00000004", "Vitraux", text="15e s. ; Louis quatorze", numbers=["12"]),
    document("PM00000005", "Vitrine Saint-Éloi", text="bois"),
    document("PM00000006", "Statue : st Éloi", text="pierre"),
]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> SearchReader:
    folder = tmp_path_factory.mktemp("wording") / "index"
    build(folder, iter(DOCUMENTS))
    return open_search(folder)


def refs(index: SearchReader, words: str) -> list[str]:
    return [hit.ref[:2] + hit.ref[-1] for hit in index.find(Question(words)).hits]


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("église saint martin", ["PA1", "PA3"]),  # the title in order, the whole title before it; never a long text of one word
        ("eglise st martin", ["PA1", "PA3"]),
        ("église", ["PA1"]),
        ("château de la caze", ["PA6", "PA5"]),
        ("dolmen", ["PA7", "PA8"]),  # the word itself before its forms
        ("dolmens", ["PA8", "PA7"]),
        ("pablo picasso", ["PM1", "PM2"]),  # the name, as producers turn it round
        ("pa00000006", ["PA6", "PM2"]),  # the notice of a REF before those that name it
        ("inv 12/34", ["PM3"]),
        ("12-34", ["PM3"]),
    ],
)
def test_first(index: SearchReader, words: str, first: list[str]) -> None:
    assert refs(index, words)[: len(first)] == first


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("vitrail 15e siècle", {"PM3", "PM4"}),
        ("vitraux XVe s.", {"PM3", "PM4"}),
        ("XVe", {"PA6", "PM3", "PM4"}),
        ("quinzième siècle", {"PA6", "PM3", "PM4"}),
        ("louis XIV", {"PM3", "PM4"}),
        ("louis 14", {"PM3", "PM4"}),
        ("xiv", {"PM3"}),
        ("saint eloi", {"PM5", "PM6"}),
        ("ste éloi", {"PM5", "PM6"}),
        ('"saint martin"', {"PA1", "PA2", "PA3"}),
        ('église -"saint martin"', {"PA4"}),
        ("vitr*", {"PM3", "PM4", "PM5"}),
        ("vitr* -bois", {"PM3", "PM4"}),
        ("vitrial~", {"PM3"}),
        ("-église -vitr* -château -dolmen", {"PM1", "PM2", "PM6"}),
        ("manoir -PA00000002", set()),
        ("manoir +de", {"PA2"}),
        ("manoir de", {"PA2"}),
        ("nulle part", set()),
    ],
)
def test_found(index: SearchReader, words: str, found: set[str]) -> None:
    assert set(refs(index, words)) == found


def test_without_a_word_there_is_nothing_to_rank() -> None:
    assert plan_words(read_query("")) == Everything()
    assert plan_words(read_query(' - * ~ "" \'')) == Everything()
    excluding = plan_words(read_query("-bois"))
    assert isinstance(excluding, All) and excluding.parts == (Everything(),) and excluding.without


def test_words_alone_never_reach_the_score_of_a_number(index: SearchReader) -> None:
    everywhere = index.find(Question(" ".join(["église saint martin de tours ancienne abbaye"] * 4))).hits[0]
    assert 0 < everywhere.score < NUMBER_SCORE / 2
    assert index.find(Question("PA00000001")).hits[0].score > REF_SCORE - 1


def test_weights_are_numbers_that_the_plan_knows() -> None:
    assert all(0 <= weight <= 20 for weight in weights().values())
    assert {"word", "stem_top", "top", "high", "middle", "title whole", "title in order", "name in order"} <= set(weights())
