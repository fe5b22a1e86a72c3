"""Look-ups of a notice's page and light queries: the store of the data folder beside the same files behind `oxigraph serve-read-only`.

usage: python -m bench.remote_store DATA [NOTICES]     DATA: a data folder with a release; NOTICES: how many pages (default 300)
"""

from __future__ import annotations

import asyncio
import itertools
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from pop_ld import iris, store
from pop_ld.config import Settings
from pop_ld.store.oxigraph import OxigraphReader
from pop_ld.store.sparql_reader import RemoteReader

AT_ONCE = 8
QUERIES = 1_000


@contextmanager
def served(release: store.Release) -> Iterator[str]:
    """The release's own files behind another server; gives its query address."""
    program = shutil.which("oxigraph", path=str(Path(sys.executable).parent)) or sys.exit("no oxigraph server: install the extra dev")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command = [program, "serve-read-only", "--location", str(release.path / "store"), "--bind", address]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            try:
                httpx.get(f"http://{address}/query", params={"query": "ASK {}"}, trust_env=False)
                break
            except httpx.HTTPError:
                time.sleep(0.05)
        yield f"http://{address}/query"
    finally:
        process.kill()
        process.wait()


def page(reader: store.ResourceReader, notice: str) -> None:
    """What the page of a notice looks up: itself, what points at it, and the labels of what it names."""
    triples = reader.describe(notice)
    into = reader.incoming(notice, 250)
    named = [t.object.value for t in triples if hasattr(t.object, "value") and not hasattr(t.object, "datatype")]
    reader.labels(dict.fromkeys([*named, *(subject for _, subject in into)]))


def milliseconds(work: Callable[[str], object], things: list[str]) -> tuple[float, float]:
    """(median, 95th percentile) of a call."""
    taken = []
    for thing in things:
        start = time.perf_counter()
        work(thing)
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken), statistics.quantiles(taken, n=20)[-1]


async def a_second(service: store.QueryService, release: store.Release, things: list[str]) -> float:
    """Light queries a second, AT_ONCE of them at any time."""
    texts = itertools.cycle([f"SELECT ?p ?o {{ <{thing}> ?p ?o }}" for thing in things])
    left = iter(range(QUERIES))

    async def client() -> None:
        for _ in left:
            answer = await service.answer(release, store.QueryRequest(next(texts), "", 30.0))
            async for _ in answer:
                pass

    await client_once(service, release)
    start = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(AT_ONCE)))
    taken = time.perf_counter() - start
    await service.aclose()
    return QUERIES / taken


def rate(settings: Settings, release: store.Release, things: list[str]) -> float:
    """The same of what these settings name."""

    async def asked() -> float:
        return await a_second(store.query_service(settings), release, things)

    return asyncio.run(asked())


async def client_once(service: store.QueryService, release: store.Release) -> None:
    """Wakes workers and connections."""
    async for _ in await service.answer(release, store.QueryRequest("ASK {}", "", 30.0)):
        pass


def some(reader: OxigraphReader, count: int) -> list[str]:
    """About so many things with a document, spread over all."""
    rows = reader._store.query(f"SELECT ?s {{ ?d <{iris.FOAF}primaryTopic> ?s }}")
    everything = sorted(row["s"].value for row in rows)  # type: ignore[union-attr, index]
    return everything[:: max(1, len(everything) // count)][:count]


def compare(ours: store.ResourceReader, remote: store.ResourceReader, things: list[str]) -> None:
    """Prints the table of look-ups."""
    print("look-up, ms              embedded        p95     remote        p95     times")
    for name, look_up in (
        ("describe", lambda reader: reader.describe),
        ("incoming, 250", lambda reader: lambda thing: reader.incoming(thing, 250)),
        ("a page: all three", lambda reader: lambda thing: page(reader, thing)),
    ):
        (a, a95), (b, b95) = milliseconds(look_up(ours), things), milliseconds(look_up(remote), things)
        print(f"{name:<22} {a:>10.2f} {a95:>10.2f} {b:>10.2f} {b95:>10.2f} {b / a:>9.1f}")


def main() -> None:
    """Prints the table."""
    if len(sys.argv) < 2:
        sys.exit(str(__doc__))
    release = store.current(Path(sys.argv[1]))
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 300
    ours = OxigraphReader(release)
    things = some(ours, count)
    with served(release) as url:
        remote = RemoteReader(release, Settings(store_url=url))
        for thing in things:
            if len(ours.describe(thing)) != len(remote.describe(thing)):
                sys.exit(f"the two do not agree about {thing}")
        print(f"{release.manifest.get('triples', 0):,} triples, {len(things)} notices\n")
        compare(ours, remote, things)
        here = rate(Settings(), release, things)
        there = rate(Settings(store_url=url), release, things)
        print(f"\nlight queries a second, {AT_ONCE} at once: embedded {here:,.0f}, remote {there:,.0f}, {there / here:.2f} times")


if __name__ == "__main__":
    main()
