"""The page of a notice where scripts run: the viewer by keyboard alone, the map, codes that stay shown, an image that is not there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.web.conftest import Running

from .kinds import PHOTOGRAPH

VIEW = "/doc/joconde/M9001000001?lang=fr"


@pytest.fixture
def opened(browser: Any, running: Running) -> Iterator[Any]:
    """A page of a browser in which every image of elsewhere is one photograph, but those whose name says ``revers``: they are not there."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    page.complaints = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("console", lambda said: page.complaints.append(said.text) if "Policy" in said.text else None)

    def answer(route: Any) -> None:
        if route.request.url.startswith(running.root):
            route.continue_()
        elif "revers" in route.request.url:
            route.fulfill(status=404)
        else:
            route.fulfill(path=PHOTOGRAPH, content_type="image/svg+xml")

    context.route("**/*", answer)
    yield page
    context.close()
    assert page.complaints == []


def test_the_viewer_by_keyboard(opened: Any, running: Running) -> None:
    opened.goto(running.root + VIEW)
    assert opened.locator("script[src*=openseadragon]").count() == 0, "nothing is loaded before somebody asks"
    opened.focus("a.zoom")
    opened.keyboard.press("Enter")
    opened.wait_for_selector("dialog.viewer canvas")
    said = opened.inner_text("dialog.viewer .words")
    assert "Crédit" in said and "Droits" in said, "credit and rights stay beside the image"
    for key in ("+", "-", "0", "ArrowLeft", "ArrowDown"):
        opened.keyboard.press(key)
    for _ in range(12):
        opened.keyboard.press("Tab")
        assert opened.evaluate("document.activeElement === document.body || !!document.activeElement.closest('dialog.viewer')")
    opened.keyboard.press("Escape")
    opened.wait_for_selector("dialog.viewer", state="detached")
    assert opened.evaluate("document.activeElement.classList.contains('zoom')"), "the focus comes back to where it was"


def test_an_image_that_is_not_there_says_so(opened: Any, running: Running) -> None:
    opened.goto(running.root + VIEW)
    opened.wait_for_selector("a.zoom.failed")
    missing = opened.locator("a.zoom.failed")
    assert missing.count() == 1 and "revers" in missing.get_attribute("href")
    assert missing.get_attribute("data-failed") == "Image indisponible"


def test_the_map_draws_the_place_over_our_own_outlines(opened: Any, running: Running) -> None:
    opened.goto(running.root + "/doc/merimee/IA09900004?lang=fr")
    opened.wait_for_selector("#map path.leaflet-interactive")
    opened.wait_for_selector("#map path.land.france")
    assert opened.locator("#map img").count() == 0, "no tile is asked of anybody"


def test_codes_stay_shown_from_page_to_page(opened: Any, running: Running) -> None:
    opened.goto(running.root + VIEW)
    code = opened.locator(".field-code").first
    assert not code.is_visible()
    opened.hover(".fields > div >> nth=0")
    assert code.is_visible()
    opened.focus("#codes")
    opened.keyboard.press("Space")
    assert opened.locator(".meaning").first.is_visible()
    opened.goto(running.root + "/doc/palissy/EM099000010?lang=fr")
    assert opened.is_checked("#codes") and opened.locator(".field-code").first.is_visible()
