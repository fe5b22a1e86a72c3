"""HTTP on the wire: uvicorn's protocol over httptools, which itself sets no bound to a request's first lines, with bounds."""

from __future__ import annotations

import asyncio
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LONGEST_ADDRESS = 65_535
"""Bytes of a request's address, as much as the parser takes: long SPARQL queries come by GET too, longer ones by POST."""
LONGEST_HEAD = LONGEST_ADDRESS + 32 * 1024
"""Bytes of a request's first lines together."""
SLOWEST_HEAD = 30.0
"""Seconds that a client may take from its connection, or the first byte of a further request, to the end of its first lines."""
_REASONS = {408: b"Request Timeout", 414: b"URI Too Long", 431: b"Request Header Fields Too Large"}


class BoundedProtocol(HttpToolsProtocol):
    """Answers 414 to an address and 431 to headers that are too long, 408 to slow ones, and closes the connection."""

    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self._in_head = False
        self._head = 0
        self._patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._in_head and not self.transport.is_closing():
            self._head += len(data)
            if self._head > LONGEST_HEAD:
                self._refuse(414 if len(self.url) > LONGEST_ADDRESS else 431)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head, self._head = True, 0
        if self._patience is None:
            self._wait()

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._stop_waiting()
        try:
            super().on_headers_complete()
        except httptools.HttpParserInvalidURLError:
            if len(self.url) <= LONGEST_ADDRESS:
                raise
            self._refuse(414)

    def on_body(self, body: bytes) -> None:
        if self.cycle is not None and not self.transport.is_closing():
            super().on_body(body)

    def on_message_complete(self) -> None:
        if self.cycle is not None and not self.transport.is_closing():
            super().on_message_complete()

    def _wait(self) -> None:
        self._patience = self.loop.call_later(SLOWEST_HEAD, self._refuse, 408)

    def _stop_waiting(self) -> None:
        if self._patience:
            self._patience.cancel()
            self._patience = None

    def _refuse(self, status: int) -> None:
        self._in_head = False
        head = b"HTTP/1.1 %d %s\r\ncontent-length: 0\r\nconnection: close\r\naccess-control-allow-origin: *\r\n\r\n"
        self.transport.write(head % (status, _REASONS[status]))
        self.transport.close()
