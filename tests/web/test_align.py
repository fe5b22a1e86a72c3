"""The pages of links: what a thing is elsewhere on its page and in its formats, the sources with their files, what waits, the way back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

from pop_ld import alignment, iris, pipeline, store
from pop_ld.alignment import Book, Link, Suggestion
from pop_ld.alignment.link import EXACT, MANUAL, WIKIDATA
from pop_ld.bases import load_bases
from pop_ld.config import Settings

from .conftest import Running, serve

ONE, TWO, AGENT, MUSEUM = range(4)


@pytest.fixture(scope="module")
def linked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, list[str]]]:
    """A served release with links and suggestions, and its things: two notices of Joconde, an agent, a museum."""
    data = tmp_path_factory.mktemp("linked")
    settings = replace(Settings(), data=str(data))
    pipeline.load([f for slug in ("joconde", "museo") for f in load_bases()[slug].samples], data, settings, quiet=True)
    reader = store.open_reader(store.current(data))
    joconde = sorted(subject for _, subject in reader.incoming(iris.dataset(settings.site, "joconde"), 500))
    notices = [iris.document_to_thing(settings.site, each) for each in joconde if "/doc/joconde/" in each]
    agent = next(
        triple.object.value
        for notice in notices
        for triple in reader.describe(notice)
        if isinstance(triple.object, NamedNode) and triple.object.value.startswith(f"{settings.site}/id/agent/")
    )
    museum = next(e["iri"] for e in store.current(data).manifest["examples"] if e["base"] == "museo")
    things = [notices[0], notices[1], agent, museum]
    book = Book(data / alignment.FILE)
    book.add(
        [
            Link(things[ONE], WIKIDATA + "Q1", "wikidata", "2026-11-01", 1.0, EXACT, MANUAL),
            Link(things[ONE], "https://example.org/<x>".replace("<x>", "a&b"), "voisin", "2026-11-02", 0.5, iris.SKOS + "closeMatch"),
            Link(things[ONE], things[TWO], "pop", "2026-11-03", 1.0, iris.SKOS + "closeMatch", MANUAL),
            Link(things[TWO], WIKIDATA + "Q2", "wikidata", "2026-11-01"),
            Link(things[AGENT], WIKIDATA + "Q2", "wikidata", "2026-11-01"),
            Link(things[MUSEUM], WIKIDATA + "Q3", "wikidata", "2026-11-01"),
        ]
    )
    naughty = "<script>alert(1)</script>"
    book.suggest(
        [
            Suggestion(
                "notice",
                things[n % 2],
                f"{WIKIDATA}Q{n + 10}",
                EXACT,
                n / 100,
                (("title", naughty), ("odd", "x")),
                naughty,
                naughty,
                "2026-11-28",
            )
            for n in range(60)
        ]
    )
    book.suggest(
        [Suggestion("duplicate", things[TWO], things[MUSEUM], iris.SKOS + "closeMatch", 0.9, (("distance", "12"),), date="2026-11-28")]
    )
    book.close()
    pipeline.publish_links(data, settings, quiet=True)
    server, thread, root = serve(settings)
    with httpx.Client(follow_redirects=False, timeout=30) as client:
        yield Running(root, data, settings, client), things
    server.should_exit = True
    thread.join(10)


def path(running: Running, thing: str) -> str:
    return iris.local(running.site, iris.thing_to_document(running.site, thing))


def test_a_page_lists_its_links_with_source_day_and_confidence(linked: tuple[Running, list[str]]) -> None:
    running, things = linked
    page = running.get(path(running, things[ONE]) + "?lang=fr").text
    part = page[page.index('id="elsewhere"') : page.index('id="report"')]
    assert f'href="{WIKIDATA}Q1"' in part and "selon Wikidata, 1er novembre 2026" in part
    assert "https://example.org/a&amp;b" in part and "confiance 50 %" in part and "proche" in part
    assert f'href="{path(running, things[TWO])}' in part
    for thing in (things[AGENT], things[MUSEUM]):
        english = running.get(path(running, thing) + "?lang=en").text
        assert "according to Wikidata, 1 November 2026" in english, thing
    assert 'id="elsewhere"' not in running.get("/doc/lieu/insee-00000").text


def test_the_formats_say_what_a_thing_is_elsewhere_and_who_says_so(linked: tuple[Running, list[str]]) -> None:
    running, things = linked
    turtle = running.get(path(running, things[ONE]) + ".ttl", "text/turtle")
    said = {(q.subject.value, q.predicate.value, getattr(q.object, "value", "")) for q in parse(turtle.content, format=RdfFormat.TURTLE)}  # type: ignore[union-attr]
    assert (things[ONE], EXACT, WIKIDATA + "Q1") in said and (things[ONE], iris.SKOS + "closeMatch", things[TWO]) in said
    axioms = {s for s, p, o in said if p == iris.OWL + "annotatedTarget" and o == WIKIDATA + "Q1"}
    assert len(axioms) == 1
    one = axioms.pop()
    graph = iris.links_graph(running.site, "wikidata")
    assert {(p, o) for s, p, o in said if s == one} >= {
        (iris.SSSOM + "mapping_source", graph),
        (iris.SSSOM + "mapping_date", "2026-11-01"),
        (iris.SSSOM + "mapping_justification", iris.SEMAPV + "ManualMappingCuration"),
    }
    for name in ("schema", "linked-art"):
        document = running.get(f"{path(running, things[ONE])}.jsonld?_profile={name}", "*/*").text
        assert WIKIDATA + "Q1" in document and "example.org" not in document, name
    embedded = running.get(path(running, things[AGENT])).text
    assert f'"sameAs": ["{WIKIDATA}Q2"' in embedded or f'{WIKIDATA}Q2"' in embedded[embedded.index("application/ld+json") :]


def test_sparql_finds_links_in_the_graph_of_their_source_alone(linked: tuple[Running, list[str]]) -> None:
    running, things = linked
    pattern = f"<{things[ONE]}> <{EXACT}> ?o"
    query = f"SELECT ?g ?o {{ {{ {pattern} BIND('default' AS ?g) }} UNION {{ GRAPH ?g {{ {pattern} }} }} }}"
    answer = running.client.get(running.root + "/sparql", params={"query": query}, headers={"Accept": "text/csv"}).text
    assert answer.split("\r\n")[1:-1] == [f"{iris.links_graph(running.site, 'wikidata')},{WIKIDATA}Q1"]
    assert running.get("/graph/links/wikidata", "text/turtle").status_code == 303


def test_the_sources_are_a_page_json_and_files(linked: tuple[Running, list[str]]) -> None:
    running, _ = linked
    told = running.get("/align", "application/json").json()
    assert {name: about["links"] for name, about in told["sources"].items()} == {"pop": 1, "voisin": 1, "wikidata": 4}
    assert told["suggestions"] == {"duplicate": 1, "notice": 60, "agent": 0, "concept": 0} and told["absent"] == 0
    for lang in ("fr", "en"):
        page = running.get(f"/align?lang={lang}").text
        assert "/align/links/wikidata.sssom.tsv" in page and "/align/suggestions?kind=notice" in page
    lines = running.get("/align/links/wikidata.sssom.tsv", "*/*").text.splitlines()
    head = next(n for n, line in enumerate(lines) if not line.startswith("#"))
    assert {"subject_id", "predicate_id", "object_id", "mapping_date"} <= set(lines[head].split("\t")) and len(lines) - head == 5
    assert running.client.head(running.root + "/align/links/wikidata.sssom.tsv").status_code == 200
    for name in ("none.sssom.tsv", "wikidata", "wikidata.csv", "..%2fx.sssom.tsv", "%00"):
        assert running.get(f"/align/links/{name}").status_code == 404, name


def test_a_file_of_a_source_can_be_added_again_and_says_the_same(linked: tuple[Running, list[str]], tmp_path: Path) -> None:
    from pop_ld.aligning.adding import Asked, add

    running, _ = linked
    file = tmp_path / "wikidata.sssom.tsv"
    file.write_bytes(running.get("/align/links/wikidata.sssom.tsv", "*/*").content)
    told = add([file], tmp_path / "data", running.settings.__class__(data=str(tmp_path / "data")), Asked("wikidata"), quiet=True)
    published = alignment.open_links(store.current(running.data).path / alignment.FILE)
    book = Book(tmp_path / "data" / alignment.FILE)
    assert not told.problems.keys() - {"link-several-items", "link-several-things"}
    assert list(book.scan("wikidata")) == list(published.scan("wikidata"))


def test_suggestions_are_paged_by_kind_and_their_texts_are_no_markup(linked: tuple[Running, list[str]]) -> None:
    running, _ = linked
    found = running.get("/align/suggestions?kind=notice&page=2", "application/json").json()
    assert (found["total"], found["page"], found["pages"], len(found["suggestions"])) == (60, 2, 2, 10)
    first = running.get("/align/suggestions", "application/json").json()["suggestions"]
    assert first[0]["kind"] == "duplicate" and first[1]["score"] == 0.59
    page = running.get("/align/suggestions?kind=notice&lang=fr").text
    assert (
        "<script>alert" not in page
        and "&lt;script&gt;alert" in page
        and 'rel="next"' in page
        and "?kind=notice&amp;lang=fr&amp;page=2" in page
    )
    assert running.get("/align/suggestions?kind=other").status_code == 404
    for number in ("0", "-1", "x", "9" * 50, "%00", "٣"):
        assert running.get(f"/align/suggestions?page={number}").status_code == 200, number


def test_an_item_leads_to_what_it_is(linked: tuple[Running, list[str]]) -> None:
    running, things = linked
    for address in ("/align/wikidata/Q1", "/ref/Q1"):
        answer = running.get(address + "?lang=en")
        assert answer.status_code == 303 and answer.headers["location"] == path(running, things[ONE]) + "?lang=en", address
    for address in ("/align/wikidata/Q2", "/ref/Q2"):
        answer = running.get(address, "application/json")
        assert answer.status_code == 300 and {c["href"] for c in answer.json()["choices"]} == {
            path(running, things[TWO]),
            path(running, things[AGENT]),
        }
        assert running.get(address).status_code == 300
    for name in ("Q99", "Q0", "q1", "P1", "Q1%00", "Q" + "1" * 500, "%ff", "<script>"):
        assert running.get(f"/align/wikidata/{name}").status_code == 404, name


def test_answers_are_kept_by_release_and_cost_nothing_twice(linked: tuple[Running, list[str]]) -> None:
    running, _ = linked
    for address in ("/align", "/align/suggestions", "/align/links/wikidata.sssom.tsv"):
        first = running.get(address)
        assert first.headers["pop-release"] == store.current_name(running.data), address
        assert running.get(address, **{"If-None-Match": first.headers["etag"]}).status_code == 304, address


def test_a_release_without_links_says_so(running: Running) -> None:
    assert "pas encore de liens" in running.get("/align?lang=fr").text
    assert json.loads(running.get("/align", "application/json").content)["sources"] == {}
    assert running.get("/align/suggestions").status_code == 200
