"""/sparql/complete and /sparql/labels: what they offer, in whose words, within which bounds."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import quote

import httpx
import pytest

from pop_ld import iris, store
from pop_ld.store.statistics import PropertyCount, Statistics
from pop_ld.web import completion

from .conftest import Running

EDIFICE = iris.ONTOLOGY + "Edifice"


def complete(running: Running, kind: str, text: str, lang: str = "fr") -> list[dict[str, str]]:
    answer = running.get(f"/sparql/complete?kind={kind}&text={quote(text)}&lang={lang}", accept="application/json")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, str]] = answer.json()["suggestions"]
    return found


@pytest.mark.parametrize(
    ("kind", "text", "lang", "name", "label"),
    [
        ("class", "pop:Edi", "fr", "pop:Edifice", "Édifice"),
        ("class", "edif", "fr", "pop:Edifice", "Édifice"),
        ("class", "build", "en", "pop:Edifice", "Building"),
        ("class", EDIFICE, "en", "pop:Edifice", "Building"),
        ("property", "pop:DENO", "fr", "pop:DENO", "Dénomination"),
        ("property", "dénomination", "fr", "pop:DENO", "Dénomination"),
        ("property", "pop:dénom", "fr", "pop:DENO", "Dénomination"),
    ],
)
def test_terms_are_found_by_name_by_label_and_by_iri(running: Running, kind: str, text: str, lang: str, name: str, label: str) -> None:
    found = complete(running, kind, text, lang)
    assert (name, label) in [(item["name"], item["label"]) for item in found[:5]]


def test_things_are_found_by_the_search_index(running: Running) -> None:
    found = complete(running, "value", "calice")
    assert found and all(item["iri"].startswith(running.site + "/id/") and item["label"] for item in found)
    assert complete(running, "value", "") == complete(running, "value", "c") == []


@pytest.mark.parametrize("text", ["", "'", '"><script>', "%00", "\x00", "(" * 500, "é" * 100_00, ".*", "\\", "pop:", ":", "<", "{}"])
@pytest.mark.parametrize("kind", completion.KINDS)
def test_hostile_texts_are_answered_within_bounds(running: Running, kind: str, text: str) -> None:
    assert len(complete(running, kind, text)) <= completion.MOST


@pytest.mark.parametrize("query", ["", "kind=", "kind=thing&text=a", "kind=class%00"])
def test_an_unknown_kind_is_refused(running: Running, query: str) -> None:
    answer = running.get(f"/sparql/complete?{query}", accept="application/json")
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")


def test_suggestions_are_known_again_by_their_etag(running: Running) -> None:
    path = "/sparql/complete?kind=class&text=edi&lang=fr"
    first = running.get(path, accept="application/json")
    assert running.get(path, accept="application/json", **{"If-None-Match": first.headers["etag"]}).status_code == 304
    assert running.get(path.replace("fr", "en"), accept="application/json").headers["etag"] != first.headers["etag"]
    assert first.headers["pop-release"] == first.json()["release"]


def statistics(folder: Path) -> None:
    counts = {
        iris.ONTOLOGY + "DENO": PropertyCount(70, 7, 7),
        iris.RDFS + "label": PropertyCount(900, 9, 9),
        "urn:x-odd:1/2": PropertyCount(3, 1, 1),
    }
    Statistics(10, 10, 10, classes={EDIFICE: 5, iris.SKOS + "Concept": 50}, properties=counts).save(folder)


def test_counts_of_the_release_order_its_terms(running: Running, tmp_path: Path) -> None:
    statistics(tmp_path)
    now = SimpleNamespace(release=replace(store.current(running.data), path=tmp_path), site=running.site)
    classes = completion._terms(now, "class", "", "fr")  # type: ignore[arg-type]
    assert [(item["name"], item["count"]) for item in classes] == [("skos:Concept", 50), ("pop:Edifice", 5)]
    properties = completion._terms(now, "property", "", "en")  # type: ignore[arg-type]
    assert [item["name"] for item in properties] == ["rdfs:label", "pop:DENO", "", "pop:score", "pop:search"]
    assert properties[2]["iri"] == "urn:x-odd:1/2"


def labels(running: Running, asked: list[str], lang: str = "fr", post: bool = True) -> httpx.Response:
    address = running.root + f"/sparql/labels?lang={lang}"
    if post:
        return running.client.post(address, data={"iri": asked})
    return running.client.get(address + "".join(f"&iri={quote(iri)}" for iri in asked))


def test_labels_are_in_the_language_of_the_reader(running: Running, notices: list[str]) -> None:
    thing = next(iri for iri in notices if "/palissy/" in iri)
    for post in (True, False):
        found = labels(running, [thing, EDIFICE, running.site + "/id/none/x"], "fr", post).json()["labels"]
        assert found.keys() == {thing, EDIFICE} and found[EDIFICE] == "Édifice" and found[thing]
    assert labels(running, [EDIFICE], "en").json()["labels"] == {EDIFICE: "Building"}


def test_labels_are_bounded_and_take_any_text(running: Running) -> None:
    many = [f"{running.site}/id/palissy/{n}" for n in range(completion.MOST_LABELS)]
    assert labels(running, many).status_code == 200
    assert labels(running, [*many, "https://x.example/"]).status_code == 400
    odd = ["javascript:alert(1)", "", " ", "<>", "\x00", "https://x.example/" + "a" * 10_000, "_:b", "urn:a b", "https://x.example/%ZZ"]
    assert labels(running, odd).json() == {"labels": {}}
    assert labels(running, []).json() == {"labels": {}}
    assert labels(running, odd, post=False).status_code == 200


def test_labels_take_no_other_body(running: Running) -> None:
    answer = running.client.post(running.root + "/sparql/labels", content=b"{}", headers={"Content-Type": "application/json"})
    assert answer.status_code == 415
    assert running.client.delete(running.root + "/sparql/labels").status_code == 405


def test_a_suggestion_does_not_read_the_vocabulary_anew(running: Running) -> None:
    complete(running, "property", "a")
    before = completion._vocabulary.cache_info().misses
    began = time.perf_counter()
    for text in ("pop:D", "titre", "date"):
        complete(running, "property", text)
    assert completion._vocabulary.cache_info().misses == before
    print(f"{(time.perf_counter() - began) / 3 * 1000:.1f} ms a suggestion")
