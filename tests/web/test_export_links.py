"""The files for aligners: of a real release with invented links, by the grammars that the tools publish, and as the site serves them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pop_ld import alignment, iris, store
from pop_ld.alignment import Book, Link
from pop_ld.bases import load_bases
from pop_ld.errors import UsageError
from pop_ld.formats import openrefine
from pop_ld.formats.wikidata import own_property
from pop_ld.search.question import Question
from pop_ld.web import export_links
from pop_ld.web.errors import BadRequest
from pop_ld.web.export_file import ALIGNED, write
from pop_ld.web.export_rows import FORMS, Told, pieces
from pop_ld.web.search_export import offers
from pop_ld.web.state import Current, Serving
from tests.formats import published_grammars as published

from .conftest import Running

ITEM = "http://www.wikidata.org/entity/Q"


@pytest.fixture(scope="module")
def linked(running: Running, notices: list[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Serving, Book]]:
    """The release as it serves, with links: every other notice to an item, one to two, one as close only, and what they name."""
    book = Book(tmp_path_factory.mktemp("links") / alignment.FILE)
    links = [Link(iri, f"{ITEM}{1000 + n}", "essai", "2026-11-28", 0.9) for n, iri in enumerate(sorted(notices)[::2])]
    links += [Link(sorted(notices)[0], f"{ITEM}77", "autre", "2026-11-27", 0.5, justification="semapv:LexicalMatching")]
    links += [Link(sorted(notices)[1], f"{ITEM}88", "essai", "2026-11-28", predicate=iris.SKOS + "closeMatch")]
    links += [Link(sorted(notices)[2], "https://autre.example/notice?x=1&y", "essai", "2026-11-28")]
    now = Current(running.settings).get()
    things = {v for iri in notices for t in now.reader.describe(iri) for v in [str(getattr(t.object, "value", ""))]}
    shared = sorted(
        iri for iri in things if iri.startswith((f"{running.site}/id/agent/", f"{running.site}/id/museo/", f"{running.site}/id/concept/"))
    )
    links += [Link(iri, f"{ITEM}{5000 + n}", "essai", "2026-11-28") for n, iri in enumerate(shared)]
    book.add(links)
    yield replace(now, links=book), book


def text(now: Serving, name: str, question: Question | None = None, **options: str) -> str:
    asked = question or Question()
    chosen = asked.chosen("base")
    bases = chosen or tuple(load_bases())
    told = Told(now, "fr", (), options.get("guard") != "no", options, bases, f"{now.site}/search.{name}")
    form = FORMS[name]
    return b"".join(pieces(form, told, now.search.scan(asked, full=form.full))).decode("utf-8")


def of_base(base: str) -> Question:
    return Question().choosing("base", [base])


def sure(book: Book, notices: list[str]) -> dict[str, str]:
    """Notice -> its item, where one alone is exactly it."""
    found = {iri: {link.qid for link in book.of(iri) if link.qid and link.predicate.endswith("exactMatch")} for iri in notices}
    return {iri: next(iter(qids)) for iri, qids in found.items() if len(qids) == 1}


def test_quickstatements_of_everything(linked: tuple[Serving, Book], notices: list[str]) -> None:
    now, book = linked
    items = sure(book, notices)
    commands = published.v1(text(now, "qs"))
    assert {command.subject for command in commands} <= set(items.values())
    addresses = {value for command in commands for prop, value in command.sources if prop == "P854"}
    assert addresses == {
        ("string", iris.thing_to_document(now.site, iri)) for iri in items if any(c.subject == items[iri] for c in commands)
    }
    assert {"P170", "P195", "P186"} <= {command.name for command in commands}
    assert len({command.subject for command in commands}) > len(items) * 0.8


def test_new_items_are_made_only_where_asked_and_nothing_says_they_are_there(linked: tuple[Serving, Book], notices: list[str]) -> None:
    now, book = linked
    assert "CREATE" not in text(now, "qs", of_base("joconde"))
    commands = published.v1(text(now, "qs", create="yes"))
    made = [value[1] for command in commands if command.subject == "LAST" for prop, value in command.sources if prop == "P854"]
    claimed = {iris.thing_to_document(now.site, iri) for iri in notices if any(link.qid for link in book.of(iri))}
    assert made and not claimed & set(made)
    creates = [n for n, command in enumerate(commands) if command.what == "create"]
    assert all(commands[n + 1].what == "label" for n in creates)


@pytest.mark.parametrize("base", sorted(load_bases()))
def test_quickstatements_csv_of_each_base(linked: tuple[Serving, Book], notices: list[str], base: str) -> None:
    now, book = linked
    items = {iri: qid for iri, qid in sure(book, notices).items() if f"/id/{base}/" in iri}
    for asked in ("", "P347,P217,P2048", "P625"):
        commands = published.qs_csv(text(now, "qs.csv", of_base(base), properties=asked))
        assert {command.subject for command in commands} <= set(items.values())
    new = published.qs_csv(text(now, "qs.csv", of_base(base), create="yes"))
    assert all(command.subject in ("", "LAST") for command in new)


def test_quickstatements_csv_wants_one_base(linked: tuple[Serving, Book], running: Running) -> None:
    with pytest.raises(BadRequest):
        text(linked[0], "qs.csv")
    answer = running.get("/search.qs.csv", "*/*")
    assert answer.status_code == 400 and "base" in answer.json()["detail"]


def test_openrefine_has_a_row_a_notice(linked: tuple[Serving, Book], notices: list[str]) -> None:
    now, book = linked
    head, *rows = csv.reader(io.StringIO(text(now, "openrefine.csv"), newline=""))
    assert tuple(head) == openrefine.head() and len(set(head)) == len(head)
    found = [dict(zip(head, row, strict=True)) for row in rows]
    assert sorted(row["iri"] for row in found) == sorted(notices)
    items = sure(book, notices)
    assert {row["iri"]: row["item"] for row in found if row["item"]} == items
    for name in ("type", "creator", "inventory", "commune", "insee", "museum_code", "latitude", "size", "material", "protection"):
        assert any(row[name] for row in found), name
    assert all(row["property"] == own_property(row["base"]) for row in found)
    guarded = list(csv.reader(io.StringIO(text(now, "openrefine.csv", guard="yes"), newline="")))
    assert not [cell for row in guarded for cell in row if cell.startswith(("=", "+", "@", "\t"))]


def test_mixnmatch_has_an_entry_a_notice(linked: tuple[Serving, Book], notices: list[str]) -> None:
    now, book = linked
    items, count, museums = sure(book, notices), 0, 0
    for base in load_bases():
        for meta in published.mixnmatch(text(now, "mixnmatch.jsonl", of_base(base), catalog="1234"), 1234):
            core = meta["entry"]
            thing = iris.document_to_thing(now.site, core["ext_url"])
            count += 1
            assert core["ext_id"] == iris.unkey(thing.rsplit("/", 1)[-1])
            assert (f"Q{core['q']}" if "q" in core else "") == items.get(thing, "")
            museums += len(meta.get("mnm_relations", ()))
    assert count == len(notices) and museums > 3
    with pytest.raises(BadRequest):
        text(now, "mixnmatch.jsonl", catalog="douze")


def test_sssom_has_every_link_of_the_notices(linked: tuple[Serving, Book], notices: list[str]) -> None:
    now, book = linked
    metadata, rows = published.sssom(text(now, "sssom.tsv"))
    assert metadata["mapping_set_version"] == now.release.name and metadata["mapping_set_id"] == f"{now.site}/search.sssom.tsv"
    said = {(row["subject_id"], row["predicate_id"], row["object_id"], row["mapping_source"], float(row["confidence"])) for row in rows}
    known = {
        (x.subject, x.predicate, x.target, iris.links_graph(now.site, x.source), x.confidence) for iri in notices for x in book.of(iri)
    }
    assert said == known and len(rows) == len(known)


def test_ref_to_item_has_a_line_for_each_exact_item(linked: tuple[Serving, Book], notices: list[str]) -> None:
    now, book = linked
    head, *rows = csv.reader(io.StringIO(text(now, "qids.csv"), newline=""))
    assert tuple(head) == export_links.QIDS
    known = {(iri, link.qid) for iri in notices for link in book.of(iri) if link.qid and link.predicate.endswith("exactMatch")}
    assert {(row[3], row[2]) for row in rows} == known and len(rows) == len(known)


# As the site serves them ----------------------------------------------------------------------------------------------------


def test_every_format_is_served_streamed_and_offered(running: Running, notices: list[str]) -> None:
    for name in ALIGNED:
        answer = running.get(f"/search.{name}?base=joconde&create=yes", "*/*")
        assert answer.status_code == 200, name
        assert answer.headers["content-type"].startswith(FORMS[name].media_type)
        assert answer.headers["content-disposition"].endswith(f'.{name}"') and "content-length" not in answer.headers
        assert int(answer.headers["pop-total"]) == len([iri for iri in notices if "/id/joconde/" in iri])
        assert answer.content
    page = running.get("/search?base=joconde").text
    assert all(f'/search.{name}?base=joconde"' in page for name in ALIGNED)
    assert 'href="/search.qs?' in running.get("/search?q=saint").text and "/search.qs.csv?" not in running.get("/search?q=saint").text
    assert {offer.name for offer in offers(of_base("joconde"), 5) if offer.for_aligners} == set(ALIGNED)


@pytest.mark.parametrize("hostile", ["%00", "%ff%fe", "%ED%A0%80", "=1+1", "x" * 5000, "P347," * 2000, "%0d%0aSet-Cookie:%20a=b", "-1"])
def test_hostile_parameters_have_a_clean_answer(running: Running, hostile: str) -> None:
    for name in ALIGNED:
        for parameter in ("properties", "create", "catalog", "guard", "fields", "q"):
            answer = running.get(f"/search.{name}?base=museo&{parameter}={hostile}", "*/*")
            assert answer.status_code in (200, 400), (name, parameter)
            assert "set-cookie" not in answer.headers


def test_the_command_writes_the_same_file(running: Running, tmp_path: Path) -> None:
    for name in ALIGNED:
        file = tmp_path / name
        total, size = write(running.settings, name, "base=merimee&create=yes", file)
        assert file.read_bytes() == running.get(f"/search.{name}?base=merimee&create=yes", "*/*").content
        assert size == file.stat().st_size and total > 10
    with pytest.raises(UsageError):
        write(running.settings, "qs.csv", "", tmp_path / "all.csv")
    with pytest.raises(UsageError):
        write(running.settings, "qs", "", tmp_path / "nowhere" / "x")
    assert not list(tmp_path.glob("*.part"))


def test_the_command_line_says_which_formats_there_are(running: Running, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from pop_ld.cli import main

    assert main(["align", "export", "qids.csv", "--base", "museo", "--data", str(running.data), "--out", str(tmp_path / "q.csv")]) == 0
    assert "notices" in capsys.readouterr().out and (tmp_path / "q.csv").read_text(encoding="utf-8").startswith("base,ref,qid")
    assert main(["align", "export", "nimporte", "--data", str(running.data)]) != 0
    assert "qs.csv" in capsys.readouterr().err


def test_a_document_has_its_lido_record(running: Running) -> None:
    answer = running.get("/doc/joconde/M9001000201.lido.xml", "text/html")
    assert answer.status_code == 200 and answer.headers["content-type"] == "application/xml"
    assert answer.content.startswith(b"<?xml") and b"<lido:lidoRecID" in answer.content
    assert ".lido.xml" in running.get("/doc/joconde/M9001000201").text
    museum = store.current(running.data).manifest["bases"]["museo"]
    assert museum and running.get("/doc/museo/M9001.lido.xml", "*/*").status_code == 404
    assert ".lido.xml" not in running.get("/doc/museo/M9001").text
