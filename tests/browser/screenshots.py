"""`make screenshots`: a picture of each kind of page, narrow and wide, light and dark, into build/screenshots; a person looks at them.

python -m tests.browser.screenshots [NAME …] [--root URL] [--lang en]: some kinds alone, or the pages of a site that is being served.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from pop_ld import pipeline
from pop_ld.bases import load_bases
from pop_ld.config import Settings
from tests.browser.conftest import chromium
from tests.browser.kinds import KINDS, go, keep_home
from tests.web.conftest import naughty_file, serve

OUT = Path("build/screenshots")
WIDTHS = (390, 1280)
SCHEMES = ("light", "dark")
TALLEST = 6000
"""Pixels of a page that a picture shows at most."""


@contextmanager
def served() -> Iterator[str]:
    """The samples on a loopback port, with the hostile notice and a deleted one of the tests."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        settings = replace(Settings(), data=str(data))
        pipeline.load([file for base in load_bases().values() for file in base.samples], data, settings, quiet=True)
        pipeline.load([naughty_file(Path(folder))], data, settings, base="mnr", quiet=True)
        pipeline.remove("mnr", ["rfr21"], data, settings, quiet=True)
        server, thread, root = serve(settings)
        try:
            yield root
        finally:
            server.should_exit = True
            thread.join(10)


def take(browser: Any, root: str, names: list[str], lang: str) -> int:
    """Writes the pictures of the kinds named, of all where none is. Their number."""
    taken = 0
    for width in WIDTHS:
        for scheme in SCHEMES:
            context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce")
            keep_home(context, root, [])
            page = context.new_page()
            for kind in KINDS:
                if names and kind.name not in names:
                    continue
                go(page, root, kind, lang)
                page.wait_for_timeout(150)
                high = min(TALLEST, page.evaluate("document.documentElement.scrollHeight"))
                file = OUT / f"{kind.name}-{width}-{scheme}{'' if lang == 'fr' else '-' + lang}.png"
                page.screenshot(path=file, full_page=True, clip={"x": 0, "y": 0, "width": width, "height": high})
                taken += 1
            context.close()
    return taken


def main() -> None:
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="kinds of pages: " + ", ".join(kind.name for kind in KINDS))
    parser.add_argument("--root", help="a site being served; without it the samples are loaded and served")
    parser.add_argument("--lang", default="fr", choices=("fr", "en"))
    args = parser.parse_args()
    path = chromium()
    if not path:
        parser.error("no chromium on PATH")
    OUT.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        if args.root:
            print(take(browser, args.root.rstrip("/"), args.names, args.lang), "pictures in", OUT)
        else:
            with served() as root:
                print(take(browser, root, args.names, args.lang), "pictures in", OUT)
        browser.close()


if __name__ == "__main__":
    main()
