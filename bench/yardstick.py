"""How fast a machine is while something is measured on it: one that is shared with others may take twice as long on another evening.

Two rates, for neighbours take two things away: turns of a core, and room in the caches. A loop that stays within a core ran as fast as
ever on an evening when a load took a third longer.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from multiprocessing import get_context
from statistics import median
from typing import NamedTuple

_STEPS, _ROUNDS = 5_000_000, 5
_TEXTS = 400_000


class Speed(NamedTuple):
    """In millions a second, of each core while all are busy: ``steps`` of a Python loop, ``texts`` looked up in a large dict."""

    steps: float
    texts: float


def speed() -> Speed:
    """The medians of some rounds, 5 to 10 s in all."""
    cores = os.cpu_count() or 1
    with get_context("spawn").Pool(cores) as pool:
        steps, texts = (median(pool.map(rate, [None] * cores * _ROUNDS, chunksize=1)) for rate in (_steps, _texts))
    return Speed(steps, texts)


def _steps(_: None) -> float:
    def work() -> None:
        total = 0
        for number in range(_STEPS):
            total += number

    return _rate(_STEPS, work)


def _texts(_: None) -> float:
    """In an order that no cache foresees, of some 60 MB."""
    places = {f"http://example.org/{number}": number for number in range(_TEXTS)}
    asked = list(places)
    random.Random(0).shuffle(asked)
    return _rate(_TEXTS, lambda: [places[text] for text in asked])


def _rate(count: int, work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return count / (time.perf_counter() - start) / 1e6


if __name__ == "__main__":
    found = speed()
    print(f"{found.steps:.1f} million steps, {found.texts:.1f} million look-ups of texts a second, of each core")
