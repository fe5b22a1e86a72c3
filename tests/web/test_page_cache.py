"""Pages kept in memory: the same answer as the first, coded on request, of one release, within a budget."""

import asyncio
import gzip
from collections.abc import Sequence
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from pop_ld.web.page_cache import LARGEST, PageCache

from .conftest import Running

Headers = dict[str, str]


class Page:
    """An application that makes a page anew each time, and says so in it."""

    def __init__(self, status: int = 200, *, size: int = 5000, kept: bool = True) -> None:
        self.made = 0
        self.status, self.size, self.kept = status, size, kept

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.made += 1
        if self.kept:
            scope["state"]["keep"] = True
        scope["state"]["release"] = "r1"
        scope["endpoint"] = self
        headers = [(b"etag", b'"t"'), (b"vary", b"Accept"), (b"content-type", b"text/html"), (b"content-length", b"%d" % self.size)]
        if (b"if-none-match", b'"t"') in scope["headers"]:
            await send({"type": "http.response.start", "status": 304, "headers": headers[:2]})
            await send({"type": "http.response.body", "body": b""})
            return
        body = (b"%d " % self.made) * self.size
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": body[: self.size // 2], "more_body": True})
        await send({"type": "http.response.body", "body": body[self.size // 2 : self.size]})


def ask(cache: PageCache, path: str = "/doc/x", method: str = "GET", query: bytes = b"", **headers: str) -> tuple[int, Headers, bytes]:
    """Status, headers and body; a header's name with ``_`` for ``-``."""
    sent: list[Message] = []
    lines = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope: dict[str, Any] = {"type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": query}
    scope |= {"headers": lines, "state": {}}

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    asyncio.run(cache(scope, receive, send))
    assert scope["state"]["release"] == "r1" and scope["endpoint"]
    got = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], got, b"".join(message.get("body", b"") for message in sent[1:])


def of(page: Page, budget: int = 1 << 20, releases: Sequence[str] = ("r1",)) -> PageCache:
    left = list(releases)
    return PageCache(page, lambda: left.pop(0) if len(left) > 1 else left[0], budget)


def test_a_page_is_made_once_and_answered_the_same() -> None:
    cache = of(page := Page())
    first = ask(cache)
    assert first == ask(cache) and page.made == 1
    assert first[1]["vary"] == "Accept, Accept-Encoding" and len(first[2]) == 5000
    assert ask(cache, method="HEAD") == (200, first[1], b"")


@pytest.mark.parametrize(
    "other",
    [{"path": "/doc/y"}, {"query": b"lang=en"}, {"accept": "text/turtle"}, {"accept_language": "en"}, {"accept_profile": "<x>"}],
)
def test_what_a_page_varies_with_is_another_page(other: dict[str, Any]) -> None:
    cache = of(page := Page())
    assert ask(cache)[2] != ask(cache, **other)[2]
    assert page.made == 2


def test_a_coded_page_has_a_tag_of_its_own_and_the_same_content() -> None:
    cache = of(page := Page())
    plain, coded = ask(cache), ask(cache, accept_encoding="br, gzip")
    assert coded[1]["content-encoding"] == "gzip" and coded[1]["etag"] != plain[1]["etag"]
    assert len(gzip.decompress(coded[2])) == 5000 and int(coded[1]["content-length"]) == len(coded[2])
    assert ask(cache, accept_encoding="gzip;q=0")[2] == plain[2]
    assert page.made == 2


@pytest.mark.parametrize("known", [False, True])
def test_who_has_it_gets_304_with_the_tag_he_sent(known: bool) -> None:
    tags = [ask(of(Page()), accept_encoding=coding)[1]["etag"] for coding in ("", "gzip")]
    for tag, coding in zip(tags, ("", "gzip"), strict=True):
        cache = of(Page())
        if known:
            ask(cache, accept_encoding=coding)
        status, headers, body = ask(cache, accept_encoding=coding, if_none_match=f'"z", {tag}' if known else tag)
        assert (status, headers["etag"], body) == (304, tag, b"")
        assert "content-length" not in headers and "content-encoding" not in headers


@pytest.mark.parametrize("page", [Page(404), Page(kept=False), Page(size=LARGEST + 1)])
def test_what_is_no_page_is_not_kept(page: Page) -> None:
    cache = of(page)
    assert ask(cache)[0] == ask(cache)[0] == page.status
    assert page.made == 2


def test_another_release_is_another_page_and_one_under_way_is_not_kept() -> None:
    cache = of(page := Page(), releases=("r0", "r1", "r1", "r2", "r1"))
    ask(cache)  # the page is of r1, while r0 was current as it was asked for: not kept
    assert ask(cache) == ask(cache) and page.made == 2
    ask(cache)
    assert page.made == 3, "r2 serves"
    ask(cache)
    assert page.made == 4, "nothing of the former r1 was left"


def test_the_budget_holds_and_what_was_used_last_stays() -> None:
    cache = of(page := Page(), budget=40_000)
    for number in range(20):
        ask(cache, f"/doc/{number}")
        ask(cache, "/doc/often")
    assert page.made == 21
    ask(cache, "/doc/19")
    assert page.made == 21
    ask(cache, "/doc/0")
    assert page.made == 22
    none = of(page, budget=0)
    assert ask(none)[0] == ask(none)[0] == 200 and page.made == 24


def test_a_served_page_is_the_same_from_memory(running: Running, notices: list[str]) -> None:
    path = notices[0].removeprefix(running.site).replace("/id/", "/doc/")
    for headers in ({"Accept-Encoding": "gzip"}, {"Accept-Encoding": "identity"}):
        first, second = (running.get(path, **headers) for _ in range(2))
        assert first.status_code == 200 and first.content == second.content
        assert {**first.headers, "date": ""} == {**second.headers, "date": ""} and "pop-release" in second.headers
        assert "Accept-Encoding" in first.headers["vary"]
        head = running.client.head(running.root + path, headers={"Accept": "text/html", **headers})
        assert {**head.headers, "date": ""} == {**first.headers, "date": ""} and not head.content
        assert running.get(path, **headers, **{"If-None-Match": first.headers["etag"]}).status_code == 304
