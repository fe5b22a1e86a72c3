"""An answer on its way to the client: in one piece where it is short, as a stream else, and never a part as if it were the whole."""

from __future__ import annotations

import asyncio
import logging
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from typing import IO

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from pop_ld import store
from pop_ld.errors import PopError
from pop_ld.web.query_log import QueryEntry

log = logging.getLogger(__name__)
_IN_MEMORY = 1 << 22


class AnswerCut(Exception):
    """The answer failed after its first byte: whoever serves must cut the connection."""


class QueryResponse(Response):
    """Sends a QueryAnswer; ``whole`` gets the body of each that came to its end and is not over ``keep`` bytes.

    ``entry`` is filled in, and ``ended`` called when all is over, however it ends. Raises AnswerCut.
    """

    def __init__(
        self,
        request: Request,
        answer: store.QueryAnswer,
        headers: Mapping[str, str],
        entry: QueryEntry,
        *,
        ended: Callable[[], None],
        whole: Callable[[bytes], None] | None = None,
        keep: int = 0,
    ) -> None:
        super().__init__(headers=dict(headers))
        del self.headers["content-length"]
        self._answer = answer
        self._entry = entry
        self._ended = ended
        self._whole = whole
        self._keep = keep
        self._head = request.method == "HEAD"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if self._answer.length is not None or self._head:
                await self._at_once(send)
            elif scope.get("http_version") == "1.0":
                await self._from_file(send)
            else:
                await self._streamed(receive, send)
        finally:
            await self._answer.aclose()
            self._ended()

    async def _at_once(self, send: Send) -> None:
        body = b""
        if not self._head:
            body = b"".join([block async for block in self._answer])
            if self._whole and len(body) <= self._keep:
                self._whole(body)
        if self._answer.length is not None:
            self.headers["content-length"] = str(self._answer.length)
        await self._start(send)
        self._entry.size = len(body)
        await send({"type": "http.response.body", "body": body})

    async def _streamed(self, receive: Receive, send: Send) -> None:
        watch = asyncio.ensure_future(self._left(receive))
        kept: bytearray | None = bytearray() if self._whole else None
        try:
            await self._start(send)
            async for block in self._answer:
                self._entry.size += len(block)
                await send({"type": "http.response.body", "body": block, "more_body": True})
                if kept is not None:
                    kept += block
                    if len(kept) > self._keep:
                        kept = None
            if self._whole and kept is not None:
                self._whole(bytes(kept))
            await send({"type": "http.response.body", "body": b""})
        except PopError as error:
            if watch.done():
                self._entry.outcome = "left"
                return
            self._entry.outcome, self._entry.reason = "cut", error.message
            raise AnswerCut(error.message) from error
        finally:
            watch.cancel()

    async def _from_file(self, send: Send) -> None:
        """HTTP/1.0 has no chunks: only its length tells a client that an answer is whole, so it is collected first."""
        with tempfile.SpooledTemporaryFile(_IN_MEMORY) as file:
            async for block in self._answer:
                await asyncio.to_thread(file.write, block)
            self.headers["content-length"] = str(file.tell())
            file.seek(0)
            await self._start(send)
            async for block in _blocks(file):
                self._entry.size += len(block)
                await send({"type": "http.response.body", "body": block, "more_body": True})
            await send({"type": "http.response.body", "body": b""})

    async def _start(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})

    async def _left(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        await self._answer.aclose()


async def _blocks(file: IO[bytes]) -> AsyncIterator[bytes]:
    while block := await asyncio.to_thread(file.read, 1 << 18):
        yield block
