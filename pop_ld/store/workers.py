"""Runs SPARQL queries in worker processes on the current release: a queue with bounds, deadlines that hold, quick healing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pop_ld.config import Settings
from pop_ld.errors import Busy, QueryFailed
from pop_ld.store.answer import RunningAnswer
from pop_ld.store.contract import QueryAnswer, QueryRequest, Release
from pop_ld.store.process import WorkerLost, WorkerProcess

LONGEST_WAIT = 10.0
"""Seconds a query may wait for a worker, or its own timeout where that is shorter."""


class QueryPool:
    """At most ``settings.query_workers`` queries at once, ``settings.query_queue`` waiting; use it from one event loop.

    Workers stay open on the release asked for last; those of another release end when they fall idle.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._places = asyncio.Semaphore(settings.query_workers)
        self._waiting = 0
        self._idle: list[WorkerProcess] = []
        self._workers: dict[WorkerProcess, str] = {}
        self._release: Release | None = None
        self._closed = False

    async def answer(self, release: Release, request: QueryRequest) -> QueryAnswer:
        """Runs the query and returns its answer once it is whole or its first 256 KiB are here.

        The deadline counts from when the query starts to run and covers the whole answer, a slow client's reading too.
        Raises QueryError and its kinds, NotAcceptable, and Busy where the queue is full or the wait too long.
        """
        try:
            return await self._run(release, request)
        except WorkerLost:
            return await self._run(release, request)

    async def _run(self, release: Release, request: QueryRequest) -> QueryAnswer:
        async with self._place(min(request.timeout, LONGEST_WAIT)) as keep:
            worker = await self._borrow(release)
            answer = RunningAnswer(worker, request, lambda reusable: self._take_back(worker, reusable))
            keep()
        try:
            await answer.begin()
        except BaseException:
            await answer.aclose()
            raise
        return answer

    async def aclose(self) -> None:
        """Ends every worker and waits until they are gone."""
        self._closed = True
        for worker in self._workers:
            worker.kill()
        await asyncio.gather(*(worker.gone for worker in tuple(self._workers)))

    @asynccontextmanager
    async def _place(self, patience: float) -> AsyncIterator[Keep]:
        """Waits for a place among the running queries; gives it back at the end unless ``keep()`` was called."""
        if self._places.locked() and self._waiting >= self._settings.query_queue:
            raise Busy("too many queries are waiting")
        self._waiting += 1
        try:
            async with asyncio.timeout(patience):
                await self._places.acquire()
        except TimeoutError:
            raise Busy("every query worker is taken") from None
        finally:
            self._waiting -= 1
        keep = Keep()
        try:
            yield keep
        finally:
            if not keep.kept:
                self._places.release()

    async def _borrow(self, release: Release) -> WorkerProcess:
        """A ready worker on the release; the caller owns it."""
        self._serve(release)
        while True:
            worker = self._idle.pop(0) if self._idle else self._start(release)
            if not worker.alive:
                worker.kill()
                continue
            try:
                await worker.ready()
            except BaseException:
                worker.kill()
                raise
            return worker

    def _serve(self, release: Release) -> None:
        """Turns to the release: workers of any other that are idle end, and as many start on it as may run."""
        if self._closed:
            raise QueryFailed("the query workers are closed")
        if self._release and self._release.name == release.name:
            return
        self._release = release
        for worker in self._idle:
            worker.kill()
        self._idle = [self._start(release) for _ in range(self._settings.query_workers)]

    def _start(self, release: Release) -> WorkerProcess:
        worker = WorkerProcess(release.path / "store", self._settings.query_memory)
        self._workers[worker] = release.name
        worker.gone.add_done_callback(lambda _: self._workers.pop(worker, None))
        return worker

    def _take_back(self, worker: WorkerProcess, reusable: bool) -> None:
        self._places.release()
        serving = self._release is not None and self._workers.get(worker) == self._release.name and not self._closed
        if self._release is None or not serving or len(self._idle) >= self._settings.query_workers:
            worker.kill()
        else:  # another starts in the place of one that was killed, so that the next query does not wait for it
            self._idle.append(worker if reusable else self._start(self._release))


class Keep:
    """Called, it notes that something must not be undone."""

    kept = False

    def __call__(self) -> None:
        self.kept = True
