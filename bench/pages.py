"""Pages against their limits: notices made anew under 30 ms at 20 clients, kept ones at 2,000 a second, the busiest author under 100 ms.

usage: python -m bench.pages DATA     DATA: a data folder with a release; the larger it is, the more this says
"""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count, cycle
from pathlib import Path
from urllib.parse import urlsplit

from pyoxigraph import NamedNode, QuerySolutions, Store

from bench.attack import served
from bench.hostile import percentile
from pop_ld import iris, store

CLIENTS = 20
SECONDS = 8.0
UNCACHED, CACHED, BUSIEST = 30.0, 2000.0, 100.0
"""The limits: ms at the 95th percentile, pages a second, ms at the 95th percentile."""


@dataclass
class Load:
    """What clients saw: seconds of each answer, statuses other than 200, bytes, and how long all of it took."""

    waits: list[float]
    faults: int
    size: int
    seconds: float

    def __str__(self) -> str:
        shares = ", ".join(f"p{share * 100:g} {percentile(self.waits, share):.1f} ms" for share in (0.5, 0.95, 0.99))
        rate, mean = len(self.waits) / self.seconds, self.size / max(len(self.waits), 1)
        return f"{rate:,.0f} pages/s of {mean / 1024:.0f} KiB; {shares}, longest {max(self.waits) * 1000:.0f} ms; {self.faults} faults"


async def _client(root: str, paths: Iterator[str], until: float, pause: float, load: Load) -> None:
    """Asks one page after another on one connection, ``pause`` seconds apart."""
    parts = urlsplit(root)
    await asyncio.sleep(random.random())  # readers do not come in one moment, when one of the processes would take them all
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    while time.monotonic() < until:
        start = time.monotonic()
        writer.write(f"GET {next(paths)} HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\nAccept-Encoding: gzip\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n", 1)[0])
        await reader.readexactly(length)
        load.waits.append(time.monotonic() - start)
        load.faults += not head.startswith(b"HTTP/1.1 200")
        load.size += length
        if pause:
            await asyncio.sleep(max(0.0, pause - (time.monotonic() - start)))
    writer.close()


def put(root: str, paths: Callable[[], Iterator[str]], clients: int, pause: float = 0.0, seconds: float = SECONDS) -> Load:
    """What ``clients`` see who ask for ``paths`` one after the other."""
    load = Load([], 0, 0, 0.0)

    async def run() -> None:
        until = time.monotonic() + seconds
        shared = paths()
        await asyncio.gather(*(_client(root, shared, until, pause, load) for _ in range(clients)))

    start = time.monotonic()
    asyncio.run(run())
    load.seconds = time.monotonic() - start
    return load


def notices(release: store.Release) -> list[str]:
    """The addresses of every notice of a release, shuffled."""
    found = []
    for quad in Store.read_only(str(release.path / "store")).quads_for_pattern(None, NamedNode(iris.FOAF + "primaryTopic"), None):
        found.append(iris.local(release.manifest["site"], quad.subject.value))
    random.Random(1).shuffle(found)
    return found


def busiest(release: store.Release) -> tuple[str, int]:
    """The address of the agent with most works, and their number."""
    query = f"SELECT ?a (COUNT(*) AS ?n) {{ ?s <{iris.DCTERMS}creator> ?a }} GROUP BY ?a ORDER BY DESC(?n) LIMIT 1"
    solutions = Store.read_only(str(release.path / "store")).query(query)
    assert isinstance(solutions, QuerySolutions)
    row = next(iter(solutions))
    site = release.manifest["site"]
    return iris.local(site, iris.thing_to_document(site, row["a"].value)), int(row["n"].value)


def main(data: Path) -> None:
    release = store.current(data)
    paths = notices(release)
    author, works = busiest(release)
    print(f"release {release.name}: {release.manifest['notices']:,} notices; two web processes; the clients run on the same cores")
    fresh = iter(cycle(paths))
    with served(data, web_workers=2, page_cache=0) as (root, _):
        put(root, lambda: fresh, CLIENTS, seconds=3)  # files come into memory
        one = put(root, lambda: fresh, 1)
        print(f"made anew, 1 client:                {one}; {percentile(one.waits, 0.95) / UNCACHED:.2f} of the limit")
        paced = put(root, lambda: fresh, CLIENTS, pause=0.2)
        print(f"made anew, {CLIENTS} clients, 5 pages/s each: {paced}; {percentile(paced.waits, 0.95) / UNCACHED:.2f} of the limit")
        loop = put(root, lambda: fresh, CLIENTS)
        print(f"made anew, {CLIENTS} clients, no pause:      {loop}; {percentile(loop.waits, 0.95) / UNCACHED:.2f} of the limit")
        page = put(root, lambda: (f"{author}?n={n}" for n in count()), 1, seconds=4)
        print(f"author of {works:,} works:           {page}; {percentile(page.waits, 0.95) / BUSIEST:.2f} of the limit")
    with served(data, web_workers=2) as (root, _):
        few = paths[:200]
        put(root, lambda: iter(cycle(few)), CLIENTS, seconds=3)
        kept = put(root, lambda: iter(cycle(few)), CLIENTS)
        print(f"kept, {CLIENTS} clients:                     {kept}; {len(kept.waits) / kept.seconds / CACHED:.1f} times the limit")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    try:
        main(Path(sys.argv[1]))
    except subprocess.SubprocessError as error:
        sys.exit(str(error))
