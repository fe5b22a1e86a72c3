"""/id and /doc: redirects, negotiation, representations that say the same, removed and unknown notices."""

import json
import re

import httpx
import pyoxigraph
import pytest

from pop_ld import iris
from tests.rdf_readers import Triples, from_rdflib

from .conftest import NAUGHTY, Running

CHURCH = "/merimee/PA09900001"
TYPES = {
    "html": "text/html; charset=utf-8",
    "ttl": "text/turtle; charset=utf-8",
    "nt": "application/n-triples",
    "jsonld": "application/ld+json",
    "rdf": "application/rdf+xml",
    "trig": "application/trig",
    "json": "application/json",
}


def graph(answer: httpx.Response, suffix: str) -> Triples:
    """The triples by an independent parser."""
    return from_rdflib(answer.content, suffix)


def test_id_answers_303_to_doc_and_doc_answers(running: Running) -> None:
    answer = running.get("/id" + CHURCH)
    assert (answer.status_code, answer.headers["location"]) == (303, "/doc" + CHURCH)
    assert running.get("/doc" + CHURCH).status_code == 200


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("", "html"),
        ("*/*", "html"),
        ("text/html", "html"),
        ("text/turtle", "ttl"),
        ("application/n-triples", "nt"),
        ("application/ld+json", "jsonld"),
        ("application/rdf+xml", "rdf"),
        ("text/turtle;q=0.5, application/ld+json;q=0.9", "jsonld"),
        ("text/html;q=0, */*", "ttl"),
        ("application/*", "jsonld"),
        ("text/html;q=0.1, text/turtle", "ttl"),
        ("TEXT/TURTLE", "ttl"),
        ("image/png, */*;q=0.1", "html"),
        ('text/turtle;profile="x,y";q=1, text/html;q=0.5', "ttl"),
    ],
)
def test_accept(running: Running, accept: str, kind: str) -> None:
    answer = running.get("/doc" + CHURCH, accept)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == TYPES[kind]
    assert answer.headers["content-location"] == f"/doc{CHURCH}.{kind}"
    assert "Accept" in answer.headers["vary"]


@pytest.mark.parametrize("accept", ["image/png", "text/html;q=0", "application/xml;q=1, text/plain"])
def test_406_lists_what_there_is(running: Running, accept: str) -> None:
    answer = running.get("/doc" + CHURCH, accept)
    assert answer.status_code == 406
    assert "text/turtle" in answer.json()["offers"]
    assert [profile["token"] for profile in answer.json()["profiles"]][:2] == ["pop", "schema"]
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("suffix", TYPES)
def test_suffixes_beat_accept(running: Running, suffix: str) -> None:
    answer = running.get(f"/doc{CHURCH}.{suffix}", "application/nonsense")
    assert (answer.status_code, answer.headers["content-type"]) == (200, TYPES[suffix])


def test_every_html_page_is_whole_and_its_schema_org_is_json(running: Running, notices: list[str]) -> None:
    for iri in notices:
        path = iris.local(running.site, iris.thing_to_document(running.site, iri))
        page = running.get(path).text
        assert page.rstrip().endswith("</html>")
        data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)[1])  # type: ignore[index]
        assert data["@id"] == iri and data["@type"] and data["name"]


def test_links_of_a_page_work_on_this_host(running: Running, notices: list[str]) -> None:
    seen: set[str] = set()
    for iri in notices[::4]:
        page = running.get(iris.local(running.site, iris.thing_to_document(running.site, iri))).text
        seen |= {href.replace("&amp;", "&") for href in re.findall(r'href="(/[^"#]*)', page)}
    assert len(seen) > 100
    broken = {href: status for href in seen if (status := running.get(href).status_code) not in (200, 303)}
    assert broken == {}


def test_links_from_other_notices_are_shown(running: Running) -> None:
    page = running.get("/doc" + CHURCH).text
    assert re.search(r'href="/(?:id|doc)/palissy/PM09900001', page)
    assert re.search(r'href="/(?:id|doc)/memoire/MH09900001', page)


def test_french_and_english(running: Running) -> None:
    assert 'lang="fr"' in running.get("/doc" + CHURCH).text[:60]
    assert 'lang="en"' in running.get("/doc" + CHURCH, **{"Accept-Language": "en-GB,fr;q=0.5"}).text[:60]
    assert 'lang="en"' in running.get("/doc" + CHURCH + "?lang=en").text[:60]
    assert 'lang="fr"' in running.get("/doc" + CHURCH + "?lang=xx", **{"Accept-Language": "de"}).text[:60]


def test_etag_and_304(running: Running) -> None:
    first = running.get("/doc" + CHURCH, "text/turtle")
    again = running.get("/doc" + CHURCH, "text/turtle", **{"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = running.get("/doc" + CHURCH, "application/n-triples")
    assert other.headers["etag"] != first.headers["etag"]
    assert not first.headers["etag"].startswith("W/")


def test_head_is_get_without_a_body(running: Running) -> None:
    for path in ("/doc" + CHURCH, "/id" + CHURCH, "/", "/search?q=brunet", "/doc/mnr/absent"):
        got = running.get(path)
        head = running.client.head(running.root + path, headers={"Accept": "text/html"})
        assert (head.status_code, head.content) == (got.status_code, b"")
        assert head.headers.get("etag") == got.headers.get("etag")
        assert head.headers.get("content-length") == got.headers.get("content-length")


def test_references_with_spaces_slashes_and_suffixes(running: Running) -> None:
    for ref, label in (("MNR1.ttl", "Suffixe"), ("MNR%2F2", "Barre"), ("R%2026%20P", "")):
        answer = running.get(f"/doc/mnr/{ref}")
        assert answer.status_code == 200 and label in answer.text
        assert answer.headers["content-type"] == TYPES["html"]
        assert graph(running.get(f"/doc/mnr/{ref}.nt"), "nt")
    assert running.get("/doc/mnr/MNR/2").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/doc/mnr/absent",
        "/id/mnr/absent",
        "/doc/mnr/absent.ttl",
        "/doc/nobase/x",
        "/id/agent/mnr/x",
        "/nowhere",
        "/doc/",
        "/id/%00",
        "/doc/mnr/%ff",
    ],
)
def test_404(running: Running, path: str) -> None:
    for accept in ("text/html", "text/turtle"):
        answer = running.get(path, accept)
        assert answer.status_code == 404
        assert answer.headers["content-type"].startswith("text/html" if accept == "text/html" else "application/problem+json")


def test_410_says_what_is_known(running: Running) -> None:
    for path in ("/doc/mnr/rfr21", "/id/mnr/rfr21"):
        answer = running.get(path, "application/json")
        assert answer.status_code == 410
        assert answer.json()["label"] and answer.json()["removed"]
    page = running.get("/doc/mnr/rfr21")
    assert page.status_code == 410 and "retirée le" in page.text


def test_nothing_a_producer_wrote_becomes_markup(running: Running) -> None:
    for path in (
        "/doc/mnr/MNR%3Cb%3E",
        "/search?q=alert",
        "/search?q=" + NAUGHTY.replace("#", ""),
        "/sparql?query=" + NAUGHTY,
        "/doc/mnr/" + NAUGHTY.replace("/", ""),
    ):
        answer = running.get(path)
        assert "<script>alert" not in answer.text and "<img src=x" not in answer.text, path
        assert "script-src 'self'" in answer.headers["content-security-policy"]
        assert "unsafe-inline" not in answer.headers["content-security-policy"]
    page = running.get("/doc/mnr/MNR%3Cb%3E").text
    scripts = re.findall(r"<script[^>]*>", page)
    assert len(scripts) == page.count("</script>") == page.lower().count("<script")
    ours = re.compile(
        r'<script (?:src="/static/[^"]+"(?: defer)?|type="application/(?:ld\+)?json"(?: id="[a-z-]+")?|defer src="/static/[^"]+")>'
    )
    assert all(ours.fullmatch(tag) for tag in scripts), scripts


def test_agents_concepts_and_places_have_pages(running: Running) -> None:
    for path in ("/doc/agent/joconde/BRUNET_Am%C3%A9lie", "/doc/lieu/insee-21999", "/doc/concept/palissy/DENO/calice"):
        answer = running.get(path)
        assert answer.status_code == 200, path
        assert graph(running.get(path + ".ttl"), "ttl")


def test_rdf_is_byte_identical_between_requests(running: Running) -> None:
    assert running.get(f"/doc{CHURCH}.ttl").content == running.get(f"/doc{CHURCH}.ttl").content
    triples = list(pyoxigraph.parse(running.get(f"/doc{CHURCH}.nt").content, format=pyoxigraph.RdfFormat.N_TRIPLES))
    assert any(t.predicate.value == iris.FOAF + "primaryTopic" for t in triples)
