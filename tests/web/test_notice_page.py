"""The page of every notice served, hostile ones too: nothing lost, nothing that runs, everything reachable, in both languages."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from lxml import html

from pop_ld import iris, store
from pop_ld.bases import load_bases
from pop_ld.config import image_origins
from pop_ld.formats.graph import Graph
from pop_ld.formats.naming import notice_base
from pop_ld.formats.words import date_words, plain
from pop_ld.relations import link_fields
from tests.web.conftest import Running, serve

_DAY = re.compile(r"\b(\d{4})[/-](\d{2})[/-](\d{2})\b")
CHURCH = "/doc/merimee/PA09900001"
VIEW = "/doc/joconde/M9001000001"


def page_of(running: Running, iri: str, lang: str) -> html.HtmlElement:
    answer = running.get(iris.local(running.site, iris.thing_to_document(running.site, iri)) + f"?lang={lang}")
    assert answer.status_code == 200, iri
    return html.document_fromstring(answer.content.decode("utf-8"))


@pytest.fixture(scope="module")
def pages(running: Running, notices: list[str]) -> dict[tuple[str, str], html.HtmlElement]:
    """The page of every notice in both languages, by (IRI, language)."""
    return {(iri, lang): page_of(running, iri, lang) for iri in notices for lang in ("fr", "en")}


def test_every_page_is_sound(running: Running, pages: dict[tuple[str, str], html.HtmlElement]) -> None:
    origins = image_origins(running.settings)
    for (iri, lang), page in pages.items():
        ids = page.xpath("//@id")
        assert len(ids) == len(set(ids)), (iri, "an id twice")
        assert page.get("lang") == lang and len(page.xpath("//h1")) == 1 and page.xpath("//title")[0].text_content().strip()
        assert all(page.xpath(f"//*[@id='{name}']") for name in page.xpath("//@aria-labelledby")), iri
        assert not page.xpath("//@style | //@onclick | //@onerror | //@onload"), iri
        for script in page.xpath("//script"):
            assert script.get("src", "").startswith("/static/") or script.get("type") in ("application/json", "application/ld+json"), iri
            if not script.get("src"):
                json.loads(script.text)
        for image in page.xpath("//main//img"):
            assert image.get("referrerpolicy") == "no-referrer" and image.get("alt") is not None, iri
            assert any(image.get("src").startswith(f"{origin}/") for origin in origins), (iri, image.get("src"))
        for link in page.xpath("//main//@href"):
            assert urlsplit(link).scheme in ("", "http", "https", "mailto", "geo"), (iri, link)
        assert len(page.xpath("//meta[@name='description']/@content")) == 1 and page.xpath("//meta[@property='og:title']/@content")[0]


def said(text: str) -> str:
    """Text as it can be compared: without white space, line breaks of producers and what separates values."""
    return "".join(c for c in plain(text).lower() if c.isalnum())


def test_nothing_that_the_producer_wrote_is_lost(running: Running, pages: dict[tuple[str, str], html.HtmlElement]) -> None:
    """Every text of a public field that has a section is on the page, that of a field which no parser understood too."""
    reader = store.open_reader(store.current(running.data), running.settings)
    seen = 0
    for (iri, lang), page in pages.items():
        if lang == "en":
            continue
        base = load_bases()[notice_base(running.site, iri)]
        shown = said(page.xpath("//main")[0].text_content())
        graph = Graph(reader.describe(iri))
        leading = {field.field for field in link_fields().get(base.slug, ())}
        for field in base.fields.values():
            if not (field.section and field.public) or field.parser in ("", "hidden", "image"):
                continue
            for name in (field.path, f"{base.slug}-{field.path}", f"{field.path}-source", f"{base.slug}-{field.path}-source"):
                texts = graph.texts(iri, iris.ONTOLOGY + name)
                if field.path in leading and len(texts) > 20:
                    continue
                for text in texts:
                    seen += 1
                    assert said(text) in shown or said(_dated(text)) in shown, (iri, name, text[:200])
    assert seen > 1_400


def _dated(text: str) -> str:
    """The text with its days as the page says them."""
    return _DAY.sub(lambda day: date_words("-".join(day.groups()), "fr"), text)


def test_both_languages_show_the_same_things(pages: dict[tuple[str, str], html.HtmlElement], notices: list[str]) -> None:
    for iri in notices:
        french, english = (pages[iri, lang].xpath("//dl[@class='fields']//dd") for lang in ("fr", "en"))
        assert len(french) == len(english) > 0, iri
        assert all(dd.get("lang") == "fr" for dd in english), "what producers write is French on every page"


def test_a_field_says_its_code_and_its_meaning(running: Running) -> None:
    page = page_of(running, f"{running.site}/id/merimee/PA09900001", "en")
    (row,) = page.xpath("//dl[@class='fields']/div[dt/code='ADRS']")
    assert row.xpath("dt/span[@class='meaning']/text()") == ["Forme d'index : « Héronnière (rue de l') 15 »."]
    assert page.xpath("//label[@for='codes']") and page.xpath("//input[@id='codes'][@type='checkbox']")


def test_people_roles_terms_and_times_are_links_inside_the_text(running: Running) -> None:
    page = page_of(running, f"{running.site}/id/merimee/PA09900001", "fr")
    (row,) = page.xpath("//dl[@class='fields']/div[dt/code='AUTR']")
    assert row.xpath("dd//a/text()") == ["Perrault, Anselme", "architecte", "maître d'oeuvre inconnu", "Vautrin Louis", "maître maçon"]
    for href in page.xpath("//dl[contains(@class, 'fields') or contains(@class, 'facts')]//a/@href[starts-with(., '/id/')]"):
        assert running.get(href).status_code == 303, href


def test_an_image_has_its_caption_credit_and_rights_beside_it(running: Running, pages: dict[tuple[str, str], html.HtmlElement]) -> None:
    figures = [(iri, figure) for (iri, lang), page in pages.items() if lang == "fr" for figure in page.xpath("//figure")]
    assert len(figures) > 20
    for iri, figure in figures:
        caption = figure.xpath("figcaption")[0].text_content()
        first = figure.getparent().xpath(".//figcaption") or figure.xpath("../..//figcaption")
        assert caption.strip(), iri
        assert figure.xpath(".//*[@class='rights']") or figure.xpath("../..//figure[1]//*[@class='rights']"), (iri, first)
        assert figure.xpath(".//a[contains(@class, 'zoom') or contains(@class, 'out')]/@href"), "without scripts it is a link to the image"
    page = page_of(running, f"{running.site}/id/joconde/M9001000001", "fr")
    assert "Crédit : © L. Arnoult" in page.xpath("//figure[@class='large']/figcaption")[0].text_content()


def test_a_building_shows_the_photographs_of_it(running: Running) -> None:
    page = page_of(running, f"{running.site}/id/merimee/PA09900001", "fr")
    links = page.xpath("//section[contains(@class, 'photographs')]//figcaption/a/@href")
    assert any(link.startswith("/doc/memoire/MH0990000") for link in links)
    (more,) = page.xpath("//section[contains(@class, 'photographs')]/p/a/@href")
    assert more.startswith("/linked/merimee/PA09900001?") and running.get(more).status_code == 200


def test_a_notice_without_image_says_why_and_what_to_do(running: Running) -> None:
    page = page_of(running, f"{running.site}/id/autor/AA09900001", "fr")
    text = page.xpath("//section[@class='images']")[0].text_content()
    assert "Aucune image dans cette notice" in text and "demandez" in text


def test_a_report_of_an_error_says_which_notice_of_which_release(running: Running, pages: dict[tuple[str, str], html.HtmlElement]) -> None:
    for (iri, lang), page in pages.items():
        (address,) = page.xpath("//section[@class='report']//a/@href")
        parts = urlsplit(address)
        asked = parse_qs(parts.query, strict_parsing=True)
        assert parts.scheme == "mailto" and parts.path == running.settings.contact, "never the address of somebody in a notice"
        assert unquote(iri.rpartition("/")[2]) in asked["subject"][0] and "\n" not in asked["subject"][0], (iri, lang)
        assert iri in asked["body"][0] and store.current(running.data).name in asked["body"][0]


def test_the_map_has_points_and_outlines_and_the_page_says_them_without_it(running: Running) -> None:
    page = page_of(running, f"{running.site}/id/merimee/PA09900001", "fr")
    data = json.loads(page.xpath("//script[@id='map-data']")[0].text)
    assert data["markers"] == [{"at": [47.8301, 4.6204], "text": "Eglise Saint-Aubin"}] and data["tiles"] is None
    assert page.xpath("//section[@class='where']//a[starts-with(@href, 'geo:')]/@href") == ["geo:47.8301,4.6204"]
    outlined = page_of(running, f"{running.site}/id/merimee/IA09900004", "fr")
    assert json.loads(outlined.xpath("//script[@id='map-data']")[0].text)["outlines"]
    assert not page_of(running, f"{running.site}/id/autor/AA09900001", "fr").xpath("//*[@id='map']")


def test_the_producer_reads_what_the_release_found(running: Running, pages: dict[tuple[str, str], html.HtmlElement]) -> None:
    noted = [page for (_, lang), page in pages.items() if lang == "fr" and page.xpath("//details[@class='quality']")]
    assert len(noted) > 20
    for page in noted:
        assert len(page.xpath("//details[@class='quality']/ul/li")) <= 20
        assert "open" not in page.xpath("//details[@class='quality']")[0].attrib
    href = noted[0].xpath("//details[@class='quality']//a/@href[starts-with(., '/shapes/')]")[0]
    rules = html.document_fromstring(running.get(href).content)
    assert rules.xpath(f"//*[@id='{urlsplit(href).fragment}']")


def test_every_representation_and_citation_is_offered_and_answers(running: Running) -> None:
    page = page_of(running, f"{running.site}/id/joconde/M9001000001", "fr")
    offered = page.xpath("//section[@class='reuse']//a[@type]")
    assert len(offered) > 15
    for link in offered:
        answer = running.get(link.get("href"), "*/*")
        assert answer.status_code == 200, link.get("href")
        assert answer.headers["content-type"].split(";")[0] == link.get("type"), link.get("href")
    assert page.xpath("//p[@id='citation']")[0].text_content().startswith("BRUNET Amélie, « VUE DU PONT DE VAL-SUR-OURCE »")


@pytest.fixture(scope="module")
def other(running: Running) -> Iterator[Running]:
    """The same data served with images only linked to, tiles, and another contact."""
    tiles = {"map_tiles": "https://{s}.tiles.example/{z}/{x}/{y}.png", "map_credit": "<b>Tuiles"}
    settings = replace(running.settings, show_images=False, contact="a&b@pop.example", **tiles)
    server, thread, root = serve(settings)
    yield Running(root, running.data, settings, running.client)
    server.should_exit = True
    thread.join(10)


def test_where_images_are_not_to_be_shown_they_are_links(other: Running) -> None:
    answer = other.get(VIEW)
    page = html.document_fromstring(answer.text)
    assert not page.xpath("//main//img") and len(page.xpath("//p[@class='elsewhere']/a")) >= 2
    assert "img-src 'self' data: https://*.tiles.example;" in answer.headers["content-security-policy"]


def test_tiles_and_contact_are_the_operators(other: Running) -> None:
    page = html.document_fromstring(other.get(CHURCH).text)
    assert json.loads(page.xpath("//script[@id='map-data']")[0].text)["tiles"] == {
        "url": "https://{s}.tiles.example/{z}/{x}/{y}.png",
        "credit": "<b>Tuiles",
    }
    (address,) = page.xpath("//section[@class='report']//a/@href")
    assert address.startswith("mailto:a%26b@pop.example?subject=")


def test_a_page_of_a_huge_title_is_bounded(running: Running, pages: dict[tuple[str, str], html.HtmlElement]) -> None:
    assert max(len(html.tostring(page)) for page in pages.values()) < 300_000
