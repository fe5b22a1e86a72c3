"""Items of a file are asked of the release; a person decides; labels with items, decisions by file, the command line."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pop_ld import alignment, cli, iris, search, store
from pop_ld.aligning.deciding import decide_by_files
from pop_ld.aligning.suggesting import suggest
from pop_ld.alignment import Book, Suggestion
from pop_ld.alignment.link import EXACT, WIKIDATA
from pop_ld.config import Settings
from pop_ld.errors import ReadError
from pop_ld.search.contract import Hit
from pop_ld.search.question import Question

from .conftest import notices_of


def hit(data: Path, iri: str) -> Hit:
    index = search.open_search(store.current(data).path / "search")
    return index.find(Question(iris=(iri,)), full=True).hits[0]


def test_an_item_with_the_number_and_the_museum_of_a_work_is_suggested_with_reasons(data: Path) -> None:
    works = [hit(data, iri) for iri in notices_of(data, "joconde")]
    work = next(w for w in works if w.fields.get("INV") and w.fields.get("MUSEO") and w.fields.get("TITR"))
    file = data.parent / "items.csv"
    cells = ["Q4242", work.title, work.fields["INV"][0], work.fields["MUSEO"][0]]
    file.write_text(
        "qid,itemLabel,inv,collection\n" + ",".join('"' + cell.replace('"', '""') + '"' for cell in cells) + "\nbad,x,y,z\n",
        encoding="utf-8",
    )
    waiting = suggest([file], data, replace(Settings(), data=str(data)), duplicates=False, quiet=True)
    assert waiting["notice"] >= 1
    best = Book(data / alignment.FILE).suggestions("notice")[0]
    assert (best.subject, best.target) == (work.iri, WIKIDATA + "Q4242") and {"name", "inventory", "museum"} <= dict(best.reasons).keys()
    again = suggest([file], data, replace(Settings(), data=str(data)), quiet=True)
    assert again["notice"] == waiting["notice"]


def test_labels_with_their_items_are_suggested_for_the_terms_of_that_name(data: Path) -> None:
    reader = store.open_reader(store.current(data))
    terms = {
        triple.object.value
        for iri in notices_of(data, "joconde")
        for triple in reader.describe(iri)
        if "/id/concept/joconde/TECH/" in getattr(triple.object, "value", "")
    }
    term = sorted(terms)[0]
    label = str(reader.labels([term])[term][0].value)
    items = [{"qid": "Q1", "label": label, "description": "une chose"}, {"qid": "Q2", "label": label}]
    many = [{"qid": f"Q{n}", "label": "x"} for n in range(100, 120)]
    file = data.parent / "labels.json"
    file.write_text(
        json.dumps({"techniques": {label: {"occurrences": 3, "wikidata": items}, "x": {"wikidata": many}, "odd": 5}}), encoding="utf-8"
    )
    settings = replace(Settings(), data=str(data))
    assert suggest([file], data, settings, duplicates=False, fields=["DOMN"], quiet=True).get("concept", 0) == 0
    assert suggest([file], data, settings, duplicates=False, fields=["TECH"], quiet=True)["concept"] == 2
    first, second = Book(data / alignment.FILE).suggestions("concept")
    assert {first.target, second.target} == {WIKIDATA + "Q1", WIKIDATA + "Q2"} and first.subject == term and first.score == 0.7
    assert ("choices", "2") in first.reasons


def test_an_item_with_a_year_of_birth_is_a_person(data: Path) -> None:
    reader = store.open_reader(store.current(data))
    agents = {
        triple.object.value
        for iri in notices_of(data, "joconde")
        for triple in reader.describe(iri)
        if getattr(triple.object, "value", "").startswith(f"{Settings().site}/id/agent/joconde/")
    }
    names = {iri: str(reader.labels([iri])[iri][0].value) for iri in sorted(agents) if reader.labels([iri])}
    agent, label = next((iri, name) for iri, name in names.items() if len(name.split()) == 2)
    file = data.parent / "people.csv"
    file.write_text(f'qid,itemLabel,birth\nQ77,"{label}",\nQ78,"Zorglub Zorgl",1900\n', encoding="utf-8")
    assert suggest([file], data, replace(Settings(), data=str(data)), duplicates=False, quiet=True)["agent"] >= 1
    found = Book(data / alignment.FILE).suggestions("agent")
    assert (agent, WIKIDATA + "Q77") in {(each.subject, each.target) for each in found} and {each.qid for each in found} == {"Q77"}


@pytest.mark.parametrize("text", ["a,b\n1,2\n", "qid\nQ1\n", "", '{"a": [', "[]"])
def test_a_file_of_no_items_is_refused(data: Path, text: str) -> None:
    file = data.parent / "items"
    file.write_text(text)
    with pytest.raises(ReadError):
        suggest([file], data, replace(Settings(), data=str(data)), duplicates=False, quiet=True)


def test_decisions_come_from_a_file_too(tmp_path: Path) -> None:
    book = Book(tmp_path / "book")
    things = [f"https://data.example/id/joconde/{n}" for n in range(3)]
    book.suggest([Suggestion("notice", thing, f"{WIKIDATA}Q{n + 1}", EXACT, 0.5, ()) for n, thing in enumerate(things)])
    file = tmp_path / "decisions.csv"
    lines = [f"{things[0]},Q1,accepted", f"{things[1]},{WIKIDATA}Q2,Non", f"{things[2]},Q9,accepted", f"{things[2]},Q3,perhaps"]
    file.write_text("subject,target,decision\n" + "\n".join(lines) + "\n")
    assert decide_by_files([file], book, "2026-11-28") == {"accepted": 1, "rejected": 1, "unknown": 2}
    assert [link.qid for link in book.scan()] == ["Q1"] and book.suggested() == {"notice": 1}
    file.write_text("a,b\n1,2\n")
    with pytest.raises(ReadError):
        decide_by_files([file], book, "2026-11-28")


def test_the_command_line_adds_lists_publishes_and_removes(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ref = iris.unkey(iris.last_part(notices_of(data, "joconde")[0]))
    file = data.parent / "links.csv"
    file.write_text(f"item,ref\nQ1,{ref}\nX,{ref}\n")

    def run(*args: str) -> tuple[int, str]:
        code = cli.main(["align", *args, "--data", str(data), "--quiet"])
        return code, capsys.readouterr().out

    code, said = run("add", str(file), "--source", "wikidata", "--property", "P347", "--lang", "en")
    assert code == 0 and "1 added" in said and "malformed items" in said and f"{file}:3" in said
    assert "wikidata: 1 links" in run("list", "--lang", "en")[1] and "wikidata : 1 liens" in run("list")[1]
    code, said = run("publish")
    assert code == 0 and "1 links of wikidata" in said
    assert "à examiner" in run("suggest")[1] or run("suggest")[0] == 0
    decisions = data.parent / "decisions.csv"
    decisions.write_text("subject,target,decision\nx,Q1,accepted\n")
    assert "1" in run("review", str(decisions))[1]
    assert "1 liens retirés" in run("remove", "--source", "wikidata")[1]
    assert run("remove", "--source", "wikidata")[0] == 1
    assert run("add", str(data / "none"), "--source", "wikidata")[0] == 2
    assert run("add", str(file), "--source", "Bad Name")[0] == 2
