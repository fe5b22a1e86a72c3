"""WCAG 2.2 AA on every kind of page: axe-core in both languages and themes, reflow, text spacing, one h1, and without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.web.conftest import Running

from .kinds import KINDS, Kind, go, keep_home, where

AXE = Path(__file__).resolve().parents[2] / "build" / "axe" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SPACED = """* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
p { margin-bottom: 2em !important }"""
"""The text spacing that nothing may break under (WCAG 2.2 §1.4.12)."""
WIDER = """() => [...document.querySelectorAll('body *')]
  .filter(e => e.checkVisibility() && e.getBoundingClientRect().right > innerWidth + 1)
  .filter(e => !e.closest('.scroll, .quiet, .skip, .CodeMirror, pre, .leaflet-container'))
  .map(e => e.tagName + '.' + e.className).slice(0, 5)"""
CUT = """() => [...document.querySelectorAll('main *, header *, footer *')]
  .filter(e => getComputedStyle(e).overflowY === 'hidden' && e.scrollHeight > e.clientHeight + 4 && e.clientHeight > 1
    && e.textContent.trim() && !e.closest('.quiet, .CodeMirror, .leaflet-container, svg, select'))
  .map(e => e.tagName + '.' + e.className).slice(0, 5)"""


@pytest.fixture(scope="module")
def axe() -> str:
    if not AXE.is_file():
        pytest.skip("no axe-core (make browser fetches it with npm)")
    return AXE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def context(browser: Any, running: Running) -> Iterator[Any]:
    made = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    keep_home(made, running.root, [])
    yield made
    made.close()


def violations(page: Any, rules: list[str] | None = None) -> list[str]:
    """What axe-core says against the page: rule, element, what to mend."""
    only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": TAGS}
    said = page.evaluate("async only => (await axe.run(document, { runOnly: only, resultTypes: ['violations'] })).violations", only)
    found = [(one["id"], node) for one in said for node in one["nodes"]]
    return [f"{rule} at {node['target']}: {node['failureSummary']}" for rule, node in found if not crowded(rule, node)]


def crowded(rule: str, node: Any) -> bool:
    """Points of a map are as near to each other as what they stand for (WCAG 2.2 §2.5.8, essential); the list beside it has them all."""
    return rule == "target-size" and ("bubble" in str(node["target"]) or "bubble" in node["html"] or "leaflet-marker" in node["html"])


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_no_violation_in_both_languages_and_themes(context: Any, running: Running, axe: str, kind: Kind) -> None:
    page = context.new_page()
    try:
        for lang, scheme, other in (("fr", "light", "dark"), ("en", "dark", "light")):
            page.set_viewport_size({"width": 1280, "height": 900})
            page.emulate_media(color_scheme=scheme)
            assert go(page, running.root, kind, lang) == kind.status
            assert page.locator("html").get_attribute("lang") == lang
            assert page.locator("h1").count() == 1 and page.locator("main, [role=main]").count() == 1
            page.evaluate(axe)
            assert violations(page) == [], f"{lang}, {scheme}"
            page.emulate_media(color_scheme=other)
            assert violations(page, ["color-contrast", "link-in-text-block"]) == [], f"{lang}, {other}"
        page.set_viewport_size({"width": 390, "height": 844})
        assert violations(page, ["target-size", "scrollable-region-focusable"]) == [], "on a phone"
    finally:
        page.close()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_nothing_is_cut_at_320_pixels_or_with_spaced_text(context: Any, running: Running, kind: Kind) -> None:
    """WCAG 2.2 §1.4.10 (reflow) and §1.4.12 (text spacing)."""
    page = context.new_page()
    try:
        page.set_viewport_size({"width": 320, "height": 700})
        go(page, running.root, kind, "fr")
        assert page.evaluate(WIDER) == [] and page.evaluate("document.documentElement.scrollWidth") <= 320
        page.evaluate(
            "css => { const sheet = new CSSStyleSheet(); sheet.replaceSync(css); document.adoptedStyleSheets = [sheet]; }", SPACED
        )
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        assert page.evaluate(CUT) == []
    finally:
        page.close()


def test_pages_hold_without_scripts_and_styles_of_their_own(browser: Any, running: Running) -> None:
    """Every kind opens without JavaScript with its heading, its search form and no control that only a script would answer."""
    context = browser.new_context(java_script_enabled=False)
    keep_home(context, running.root, [])
    page = context.new_page()
    for kind in KINDS:
        if kind.pasted:
            continue
        assert page.goto(where(page, running.root, kind, "fr")).status == kind.status
        assert page.locator("h1").inner_text().strip() and page.locator("form[role=search] button").first.is_visible()
        dead = [one.inner_text() for one in page.locator("button:visible:not(form button)").all()]
        assert dead == [], kind.name
    context.close()


def test_forced_colours_keep_chips_buttons_and_focus(browser: Any, running: Running) -> None:
    context = browser.new_context(forced_colors="active")
    keep_home(context, running.root, [])
    page = context.new_page()
    page.goto(running.root + "/doc/palissy/PM09900007?lang=fr")
    for place in (".chip", "form.find button"):
        assert page.locator(place).first.evaluate("e => getComputedStyle(e).borderTopStyle") == "solid"
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    context.close()
