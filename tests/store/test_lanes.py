"""Short queries beside long ones: who runs where, who waits, and what a client may use up."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
from store_queries import ENDLESS, HOURS, LIGHT, ask, with_pool
from store_samples import notices, publish

from pop_ld.config import Settings
from pop_ld.errors import QueryTimeout, ResultTooLarge, TooManyRequests
from pop_ld.store import QueryPool, QueryRequest, Release
from pop_ld.store.workers import SPARE


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return publish(tmp_path_factory.mktemp("lanes") / "data", "r0", notices(0, 120))


def workers(pool: QueryPool) -> list[int]:
    return [worker.pid for worker in pool._workers if worker.alive]


def niceness(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[16])


def test_long_queries_leave_every_place_to_short_ones(release: Release) -> None:
    async def work(pool: QueryPool) -> None:
        heavy = [asyncio.ensure_future(ask(pool, release, HOURS, 4.0)) for _ in range(4)]
        await asyncio.sleep(2.5)
        assert sorted(answer.long for answer in pool.running.values()) == [True, True], "two run on"
        assert pool.waiting == 2, "two were put back"
        assert sorted(filter(None, map(niceness, workers(pool)))) == [15, 15]
        start = time.monotonic()
        await asyncio.gather(*(ask(pool, release, LIGHT) for _ in range(2)))
        assert time.monotonic() - start < 0.5
        results = await asyncio.gather(*heavy, return_exceptions=True)
        assert all(isinstance(result, QueryTimeout) for result in results)
        await asyncio.sleep(0.3)
        assert not pool.running and list(map(niceness, workers(pool))) == [0] * (2 + SPARE), "slowed workers are not used again"

    with_pool(Settings(query_workers=2, query_long=2), work)


def test_a_query_that_was_put_back_has_its_whole_budget_and_no_more(release: Release) -> None:
    async def work(pool: QueryPool) -> None:
        await asyncio.gather(*(ask(pool, release, LIGHT) for _ in range(2)))
        first = asyncio.ensure_future(ask(pool, release, HOURS, 2.0))
        await asyncio.sleep(0.1)
        start = time.monotonic()
        with pytest.raises(QueryTimeout, match="3 s"):
            await ask(pool, release, HOURS, 3.0)
        assert 4.0 < time.monotonic() - start < 6.5, "it runs 0.3 s, waits 1.6 s, runs 2.7 s"
        with pytest.raises(QueryTimeout):
            await first

    with_pool(Settings(query_workers=2, query_long=1), work)


def test_an_answer_under_way_is_not_begun_anew(release: Release) -> None:
    async def work(pool: QueryPool) -> None:
        heavy = asyncio.ensure_future(ask(pool, release, HOURS, 3.0))
        await asyncio.sleep(0.1)
        answer = await pool.answer(release, QueryRequest(ENDLESS, "text/csv", 2.5))
        with pytest.raises(QueryTimeout, match=r"2\.5 s"):
            async for _ in answer:
                pass
        with pytest.raises(QueryTimeout):
            await heavy

    with_pool(Settings(query_workers=2, query_long=1), work)


def test_a_client_may_not_take_all_long_places(release: Release) -> None:
    async def work(pool: QueryPool) -> None:
        async def heavy(client: str) -> None:
            with pytest.raises(QueryTimeout):
                await pool.answer(release, QueryRequest(HOURS, "", 3.0, client=client))

        greedy = [asyncio.ensure_future(heavy("greedy")) for _ in range(2)]
        await asyncio.sleep(1.3)
        other = asyncio.ensure_future(heavy("other"))
        await asyncio.sleep(1.2)
        assert sorted(a.request.client for a in pool.running.values() if a.long) == ["greedy", "other"]
        await asyncio.gather(*greedy, other)

    with_pool(Settings(query_workers=3, query_long=2), work)


def test_a_client_that_has_used_up_its_time_is_told_when_to_come_again(release: Release) -> None:
    async def work(pool: QueryPool) -> None:
        def request(query: str, client: str) -> QueryRequest:
            return QueryRequest(query, "text/csv", 1.0, client=client)

        with pytest.raises(QueryTimeout):
            await pool.answer(release, request(HOURS, "a"))
        with pytest.raises(TooManyRequests) as caught:
            await pool.answer(release, request(LIGHT, "a"))
        assert 0 < caught.value.wait <= 1.2
        answer = await pool.answer(release, request(LIGHT, "b"))
        assert answer.length
        await asyncio.sleep(caught.value.wait)
        assert (await pool.answer(release, request(LIGHT, "a"))).length

    with_pool(Settings(query_workers=2, client_seconds=0.5, client_rate=0.5), work)


def test_an_answer_has_a_budget_of_bytes(release: Release) -> None:
    async def work(pool: QueryPool) -> None:
        answer = await pool.answer(release, QueryRequest(ENDLESS, "text/csv", 20))
        received = 0
        with pytest.raises(ResultTooLarge):
            async for block in answer:
                received += len(block)
        assert received <= 1 << 20
        assert b"PA00000001" in await ask(pool, release, LIGHT)

    with_pool(Settings(query_workers=1, result_size=1), work)


def test_an_operator_stops_a_query(release: Release) -> None:
    async def work(pool: QueryPool) -> None:
        heavy = asyncio.ensure_future(ask(pool, release, HOURS, 20))
        await asyncio.sleep(0.3)
        (number,) = pool.running
        assert pool.running[number].request.query == HOURS
        assert pool.stop(number) and not pool.stop(number)
        with pytest.raises(QueryTimeout, match="operator"):
            await heavy

    with_pool(Settings(query_workers=1), work)
