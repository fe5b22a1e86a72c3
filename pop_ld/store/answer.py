"""One query running on one worker: its deadline, its bytes, and how its failure is told."""

from __future__ import annotations

import asyncio
import signal
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict
from typing import Any

from pop_ld import errors
from pop_ld.errors import NotAcceptable, PopError, QueryFailed, QueryMemoryError, QueryTimeout
from pop_ld.store.contract import QueryRequest
from pop_ld.store.process import WorkerLost, WorkerProcess

HOLD_BACK = 256 << 10
"""Bytes kept before the first is released: a failure within them is a clean exception."""
_BLOCK = 1 << 18
_NO_MEMORY = (b"memory allocation of", b"bad_alloc", b"MemoryError")


class RunningAnswer:
    """QueryAnswer over a borrowed worker; the deadline counts from here and ends the query even if nobody reads.

    ``returned`` is called once, when the worker is free again (True) or has been killed (False).
    """

    def __init__(self, worker: WorkerProcess, request: QueryRequest, returned: Callable[[bool], None]) -> None:
        self._worker = worker
        self._returned = returned
        self._blocks: deque[bytes] = deque()
        self._held = 0
        self._over = False
        self._failure: PopError | None = None
        self._changed = asyncio.Event()
        self._timer = asyncio.get_running_loop().call_later(request.timeout, self._pass_deadline, request.timeout)
        self._begun = False
        self.media_type = ""
        self.length: int | None = None
        self.rewrites: tuple[str, ...] = ()
        worker.on_status = self._on_status
        worker.on_results = self._on_results
        worker.listen(True)
        worker.send(asdict(request))

    async def begin(self) -> None:
        """Waits for the end or the first HOLD_BACK bytes; raises what failed within them."""
        while not self._over and self._held < HOLD_BACK:
            await self._change()
        if self._failure:
            raise self._failure
        if self._over:
            self.length = self._held

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._chunks()

    async def aclose(self) -> None:
        """Ends the query where it still runs."""
        self._end(QueryFailed("the answer was closed"), reusable=False)

    async def _chunks(self) -> AsyncIterator[bytes]:
        try:
            while True:
                while self._blocks:
                    block = self._blocks.popleft()
                    self._held -= len(block)
                    yield block
                if self._failure:
                    raise self._failure
                if self._over:
                    return
                self._worker.listen(True)
                await self._change()
        finally:
            await self.aclose()

    async def _change(self) -> None:
        self._changed.clear()
        await self._changed.wait()

    def _on_results(self) -> None:
        self._take()
        if self._held >= HOLD_BACK:
            self._worker.listen(False)

    def _take(self) -> bool:
        block = self._worker.read(_BLOCK)
        if block:
            self._blocks.append(block)
            self._held += len(block)
            self._changed.set()
        return bool(block)

    def _on_status(self, message: dict[str, Any] | None) -> None:
        if self._over:
            return
        if message is None:
            self._end(_death(self._worker) if self._begun else WorkerLost("the query worker died idle"), reusable=False)
        elif "begun" in message:
            self._begun = True
        elif "media" in message:
            self.media_type = message["media"]
        elif "error" in message:
            self._failure = _reported(message)
        elif "done" in message:
            while self._take():  # all was written before this message, and nothing after it
                pass
            self._end(self._failure, reusable=not message["last"])

    def _pass_deadline(self, seconds: float) -> None:
        self._end(QueryTimeout(f"the query passed its deadline of {seconds:g} s and was stopped"), reusable=False)

    def _end(self, failure: PopError | None, *, reusable: bool) -> None:
        if self._over:
            return
        self._over = True
        self._failure = self._failure or failure
        self._timer.cancel()
        self._changed.set()
        self._worker.listen(False)
        if not reusable:
            self._worker.kill()
        self._returned(reusable)


def _reported(message: dict[str, Any]) -> PopError:
    """The exception that the worker named."""
    if message["error"] == "NotAcceptable":
        return NotAcceptable(message["message"], offers=tuple(message["offers"]))
    if message["error"] == "QueryMemoryError":
        return _out_of_memory()
    kind: type[PopError] = getattr(errors, message["error"])
    return kind(message["message"], line=message.get("line", 0))


def _out_of_memory() -> QueryMemoryError:
    return QueryMemoryError("the query needed more memory than one query may take, and was stopped")


def _death(worker: WorkerProcess) -> PopError:
    """Why a worker died that nobody here killed: allocation failure aborts it, a stack overflow is a segmentation fault."""
    code, words = worker.return_code, worker.last_words()
    if any(text in words for text in _NO_MEMORY):
        return _out_of_memory()
    if code == -signal.SIGSEGV:
        return QueryFailed("the query engine stopped: the query is nested too deeply for it")
    if code == -signal.SIGKILL:
        return QueryFailed("the query's worker was killed from outside, perhaps because the machine lacks memory")
    return QueryFailed(f"the query engine stopped ({code})")
