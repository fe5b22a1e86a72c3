"""The whole sample site, link by link: what a page, a sitemap or a header names answers, fragments exist, embedded JSON-LD parses."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import unquote, urljoin, urlsplit
from zlib import crc32

from .conftest import Running

SIFTED = 10
"""Most addresses with a query that are followed for one path: filters, pages and languages are without end."""
EVERY = {"notices": 4, "others": 40}
"""One notice, thing or term in so many has all its representations asked for too."""
FORMATS = re.compile(r"\.(?:ttl|jsonld|nt|rdf|trig|json|manifest\.json|bib|ris|csl\.json|geojson|csv)$")
HEAVY = re.compile(r"^/(?:sparql|validate|rdf-graph-store)$|^/release/[^/]+/dump/")
"""Asked for by HEAD and seldom: a query of a user's own, whose answer links to what the data name; a dump."""
PAST = re.compile(r"^/(?:release/[^/]+|timemap/[a-z]+)/(?:doc|id)/")
"""A state of before: one in EVERY["others"] is followed, and what it links to may have been taken out since."""


class Page(HTMLParser):
    """What an HTML page names: addresses, identifiers, data blocks."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.data: list[str] = []
        self.canonical: list[str] = []
        self._script = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.ids.update(found[name] for name in ("id", "name") if name in found)
        self.links += [found[name] for name in ("href", "src", "data-src") if found.get(name)]
        if tag == "link" and found.get("rel") == "canonical":
            self.canonical.append(found["href"])
        self._script = found.get("type", "text/javascript") if tag == "script" else ""

    def handle_data(self, data: str) -> None:
        if self._script == "application/ld+json":
            self.data.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._script = ""


@dataclass
class Crawl:
    """What is left to visit, what was found wrong, and the identifiers of the pages seen."""

    running: Running
    wanted: list[tuple[str, str]] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    ids: dict[str, set[str]] = field(default_factory=dict)
    fragments: list[tuple[str, str, str]] = field(default_factory=list)
    sifted: Counter[str] = field(default_factory=Counter)

    def add(self, link: str, source: str) -> None:
        """Notes an address of the site, once; others must only be well formed."""
        whole = urljoin(self.running.root + source, link).replace(self.running.site, self.running.root, 1)
        if not whole.startswith(self.running.root):
            if not re.match(r"^(?:https?://[^\s<>\"]+|mailto:[^\s<>\"]+|geo:[\d.,-]+|data:image/)", whole):
                self.faults.append(f"{source} links to {whole!r}")
            return
        parts = urlsplit(whole)
        address = parts.path + (f"?{parts.query}" if parts.query else "")
        if parts.fragment:
            self.fragments.append((source, address, unquote(parts.fragment)))
        if address in self.known or not self._is_followed(parts.path, parts.query):
            return
        self.known.add(address)
        self.wanted.append((address, source))

    def _is_followed(self, path: str, query: str) -> bool:
        if PAST.match(path):
            return crc32(path.encode()) % EVERY["others"] == 0
        if "_profile=" in query or FORMATS.search(path):
            parts = FORMATS.sub("", path).split("/")
            if parts[1] == "doc" and len(parts) > 3:
                kind = "others" if parts[2] in ("agent", "concept", "lieu", "temps") else "notices"
            elif parts[1:3] == ["def", "pop"] and len(parts) > 3:
                kind = "others"
            else:
                return True
            return crc32("/".join(parts).encode()) % EVERY[kind] == 0
        if query and not query.startswith("v="):
            shelf = "/".join(path.split("/")[:3])
            self.sifted[shelf] += 1
            return self.sifted[shelf] <= (3 if HEAVY.search(path) else SIFTED)
        return True

    def visit(self, address: str, source: str) -> None:
        """Asks for an address; reads what it is when it is a page or a sitemap."""
        path, _, query = address.partition("?")
        head = bool(FORMATS.search(path) or (HEAVY.search(path) and (query or "/dump/" in path)) or "_profile=" in query)
        accept = {"Accept": "text/html, application/xml;q=0.9, */*;q=0.8"}
        answer = self.running.client.request("HEAD" if head else "GET", self.running.root + address, headers=accept)
        if answer.status_code in (301, 302, 303, 307, 308):
            self.add(answer.headers["location"], address)
            return
        if answer.status_code == 410 and PAST.match(source):
            return
        if answer.status_code != 200:
            self.faults.append(f"{source} -> {address}: {answer.status_code}")
            return
        for link in re.findall(r"<([^>]*)>;[^,]*rel=\"?(?:alternate|canonical|describedby|license)", answer.headers.get("link", "")):
            self.add(link, address)
        kind = answer.headers.get("content-type", "")
        if head:
            return
        if kind.startswith("text/html"):
            self.read(address, Page(answer.text))
        elif "xml" in kind and "<loc>" in answer.text:
            for link in re.findall(r"<loc>([^<]*)</loc>", answer.text):
                self.add(link.replace("&amp;", "&").replace("&apos;", "'"), address)

    def read(self, address: str, page: Page) -> None:
        self.ids[address] = page.ids
        if len(page.canonical) > 1:
            self.faults.append(f"{address} has {len(page.canonical)} canonical links")
        for text in page.data:
            try:
                said = json.loads(text)
                if not isinstance(said, (dict, list)) or not said:
                    raise ValueError("says nothing")
            except ValueError as error:
                self.faults.append(f"{address}: embedded JSON-LD {error}")
        for link in page.links:
            self.add(link, address)

    def loose_fragments(self) -> Iterator[str]:
        """Links to a part that its page does not have."""
        for source, address, fragment in self.fragments:
            if address in self.ids and fragment not in self.ids[address]:
                yield f"{source} -> {address}#{fragment}"


def test_no_link_of_the_site_is_broken(running: Running, notices: list[str]) -> None:
    crawl = Crawl(running)
    for start in ("/", "/robots.txt", "/sitemap.xml", "/search", "/void", "/errors"):
        crawl.add(start, "/")
    while crawl.wanted:
        crawl.visit(*crawl.wanted.pop())
    assert sorted({*crawl.faults, *crawl.loose_fragments()}) == []
    seen = {unquote(address) for address in crawl.ids}
    pages = [iri.replace(running.site + "/id/", "/doc/") for iri in notices if not FORMATS.search(iri)]
    missed = [page for page in pages if unquote(page) not in seen]
    assert missed == [], "every notice is reached from the home page or a sitemap"
    assert len(crawl.known) > 2000
