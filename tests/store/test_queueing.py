"""Places given out fairly."""

from __future__ import annotations

import asyncio

import pytest

from pop_ld.errors import Busy
from pop_ld.store.queueing import Places


def test_the_client_with_the_fewest_places_goes_first() -> None:
    async def work() -> list[str]:
        places, order = Places(2, 100), []

        async def one(client: str) -> None:
            await places.wait(client, 5)
            order.append(client)
            await asyncio.sleep(0.01)
            places.give_back(client)

        assert places.take("greedy") and places.take("greedy")
        tasks = [asyncio.ensure_future(one("greedy")) for _ in range(20)]
        await asyncio.sleep(0)
        tasks += [asyncio.ensure_future(one(name)) for name in ("b", "c")]
        await asyncio.sleep(0)
        places.give_back("greedy")
        places.give_back("greedy")
        await asyncio.gather(*tasks)
        assert places.free == 2 and places.waiting == 0
        return order

    order = asyncio.run(work())
    assert order[0] == "b" and "c" in order[:3], "they came last"


def test_nobody_overtakes_by_asking_at_the_right_moment() -> None:
    async def work() -> None:
        places = Places(1, 10)
        assert places.take("a")
        waiting = asyncio.ensure_future(places.wait("b", 5))
        await asyncio.sleep(0)
        assert not places.take("c"), "the place is taken"
        places.give_back("a")
        assert not places.take("c"), "b has it"
        await waiting
        places.give_back("b")
        assert places.take("c")

    asyncio.run(work())


def test_the_queue_has_an_end_and_a_client_half_of_it() -> None:
    async def work() -> None:
        places = Places(1, 4)
        assert places.take("a")
        waiting = [asyncio.ensure_future(places.wait("a", 0.2)) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(Busy, match="waiting"):
            await places.wait("a", 5)
        waiting += [asyncio.ensure_future(places.wait("b", 0.2)) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(Busy, match="waiting"):
            await places.wait("c", 5)
        results = await asyncio.gather(*waiting, return_exceptions=True)
        assert all(isinstance(result, Busy) and "taken" in result.message for result in results)
        assert places.waiting == 0
        places.give_back("a")
        assert places.free == 1

    asyncio.run(work())


def test_a_client_has_no_more_than_its_share_and_blocks_nobody() -> None:
    async def work() -> None:
        places = Places(3, 10, share=2)
        assert places.take("a") and places.take("a") and not places.take("a")
        waiting = asyncio.ensure_future(places.wait("a", 5))
        await asyncio.sleep(0)
        assert places.take("b"), "a waits for its own places only"
        places.give_back("b")
        await asyncio.sleep(0)
        assert not waiting.done()
        places.give_back("a")
        await waiting

    asyncio.run(work())


def test_whoever_leaves_the_queue_takes_no_place_along() -> None:
    async def work() -> None:
        places = Places(1, 10)
        assert places.take("a")
        for _ in range(3):
            leaving = asyncio.ensure_future(places.wait("b", 5))
            await asyncio.sleep(0)
            leaving.cancel()
            places.give_back("a")  # in the very moment
            with pytest.raises(asyncio.CancelledError):
                await leaving
            assert (places.free, places.waiting) == (1, 0)
            assert places.take("a")

    asyncio.run(work())
