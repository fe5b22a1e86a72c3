"""A small real server on a loopback port that answers as no endpoint should; it keeps what it was asked."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from service_contract import with_service

from pop_ld.config import Settings
from pop_ld.iris import DEFAULT_SITE as SITE
from pop_ld.store import QueryRequest, QueryService, Release

Behaviour = Callable[[socket.socket], None]
CSV = "text/csv"
RELEASE = Release("r0", Path("none"), {"site": SITE})
SELECT = "SELECT * { ?s ?p ?o }"


def asked(url: str, query: str = SELECT, accept: str = CSV, timeout: float = 5.0, **more: Any) -> bytes:
    """The whole answer of a remote service."""
    found = b""

    async def work(service: QueryService) -> None:
        nonlocal found
        answer = await service.answer(RELEASE, QueryRequest(query, accept, timeout, **more))
        found = b"".join([block async for block in answer])

    with_service(Settings(store_url=url), work)
    return found


@dataclass
class Misbehaving:
    """``requests`` are heads and bodies as they came, ``gone`` is set when a client closed its connection."""

    url: str
    requests: list[bytes] = field(default_factory=list)
    gone: threading.Event = field(default_factory=threading.Event)

    def fields(self, number: int = 0) -> dict[str, list[str]]:
        """The form of a request."""
        return parse_qs(self.requests[number].partition(b"\r\n\r\n")[2].decode(), keep_blank_values=True)


@contextmanager
def misbehaving(behave: Behaviour) -> Iterator[Misbehaving]:
    """Runs the server; each connection is read for one request, then behaved to, then closed."""
    server = socket.create_server(("127.0.0.1", 0))
    state = Misbehaving(f"http://127.0.0.1:{server.getsockname()[1]}/sparql")

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=one, args=(connection,), daemon=True).start()

    def one(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            state.requests.append(_request(connection))
            try:
                behave(connection)
            except OSError:
                state.gone.set()
                return
            with suppress(OSError):
                connection.shutdown(socket.SHUT_WR)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield state
    finally:
        server.close()


def _request(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(1 << 16) or b"\r\n\r\n"
    head, _, body = received.partition(b"\r\n\r\n")
    length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")), 0)
    while len(body) < length:
        body += connection.recv(1 << 16)
    return head + b"\r\n\r\n" + body


def says(status: str, body: bytes, kind: str = CSV, *more: str) -> Behaviour:
    """A whole answer."""
    head = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body)}", "Connection: close", *more]
    return lambda connection: connection.sendall("\r\n".join([*head, "", ""]).encode() + body)


def sends(raw: bytes) -> Behaviour:
    """These bytes and no more."""
    return lambda connection: connection.sendall(raw)


def chunked(*chunks: bytes, end: bool, kind: str = CSV) -> Behaviour:
    """An answer in chunks, with or without its end."""
    body = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + (b"0\r\n\r\n" if end else b"")
    return sends(f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nTransfer-Encoding: chunked\r\n\r\n".encode() + body)


def endless(connection: socket.socket) -> None:
    """Rows for ever; OSError once the client has left."""
    connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Type: {CSV}\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
    while True:
        connection.sendall(b"8000\r\n" + b"a,b,c,d\n" * 4096 + b"\r\n")


def silent(connection: socket.socket) -> None:
    """Not a byte; OSError once the client has left."""
    if not connection.recv(1):
        raise BrokenPipeError


def dripping(connection: socket.socket) -> None:
    """A byte at a time."""
    connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Type: {CSV}\r\nContent-Length: 1000000\r\n\r\n".encode())
    while True:
        connection.sendall(b"x")
        time.sleep(0.05)
