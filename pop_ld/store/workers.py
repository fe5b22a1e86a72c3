"""Runs SPARQL queries in worker processes on the current release: fair queues with bounds, deadlines that hold, quick healing.

A query begins as a short one. Should it run for LONG_AFTER seconds, it becomes long: it gives its place to the next short one and
runs on beside, behind the others for the processor, as long as there is a place among the long ones; else it is put back into their
queue.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from pop_ld import iris
from pop_ld.config import Settings, allowed_services
from pop_ld.errors import QueryFailed, QueryTimeout
from pop_ld.store import guard
from pop_ld.store.answer import Displaced, RunningAnswer
from pop_ld.store.budgets import Budgets
from pop_ld.store.contract import QueryRequest, Release
from pop_ld.store.process import WorkerLost, WorkerProcess
from pop_ld.store.queueing import Places

SPARE = 1
"""Workers that stand ready beyond the places: one takes 0.1 s to start, much longer on a busy machine."""
LONGEST_WAIT = 10.0
"""Seconds a query may wait for a worker, or its own timeout where that is shorter."""


class QueryPool:
    """The QueryService over worker processes; use it from one event loop.

    Workers stay open on the release asked for last; those of another release end when they fall idle.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._budget: dict[str, Any] = {"limit": settings.result_size << 20, "services": allowed_services(settings)}
        self._short = Places(settings.query_workers, settings.query_queue)
        self._long = Places(settings.query_long, settings.query_queue, share=max(1, settings.query_long - 1))
        self._budgets = Budgets(settings.client_seconds, settings.client_rate)
        self._idle: list[WorkerProcess] = []
        self._workers: dict[WorkerProcess, str] = {}
        self._release: Release | None = None
        self._closed = False
        self._started = self._ended = 0
        self.running: dict[int, RunningAnswer] = {}

    @property
    def waiting(self) -> int:
        """Queries that wait for a worker."""
        return self._short.waiting + self._long.waiting

    @property
    def workers(self) -> tuple[int, int]:
        """How many workers were started so far, and how many of them have ended."""
        return self._started, self._ended

    async def answer(self, release: Release, request: QueryRequest) -> RunningAnswer:
        """Runs the query and returns its answer once it is whole or its first 256 KiB are here.

        The deadline counts from when the query starts to run and covers the whole answer, a slow client's reading too.
        Raises QueryError and its kinds, NotAcceptable, TooManyRequests, and Busy where the queue is full or the wait too long.
        """
        self._budgets.check(request.client)
        for _ in range(len(self._idle) + 1):  # were all of them killed from outside, the one after them is new
            with suppress(WorkerLost):
                return await self._short_first(release, request)
        return await self._short_first(release, request)

    def stop(self, number: int) -> bool:
        """Ends a running query on behalf of the operator; False where none has the number."""
        answer = self.running.get(number)
        if answer:
            answer.stop(QueryTimeout("the query was stopped by the operator"))
        return answer is not None

    async def aclose(self) -> None:
        """Ends every worker and waits until they are gone."""
        self._closed = True
        for worker in self._workers:
            worker.kill()
        await asyncio.gather(*(worker.gone for worker in tuple(self._workers)))

    async def _short_first(self, release: Release, request: QueryRequest) -> RunningAnswer:
        try:
            return await self._run(release, request, self._short)
        except Displaced:
            return await self._run(release, request, self._long)

    async def _run(self, release: Release, request: QueryRequest, places: Places) -> RunningAnswer:
        if not places.take(request.client):
            await places.wait(request.client, min(request.timeout, LONGEST_WAIT))
        try:
            worker = await self._borrow(release, guard.federates(request.query, self._budget["services"]))
        except BaseException:
            places.give_back(request.client)
            raise
        long = places is self._long
        if long:
            worker.yield_to_others()
        budget = {**self._budget, "base": iris.sparql(release.manifest.get("site", iris.DEFAULT_SITE))}
        answer = RunningAnswer(worker, request, budget, self._take_back, self._slow, long=long)
        self.running[answer.number] = answer
        try:
            await answer.begin()
        except BaseException:
            await answer.aclose()
            raise
        return answer

    async def _borrow(self, release: Release, network: bool) -> WorkerProcess:
        """A ready worker on the release; the caller owns it."""
        self._serve(release)
        while True:
            worker = self._start(release, network) if network or not self._idle else self._idle.pop()
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
        self._idle = []
        self._refill()

    def _start(self, release: Release, network: bool = False) -> WorkerProcess:
        worker = WorkerProcess(release.path / "store", self._settings.query_memory, network=network)
        self._workers[worker] = "" if network else release.name
        worker.gone.add_done_callback(lambda _: self._forget(worker))
        self._started += 1
        return worker

    def _forget(self, worker: WorkerProcess) -> None:
        self._workers.pop(worker, None)
        self._ended += 1

    def _slow(self, answer: RunningAnswer) -> bool:
        """A short query has run for long: it becomes a long one, or is put back; True where it is to be looked at again."""
        client = answer.request.client
        if not self._settings.query_long:
            return False
        if self._long.take(client):
            answer.long = True
            answer.worker.yield_to_others()
            self._short.give_back(client)
            self._refill()
        elif not answer.released:
            answer.stop(Displaced("too many long queries run"))
        return not answer.long

    def _take_back(self, answer: RunningAnswer, reusable: bool) -> None:
        client, worker = answer.request.client, answer.worker
        del self.running[answer.number]
        self._budgets.spend(client, answer.seconds)
        if answer.long or not reusable or self._release is None or self._workers.get(worker) != self._release.name or self._closed:
            worker.kill()  # a long one has lowered its priority for good
        else:
            self._idle.append(worker)
        (self._long if answer.long else self._short).give_back(client)
        self._refill()

    def _refill(self) -> None:
        """Another worker starts in the place of one that left, and one ahead of that, so that the next query does not wait for it."""
        while self._release and not self._closed and len(self._idle) < self._short.free + SPARE:
            self._idle.insert(0, self._start(self._release))  # behind those that are warm: the last one used is used next
