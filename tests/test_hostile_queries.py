"""Hostile queries against a real server over the samples: each ends within its budget, in its memory, and leaves nothing behind."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from bench.attack import Probe, Watch, ask, handles, light_queries, served, workers
from bench.hostile_queries import QUERIES
from pop_ld import pipeline
from pop_ld.bases import load_bases
from pop_ld.config import Settings

BUDGET, MEMORY = 0.6, 200
_BASE = 70
"""MiB of a worker before its first query, with room."""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("hostile")
    pipeline.load([f for b in load_bases().values() for f in b.samples], data, replace(Settings(), data=str(data)), quiet=True)
    return data


@pytest.fixture(scope="module")
def server(data: Path) -> Iterator[tuple[str, int]]:
    with served(data, query_memory=MEMORY, client_rate=0, result_cache=0) as running:
        ask(running[0], "ASK {}", 30)  # the first query waits for workers that are still starting
        yield running


@pytest.mark.parametrize("name", QUERIES)
def test_it_ends_within_its_budgets(server: tuple[str, int], name: str) -> None:
    query, right = QUERIES[name]
    with Watch(server[1]) as watch:
        ended = ask(server[0], query, BUDGET)
    assert ended.status in right
    assert ended.seconds < BUDGET + 1
    assert watch.peak < MEMORY + _BASE


def test_light_queries_are_answered_beside_and_nothing_stays(server: tuple[str, int], data: Path) -> None:
    """bench.hostile does the same with 1,000 of them, and measures what the light ones wait."""
    root, pid = server
    names = [*QUERIES, *QUERIES]
    ask(root, "ASK {}", 5)
    time.sleep(1)
    before = handles(pid), len(workers(pid))
    with Probe(root, light_queries(data, 500)) as probe, ThreadPoolExecutor(4) as pool:
        ended = list(pool.map(lambda number: ask(root, QUERIES[names[number]][0], 0.3, client=number % 4), range(len(names))))
    assert all(e.status in (200, 400, 403, 413, 503, 504) for e in ended)
    assert not probe.faults and len(probe.waits) > 50
    time.sleep(2)
    assert (handles(pid), len(workers(pid))) == before
