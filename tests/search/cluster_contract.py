"""What is asked of a search cluster beside the contract of all engines, the same for OpenSearch and Elasticsearch."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from pop_ld.errors import SearchUnavailable, StoreError
from pop_ld.search import build as build_index
from pop_ld.search import open_search, remote_build, remote_index
from pop_ld.search.contract import SearchReader
from pop_ld.search.question import FACETS, Criterion, Group, Question
from pop_ld.search.remote import RemoteSearch
from pop_ld.search.remote_client import Cluster
from tests.search.clusters import Server, running_cluster
from tests.search.contract import Build, SearchContract
from tests.search.contract_documents import DOCUMENTS, QUESTIONS
from tests.search.oracle import document


class ClusterContract(SearchContract):
    """The contract, of indices of a server that runs."""

    name = ""

    @pytest.fixture(scope="class")
    @classmethod
    def server(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
        with running_cluster(cls.name, tmp_path_factory.mktemp(cls.name)) as server:
            yield server

    @pytest.fixture(scope="class")
    @classmethod
    def build(cls, server: Server, tmp_path_factory: pytest.TempPathFactory) -> Build:
        place, numbers, made = tmp_path_factory.mktemp("search"), count(), dict[int, tuple[Path, str]]()

        def build(
            documents: Iterable[dict[str, Any]], *, before: SearchReader | None = None, removed: Collection[str] = ()
        ) -> SearchReader:
            documents, number = list(documents), next(numbers)
            former = made[id(before)] if before else (None, "")
            build_index(place / str(number), documents, before=former[0], removed=removed)
            name, _ = remote_build.build(server.settings, f"made.{number}", documents, before=former[1], removed=removed)
            opened = open_search(place / str(number), server.settings, name)
            assert isinstance(opened, RemoteSearch)
            made[id(opened)] = place / str(number), name
            return opened

        return build

    def test_it_answers_as_the_embedded_engine(self, index: SearchReader) -> None:
        assert isinstance(index, RemoteSearch)
        asked = [*QUESTIONS, *(Question(text) for text in ("saint martin", '"ville 3"', "ponts -arche", "vill*", "marchin~", "PM10000001"))]
        for question in asked:
            here, there = index.embedded.find(question, facets=FACETS, limit=10), index.find(question, facets=FACETS, limit=10)
            assert (there.total, there.facets) == (here.total, here.facets), question
            assert [hit.iri for hit in there.hits] == [hit.iri for hit in here.hits], question
            for one, other in zip(here.hits, there.hits, strict=True):
                assert replace(one, score=0) == replace(other, score=0) and other.score == pytest.approx(one.score, rel=1e-4)

    def test_several_shards_answer_as_one(self, server: Server, index: SearchReader) -> None:
        settings = replace(server.settings, search_prefix="shards_tests", search_shards=3)
        name, notices = remote_build.build(settings, "r1", DOCUMENTS)
        sharded = RemoteSearch(settings, name, open_nothing())
        assert notices == len(DOCUMENTS) and sharded.index.shards == 3
        for question in QUESTIONS:
            assert replace(sharded.find(question, facets=FACETS), after="", hits=[]) == replace(
                index.find(question, facets=FACETS), after="", hits=[]
            ), question
            assert sharded.timeline(question, 100) == index.timeline(question, 100), question
        assert [hit.iri for hit in sharded.scan(Question("pont"))] == [hit.iri for hit in index.scan(Question("pont"))]
        assert [hit.iri for hit in sharded.find(Question("pont")).hits] == [hit.iri for hit in index.find(Question("pont")).hits]
        assert sharded.values(Question(), "author", like="aut") == index.values(Question(), "author", like="aut")

    def test_a_query_of_more_clauses_than_an_engine_takes_is_answered(self, index: SearchReader) -> None:
        for text in ("a1-b-c-d-e " * 90, " ".join(f"x{n}y" for n in range(200)), '"' + "pont " * 150 + '"', "pont " * 300):
            assert index.find(Question(text), facets=("base",)).total >= 0
        deep = Group("and", (Criterion("TICO", "contains", "pont"), Criterion("AUTR", "exists")))
        for n in range(8):
            deep = Group(
                "or" if n % 2 else "and", (deep, Criterion("TICO", "lacks", f"x{n}"), Criterion("AUTR", "differs", "y", "merimee"))
            )
        here = index.find(Question("pont", criteria=deep))
        assert isinstance(index, RemoteSearch) and here.total == index.embedded.find(Question("pont", criteria=deep)).total

    def test_the_alias_follows_the_release_and_only_our_own_indices_go(self, server: Server) -> None:
        settings = replace(server.settings, search_prefix="alias_tests")
        asked = Cluster(settings)
        names = [remote_build.build(settings, f"R{n}", DOCUMENTS[:5])[0] for n in (1, 2)]
        assert names == ["alias_tests-r1", "alias_tests-r2"]
        for name in (*names, names[0]):
            remote_index.serve(settings, name)
            assert list(asked.ask("GET", "/_alias/alias_tests")) == [name]
            assert asked.ask("GET", "/alias_tests/_count")["count"] == 5
        asked.ask("PUT", "/alias_tests-r2-of-others")
        other = replace(settings, site="https://other.example")
        remote_build.build(other, "r3", DOCUMENTS[:1])
        assert remote_index.prune(settings, ["R1"]) == ["alias_tests-r2"]
        left = asked.ask("GET", "/alias_tests-*/_mapping")
        assert sorted(left) == ["alias_tests-r1", "alias_tests-r2-of-others", "alias_tests-r3"]
        for release in ("R1", "R2-of-others", "R3"):  # what the alias names, what is no index of ours, what is another site's
            with pytest.raises(StoreError, match="in use"):
                remote_build.build(settings, release, DOCUMENTS[:1])
        assert sorted(asked.ask("GET", "/alias_tests-*/_mapping")) == sorted(left)

    def test_a_load_that_is_cut_serves_nobody_and_is_made_anew(self, server: Server) -> None:
        settings = replace(server.settings, search_prefix="cut_tests")
        asked = Cluster(settings)
        first, _ = remote_build.build(settings, "r1", DOCUMENTS[:5])
        remote_index.serve(settings, first)

        def failing() -> Iterator[dict[str, Any]]:
            yield from DOCUMENTS[:100]
            raise OSError("the file broke off")

        with pytest.raises(OSError, match="broke off"):
            remote_build.build(settings, "r2", failing(), before=first)
        assert list(asked.ask("GET", "/_alias/cut_tests")) == [first]
        half = RemoteSearch(settings, "cut_tests-r2", open_nothing())
        with pytest.raises(SearchUnavailable, match="no complete index"):
            half.find(Question())
        name, notices = remote_build.build(settings, "r2", DOCUMENTS[3:8], before=first, removed=[DOCUMENTS[0]["iri"]])
        assert notices == 7 == RemoteSearch(settings, name, open_nothing()).find(Question()).total
        with pytest.raises(OSError, match="broke off"):
            remote_build.build(settings, "r3", failing())
        assert remote_index.prune(settings, ["r1", "r2"]) == ["cut_tests-r3"]

    def test_an_index_that_is_gone_or_of_another_layout_is_said(self, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
        settings = replace(server.settings, search_prefix="layout_tests")
        with pytest.raises(SearchUnavailable, match="no complete index"):
            RemoteSearch(settings, "layout_tests-none", open_nothing()).find(Question())
        with monkeypatch.context() as changed:
            changed.setattr(remote_index, "LAYOUT", 1)
            name, _ = remote_build.build(settings, "old", DOCUMENTS[:3])
        with pytest.raises(SearchUnavailable, match="another version"):
            RemoteSearch(settings, name, open_nothing()).find(Question())
        newer, notices = remote_build.build(settings, "new", DOCUMENTS[:2], before=name)
        assert notices == 2, "what has another layout cannot be gone on from"
        assert RemoteSearch(settings, newer, open_nothing()).find(Question()).total == 2

    def test_many_and_long_notices_arrive_though_the_server_says_later(self, server: Server) -> None:
        settings = replace(server.settings, search_prefix="bulk_tests")
        told: list[int] = []
        long = "".join(f"mot{n} " for n in range(30_000))
        many = [document(f"PM{n:08}", f"Notice {n}", text=long, facets={"technique": ["é" * 40_000, "𝄞" * 4_000]}) for n in range(60)]
        name, notices = remote_build.build(settings, "r1", many, advance=told.append)
        assert notices == sum(told) == 60
        found = RemoteSearch(settings, name, open_nothing()).find(Question("mot9999"), facets=("technique",))
        assert found.total == 60 and [count for _, count in found.facets["technique"].values] == [60, 60]

    def test_a_notice_that_no_server_takes_stops_the_load(self, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
        settings = replace(server.settings, search_prefix="refused_tests")
        monkeypatch.setattr(remote_build, "_LONGEST_TERM", 40_000)
        long = document("PM00000001", "Titre") | {"compare": {"DATE": ["x" * 33_000]}}
        with pytest.raises(StoreError, match="refuses a notice"):
            remote_build.build(settings, "r1", [long])

    def test_hidden_halves_of_letters_and_control_characters_arrive(self, server: Server) -> None:
        settings = replace(server.settings, search_prefix="odd_tests")
        odd = [document(f"PM0000000{n}", f"Titre {text}") for n, text in enumerate(("\ud800", "\x00\x01", "\u2028", '"\\', "\ufffe"))]
        name, notices = remote_build.build(settings, "r1", odd)
        found = RemoteSearch(settings, name, open_nothing()).find(Question("titre"), full=True)
        assert notices == 5 == found.total


def open_nothing() -> SearchReader:
    """The embedded index of a test that asks none."""
    return None  # type: ignore[return-value]
