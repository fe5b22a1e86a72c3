"""How fast a machine is while something is measured on it: one that is shared with others may take twice as long on another evening."""

from __future__ import annotations

import os
import time
from multiprocessing import get_context
from statistics import median

_STEPS, _ROUNDS = 5_000_000, 5


def steps() -> float:
    """Millions of steps of a Python loop a second, of each core while all are busy: the median of some rounds, 2 to 5 s in all."""
    cores = os.cpu_count() or 1
    with get_context("spawn").Pool(cores) as pool:
        return median(pool.map(_rate, [_STEPS] * cores * _ROUNDS, chunksize=1))


def _rate(count: int) -> float:
    start, total = time.perf_counter(), 0
    for number in range(count):
        total += number
    return count / (time.perf_counter() - start) / 1e6


if __name__ == "__main__":
    print(f"{steps():.1f} million steps a second, of each core")
