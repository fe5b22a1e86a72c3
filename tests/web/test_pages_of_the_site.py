"""The pages about the site, its bases and its vocabulary: whole, in both languages, with links that lead somewhere."""

import json
import re
from collections.abc import Iterable
from html import unescape

import pytest
from pyoxigraph import RdfFormat, parse

from pop_ld import iris, resources, sitemaps, store
from pop_ld.bases import load_bases
from pop_ld.formats import ontology
from pop_ld.store import statistics
from pop_ld.web.base_page import FILES
from pop_ld.web.pages import PAGES
from tests.web.conftest import Running

HREF = re.compile(r'(?:href|src|action)="(/[^"]*)"')
DATA = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


def visible(page: str) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", page))


def release_of(running: Running) -> store.Release:
    return store.current(running.data)


def own_pages(running: Running) -> list[str]:
    name = release_of(running).name
    terms = ["/def/pop/DENO", "/def/pop/Edifice", "/def/pop/AuteurDuProjet", "/def/pop/search"]
    bases = [f"/dataset/{slug}" for slug in load_bases()]
    return ["/", "/def/pop", "/releases", f"/release/{name}", *(f"/{page}" for page in PAGES), *terms, *bases]


def test_every_page_is_whole_in_both_languages_and_costs_nothing_twice(running: Running) -> None:
    for path in own_pages(running):
        texts = {}
        for lang in ("fr", "en"):
            answer = running.get(f"{path}?lang={lang}")
            texts[lang] = page = answer.text
            assert answer.status_code == 200, path
            assert answer.headers["content-language"] == lang and f'<html lang="{lang}">' in page
            assert page.count("<h1") == 1 and page.partition("</head>")[0].count("<title>") == 1, path
            assert re.search(r'<meta name="description" content="[^"]{20,}"', page), path
            assert re.search(r'<link rel="canonical" href="https://data\.pop\.culture\.gouv\.fr/[^"]*"', page), path
            assert "undefined" not in page and "{{" not in page and not re.search(r'style="', page), path
            again = running.get(f"{path}?lang={lang}", **{"If-None-Match": answer.headers["etag"]})
            assert again.status_code == 304 and not again.content
            assert running.client.head(f"{running.root}{path}?lang={lang}", headers={"Accept": "text/html"}).headers["etag"]
        assert visible(texts["fr"]) != visible(texts["en"]), path


def test_the_links_of_these_pages_lead_somewhere(running: Running) -> None:
    found: set[str] = set()
    for path in own_pages(running):
        found.update(unescape(href).partition("#")[0] for href in HREF.findall(running.get(path).text))
    heavy = ("/sparql", "/static/", "/def/pop/")  # each term is asked for below
    assert len(found) > 300 and "/void" in found
    for href in sorted(href for href in found if not href.startswith(heavy)):
        answer = running.get(href)
        assert answer.status_code in (200, 303), href


def test_fragments_of_these_pages_exist(running: Running) -> None:
    """Each ``#part`` that a page of a term, a base or the vocabulary points at is the id of something there."""
    pages: dict[str, str] = {}
    asked = [f"/def/pop/{term.name}" for term in list(ontology.terms("fr"))[::9]]
    wanted = {
        unescape(href)
        for path in (*asked, "/about", "/dataset/palissy")
        for href in re.findall(r'href="([^"]*#[^"]+)"', running.get(path).text)
    }
    for href in sorted(href for href in wanted if href.startswith("/") and "/static/" not in href):
        path, _, fragment = href.partition("#")
        page = pages.setdefault(path, running.get(path).text)
        assert f'id="{fragment}"' in page, href


def test_the_embedded_dataset_is_told_with_its_files(running: Running) -> None:
    release = release_of(running)
    for path in ("/", "/dataset/mnr", f"/release/{release.name}"):
        (block,) = DATA.findall(running.get(path).text)
        data = json.loads(block)
        assert data["@type"] == "Dataset" and 50 <= len(data["description"]) <= 5000 and data["name"]
        assert data["publisher"]["name"] and data["dateModified"] == release.manifest["created"]
        for way in data["distribution"]:
            assert way["@type"] == "DataDownload"
            address = way["contentUrl"].removeprefix(running.site)
            if not address.startswith("/sparql"):
                assert running.get(address, "*/*").status_code == 200, address
    assert len(json.loads(DATA.findall(running.get("/").text)[0])["hasPart"]) == len(release.manifest["bases"])


# The first page --------------------------------------------------------------------------------------------------------------


def test_the_figures_of_the_first_page_are_those_of_the_release(running: Running) -> None:
    release = release_of(running)
    page = running.get("/?lang=fr").text
    figures = dict(zip(*(re.findall(rf"<{tag}>([^<]*)</{tag}>", page) for tag in ("dt", "dd")), strict=True))
    told = {name: int(count.replace("\u202f", "")) for name, count in figures.items()}
    counts = statistics.load(release.path)
    agents = sum(file.addresses for file in sitemaps.listed(release.path) if file.part == "agent")
    assert counts and told["notices"] == release.manifest["notices"] and told["triplets"] == counts.triples
    assert told["images"] == counts.properties[iris.SCHEMA + "image"].triples and told["personnes et organismes"] == agents > 0
    for slug, count in release.manifest["bases"].items():
        assert re.search(rf'href="/dataset/{slug}\?lang=fr"><span[^>]*>[^<]*</span> <span class="count">{count} notice', page), slug


def test_the_notices_to_look_at_have_an_image_and_are_there(running: Running) -> None:
    featured = release_of(running).manifest["featured"]
    assert 3 < len(featured) <= 8 and len({notice["iri"] for notice in featured}) == len(featured)
    assert len({notice["base"] for notice in featured}) > 2
    page = running.get("/").text
    for notice in featured:
        path = iris.local(running.site, iris.thing_to_document(running.site, notice["iri"]))
        assert notice["image"] and running.get(path).status_code == 200
        assert f'href="{path}"' in page


def test_the_departments_of_the_map_count_the_notices_within_them(running: Running) -> None:
    """Against the graph: notices that a place of the department, itself or a part of the notice, is said of."""
    counts = release_of(running).manifest["departments"]
    lines = {line["code"]: (line["column"], line["row"]) for line in resources.table("departement-tiles.csv")}
    names = {line["code"]: line["name"] for line in resources.table("departements.csv")}
    assert len(lines) == len(set(lines.values())) == 101 and lines.keys() <= names.keys()
    page = running.get("/?lang=fr").text
    for code, count in counts.items():
        place = iris.department(running.site, code)
        query = f"""SELECT DISTINCT ?thing {{ ?place <{iris.CRM}P89_falls_within>* <{place}> . ?thing ?p ?place .
          FILTER(STRSTARTS(STR(?thing), "{running.site}/id/") && !STRSTARTS(STR(?thing), "{running.site}/id/lieu/")) }}"""
        answer = running.client.get(running.root + "/sparql", params={"query": query}, headers={"Accept": "text/csv"})
        found = {line.partition("#")[0] for line in answer.text.split("\r\n")[1:] if line}
        notices = {thing for thing in found if thing.removeprefix(f"{running.site}/id/").partition("/")[0] in load_bases()}
        assert len(notices) == count > 0, code
        assert f'<a href="/doc/lieu/departement-{code}?lang=fr">{names[code]}</a> <span class="count">{count}</span>' in unescape(page)
    assert len(counts) > 2 and page.count('tabindex="-1"><title>') == len(counts)


def test_a_program_reads_the_first_page_too(running: Running) -> None:
    held = running.get("/", "application/json").json()
    assert held["notices"] == release_of(running).manifest["notices"] and held["void"] == "/void"


# Bases -----------------------------------------------------------------------------------------------------------------------


def test_a_base_accounts_for_each_of_its_fields(running: Running) -> None:
    """Every public field is in the table or in the list of what is left out, with its reason; mapped ones say what they become."""
    for slug, base in load_bases().items():
        page = running.get(f"/dataset/{slug}?lang=fr").text
        rows = dict(
            re.findall(r'<tr id="([^"]+)"><th scope="row" class="mono">[^<]*</th>\s*<td>.*?</td>\s*<td>(.*?)</td>', page, re.DOTALL)
        )
        for code, field in base.fields.items():
            if code in base.unmapped:
                assert unescape(base.unmapped[code][1]) in visible(page), (slug, code)
                assert code not in rows
            elif field.public:
                assert "href=" in rows[code], (slug, code, "becomes nothing")


def test_the_count_beside_a_property_is_that_of_the_base(running: Running) -> None:
    counts = statistics.load(release_of(running).path)
    page = running.get("/dataset/merimee").text
    told = re.search(r'<tr id="DENO">.*?pop:DENO</a> <span class="count">(\d+)</span>', page, re.DOTALL)
    assert counts and told
    assert int(told[1]) == counts.partitions[iris.ONTOLOGY + "Edifice"][iris.ONTOLOGY + "DENO"]


def test_the_rules_of_a_base_are_files(running: Running) -> None:
    for slug, base in load_bases().items():
        for name, media_type in FILES.items():
            answer = running.get(f"/dataset/{slug}/{name}", "*/*")
            assert answer.status_code == 200 and answer.headers["content-type"].startswith(media_type)
            if name.endswith(".ttl"):
                assert len(list(parse(answer.content, format=RdfFormat.TURTLE))) > 100
            else:
                assert answer.content == (base.folder / name).read_bytes()
    for name in ("base.yml", "samples", "..%2Fbase.yml", "%00", "mapping.yarrrml.yml%20"):
        assert running.get(f"/dataset/mnr/{name}").status_code == 404


def test_the_iri_of_a_named_graph_leads_to_its_triples_or_its_page(running: Running) -> None:
    """And a class or property of the description to its line in the page."""
    counts = statistics.load(release_of(running).path)
    assert counts and iris.void_graph(running.site) in counts.graphs
    for name in counts.graphs:
        path = name.removeprefix(running.site)
        for accept in ("text/html", "text/turtle"):
            answer = running.get(path, accept)
            assert answer.status_code == 303
            target = answer.headers["location"]
            if target != "/sparql":
                assert running.get(target.partition("#")[0], accept).status_code == 200, target
    for path in ("/graph/none", "/graph/", "/graph/%00", "/graph/%ff", "/graph/void%0d%0aX:y"):
        assert running.get(path).status_code == 404, path
    page = running.get("/void").text
    assert 'id="class-pop-Edifice"' in page and 'id="property-crm-P2_has_type"' in page and page.count('id="graphs"') == 1


# The vocabulary --------------------------------------------------------------------------------------------------------------


def test_every_term_has_a_page_and_the_triples_of_the_ontology(running: Running) -> None:
    listed = running.get("/def/pop").text
    said = set(ontology.triples())
    for term in ontology.terms("fr"):
        assert f'<tr id="{term.name}">' in listed and f'href="/def/pop/{term.name}"' in listed
    for term in ontology.terms("fr")[::4]:
        answer = running.get(f"/def/pop/{term.name}.nt", "*/*")
        told = {quad.triple for quad in parse(answer.content, format=RdfFormat.N_TRIPLES)}
        own = {triple for triple in said if getattr(triple.subject, "value", "") == term.iri}
        assert own and own <= told, term.name


def test_the_page_of_a_property_says_its_path_and_its_uses(running: Running) -> None:
    counts = statistics.load(release_of(running).path)
    page = visible(running.get("/def/pop/FONC?lang=fr").text)
    assert "crm:P2_has_type" in page and "Autor" in page and iris.ONTOLOGY + "FONC" in page
    assert counts and f"{counts.properties[iris.ONTOLOGY + 'FONC'].triples} triplets" in page


def test_the_query_of_a_term_has_an_answer(running: Running) -> None:
    counts = statistics.load(release_of(running).path)
    assert counts
    used = [term.name for term in ontology.terms("fr") if counts.properties.get(term.iri) or counts.classes.get(term.iri)]
    for name in (*used[::25], "search"):
        (query,) = re.findall(r'<pre class="code-block" tabindex="0">(.*?)</pre>', running.get(f"/def/pop/{name}").text, re.DOTALL)
        answer = running.client.get(running.root + "/sparql", params={"query": unescape(query)}, headers={"Accept": "text/csv"})
        assert answer.status_code == 200 and (answer.text.count("\r\n") > 1 or name == "search"), name


@pytest.mark.parametrize("path", ["/def/pop/", "/dataset/", "/dataset/mnr/", "/release/", "/sitemaps/"])
def test_hostile_names_are_not_found(running: Running, path: str) -> None:
    for name in _hostile():
        answer = running.get(path + name)
        assert answer.status_code == 404 and "<script>alert" not in answer.text, name


def _hostile() -> Iterable[str]:
    return [
        "x",
        "%00",
        "%ff%fe",
        "%ED%A0%80",
        "..%2f..%2fetc%2fpasswd",
        "%3Cscript%3Ealert(1)%3C%2Fscript%3E",
        "a" * 20_000,
        "DENO%0d%0aX:y",
        "%C2%85",
    ]
