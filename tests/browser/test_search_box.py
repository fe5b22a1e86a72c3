"""The search box and the filters with scripts: an ARIA combobox by keyboard alone, boxes that search at once, a facet searched in place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.web.conftest import Running

from .kinds import keep_home

Opener = Callable[..., Any]


@pytest.fixture
def opened(browser: Any, running: Running) -> Iterator[Opener]:
    """Opens an address; at the end of the test no page complained of anything."""
    made: list[Any] = []
    complaints: list[str] = []

    def go(path: str, width: int = 1280) -> Any:
        context = browser.new_context(viewport={"width": width, "height": 844}, reduced_motion="reduce")
        keep_home(context, running.root, [])
        made.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.goto(running.root + path)
        return page

    yield go
    for context in made:
        context.close()
    assert complaints == []


def box(page: Any) -> Any:
    return page.locator("#find")


def typed(page: Any, text: str) -> None:
    box(page).focus()
    page.keyboard.type(text)
    page.wait_for_selector("[role=listbox]:not([hidden]) [role=option]")


def test_a_suggestion_is_picked_by_keyboard(opened: Opener) -> None:
    page = opened("/releases?lang=fr")
    find = box(page)
    assert find.get_attribute("role") == "combobox" and find.get_attribute("aria-expanded") == "false"
    typed(page, "brun")
    assert find.get_attribute("aria-expanded") == "true"
    assert re.search(r"\d suggestion", page.locator(".suggesting [role=status]").first.text_content())
    page.keyboard.press("ArrowDown")
    option = page.locator(f"#{find.get_attribute('aria-activedescendant')}")
    assert option.get_attribute("aria-selected") == "true" and option.get_attribute("role") == "option"
    page.keyboard.press("ArrowUp")
    assert find.get_attribute("aria-activedescendant") is None, "back in the box"
    page.keyboard.press("ArrowUp")
    last = page.locator("[role=option]").last
    assert find.get_attribute("aria-activedescendant") == last.get_attribute("id")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?*")
    assert page.locator(".hits a").count() >= 1 and "lang=fr" in page.url


def test_a_late_answer_leaves_the_list_to_who_walks_it(opened: Opener) -> None:
    page = opened("/releases?lang=fr")
    late: list[Any] = []
    page.route("**/search/suggest?q=brune&*", lambda route: late.append(route))
    typed(page, "brun")
    options = page.locator("[role=option]").all_inner_texts()
    with page.expect_request("**/search/suggest?q=brune&*"):
        page.keyboard.type("e")
    page.keyboard.press("ArrowDown")
    late[0].fulfill(json={"suggestions": []})
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    assert page.locator("[role=option]").all_inner_texts() == options
    assert page.locator("[aria-selected=true]").inner_text() == options[0]
    with page.expect_request("**/search/suggest?q=brunet&*"):
        page.keyboard.type("t")


def test_escape_closes_and_keeps_what_was_typed(opened: Opener) -> None:
    page = opened("/releases?lang=en")
    typed(page, "egl")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    assert not page.locator("[role=listbox]").first.is_visible() and box(page).input_value() == "egl"
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?*q=egl*")


def test_enter_without_a_choice_searches_the_words(opened: Opener) -> None:
    page = opened("/?lang=fr")
    page.locator("#first").focus()
    page.keyboard.type("brunet")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?*q=brunet*")


def test_a_click_picks_and_leaving_closes(opened: Opener) -> None:
    page = opened("/releases?lang=fr")
    typed(page, "brun")
    page.locator("footer p").last.click()
    assert not page.locator("[role=listbox]").first.is_visible()
    typed(page, "e")
    page.locator("[role=option]").first.click()
    page.wait_for_url("**/search?*")


def test_no_suggestion_is_said(opened: Opener) -> None:
    page = opened("/releases?lang=fr")
    box(page).focus()
    page.keyboard.type("zzzzzz")
    page.locator(".suggesting [role=status]", has_text="Aucune").wait_for(state="attached")


def test_a_box_ticked_searches_and_keeps_the_focus(opened: Opener) -> None:
    page = opened("/search?q=saint&lang=fr")
    first = page.locator("details[data-facet=base] input[type=checkbox]").first
    value = first.get_attribute("value")
    first.focus()
    page.keyboard.press("Space")
    page.wait_for_url(f"**base={value}*")
    assert page.evaluate("document.activeElement.value") == value and page.locator("input:focus").is_checked()
    assert all(text for _, text in parse_qsl(urlsplit(page.url).query, keep_blank_values=True)), "what is empty is not in the address"
    page.keyboard.press("Space")
    page.wait_for_url(lambda url: "base=" not in url)
    assert dict(parse_qsl(urlsplit(page.url).query)) == {"q": "saint", "lang": "fr"}


def test_a_facet_is_searched_where_it_stands(opened: Opener) -> None:
    page = opened("/search?lang=fr")
    facet = page.locator("details[data-facet=author]")
    facet.locator("summary").click()
    wanted, other = (facet.locator("li .text").nth(at).text_content() for at in (0, 1))
    facet.locator("input[type=search]").fill(wanted)
    facet.locator("li", has_text=other).wait_for(state="detached")
    line = facet.locator("li", has_text=wanted).first
    line.locator("input").press("Space")
    page.wait_for_url("**author=*")
    assert wanted in page.locator(".chosen").text_content()


@pytest.mark.parametrize("width", [390, 1280])
def test_filters_are_behind_a_button_on_a_phone_alone(opened: Opener, width: int) -> None:
    page = opened("/search?q=saint&lang=fr", width=width)
    button, first = page.locator(".sieve-box > summary"), page.locator("details[data-facet=base] input").first
    if width == 390:
        assert not first.is_visible()
        button.focus()
        page.keyboard.press("Enter")
    else:
        assert not button.is_visible()
    first.wait_for(state="visible")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_what_lies_within_a_place_goes_with_it(opened: Opener) -> None:
    page = opened("/search?lang=fr")
    for name in ("region", "department", "commune"):
        facet = page.locator(f"details[data-facet={name}]")
        if facet.get_attribute("open") is None:
            facet.locator("summary").click()
        facet.locator("input[type=checkbox]").first.press("Space")
        page.wait_for_url(f"**{name}=*")
    page.locator("details[data-facet=region] input:checked").press("Space")
    page.wait_for_url(lambda url: "region=" not in url)
    assert "department=" not in page.url and "commune=" not in page.url
