"""The page of a search, without scripts: total, filters as one form, chips, order, views, pages, and what to do where it is empty."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from pop_ld.search.highlight import snippet
from pop_ld.search.question import FACETS, ORDERS, Question
from pop_ld.web import search_asked, search_hits
from pop_ld.web.state import Current

from .conftest import NAUGHTY, Running


class Page(HTMLParser):
    """Links, forms with their fields, and the text that is read."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[tuple[str, str]] = []
        self.forms: list[tuple[dict[str, str], list[dict[str, str]]]] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.said = ""
        self.headings: dict[str, str] = {}
        self._open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.tags.append((tag, found))
        if tag == "a":
            self.links.append((found.get("href", ""), ""))
        elif tag == "form":
            self.forms.append((found, []))
        elif tag in ("input", "select") and self.forms:
            self.forms[-1][1].append(found)
        if tag not in ("input", "img", "meta", "link", "br", "hr"):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._open and tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if "script" in self._open:
            return
        self.said += data
        if "h1" in self._open:
            self.headings["h1"] = self.headings.get("h1", "") + data
        if "a" in self._open and self.links:
            href, text = self.links[-1]
            self.links[-1] = (href, text + data)

    def form(self, name: str) -> list[dict[str, str]]:
        return next(fields for about, fields in self.forms if about.get("class") == name)


def page(running: Running, path: str = "/search", **given: Any) -> Page:
    answer = running.get(f"{path}?{urlencode(given, doseq=True)}")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/html")
    return Page(answer.text)


def sent(fields: list[dict[str, str]], *ticked: tuple[str, str]) -> str:
    """What a browser sends of a form with boxes ticked beside those that are."""
    pairs = [(f["name"], f.get("value", "")) for f in fields if f.get("name") and (f.get("type") != "checkbox" or "checked" in f)]
    return urlencode([*pairs, *ticked])


def total(running: Running, query: str) -> int:
    return int(running.get(f"/search.json?{query}", "*/*").json()["total"])


def test_the_size_comes_first_and_the_question_is_in_the_box(running: Running) -> None:
    found = page(running, q="brunet")
    count = total(running, "q=brunet")
    assert found.headings["h1"].startswith(f"{count} notice")
    assert {field["value"] for field in found.form("find") if field.get("name") == "q"} == {"brunet"}
    assert ("meta", {"name": "robots", "content": "noindex"}) in found.tags


def test_every_facet_narrows_by_its_form(running: Running) -> None:
    found = page(running)
    fields = found.form("sieve-form")
    boxes = [field for field in fields if field.get("type") == "checkbox"]
    names = {field["name"] for field in boxes}
    assert {"base", "domain", "type", "author", "century", "region", "image"} <= names <= set(FACETS)
    assert "department" not in names and "commune" not in names, "they come once a region is chosen"
    for name in names:
        box = next(field for field in boxes if field["name"] == name)
        query = sent(fields, (name, box["value"]))
        narrowed = Page(running.get(f"/search?{query}").text)
        assert any(f["name"] == name and "checked" in f for f in narrowed.form("sieve-form") if f.get("type") == "checkbox")
        assert narrowed.headings["h1"].startswith(f"{total(running, query)} ".replace(",", "\u202f")) or total(running, query) >= 1000


def test_places_go_from_region_to_commune(running: Running) -> None:
    chosen: list[tuple[str, str]] = []
    for name in ("region", "department", "commune"):
        found = Page(running.get(f"/search?{urlencode(chosen)}").text)
        boxes = [f for f in found.form("sieve-form") if f.get("type") == "checkbox" and f["name"] == name]
        assert boxes, name
        chosen.append((name, boxes[0]["value"]))
    found = Page(running.get(f"/search?{urlencode(chosen)}").text)
    without_region = next(href for href, text in found.links if "Région" in text and chosen[0][1] in text)
    assert {name for name, _ in parse_qsl(urlsplit(without_region).query)} == set(), "what lies within a region goes with it"


def test_new_words_keep_the_filters(running: Running) -> None:
    found = page(running, q="brunet", base=["palissy", "mnr"], sort="title", lang="en")
    kept = {(field["name"], field["value"]) for field in found.form("find") if field.get("type") == "hidden"}
    assert kept == {("base", "palissy"), ("base", "mnr"), ("sort", "title"), ("lang", "en")}


def test_each_chip_takes_its_filter_back(running: Running) -> None:
    query = [("q", "saint"), ("base", "palissy"), ("base", "merimee"), ("image", "non"), ("years", "1000..2000")]
    found = Page(running.get(f"/search?{urlencode(query)}").text)
    chips = [(href, text) for href, text in found.links if "Retirer ce filtre" in text]
    assert len(chips) == 4
    left = [frozenset(parse_qsl(urlsplit(href).query)) for href, _ in chips]
    assert set(left) == {frozenset(query) - {gone} for gone in query[1:]}
    clear = next(href for href, text in found.links if text == "Tout effacer")
    assert parse_qsl(urlsplit(clear).query) == [("q", "saint")]


def test_orders_views_and_pages_keep_the_question(running: Running) -> None:
    found = page(running, base="palissy", size="5")
    orders = [href for href, _ in found.links if "sort=" in href]
    assert {dict(parse_qsl(urlsplit(href).query))["sort"] for href in orders} >= set(ORDERS) - {"relevance"}
    for href, _ in found.links:
        parts = urlsplit(href)
        if parts.path == "/search" and parts.query and "find" not in parts.query:
            assert ("base", "palissy") in parse_qsl(parts.query) or not re.search(r"sort=|view=|page=", parts.query), href
    following = next(attrs["href"] for tag, attrs in found.tags if tag == "a" and attrs.get("rel") == "next")
    second = Page(running.get(following).text)
    previous = next(attrs["href"] for tag, attrs in second.tags if tag == "a" and attrs.get("rel") == "prev")
    assert Page(running.get(previous).text).headings == found.headings
    assert "Page 2 sur" in second.said


def test_each_view_answers(running: Running) -> None:
    for view in ("list", "mosaic", "map", "timeline"):
        for lang in ("fr", "en"):
            found = page(running, q="", view=view, lang=lang)
            current = [attrs for tag, attrs in found.tags if tag == "a" and attrs.get("class") == f"view-{view}"]
            assert len(current) == 1 and current[0].get("aria-current") == "true"
    mosaic = next(href for href, text in page(running).links if text == "Mosaïque")
    assert set(parse_qsl(urlsplit(mosaic).query)) == {("view", "mosaic"), ("image", "oui")}


def test_an_empty_answer_says_what_to_do(running: Running) -> None:
    found = page(running, q="brunet", base="autor", century="3")
    assert "Aucune notice" in found.said
    ways = [(href, text) for href, text in found.links if text.startswith("Sans ")]
    assert ways
    for href, _ in ways:
        assert total(running, urlsplit(href).query) > 0
    assert "orthographe" in page(running, q="zzzzzz").said
    beyond = page(running, q="brunet", page="300")
    assert "plus de notices à cette page" in beyond.said


def test_other_words_are_offered_with_their_count(running: Running) -> None:
    found = page(running, q="brunnet")
    href = next(href for href, text in found.links if text == "brunet")
    assert "Vouliez-vous dire" in found.said and total(running, urlsplit(href).query) > total(running, "q=brunnet")


def test_faults_are_said(running: Running) -> None:
    found = page(running, years="hier<b>", sort="best", page="zero")
    for name in ("years", "sort", "page"):
        assert f"« {name} »" in found.said
    assert "hier<b>" in found.said


def test_values_of_a_facet_have_a_page(running: Running) -> None:
    found = page(running, "/search/facets/author", q="", base="mnr", author="Personne")
    fields = found.form("values")
    first = next(field for field in fields if field.get("type") == "checkbox" and "checked" not in field)
    query = sent(fields, ("author", first["value"]))
    assert ("author", "Personne") in parse_qsl(query) and ("base", "mnr") in parse_qsl(query)
    assert total(running, query) > 0
    word = max(re.findall(r"\w+", first["value"]), key=len)
    looked = page(running, "/search/facets/author", base="mnr", like=word)
    assert any(field.get("value") == first["value"] for field in looked.form("values"))
    assert "Aucune valeur" in page(running, "/search/facets/author", like="zzzzzz").said


def test_nothing_of_a_notice_is_markup(running: Running) -> None:
    word = "alert"
    for view in ("list", "mosaic"):
        text = running.get(f"/search?q={word}&view={view}").text
        assert total(running, f"q={word}") and "<img src=x" not in text and "<script>alert" not in text
    for name in ("q", "author", "type", "where", "years", "sort", "view"):
        text = running.get("/search?" + urlencode({name: NAUGHTY})).text
        assert "<img src=x" not in text and "<script>alert" not in text and unescape(text)
    assert "<img src=x" not in running.get("/search/facets/author?limit=1000").text


def test_pages_cost_nothing_twice(running: Running) -> None:
    first = running.get("/search?q=brunet&image=oui")
    again = running.get("/search?q=brunet&image=oui", **{"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304 and not again.content
    assert running.get("/search?q=brunet&image=oui&lang=en").headers["etag"] != first.headers["etag"]


def test_the_search_box_is_everywhere_and_needs_no_script(running: Running) -> None:
    for path in ("/", "/releases", "/search", "/about"):
        found = Page(running.get(path).text)
        box = next(field for _, fields in found.forms for field in fields if field.get("name") == "q")
        assert box["data-suggest"] == "/search/suggest" and "role" not in box
        link = next(attrs for tag, attrs in found.tags if tag == "link" and attrs.get("rel") == "search")
        assert running.get(link["href"], "*/*").status_code == 200


def test_pages_go_on_by_cursor_where_numbers_end(running: Running, notices: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_asked, "DEEPEST", 45)  # the server is a thread of this process
    for order in ("relevance", "title", "-changed"):
        href, seen, pages = f"/search?size=15&sort={order}&deep=1", list[str](), 0
        while href:
            found = Page(running.get(href).text)
            seen += [attrs["data-iri"] for _, attrs in found.tags if "data-iri" in attrs]
            pages += 1
            assert f"Page {pages} sur" in found.said and ("after=" in href) == (pages > 3)
            href = next((attrs["href"] for tag, attrs in found.tags if tag == "a" and attrs.get("rel") == "next"), "")
        assert sorted(seen) == sorted(notices) and pages == -(-len(notices) // 15)


def test_a_passage_is_found_without_reading_everything(running: Running) -> None:
    now = Current(running.settings).get()
    words = {word for hit in now.search.scan(Question()) for word in hit.title.split() if len(word) > 3}
    told = 0
    for word in sorted(words)[:150]:
        for hit in now.search.find(Question(word), limit=10, full=True).hits:
            _, passage = snippet(hit.fields, word)
            _, found = search_hits.passage_of(hit.fields, word)
            assert bool(found) == bool(passage), (word, hit.iri)
            assert any(match for _, match in found) or not found
            told += bool(passage) and len(next(search_hits.worth_reading(hit.fields, word))) < len(hit.fields)
    assert told > 50


def test_a_passage_is_where_most_words_of_a_long_text_are_together() -> None:
    filling = "Une chapelle en ruine, puis rien que de la prose sans rapport avec elle. " * 20
    text = filling + "Le vitrail de la chapelle Saint-Éloi fut refait. " + filling
    code, passage = search_hits.passage_of({"HIST": [text], "DESC": ["Chapelle isolée."]}, "vitraux chapelle eloi")
    assert code == "HIST"
    assert {piece for piece, match in passage if match} >= {"vitrail", "chapelle", "Éloi"}
    assert passage[0][0].startswith("…")
    assert passage[-1][0].endswith("…")
    assert search_hits.passage_of({}, "vitrail") == search_hits.passage_of({"DESC": [""]}, "vitrail") == ("", [])
