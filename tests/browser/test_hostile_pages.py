"""Stored and reflected XSS in a real browser: sixty payloads in every public field of every base, in a REF, a query and a file name."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from pop_ld import pipeline
from pop_ld.bases import Base, load_bases
from pop_ld.config import Settings, image_origins
from tests.web.conftest import serve

PAYLOADS: list[str] = json.loads((Path(__file__).parent / "payloads.json").read_text(encoding="utf-8"))
SUSPECTS = (Path(__file__).parent / "suspects.js").read_text(encoding="utf-8")
"""Marks of a payload that became markup, whether or not the policy stopped it."""


@dataclass
class Hostile:
    """A site that holds the payloads, and a page that notes whatever they manage."""

    root: str
    site: str
    client: httpx.Client
    page: Any
    spoken: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)

    def check(self, path: str) -> int:
        """Opens a page and looks for marks; the status."""
        answer = self.page.goto(self.root + path, wait_until="load")
        self.clean(path)
        policy = answer.headers["content-security-policy"]
        assert "unsafe-inline" not in policy and "script-src 'self'" in policy and "unsafe-eval" not in policy, path
        return int(answer.status)

    def clean(self, path: str) -> None:
        assert self.page.evaluate(SUSPECTS) == [], path
        assert self.spoken == [] and self.elsewhere == [], path

    def notices(self, base: str) -> list[str]:
        """Addresses of the pages of a base's notices."""
        found, page = [], 1
        while hits := self.client.get("/search", params={"q": "", "base": base, "page": page}).json()["hits"]:
            found += [hit["url"] for hit in hits]
            page += 1
        return found


REFS = {
    "autor": "AW{:08}",
    "enluminures": "D-{:06}",
    "joconde": "M9001{:06}",
    "memoire": "MH{:08}",
    "merimee": "PA{:08}",
    "mnr": "MNR{:05}",
    "museo": "M9{:03}",
    "palissy": "PM{:08}",
}
"""A REF of each base that its own rule takes, so that a file tells its base."""


def notice(base: Base, turn: int) -> dict[str, Any]:
    """A notice whose every public field is a payload, each another one; ``turn`` moves them on, so that sixty turns put each in each."""
    made: dict[str, Any] = {"REF": REFS[base.slug].format(turn)}
    for place, one in enumerate(one for one in base.fields.values() if one.public and one.path != "REF"):
        text = PAYLOADS[(place + turn) % len(PAYLOADS)]
        made[one.path] = [text] if one.type == "list" else text
    return made


@pytest.fixture(scope="module")
def hostile(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hostile]:
    folder = tmp_path_factory.mktemp("hostile")
    settings = replace(Settings(), data=str(folder / "data"), deadline=3.0, deadline_max=4.0)
    files = []
    for base in load_bases().values():
        lines = [json.dumps(notice(base, turn)) for turn in range(len(PAYLOADS))]
        if base.slug == "mnr":
            lines += [json.dumps({"REF": text, "TITR": text}) for text in PAYLOADS]
        files.append(folder / f"{base.slug}.jsonl")
        files[-1].write_text("\n".join(lines) + "\n", encoding="utf-8")
    pipeline.load(files, folder / "data", settings, accept=True, quiet=True)
    server, thread, root = serve(settings)
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    own = (root, "data:image/", "blob:", *(origin + "/" for origin in image_origins(settings)))
    with httpx.Client(base_url=root, timeout=30, headers={"Accept": "application/json"}) as client:
        made = Hostile(root, settings.site, client, context.new_page())
        context.on("request", lambda asked: made.elsewhere.append(asked.url) if not asked.url.startswith(own) else None)
        made.page.on("dialog", lambda dialog: (made.spoken.append(dialog.message), dialog.dismiss()))
        made.page.on("pageerror", lambda error: made.spoken.append(str(error)))
        made.page.on("console", lambda said: made.spoken.append(said.text) if "Content Security" in said.text else None)
        yield made
    context.close()
    server.should_exit = True
    thread.join(10)


@pytest.mark.parametrize("slug", load_bases())
def test_nothing_of_a_notice_executes(hostile: Hostile, slug: str) -> None:
    """Each payload in each public field: sixty pages a base."""
    addresses = hostile.notices(slug)
    assert len(addresses) >= len(PAYLOADS)
    for path in addresses:
        assert hostile.check(path) == 200, path


def test_nothing_of_what_notices_share_executes(hostile: Hostile) -> None:
    """Agents, concepts, places and times named by payloads, and what lists them."""
    query = (
        f'SELECT DISTINCT ?o WHERE {{ ?s ?p ?o FILTER(isIRI(?o) && STRSTARTS(STR(?o), "{hostile.site}/id/") && !CONTAINS(STR(?o), "#")) }}'
    )
    answer = hostile.client.get("/sparql", params={"query": query}, headers={"Accept": "text/tab-separated-values"})
    found = [line.strip("<>\r") for line in answer.text.split("\n")[1:] if line]
    by_kind: dict[str, list[str]] = {}
    for thing in found:
        path = thing.removeprefix(hostile.site + "/id/")
        by_kind.setdefault(path.split("/", 1)[0], []).append(path)
    assert {"agent", "concept", "lieu"} <= by_kind.keys()
    for kind in ("agent", "concept", "lieu", "temps"):
        for path in by_kind.get(kind, [])[:20]:
            assert hostile.check("/doc/" + path) in (200, 404), path
            assert hostile.check("/linked/" + path) in (200, 404), path
    for path in ("/", "/search?q=", "/releases", "/void", "/quality", "/quality/merimee", *(f"/dataset/{slug}" for slug in load_bases())):
        assert hostile.check(path) == 200, path
    listed = hostile.client.get("/quality/merimee", headers={"Accept": "text/html"}).text
    broken = [html.unescape(link) for link in re.findall(r'href="(/quality/notices[^"]*)"', listed)]
    assert broken
    for path in broken[:20]:
        assert hostile.check(path) == 200, path


@pytest.mark.parametrize("address", ["/search?q={}", "/sparql?query={}", "/doc/mnr/{}", "/ref/{}"])
def test_nothing_of_an_address_executes(hostile: Hostile, address: str) -> None:
    for text in PAYLOADS:
        assert hostile.check(address.format(quote(text, safe=""))) < 500, text


@pytest.mark.parametrize(
    "address",
    [
        "/search?q=&base={0}&page={0}",
        "/search?q={0}&author={0}&where={0}&years={0}&sort={0}&view={0}&after={0}&dropped={0}",
        "/search?where=AUTR+contains+%22x{0}%22&view=mosaic",
        "/search?view=map&q={0}&box={0}",
        "/search?view=timeline&q={0}",
        "/search/facets/author?like={0}&q={0}",
        "/search/advanced?q={0}&author={0}&where={0}",
        "/search/advanced?do=search&q={0}&base={0}&group={0}&field={0}&op={0}&value={0}&from={0}&place={0}&km={0}&where={0}&sort={0}",
        "/search/list?mainSearch={0}&auteur={0}&import={0}&x={0}",
        "/basket?iri={0}",
        "/doc/{}",
        "/def/{}",
        "/def/pop/{}",
        "/linked/{}",
        "/release/{}",
        "/quality/{}",
        "/align/wikidata/{}",
        "/align/links/{}",
        "/align/suggestions?kind={0}&page={0}",
    ],
)
def test_nothing_of_a_rarer_address_executes(hostile: Hostile, address: str) -> None:
    for text in PAYLOADS[::4]:
        assert hostile.check(address.format(quote(text, safe=""))) < 500, text


def test_nothing_of_a_language_or_a_page_number_executes(hostile: Hostile) -> None:
    for text in PAYLOADS[::6]:
        one = quote(text, safe="")
        assert hostile.check(f"/?lang={one}&page={one}&_profile={one}") < 500, text
        assert hostile.check(f"/doc/mnr/XSS0000?lang={one}&codes={one}&from={one}") < 500, text


def test_nothing_of_a_file_or_its_name_executes(hostile: Hostile) -> None:
    """Files named by payloads, with all of them in their column names and cells, checked at /validate, whose report repeats them."""
    cells = ['"' + text.replace('"', '""') + '"' for text in PAYLOADS]
    lines = [";".join(["REF", "TITR", "DPRO", *cells[:20]])]
    lines += [";".join([f"PM{n:08}", one, one, *[one] * 20]) for n, one in enumerate(cells)]
    for text in PAYLOADS[::10]:
        hostile.page.goto(hostile.root + "/validate?lang=fr")
        name = text.replace("/", "\N{DIVISION SLASH}") + ".csv"
        hostile.page.locator("#file").set_input_files({"name": name, "mimeType": "text/csv", "buffer": "\n".join(lines).encode()})
        with hostile.page.expect_navigation():
            hostile.page.locator("form.stack button").last.click()
        hostile.clean(text)
