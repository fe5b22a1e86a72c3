"""One query running on one worker: its deadline, its bytes, and how its failure is told."""

from __future__ import annotations

import asyncio
import itertools
import signal
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Any

from pop_ld import errors
from pop_ld.errors import PopError, QueryFailed, QueryMemoryError, QuerySyntaxError, QueryTimeout
from pop_ld.store.contract import QueryRequest
from pop_ld.store.process import WorkerLost, WorkerProcess
from pop_ld.store.sandbox import OUT_OF_MEMORY

HOLD_BACK = 256 << 10
"""Bytes kept before the first is released: a failure within them is a clean exception."""
LONG_AFTER = 0.3
"""Seconds after which a query is long: it then runs beside the short ones, behind them for the processor."""
_BLOCK = 1 << 18
_NO_MEMORY = (b"memory allocation of", b"bad_alloc", b"MemoryError", b"PyObject pointer is null")
"""What is written before an abort: by the engine in Rust and in C++, and by PyO3 where Python had nothing for it."""
_AT_ONCE = 0.2
"""Seconds within which a death from outside is taken for one before the query was seen."""
_numbers = itertools.count(1)


class Displaced(QueryFailed):
    """The query turned out to be long where no more long ones may run: it must wait for its turn and begin anew."""


class RunningAnswer:
    """QueryAnswer over a borrowed worker; the deadline counts from here and ends the query even if nobody reads.

    ``returned`` is called once, when the worker is free again (True) or has been killed (False); ``slow`` after LONG_AFTER
    seconds, and each such time again, while it returns True. A ``long`` one has waited for its turn after LONG_AFTER seconds,
    which its budget counts.
    """

    def __init__(
        self,
        worker: WorkerProcess,
        request: QueryRequest,
        budget: dict[str, Any],
        returned: Callable[[RunningAnswer, bool], None],
        slow: Callable[[RunningAnswer], bool],
        *,
        long: bool = False,
    ) -> None:
        loop = asyncio.get_running_loop()
        self.number = next(_numbers)
        self.request = request
        self.worker = worker
        self.long = long
        self.released = False
        self.media_type = ""
        self.coding = ""
        self.length: int | None = None
        self.rewrites: tuple[str, ...] = ()
        self.sent = 0
        self._returned = returned
        self._slow = slow
        self._blocks: deque[bytes] = deque()
        self._held = 0
        self._over = False
        self._failure: PopError | None = None
        self._changed: asyncio.Future[None] | None = None
        self._began = time.monotonic()
        self._ended = 0.0
        self._timer = loop.call_later(request.timeout - (LONG_AFTER if long else 0), self._pass_deadline)
        self._watch: asyncio.TimerHandle | None = None if long else loop.call_later(LONG_AFTER, self._look)
        worker.on_status = self._on_status
        worker.on_results = self._on_results
        worker.send(
            {
                "query": request.query,
                "accept": request.accept,
                "default_graphs": request.default_graphs,
                "named_graphs": request.named_graphs,
                "coding": request.coding,
                "hits": request.hits,
                **budget,
            }
        )

    @property
    def seconds(self) -> float:
        """How long it has run, or ran."""
        return (self._ended or time.monotonic()) - self._began

    async def begin(self) -> None:
        """Waits for the end or the first HOLD_BACK bytes, from when on it is ``released``; raises what failed within them."""
        while not self._over and self._held < HOLD_BACK:
            await self._change()
        if self._failure:
            raise self._failure
        self.released = True
        if self._over:
            self.length = self._held

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._chunks()

    async def aclose(self) -> None:
        """Ends the query where it still runs."""
        self.stop(QueryFailed("the answer was closed"))

    def stop(self, why: PopError) -> None:
        """Ends the query where it still runs; whoever reads its answer is told why."""
        self._end(why, reusable=False)

    async def _chunks(self) -> AsyncIterator[bytes]:
        try:
            while True:
                while self._blocks:
                    block = self._blocks.popleft()
                    self._held -= len(block)
                    self.sent += len(block)
                    yield block
                if self._failure:
                    raise self._failure
                if self._over:
                    return
                self.worker.listen(True)
                await self._change()
        finally:
            await self.aclose()

    async def _change(self) -> None:
        self._changed = asyncio.get_running_loop().create_future()
        try:
            await self._changed
        finally:
            self._changed = None

    def _tell(self) -> None:
        if self._changed and not self._changed.done():
            self._changed.set_result(None)

    def _on_results(self) -> None:
        self._take()
        if self._held >= HOLD_BACK:
            self.worker.listen(False)

    def _take(self) -> bool:
        block = self.worker.read(_BLOCK)
        if block:
            self._keep(block)
        return bool(block)

    def _keep(self, block: bytes) -> None:
        self._blocks.append(block)
        self._held += len(block)
        self._tell()

    def _on_status(self, message: dict[str, Any] | None) -> None:
        if self._over:
            return
        if message is None:
            self._end(_death(self.worker, self.seconds), reusable=False)
            return
        if "media" in message:
            self.media_type, self.coding, self.rewrites = message["media"], message["coding"], tuple(message["rewrites"])
            self.worker.listen(message.get("inline") is None)
        if "error" in message:
            self._failure = _reported(message)
        if "done" in message:
            if message["body"]:
                self._keep(message["body"])
            while self._take():  # all was written before this message, and nothing after it
                pass
            self._end(self._failure, reusable=not message["last"])

    def _pass_deadline(self) -> None:
        self.stop(QueryTimeout(f"the query passed its deadline of {self.request.timeout:g} s and was stopped"))

    def _look(self) -> None:
        self._watch = None
        if not self._over and self._slow(self) and not self._over:
            self._watch = asyncio.get_running_loop().call_later(LONG_AFTER, self._look)

    def _end(self, failure: PopError | None, *, reusable: bool) -> None:
        if self._over:
            return
        self._over = True
        self._ended = time.monotonic()
        self._failure = self._failure or failure
        self._timer.cancel()
        if self._watch:
            self._watch.cancel()
        self._tell()
        self.worker.listen(False)
        if not reusable:
            self.worker.kill()
        self._returned(self, reusable)


def _reported(message: dict[str, Any]) -> PopError:
    """The exception that the worker named."""
    kind: type[PopError] = getattr(errors, message["error"])
    return kind(message["message"], **message.get("more", {}))


def _death(worker: WorkerProcess, seconds: float) -> PopError:
    """Why a worker died that nobody here killed: allocation failure aborts it, a stack overflow is a segmentation fault."""
    code, words = worker.return_code, worker.last_words()
    if seconds < _AT_ONCE and code in (0, -signal.SIGKILL):
        return WorkerLost("the query worker died idle")
    if code == OUT_OF_MEMORY or any(text in words for text in _NO_MEMORY):
        return QueryMemoryError("the query needed more memory than one query may take, and was stopped")
    if code == -signal.SIGSEGV:
        return QuerySyntaxError("the query is nested too deeply for the engine")
    if code == -signal.SIGKILL:
        return QueryFailed("the query's worker was killed from outside, perhaps because the machine lacks memory")
    return QueryFailed(f"the query engine stopped ({code})")
