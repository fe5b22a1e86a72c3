"""Queries in worker processes: answers, deadlines, the queue, clients that leave, swaps of release."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
from store_queries import ENDLESS, HOURS, LIGHT, SORTED_HOURS, ask, with_pool
from store_samples import children, notices, publish, thing

from pop_ld.config import Settings
from pop_ld.errors import Busy, QueryFailed, QueryTimeout
from pop_ld.store import QueryPool, QueryRequest, Release
from pop_ld.store.workers import SPARE


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return publish(tmp_path_factory.mktemp("pool") / "data", "r0", notices(0, 120))


def test_short_answers_have_a_length_and_long_ones_stream(release: Release) -> None:
    async def work(pool: QueryPool) -> None:
        answer = await pool.answer(release, QueryRequest(LIGHT, "", 5))
        body = b"".join([block async for block in answer])
        assert answer.length == len(body) and answer.media_type == "application/sparql-results+json"
        answer = await pool.answer(release, QueryRequest(f"SELECT ?a ?c ?e {{ ?a ?b ?c . <{thing(1)}> ?d ?e }}", "text/csv", 20))
        sizes = [len(block) async for block in answer]
        assert answer.length is None
        assert sum(sizes) > 4_000_000 and max(sizes) <= 1 << 18

    with_pool(Settings(query_workers=2), work)


@pytest.mark.parametrize("query", [HOURS, SORTED_HOURS], ids=["count", "order"])
def test_a_deadline_holds_while_light_queries_are_answered(release: Release, query: str) -> None:
    async def work(pool: QueryPool) -> None:
        await ask(pool, release, LIGHT)
        start = time.monotonic()
        heavy = asyncio.ensure_future(ask(pool, release, query, 1.0))
        light = 0
        while not heavy.done():
            assert b"PA00000001" in await ask(pool, release, LIGHT)
            light += 1
        with pytest.raises(QueryTimeout, match="1 s"):
            await heavy
        assert time.monotonic() - start < 2.0
        assert light > 20
        start = time.monotonic()
        await asyncio.gather(*(ask(pool, release, LIGHT) for _ in range(2)))
        assert time.monotonic() - start < 1.0, "healed at once"

    with_pool(Settings(query_workers=2), work)


def test_a_deadline_ends_a_stream_in_the_middle(release: Release) -> None:
    async def work(pool: QueryPool) -> None:
        answer = await pool.answer(release, QueryRequest(ENDLESS, "text/csv", 1.0))
        assert answer.length is None
        received = 0
        with pytest.raises(QueryTimeout):
            async for block in answer:
                received += len(block)
        assert received >= 256 << 10

    with_pool(Settings(query_workers=2), work)


def test_a_client_that_does_not_read_holds_a_worker_until_the_deadline_only(release: Release) -> None:
    async def work(pool: QueryPool) -> None:
        answer = await pool.answer(release, QueryRequest(ENDLESS, "text/csv", 0.5))
        assert b"PA00000001" in await ask(pool, release, LIGHT, 5)
        with pytest.raises(QueryTimeout):
            async for _ in answer:
                pass

    with_pool(Settings(query_workers=1), work)


def test_the_queue_is_bounded_in_length_and_in_time(release: Release) -> None:
    async def work(pool: QueryPool) -> None:
        await ask(pool, release, LIGHT)
        running = asyncio.ensure_future(ask(pool, release, HOURS, 2.0))
        await asyncio.sleep(0.1)
        start = time.monotonic()
        waiting = asyncio.ensure_future(ask(pool, release, LIGHT, 0.5))
        await asyncio.sleep(0.1)
        with pytest.raises(Busy, match="waiting"):
            await ask(pool, release, LIGHT)
        assert time.monotonic() - start < 0.4
        with pytest.raises(Busy, match="taken"):
            await waiting
        assert time.monotonic() - start < 1.0
        patient = asyncio.ensure_future(ask(pool, release, HOURS, 1.9))
        with pytest.raises(QueryTimeout):
            await running
        with pytest.raises(QueryTimeout, match=r"1\.9 s"):  # counted from when it began to run
            await patient
        assert 3.5 < time.monotonic() - start < 5.0

    with_pool(Settings(query_workers=1, query_queue=1, query_long=0), work)


@pytest.mark.parametrize("how", ["aclose", "cancel", "cancel in the queue", "leave the loop"])
def test_a_client_that_leaves_ends_its_query_at_once(release: Release, how: str) -> None:
    async def work(pool: QueryPool) -> None:
        await ask(pool, release, LIGHT)
        if how == "cancel in the queue":
            running = asyncio.ensure_future(ask(pool, release, HOURS, 1.0))
            await asyncio.sleep(0.1)
        if how.startswith("cancel"):
            task = asyncio.ensure_future(ask(pool, release, HOURS, 30))
            await asyncio.sleep(0.3)
            worker = next(iter(pool.running.values())).worker.pid
            start = time.monotonic()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            if how == "cancel in the queue":
                with pytest.raises(QueryTimeout):
                    await running
                start = time.monotonic()
        else:
            answer = await pool.answer(release, QueryRequest(ENDLESS, "text/csv", 30))
            worker = answer.worker.pid
            blocks = aiter(answer)
            await anext(blocks)
            start = time.monotonic()
            if how == "aclose":
                await answer.aclose()
            else:
                await blocks.aclose()  # type: ignore[attr-defined]
        while children().get(worker, "Z") != "Z":
            await asyncio.sleep(0.001)
        assert time.monotonic() - start < 0.1
        assert b"PA00000001" in await ask(pool, release, LIGHT)

    with_pool(Settings(query_workers=1), work)


def test_a_new_release_is_answered_at_once_and_the_old_workers_end(release: Release, tmp_path: Path) -> None:
    other = publish(tmp_path / "data", "r1", notices(500, 501))
    query = "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s <http://purl.org/dc/terms/identifier> ?o }"

    others = set(children())  # of servers that other tests keep

    async def work(pool: QueryPool) -> None:
        assert b"120" in await ask(pool, release, query)
        old = set(children()) - others
        slow = await pool.answer(release, QueryRequest(ENDLESS + " LIMIT 20000", "text/csv", 20))
        assert (await ask(pool, other, query)).split() == [b"n", b"1"]
        assert len([block async for block in slow]) > 1, "a query on the former release goes on to its end"
        await asyncio.sleep(0.3)
        assert not old & set(children())
        assert len(set(children()) - others) == 2 + SPARE

    with_pool(Settings(query_workers=2), work)


def test_a_release_that_cannot_be_opened_fails_and_the_next_one_works(release: Release, tmp_path: Path) -> None:
    async def work(pool: QueryPool) -> None:
        for _ in range(4):
            with pytest.raises(QueryFailed, match="cannot be opened"):
                await ask(pool, Release("none", tmp_path, {}), LIGHT)
        assert b"PA00000001" in await ask(pool, release, LIGHT)

    with_pool(Settings(query_workers=2), work)


def test_a_query_larger_than_a_pipe_is_handed_over(release: Release) -> None:
    async def work(pool: QueryPool) -> None:
        assert b"PA00000001" in await ask(pool, release, LIGHT + "#" + "x" * 3_000_000)

    with_pool(Settings(query_workers=2), work)


def test_a_closed_pool_says_so(release: Release) -> None:
    async def work(pool: QueryPool) -> None:
        heavy = asyncio.ensure_future(ask(pool, release, HOURS, 20))
        await asyncio.sleep(0.3)
        await pool.aclose()
        with pytest.raises(QueryFailed):
            await heavy
        with pytest.raises(QueryFailed, match="closed"):
            await ask(pool, release, LIGHT)

    with_pool(Settings(query_workers=2), work)
