"""Visitors of a served release: requests over raw sockets, for clients share the two cores with the server and are to cost it little."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bench.hostile import percentile

SECONDS = 8.0


@dataclass
class Load:
    """What clients saw: seconds of each answer, answers other than 200 or none, bytes, and how long all of it took."""

    waits: list[float]
    faults: int
    size: int
    seconds: float
    moments: list[float] = field(default_factory=list)
    """When each request was sent (``time.monotonic``), in step with ``waits``."""

    def __str__(self) -> str:
        shares = ", ".join(f"p{share * 100:g} {percentile(self.waits, share):.1f} ms" for share in (0.5, 0.95, 0.99))
        rate, mean = len(self.waits) / self.seconds, self.size / max(len(self.waits), 1)
        return f"{rate:,.0f} pages/s of {mean / 1024:.0f} KiB; {shares}, longest {max(self.waits) * 1000:.0f} ms; {self.faults} faults"

    def p(self, share: float) -> float:
        """A percentile of the answers, in ms."""
        return percentile(self.waits, share)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.waits) / self.seconds


@dataclass(frozen=True)
class Ask:
    """A request: an address, or an address and a body of a form (``application/x-www-form-urlencoded``)."""

    path: str
    body: bytes = b""
    accept: str = "text/html"

    def encoded(self) -> bytes:
        """As HTTP/1.1 says it on a connection that is kept."""
        verb = "POST" if self.body else "GET"
        form = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(self.body)}\r\n" if self.body else ""
        head = f"{verb} {self.path} HTTP/1.1\r\nHost: x\r\nAccept: {self.accept}\r\nAccept-Encoding: gzip\r\n{form}\r\n"
        return head.encode() + self.body


async def answer(reader: asyncio.StreamReader) -> tuple[int, int]:
    """(status, bytes) of an answer read to its end, of told length or in chunks. Raises OSError or EOFError where it is cut."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    status, size = int(head[9:12]), 0
    if b"content-length: " in head:
        size = int(head.split(b"content-length: ")[1].split(b"\r\n", 1)[0])
        await reader.readexactly(size)
    elif b"transfer-encoding: chunked" in head:
        while chunk := int(await reader.readline(), 16):
            await reader.readexactly(chunk + 2)
            size += chunk
        await reader.readline()
    return status, size


async def visit(root: str, asks: Iterator[str | Ask], going: Callable[[], bool], pause: float, load: Load, most: int = 0) -> None:
    """Asks one after the other on one connection, begun ``pause`` seconds apart, as long as it is ``going`` or for ``most`` answers."""
    parts = urlsplit(root)
    streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
    done = 0
    while going() and not 0 < most <= done:
        ask = next(asks)
        start = time.monotonic()
        try:
            streams = streams or await asyncio.open_connection(parts.hostname, parts.port, limit=1 << 20)
            streams[1].write((ask if isinstance(ask, Ask) else Ask(ask)).encoded())
            status, size = await answer(streams[0])
        except (OSError, EOFError, asyncio.LimitOverrunError):
            streams, status, size = None, 0, 0
        load.waits.append(time.monotonic() - start)
        load.moments.append(start)
        load.faults += status != 200
        load.size += size
        done += 1
        if pause:
            await asyncio.sleep(max(0.0, pause - (time.monotonic() - start)))
    if streams:
        streams[1].close()


def put(
    root: str, asks: Callable[[], Iterator[str | Ask]], clients: int, pause: float = 0.0, seconds: float = SECONDS, most: int = 0
) -> Load:
    """What ``clients`` see who ask one after the other; for so many seconds, or until each has had ``most`` answers."""
    load = Load([], 0, 0, 0.0)

    async def late(shared: Iterator[str | Ask], until: float) -> None:
        await asyncio.sleep(random.random() * min(1.0, seconds / 4) if clients > 1 else 0)  # nobody comes in one moment
        await visit(root, shared, lambda: time.monotonic() < until, pause, load, most)

    async def run() -> None:
        until, shared = time.monotonic() + seconds, asks()
        await asyncio.gather(*(late(shared, until) for _ in range(clients)))

    start = time.monotonic()
    asyncio.run(run())
    load.seconds = time.monotonic() - start
    return load
