"""What the tests of the query pool share: queries light and endless, and how they are asked."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from store_samples import children, thing

from pop_ld.config import Settings
from pop_ld.store import QueryPool, QueryRequest, Release

LIGHT = f"SELECT ?o {{ <{thing(1)}> <http://purl.org/dc/terms/identifier> ?o }}"
HOURS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
ENDLESS = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
SORTED_HOURS = ENDLESS + " ORDER BY ?f ?c"


def with_pool(settings: Settings, work: Callable[[QueryPool], Awaitable[object]]) -> None:
    """Runs the work on a pool, closes it, and checks that no process stays."""
    before = set(children())

    async def run() -> None:
        pool = QueryPool(settings)
        try:
            await work(pool)
        finally:
            await pool.aclose()

    asyncio.run(run())
    assert set(children()) == before


async def ask(pool: QueryPool, release: Release, query: str, timeout: float = 10.0, accept: str = "text/csv") -> bytes:
    answer = await pool.answer(release, QueryRequest(query, accept, timeout))
    return b"".join([block async for block in answer])
