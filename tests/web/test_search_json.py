"""The JSON of a search: totals, hits, facets, cursors, faults; facet values, suggestions; what OpenAPI says of all that."""

from __future__ import annotations

import re
from http.client import HTTPConnection
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from pop_ld import store
from pop_ld.bases import load_bases
from pop_ld.search.question import FACETS, ORDERS
from pop_ld.web import app, openapi

from .conftest import Running


def asked(running: Running, path: str = "/search.json", **given: Any) -> Any:
    answer = running.get(f"{path}?{urlencode(given, doseq=True)}", "application/json")
    assert answer.status_code == 200, answer.text[:300]
    return answer.json()


def test_everything_is_counted_and_reached_by_cursor(running: Running, notices: list[str]) -> None:
    for order in ORDERS:
        seen: list[str] = []
        page = asked(running, sort=order, size=40)
        assert page["total"] == len(notices) == store.current(running.data).manifest["notices"]
        while True:
            seen += [hit["iri"] for hit in page["hits"]]
            if not page["next"]:
                break
            assert page["after"]
            page = running.get(page["next"], "application/json").json()
        assert sorted(seen) == sorted(notices), order


def test_pages_by_number_and_by_cursor_are_the_same(running: Running) -> None:
    for order in ("relevance", "title"):
        first = asked(running, sort=order, size=30)
        by_number = asked(running, sort=order, size=30, page=2)
        by_cursor = asked(running, sort=order, size=30, page=2, after=first["after"])
        assert [hit["iri"] for hit in by_number["hits"]] == [hit["iri"] for hit in by_cursor["hits"]] != []
        assert by_number["page"] == by_cursor["page"] == 2


def test_facets_are_exact_alternatives_within_and_narrow_between(running: Running) -> None:
    whole = asked(running)
    assert set(whole["facets"]) == set(FACETS) and set(whole["facets_cut"]) <= set(FACETS)
    tried = 0
    for name, values in whole["facets"].items():
        for value in values[:3]:
            assert not value["chosen"] and value["label"]
            assert asked(running, **{name: value["value"]})["total"] == value["count"], (name, value)
            tried += 1
    assert tried > 20
    bases = whole["facets"]["base"]
    assert {value["value"]: value["count"] for value in bases} == store.current(running.data).manifest["bases"]
    two = asked(running, base=["mnr", "palissy"])
    counted = {value["value"]: value["count"] for value in bases}
    assert two["total"] == counted["mnr"] + counted["palissy"] and two["base"] == "mnr"
    assert {value["value"] for value in two["facets"]["base"] if value["chosen"]} == {"mnr", "palissy"}
    assert {value["value"]: value["count"] for value in two["facets"]["base"]} == counted, "a facet's own choice does not narrow it"
    both = asked(running, base=["mnr", "palissy"], image="oui")
    assert both["total"] == sum(asked(running, base=base, image="oui")["total"] for base in ("mnr", "palissy"))


def test_labels_are_words(running: Running) -> None:
    facets = asked(running)["facets"]
    said = {value["value"]: value["label"] for value in facets["century"]}
    assert any(re.fullmatch(r"\d+e siècle", label) for label in said.values())
    assert {value["label"] for value in facets["image"]} == {"Avec image", "Sans image"}
    in_english = asked(running, lang="en")["facets"]
    assert {value["label"] for value in in_english["image"]} == {"With an image", "Without image"}
    names = {hit["ref"]: hit["title"] for hit in asked(running, base="museo", size=100)["hits"]}
    museums = {value["value"]: value["label"] for value in facets["museum"]}
    assert museums and any(museums[ref] == names[ref] for ref in museums if ref in names)
    assert all(not value["label"].startswith("http") for value in facets["rights"])


def test_words_are_marked_in_titles_and_passages(running: Running) -> None:
    found = asked(running, q="brunet")
    assert found["total"] and any(hit["highlights"] for hit in found["hits"])
    for hit in found["hits"]:
        marks = hit["highlights"]
        for segments in (marks.get("title", []), marks.get("passage", {}).get("segments", [])):
            assert all(re.search("brunet", one["text"], re.IGNORECASE) for one in segments if one["match"])
        if passage := marks.get("passage"):
            assert load_bases()[hit["base"]].fields[passage["field"]].public and passage["label"]
    assert all(not hit["highlights"] for hit in asked(running)["hits"])


def test_what_makes_no_sense_is_said(running: Running) -> None:
    given = {"years": "hier", "box": "1,2", "around": "x", "sort": "best", "where": "AUTR", "view": "cube", "page": "-1", "size": "0"}
    found = asked(running, **given)
    assert {fault["parameter"] for fault in found["faults"]} == set(given)
    assert found["total"] == asked(running)["total"] and asked(running, q="x", page="2", size="10")["faults"] == []


def test_an_empty_answer_is_one(running: Running) -> None:
    found = asked(running, q="zzzzzz")
    assert (found["total"], found["hits"], found["after"], found["next"], found["pages"]) == (0, [], "", "", 1)


def test_the_address_is_canonical_and_asks_the_same(running: Running) -> None:
    found = asked(running, size=10, q=" église ", base=["palissy", "merimee"], years="19e", lang="fr")
    assert found["url"].startswith(running.site + "/search?") and "lang" not in found["url"]
    again = running.get(found["url"].removeprefix(running.site).replace("/search?", "/search.json?"), "application/json").json()
    assert (again["total"], again["hits"], again["url"]) == (found["total"], found["hits"], found["url"])


def test_programs_and_people_share_an_address(running: Running) -> None:
    assert asked(running, "/search", q="brunet") == asked(running, "/search.json", q="brunet")
    answer = running.get("/search.json?q=brunet", "*/*")
    assert answer.headers["x-robots-tag"] == "noindex"
    assert running.get("/search.json?q=brunet", "*/*", **{"If-None-Match": answer.headers["etag"]}).status_code == 304


def test_values_of_a_facet_by_pages_and_words(running: Running) -> None:
    for name in FACETS:
        every = asked(running, f"/search/facets/{name}", limit=1000)
        assert not every["more"] and every["next"] == "" and every["facet"] == name
        counts = [value["count"] for value in every["values"]]
        assert counts == sorted(counts, reverse=True) or name == "century"
        first = asked(running)["facets"][name]
        assert {(v["value"], v["count"]) for v in first} <= {(v["value"], v["count"]) for v in every["values"]}
        paged: list[Any] = []
        page = asked(running, f"/search/facets/{name}", limit=7)
        while True:
            paged += [value["value"] for value in page["values"]]
            if not page["next"]:
                break
            page = running.get(page["next"], "application/json").json()
        assert sorted(paged) == sorted(value["value"] for value in every["values"]), name
    label = asked(running, "/search/facets/author")["values"][0]["label"]
    word = max(re.findall(r"\w+", label), key=len)
    found = asked(running, "/search/facets/author", like=word.upper())["values"]
    assert label in {value["label"] for value in found} and len(found) < len(asked(running, "/search/facets/author", limit=1000)["values"])
    assert {v["value"] for v in asked(running, "/search/facets/base", like="palis")["values"]} == {"palissy"}
    assert [v["value"] for v in asked(running, "/search/facets/century", like="19e")["values"]] == ["19"]
    assert running.get("/search/facets/colour", "application/json").status_code == 404


def test_suggestions_lead_to_what_they_count(running: Running) -> None:
    for text in ("brun", "egl", "sai"):
        found = asked(running, "/search/suggest", q=text)
        assert found["query"] == text and found["suggestions"], text
        for one in found["suggestions"]:
            assert one["label"] and one["kind_label"] and one["url"].startswith("/search?")
            assert running.get(one["url"], "application/json").json()["total"] >= 1, one
    answer = running.get("/search/suggest?q=brun&as=opensearch", "*/*")
    text, labels, said, addresses = answer.json()
    assert text == "brun" and len(labels) == len(said) == len(addresses) > 0
    assert answer.headers["content-type"] == "application/x-suggestions+json" and "max-age" in answer.headers["cache-control"]
    assert asked(running, "/search/suggest", q="")["suggestions"] == []


def test_hostile_parameters_get_clean_answers(running: Running) -> None:
    texts = [
        "%00",
        "%ED%A0%80",
        "%FF%FE",
        "%0D%0A",
        quote("\u202e‮'\"<script>"),
        quote("(" * 200),
        quote('"' * 301),
        "x" * 20_000,
        "%25%32%30",
    ]
    paths = ("/search.json", "/search", "/search.atom", "/search.feed.json", "/search/facets/author", "/search/suggest")
    names = ("q", "author", "where", "years", "box", "around", "sort", "view", "after", "like", "page", "size", "lang", "iri")
    for path in paths:
        for text in texts:
            address = f"{path}?" + "&".join(f"{name}={text}" for name in names if len(text) < 1000 or name == "q")
            for accept in ("text/html", "application/json, */*;q=0.1"):
                answer = running.get(address, accept)
                assert answer.status_code == 200, (address[:200], answer.status_code)
                assert "<script>" not in re.sub(r"<script [^>]*>", "", answer.text) or "json" in answer.headers["content-type"]
        many = "&".join(f"author=a{n}" for n in range(500)) + "&q=a&q=b&base=mnr&base=mnr"
        assert running.get(f"{path}?{many}", "application/json, */*;q=0.1").status_code == 200
    assert running.get("/search/facets/%3Cscript%3E", "text/html").status_code == 404
    line = HTTPConnection(urlsplit(running.root).netloc, timeout=30)  # httpx sends no address of a megabyte
    line.request("GET", "/search.json?q=" + "x" * 1_000_000)
    assert line.getresponse().status in (200, 400, 414, 431)
    line.close()


def test_openapi_describes_what_is_served(running: Running) -> None:
    answer = running.get("/openapi.json", "*/*")
    described = answer.json()
    assert answer.status_code == 200 and described["openapi"].startswith("3.1") and described["servers"] == [{"url": running.site}]
    served = {path.replace(":path}", "}") for path, _, _ in app.ADDRESSES}
    assert set(described["paths"]) <= served
    programs = {path for path in served if path.startswith(("/search.", "/search/")) and path not in PAGES_ALONE}
    assert programs <= set(described["paths"]), "every address of search for programs is described"
    text = answer.text
    for where in set(re.findall(r'"\$ref": "#/([^"]+)"', text)):
        found: Any = described
        for part in where.split("/"):
            found = found[part]
        assert found
    schema = described["components"]["schemas"]
    assert schema["FacetName"]["enum"] == list(FACETS)
    assert described["components"]["parameters"]["sort"]["schema"]["enum"] == list(ORDERS)
    page = asked(running, q="brunet")
    assert set(page) == set(schema["Answer"]["properties"]) == set(schema["Answer"]["required"])
    assert set(page["hits"][0]) == set(schema["Hit"]["properties"])
    assert set(asked(running, "/search/facets/base")) == set(schema["FacetValues"]["properties"])
    assert openapi.document()["paths"]


PAGES_ALONE = {"/search/advanced", "/search/list", "/search/map", "/search/mosaic", "/search/help"}


def test_a_question_is_kept_by_every_link(running: Running) -> None:
    found = asked(running, q="saint", base="palissy", size=5, sort="title", lang="en")
    kept = parse_qs(urlsplit(found["next"]).query)
    assert {"q", "base", "size", "sort", "lang", "after", "page"} == set(kept)
