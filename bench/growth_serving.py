"""By how much answers grow: two releases are served at once and asked in turns, so that both see the same machine.

usage: python -m bench.growth_serving OUT --large DATA --large-corpus DIR --small DATA --small-corpus DIR [--rounds 7]

Of each a few seconds of pages by one reader and by twenty, and of light queries, then the same of the other, and again; what is told is
the median of the rounds. Pages are of other notices each time. Light queries are like those of the stage ``light`` of bench.full_size,
about some thousand notices again and again; beside them, without a limit, the same about notices of which nobody asked.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from statistics import median
from urllib.parse import quote

from bench import corpus
from bench.attack import served
from bench.full_building import Place
from bench.full_queries import JSON, look_ups
from bench.full_serving import CLIENTS, PAUSE, in_memory
from bench.results import Measure, Results
from bench.visitors import Ask, Load, put
from pop_ld import store

ROUNDS, SECONDS, PICKED, LIGHT = 7, 4.0, 60_000, 5_000
"""Rounds; seconds of each measure; notices of which something is asked, and those of them of which it is again and again."""
P95 = ", p95"
"""How the names of times end, in ms; all others are rates of queries, a second."""


@dataclass(frozen=True)
class Served:
    """A release that is served at ``root``, and what is asked of it."""

    root: str
    pages: Iterator[str]
    light: Iterator[Ask]
    first: Iterator[Ask]

    def turn(self) -> dict[str, float]:
        """The figures of a round, what has a limit by its name in ``bench.bars.GROWTHS``. Raises SystemExit where a request failed."""
        loads = {
            "notice, 1 client, p95": put(self.root, lambda: self.pages, 1, seconds=SECONDS),
            f"notice, {CLIENTS} clients, p95": put(self.root, lambda: self.pages, CLIENTS, pause=PAUSE, seconds=SECONDS),
            "look-ups of a notice, 8 clients": put(self.root, lambda: self.light, 8, seconds=SECONDS),
            "first look-ups of a notice, 8 clients": put(self.root, lambda: self.first, 8, seconds=SECONDS),
        }
        for what, load in loads.items():
            if load.faults or not load.waits:
                raise SystemExit(f"{what}: {load.faults} of {len(load.waits)} requests failed")
        return {what: _figure(what, load) for what, load in loads.items()}


def _looked(site: str, picked: list[corpus.Picked]) -> Iterator[Ask]:
    """Look-ups of these notices, and again of them."""
    return (Ask(f"/sparql?query={quote(query)}", accept=JSON) for query in cycle(look_ups(site, picked)))


def _figure(what: str, load: Load) -> float:
    return load.p(0.95) if what.endswith(P95) else load.rate


def grown(large: list[dict[str, float]], small: list[dict[str, float]], peer: str) -> Iterator[Measure]:
    """The medians of rounds, those of the small release as the peer's."""
    for what in large[0]:
        mine, other = ([one[what] for one in rounds] for rounds in (large, small))
        note = f"medians of {len(mine)} rounds in turns; {min(mine):.3g} to {max(mine):.3g}, and {min(other):.3g} to {max(other):.3g}"
        yield Measure("growth", what, median(mine), "ms" if what.endswith(P95) else "queries/s", peer, median(other), note)


def main(arguments: list[str]) -> int:
    """The exit code: 0, 2 usage."""
    parser = argparse.ArgumentParser(prog="python -m bench.growth_serving", description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path, help="folder of the results")
    for name in ("large", "small"):
        parser.add_argument(f"--{name}", type=Path, required=True, help=f"data folder of the {name} release")
        parser.add_argument(f"--{name}-corpus", type=Path, required=True, help="folder of <base>.jsonl that it was loaded from")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how often each is asked (default: %(default)s)")
    given = parser.parse_args(arguments)
    sizes, rounds = list[int](), [list[dict[str, float]](), list[dict[str, float]]()]
    with ExitStack() as stack:
        both = []
        for data, source in ((given.large, given.large_corpus), (given.small, given.small_corpus)):
            manifest = store.current(data).manifest
            sizes.append(int(manifest["notices"]))
            site, picked = str(manifest["site"]), corpus.pick(source, PICKED, bases=frozenset(manifest["bases"]))
            in_memory(Place(sizes[-1], source, data, given.out))
            root, _ = stack.enter_context(served(data, web_workers=2, page_cache=0, result_cache=0, client_rate=0))
            others = picked[LIGHT:] or picked
            both.append(Served(root, cycle(corpus.pages(others)), _looked(site, picked[:LIGHT]), _looked(site, others[::-1])))
        for one in both:
            one.turn()  # files come into memory, and what a process keeps
        for _ in range(given.rounds):
            for found, one in zip(rounds, both, strict=True):
                found.append(one.turn())
    measures = list(grown(*rounds, f"{sizes[1]:,} notices"))
    Results(given.out).add(sizes[0], "growth", measures)
    for told in measures:
        beside = f"{told.peer} {told.peer_value:8.4g}  {told.ratio or 0:.2f} times"
        print(f"{told.what:<38} {told.value:8.4g} {told.unit:<10} {beside}  {told.note}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
