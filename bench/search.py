"""Search against its limits: two-word questions with all facets, at one client and at twenty, in process and by HTTP; size and rate.

usage: python -m bench.search DATA            DATA: a data folder with a release
       python -m bench.search DATA --engine URL KIND    the same questions to a cluster that holds it: elasticsearch or opensearch
       python -m bench.search --corpus N DIR  makes N notices of ../shared/data/make_corpus.py in DIR (kept, used again), and their index

Every question is another one, two words of one notice's title or text, so that nothing is answered from what is remembered.
"""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from urllib.parse import urlencode

from bench.attack import served
from bench.hostile import percentile
from bench.morph import ROOT
from bench.visitors import put
from pop_ld import dump, linking, pipeline, store
from pop_ld.config import Settings, checked
from pop_ld.search import build, open_search
from pop_ld.search.contract import SearchReader
from pop_ld.search.question import FACETS, Question
from pop_ld.search.remote_index import index_name
from pop_ld.search.words import words

CLIENTS = 20
SECONDS = 8.0
PAUSE = 0.2
"""Seconds from one question of a reader to the next, where readers read."""
REAL, MILLION = 20.0, 60.0
"""The limits: ms at the 95th percentile, of up to 100,000 notices and of more."""
RATE, SIZE = 5_000.0, 1_000.0
"""Notices a second, bytes a notice."""
LOADS = ((1, 0.0, "1 client"), (CLIENTS, PAUSE, f"{CLIENTS} clients, 5 a second"), (CLIENTS, 0.0, f"{CLIENTS} clients, no pause"))
"""Clients, pause between questions, name."""


def questions(index: SearchReader, count: int) -> list[str]:
    """Pairs of words that stand together in a notice, by chance."""
    chance = random.Random(7)
    found: set[str] = set()
    total = index.find(Question(), limit=0).total
    for hit in islice(index.scan(Question(order="-changed"), full=True), 0, None, max(1, total // (2 * count))):
        texts = [hit.title, *(text for texts in hit.fields.values() for text in texts[:3])]
        known = sorted({word for text in texts for word in words(text) if len(word) > 3 and word.isalpha()})
        if len(known) > 1:
            found.add(" ".join(chance.sample(known, 2)))
    pairs = sorted(found)
    chance.shuffle(pairs)
    return pairs


def in_process(index: SearchReader, asked: Iterator[str], clients: int, pause: float = 0.0, seconds: float = SECONDS) -> tuple[float, str]:
    """(p95 in ms, a line) of what threads of one process see who ask for one page with all facets after the other."""
    waits: list[float] = []
    until = time.monotonic() + seconds

    def run() -> None:
        time.sleep(random.random() * pause)
        while time.monotonic() < until:
            question = Question(next(asked))
            start = time.monotonic()
            index.find(question, facets=FACETS)
            waits.append(time.monotonic() - start)
            if pause:
                time.sleep(max(0.0, pause - (time.monotonic() - start)))

    threads = [threading.Thread(target=run) for _ in range(clients)]
    start = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    shares = ", ".join(f"p{share * 100:g} {percentile(waits, share):.1f} ms" for share in (0.5, 0.95, 0.99))
    return percentile(
        waits, 0.95
    ), f"{len(waits) / (time.monotonic() - start):,.0f} answers/s; {shares}, longest {max(waits) * 1000:.0f} ms"


def latency(index: SearchReader, limit: float) -> list[str]:
    """Prints the questions in process; gives them."""
    pairs = questions(index, 4_000)
    asked = iter(_Shared(pairs))
    totals = [index.find(Question(pair), limit=0).total for pair in pairs[:300]]
    print(f"{len(pairs):,} questions of two words, median of {statistics.median(totals):,.0f} notices, at most {max(totals):,}")
    print(f"  computing time of a question:         {computed(index, asked)}")
    for clients, pause, name in LOADS:
        p95, line = in_process(index, asked, clients, pause)
        print(f"  in process, {name + ':':<25} {line}; {p95 / limit:.2f} of the limit")
    return pairs


def computed(index: SearchReader, asked: Iterator[str], count: int = 1_000) -> str:
    """What a question costs this process, whatever else the machine does."""
    spent = []
    for pair in islice(asked, count):
        start = time.thread_time()
        index.find(Question(pair), facets=FACETS)
        spent.append(time.thread_time() - start)
    shares = ", ".join(f"p{share * 100:g} {percentile(spent, share):.1f} ms" for share in (0.5, 0.95, 0.99))
    return f"{shares}, mean {statistics.mean(spent) * 1000:.1f} ms"


class _Shared:
    """The questions in turn, without end, for many threads."""

    def __init__(self, pairs: list[str]) -> None:
        self._pairs = cycle(pairs)
        self._lock = threading.Lock()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        with self._lock:
            return next(self._pairs)


def by_http(data: Path, pairs: list[str], limit: float) -> None:
    """The same as JSON, from two web processes."""
    addresses = [f"/search.json?{urlencode({'q': pair})}" for pair in pairs]
    asked = cycle(addresses)
    with served(data, web_workers=2, page_cache=0) as (root, _):
        put(root, lambda: asked, CLIENTS, seconds=3)  # files come into memory
        for clients, pause, name in LOADS:
            load = put(root, lambda: asked, clients, pause=pause)
            print(f"  by HTTP, {name + ':':<28} {load}; {percentile(load.waits, 0.95) / limit:.2f} of the limit")


def others(index: SearchReader) -> None:
    """Other things that are asked of an index, p50 and p95 of ten in ms."""
    offers: list[tuple[str, Callable[[], object]]] = [
        ("all notices, all facets, remembered", lambda: index.find(Question(), facets=FACETS)),
        ("search inside authors", lambda: index.values(Question(), "author", like="mart")),
        ("map of France", lambda: index.clusters(Question(), 6)),
        ("timeline by century", lambda: index.timeline(Question(), 100)),
        ("values of a field as one types", lambda: index.values_of("AUTR", "mart")),
        ("first page by title", lambda: index.find(Question(order="title"))),
    ]
    for name, run in offers:
        run()
        waits = []
        for _ in range(10):
            start = time.perf_counter()
            run()
            waits.append(time.perf_counter() - start)
        print(f"  {name:<38} p50 {percentile(waits, 0.5):8.2f}  p95 {percentile(waits, 0.95):8.2f}")
    start = time.perf_counter()
    count = sum(1 for _ in index.scan(Question()))
    print(f"  {'scan of all notices':<38} {count / (time.perf_counter() - start):,.0f} notices/s")


def size(folder: Path, notices: int) -> None:
    """Prints bytes a notice."""
    total = sum(file.stat().st_size for file in folder.iterdir()) / max(notices, 1)
    print(f"index: {total:,.0f} bytes a notice; {total / SIZE:.2f} of the limit")


def rate(documents: Iterator[dict[str, object]], folder: Path, beside: int = 0) -> int:
    """Prints notices indexed a second; gives how many."""
    start, spent = time.perf_counter(), time.thread_time()
    count = build(folder, documents)
    wall, own = count / (time.perf_counter() - start), count / (time.thread_time() - spent)
    print(f"indexing: {wall:,.0f} notices/s by the clock ({own:,.0f} by this thread's own time); {wall / RATE:.1f} times the limit")
    return count


def corpus(notices: int, folder: Path) -> None:
    """Makes, converts and indexes a corpus, and asks it; what is there already is used again."""
    made, dumped, index = folder / "corpus", folder / "dump", folder / "index"
    if not dumped.exists():
        script = ROOT.parent / "shared" / "data" / "make_corpus.py"
        subprocess.run([sys.executable, str(script), str(notices), str(made)], check=True)
        start = time.perf_counter()
        pipeline.convert(sorted(made.glob("*.jsonl")), dumped, Settings(), jobs=2, validate=False, quiet=True)
        print(f"converted: {notices / (time.perf_counter() - start):,.0f} notices/s, two processes")
    if not index.exists():
        rate(linking.with_chosen(dump.documents(dumped), dumped), index)
    reader = open_search(index)
    size(index, reader.find(Question(), limit=0).total)
    latency(reader, MILLION if notices > 100_000 else REAL)
    others(reader)


def main(data: Path) -> None:
    release = store.current(data)
    count = int(release.manifest["notices"])
    print(f"release {release.name}: {count:,} notices; clients and server share this machine's cores")
    size(release.path / "search", count)
    index = open_search(release.path / "search")
    limit = MILLION if count > 100_000 else REAL
    pairs = latency(index, limit)
    others(index)
    by_http(data, pairs, limit)


def cluster(data: Path, url: str, kind: str) -> None:
    """Asks the index of the current release in a cluster."""
    release = store.current(data)
    settings = checked(replace(Settings(), search_url=url, search_engine=kind))
    name = release.manifest.get("search_index") or index_name(settings, release.name)
    index = open_search(release.path / "search", settings, name)
    latency(index, MILLION if release.manifest["notices"] > 100_000 else REAL)
    others(index)


if __name__ == "__main__":
    if len(sys.argv) == 4 and sys.argv[1] == "--corpus":
        corpus(int(sys.argv[2]), Path(sys.argv[3]))
    elif len(sys.argv) == 5 and sys.argv[2] == "--engine":
        cluster(Path(sys.argv[1]), sys.argv[3], sys.argv[4])
    elif len(sys.argv) == 2:
        main(Path(sys.argv[1]))
    else:
        sys.exit(__doc__)
