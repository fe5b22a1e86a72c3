"""Validation: notices a second on two cores with every shape, beside pySHACL in batches on the same graphs; and memory as notices grow.

usage: python -m bench.validate [DATA]     DATA: the folder of real files (default ../shared/data)
"""

from __future__ import annotations

import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.convert import FILES
from bench.morph import ROOT
from pop_ld import pipeline, readers
from pop_ld.bases import load_bases
from pop_ld.batches import in_batches
from pop_ld.checking import BATCH, SLOW_BATCH, Checker
from pop_ld.config import Settings
from pop_ld.notices import Notice
from pop_ld.validation.reference import ReferenceEngine
from pop_ld.validation.rules import rules_of, shapes_for

SAMPLE = 200
"""Notices of a base that the reference engine is given."""


def notices(slug: str, files: list[Path]) -> list[Notice]:
    base = load_bases()[slug]
    sources = (s for f in files for s in readers.open_sources(f, base=base, encoding=None, bases=load_bases()))
    return [n for source in sources for n in source if isinstance(n, Notice)]


def engines(slug: str, files: list[Path]) -> tuple[int, float, float]:
    """(notices, our notices/s, pySHACL's notices/s), the engines alone on the same graphs, each in batches of the size that suits it."""
    found = notices(slug, files)
    step = max(1, len(found) // SAMPLE)
    sample = found[::step][:SAMPLE]
    fast, slow = Checker(slug, Settings()), ReferenceEngine(shapes_for(slug))
    seconds = [0.0, 0.0]
    results: list[set[object]] = [set(), set()]
    for number, (size, engine) in enumerate(((BATCH, fast.engines[0]), (SLOW_BATCH, slow))):
        for batch in in_batches(sample, size):
            graph = fast.graph(batch)
            start = time.perf_counter()
            results[number].update(engine(graph))
            seconds[number] += time.perf_counter() - start
    if results[0] != results[1]:
        raise SystemExit(f"{slug}: the two engines do not agree")
    return len(sample), len(sample) / seconds[0], len(sample) / seconds[1]


def whole(files: list[Path], jobs: int) -> tuple[int, float]:
    """(notices, seconds) from source files to findings on disk."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        _, tally, _ = pipeline.validate(files, Path(folder), Settings(), jobs=jobs, quiet=True)
        return tally.notices.total(), time.perf_counter() - start


def memory(files: list[Path]) -> int:
    """Peak of one process that validates them, in MiB."""
    options = ["--quiet", "--jobs", "1", "--format", "csv", "--out", "/dev/null"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    subprocess.run([sys.executable, "-m", "pop_ld", "validate", *options, *map(str, files)], check=False, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return max(before, after) // 1024


def main() -> None:
    """Prints the three tables."""
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT.parent / "shared" / "data"
    if not data.is_dir():
        raise SystemExit(f"no real files in {data}: name the folder that holds them")
    print(f"Python {platform.python_version()} on {platform.machine()}\n")
    files = {slug: [data / name for name in names] for slug, names in FILES.items()}
    everything = [file for found in files.values() for file in found]
    print("memory of one process, by number of notices")
    one = data / FILES["merimee"][0]
    with tempfile.TemporaryDirectory() as folder:
        lines = one.read_text(encoding="utf-8").splitlines(keepends=True)
        for count in (2_000, 10_000, len(lines) - 1):
            part = Path(folder) / f"{count}.csv"
            part.write_text("".join(lines[: count + 1]), encoding="utf-8")
            print(f"  {count:>7,} notices {memory([part]):>6,} MiB")
    print("\nsource file to findings, two processes   rules   notices   notices/s")
    for slug, found in [*files.items(), ("all", everything)]:
        count, seconds = whole(found, 2)
        rules = len(rules_of("notice")) + len(rules_of(slug)) if slug in files else 0
        print(f"  {slug:<38} {rules or '':>5} {count:>9,} {count / seconds:>11,.0f}")
    print("\nengines alone, same graphs, same results   notices   ours/s   pySHACL/s   times")
    for slug, found in files.items():
        count, ours, theirs = engines(slug, found)
        print(f"  {slug:<40} {count:>7,} {ours:>8,.0f} {theirs:>11,.1f} {ours / theirs:>7,.0f}")


if __name__ == "__main__":
    main()
