"""One query running on a remote store: its deadline, its bytes, and how its failure is told."""

from __future__ import annotations

import asyncio
import itertools
import math
import time
from collections import deque
from collections.abc import AsyncIterator, Callable

import httpx

from pop_ld.errors import PopError, QueryFailed, QueryTimeout, ResultTooLarge
from pop_ld.store.answer import HOLD_BACK, LONG_AFTER
from pop_ld.store.contract import QueryRequest
from pop_ld.store.sparql_client import CONNECT_SECONDS, ERROR_BYTES, TAIL, Wanted, cut, failure, format_of, head_failure, lost

_numbers = itertools.count(1)


class RemoteAnswer:
    """QueryAnswer over a remote endpoint; the deadline counts from here and ends the query even if nobody reads.

    ``text`` is what is sent in the place of ``request.query``, ``limit`` the budget in bytes, ``accepted`` is called when the remote store
    has taken the query and may raise, ``returned`` once when it is over.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        url: str,
        request: QueryRequest,
        wanted: Wanted,
        *,
        text: str,
        limit: int,
        accepted: Callable[[], None],
        returned: Callable[[RemoteAnswer], None],
    ) -> None:
        self.number = next(_numbers)
        self.request = request
        self.media_type = ""
        self.coding = ""
        self.length: int | None = None
        self.rewrites: tuple[str, ...] = ("text",) if text != request.query else ()
        self.sent = 0
        self._client = client
        self._url = url
        self._wanted = wanted
        self._text = text
        self._limit = limit
        self._accepted = accepted
        self._returned = returned
        self._blocks: deque[bytes] = deque()
        self._held = 0
        self._size = 0
        self._failure: PopError | None = None
        self._changed = asyncio.Event()
        self._room = asyncio.Event()
        self._began = time.monotonic()
        self._ended = 0.0
        self._task = asyncio.create_task(self._run())
        self._task.add_done_callback(self._end)

    @property
    def seconds(self) -> float:
        """How long it has run, or ran."""
        return (self._ended or time.monotonic()) - self._began

    @property
    def long(self) -> bool:
        """Whether it ran long enough to be told apart from the short ones."""
        return self.seconds >= LONG_AFTER

    async def begin(self) -> None:
        """Waits for the end or the first HOLD_BACK bytes; raises what failed within them."""
        while not self._ended and self._held < HOLD_BACK:
            await self._change()
        if self._failure:
            raise self._failure
        if self._ended:
            self.length = self._held

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._chunks()

    async def aclose(self) -> None:
        """Ends the query where it still runs, by closing the connection to the remote store."""
        self.stop(QueryFailed("the answer was closed"))
        await asyncio.wait([self._task])

    def stop(self, why: PopError) -> None:
        """Ends the query where it still runs; whoever reads its answer is told why."""
        if not self._task.done():
            self._failure = self._failure or why
            self._task.cancel()

    async def _chunks(self) -> AsyncIterator[bytes]:
        try:
            while True:
                while self._blocks:
                    block = self._blocks.popleft()
                    self._held -= len(block)
                    self.sent += len(block)
                    self._room.set()
                    yield block
                if self._failure:
                    raise self._failure
                if self._ended:
                    return
                await self._change()
        finally:
            await self.aclose()

    async def _change(self) -> None:
        self._changed.clear()
        await self._changed.wait()

    async def _run(self) -> None:
        try:
            async with asyncio.timeout(self.request.timeout):
                await self._receive()
        except TimeoutError:
            raise QueryTimeout(f"the query passed its deadline of {self.request.timeout:g} s and was stopped") from None
        except (httpx.HTTPError, httpx.StreamError) as error:
            raise lost(error, bool(self.media_type)) from error

    async def _receive(self) -> None:
        headers = {"Accept": self._wanted.accept}
        timeout = httpx.Timeout(None, connect=CONNECT_SECONDS)
        async with self._client.stream("POST", self._url, data=self._fields(), headers=headers, timeout=timeout) as response:
            content_type = response.headers.get("content-type", "")
            if response.status_code == 406:
                raise self._wanted.unanswered()
            if response.status_code != 200:
                raise failure(response.status_code, content_type, await _first_bytes(response))
            self._accepted()
            if wrong := head_failure(response):
                raise wrong
            name = self._wanted.name_of(content_type)
            self._check_size(int(response.headers.get("content-length", 0)))
            self.media_type = name
            tail = b""
            async for block in response.aiter_raw():
                self._check_size(self._size + len(block))
                self._size += len(block)
                tail = (tail + block)[-TAIL:]
                await self._keep(block)
            form = format_of(content_type)
            if form and (wrong := cut(form, tail, self._size)):
                raise wrong

    def _fields(self) -> dict[str, str | list[str]]:
        """The form of SPARQL 1.1 Protocol §2.1.2; ``timeout``, in whole seconds after ours, is what Fuseki, RDF4J and GraphDB read."""
        return {
            "query": self._text,
            "default-graph-uri": list(self.request.default_graphs),
            "named-graph-uri": list(self.request.named_graphs),
            "timeout": str(math.ceil(self.request.timeout) + 1),
        }

    def _check_size(self, size: int) -> None:
        if size > self._limit:
            raise ResultTooLarge(f"the answer has more than {self._limit} bytes")

    async def _keep(self, block: bytes) -> None:
        """Holds the block until it is read, and stops reading from the remote store while much is held."""
        self._blocks.append(block)
        self._held += len(block)
        self._changed.set()
        while self._held >= HOLD_BACK:
            self._room.clear()
            await self._room.wait()

    def _end(self, task: asyncio.Task[None]) -> None:
        self._ended = time.monotonic()
        if not task.cancelled() and (error := task.exception()):
            fault = error if isinstance(error, PopError) else QueryFailed(f"the remote store's answer cannot be read: {error!r}")
            self._failure = self._failure or fault
        elif task.cancelled():
            self._failure = self._failure or QueryFailed("the answer was closed")
        self._changed.set()
        self._returned(self)


async def _first_bytes(response: httpx.Response) -> bytes:
    found = b""
    async for block in response.aiter_raw():
        found += block
        if len(found) >= ERROR_BYTES:
            break
    return found[:ERROR_BYTES]
