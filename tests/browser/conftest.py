"""A real browser over the served samples, and what it must never say: an error, a broken policy, a request to another host."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.web.conftest import Running, running

__all__ = ["running"]  # the server of tests/web


@dataclass
class Visit:
    """A page of a browser, and what it complained of and asked elsewhere since it was opened."""

    page: Any
    root: str
    complaints: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)


Visitor = Callable[..., Visit]


def chromium() -> str | None:
    """The browser on PATH, the one without windows first: it is the same engine, and the tests take two thirds of the time."""
    return next(filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    api = pytest.importorskip("playwright.sync_api", reason="no playwright (requirements-browser.lock, make browser)")
    path = chromium()
    if not path:
        pytest.skip("no chromium on PATH")
    with api.sync_playwright() as driver:
        lonely = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"  # no other host is ever reached
        opened = driver.chromium.launch(executable_path=path, args=["--no-sandbox", lonely])
        yield opened
        opened.close()


@pytest.fixture
def visit(browser: Any, running: Running) -> Iterator[Visitor]:
    """Opens an address of the site; at the end of the test nothing was complained of, nothing asked elsewhere."""
    made: list[tuple[Any, Visit]] = []

    def go(path: str = "/sparql?lang=fr", *, width: int = 1280, **options: Any) -> Visit:
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        page = context.new_page()
        found = Visit(page, running.root)
        page.on("console", lambda said: found.complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: found.complaints.append(str(error)))
        context.on("request", lambda asked: found.elsewhere.append(asked.url) if not asked.url.startswith(running.root) else None)
        page.goto(running.root + path)
        made.append((context, found))
        return found

    yield go
    for context, found in made:
        context.close()
        refused = "Failed to load resource"  # the browser's own line for an answer 400 or 504, which a test may want
        assert [text for text in found.complaints if not text.startswith(refused)] == []
        assert [url for url in found.elsewhere if not url.startswith(("data:", "blob:"))] == []
