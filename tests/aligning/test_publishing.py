"""From files to a release: links are in the graph of their source and in the release's file, absent ones wait, graphs follow the book."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, Store, parse

from pop_ld import alignment, iris, pipeline, store
from pop_ld.aligning.adding import Added, Asked, add
from pop_ld.alignment import Book, Suggestion
from pop_ld.alignment.link import EXACT, WIKIDATA
from pop_ld.config import Settings
from pop_ld.errors import ReadError, StoreError, UsageError
from pop_ld.formats.link_graph import axiom, ntriples

from .conftest import notices_of

SITE = Settings().site
GRAPH = iris.links_graph(SITE, "wikidata")


def added(data: Path, text: str, source: str = "wikidata", **more: object) -> Added:
    file = data.parent / "links.csv"
    file.write_text(text, encoding="utf-8")
    return add([file], data, replace(Settings(), data=str(data)), Asked(source, "2026-11-01", **more), quiet=True)  # type: ignore[arg-type]


def published(data: Path) -> store.Release:
    return pipeline.publish_links(data, replace(Settings(), data=str(data)), quiet=True)


def graph(release: store.Release, name: str = GRAPH) -> set[str]:
    held = Store.read_only(str(release.path / "store"))
    return {f"{quad.triple} ." for quad in held.quads_for_pattern(None, None, None, NamedNode(name))}


def test_links_are_published_by_source_apart_from_the_notices_and_told(data: Path) -> None:
    before = store.current(data)
    first, second, *_ = notices_of(data, "joconde")
    museum = notices_of(data, "museo")[0]
    refs = [iris.unkey(iris.last_part(each)) for each in (first, second, museum)]
    told = added(data, f"item,joconde,museo\nQ1,{refs[0]},\nQ2,{refs[1]},\nQ3,,{refs[2]}\nQ4,0ABSENT0001,\n")
    assert (told.change.added, told.problems) == (4, {"link-absent": 1})
    added(data, f"item,joconde,confidence\nQ9,{refs[0]},0.5\n", "mixnmatch")
    release = published(data)
    links = alignment.open_links(release.path / alignment.FILE)
    assert [(found.qid, found.source) for found in links.of(first)] == [("Q1", "wikidata"), ("Q9", "mixnmatch")]
    assert [found.subject for found in links.to(WIKIDATA + "Q3")] == [museum] and links.to(WIKIDATA + "Q4") == []
    manifest = release.manifest["links"]
    assert manifest["absent"] == 1 and manifest["sources"]["wikidata"] == {
        "links": 3,
        "things": 3,
        "date": "2026-11-01",
        "linksets": [[EXACT, WIKIDATA, 3]],
    }
    expected = "".join(ntriples(SITE, link) for link in links.scan("wikidata"))
    said = {f"{quad.triple} ." for quad in parse(expected, format=RdfFormat.N_TRIPLES)}
    assert graph(release) == said and len(said) == 27
    assert release.manifest["triples"] == before.manifest["triples"]  # those of the notices, which are what they were
    reader = store.open_reader(release)
    assert not any(triple.predicate.value == EXACT and "wikidata" in str(triple.object) for triple in reader.describe(first))
    turtle = (release.path / "void.ttl").read_text(encoding="utf-8")
    assert GRAPH in turtle and iris.void(SITE, "links-wikidata-exactMatch") in turtle


def test_only_graphs_that_changed_are_rewritten_and_what_left_the_book_leaves_the_release(data: Path) -> None:
    one, other = notices_of(data, "merimee")[:2]
    text = f"item,iri\nQ1,{one}\n"
    added(data, text)
    added(data, f"item,iri\nQ2,{other}\n", "mixnmatch")
    first = published(data)
    same = published(data)
    assert same.manifest["links"] == first.manifest["links"]
    assert (same.path / alignment.FILE).stat().st_ino == (first.path / alignment.FILE).stat().st_ino
    added(data, text.replace("Q1", "Q5"), whole=True)
    third = published(data)
    graphs = [release.manifest["links"]["graphs"] for release in (first, third)]
    changed = {name for name in graphs[0] if graphs[0][name] != graphs[1][name]}
    assert changed == {GRAPH} and any("Q5" in line for line in graph(third)) and not any("/Q1>" in line for line in graph(third))
    book = Book(data / alignment.FILE)
    book.forget("wikidata")
    book.close()
    last = published(data)
    assert list(last.manifest["links"]["sources"]) == ["mixnmatch"] and not graph(last)
    (data / alignment.FILE).unlink()
    assert published(data).manifest["links"] == {} and not graph(store.current(data), iris.links_graph(SITE, "mixnmatch"))


def test_links_of_a_notice_that_is_removed_leave_and_come_back_with_it(data: Path) -> None:
    thing = notices_of(data, "museo")[0]
    ref = iris.unkey(iris.last_part(thing))
    added(data, f"item,museo\nQ1,{ref}\n")
    published(data)
    settings = replace(Settings(), data=str(data))
    gone = pipeline.remove("museo", [ref], data, settings, quiet=True)
    assert gone.manifest["links"]["absent"] == 1 and not alignment.open_links(gone.path / alignment.FILE).of(thing)
    from pop_ld.bases import load_bases

    _, back = pipeline.load(list(load_bases()["museo"].samples), data, settings, quiet=True)
    assert back.manifest["links"]["absent"] == 0 and alignment.open_links(back.path / alignment.FILE).of(thing)


def test_terms_of_elsewhere_are_kept_where_notices_lead_to_them(data: Path) -> None:
    held = Store.read_only(str(store.current(data).path / "store"))
    found = held.quads_for_pattern(None, NamedNode(iris.CRM + "P2_has_type"), None)
    term = next(
        str(q.object.value) for q in found if isinstance(q.object, NamedNode) and q.object.value.startswith("http://vocab.getty.edu/")
    )
    file = data.parent / "terms.tsv"
    unknown = "http://data.culture.fr/thesaurus/resource/ark:/67717/T505-999999"
    file.write_text(f"ark\titem\n{unknown}\tQ2\n", encoding="utf-8")
    told = add([file], data, replace(Settings(), data=str(data)), Asked("wikidata"), quiet=True)
    assert told.problems == {"link-absent": 1}
    book = Book(data / alignment.FILE)
    book.add([alignment.Link(term, WIKIDATA + "Q3", "wikidata", "2026-11-01")])
    book.close()
    release = published(data)
    assert [link.subject for link in alignment.open_links(release.path / alignment.FILE).scan()] == [term]
    assert not store.open_reader(release).concept(term) or "Q3" not in str(store.open_reader(release).concept(term))


def test_suggestions_of_things_that_are_there_go_with_the_release(data: Path) -> None:
    one, other = notices_of(data, "merimee")[:2]
    book = Book(data / alignment.FILE)
    pairs = [
        Suggestion("duplicate", one, other, iris.SKOS + "closeMatch", 0.9, (("title", "Pont"),)),
        Suggestion("notice", one + "x", other, EXACT, 0.9, ()),
    ]
    book.suggest(pairs)
    book.close()
    assert [each.subject for each in alignment.open_links(published(data).path / alignment.FILE).suggestions()] == [one]


def test_what_is_not_one_to_one_is_reported_and_every_problem_can_be_had_as_a_file(data: Path) -> None:
    refs = [iris.unkey(iris.last_part(each)) for each in notices_of(data, "joconde")[:2]]
    out = data.parent / "problems.csv"
    told = added(data, f"item,joconde\nQ1,{refs[0]}\nQ2,{refs[0]}\nQ1,{refs[1]}\nQ1,{refs[1]}\nbad,x\n", out=out)
    assert told.change.twice == 1 and told.change.added == 3
    assert told.problems == {"link-several-items": 1, "link-several-things": 1, "link-item": 1}
    assert told.examples["link-several-items"][0].value.endswith(iris.key(refs[0]))
    lines = out.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 4 and lines[0] == "kind,file,line,field,value,message"


def test_nothing_is_added_where_a_file_cannot_be_read_or_what_is_asked_makes_no_sense(data: Path) -> None:
    good, bad = data.parent / "good.csv", data.parent / "bad.csv"
    good.write_text("item,P347\nQ1,000PE000001\n")
    bad.write_text("a,b\n1,2\n")
    settings = replace(Settings(), data=str(data))
    with pytest.raises(ReadError):
        add([good, bad], data, settings, Asked("wikidata"), quiet=True)
    for asked in (Asked("Wiki Data"), Asked("w", "2026-13-45"), Asked("w", confidence=3.0), Asked("w", property="P31")):
        with pytest.raises(UsageError):
            add([good], data, settings, asked, quiet=True)
    assert not Book(data / alignment.FILE).sources()


def test_without_a_release_links_wait_in_the_book_and_cannot_be_published_alone(tmp_path: Path) -> None:
    told = added(tmp_path / "data", "item,P347\nQ1,000PE000001\n")
    assert told.change.added == 1 and not told.problems
    with pytest.raises(StoreError):
        published(tmp_path / "data")


def test_an_axiom_is_of_its_source_and_its_link_alone() -> None:
    link = alignment.Link(f"{SITE}/id/x/1", WIKIDATA + "Q1", "wikidata", "2026-11-01")
    names = {
        axiom(SITE, each)
        for each in (link, replace(link, target=WIKIDATA + "Q2"), replace(link, source="pop"), replace(link, subject=f"{SITE}/id/x/2"))
    }
    assert len(names) == 4 and axiom(SITE, replace(link, date="2027-01-01", confidence=0.1)) == axiom(SITE, link)
