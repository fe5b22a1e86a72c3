"""The search index: built, built upon, opened read-only, and asked anything."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pop_ld.errors import StoreError
from pop_ld.search import build, open_search
from pop_ld.search.contract import DEEPEST, SearchReader


def notice(ref: str, title: str, base: str = "palissy", **more: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {"summary": "", "image": "", "text": "", "names": [], "places": [], "terms": [], "numbers": []}
    return {**empty, "iri": f"https://site.example/id/{base}/{ref}", "base": base, "ref": ref, "title": title, **more}


NOTICES = [
    notice("PM01000001", "Calice", text="Le calice de l’église Saint-Éloi, œuvre de Lenoir.", terms=["orfèvrerie"], places=["Villeneuve"]),
    notice(
        "PM01000002",
        "Tableau : Vierge à l'Enfant",
        names=["Lenoir, Paul"],
        boosted={"top": ["Lenoir, Paul"]},
        text="Huile sur toile, cheval au second plan.",
    ),
    notice("PM01000003", "Deux tableaux", text="Vierge, puis Enfant jouant avec des chevaux."),
    notice("PA00000001", "Église Saint-Éloi", base="merimee", text="Portail refait.", places=["Villeneuve"]),
    notice("PA00000002", "Manoir", base="merimee", text="Près d'une église ; voir PM01000001 et R 26 P."),
    notice(
        "R 26 P", "Portrait d'homme", base="mnr", numbers=["INV. 1234-5"], names=["ÉCOLE FRANÇAISE"], image="https://images.example/p.jpg"
    ),
    notice("R 26", "Nature morte", base="mnr", summary="peinture · 18e siècle"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("search") / "index"
    assert build(folder, iter(NOTICES)) == len(NOTICES)
    return folder


@pytest.fixture(scope="module")
def index(folder: Path) -> SearchReader:
    return open_search(folder)


def refs(index: SearchReader, words: str, **more: Any) -> list[str]:
    return [hit.ref for hit in index.search(words, **more).hits]


def fingerprint(folder: Path) -> dict[str, tuple[str, int]]:
    return {file.name: (hashlib.sha256(file.read_bytes()).hexdigest(), file.stat().st_mtime_ns) for file in sorted(folder.iterdir())}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("CALICE", {"PM01000001"}),
        ("eglise", {"PA00000001", "PM01000001", "PA00000002"}),
        ("l'eglise saint éloi", {"PA00000001", "PM01000001"}),
        ("oeuvre", {"PM01000001"}),
        ("œuvres", {"PM01000001"}),
        ("portail manoir", set()),
        ("orfevreries", {"PM01000001"}),
        ("ecole francaise", {"R 26 P"}),
        ("villeneuve eglise", {"PA00000001", "PM01000001"}),
        ('"vierge à l’enfant"', {"PM01000002"}),
        ('"vierge, puis enfant"', {"PM01000003"}),
        ('"tableaux"', {"PM01000003"}),
        ('"chevaux" vierge', {"PM01000003"}),
        ('"enfant lenoir"', set()),
        ("de la", set()),
        ("inconnu", set()),
    ],
)
def test_words(index: SearchReader, words: str, expected: set[str]) -> None:
    assert set(refs(index, words)) == expected


def test_a_title_and_a_name_rank_above_text(index: SearchReader) -> None:
    assert refs(index, "église")[0] == "PA00000001"
    assert refs(index, "lenoir") == ["PM01000002", "PM01000001"]


def test_the_word_itself_ranks_above_its_other_forms(index: SearchReader) -> None:
    assert refs(index, "tableau") == ["PM01000002", "PM01000003"]
    assert refs(index, "tableaux") == ["PM01000003", "PM01000002"]
    assert refs(index, "cheval") == ["PM01000002", "PM01000003"]
    assert refs(index, "chevaux") == ["PM01000003", "PM01000002"]


@pytest.mark.parametrize("words", ["PM01000001", "pm01000001", "PM 01 000 001", "«pm-01000001»"])
def test_a_ref_comes_before_those_who_speak_of_it(index: SearchReader, words: str) -> None:
    assert refs(index, words)[0] == "PM01000001"
    assert set(refs(index, words)) <= {"PM01000001", "PA00000002"}


@pytest.mark.parametrize("words", ["R 26 P", "r26p", "r.26-p", '"R 26 P"', "r26p portrait", "inv 12345", "INV.1234.5", "inv1234-5 homme"])
def test_refs_and_inventory_numbers_in_any_writing(index: SearchReader, words: str) -> None:
    assert refs(index, words)[0] == "R 26 P"


def test_a_hit_shows_the_notice(index: SearchReader) -> None:
    hit = index.search("nature morte").hits[0]
    assert (hit.iri, hit.base, hit.ref, hit.title) == ("https://site.example/id/mnr/R 26", "mnr", "R 26", "Nature morte")
    assert (hit.summary, hit.image) == ("peinture · 18e siècle", "")
    assert hit.score > 0


def test_a_base_narrows_hits_and_total_but_not_the_facet(index: SearchReader) -> None:
    found = index.search("église", base="merimee")
    assert {hit.base for hit in found.hits} == {"merimee"}
    assert found.total == 2
    assert found.facets == {"base": [("merimee", 2), ("palissy", 1)]}
    assert index.search("église", base="mnr").total == 0


def test_no_word_lists_everything_by_base_and_ref(index: SearchReader) -> None:
    everything = ["PA00000001", "PA00000002", "R 26", "R 26 P", "PM01000001", "PM01000002", "PM01000003"]
    for words in ("", " \t", "?!", "*:*", "\0"):
        assert refs(index, words) == everything
    assert refs(index, "", offset=2, limit=3) == everything[2:5]
    assert refs(index, "", base="mnr") == ["R 26", "R 26 P"]
    assert index.search("", limit=0).total == len(NOTICES)


@pytest.mark.parametrize(("offset", "limit"), [(-5, 1), (0, -1), (0, 10**12), (10**12, 25), (DEEPEST, 1), (DEEPEST - 1, 10)])
@pytest.mark.parametrize("words", ["", "église"])
def test_offset_and_limit_are_capped(index: SearchReader, words: str, offset: int, limit: int) -> None:
    found = index.search(words, offset=offset, limit=limit)
    assert len(found.hits) <= max(0, min(limit, DEEPEST))
    assert found.total > 0


HOSTILE = ['"', '"""', "'", "l'", "«", "(", ")(", "AND OR NOT", "title:x", "*", "a*", "+-", "/.*/", "[a TO z]", "^5 ~2", "\\", "\ud800"]
ENDLESS = ["x", "é", "1", "\0", '"', "'", "mot ", "1 ", "1-", '"a b" ', '"mot', "l'", "\u0301"]


@pytest.mark.parametrize("words", [*HOSTILE, *(text * 100_000 for text in ENDLESS)], ids=range(len(HOSTILE) + len(ENDLESS)))
def test_hostile_words(index: SearchReader, words: str) -> None:
    index.search(words)
    index.search("église", base=words)


@settings(deadline=None)
@given(words=st.text(), base=st.sampled_from(["", "mnr", "\ud800"]), offset=st.integers(), limit=st.integers())
def test_search_never_raises(index: SearchReader, words: str, base: str, offset: int, limit: int) -> None:
    found = index.search(words, base=base, offset=offset, limit=limit)
    assert len(found.hits) <= found.total <= len(NOTICES)
    assert base or found.total == sum(count for _, count in found.facets["base"])


def many(start: int, end: int) -> Iterator[dict[str, Any]]:
    for rank in range(start, end):
        yield notice(f"PA{rank:08d}", "Église", base="merimee", text="portail sculpté" if rank % 2 else "portail peint")


def test_pages_join_and_equal_notices_keep_one_order_however_the_index_was_built(tmp_path: Path) -> None:
    build(tmp_path / "at once", many(0, 900))
    build(tmp_path / "1", many(600, 900))
    build(tmp_path / "2", many(300, 600), before=tmp_path / "1")
    assert build(tmp_path / "3", many(0, 300), before=tmp_path / "2") == 900
    once, steps = open_search(tmp_path / "at once"), open_search(tmp_path / "3")
    whole = refs(once, "église", limit=900)
    assert len(set(whole)) == 900
    for offset in range(0, 900, 90):
        assert refs(once, "église", offset=offset, limit=90) == refs(steps, "église", offset=offset, limit=90)
        assert refs(once, "église", offset=offset, limit=90) == whole[offset : offset + 90]
        assert refs(once, "", offset=offset, limit=90) == refs(steps, "", offset=offset, limit=90)


def test_building_upon_a_release_never_changes_it(folder: Path, tmp_path: Path) -> None:
    before = fingerprint(folder)
    changed = [notice("PM01000001", "Ciboire"), notice("PM01000009", "Ostensoir")]
    assert build(tmp_path / "next", changed, before=folder, removed={NOTICES[3]["iri"], "https://site.example/unknown"}) == len(NOTICES)
    assert fingerprint(folder) == before
    index = open_search(tmp_path / "next")
    assert refs(index, "calice") == refs(index, "éloi") == []
    assert refs(index, "PM01000001")[0] == "PM01000001"
    assert refs(index, "ciboire") == ["PM01000001"]
    assert refs(index, "", base="palissy") == ["PM01000001", "PM01000002", "PM01000003", "PM01000009"]
    assert index.search("").facets == {"base": [("palissy", 4), ("mnr", 2), ("merimee", 1)]}
    assert refs(open_search(folder), "calice") == ["PM01000001"]


def test_building_many_times_upon_leaves_one_index_of_few_files(folder: Path, tmp_path: Path) -> None:
    last = folder
    for step in range(20):
        build(tmp_path / str(step), [notice("PM09999999", f"Essai {step}")], before=last)
        last = tmp_path / str(step)
    assert refs(open_search(last), "essai") == ["PM09999999"]
    assert open_search(last).search("essai").hits[0].title == "Essai 19"
    assert len(list(last.iterdir())) < 120


def test_opening_and_searching_leave_the_folder_as_it_was(folder: Path) -> None:
    before = fingerprint(folder)
    open_search(folder).search("église")
    assert fingerprint(folder) == before
    assert not [name for name in before if name.endswith(".lock")]


_READ_ONLY = """
import os, sys
from pathlib import Path
import tantivy
from pop_ld.search import open_search
import pop_ld.search.tantivy
if os.geteuid() == 0:
    os.setuid(65534)
folder = Path(sys.argv[1])
assert not os.access(folder, os.W_OK) and not any(os.access(file, os.W_OK) for file in folder.iterdir())
print([hit.ref for hit in open_search(folder).search("calice").hits])
"""


def test_files_without_write_access_can_be_searched(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / "index"
        build(copy, [], before=folder)
        for file in copy.iterdir():
            file.chmod(0o444)
        copy.chmod(0o555)
        Path(place).chmod(0o755)
        try:
            environ = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
            ran = subprocess.run([sys.executable, "-c", _READ_ONLY, str(copy)], capture_output=True, text=True, env=environ, timeout=60)
        finally:
            copy.chmod(0o755)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip() == "['PM01000001']"


def test_a_reader_outlives_its_folder(tmp_path: Path) -> None:
    build(tmp_path / "index", NOTICES)
    index = open_search(tmp_path / "index")
    for file in (tmp_path / "index").iterdir():
        file.unlink()
    assert refs(index, "calice") == ["PM01000001"]


def test_an_empty_index(tmp_path: Path) -> None:
    assert build(tmp_path / "index", []) == 0
    index = open_search(tmp_path / "index")
    for words in ("", "calice", "PM1"):
        assert index.search(words).total == 0
        assert index.search(words).facets == {"base": []}


def test_what_cannot_be_used_is_a_store_error(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        open_search(tmp_path / "absent")
    with pytest.raises(StoreError):
        build(folder, [])
    build(tmp_path / "old", [])
    (tmp_path / "old" / "pop_ld.json").write_text('{"analysis": 0}', encoding="utf-8")
    with pytest.raises(StoreError, match="build it anew"):
        open_search(tmp_path / "old")
    with pytest.raises(StoreError, match="build it anew"):
        build(tmp_path / "new", [], before=tmp_path / "old")
    build(tmp_path / "broken", [])
    (tmp_path / "broken" / "meta.json").write_text("{", encoding="utf-8")
    with pytest.raises(StoreError):
        open_search(tmp_path / "broken")


def test_documents_are_streamed(tmp_path: Path) -> None:
    held = 0

    class Watched(dict[str, Any]):
        def __del__(self) -> None:
            nonlocal held
            held -= 1

    def documents() -> Iterator[dict[str, Any]]:
        nonlocal held
        for rank in range(2_000):
            made = Watched(notice(f"PA{rank:08d}", "Église"))
            held += 1
            assert held < 10
            yield made
            del made

    assert build(tmp_path / "index", documents()) == 2_000


def test_hits_are_the_best_of_a_search_as_pairs(index: SearchReader) -> None:
    found = index.search("eglise", limit=DEEPEST).hits
    assert len(found) == 3 and index.hits("eglise", DEEPEST) == [(hit.iri, hit.score) for hit in found]
    assert index.hits("eglise", 2) == [(hit.iri, hit.score) for hit in found[:2]]


@pytest.mark.parametrize(("words", "limit"), [("", 5), ("?!", 5), ("inconnu", 5), ("eglise", 0), ("eglise", -1)])
def test_nothing_asked_is_no_hit(index: SearchReader, words: str, limit: int) -> None:
    assert index.hits(words, limit) == []
