"""The reconciliation service over HTTP against its limits: rows a second, and how often it is right on rows made from the real files.

usage: python -m bench.reconcile DATA [ROWS]       10,000 rows in batches of 50 over two processes, as two clients send them
       python -m bench.reconcile --judge DIR [ROWS]  loads the real files without a fifth of their works into DIR (kept, used again), asks
                                                   rows about all of them, and prints precision of ``match`` and recall by kind of row
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx

from bench.attack import served
from bench.morph import ROOT
from bench.reconcile_rows import Row, rows, write_sources
from pop_ld import pipeline, store
from pop_ld.batches import in_batches
from pop_ld.config import Settings

BATCH, CLIENTS, PROCESSES = 50, 2, 2
RATE, PRECISION, RECALL = 300.0, 0.99, 0.9
"""The limits: rows a second on two cores; precision of ``match``, recall over rows whose data tell the thing from all others."""
ROWS = 10_000
SHARED = ROOT.parent / "shared"
Found = list[dict[str, Any]]


def query(row: Row) -> dict[str, Any]:
    """A row as OpenRefine asks it (version 0.2)."""
    found: dict[str, Any] = {"type": row.base, "limit": 5, "properties": [{"pid": pid, "v": value} for pid, value in row.properties]}
    return {**found, "query": row.name} if row.name else found


def asked(root: str, all_rows: Sequence[Row]) -> tuple[list[Found], float]:
    """(candidates of each row, seconds) of rows that two clients send, a batch at a time each."""
    batches = list(in_batches(iter(all_rows), BATCH))
    start = time.monotonic()
    with httpx.Client(timeout=120) as client, ThreadPoolExecutor(CLIENTS) as pool:
        answers = list(pool.map(lambda batch: _batch(client, root, batch), batches))
    return [found for answer in answers for found in answer], time.monotonic() - start


def _batch(client: httpx.Client, root: str, batch: Sequence[Row]) -> list[Found]:
    queries = json.dumps({f"q{n}": query(row) for n, row in enumerate(batch)})
    answer = client.post(f"{root}/reconcile", data={"queries": queries})
    answer.raise_for_status()
    told = answer.json()
    return [told[f"q{n}"]["result"] for n in range(len(batch))]


def rate(data: Path, count: int) -> bool:
    """Prints rows a second beside the limit."""
    all_rows = rows(SHARED, count)
    notices = store.current(data).manifest["notices"]
    before = _computed()
    with served(data, web_workers=PROCESSES) as (root, _):
        found, seconds = asked(root, all_rows)
    computed = _computed() - before
    matched = sum(any(one["match"] for one in each) for each in found)
    print(
        f"{len(all_rows):,} rows in batches of {BATCH} over {notices:,} notices, {PROCESSES} processes, {CLIENTS} clients: {seconds:.1f} s"
    )
    print(f"computing time of a row, start of the servers and clients included: {1000 * computed / len(all_rows):.2f} ms")
    return _beside("rows a second", len(all_rows) / seconds, RATE, f"; {matched:,} matches")


def _computed() -> float:
    """Seconds that this process and those that it started and ended have computed: what a row costs, whatever else the machine does."""
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in spent)


def judge(folder: Path, count: int) -> bool:
    """Prints precision and recall by kind of row, and overall beside the limits."""
    data = folder / "data"
    if not store.current_name(data):
        sources = folder / "sources"
        sources.mkdir(parents=True, exist_ok=True)
        pipeline.load(write_sources(SHARED, sources), data, Settings(), quiet=True)
    all_rows = rows(SHARED, count)
    with served(data, web_workers=PROCESSES) as (root, _):
        found, _ = asked(root, all_rows)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for row, candidates in zip(all_rows, found, strict=True):
        for kind in (row.kind, "all"):
            counts[kind].update(_judged(row, candidates))
    print(f"{'kind of row':34}{'rows':>6}{'match':>7}{'right':>7}{'precision':>11}{'sure':>7}{'found':>7}{'recall':>8}{'first':>8}")
    for kind, each in counts.items():
        precision, recall, first = _share(each, "right", "match"), _share(each, "found", "sure"), _share(each, "first", "sure")
        numbers = f"{each['rows']:6}{each['match']:7}{each['right']:7}{precision:>11}{each['sure']:7}{each['found']:7}{recall:>8}{first:>8}"
        print(f"{kind:34}{numbers}")
    whole = counts["all"]
    return all(
        [
            _beside("precision of match", whole["right"] / max(whole["match"], 1), PRECISION),
            _beside("recall where the data tell the thing", whole["found"] / max(whole["sure"], 1), RECALL),
        ]
    )


def _judged(row: Row, candidates: Found) -> Iterator[str]:
    wanted = f"{row.base}/{row.ref}" if row.ref else ""
    matches = [one["id"] for one in candidates if one["match"]]
    yield "rows"
    if matches:
        yield "match"
    if matches == [wanted]:
        yield "right"
    if row.sure:
        yield "sure"
        if matches == [wanted]:
            yield "found"
        if candidates and candidates[0]["id"] == wanted:
            yield "first"


def _share(counts: Counter[str], part: str, whole: str) -> str:
    return f"{counts[part] / counts[whole]:.3f}" if counts[whole] else "-"


def _beside(name: str, value: float, limit: float, more: str = "") -> bool:
    print(f"{name}: {value:,.3f}, limit {limit:g}: {value / limit:.2f} of it{more}")
    return value >= limit


def main(arguments: list[str]) -> int:
    """0 where every limit is held."""
    if len(arguments) in (2, 3) and arguments[0] == "--judge":
        return 0 if judge(Path(arguments[1]), int(arguments[2]) if arguments[2:] else ROWS) else 1
    if len(arguments) in (1, 2) and not arguments[0].startswith("-"):
        return 0 if rate(Path(arguments[0]), int(arguments[1]) if arguments[1:] else ROWS) else 1
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
