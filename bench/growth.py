"""By how much a load grows: a small load is run again and again while a large one is stopped, so that both see the same machine.

usage: python -m bench.growth OUT [--large 3277068] [--small 50000] [--every 240] [--corpus DIR] [--data DIR] [--keep]

A machine that is shared changes by a third within an hour, a large load takes most of one. So the processes of the large one are stopped
(SIGSTOP) every so often, the small one is loaded into a fresh folder, and the large one goes on; its seconds are told without the time
that it stood. The rate of a stage is held to the mean rate of the small loads that fell into it.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import harmonic_mean
from typing import Any

from bench import corpus, morph
from bench.bars import GROWTHS, Figures, Growth, with_sums
from bench.full_building import GB, Place, loading, of_profile, pop_ld
from bench.results import Measure, Results
from pop_ld import store
from pop_ld.profile import disk_of

LARGE, SMALL, EVERY = 3_277_068, 50_000, 240.0
"""Notices of both loads; seconds that the large one runs between two small ones."""
LOADS = tuple(growth for growth in GROWTHS if growth.stage == "load")
Pause = tuple[float, float]
"""From, to: seconds after the beginning of the large load, by the clock."""


def run_stopping(command: Sequence[str], log: Path, every: float, meanwhile: Callable[[], None]) -> tuple[int, list[Pause]]:
    """Runs a command, whose processes are stopped every so many seconds for as long as ``meanwhile`` takes.

    Returns its exit code, and when it stood. The command is in a group of processes of its own; it is ended where this is.
    """
    pauses = list[Pause]()
    with log.open("ab") as said:
        begun = time.monotonic()
        process = subprocess.Popen(command, stdout=said, stderr=said, cwd=morph.ROOT, start_new_session=True)
        try:
            while True:
                try:
                    return process.wait(every), pauses
                except subprocess.TimeoutExpired:
                    pass
                os.killpg(process.pid, signal.SIGSTOP)
                stood = time.monotonic()
                try:
                    meanwhile()
                finally:
                    os.killpg(process.pid, signal.SIGCONT)
                pauses.append((stood - begun, time.monotonic() - begun))
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def without(profile: dict[str, Any], pauses: Sequence[Pause]) -> dict[str, Any]:
    """The profile of a load as if it had never stood."""

    def running(moment: float) -> float:
        return moment - sum(min(end, moment) - start for start, end in pauses if start < moment)

    stages = []
    for one in profile["stages"]:
        started = running(one["started"])
        stages.append({**one, "started": started, "seconds": running(one["started"] + one["seconds"]) - started})
    return {**profile, "seconds": running(profile["seconds"]), "stages": stages}


def figures_of(profile: dict[str, Any]) -> Figures:
    """(stage, what) -> measure of a load."""
    return with_sums({(one.stage, one.what): one for one in of_profile(profile)})


def grown(large: Figures, smalls: Sequence[tuple[float, Figures]], small: int) -> Iterator[Measure]:
    """What of a load is held to a limit of growth, beside the same of the small loads; each of these comes with the second at which it was.

    That is a second of the large load without its pauses. Each stage is held to the small loads that fell into it, or to all where
    fewer than two did: by the mean of their rates, which is what a load of any size would have had that did not grow.
    """
    for growth in LOADS:
        found = growth.of(large)
        if not found:
            continue
        began, lasted = _span(large, growth)
        within = [figures for when, figures in smalls if began <= when <= began + lasted]
        chosen = within if len(within) > 1 else [figures for _, figures in smalls]
        others = [other for figures in chosen if (other := growth.of(figures))]
        if others:
            spread = f"{100_000 * min(others):.4g} to {100_000 * max(others):.4g}"
            peer, note = harmonic_mean(others), f"mean rate of {len(others)} loads in turns with it, {spread}"
            unit = f"s for 100,000 {growth.each}"
            yield Measure("growth", growth.what, 100_000 * found, unit, f"{small:,} notices", 100_000 * peer, note)


def _span(figures: Figures, growth: Growth) -> tuple[float, float]:
    """(began, lasted) of what grows; the whole, and what begins with it, from the first second."""
    stage, timed, _ = growth.what.partition(": ")
    return figures["load", f"{stage}: started"].value if timed else 0.0, figures["load", growth.what].value


def measure(large: Place, small: Place, every: float) -> tuple[dict[str, Any], list[dict[str, Any]], list[Pause]]:
    """The profiles of the large load, its pauses taken out, and of the small ones, and the pauses. Raises SystemExit where one failed."""
    smalls = list[dict[str, Any]]()

    def load_small() -> None:
        shutil.rmtree(small.data, ignore_errors=True)
        pop_ld(*loading(small), log=small.log, status=(0, 1))
        shutil.rmtree(small.data)
        smalls.append(json.loads(small.profile.read_text(encoding="utf-8")))
        print(f"  {small.size:,} notices: {smalls[-1]['seconds']:.1f} s", flush=True)

    status, pauses = run_stopping([sys.executable, "-m", "pop_ld", *loading(large)], large.log, every, load_small)
    if status not in (0, 1) or not store.current_name(large.data):
        raise SystemExit(f"nothing was published: see {large.log.name}")
    if not pauses:
        raise SystemExit(f"the load was over before {every:g} s: nothing to hold it to")
    return without(json.loads(large.profile.read_text(encoding="utf-8")), pauses), smalls, pauses


def main(arguments: list[str]) -> int:
    """The exit code: 0, 2 usage."""
    parser = argparse.ArgumentParser(prog="python -m bench.growth", description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path, help="folder of the results, the corpora and the data folders, outside the repository")
    parser.add_argument("--large", type=int, default=LARGE, help="notices of the large load (default: %(default)s)")
    parser.add_argument("--small", type=int, default=SMALL, help="notices of the small ones (default: %(default)s)")
    parser.add_argument("--every", type=float, default=EVERY, help="seconds of the large one between two small ones (default: %(default)s)")
    parser.add_argument("--corpus", type=Path, help="folder of <base>.jsonl of the large size (default: it is made)")
    parser.add_argument("--data", type=Path, help="folder of the large load, which goes on if it was cut (default: one in OUT)")
    parser.add_argument("--keep", action="store_true", help="do not delete the one in OUT afterwards")
    given = parser.parse_args(arguments)
    results = Results(given.out)
    source, data = given.corpus or corpus.make(given.large, given.out), given.data or given.out / f"data-{given.large}"
    large = Place(given.large, source, data, given.out)
    small = Place(given.small, corpus.make(given.small, given.out), given.out / f"data-{given.small}-in-turns", given.out)
    profile, smalls, pauses = measure(large, small, given.every)
    for one in smalls:
        results.add(small.size, "growth", of_profile(one))  # not as the stage "load", which leaves a data folder to those that follow
    stood = [end - start for start, end in pauses]
    said = Measure("load", "stood for small loads", sum(stood), "s", note=f"{len(stood)} times; left out of the seconds of this load")
    folder = Measure("load", "data folder", disk_of(large.data) / GB, "GB")
    whens = [start - sum(stood[:number]) for number, (start, _) in enumerate(pauses)]
    found = list(grown(figures_of(profile), list(zip(whens, map(figures_of, smalls), strict=True)), small.size))
    results.add(large.size, "growth", [*of_profile(profile), said, folder, *found])
    for one in found:
        print(f"{one.what:<28} {one.value:8.4g} {one.unit:<24} {one.peer} {one.peer_value:8.4g}  {(one.ratio or 0) - 1:+.0%}  {one.note}")
    if not given.data and not given.keep:
        shutil.rmtree(large.data)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
