"""Pages that were made once are answered from memory: by release, address and what of the request they vary with; gzip on request.

An endpoint says that an answer may be kept (``respond.cached`` does); nothing else is. A release never changes, so what is kept is never
wrong, and all of it goes when another release serves. Bounded in bytes, what was used longest ago goes first.
"""

from __future__ import annotations

import gzip
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pop_ld.web.respond import matches
from pop_ld.web.static import takes_gzip

LARGEST = 1 << 20
"""Bytes of an answer that may be kept: longer ones are rare, and would push a hundred pages out."""
_SMALLEST = 1000
"""Bytes from which on a coding saves a packet."""
_LEVEL = 5
_CODED = b"-pressed"
"""What the tag of a coded answer has more: the bytes differ, so a strong tag does (RFC 9110 §8.8.3.3)."""
_VARY = (b"accept", b"accept-datetime", b"accept-language", b"accept-profile")
_NOT_OF_304 = (b"content-encoding", b"content-length", b"content-type")
_Header: TypeAlias = tuple[bytes, bytes]
_Key: TypeAlias = tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class _Page:
    endpoint: Any
    headers: Sequence[_Header]
    tag: str
    body: bytes


class PageCache:
    """A layer of the application, inside the one that completes headers.

    ``release`` gives the name of the release that serves, "" for none; ``budget`` is in bytes.
    """

    def __init__(self, app: ASGIApp, release: Callable[[], str], budget: int) -> None:
        self._app = app
        self._release = release
        self._budget = budget
        self._pages: OrderedDict[_Key, _Page] = OrderedDict()
        self._size = 0
        self._of = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        self._follow(self._release())
        coded = takes_gzip(scope)
        key = _key(scope, coded)
        page = self._pages.get(key)
        if page:
            self._pages.move_to_end(key)
            scope["endpoint"], scope["state"]["release"] = page.endpoint, self._of  # for those who count, and who complete the headers
            await _answer(page, scope, send)
            return
        made = _Made(scope, send, coded)
        await self._app(made.scope, receive, made)
        if made.page and self._of and made.release == self._of and len(made.page.body) <= LARGEST:
            self._put(key, made.page)

    def _follow(self, release: str) -> None:
        """Forgets the pages of a release that serves no longer."""
        if release != self._of:
            self._pages.clear()
            self._size, self._of = 0, release

    def _put(self, key: _Key, page: _Page) -> None:
        former = self._pages.pop(key, None)
        self._size += _weight(key, page) - (_weight(key, former) if former else 0)
        self._pages[key] = page
        while self._size > self._budget:
            self._size -= _weight(*self._pages.popitem(last=False))


def _key(scope: Scope, coded: bool) -> _Key:
    """The address as it was written, and the headers that a kept answer may vary with; several lines of one are one (RFC 9110 §5.3)."""
    varied = [b",".join(value for name, value in scope["headers"] if name == wanted) for wanted in _VARY]
    return (scope.get("raw_path") or scope["path"].encode(), scope["query_string"], *varied, b"gzip" if coded else b"")


def _weight(key: _Key, page: _Page) -> int:
    return len(page.body) + sum(map(len, key)) + sum(len(name) + len(value) for name, value in page.headers) + 1000


async def _answer(page: _Page, scope: Scope, send: Send) -> None:
    """The page, or 304 to a client that has it; the same headers to HEAD."""
    wanted = b",".join(value for name, value in scope["headers"] if name == b"if-none-match")
    headers, status, body = list(page.headers), 200, page.body
    if wanted and matches(wanted.decode("latin-1"), page.tag):
        headers, status, body = [header for header in headers if header[0] not in _NOT_OF_304], 304, b""
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


class _Made:
    """Passes an answer on; one that may be kept is gathered first, coded, and left as ``page``.

    The application below is not shown the mark of a coded answer's tag, which it does not know.
    """

    def __init__(self, scope: Scope, send: Send, coded: bool) -> None:
        self.page: _Page | None = None
        self.scope = {**scope, "headers": [_uncoded(header) for header in scope["headers"]]}
        self._asked = scope
        self._send = send
        self._coded = coded
        self._start: Message | None = None
        self._body = b""

    @property
    def release(self) -> str:
        return str(self._asked["state"].get("release", ""))

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._asked["endpoint"] = self.scope.get("endpoint")
            if message["status"] == 200 and self._asked["state"].get("keep"):
                self._start = message
                return
            if message["status"] == 304 and self.scope["headers"] != self._asked["headers"]:
                message = {**message, "headers": [_tagged(header) for header in message["headers"]]}
        elif message["type"] == "http.response.body" and self._start:
            self._body += message.get("body", b"")
            if not message.get("more_body"):
                self.page = self._whole(self._start)
                await _answer(self.page, self._asked, self._send)
            return
        await self._send(message)

    def _whole(self, start: Message) -> _Page:
        headers, body = list(start["headers"]), self._body
        if self._coded and len(body) >= _SMALLEST and not any(name == b"content-encoding" for name, _ in headers):
            body = gzip.compress(body, _LEVEL, mtime=0)
            headers = [_tagged(header) for header in headers if header[0] != b"content-length"]
            headers += [(b"content-encoding", b"gzip"), (b"content-length", b"%d" % len(body))]
        headers = [(name, value + b", Accept-Encoding") if name == b"vary" else (name, value) for name, value in headers]
        tag = next((value for name, value in headers if name == b"etag"), b"")
        return _Page(self.scope.get("endpoint"), headers, tag.decode("latin-1"), body)


def _uncoded(header: _Header) -> _Header:
    return (header[0], header[1].replace(_CODED + b'"', b'"')) if header[0] == b"if-none-match" else header


def _tagged(header: _Header) -> _Header:
    return (header[0], header[1].removesuffix(b'"') + _CODED + b'"') if header[0] == b"etag" else header
