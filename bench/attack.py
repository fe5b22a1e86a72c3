"""A server under attack, seen from outside: how queries end, what light ones beside them wait, what memory and handles are taken."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import httpx
from pyoxigraph import QuerySolutions, Store


@dataclass(frozen=True)
class Ended:
    """How a query ended: its status (of a cut answer 200), seconds, and whether the connection was cut."""

    status: int
    seconds: float
    cut: bool


@contextmanager
def served(data: Path, **settings: Any) -> Iterator[tuple[str, int]]:
    """(root, process id) of ``pop-ld serve`` on a free port of this machine."""
    port = free_port()
    environment = {**os.environ, **{f"POP_LD_{name.upper()}": str(value) for name, value in settings.items()}}
    command = [sys.executable, "-m", "pop_ld", "serve", "--data", str(data), "--port", str(port)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        process.stdout.readline()  # the ready line
        yield f"http://127.0.0.1:{port}", process.pid
    finally:
        process.terminate()
        process.wait(30)


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def ask(root: str, query: str, seconds: float, client: int = 0) -> Ended:
    """Asks by POST and reads the answer to its end; ``client`` stands for an address of its own, as behind a proxy."""
    start = time.monotonic()
    headers = {"X-Forwarded-For": f"192.0.2.{client}"}
    try:
        with httpx.stream("POST", f"{root}/sparql", data={"query": query, "timeout": str(seconds)}, headers=headers, timeout=120) as answer:
            try:
                for _ in answer.iter_raw():
                    pass
            except httpx.RemoteProtocolError:
                return Ended(answer.status_code, time.monotonic() - start, True)
            return Ended(answer.status_code, time.monotonic() - start, False)
    except httpx.TransportError:
        return Ended(0, time.monotonic() - start, True)


def light_queries(data: Path, count: int) -> list[str]:
    """Queries about one notice each."""
    pages = f"SELECT ?s {{ ?d <http://xmlns.com/foaf/0.1/primaryTopic> ?s }} LIMIT {count}"
    found = Store.read_only(str(data / "current" / "store")).query(pages)
    assert isinstance(found, QuerySolutions)
    return [f"SELECT ?p ?o {{ {row['s']} ?p ?o }}" for row in found]


class _Beside:
    """Something that goes on in a thread beside the block of a ``with``: a turn each ``pause`` seconds."""

    pause = 0.02

    def __init__(self) -> None:
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(self.pause):
            self._turn()

    def _turn(self) -> None:
        raise NotImplementedError


class Probe(_Beside):
    """Asks light queries one after the other; ``waits`` are their seconds, ``faults`` the statuses of those not answered by 200."""

    def __init__(self, root: str, queries: list[str]) -> None:
        super().__init__()
        self.waits: list[float] = []
        self.faults: list[int] = []
        self._root, self._queries = root, queries
        self._client = httpx.Client(timeout=60, headers={"Accept": "application/sparql-results+json"})

    def __exit__(self, *_: object) -> None:
        super().__exit__()
        self._client.close()

    def _turn(self) -> None:
        number = len(self.waits)
        query = self._queries[number % len(self._queries)] + f" # {number}"  # never from what is kept
        start = time.monotonic()
        status = self._client.get(f"{self._root}/sparql", params={"query": query}).status_code
        self.waits.append(time.monotonic() - start)
        if status != 200:
            self.faults.append(status)


class Watch(_Beside):
    """Looks at the query workers of a server; ``peak`` is the most memory that one of them held, in MiB."""

    pause = 0.01

    def __init__(self, pid: int) -> None:
        super().__init__()
        self.peak = 0
        self._pid = pid

    def _turn(self) -> None:
        for pid in workers(self._pid):
            self.peak = max(self.peak, memory(pid))


def workers(server: int) -> list[int]:
    """Process ids of a server's query workers."""
    found = []
    for task in Path(f"/proc/{server}/task").iterdir():
        try:
            children = (task / "children").read_text().split()
        except OSError:
            continue
        found += [int(child) for child in children]
    return found


def memory(pid: int) -> int:
    """MiB that a process holds at most so far (proc(5) VmHWM); 0 where it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return int(status.split("VmHWM:")[1].split()[0]) >> 10 if "VmHWM:" in status else 0


def resident(pid: int) -> int:
    """MiB that a process holds now."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") >> 20


def handles(pid: int) -> int:
    """Open file descriptors of a process."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))
