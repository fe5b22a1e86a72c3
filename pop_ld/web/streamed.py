"""A file that is made while it is sent: a block at a time, in turn with the pages, for as long as its client reads."""

from __future__ import annotations

import asyncio
import logging
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from pop_ld.errors import Busy, TooManyRequests
from pop_ld.web.query_answer import AnswerCut
from pop_ld.web.turns import Turns

log = logging.getLogger(__name__)

EACH = 2
"""Files that one client may have made at once."""
ALL = 6
"""Those of all clients, in one process."""
STALLED = 60.0
"""Seconds that a client may take for a block."""
PATIENCE = 3
"""How many times as long as it worked a file waits where others want their turn."""
WAIT = 10.0
"""Seconds after which one that is refused may come again."""
_IN_MEMORY = 1 << 22
_READ = 1 << 18


class Places:
    """Who has files made at the moment. For one event loop."""

    def __init__(self) -> None:
        self._taken: Counter[str] = Counter()

    def take(self, client: str) -> None:
        """Takes a place. Raises TooManyRequests where the client has its share, Busy where all are taken."""
        if self._taken[client] >= EACH:
            raise TooManyRequests(f"{EACH} exports of this client are being made; take the next when one has ended", wait=WAIT)
        if self._taken.total() >= ALL:
            raise Busy("every place for an export is taken")
        self._taken[client] += 1

    def give(self, client: str) -> None:
        self._taken -= Counter([client])


class Blocks:
    """The blocks of a file, each made in a thread when it is its turn; ``ended`` is called once, however it ends."""

    def __init__(self, made: Iterator[bytes], turns: Turns, ended: Callable[[], None]) -> None:
        self._made = made
        self._turns = turns
        self._ended = ended
        self._open = True

    async def next(self) -> bytes | None:
        """The next block, None after the last. Where pages wait for their turn, a file waits longer than it worked."""
        async with self._turns.searches:
            began = time.monotonic()
            block = await run_in_threadpool(next, self._made, None)
            worked = time.monotonic() - began
        if self._turns.searches.locked():
            await asyncio.sleep(min(PATIENCE * worked, 1.0))
        return block

    def close(self) -> None:
        if self._open:
            self._open = False
            self._ended()


class StreamedFile(Response):
    """Sends ``first``, then the other blocks. Raises AnswerCut where one cannot be made, or the client no longer reads."""

    def __init__(self, request: Request, first: bytes, blocks: Blocks, headers: Mapping[str, str]) -> None:
        super().__init__(headers=dict(headers))
        del self.headers["content-length"]
        self._first = first
        self._blocks = blocks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if scope.get("http_version") == "1.0":
                await self._from_file(send)
            else:
                await self._streamed(receive, send)
        except AnswerCut:
            raise
        except Exception as error:  # whatever it is, the client must not take what it has for the whole
            log.exception("%s: the export failed", scope["path"])
            raise AnswerCut(str(error)) from error
        finally:
            self._blocks.close()

    async def _streamed(self, receive: Receive, send: Send) -> None:
        watch = asyncio.ensure_future(_left(receive))
        try:
            await self._start(send)
            block: bytes | None = self._first
            while block is not None:
                await _sent(send, block)
                if watch.done():
                    return
                block = await self._blocks.next()
            await send({"type": "http.response.body", "body": b""})
        finally:
            watch.cancel()

    async def _from_file(self, send: Send) -> None:
        """HTTP/1.0 has no chunks: only its length tells a client that an answer is whole, so it is made first."""
        with tempfile.SpooledTemporaryFile(_IN_MEMORY) as file:
            block: bytes | None = self._first
            while block is not None:
                await run_in_threadpool(file.write, block)
                block = await self._blocks.next()
            self.headers["content-length"] = str(file.tell())
            file.seek(0)
            await self._start(send)
            while part := await run_in_threadpool(file.read, _READ):
                await _sent(send, part)
            await send({"type": "http.response.body", "body": b""})

    async def _start(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})


async def _sent(send: Send, block: bytes) -> None:
    try:
        async with asyncio.timeout(STALLED):
            await send({"type": "http.response.body", "body": block, "more_body": True})
    except TimeoutError as error:
        raise AnswerCut("the client reads no longer") from error


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
