"""Token buckets of query time."""

from __future__ import annotations

import time

from pop_ld.store.budgets import Budgets


def test_a_client_uses_up_its_bucket_and_gets_it_back() -> None:
    budgets = Budgets(10.0, 100.0)
    assert budgets.wait("a") == 0
    budgets.spend("a", 15.0)
    assert 0 < budgets.wait("a") <= 0.05
    assert budgets.wait("b") == 0, "each client has its own"
    time.sleep(0.06)
    assert budgets.wait("a") == 0


def test_a_bucket_never_holds_more_than_its_size() -> None:
    budgets = Budgets(1.0, 1000.0)
    budgets.spend("a", 0.5)
    time.sleep(0.05)
    budgets.spend("a", 2.0)
    assert budgets.wait("a") > 0, "0.05 s at this rate would have been 50 s"


def test_a_light_query_counts_too() -> None:
    budgets = Budgets(1.0, 0.001)
    for _ in range(201):
        budgets.spend("a", 0.0)
    assert budgets.wait("a") > 0


def test_without_a_rate_nobody_waits() -> None:
    budgets = Budgets(1.0, 0.0)
    budgets.spend("a", 1000.0)
    assert budgets.wait("a") == 0


def test_clients_without_number_take_no_memory_without_number() -> None:
    budgets = Budgets(10.0, 0.001)
    for number in range(20_000):
        budgets.spend(str(number), 20.0)
    assert len(budgets._left) == 10_000
    assert budgets.wait("19999") > 0
