"""Work in threads: the order of results, how far it goes ahead, and how it ends."""

from collections.abc import Iterator
from itertools import count

import pytest

from pop_ld.processes import in_threads


def test_results_come_in_the_order_of_the_tasks() -> None:
    assert list(in_threads(lambda number: number * number, range(1_000))) == [number * number for number in range(1_000)]
    assert list(in_threads(str, ())) == []


def test_it_goes_no_further_ahead_than_it_needs() -> None:
    taken: list[int] = []

    def tasks() -> Iterator[int]:
        for number in count():
            taken.append(number)
            yield number

    results = in_threads(str, tasks())
    assert [next(results) for _ in range(3)] == ["0", "1", "2"]
    assert len(taken) < 3 + 1_000
    results.close()  # type: ignore[attr-defined]
    assert len(taken) < 3 + 1_000


def test_a_failure_is_raised_where_its_result_is_due() -> None:
    results = in_threads(lambda number: 12 // number, (1, 2, 0, 3))
    assert [next(results), next(results)] == [12, 6]
    with pytest.raises(ZeroDivisionError):
        next(results)
