"""The endpoint under attack: each hostile query alone and 1,000 of them together, with light queries beside.

usage: python -m bench.hostile DATA     DATA: a data folder with a release; the larger it is, the more this says
"""

from __future__ import annotations

import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.attack import Ended, Probe, Watch, ask, handles, light_queries, resident, served, workers
from bench.hostile_queries import QUERIES

BUDGET = 3.0
"""Seconds that each query is given."""
MEMORY = 512
"""MiB that a worker is given."""
MANY, CLIENTS = 1000, 4


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] * 1000


def told(probe: Probe) -> str:
    waits = probe.waits
    shares = ", ".join(f"p{share * 100:g} {percentile(waits, share):.0f} ms" for share in (0.5, 0.95, 0.99))
    return f"{len(waits)} light queries beside: {shares}, longest {max(waits) * 1000:.0f} ms, {len(probe.faults)} not answered"


def alone(root: str, pid: int, light: list[str]) -> None:
    worst = 0.0
    with Probe(root, light) as probe:
        for name, (query, right) in QUERIES.items():
            with Watch(pid) as watch:
                ended = ask(root, query, BUDGET)
            worst = max(worst, ended.seconds)
            fault = "" if ended.status in right else f"  expected {sorted(right)}"
            how = "cut" if ended.cut else ""
            print(f"  {name:28} {ended.status} {how:4}{ended.seconds:6.2f} s {watch.peak:5} MiB{fault}", flush=True)
    print(f"longest {worst:.2f} s with a budget of {BUDGET:g} s; {told(probe)}")


def together(root: str, pid: int, light: list[str]) -> None:
    chance = random.Random(1)
    names = [chance.choice(list(QUERIES)) for _ in range(MANY)]

    def one(number: int) -> Ended:
        return ask(root, QUERIES[names[number]][0], 0.5, client=number % CLIENTS)

    time.sleep(2)
    before = handles(pid), len(workers(pid)), resident(pid)
    start = time.monotonic()
    with Probe(root, light) as probe, Watch(pid) as watch, ThreadPoolExecutor(CLIENTS) as pool:
        ended = list(pool.map(one, range(MANY)))
    counts = {status: sum(e.status == status for e in ended) for status in sorted({e.status for e in ended})}
    print(f"{MANY} of them, from {CLIENTS} clients at once, in {time.monotonic() - start:.0f} s: {counts}")
    print(f"largest worker {watch.peak} MiB; {told(probe)}")
    time.sleep(3)
    after = handles(pid), len(workers(pid)), resident(pid)
    print(f"server before and after: handles {before[0]}, {after[0]}; workers {before[1]}, {after[1]}; MiB {before[2]}, {after[2]}")


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print(__doc__)
        return 2
    data = Path(arguments[0])
    light = light_queries(data, 5000)
    print(f"{len(QUERIES)} hostile queries, budget {BUDGET:g} s and {MEMORY} MiB")
    with served(data, query_memory=MEMORY, client_rate=0, result_cache=0) as (root, pid):
        alone(root, pid, light)
        together(root, pid, light)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
