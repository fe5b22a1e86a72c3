"""Light queries a second, beside ``oxigraph serve-read-only`` on the same snapshot in the same run: from workers, and from what is kept.

usage: python -m bench.sparql DATA     DATA: a data folder with a release

Light are the questions of ontologies/examples that the peer answers in at most LIGHT seconds, and, told apart, look-ups of one notice,
where what a request costs outside the engine is all there is to see. A comment makes each query a new one, so that none is kept.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx
from rdflib import Graph

from bench.attack import free_port, light_queries, served
from pop_ld import resources

LIGHT = 0.05
SECONDS, ROUNDS, CONNECTIONS = 4.0, 3, 8
_SH_SELECT = "http://www.w3.org/ns/shacl#select"


@contextmanager
def peer(data: Path) -> Iterator[str]:
    """The query address of ``oxigraph serve-read-only`` on the current release."""
    port = free_port()
    binary = Path(sys.executable).parent / "oxigraph"
    command = [str(binary), "serve-read-only", "-l", str((data / "current" / "store").resolve()), "-b", f"127.0.0.1:{port}"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    root = f"http://127.0.0.1:{port}"
    try:
        while True:
            try:
                httpx.get(root)
                break
            except httpx.TransportError:
                time.sleep(0.05)
        yield root + "/query"
    finally:
        process.terminate()
        process.wait()


def questions() -> list[str]:
    """The questions of ontologies/examples."""
    found = []
    for file in sorted((resources.folder("ontologies") / "examples").glob("*.ttl")):
        graph = Graph().parse(file)
        found += sorted(str(query) for _, predicate, query in graph if str(predicate) == _SH_SELECT)
    return found


def light(address: str) -> list[str]:
    """Those that the peer answers quickly, by the second of two runs."""
    quick = []
    with httpx.Client(timeout=120, headers={"Accept": "application/sparql-results+json"}) as client:
        for query in questions():
            for _ in range(2):
                start = time.monotonic()
                status = client.get(address, params={"query": query}).status_code
                seconds = time.monotonic() - start
            if status == 200 and seconds <= LIGHT:
                quick.append(query)
    return quick


async def rate(address: str, queries: list[str], *, fresh: bool) -> float:
    """Answers a second over CONNECTIONS kept open; ``fresh`` makes each query one that was never asked."""
    parts, done = urlsplit(address), 0
    stamp = time.monotonic_ns()
    end = time.monotonic() + SECONDS

    async def one(first: int) -> None:
        nonlocal done
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        number = first
        while time.monotonic() < end:
            text = queries[number % len(queries)] + (f"\n# {stamp} {number}" if fresh else "")
            number += CONNECTIONS
            head = f"GET {parts.path}?query={quote(text)} HTTP/1.1\r\nHost: x\r\nAccept: application/sparql-results+json\r\n\r\n"
            writer.write(head.encode())
            await _whole(reader)
            done += 1
        writer.close()

    await asyncio.gather(*(one(first) for first in range(CONNECTIONS)))
    return done / SECONDS


async def _whole(reader: asyncio.StreamReader) -> None:
    """Reads one answer to its end."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if b" 200 " not in head[:20]:
        raise SystemExit(head.decode())
    if b"content-length:" in head:
        await reader.readexactly(int(head.split(b"content-length:")[1].split(b"\r")[0]))
        return
    while size := int(await reader.readline(), 16):
        await reader.readexactly(size + 2)
    await reader.readline()


def compare(data: Path, theirs: str, queries: list[str]) -> None:
    with served(data, client_rate=0) as (root, _):
        ours = root + "/sparql"
        asyncio.run(rate(ours, queries, fresh=False))  # all are kept from here on
        found = []
        for _ in range(ROUNDS):
            runs = ((theirs, True), (ours, True), (ours, False))
            found.append([asyncio.run(rate(address, queries, fresh=fresh)) for address, fresh in runs])
    for peer_rate, worker_rate, kept_rate in found:
        ratios = f"workers {worker_rate / peer_rate:.2f} times the peer, kept {kept_rate / peer_rate:.2f} times"
        print(f"  peer {peer_rate:7.0f}/s   ours {worker_rate:7.0f}/s   kept {kept_rate:7.0f}/s   {ratios}", flush=True)


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print(__doc__)
        return 2
    data = Path(arguments[0])
    with peer(data) as theirs:
        quick = light(theirs)
        print(f"{len(quick)} of {len(questions())} questions, over {CONNECTIONS} connections, rounds of {SECONDS:g} s")
        compare(data, theirs, quick)
        print("look-ups of one notice")
        compare(data, theirs, light_queries(data, 5000))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
