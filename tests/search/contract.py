"""What every search engine answers (pop_ld/search/contract.py), the same for all of them.

An engine's tests are a subclass with a fixture ``build`` of the scope of a class: documents in, an open index out; ``before`` is an index
that it made, upon which the new one is built, ``removed`` the IRIs that go.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from pop_ld.search.contract import FACET_VALUES, MOST_CLUSTERS, Hit, SearchReader
from pop_ld.search.nodes import AnyTerm, Everything, Term
from pop_ld.search.question import FACETS, ORDERS, Box, Circle, Criterion, Group, Question
from pop_ld.search.words import words
from tests.search.contract_documents import DOCUMENTS, FILTERED, QUESTIONS
from tests.search.oracle import SITE, answer, counts, document, holds, key

Build = Callable[..., SearchReader]


def iris(hits: Iterable[Hit]) -> list[str]:
    return [hit.iri for hit in hits]


def pages(index: SearchReader, question: Question, size: int, **more: Any) -> list[str]:
    """Every notice, page by page."""
    found, after = [], ""
    while True:
        page = index.find(question, limit=size, after=after, **more)
        assert len(page.hits) <= size
        found += iris(page.hits)
        after = page.after
        if not after:
            return found
        assert len(page.hits) == size and len(found) < page.total


class SearchContract:
    """Every test is run by each engine."""

    @pytest.fixture(scope="class")
    @classmethod
    def build(cls) -> Build:
        raise NotImplementedError

    @pytest.fixture(scope="class")
    @classmethod
    def index(cls, build: Build) -> SearchReader:
        return build(DOCUMENTS)

    def test_the_answer_and_every_facet_are_those_of_plain_python(self, index: SearchReader) -> None:
        for question in QUESTIONS:
            found = index.find(question, facets=FACETS, limit=1_000)
            expected = answer(DOCUMENTS, question)
            assert set(iris(found.hits)) == expected and len(found.hits) == found.total == len(expected), question
            assert found.after == ""
            for facet in FACETS:
                values = counts(DOCUMENTS, question, facet)
                chosen = [(value, dict(values).get(value, 0)) for value in question.chosen(facet)]
                shown = values[:FACET_VALUES]
                assert found.facets[facet].values == [*shown, *(pair for pair in chosen if pair not in shown)], (question, facet)
                assert found.facets[facet].more == (len(values) > FACET_VALUES), (question, facet)
        assert sum(not answer(DOCUMENTS, question) for question in QUESTIONS) == 3  # those that are to find nothing

    def test_orders(self, index: SearchReader) -> None:
        by_iri = {each["iri"]: each for each in DOCUMENTS}
        for order in ORDERS[1:]:
            for question in (Question(order=order), Question("pont", order=order)):
                keys = [key(by_iri[iri], order) for iri in iris(index.find(question, limit=1_000).hits)]
                assert keys == sorted(keys) and len(keys) > 100, order
        assert iris(index.find(Question(), limit=1_000).hits) == iris(index.find(Question(order="ref"), limit=1_000).hits)
        scores = [hit.score for hit in index.find(Question("pont"), limit=1_000).hits]
        assert scores == sorted(scores, reverse=True)

    def test_pages_of_any_size_give_every_notice_once(self, index: SearchReader) -> None:
        for order in ORDERS:
            for question in (Question("pont", order=order), Question(filters=FILTERED.filters, order=order)):
                whole = iris(index.find(question, limit=1_000).hits)
                assert set(whole) == answer(DOCUMENTS, question)
                for size in (1, 7, 50) if order in ("relevance", "title") else (7, 50):
                    assert pages(index, question, size) == whole, (order, size)
                ahead = index.find(question, limit=4, offset=9)
                assert iris(ahead.hits) == whole[9:13]
                assert iris(index.find(question, limit=4, after=ahead.after).hits) == whole[13:17], order
                assert iris(index.find(question, limit=4, after=ahead.after, offset=3).hits) == whole[16:20], order
                assert iris(index.find(question, limit=3, offset=10_000_000).hits) == []

    def test_a_cursor_that_is_none_is_the_beginning(self, index: SearchReader) -> None:
        for order in ("relevance", "title"):
            first = index.find(Question("pont", order=order), limit=3)
            for cursor in ("x", "\0", "1", ".", "1.x", "é.1", "\ud800", "x" * 100_000, "1." + "9" * 50, "[]", "null", "e30=", '["x",{}]'):
                assert index.find(Question("pont", order=order), limit=3, after=cursor).hits == first.hits, cursor
            for cursor in ("-9" * 9 + ".3", "99999999999999999999999.1"):
                index.find(Question("pont", order=order), limit=3, after=cursor)

    def test_limits_are_capped(self, index: SearchReader) -> None:
        found = index.find(Question("pont"), limit=-3, offset=-4)
        assert (found.hits, found.after) == ([], "") and found.total > 100
        assert len(index.find(Question(), limit=10**12).hits) == len(DOCUMENTS)

    def test_a_hit_shows_the_notice_and_its_texts_when_asked(self, index: SearchReader) -> None:
        asked = DOCUMENTS[1]
        question = Question(iris=(asked["iri"],))
        (hit,) = index.find(question).hits
        assert hit.fields == {}
        assert (hit.iri, hit.base, hit.ref, hit.title, hit.image) == tuple(asked[name] for name in ("iri", "base", "ref", "title", "image"))
        assert (hit.point, hit.changed) == (asked["point"], asked["changed"])
        (hit,) = index.find(question, full=True).hits
        assert {code: list(texts) for code, texts in hit.fields.items()} == asked["fields"]
        (hit,) = index.scan(question, full=True)
        assert {code: list(texts) for code, texts in hit.fields.items()} == asked["fields"]

    def test_scan_streams_all_in_the_order_asked(self, index: SearchReader) -> None:
        for order in ORDERS:
            question = Question("pont", order=order)
            expected = Question("pont", order="ref" if order == "relevance" else order)
            assert iris(index.scan(question)) == iris(index.find(expected, limit=1_000).hits)
        assert next(iter(index.scan(Question("rien de tel"))), None) is None

    def test_values_of_a_facet(self, index: SearchReader) -> None:
        for question in (Question(), Question("pont"), FILTERED, Question().choosing("author", ["Auteur 03"])):
            for facet in ("author", "technique", "base", "missing"):
                values = counts(DOCUMENTS, question, facet)
                found = index.values(question, facet, limit=1_000)
                assert found.values == values and not found.more, (question, facet)
                part = index.values(question, facet, offset=3, limit=4)
                assert part.values == values[3:7] and part.more == (len(values) > 7)

    @pytest.mark.parametrize("like", ["duv", "EMILE du", "émile 1", "l'auteur", "aut 0", "toile huil", "atelier", "zzz", "1", "n° 7"])
    def test_search_inside_a_facet(self, index: SearchReader, like: str) -> None:
        for question in (Question(), Question("pont", FILTERED.filters)):
            for facet in ("author", "technique"):
                values = counts(DOCUMENTS, question, facet)
                fit = [v for v in values if all(any(w.startswith(part) for w in words(v[0])) for part in words(like))]
                found = index.values(question, facet, like=like, limit=20)
                assert found.values == fit[:20] and found.more == (len(fit) > 20)

    def test_chosen_values_are_always_shown(self, index: SearchReader) -> None:
        question = Question("pont").choosing("author", ["personne", "Auteur 30"])
        shown = dict(index.values(question, "author", limit=2).values)
        assert shown["personne"] == 0 and shown["Auteur 30"] == dict(counts(DOCUMENTS, question, "author"))["Auteur 30"]

    def test_circles(self, index: SearchReader) -> None:
        for circle in (Circle(46, 2, 150), Circle(44, 4.2, 400), Circle(-15.5, 180, 50), Circle(48.5, -1, 5)):
            found = set(iris(index.find(Question(around=circle), limit=1_000).hits))
            far = {each["iri"]: _away(circle, each["point"]) for each in DOCUMENTS if each.get("point")}
            assert all(far[iri] <= circle.km for iri in found)
            assert {iri for iri, km in far.items() if km <= 0.97 * circle.km} <= found

    def test_clusters(self, index: SearchReader) -> None:
        located = [each for each in DOCUMENTS if each.get("point")]
        for zoom in (-1, 0, 3, 6, 12, 20, 99):
            found = index.clusters(Question(), zoom, singles=10)
            assert found.hits == [] and found.total == len(located) == sum(cluster.count for cluster in found.clusters)
            assert len(found.clusters) <= MOST_CLUSTERS
            for cluster in found.clusters:
                assert cluster.south <= cluster.lat + 1e-9 and cluster.lat <= cluster.north + 1e-9
                assert cluster.west <= cluster.long + 1e-9 and cluster.long <= cluster.east + 1e-9
                box = Box(cluster.west, cluster.south, cluster.east, cluster.north)
                assert sum(holds(each, Question(box=box)) for each in located) >= cluster.count
        assert len(index.clusters(Question(), 0, singles=0).clusters) < 16 < len(index.clusters(Question(), 12, singles=0).clusters)
        box = Question("pont", box=Box(-2, 43, 4, 47.5))
        single = index.clusters(box, 8, singles=1_000)
        assert set(iris(single.hits)) == answer(DOCUMENTS, box) and single.total == len(single.hits) and not single.clusters
        assert index.clusters(Question("rien de tel"), 3).total == 0

    def test_timeline(self, index: SearchReader) -> None:
        for question in (Question(), Question("pont"), FILTERED):
            inside = [each for each in DOCUMENTS if holds(each, question)]
            dated = [(int(each["year"]), int(each["end"])) for each in inside if each.get("year")]
            for step in (1, 10, 100, 1000):
                found = index.timeline(question, step)
                expected: dict[int, int] = {}
                for begin in (begin for begin, end in dated if end - begin < step):
                    first = (begin - 1) // step * step + 1
                    expected[first] = expected.get(first, 0) + 1
                assert found.bars == sorted(expected.items()), step
                assert found.undated == len(inside) - len(dated)
                assert found.wider == len(dated) - sum(expected.values())

    def test_values_of_a_field_as_one_types(self, index: SearchReader) -> None:
        authors = [each["fields"]["AUTR"][0] for each in DOCUMENTS if "AUTR" in each["fields"]]
        expected = sorted(((name, authors.count(name)) for name in set(authors)), key=lambda pair: (-pair[1], pair[0]))
        for like in ("", "d", "duv", "emile", "Émile DUVAL"):
            assert sorted(index.values_of("AUTR", like), key=lambda pair: (-pair[1], pair[0])) == expected, like
        palissy = sum(each["base"] == "palissy" and each["fields"].get("AUTR") == ["Duval, Émile 2"] for each in DOCUMENTS)
        assert index.values_of("AUTR", "duval emile 2", base="palissy") == [("Duval, Émile 2", palissy)]
        assert [count for _, count in index.values_of("TICO", "vue", limit=3)] == [1, 1, 1]
        assert index.values_of("AUTR", "zzz") == index.values_of("NONE", "d") == index.values_of("AUTR", "d", base="none") == []

    def test_the_best_of_a_query_tree(self, index: SearchReader) -> None:
        for given in DOCUMENTS[:20]:
            [found] = index.best(AnyTerm("iri", (given["iri"], "nothing")), 5)
            assert found.iri == given["iri"] and found.fields == given.get("fields", {})
            assert index.frequency("iri", given["iri"]) == 1
        assert len(index.best(Everything(), 7)) == 7 and index.best(Term("word", "\ud800"), 7) == []
        assert index.frequency("iri", "nothing") == index.frequency("word", "\ud800") == 0

    def test_the_things_that_notices_point_at(self, index: SearchReader) -> None:
        pointed = Counter(thing for given in DOCUMENTS for thing in {link.partition(" ")[2] for link in given.get("links", ())})
        assert dict(index.things("", 1_000_000) or ()) == pointed
        assert index.things("nothing", 5) == [] and (not pointed or index.things("", 0) is None)

    def test_hostile_questions_have_an_answer(self, index: SearchReader) -> None:
        texts = ["", " ", "\0", "\ud800", "a\nb", "é" * 4_000, "x" * 100_000, ".*+?()[]{}^$|\\/&#-~\"'", "\U0001f600" * 300, "*", "a*" * 50]
        operators = ("contains", "contains!", "equals", "equals!", "begins", "begins!", "lacks", "differs!", "exists", ">=", "<", "absent")
        for text in texts:
            index.find(Question(text), facets=("base",))
            index.find(Question().choosing("author", [text, "Auteur 01"]), facets=("author", "base"))
            index.values(Question(), "author", like=text)
            index.values(Question(), text)
            index.values_of(text, "a")
            index.values_of("AUTR", text, base=text)
            for operator in operators:
                for code in ("TICO", "AUTR", text):
                    group = Group("and", (Criterion(code, operator, text),))
                    assert index.find(Question(criteria=group)).total <= len(DOCUMENTS)
            assert index.find(Question(criteria=Group("and", (Criterion("TICO", "exists", "", text or "none"),)))).total == 0
            assert index.find(Question(iris=(text or "none",))).total == 0

    def test_a_release_upon_another(self, build: Build, index: SearchReader) -> None:
        """What was replaced or removed is in no answer, count or page of the new one; the former one still says what it said."""
        kept = DOCUMENTS[60:]
        changed = [
            {**each, "title": "Viaduc", "facets": {"author": ["Nouvel auteur"]}, "fields": {"TICO": ["Viaduc"]}} for each in kept[:40]
        ]
        added = [document(f"PM2000{n:04}", "Pont neuf", facets={"region": ["Corse"]}) for n in range(30)]
        gone = [each["iri"] for each in DOCUMENTS[:60]]
        later = build([*changed, *added], before=index, removed=[*gone, f"{SITE}/palissy/absent"])
        now = [*kept[40:], *changed, *added]
        for question in (
            Question(),
            Question("pont"),
            Question("viaduc"),
            FILTERED,
            Question(order="title"),
            Question("pont", order="date"),
        ):
            found = later.find(question, facets=FACETS)
            assert found.total == len(answer(now, question))
            for facet in ("author", "region", "base", "century"):
                assert found.facets[facet].values[:5] == counts(now, question, facet)[:5], (question, facet)
            whole = pages(later, question, 9)
            assert len(whole) == len(set(whole)) and set(whole) == answer(now, question)
            assert sorted(iris(later.scan(question))) == sorted(whole)
        assert later.values(Question(), "region", like="cor").values == [("Corse", 30)]
        assert later.values_of("TICO", "viad") == [("Viaduc", 40)]
        assert index.find(Question()).total == len(DOCUMENTS)

    def test_an_empty_index(self, build: Build) -> None:
        empty = build([])
        found = empty.find(Question("pont"), facets=FACETS)
        assert (found.total, found.hits, found.after) == (0, [], "") and all(not facet.values for facet in found.facets.values())
        assert list(empty.scan(Question())) == [] == empty.values(Question(), "author").values == empty.values_of("TICO", "a")
        assert empty.clusters(Question(), 5).total == 0
        assert (empty.timeline(Question(), 10).bars, empty.timeline(Question(), 10).undated) == ([], 0)


def _away(circle: Circle, point: str) -> float:
    """Kilometres, by the haversine formula."""
    lat, long = (math.radians(float(part)) for part in point.split())
    here, there = math.radians(circle.lat), math.radians(circle.long)
    half = math.sin((lat - here) / 2) ** 2 + math.cos(lat) * math.cos(here) * math.sin((long - there) / 2) ** 2
    return 2 * 6371.0088 * math.asin(math.sqrt(half))
