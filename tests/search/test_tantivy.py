"""The embedded engine keeps the contract, and what is its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from itertools import count, product
from pathlib import Path
from threading import Barrier, Thread, current_thread
from typing import Any

import pytest
import tantivy
from hypothesis import given, settings
from hypothesis import strategies as st

from pop_ld.errors import StoreUnavailable
from pop_ld.search import build as build_index
from pop_ld.search import open_embedded, open_search
from pop_ld.search.contract import SearchReader
from pop_ld.search.nodes import Node, Sorted, Wildcard
from pop_ld.search.question import BARE, OPERATORS, ORDERS, Box, Criterion, Group, Question
from pop_ld.search.tantivy_index import Turns
from pop_ld.search.tantivy_query import Renderer
from tests.search.contract import Build, SearchContract, iris, pages
from tests.search.oracle import answer, counts, document


class TestTantivy(SearchContract):
    """The contract, of indexes in folders."""

    @pytest.fixture(scope="class")
    @classmethod
    def build(cls, tmp_path_factory: pytest.TempPathFactory) -> Build:
        place, numbers, folders = tmp_path_factory.mktemp("search"), count(), dict[int, Path]()

        def build(
            documents: Iterable[dict[str, Any]], *, before: SearchReader | None = None, removed: Collection[str] = ()
        ) -> SearchReader:
            folder = place / str(next(numbers))
            build_index(folder, documents, before=folders[id(before)] if before else None, removed=removed)
            opened = open_search(folder)
            folders[id(opened)] = folder
            return opened

        return build


def test_facets_of_more_values_than_an_aggregation_tells(tmp_path: Path) -> None:
    """Tantivy hands out 65,000 buckets at most: counts over more values, in two segments of which one is half deleted, stay exact."""
    authors = [[f"Auteur {n * 100 + k:06}" for k in range(100)] + [f"École {n % 40}"] for n in range(700)]
    first = [document(f"PM{n:05}", "Vue", facets={"author": names}) for n, names in enumerate(authors)]
    more = [document(f"PM{n:05}", "Vue", facets={"author": [f"Auteur {n:06}", "Auteur 069999", "École 3"]}) for n in range(650, 720)]
    build_index(tmp_path / "1", first)
    build_index(tmp_path / "2", more, before=tmp_path / "1")
    index, now = open_search(tmp_path / "2"), [*first[:650], *more]
    for question in (Question(), Question("vue")):
        expected = counts(now, question, "author")
        assert len(expected) > 65_000
        assert index.find(question, facets=("author",)).facets["author"].values == expected[:10]
        assert index.values(question, "author", offset=20, limit=1_000).values == expected[20:1_020]
        assert index.values(question, "author", like="auteur 0006", limit=1_000).values == [
            v for v in expected if v[0][:11] == "Auteur 0006"
        ]
        assert index.values(question, "author", like="auteur", limit=5).values == [v for v in expected if v[0][:6] == "Auteur"][:5]
        assert index.values(question, "author", offset=10**9).values == []
    assert index.every_value("author") == sorted(counts(now, Question(), "author"))
    assert index.every_value("no facet") == []


def test_a_phrase_may_end_in_more_words_than_an_automaton_expands(tmp_path: Path) -> None:
    titles = [[f"vue m{n * 100 + k:05}" for k in range(100)] for n in range(180)]
    build_index(tmp_path / "i", [document(f"PM{n:05}", "x", fields={"TICO": texts}) for n, texts in enumerate(titles)])
    index = open_search(tmp_path / "i")
    for value, total in (("vue m", 180), ("vue m000", 1), ("vue m1", 80), ("vue n", 0), ("m vue", 0)):
        assert index.find(Question(criteria=Group("and", (Criterion("TICO", "contains", value),)))).total == total


def test_runs_of_equal_ranks_longer_than_are_put_in_order(tmp_path: Path) -> None:
    """By date, these are all equal: the order is that of the index then, and still gives every notice once."""
    notices = [document(f"{n * 7919 % 1300:04}ABCDEFGH", "Vue", year="1900" if n % 10 else "1800") for n in range(1_300)]
    build_index(tmp_path / "1", notices[:1_250])
    build_index(tmp_path / "2", notices[1_200:], before=tmp_path / "1", removed=[notices[0]["iri"], notices[1]["iri"]])
    index = open_search(tmp_path / "2")
    for order in ("date", "-date", "relevance", "-changed"):
        found = pages(index, Question("vue", order=order), 333)
        assert len(found) == 1_298 and set(found) == {each["iri"] for each in notices[2:]}
        assert iris(index.scan(Question(order="date"))) == pages(index, Question(order="date"), 1_000)
    assert pages(index, Question(order="date"), 50)[:129] == sorted(each["iri"] for each in notices[2:] if each["year"] == "1800")


@pytest.mark.parametrize(("ending", "ask"), [("store", "find"), ("fast", "values")])
def test_an_index_that_breaks_while_it_serves_is_unavailable(tmp_path: Path, ending: str, ask: str) -> None:
    build_index(tmp_path / "i", [document(f"PM{n:05}", "Vue", facets={"author": ["Duval"]}) for n in range(50)])
    index = open_search(tmp_path / "i")
    for file in (tmp_path / "i").glob(f"*.{ending}"):
        with file.open("r+b") as opened:  # the file that is mapped, not another of its name
            opened.write(b"\xff" * (file.stat().st_size - 4))
    asked: dict[str, Callable[[], object]] = {
        "find": lambda: index.find(Question("vue")),
        "values": lambda: index.values(Question(), "author"),
    }
    for _ in range(3):  # and nobody waits for a turn that is never given back
        with pytest.raises(StoreUnavailable):
            asked[ask]()
    if ask == "find":
        with pytest.raises(StoreUnavailable):
            list(index.scan(Question()))


def test_turns_are_taken_in_the_order_of_coming() -> None:
    turns, order, threads = Turns(1), list[int](), list[Thread]()

    def wait(number: int) -> None:
        with turns:
            order.append(number)

    with turns:
        for number in range(8):
            threads.append(Thread(target=wait, args=(number,)))
            threads[-1].start()
            while len(turns._waiting) <= number:
                threads[-1].join(0.001)
    for thread in threads:
        thread.join()
    assert order == list(range(8))
    with pytest.raises(ZeroDivisionError), turns:
        _ = 1 / 0
    wait(9)
    assert order[-1] == 9


def test_two_things_are_asked_at_once_where_a_turn_is_free(tmp_path: Path) -> None:
    build_index(tmp_path / "i", [document("PM1", "Vue")])
    index = open_embedded(tmp_path / "i").index
    met = Barrier(2, timeout=20)

    def meet() -> Thread:
        met.wait()
        return current_thread()

    with index.answering():
        one, other = index.both(meet, meet)
    assert one is current_thread() and other is not one
    for failing in (lambda: 1 / 0, current_thread), (current_thread, lambda: 1 / 0):
        with pytest.raises(ZeroDivisionError), index.answering():
            index.both(*failing)
    with index.answering(), index.answering():  # both turns were given back, and now none is free
        assert index.both(current_thread, current_thread) == (current_thread(), current_thread())
    with index.answering():
        assert index.both(meet, meet)[1] is not current_thread()


LETTERS = st.text("aabz é\0\n~\uffff\U0001f600", max_size=12)
TERMS = ["", *("".join(letters) for n in range(1, 4) for letters in product("abé\U0001f600", repeat=n)), "a\nb", "a\0", "abababababababab"]


@pytest.fixture(scope="module")
def render() -> tuple[Renderer, tantivy.Searcher]:
    """An index of TERMS, behind two codes."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("value", tokenizer_name="raw", index_option="basic")
    schema = builder.build()
    index = tantivy.Index(schema)
    writer = index.writer(20_000_000, 1)
    for text in TERMS:
        for code in ("AB:", "C:"):
            writer.add_document(tantivy.Document.from_dict({"value": code + text}, schema))
    writer.commit()
    index.reload()
    return Renderer(index.searcher(), schema), index.searcher()


BOUNDS = st.one_of(st.none(), LETTERS, st.sampled_from(TERMS), st.sampled_from(["ab" * 5, "ab" * 8, "é" * 400]))


@settings(deadline=None, max_examples=200)
@given(BOUNDS, BOUNDS, st.booleans(), st.booleans())
def test_terms_between_bounds_are_those_that_python_sorts_between_them(
    render: tuple[Renderer, tantivy.Searcher], low: str | None, high: str | None, low_included: bool, high_included: bool
) -> None:
    node = Sorted("value", "C:", low, high, low_included, high_included)
    above = [term for term in TERMS if low is None or term > low or (term == low and low_included)]
    expected = [term for term in above if high is None or term < high or (term == high and high_included)]
    assert count_of(render, node) == len(expected)


@settings(deadline=None, max_examples=150)
@given(st.text("ab*é\n\U0001f600.\\[", max_size=9), st.booleans())
def test_stars_stand_for_any_letters(render: tuple[Renderer, tantivy.Searcher], pattern: str, long: bool) -> None:
    pattern = pattern.replace("*", "**") if long else pattern
    like = re.compile(".*".join(map(re.escape, pattern.split("*"))), re.DOTALL)
    assert count_of(render, Wildcard("value", f"C:{pattern}")) == sum(bool(like.fullmatch(term)) for term in TERMS)


def count_of(render: tuple[Renderer, tantivy.Searcher], node: Node) -> int:
    return int(render[1].search(render[0](node), 1).count)  # type: ignore[attr-defined]


WORDS = st.lists(st.sampled_from(["pont", "tour", "vitrail", "moulin", "étang"]), min_size=1, max_size=3).map(" ".join)
YEARS = st.one_of(st.just(""), st.sampled_from(["-0052", "0000", "1100", "1850", "1999"]))
CODES = st.sampled_from(["TICO", "DESC"])


@st.composite
def documents(draw: st.DrawFn) -> list[dict[str, Any]]:
    made = []
    for n in range(draw(st.integers(0, 14))):
        year = draw(YEARS)
        point = draw(st.one_of(st.just(""), st.tuples(st.integers(-3, 3), st.integers(-180, 180)).map(lambda p: f"{p[0]} {p[1]}")))
        facets = {name: draw(st.lists(WORDS, unique=True, min_size=1, max_size=3)) for name in ("author", "type")}
        fields = draw(st.dictionaries(CODES, st.lists(WORDS, min_size=1, max_size=2), max_size=2))
        end = str(int(year) + draw(st.sampled_from([0, 5, 300]))) if year else ""
        more = {"year": year, "end": end, "point": point, "facets": facets, "fields": fields}
        made.append(document(f"R{n * 37 % 100}", draw(WORDS), draw(st.sampled_from(["merimee", "mnr"])), **more))
    return made


CRITERIA = st.builds(Criterion, CODES, st.sampled_from([*OPERATORS[:10], *BARE]), WORDS, st.sampled_from(["", "", "merimee", "mnr"]))
GROUPS = st.recursive(
    CRITERIA, lambda inside: st.builds(Group, st.sampled_from(["and", "or"]), st.lists(inside, min_size=1, max_size=3).map(tuple))
)
FILTERS = st.dictionaries(
    st.sampled_from(["base", "author", "century", "located"]), st.sampled_from(["mnr", "pont", "tour", "-", "12", "oui"])
)
QUESTIONS = st.builds(
    Question,
    words=st.one_of(st.just(""), WORDS),
    filters=FILTERS.map(lambda chosen: tuple((name, (value,)) for name, value in sorted(chosen.items()))),
    criteria=st.one_of(st.none(), GROUPS.map(lambda found: found if isinstance(found, Group) else Group("and", (found,)))),
    years=st.tuples(st.one_of(st.none(), st.integers(-100, 1500)), st.one_of(st.none(), st.integers(1501, 2000))),
    box=st.one_of(st.none(), st.builds(Box, st.integers(-180, 180), st.integers(-3, 0), st.integers(-180, 180), st.integers(0, 3))),
    order=st.sampled_from(ORDERS),
)


@settings(deadline=None, max_examples=12)
@given(documents(), st.lists(QUESTIONS, min_size=1, max_size=12))
def test_any_question_of_any_notices_has_the_answer_of_plain_python(
    tmp_path_factory: pytest.TempPathFactory, made: list[dict[str, Any]], questions: list[Question]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    build_index(folder, made)
    index = open_search(folder)
    for question in questions:
        found = index.find(question, facets=("base", "author", "century"), limit=100)
        expected = answer(made, question)
        assert set(iris(found.hits)) == expected and found.total == len(found.hits) == len(expected)
        for facet in ("base", "author", "century"):
            assert [pair for pair in found.facets[facet].values if pair[1]][:10] == counts(made, question, facet)[:10]
