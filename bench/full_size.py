"""Everything measured at growing sizes, each stage beside its limit or peer in the same run, into OUT/results.jsonl; bench.report tells it.

usage: python -m bench.full_size OUT [--sizes 50000,…] [--stages load,…] [--corpus DIR] [--data DIR] [--again] [--keep]

Sizes and stages can be run one by one on different days: what is in the results is not measured again. OUT is outside the repository; a
size of 3,277,068 notices needs 45 GB there, and ``--stages oxigraph`` 30 GB more.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import corpus, full_building, full_queries, full_serving
from bench.delta import STAGES as DELTA
from bench.full_building import Place
from bench.results import Measure, Results

SIZES = (50_000, 200_000, 1_000_000, 3_277_068)
STAGES: dict[str, Callable[[Place], Iterator[Measure]]] = {
    **full_building.STAGES,
    **full_serving.STAGES,
    **full_queries.STAGES,
    **DELTA,
}
"""Name -> what it measures, in the order in which they run: a delta comes last, for it makes another release."""


def run(place: Place, stages: list[str], results: Results, *, again: bool) -> list[str]:
    """Measures what is not measured yet; returns the names of stages that failed, of which nothing is kept."""
    failed = []
    for name in stages:
        if results.done(place.size, name) and not again:
            continue
        start = time.monotonic()
        print(f"{place.size:,} notices, {name} …", flush=True)
        try:
            found = list(STAGES[name](place))
        except (Exception, SystemExit) as error:
            print(f"  not measured: {error}" if isinstance(error, SystemExit) else traceback.format_exc(), file=sys.stderr, flush=True)
            failed.append(name)
            continue
        results.add(place.size, name, found)
        for one in found:
            beside = f"   {one.peer} {one.peer_value:,.4g}, {one.ratio:.2f} times" if one.ratio is not None else ""
            print(f"  {one.stage}: {one.what:<42} {one.value:>12,.4g} {one.unit}{beside}   {one.note}"[:220], flush=True)
        print(f"  in {time.monotonic() - start:.0f} s", flush=True)
    return failed


def main(arguments: list[str]) -> int:
    """The exit code: 1 where a stage failed, 2 usage."""
    parser = argparse.ArgumentParser(prog="python -m bench.full_size", description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path, help="folder of the results, the corpora and the data folders, outside the repository")
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="numbers of notices (default: %(default)s)")
    parser.add_argument("--stages", default=",".join(STAGES), help="what to measure (default: %(default)s)")
    parser.add_argument("--corpus", type=Path, help="folder of <base>.jsonl of the one size that is asked for (default: it is made)")
    parser.add_argument("--data", type=Path, help="data folder that holds it, loaded or to be loaded (default: one in OUT)")
    parser.add_argument("--again", action="store_true", help="measure what is in the results once more")
    parser.add_argument("--keep", action="store_true", help="do not delete the data folder of a size after its last stage")
    given = parser.parse_args(arguments)
    sizes, stages = [int(size) for size in given.sizes.split(",")], given.stages.split(",")
    if unknown := sorted(set(stages) - STAGES.keys()):
        parser.error(f"no such stage: {', '.join(unknown)}")
    if (given.corpus or given.data) and len(sizes) != 1:
        parser.error("--corpus and --data are of one size: give --sizes")
    results, failed = Results(given.out), False
    for size in sizes:
        wanted = [name for name in STAGES if name in stages and (given.again or not results.done(size, name))]
        if not wanted:
            print(f"{size:,} notices: measured already")
            continue
        data = given.data or given.out / f"data-{size}"
        place = Place(size, given.corpus or corpus.make(size, given.out), data, given.out)
        failed |= bool(run(place, wanted, results, again=given.again))
        if not given.data and not given.keep and all(results.done(size, name) for name in STAGES):
            shutil.rmtree(data, ignore_errors=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
