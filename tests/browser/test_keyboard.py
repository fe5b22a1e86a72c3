"""The pages by keyboard alone: skip link, search, menu of a phone, language, appearance, viewer, field codes; and the page on paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.web.conftest import Running

from .kinds import BY_NAME, keep_home

NOTICE = "/doc/palissy/PM09900007"
ACTIVE = "document.activeElement"
RING = """() => {
  const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
  const box = document.activeElement.getBoundingClientRect();
  const seen = outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 && box.width > 0;
  return { name: document.activeElement.outerHTML.slice(0, 120), seen };
}"""
Opener = Callable[..., Any]


@pytest.fixture
def opened(browser: Any, running: Running) -> Iterator[Opener]:
    """Opens an address in a context of its own, wide or narrow."""
    made: list[Any] = []

    def go(path: str, width: int = 1280, **options: Any) -> Any:
        context = browser.new_context(viewport={"width": width, "height": 844}, reduced_motion="reduce", **options)
        keep_home(context, running.root, [])
        made.append(context)
        page = context.new_page()
        page.goto(running.root + path)
        return page

    yield go
    for context in made:
        context.close()


def until(page: Any, selector: str, most: int = 40) -> None:
    """Presses Tab until what the selector names has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate(f"{ACTIVE}.matches({selector!r})"):
            return
    raise AssertionError(f"{selector} is not reached by Tab")


def test_the_first_stop_skips_to_the_content(opened: Opener) -> None:
    page = opened(NOTICE + "?lang=fr")
    page.keyboard.press("Tab")
    assert page.evaluate(f"{ACTIVE}.className") == "skip"
    assert page.locator(".skip").bounding_box()["x"] >= 0, "it shows once it has the focus"
    page.keyboard.press("Enter")
    assert page.evaluate(f"{ACTIVE}.id") == "content"
    page.keyboard.press("Tab")
    assert page.evaluate(f"{ACTIVE}.closest('main') !== null")


@pytest.mark.parametrize("path", ["/", "/releases"])
def test_searches(opened: Opener, path: str) -> None:
    page = opened(f"{path}?lang=en")
    until(page, "form[role=search] input")
    page.keyboard.type("brunet")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=brunet*")
    assert page.locator("html").get_attribute("lang") == "en" and page.locator(".hits a").count() > 0


def test_the_menu_of_a_phone_opens_and_closes(opened: Opener) -> None:
    page = opened("/?lang=fr", 390)
    assert not page.locator("header > nav.menu").is_visible()
    until(page, "details.menu summary")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate(f"{ACTIVE}.getAttribute('href')") == "/search?lang=fr"
    assert page.locator("details.menu nav a").first.is_visible()
    page.keyboard.press("Escape")
    assert page.evaluate(f"{ACTIVE}.tagName") == "SUMMARY" and not page.locator("details.menu nav a").first.is_visible()


def test_the_menu_of_a_phone_needs_no_script(opened: Opener) -> None:
    page = opened("/?lang=fr", 390, java_script_enabled=False)
    page.locator("details.menu summary").click()
    page.locator("details.menu nav a").nth(1).click()
    page.wait_for_url("**/sparql?lang=fr")


@pytest.mark.parametrize("path", [NOTICE, "/search?q=brunet&page=1"])
def test_the_language_changes_on_the_same_page(opened: Opener, path: str) -> None:
    page = opened(path)
    until(page, ".languages a[hreflang=en]")
    page.keyboard.press("Enter")
    page.wait_for_url("**lang=en")
    assert page.url.split("?")[0].endswith(path.split("?")[0]) and "q=brunet" in page.url + "q=brunet" * ("?" not in path)
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator(".languages [aria-current]").get_attribute("hreflang") == "en"


def test_the_appearance_is_chosen_and_kept(opened: Opener) -> None:
    page = opened("/?lang=fr", color_scheme="light")
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    light = page.evaluate(ground)
    page.locator("#appearance").focus()
    page.locator("#appearance").select_option("dark")
    dark = page.evaluate(ground)
    assert dark != light
    page.reload()
    assert page.evaluate(ground) == dark and page.locator("#appearance").input_value() == "dark"
    page.locator("#appearance").select_option("")
    assert page.evaluate(ground) == light
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(ground) == dark, "automatic follows the system"


def test_without_a_script_the_appearance_is_the_system_s(opened: Opener) -> None:
    page = opened("/?lang=fr", color_scheme="dark", java_script_enabled=False)
    assert not page.locator(".appearance").is_visible()
    assert sum(int(part) for part in page.locator("html").evaluate("e => getComputedStyle(e).backgroundColor.match(/\\d+/g)")) < 120


@pytest.mark.parametrize("name", ["home", "notice-merimee", "place", "listing", "search"])
def test_every_stop_is_seen(opened: Opener, name: str) -> None:
    """WCAG 2.2 §2.4.7: forty stops, each with a ring around it."""
    page = opened(BY_NAME[name].address("fr"))
    for _ in range(40):
        page.keyboard.press("Tab")
        ring = page.evaluate(RING)
        assert ring["seen"] or ring["name"].startswith("<body"), ring["name"]


def test_the_viewer_opens_zooms_and_gives_the_focus_back(opened: Opener) -> None:
    page = opened("/doc/joconde/M9001000001?lang=fr")
    until(page, "a.zoom")
    page.keyboard.press("Enter")
    page.locator("dialog.viewer canvas").first.wait_for()
    assert page.evaluate(f"{ACTIVE}.closest('dialog') !== null")
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate(f"{ACTIVE} === document.body || {ACTIVE}.closest('dialog') !== null"), "the focus stays in the dialog"
    page.keyboard.press("+")
    page.keyboard.press("Escape")
    page.locator("dialog.viewer").wait_for(state="detached")  # HTML tells of a closed dialog in a task of its own
    assert page.evaluate(f"{ACTIVE}.matches('a.zoom')")


def test_field_codes_show_on_demand(opened: Opener) -> None:
    page = opened(NOTICE + "?lang=fr")
    code = page.locator(".field-code").nth(3)
    assert not code.is_visible()
    until(page, "#codes", 120)
    page.keyboard.press("Space")
    assert code.is_visible()
    page.reload()
    assert page.locator(".field-code").nth(3).is_visible(), "the browser remembers"


def test_on_paper_a_notice_is_its_text_one_image_and_its_identifier(opened: Opener) -> None:
    page = opened("/doc/joconde/M9001000001?lang=fr", color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    for gone in ("form", ".languages", "header > nav.menu", "footer", "button"):
        assert page.locator(f"{gone}:visible").count() == 0, gone
    assert page.locator(".images img:visible").count() <= 1
    assert page.locator("h1").is_visible() and page.get_by_text("/id/joconde/M9001000001").first.is_visible()
    assert page.locator("html").evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(255, 255, 255)"
