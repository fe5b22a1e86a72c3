"""The whole path of a reader: type, pick a suggestion, filter twice, map, notice, back, export; by hand and by keyboard alone."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.web.conftest import Running

from .kinds import keep_home

PLACE = "Val-sur-Ource (21)"
OPTION = "[role=listbox]:not([hidden]) [role=option]"
MAP = "#results-map[data-ready] .bubble"
CARD = ".map-card a.map-title"


@pytest.fixture
def opened(browser: Any, running: Running) -> Iterator[Callable[..., Any]]:
    """Opens an address; at the end no page complained and nothing but pictures was asked elsewhere."""
    contexts, complaints, elsewhere = [], [], []

    def go(path: str, width: int = 1280, **options: Any) -> Any:
        context = browser.new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce", accept_downloads=True, **options)
        keep_home(context, running.root, elsewhere)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console", lambda said: complaints.append(said.text) if said.type == "error" and "Failed to load" not in said.text else None
        )
        page.goto(running.root + path)
        return page

    yield go
    for context in contexts:
        context.close()
    assert complaints == [] and elsewhere == []


def asked(page: Any) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def total(page: Any) -> int:
    """The number that the heading says first."""
    return int("".join(filter(str.isdigit, page.locator("h1").inner_text().split("notice")[0])))


def exported(page: Any, press: Callable[[], None]) -> list[list[str]]:
    """The rows of the CSV that a link gives, its heading apart."""
    with page.expect_download() as waiting:
        press()
    with Path(waiting.value.path()).open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.reader(lines))[1:]


def test_the_whole_path_by_hand(opened: Callable[..., Any]) -> None:
    page = opened("/?lang=fr")
    with page.expect_response("**/search/suggest?q=val-sur*"):
        page.locator("#first").press_sequentially("val-sur")
    page.locator(OPTION, has_text=PLACE).click()
    page.wait_for_url("**/search?*commune=*")
    first = total(page)
    assert asked(page)["commune"] == [PLACE] and first > 20 and page.locator(".hits li").count() == 25

    page.locator("details[data-facet=base] label", has_text="Mérimée").click()
    page.wait_for_url("**base=merimee*")
    second = total(page)
    assert second < first and page.locator(".chosen li").count() >= 2
    facet = page.locator("details[data-facet=producer]")
    if not facet.evaluate("e => e.open"):
        facet.locator("summary").click()
    facet.locator("label", has_text="Monuments Historiques").click()
    page.wait_for_url("**producer=*")
    found = total(page)
    assert 0 < found < second

    page.locator(".views a", has_text="Carte").click()
    page.wait_for_selector(MAP)
    on_map = page.url
    assert asked(page) == {"view": ["map"], "commune": [PLACE], "base": ["merimee"], "producer": ["Monuments Historiques"], "lang": ["fr"]}
    open_a_card(page, lambda selector: page.locator(selector).first.click(force=True))
    page.locator(CARD).first.click()
    page.wait_for_selector("article h1, main h1")
    assert urlsplit(page.url).path.startswith("/doc/merimee/")

    page.go_back()
    page.wait_for_selector(MAP)
    assert page.url == on_map and total(page) == found
    rows = exported(page, lambda: page.locator(".exports a[href*='/search.csv']").click())
    assert len(rows) == found


def open_a_card(page: Any, press: Callable[[str], None]) -> None:
    """Opens clusters until a notice shows its card."""
    for _ in range(12):
        press(".bubble.single" if page.locator(".bubble.single").count() else ".bubble")
        page.wait_for_timeout(350)
        if page.locator(CARD).count():
            return
    raise AssertionError("no notice on the map shows its card")


def test_the_whole_path_by_keyboard_alone(opened: Callable[..., Any]) -> None:
    page = opened("/?lang=fr")
    until(page, "#first")
    with page.expect_response("**/search/suggest?q=val-sur*"):  # the list of all that was typed, not of its beginning
        page.keyboard.type("val-sur")
    page.locator(OPTION, has_text=PLACE).wait_for()
    for _ in range(8):
        page.keyboard.press("ArrowDown")
        if PLACE in page.locator("[role=option][aria-selected=true]").inner_text():
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?*commune=*")

    until(page, "details[data-facet=base] summary")
    until(page, "input[name=base][value=merimee]")
    page.keyboard.press("Space")
    page.wait_for_url("**base=merimee*")
    page.wait_for_function("document.activeElement.matches('input[name=base][value=merimee]')")  # the focus comes back to it
    until(page, "details[data-facet=producer] summary")
    page.keyboard.press("Enter")
    until(page, "input[name=producer][value='Monuments Historiques']")
    page.keyboard.press("Space")
    page.wait_for_url("**producer=*")
    page.wait_for_function("document.activeElement.matches('input[name=producer]')")
    found = total(page)

    until(page, ".views a.view-map")
    page.keyboard.press("Enter")
    page.wait_for_selector(MAP)

    def enter(selector: str) -> None:
        until(page, selector, 300)
        page.keyboard.press("Enter")

    open_a_card(page, enter)
    until(page, CARD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/doc/merimee/**")
    page.keyboard.press("Alt+ArrowLeft")
    if urlsplit(page.url).path != "/search":
        page.go_back()  # without a window the browser has no such key
    page.wait_for_selector(MAP)
    until(page, ".exports a[href*='/search.csv']", 300)
    assert len(exported(page, lambda: page.keyboard.press("Enter"))) == found


def until(page: Any, selector: str, most: int = 150) -> None:
    """Presses Tab until what the selector names has the focus."""
    for _ in range(most):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached by Tab")


def test_an_advanced_search_and_back_to_its_form(opened: Callable[..., Any]) -> None:
    """Lines come and go without asking the server, values are suggested, the criteria are a sentence and open again as a form."""
    page = opened("/search/advanced?lang=fr")
    requests: list[str] = []
    page.on("request", lambda sent: requests.append(sent.url) if sent.resource_type == "document" else None)
    page.locator(".line select[name=field]").first.select_option("DENO")
    value = page.locator(".line input[name=value]").first
    value.focus()
    with page.expect_response("**/search/fields/all/DENO?*like=cal*"):
        page.keyboard.type("cal")
    page.locator(f"{OPTION}:first-child", has_text=re.compile("^cal", re.IGNORECASE)).wait_for()
    assert page.evaluate("document.activeElement.getAttribute('role')") == "combobox"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert value.input_value().lower().startswith("cal") and len(value.input_value()) > 3
    chosen = value.input_value()

    page.get_by_role("button", name="Ajouter une ligne").click()
    assert page.evaluate("document.activeElement.name") == "field" and page.locator(".line").count() == 2
    page.locator(".line select[name=field]").nth(1).select_option("AUTR")
    page.locator(".line select[name=op]").nth(1).select_option("absent")
    assert not page.locator(".line input[name=value]").nth(1).is_visible(), "it takes no value"
    page.get_by_role("button", name="Ajouter un groupe").click()
    assert page.locator("fieldset.group").count() == 2 and page.locator(".between").is_visible()
    assert page.locator("fieldset.group legend").all_inner_texts() == ["Groupe 1", "Groupe 2"]
    page.get_by_role("button", name="Retirer la ligne 3").click()
    assert page.locator("fieldset.group").count() == 1 and not page.locator(".between").is_visible()
    page.locator("select[name=group]").first.select_option("or")
    page.locator("#from").fill("12e siècle")
    assert requests == []
    page.locator(".send button").click()
    page.wait_for_url("**/search?*")
    assert asked(page)["where"] == [f'DENO contains "{chosen}" or AUTR absent'] and asked(page)["years"] == ["1101.."]
    sentence = page.locator(".chosen", has_text="n'existe pas")
    assert f"contient «\u00a0{chosen}\u00a0»" in sentence.inner_text()

    page.get_by_role("link", name="Modifier les critères").click()
    page.wait_for_url("**/search/advanced?*")
    assert [one.input_value() for one in page.locator(".line select[name=field]").all()] == ["DENO", "AUTR"]
    assert page.locator("select[name=group]").input_value() == "or" and page.locator("#from").input_value() == "1101"
    page.locator("#words").press("Enter")
    page.wait_for_url("**/search?*where=*")


def test_an_advanced_search_by_keyboard_alone(opened: Callable[..., Any]) -> None:
    page = opened("/search/advanced?lang=en&base=palissy")
    until(page, "select[name=field]")
    page.keyboard.type("Denom")
    until(page, "input[name=value]")
    with page.expect_response("**/search/fields/palissy/DENO?*like=cal*"):
        page.keyboard.type("cal")
    page.wait_for_selector(OPTION)
    page.keyboard.press("Escape")
    until(page, "button.add")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.matches('#row-2 select[name=field]')")
    until(page, "#row-2 button")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.matches('#row-1 select[name=field]')"), "the focus goes on beside what went"
    until(page, "#row-1 input[name=value]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?*")
    assert asked(page)["where"] == ['DENO contains "cal"'] and total(page) >= 1


def test_an_advanced_search_without_scripts_and_its_faults(opened: Callable[..., Any]) -> None:
    page = opened("/search/advanced?lang=fr", 390, java_script_enabled=False)
    page.locator(".line input[name=value]").fill("calice")
    page.locator("button.add").click()
    page.wait_for_url("**do=add.0*")
    assert page.locator(".line").count() == 2 and page.locator(".line input[name=value]").first.input_value() == "calice"
    page.locator(".send button").click()
    assert "Ligne 1" in page.locator(".fault").inner_text()
    assert page.locator(".line input[name=value]").first.input_value() == "calice"
    page.locator(".line select[name=field]").first.select_option("DENO")
    page.locator(".send button").click()
    page.wait_for_url("**/search?*where=*")
    assert total(page) >= 1


def test_an_address_of_pop_lands_on_its_search(opened: Callable[..., Any]) -> None:
    page = opened('/search/list?mainSearch="val"&base=["Patrimoine architectural (Mérimée)"]&import=["abc"]&lang=fr')
    assert urlsplit(page.url).path == "/search" and asked(page)["base"] == ["merimee"] and asked(page)["q"] == ["val"]
    assert "import : abc" in page.locator(".fault").inner_text()
