"""The editor at /sparql in a real browser: types, completes, asks, looks at answers, by keyboard, in both languages."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

import pytest

from .conftest import Visit, Visitor

COUNTS = "SELECT ?type (COUNT(*) AS ?n) WHERE { ?s a ?type } GROUP BY ?type ORDER BY DESC(?n)"
MAP = """PREFIX wgs: <http://www.w3.org/2003/01/geo/wgs84_pos#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?monument ?nom ?lat ?long WHERE { ?monument wgs:lat ?lat ; wgs:long ?long ; rdfs:label ?nom }"""
HOURS = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
HOSTILE = '"<img src=x onerror=alert(1)>" <javascript:alert(1)> "</script>"@fr'
LANGUAGES = ["fr", "en"]
TABLE = "#view table.answer tbody tr"


def write(page: Any, query: str) -> None:
    """Puts a query in place of what the editor holds, as one who types and pastes."""
    page.locator(".CodeMirror").click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(query)


def ask(page: Any, query: str) -> None:
    write(page, query)
    with page.expect_response(lambda response: "/sparql" in response.url and response.request.method == "POST"):
        page.keyboard.press("Control+Enter")


def opened(visit: Visitor, path: str = "/sparql?lang=fr", **options: Any) -> Visit:
    found = visit(path, **options)
    found.page.wait_for_selector(".CodeMirror")
    found.page.wait_for_selector("#view *")
    return found


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_opens_on_a_question_with_its_answer(visit: Visitor, lang: str) -> None:
    page = opened(visit, f"/sparql?lang={lang}").page
    assert page.locator("html").get_attribute("lang") == lang
    assert page.locator("#question h2").inner_text().strip()
    page.locator(TABLE).first.wait_for()
    assert page.locator(TABLE).first.locator("a").first.get_attribute("href").startswith("/id/")
    assert page.get_by_role("tab", name={"fr": "Tableau", "en": "Table"}[lang]).get_attribute("aria-selected") == "true"


@pytest.mark.parametrize("script", [True, False])
def test_the_page_needs_no_script(visit: Visitor, script: bool) -> None:
    page = visit("/sparql?lang=fr", java_script_enabled=script).page
    if script:
        page.wait_for_selector(".CodeMirror")
        assert not page.locator("textarea#query").is_visible()
        return
    page.locator("textarea#query").fill(COUNTS)
    page.locator("#ask button").click()
    page.wait_for_url("**query=SELECT*")
    assert page.locator("table.answer tbody tr").count() > 5
    assert page.locator("table.answer").inner_text().count("Edifice") == 1
    page.locator("textarea#query").fill("SELECT nonsense")
    page.locator("#ask button").click()
    page.wait_for_url("**nonsense*")
    assert page.locator("#fault [role=alert] mark").count() == 1


@pytest.mark.parametrize("lang", LANGUAGES)
def test_completes_a_property_and_declares_its_prefix(visit: Visitor, lang: str) -> None:
    page = opened(visit, f"/sparql?lang={lang}").page
    write(page, "SELECT * WHERE { ?s ")
    page.keyboard.type("pop:DEN", delay=30)
    said = {"fr": r"^pop:DEN\w+ Dénomination.*\d triplets?$", "en": r"^pop:DEN\w+ .*\d triples?$"}[lang]
    page.locator(".CodeMirror-hint:first-child", has_text=re.compile("^pop:DEN")).wait_for()
    page.locator(".CodeMirror-hint", has_text=re.compile(said)).first.wait_for()
    page.keyboard.press("Enter")
    page.keyboard.type(" ?o } LIMIT 3", delay=5)
    text = page.evaluate("document.getElementById('query').value")
    assert text.startswith("PREFIX pop: <https://data.pop.culture.gouv.fr/def/pop#>\n")
    assert re.search(r"\?s pop:DEN\w* \?o \} LIMIT 3$", text)


def test_completes_a_class_by_its_label_and_a_thing_by_its_words(visit: Visitor) -> None:
    page = opened(visit).page
    write(page, "SELECT * WHERE { ?s a ")
    page.keyboard.type("edif", delay=30)
    page.locator(".CodeMirror-hint", has_text="pop:Edifice").wait_for()
    page.keyboard.press("Escape")
    write(page, 'SELECT * WHERE { ?s ?p "calice')
    page.keyboard.press("Control+Space")
    page.locator(".CodeMirror-hint", has_text="palissy").first.wait_for()
    page.keyboard.press("Enter")
    assert "<https://data.pop.culture.gouv.fr/id/palissy/" in page.evaluate("document.getElementById('query').value")


def test_runs_sorts_and_shows_labels(visit: Visitor) -> None:
    page = opened(visit).page
    ask(page, COUNTS)
    page.locator(TABLE, has_text="pop:Edifice").first.wait_for()
    page.locator("td", has_text="Édifice").filter(has_text="pop:Edifice").first.wait_for()
    assert re.search(r"\d+ lignes en [\d,]+ s, version \d{4}-\d\d-\d\d", page.locator("#answer-body .count").inner_text())
    page.locator("button.sort", has_text="n").last.click()
    numbers = [int(text) for text in page.locator("#view td.number").all_inner_texts()]
    assert numbers == sorted(numbers) and len(numbers) > 5
    page.locator("button.sort", has_text="n").last.click()
    assert page.locator("th[aria-sort=descending]").count() == 1
    assert page.url.startswith(page.url.split("?")[0] + "?" + urlencode({"query": COUNTS})[:30])


def test_thousands_of_rows_are_paged(visit: Visitor) -> None:
    page = opened(visit).page
    ask(page, "SELECT * WHERE { ?s ?p ?o } LIMIT 3000")
    page.locator(".turn").wait_for()
    assert page.locator(TABLE).count() == 100
    page.get_by_role("button", name="Suivantes").click()
    assert re.sub(r"\s", " ", page.locator(".turn [role=status]").inner_text()) == "Lignes 101 à 200 sur 3 000"


def test_the_map_shows_points_over_outlines_of_its_own(visit: Visitor) -> None:
    page = opened(visit).page
    ask(page, MAP)
    page.get_by_role("tab", name="Carte").click()
    page.locator(".leaflet-container path.land.france").first.wait_for(state="attached")
    listed = page.locator(".points li")
    assert listed.count() > 1
    listed.first.locator("button").click()
    page.locator(".leaflet-popup-content a").wait_for()
    assert page.locator(".leaflet-popup-content a").get_attribute("href").startswith("/id/")


def test_the_chart_has_its_table(visit: Visitor) -> None:
    page = opened(visit).page
    ask(page, COUNTS)
    page.get_by_role("tab", name="Graphique").click()
    assert page.locator("#view h3").inner_text() == "n par type"
    widths = [float(w) for w in page.locator(".bars rect").evaluate_all("all => all.map(r => r.getAttribute('width'))")]
    assert widths == sorted(widths, reverse=True) and widths[0] == 1000
    assert page.locator(".bars tbody tr").count() == len(widths)


def test_a_syntax_error_is_shown_at_its_line(visit: Visitor) -> None:
    page = opened(visit).page
    ask(page, "SELECT ?s WHERE {\n  ?s ?p ?o .\n  ?s ?p }")
    page.locator("#fault [role=alert]").wait_for()
    assert "Ligne 3" in page.locator("#fault").inner_text()
    assert page.locator(".fault-line").count() == 1
    page.locator(".CodeMirror").click()
    page.keyboard.type(" ")
    assert page.locator(".fault-line").count() == 0


def test_a_running_query_can_be_stopped(visit: Visitor) -> None:
    page = opened(visit).page
    write(page, HOURS)
    page.keyboard.press("Control+Enter")
    page.locator("button.stop").click()
    page.locator("#fault", has_text="arrêtée").wait_for()
    ask(page, COUNTS)
    page.locator(TABLE, has_text="pop:Edifice").first.wait_for()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_query_over_its_budget_says_why_and_offers_more_time(visit: Visitor, lang: str) -> None:
    page = opened(visit, f"/sparql?lang={lang}").page
    write(page, HOURS)
    page.keyboard.press("Control+Enter")
    page.locator("#fault [role=alert]").wait_for(timeout=20_000)
    assert page.get_by_role("button", name=re.compile(r"4 (?:secondes|seconds)")).count() == 1


def test_downloads_the_answer(visit: Visitor) -> None:
    page = opened(visit).page
    ask(page, COUNTS)
    page.locator(TABLE, has_text="pop:Edifice").first.wait_for()
    with page.expect_download() as download:
        page.locator(".take a", has_text="CSV").click()
    with open(download.value.path(), encoding="utf-8") as file:  # noqa: PTH123
        assert file.readline().strip() == "type,n"
    assert [link.inner_text() for link in page.locator(".take a").all()] == ["JSON", "XML", "CSV", "TSV"]


def test_a_graph_is_shown_raw_with_its_own_formats(visit: Visitor) -> None:
    page = opened(visit).page
    ask(page, "CONSTRUCT WHERE { ?s a <https://data.pop.culture.gouv.fr/def/pop#Edifice> }")
    page.locator("#view pre.raw", has_text="Edifice").wait_for()
    assert [link.inner_text() for link in page.locator(".take a").all()] == ["Turtle", "N-Triples", "JSON-LD", "RDF/XML"]


def test_a_link_brings_the_query_back_a_long_one_too(visit: Visitor) -> None:
    page = opened(visit).page
    long = COUNTS + "\n# " + "é" * 15_000
    ask(page, long)
    page.locator(TABLE, has_text="pop:Edifice").first.wait_for()
    assert "#query=" in page.url
    again = opened(visit, page.url.removeprefix(visit().root)).page
    again.locator(TABLE, has_text="pop:Edifice").first.wait_for()
    assert again.evaluate("document.getElementById('query').value") == long
    with again.expect_download() as download:
        again.locator(".take button", has_text="CSV").click()
    assert download.value.path().read_text(encoding="utf-8").startswith("type,n")


def test_going_back_brings_the_former_query_and_answer(visit: Visitor) -> None:
    page = opened(visit).page
    ask(page, COUNTS)
    page.locator(TABLE, has_text="pop:Edifice").first.wait_for()
    ask(page, "ASK { ?s ?p ?o }")
    page.locator(".truth", has_text="Oui").wait_for()
    page.go_back()
    page.locator(TABLE, has_text="pop:Edifice").first.wait_for()
    assert page.evaluate("document.getElementById('query').value") == COUNTS


def test_works_by_keyboard_alone(visit: Visitor) -> None:
    page = opened(visit).page
    page.locator("#gallery summary").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.CodeMirror') !== null"), "the editor comes after the gallery"
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(COUNTS)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.CodeMirror') !== null"), "Tab indents"
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Exécuter"
    page.keyboard.press("Enter")
    page.locator(TABLE, has_text="pop:Edifice").first.wait_for()
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('role')") == "tab":
            break
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.textContent") == "Graphique"
    page.locator(".bars").wait_for()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#view') !== null"), "the answer is reached from its tabs"


def test_the_gallery_filters_and_opens(visit: Visitor) -> None:
    page = opened(visit, "/sparql?lang=en").page
    page.locator("#gallery summary").click()
    assert page.locator("#gallery li:visible").count() == 40
    page.locator("#sieve select").select_option("images")
    kept = page.locator("#gallery li:visible")
    assert 0 < kept.count() < 10 and str(kept.count()) in page.locator("#sieve output").inner_text()
    title = kept.first.locator("a").first.inner_text()
    kept.first.locator("a").first.click()
    page.locator("#question h2").get_by_text(title, exact=True).wait_for()
    assert page.locator("html").get_attribute("lang") == "en"


def test_recent_queries_stay_in_the_browser(visit: Visitor) -> None:
    page = opened(visit).page
    ask(page, COUNTS)
    page.locator("#recent summary").click()
    page.locator("#recent li button").first.click()
    assert page.evaluate("Object.keys(localStorage)") == ["pop-sparql-recent"]
    page.get_by_role("button", name="Tout effacer").click()
    assert not page.locator("#recent").is_visible()


def test_hostile_texts_stay_texts(visit: Visitor) -> None:
    page = opened(visit).page
    ask(page, f"SELECT * WHERE {{ VALUES (?a ?b ?c) {{ ({HOSTILE}) }} }}")
    page.locator(TABLE).first.wait_for()
    assert "<img src=x onerror=alert(1)>" in page.locator(TABLE).first.inner_text()
    assert page.locator("#answer-body img, #answer-body script, #answer-body a[href^=javascript]").count() == 0
    ask(page, "SELECT ?m ?l WHERE { ?m <http://www.w3.org/2000/01/rdf-schema#label> ?l FILTER(CONTAINS(?l, '<script>')) }")
    page.locator(TABLE, has_text="<script>alert(1)").first.wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_phone_scrolls_down_only(visit: Visitor, lang: str, scheme: str) -> None:
    page = opened(visit, f"/sparql?lang={lang}", width=390, color_scheme=scheme, has_touch=True).page
    for query in ("", MAP, COUNTS):
        if query:
            ask(page, query)
            page.locator("#answer-body .count", has_text=re.compile(r"[1-9]\d* (?:lignes|rows) (?:en|in) ")).wait_for()
        for tab in page.locator("[role=tab]").all():
            tab.click()
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, tab.inner_text()
