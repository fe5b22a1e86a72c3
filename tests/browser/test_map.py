"""The map of a search where scripts run: clusters that open, cards that are texts, keys that do all of it, an area that narrows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.web.conftest import NAUGHTY, Running
from tests.web.placed import placed

__all__ = ["placed"]  # a fixture

MAP = "/search?view=map&lang=fr"
READY = "#results-map[data-ready] .bubble"


@pytest.fixture
def page(browser: Any, placed: Running) -> Iterator[Any]:
    """A page of a browser that asks nothing of another host and complains of nothing."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    made = context.new_page()
    made.complaints, made.elsewhere, made.asked = [], [], []
    made.on("pageerror", lambda error: made.complaints.append(str(error)))
    made.on("console", lambda said: made.complaints.append(said.text) if said.type == "error" else None)
    made.on("dialog", lambda dialog: made.complaints.append(dialog.message))
    context.on("request", lambda asked: made.elsewhere.append(asked.url) if not asked.url.startswith(placed.root) else None)
    context.on("request", lambda asked: made.asked.append(asked.url) if "/search/clusters" in asked.url else None)
    yield made
    context.close()
    assert made.complaints == [] and [url for url in made.elsewhere if not url.startswith("data:")] == []


def counted(page: Any) -> int:
    return int("0" + "".join(filter(str.isdigit, page.inner_text("#results-map-said"))))


def until(page: Any, true: Callable[[], object], tries: int = 200) -> None:
    """Waits for it; the policy of the pages forbids what Playwright's own waiting for a function needs."""
    for _ in range(tries):
        if true():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it never came true")


def test_clusters_open_until_a_notice_shows_its_card(page: Any, placed: Running) -> None:
    page.goto(placed.root + MAP)
    page.wait_for_selector(READY)
    assert page.locator("#drawn-map").is_hidden() and page.locator("#results-map path.land.france").count() == 1
    before = counted(page)
    for _ in range(12):
        if page.locator(".bubble.single").count():
            break
        asked = len(page.asked)
        page.locator(".bubble").first.dispatch_event("click")
        until(page, lambda asked=asked: len(page.asked) > asked)
        page.wait_for_timeout(250)
    assert counted(page) < before
    page.locator(".bubble.single").first.dispatch_event("click")
    link = page.wait_for_selector(".map-card a.map-title")
    assert link.get_attribute("href").startswith("/doc/merimee/PA0990")
    link.click()
    page.wait_for_selector("article.notice h1")


def test_the_map_by_keyboard_alone(page: Any, placed: Running) -> None:
    page.goto(placed.root + MAP)
    page.wait_for_selector(READY)
    before = counted(page)
    page.focus("#results-map")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('.bubble[role=button][aria-label]')"), "after the two buttons of the zoom"
    page.keyboard.press("Enter")
    until(page, lambda: 0 < counted(page) < before)
    assert page.evaluate("document.activeElement.closest('#results-map') !== null"), "the focus stays in the map"
    page.focus("#results-map")
    page.keyboard.press("-")
    page.wait_for_timeout(400)
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(400)
    assert page.get_attribute("#results-map-said", "role") == "status"


def test_the_area_in_view_narrows_the_search(page: Any, placed: Running) -> None:
    page.goto(placed.root + MAP + "&q=moulin")
    page.wait_for_selector(READY)
    page.click(".leaflet-control-zoom-in")
    page.wait_for_timeout(500)
    page.click("#search-here")
    page.wait_for_selector(READY)
    asked = parse_qs(urlsplit(page.url).query)
    assert asked["q"] == ["moulin"] and asked["view"] == ["map"] and len(asked["box"][0].split(",")) == 4
    page.wait_for_selector("a:has-text('Chercher partout')")


def test_a_position_is_asked_for_on_a_click_alone(browser: Any, placed: Running) -> None:
    options = {"geolocation": {"latitude": 47.83, "longitude": 4.62}, "permissions": ["geolocation"]}
    context = browser.new_context(viewport={"width": 390, "height": 800}, **options)
    page = context.new_page()
    page.goto(placed.root + MAP)
    page.wait_for_selector(READY)
    page.click("#search-me")
    page.wait_for_url("**around=47.8300%2C4.6200%2C10**")
    context.close()
    context = browser.new_context(viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.goto(placed.root + MAP)
    page.wait_for_selector(READY)
    page.click("#search-me")
    until(page, lambda: page.evaluate("document.activeElement.name") == "lat")
    assert "position" in page.inner_text("#results-map-said")
    page.fill("[name=lat]", "48,85")
    page.fill("[name=long]", "2,35")
    page.press("[name=km]", "Enter")
    page.wait_for_url("**around=48.85%2C2.35%2C10**")
    context.close()


def test_titles_are_texts_in_cards(page: Any, placed: Running) -> None:
    page.goto(placed.root + MAP + "&q=alert")
    page.wait_for_selector(READY)
    for bubble in page.locator(".bubble").all()[:4]:
        bubble.focus()
        page.keyboard.press("Enter")
        card = page.wait_for_selector(".map-card .map-title")
        assert NAUGHTY in card.inner_text()
        page.keyboard.press("Escape")
        page.wait_for_selector(".map-card", state="detached")
    assert page.locator(".map-card img[src=x]").count() == 0


def test_what_is_in_view_already_is_not_asked_for_again(page: Any, placed: Running) -> None:
    page.goto(placed.root + MAP)
    page.wait_for_selector(READY)
    asked = len(page.asked)
    for _ in range(3):
        page.evaluate("document.getElementById('results-map').dispatchEvent(new Event('resize'))")
    page.focus("#results-map")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    page.wait_for_timeout(500)
    assert len(page.asked) <= asked + 1


def test_a_server_that_fails_is_said_and_asked_again(page: Any, placed: Running) -> None:
    page.goto(placed.root + MAP)
    page.wait_for_selector(READY)
    page.route("**/search/clusters**", lambda route: route.fulfill(status=503, body=""))
    page.click(".leaflet-control-zoom-in")
    until(page, lambda: "mise à jour" in page.inner_text("#results-map-said"))
    page.unroute("**/search/clusters**")
    page.click(".leaflet-control-zoom-in")
    until(page, lambda: "dans cette vue" in page.inner_text("#results-map-said"))
    page.complaints.clear()  # the browser's own line for the 503
