"""A day's delta while the site is read: new, changed and removed notices go live, and what readers feel before, during and after.

usage: python -m bench.delta DATA --corpus DIR [--notices 4000] [--day 1] [--window 60] [--out OUT]
DATA: loaded from DIR; it gets two releases. The same DATA takes another delta as --day 2, and so on.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import httpx

from bench import corpus
from bench.attack import served
from bench.full_building import GB, Place, pop_ld, profiled, stages_of
from bench.full_queries import JSON
from bench.full_serving import in_memory
from bench.hostile import percentile
from bench.results import Measure, Results
from bench.visitors import Ask, Load, visit
from pop_ld import iris, store
from pop_ld.profile import disk_of

NOTICES, WINDOW, REST = 4_000, 60.0, 5.0
"""Notices of a day; seconds before and after in which readers are watched, and that are let pass between."""
START = 30.0
"""Seconds that a service has run before it is watched: its start is not what is usual."""
NEW, REMOVED = 0.25, 0.05
"""Shares of the new and the removed; the others are changed."""
LIVE, FELT = 180.0, 2.0
"""The limits: seconds until it is live, p95 of pages during it by that before."""
READERS = {"pages": 14, "search": 4, "SPARQL": 2}
"""Readers by what they ask, once a second each."""
_REMOVED_BASE = "memoire"
_NUMBERS = {"memoire": "SYN{:09}", "joconde": "S{:010}", "palissy": "IM99{:06}", "merimee": "IA99{:06}", "enluminures": "D-{:06}"}
_FIRST = {"memoire": 990_000_000, "joconde": 9_900_000_000, "enluminures": 900_000}
_SEEDS = 11
"""From one day's chance to the next."""


@dataclass(frozen=True)
class Delta:
    """Files of new and changed notices; by (base, REF) the new ones, those to remove, and those that this day or one before it removes."""

    files: list[Path]
    new: list[tuple[str, str]]
    removed: list[tuple[str, str]]
    gone: set[tuple[str, str]]


def make(source: Path, folder: Path, count: int, day: int = 1) -> Delta:
    """A day's delta of ``count`` notices of a corpus, in ``folder``: a new one is another's text under a REF that nobody has."""
    removed, gone = list[tuple[str, str]](), set[tuple[str, str]]()
    for one in range(1, day + 1):
        some = corpus.pick(source, round(count * REMOVED), _SEEDS * one, frozenset({_REMOVED_BASE}))
        removed = [name for base, notice in some if (name := (base, notice["REF"])) not in gone]
        gone.update(removed)
    more = corpus.pick(source, count + len(gone), _SEEDS * day + 1, frozenset(_NUMBERS))
    picked = [one for one in more if (one[0], one[1]["REF"]) not in gone]
    fresh = round(count * NEW)
    new: list[tuple[str, str]] = []
    lines: dict[str, list[str]] = {}
    for number, (base, notice) in enumerate(picked[: count - len(removed)]):
        if number < fresh:
            notice = {**notice, "REF": _NUMBERS[base].format(_FIRST.get(base, 0) + number + (day - 1) * fresh)}
            new.append((base, notice["REF"]))
        lines.setdefault(base, []).append(json.dumps(altered(notice), ensure_ascii=False) + "\n")
    files = []
    for base, texts in lines.items():
        files.append(folder / f"{base}.jsonl")
        files[-1].write_text("".join(texts), encoding="utf-8")
    return Delta(files, new, removed, gone)


def altered(notice: dict[str, Any]) -> dict[str, Any]:
    """The notice with its title, caption or denomination said otherwise."""
    code = next((code for code in ("TITR", "LEG", "TICO", "DENO", "REPR", "SUJET") if notice.get(code)), "")
    return {**notice, code: f"{notice[code]} (revu)"} if code else notice


class Readers:
    """Readers who ask, at a steady pace, for pages that nobody asked for, for searches and for light queries, in a thread."""

    def __init__(self, root: str, asks: dict[str, Iterator[str | Ask]]) -> None:
        self.loads = {name: Load([], 0, 0, 0.0) for name in asks}
        self._root, self._asks, self._over = root, asks, threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)

    def __enter__(self) -> Readers:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(60)

    async def _run(self) -> None:
        await asyncio.gather(*(self._reader(name) for name, number in READERS.items() for _ in range(number)))

    async def _reader(self, name: str) -> None:
        await asyncio.sleep(random.random())  # a second is the pace of each
        await visit(self._root, self._asks[name], lambda: not self._over.is_set(), 1.0, self.loads[name])

    def between(self, name: str, start: float, end: float) -> list[float]:
        """The waits of requests that were sent in a span of time."""
        load = self.loads[name]
        return [wait for wait, moment in zip(load.waits, load.moments, strict=False) if start <= moment < end]

    @property
    def faults(self) -> int:
        return sum(load.faults for load in self.loads.values())


def asks_of(data: Path, source: Path, but: set[tuple[str, str]]) -> dict[str, Iterator[str | Ask]]:
    """What readers ask for: of notices that stay."""
    release = store.current(data)
    bases, site = frozenset(release.manifest["bases"]), str(release.manifest["site"])
    picked = [one for one in corpus.pick(source, 20_000, 10, bases) if (one[0], one[1]["REF"]) not in but]
    queries = [f"SELECT ?p ?o {{ <{iris.notice(site, base, notice['REF'])}> ?p ?o }}" for base, notice in picked]
    return {
        "pages": cycle(corpus.pages(picked)),
        "search": cycle([f"/search.json?{urlencode({'q': pair})}" for pair in corpus.questions(picked[:4_000])]),
        "SPARQL": cycle([Ask(f"/sparql?query={quote(query)}", accept=JSON) for query in queries[:4_000]]),
    }


class Awaited:
    """When an address began to answer with a status, looked at four times a second."""

    def __init__(self, root: str, thing: tuple[str, str], status: int) -> None:
        site = iris.DEFAULT_SITE
        self.moment = 0.0
        self._address, self._status = root + iris.local(site, iris.document(site, *thing)), status
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Awaited:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join(20)  # the publication has ended: it is live, or never will be
        self._over.set()

    def _run(self) -> None:
        with httpx.Client(timeout=10, trust_env=False, headers={"Accept": "text/html"}) as client:
            while not self._over.wait(0.25):
                try:
                    if client.get(self._address).status_code == self._status:
                        self.moment = time.monotonic()
                        return
                except httpx.TransportError:
                    continue


def measure(place: Place, count: int = NOTICES, window: float = WINDOW, day: int = 1) -> Iterator[Measure]:
    """Publishes a delta by ``pop-ld load`` and ``pop-ld remove`` in processes of their own while readers read."""
    out, profile = place.out, place.out / f"profile-delta-{place.size}.json"
    log = out / f"delta-{place.size}.log"
    data = str(place.data)
    with tempfile.TemporaryDirectory(dir=out) as folder:
        delta = make(place.corpus, Path(folder), count, day)
        asks = asks_of(place.data, place.corpus, delta.gone)
        disk = disk_of(place.data)
        in_memory(place)  # as it usually is: else what comes before is the start of a service
        with served(place.data, web_workers=2, page_cache=0, result_cache=0, client_rate=0) as (root, _), Readers(root, asks) as readers:
            time.sleep(START)
            begun = time.monotonic()
            time.sleep(window)
            loading = time.monotonic()
            with Awaited(root, delta.new[0], 200) as live:
                pop_ld("load", *map(str, delta.files), "--data", data, *profiled(profile), log=log, status=(0, 1))
            removing = time.monotonic()
            with Awaited(root, delta.removed[0], 410) as gone:
                pop_ld("remove", _REMOVED_BASE, *(ref for _, ref in delta.removed), "--data", data, "--quiet", log=log)
            ended = time.monotonic()
            time.sleep(REST)
            rested = time.monotonic()
            time.sleep(window)
            after = time.monotonic()
    if not (live.moment and gone.moment):
        raise SystemExit(f"the delta did not go live: see {log.name}")
    spent = live.moment - loading, gone.moment - removing
    yield Measure("delta", "new and changed, live after", spent[0], "s", "limit", LIVE, f"{count - len(delta.removed):,} notices")
    yield Measure("delta", "removed, gone after", spent[1], "s", note=f"{len(delta.removed):,} notices")
    yield Measure("delta", "whole, live after", sum(spent), "s", "limit", LIVE)
    for name in READERS:
        before, during, later = (
            percentile(readers.between(name, *span), 0.95) for span in ((begun, loading), (loading, ended), (rested, after))
        )
        yield Measure("delta", f"{name}: p95 during", during, "ms", "before", before)
        yield Measure("delta", f"{name}: p95 after", later, "ms", "before", before)
    asked = sum(len(load.waits) for load in readers.loads.values())
    yield Measure("delta", "failed requests", readers.faults, "requests", "limit", 0, f"of {asked:,}, {sum(READERS.values())} a second")
    yield Measure("delta", "disk", disk_of(place.data) / GB, "GB", "before", disk / GB)
    if profile.exists():
        for name, one in stages_of(json.loads(profile.read_text(encoding="utf-8"))).items():
            yield Measure("delta", f"{name}: seconds", one["seconds"], "s", note="of the new and changed ones")


STAGES: dict[str, Callable[[Place], Iterator[Measure]]] = {"delta": measure}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.delta", description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, help="data folder with a release of the corpus; it is published to")
    parser.add_argument("--corpus", type=Path, required=True, help="folder of <base>.jsonl")
    parser.add_argument("--notices", type=int, default=NOTICES, help="new, changed and removed ones together (default: %(default)s)")
    parser.add_argument("--day", type=int, default=1, help="which delta of this data folder it is (default: %(default)s)")
    parser.add_argument("--window", type=float, default=WINDOW, help="seconds before and after it (default: %(default)g)")
    parser.add_argument("--out", type=Path, help="folder of results.jsonl to add to (default: nothing is kept)")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        place = Place(store.current(given.data).manifest["notices"], given.corpus, given.data, given.out or Path(folder))
        found = list(measure(place, given.notices, given.window, given.day))
        if given.out:
            Results(given.out).add(place.size, "delta", found)
    for one in found:
        beside = f"   {one.peer} {one.peer_value:,.4g}, {one.ratio:.2f} times" if one.ratio is not None else ""
        print(f"{one.what:<36} {one.value:>10,.4g} {one.unit}{beside}   {one.note}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
