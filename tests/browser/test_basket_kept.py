"""The basket where scripts run: filled from lists and notices, kept from page to page, compared, emptied, by keyboard too; only texts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.web.conftest import NAUGHTY, Running

from .kinds import PHOTOGRAPH

LIST = "/search?base=merimee&lang=fr"


@pytest.fixture(params=[True], ids=["scripts"])
def page(browser: Any, running: Running, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A page of a browser in which every image of elsewhere is one photograph, and which complains of nothing."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, java_script_enabled=request.param)
    made = context.new_page()
    made.complaints = []
    made.on("pageerror", lambda error: made.complaints.append(str(error)))
    made.on("console", lambda said: made.complaints.append(said.text) if said.type == "error" else None)
    made.on("dialog", lambda dialog: made.complaints.append(dialog.message))
    ours = running.root

    def answer(route: Any) -> None:
        if route.request.url.startswith(ours):
            route.continue_()
        else:
            route.fulfill(path=PHOTOGRAPH, content_type="image/svg+xml")

    context.route("**/*", answer)
    yield made
    context.close()
    assert made.complaints == []


def kept(page: Any) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(page.evaluate("localStorage.getItem('pop-basket') ?? '[]'"))
    return found


def test_from_the_list_to_the_page_that_gathers(page: Any, running: Running) -> None:
    page.goto(running.root + LIST)
    buttons = page.locator(".hits .basket-toggle")
    assert buttons.count() == page.locator(".hits > li").count() > 2
    buttons.nth(1).focus()
    page.keyboard.press("Enter")
    assert buttons.nth(1).inner_text() == "Retirer du panier"
    assert page.inner_text("#basket-link") == "Panier (1)"
    assert "1 notice" in page.inner_text("body > [role=status]")
    buttons.nth(2).click()
    buttons.nth(3).click()
    buttons.nth(3).click()
    assert page.inner_text("#basket-link") == "Panier (2)"
    page.click(".hits h2 a >> nth=3")
    page.wait_for_selector("article.notice .basket-toggle")
    page.click("article.notice .basket-toggle")
    assert len(kept(page)) == 3
    page.go_back()
    page.wait_for_selector(".hits .basket-toggle.inside >> nth=2")
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url))
    page.click("#basket-link")
    page.wait_for_selector("#basket-list li >> nth=2")
    assert not any("iri" in url for url in asked), "nothing of the basket is sent before it is asked for"
    assert [one.inner_text() for one in page.locator("#basket-list h3").all()] == [one["title"] for one in kept(page)]
    for link in page.locator("#basket-files a").all():
        named = parse_qs(urlsplit(link.get_attribute("href")).query)
        assert named["iri"] == [one["iri"] for one in kept(page)] and named["lang"] == ["fr"]
    page.click("#basket-open")
    page.wait_for_selector(".compare table")
    assert page.locator(".compare thead th").count() == 4
    rows = page.locator(".compare tbody tr")
    shown = sum(row.is_visible() for row in rows.all())
    page.check("#only-differences")
    assert 0 < sum(row.is_visible() for row in rows.all()) < shown
    assert page.locator(".hits .basket-toggle.inside").count() == 3


def test_the_page_of_the_basket_by_keyboard(page: Any, running: Running) -> None:
    page.goto(running.root + LIST)
    for number in range(3):
        page.locator(".hits .basket-toggle").nth(number).click()
    page.goto(running.root + "/basket?lang=fr")
    first = page.locator("#basket-list button").first
    first.focus()
    page.keyboard.press("Enter")
    assert page.locator("#basket-list li").count() == 2
    assert page.evaluate("document.activeElement.closest('#basket-list') !== null"), "the focus goes to the next one"
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    assert page.locator("#basket-empty").is_visible() and page.locator("#basket-tools").is_hidden()
    assert page.evaluate("document.activeElement.id") == "basket-heading"
    assert page.inner_text("#basket-link") == "Panier"


def test_an_address_that_was_sent_fills_the_basket(page: Any, running: Running) -> None:
    some = [f"{running.site}/id/merimee/{ref}" for ref in ("IA09900004", "IA09900001")]
    page.goto(running.root + "/basket?lang=fr&" + "&".join(f"iri={iri}" for iri in some))
    button = page.locator("[data-add-all] button")
    assert "Ajouter toutes" in button.inner_text()
    button.click()
    assert "sont dans votre panier" in button.inner_text()
    assert [one["iri"] for one in kept(page)] == some
    other = page.context.new_page()
    other.goto(running.root + "/basket?lang=fr")
    other.wait_for_selector("#basket-list li >> nth=1")
    other.click("#basket-clear")
    page.wait_for_selector(".basket-toggle.inside", state="detached")  # told by the other tab
    assert kept(page) == []


def test_what_storage_holds_is_never_trusted(page: Any, running: Running) -> None:
    page.goto(running.root + "/about?lang=fr")
    bad = [
        {"iri": f"{running.site}/id/mnr/1", "url": "javascript:alert(1)", "title": NAUGHTY},
        {"iri": "javascript:alert(1)", "url": "/x", "title": "x"},
        {"iri": f"{running.site}/id/mnr/2", "url": "//elsewhere.example/x", "title": 7},
        None,
        7,
        {"iri": f"{running.site}/id/mnr/1", "url": "/doc/mnr/1", "title": "twice"},
    ]
    many = [{"iri": f"https://x.example/{number}"} for number in range(900)]
    for stored in (json.dumps(bad), "{", '"x"', "null", json.dumps({"a": 1}), json.dumps(many)):
        page.evaluate("text => localStorage.setItem('pop-basket', text)", stored)
        page.goto(running.root + "/basket?lang=fr")
        page.wait_for_selector("#basket-heading")
        links = [link.get_attribute("href") for link in page.locator("#basket-list a").all()]
        assert all(href.startswith("/doc/") for href in links)
        assert page.locator("#basket-list li").count() <= 500
        assert page.locator("#basket-list script, #basket-list img").count() == 0


def test_a_hostile_title_stays_a_text(page: Any, running: Running) -> None:
    page.goto(running.root + "/search?q=alert&lang=fr")
    page.locator(".hits .basket-toggle").first.click()
    page.goto(running.root + "/basket?lang=fr")
    assert "<script>alert(1)" in page.inner_text("#basket-list h3")


@pytest.mark.parametrize("page", [False], indirect=True, ids=["no scripts"])
def test_without_scripts_the_page_says_so(page: Any, running: Running) -> None:
    page.goto(running.root + "/basket?lang=fr")
    assert "Sans JavaScript" in page.inner_text("main")
    assert page.locator(".basket-toggle").count() == 0


def test_in_the_mosaic_too(page: Any, running: Running) -> None:
    page.goto(running.root + "/search?base=merimee&view=mosaic&lang=fr")
    page.locator(".mosaic .basket-toggle").first.click()
    assert kept(page)[0]["title"] == " ".join(page.locator(".mosaic [lang=fr]").first.inner_text().split()), "the title alone"
