"""What points at what: the index says of every thing exactly what the triples of all samples say, and pages through any of it."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pop_ld import dump, iris, linking, pipeline
from pop_ld.bases import load_bases
from pop_ld.config import Settings
from pop_ld.errors import StoreError
from pop_ld.relations import derived_properties
from pop_ld.search import build, open_search
from pop_ld.search.contract import LINKED_DEEPEST, SearchReader
from pop_ld.search.links import century_of
from pop_ld.search.schema import LAYOUT
from pop_ld.search.words import ANALYSIS
from tests import dumps

_TRIPLE = re.compile(r"<([^>]*)> <([^>]*)> <([^>]*)> \.")
_WITHIN = iris.CRM + "P89_falls_within"
_ELSEWHERE = tuple(iris.SKOS + name for name in ("exactMatch", "closeMatch"))


@pytest.fixture(scope="module")
def dumped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dump")
    pipeline.convert([f for b in load_bases().values() for f in b.samples], folder, Settings(), jobs=1, validate=False, quiet=True)
    return folder


@pytest.fixture(scope="module")
def index(dumped: Path, tmp_path_factory: pytest.TempPathFactory) -> SearchReader:
    folder = tmp_path_factory.mktemp("search") / "index"
    build(folder, linking.with_chosen(dump.documents(dumped), dumped))
    return open_search(folder)


def said(dumped: Path) -> dict[str, dict[str, set[str]]]:
    """Thing -> property -> notices, by reading every triple: those that follow from links left out, places around a place counted."""
    notices = {document["iri"] for document in dump.documents(dumped)}
    site = Settings().site
    triples = [m.groups() for line in dumps.lines(dumped) if (m := _TRIPLE.match(line))]
    wider = defaultdict(set)
    for subject, predicate, value in triples:
        if predicate == _WITHIN and subject.startswith(f"{site}/id/lieu/"):
            wider[subject].add(value)
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for subject, predicate, value in triples:
        source = subject.partition("#")[0].replace(f"{site}/doc/", f"{site}/id/")
        thing = value.partition("#")[0]
        if source in notices and thing.startswith(f"{site}/id/") and thing != source and predicate not in derived_properties():
            reached = {thing, *wider[thing], *(w for near in wider[thing] for w in wider[near])}
            for each in reached:
                found[each][predicate].add(source)
    return found


def test_the_index_says_what_the_triples_say(dumped: Path, index: SearchReader) -> None:
    expected = said(dumped)
    assert len(expected) > 500
    assert any(thing.endswith("/lieu/region-Grand_Est") for thing in expected)
    for thing, by_property in expected.items():
        found = index.linked(thing, limit=1000)
        assert {hit.iri for hit in found.hits} == set().union(*by_property.values()), thing
        assert found.total == len(found.hits) == sum(count for _, count in found.bases) == sum(count for _, count in found.centuries)
        assert dict(found.relations) == {predicate: len(sources) for predicate, sources in by_property.items()}, thing


def test_a_reference_that_fits_two_bases_counts_where_it_leads(tmp_path: Path) -> None:
    """ACR… is a label in Mérimée and may be a person in Autor: the link stage chooses, and the index hears of it."""
    file = tmp_path / "n.jsonl"
    file.write_text('{"BASE": "memoire", "REF": "APMH1234", "LBASE": "ACR0001234"}\n{"BASE": "merimee", "REF": "ACR0001234"}\n')
    pipeline.convert([file], tmp_path / "dump", Settings(), jobs=1, validate=False, quiet=True)
    build(tmp_path / "index", linking.with_chosen(dump.documents(tmp_path / "dump"), tmp_path / "dump"))
    found = open_search(tmp_path / "index").linked(f"{Settings().site}/id/merimee/ACR0001234", relation=iris.ONTOLOGY + "LBASE")
    assert [hit.ref for hit in found.hits] == ["APMH1234"]


def test_filters_and_their_counts(dumped: Path, index: SearchReader) -> None:
    """Each count is of what the filter that it offers would give, under the other filters."""
    place = f"{Settings().site}/id/lieu/insee-21999"
    whole = index.linked(place, limit=1000)
    for relation, count in whole.relations:
        assert index.linked(place, relation=relation).total == count
    for base, count in whole.bases:
        narrow = index.linked(place, base=base, limit=1000)
        assert narrow.total == count == len(narrow.hits)
        assert {hit.base for hit in narrow.hits} == {base}
        assert narrow.bases == whole.bases
        for century, within in narrow.centuries:
            assert index.linked(place, base=base, century=century).total == within
        for relation, within in narrow.relations:
            assert index.linked(place, base=base, relation=relation).total == within
    located = index.linked(place, located=True, limit=1000)
    assert located.hits == [hit for hit in whole.hits if hit.point]
    assert 0 < located.total < whole.total


def test_pages_are_the_list_cut(index: SearchReader) -> None:
    place = f"{Settings().site}/id/lieu/insee-21999"
    for order in ("ref", "date"):
        whole = index.linked(place, limit=1000, order=order).hits
        for size in (1, 4, 7):
            pages = [index.linked(place, offset=start, limit=size, order=order).hits for start in range(0, len(whole) + size, size)]
            assert [hit for page in pages for hit in page] == whole
    assert [hit.base for hit in index.linked(place, limit=1000).hits] == sorted(hit.base for hit in index.linked(place, limit=1000).hits)


def made(number: int, links: list[str], base: str = "palissy", **more: Any) -> dict[str, Any]:
    ref = f"PM{number:08}"
    empty: dict[str, Any] = {"summary": "", "image": "", "text": "", "names": [], "places": [], "terms": [], "numbers": []}
    return {**empty, "iri": f"https://s.example/id/{base}/{ref}", "base": base, "ref": ref, "title": ref, "links": links, **more}


def by(number: int) -> str:
    return f"https://p.example/by https://s.example/id/agent/{number}"


def test_dates_in_order_undated_last(tmp_path: Path) -> None:
    years = ["1850", "-0052", "", "1600", "0000", "1601", "12000"]
    build(tmp_path / "i", (made(n, [by(1)], year=year) for n, year in enumerate(years)))
    found = open_search(tmp_path / "i").linked("https://s.example/id/agent/1", order="date")
    assert [years[int(hit.ref[2:])] for hit in found.hits] == ["-0052", "0000", "1600", "1601", "1850", "12000", ""]
    assert dict(found.centuries) == {"-1": 2, "16": 1, "17": 1, "19": 1, "120": 1, "-": 1}


@pytest.mark.parametrize(("year", "century"), [(1, "1"), (100, "1"), (101, "2"), (1600, "16"), (0, "-1"), (-99, "-1"), (-100, "-2")])
def test_centuries(year: int, century: str) -> None:
    assert century_of(year) == century


def test_a_later_release_counts_what_it_holds(tmp_path: Path) -> None:
    """Notices replaced and removed are in no count, though posting lists hold them until a merge."""
    build(tmp_path / "1", (made(n, [by(n % 2)]) for n in range(60)))
    build(tmp_path / "2", [made(0, [by(1)])], before=tmp_path / "1", removed=[made(2, [])["iri"]])
    index = open_search(tmp_path / "2")
    even, odd = (index.linked(f"https://s.example/id/agent/{n}") for n in (0, 1))
    assert (even.total, odd.total) == (28, 31)
    assert (even.relations, odd.relations) == ([("https://p.example/by", 28)], [("https://p.example/by", 31)])


def test_an_index_of_another_layout_is_refused_and_the_message_says_what_to_do(tmp_path: Path) -> None:
    build(tmp_path / "1", [made(1, [by(1)])])
    (tmp_path / "1" / "pop_ld.json").write_text(json.dumps({"analysis": ANALYSIS, "layout": LAYOUT - 1}))
    message = f"search index of layout {LAYOUT - 1}, this program reads {LAYOUT}: build it anew"
    with pytest.raises(StoreError, match=message):
        open_search(tmp_path / "1")
    with pytest.raises(StoreError, match=message):
        build(tmp_path / "2", [], before=tmp_path / "1")
    (tmp_path / "1" / "pop_ld.json").write_text(json.dumps({"analysis": ANALYSIS}))
    with pytest.raises(StoreError, match="search index of layout 1"):
        open_search(tmp_path / "1")


HOSTILE = ["", " ", "\0", "\ud800", "x" * 100_000, "https://s.example/id/agent/1 ", '"', "a\x01b", "*", "https://p.example/by"]


@given(st.lists(st.one_of(st.sampled_from(HOSTILE), st.text()), min_size=4, max_size=4), st.integers(), st.integers())
@settings(max_examples=150, deadline=None)
def test_any_text_has_an_answer(index: SearchReader, texts: list[str], offset: int, limit: int) -> None:
    thing = f"{Settings().site}/id/lieu/insee-21999"
    iri, relation, base, century = texts
    assert index.linked(iri, relation=relation, base=base, century=century, offset=offset, limit=limit).hits == []
    narrowed = index.linked(thing, relation=relation, base=base, century=century, offset=offset, limit=limit)
    assert (narrowed.total == 0) == any((relation, base, century))
    assert len(narrowed.hits) <= min(max(limit, 0), LINKED_DEEPEST)
