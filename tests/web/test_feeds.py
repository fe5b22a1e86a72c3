"""Feeds of a search, and its OpenSearch description: well-formed, complete by their specifications, newest first."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

from .conftest import Running

ATOM = "{http://www.w3.org/2005/Atom}"
OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
QUESTIONS = (
    "",
    "q=brunet",
    "q=saint&base=palissy&base=merimee&image=non",
    "q=zzzzzz",
    "q=%3Cscript%3E%26%00%ED%A0%80&author=%3Cb%3E",
    "q=alert",
)


def test_atom_is_what_rfc_4287_wants(running: Running) -> None:
    for query in QUESTIONS:
        for lang in ("fr", "en"):
            answer = running.get(f"/search.atom?{query}&lang={lang}", "*/*")
            assert answer.status_code == 200 and answer.headers["content-type"].startswith("application/atom+xml")
            feed = ElementTree.fromstring(answer.content)
            assert feed.tag == ATOM + "feed"
            for part in (feed, *feed.findall(ATOM + "entry")):
                for name in ("id", "title", "updated"):
                    found = part.findall(ATOM + name)
                    assert len(found) == 1 and (found[0].text or "").strip(), (query, name)
                assert TIME.fullmatch(part.findtext(ATOM + "updated", ""))
                assert re.match(r"https?://[^\s<>]+$", part.findtext(ATOM + "id", ""))
            assert feed.find(f"{ATOM}author/{ATOM}name") is not None
            links = {link.get("rel"): link.get("href", "") for link in feed.findall(ATOM + "link")}
            assert links["self"].startswith(running.site + "/search.atom") and links["alternate"].startswith(running.site + "/search")
            again = running.get(links["self"].removeprefix(running.site), "*/*")
            assert [e.findtext(ATOM + "id") for e in ElementTree.fromstring(again.content).findall(ATOM + "entry")] == [
                e.findtext(ATOM + "id") for e in feed.findall(ATOM + "entry")
            ]
            assert len({e.findtext(ATOM + "id") for e in feed.findall(ATOM + "entry")}) == len(feed.findall(ATOM + "entry"))


def test_json_feed_says_the_same(running: Running) -> None:
    for query in QUESTIONS:
        feed = running.get(f"/search.feed.json?{query}", "*/*").json()
        assert feed["version"] == "https://jsonfeed.org/version/1.1" and feed["title"] and feed["feed_url"].startswith(running.site)
        atom = ElementTree.fromstring(running.get(f"/search.atom?{query}", "*/*").content)
        assert [item["id"] for item in feed["items"]] == [e.findtext(ATOM + "id") for e in atom.findall(ATOM + "entry")]
        for item in feed["items"]:
            assert item["content_text"] and TIME.fullmatch(item["date_modified"]) and item["url"].startswith(running.site + "/doc/")


def test_what_changed_last_comes_first(running: Running) -> None:
    items = running.get("/search.feed.json?base=joconde&base=mnr&base=palissy", "*/*").json()["items"]
    created = [item["date_modified"] for item in items if not item["date_modified"].endswith("T00:00:00Z")]
    days = [item["date_modified"] for item in items if item["date_modified"].endswith("T00:00:00Z")]
    assert len(set(days)) > 1 and days == sorted(days, reverse=True)
    assert [item["date_modified"] for item in items] == days + created, "undated notices come last"


def test_the_page_names_its_feeds(running: Running) -> None:
    text = running.get("/search?q=brunet&view=mosaic").text
    for kind, path in (("application/atom+xml", "/search.atom"), ("application/feed+json", "/search.feed.json")):
        href = re.search(f'<link rel="alternate" type="{re.escape(kind)}" href="([^"]*)"', text)
        assert href and urlsplit(href[1]).path == path and parse_qs(urlsplit(href[1]).query)["q"] == ["brunet"]


def test_opensearch_tells_how_to_ask(running: Running) -> None:
    for lang in ("fr", "en"):
        answer = running.get(f"/opensearch.xml?lang={lang}", "*/*")
        assert answer.headers["content-type"] == "application/opensearchdescription+xml"
        described = ElementTree.fromstring(answer.content)
        assert described.tag == OPENSEARCH + "OpenSearchDescription"
        assert 0 < len(described.findtext(OPENSEARCH + "ShortName", "")) <= 16
        assert 0 < len(described.findtext(OPENSEARCH + "Description", "")) <= 1024
        kinds = {}
        for url in described.findall(OPENSEARCH + "Url"):
            template = url.get("template", "").replace("{searchTerms}", "brunet").replace("{startPage?}", "1")
            found = running.get(template.removeprefix(running.site), url.get("type", ""))
            assert found.status_code == 200 and found.headers["content-type"].split(";")[0] == url.get("type"), template
            kinds[url.get("rel")] = template
        assert {"results", "suggestions", "self"} == set(kinds)
