"""The review of links in a browser: the token once, decisions by keyboard alone, and a form that a browser really sends."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from pop_ld import alignment, iris, pipeline
from pop_ld.alignment import Book, Suggestion
from pop_ld.alignment.link import EXACT, WIKIDATA
from pop_ld.bases import load_bases
from pop_ld.config import Settings

from ..conformance.w3c_server import TOKEN, operator

CHOSEN = "items => items.map(item => item.querySelector('input:checked').value)"


def test_suggestions_are_decided_by_keyboard(browser: Any, tmp_path: Path) -> None:
    data = tmp_path / "data"
    pipeline.load(list(load_bases()["museo"].samples), data, replace(Settings(), data=str(data)), quiet=True)
    museum = iris.notice(Settings().site, "museo", "M9009")
    book = Book(data / alignment.FILE)
    book.suggest(
        [Suggestion("notice", museum, f"{WIKIDATA}Q{n}", EXACT, n / 10, (("name", "Musée"),), "Musée", f"Musée {n}") for n in range(1, 5)]
    )
    with operator(data) as port:
        context = browser.new_context(viewport={"width": 390, "height": 844}, locale="fr")
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.goto(port.root + "/align/review")
        assert page.url.endswith("/align/sign-in")
        page.keyboard.press("Tab")
        page.fill("#token", TOKEN)
        page.keyboard.press("Enter")
        page.wait_for_url("**/align/review")
        for key in "jarkl":  # the first accepted, the second rejected, back to it: left after all
            page.keyboard.press(key)
        assert page.eval_on_selector_all("#review > li", CHOSEN) == ["accepted", "", "", ""]
        page.keyboard.press("r")
        assert page.eval_on_selector_all("#review > li", CHOSEN) == ["accepted", "", "rejected", ""]
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.click("button:has-text('Enregistrer')")
        page.wait_for_selector("[role=status]")
        assert "Acceptées : 1 ; rejetées : 1" in page.inner_text("[role=status]") and page.locator("#review > li").count() == 2
        assert complaints == []
        context.close()
    assert book.decisions() == {"accepted": 1, "rejected": 1} and [link.qid for link in book.scan("pop")] == ["Q4"]
