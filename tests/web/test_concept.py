"""Terms of an installed thesaurus: they have their IRIs elsewhere, and a page, a list and labels here."""

import html
import json
import re
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest
import rdflib

from pop_ld import pipeline, thesauri
from pop_ld.bases import load_bases
from pop_ld.config import Settings

from .conftest import NAUGHTY, Running, serve

ARK = "http://data.culture.fr/thesaurus/resource/ark:/67717/"
SKOS = f"""@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix t: <{ARK}> .
t:T505 a skos:ConceptScheme ; skos:prefLabel "Dénominations"@fr .
t:T505-1 a skos:Concept ; skos:inScheme t:T505 ; skos:prefLabel "peinture"@fr .
t:T505-2 a skos:Concept ; skos:inScheme t:T505 ; skos:prefLabel "tableau"@fr ; skos:altLabel "peinture de chevalet"@fr ;
  skos:broader t:T505-1 ; skos:exactMatch <http://vocab.getty.edu/aat/300033618> .
<http://thesaurus.example/é&\\u0022> a skos:Concept ; skos:inScheme t:T505 ; skos:prefLabel "étrange"@fr .
"""
TABLE, BROAD = ARK + "T505-2", ARK + "T505-1"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("terms")
    file, data = folder / "T505.ttl", folder / "data"
    file.write_text(SKOS.replace("&\\u0022", "&x"), encoding="utf-8")
    settings = replace(Settings(), data=str(data))
    thesauri.add([file], data)
    pipeline.load(list(load_bases()["joconde"].samples), data, settings, quiet=True)
    server, thread, root = serve(settings)
    with httpx.Client(follow_redirects=False, timeout=30) as client:
        yield Running(root, data, settings, client)
    server.should_exit = True
    thread.join(10)


def test_a_notice_names_its_term_and_leads_to_its_page(site: Running) -> None:
    found = site.get("/linked", "application/json").status_code
    assert found == 404, "no term was named"
    listed = site.client.get(site.root + "/linked", params={"iri": TABLE, "format": "json"}).json()
    assert listed["total"] == len(listed["hits"]) > 0 and listed["title"] == "tableau"
    page = site.get(listed["hits"][0]["url"]).text
    assert f'<a href="/concept?iri={TABLE}">tableau</a>' in page and "T505-2</a>" not in page


@pytest.mark.parametrize(("lang", "word"), [("fr", "Plus général"), ("en", "Broader")])
def test_the_page_of_a_term(site: Running, lang: str, word: str) -> None:
    page = site.get(f"/concept?iri={TABLE}&lang={lang}")
    assert page.status_code == 200 and f'<html lang="{lang}"' in page.text and word in page.text
    assert f'<a href="/concept?iri={BROAD}">peinture</a>' in page.text and "peinture de chevalet" in page.text
    assert "aat/300033618" in page.text and "/doc/joconde/" in page.text and "/linked?iri=" in page.text
    assert f'<a href="/concept?iri={TABLE}">tableau</a>' in site.get(f"/concept?iri={BROAD}&lang={lang}").text, "the narrower one"


@pytest.mark.parametrize("path", ["/concept", "/linked"])
def test_the_page_in_another_language_is_one_address(site: Running, path: str) -> None:
    page = site.client.get(site.root + path, params={"iri": TABLE}, headers={"Accept": "text/html"}).text
    others = [html.unescape(found) for found in re.findall(r'hreflang="(?:fr|en)" href="([^"]+)"', page)]
    assert len(others) == 2
    for other in others:
        assert other.count("?") == 1 and site.get(other.removeprefix(site.site)).status_code == 200


def test_its_triples_in_every_format(site: Running) -> None:
    graphs = []
    for name, parser in (("ttl", "turtle"), ("nt", "nt"), ("rdf", "xml"), ("jsonld", "json-ld"), ("trig", "turtle"), ("json", "json-ld")):
        answer = site.get(f"/concept?iri={TABLE}&_mediatype={name}", "*/*")
        assert answer.status_code == 200 and answer.headers["content-location"].endswith(f"_mediatype={name}")
        graphs.append(rdflib.Graph().parse(data=answer.content, format=parser))
    assert len(graphs[0]) >= 6 and all(set(graph) == set(graphs[0]) for graph in graphs)
    assert site.get(f"/concept?iri={TABLE}", "text/turtle").headers["content-type"].startswith("text/turtle")
    assert site.get(f"/concept?iri={TABLE}", "image/png").status_code == 406


def test_a_term_of_a_strange_iri(site: Running) -> None:
    answer = site.client.get(site.root + "/concept", params={"iri": "http://thesaurus.example/é&x"}, headers={"Accept": "text/html"})
    assert answer.status_code == 200 and "étrange" in answer.text and answer.headers["content-location"].isascii()
    assert site.get(answer.headers["content-location"]).status_code == 200


@pytest.mark.parametrize(
    "iri", ["", "x", "\0", NAUGHTY, "javascript:alert(1)", "http://x/" + "y" * 3000, ARK + "T505-9", ARK, "http://x/> <y>"]
)
@pytest.mark.parametrize("path", ["/concept", "/linked"])
def test_what_is_no_term_is_404(site: Running, path: str, iri: str) -> None:
    answer = site.client.get(site.root + path, params={"iri": iri}, headers={"Accept": "text/html"})
    assert answer.status_code == 404 and "<script>alert" not in answer.text


def test_a_thing_of_the_site_has_its_own_page_instead(site: Running) -> None:
    assert site.get(f"/concept?iri={site.site}/id/joconde/M9001000001").status_code == 404


def test_a_term_is_reconciled_by_any_of_its_names(site: Running) -> None:
    for name in ("tableau", "peinture de chevalet"):
        queries = json.dumps({"q": {"query": name, "type": "concept"}})
        found = site.client.post(site.root + "/reconcile", data={"queries": queries}).json()["q"]["result"]
        assert TABLE in [one["id"] for one in found if one["score"] == 100]
    there = site.client.get(site.root + "/reconcile/view", params={"id": TABLE})
    assert there.status_code == 303 and there.headers["location"] == f"/concept?iri={TABLE}"
