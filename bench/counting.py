"""Counts of a release: what the whole count costs, in time and memory, beside reading every triple once; and that it is what was published.

usage: python -m bench.counting DATA     DATA: a data folder with a release; it is only read
"""

from __future__ import annotations

import json
import resource
import sys
import time
from dataclasses import asdict
from pathlib import Path

from pyoxigraph import Store

from pop_ld import manifest, store
from pop_ld.store import counting, statistics


def megabytes() -> int:
    """The most memory that this process has had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main(data: Path) -> None:
    release = store.current(data)
    published, opened = statistics.load(release.path), Store.read_only(str(release.path / "store"))
    began = time.monotonic()
    quads = len(opened)
    walk, before = time.monotonic() - began, megabytes()
    began = time.monotonic()
    counted = counting.count(opened, manifest.links())
    took = time.monotonic() - began
    millions = counted.triples / 1_000_000
    print(f"{quads:,} quads, {counted.subjects:,} subjects, {counted.objects:,} objects, {len(counted.properties)} properties")
    print(f"count: {took:.1f} s, {took / millions:.2f} s a million triples, {took / walk:.1f} times as long as len(store)")
    print(f"memory: {megabytes() - before} MiB more than before, {(megabytes() - before) / millions:.0f} MiB a million triples")
    if published:
        same = json.dumps(asdict(published), sort_keys=True) == json.dumps(asdict(counted), sort_keys=True)
        print("the published counts are the same" if same else "THE PUBLISHED COUNTS DIFFER")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
