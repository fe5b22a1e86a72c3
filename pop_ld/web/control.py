"""The private door of each web process: a socket where the operator's commands and its sister processes ask what it does.

A process writes ``<data>/run/<pid>.json``, which says where its socket is, and holds the file's lock for as long as it lives: a file
that nobody holds was left by a process that was killed, and is swept away. One request a connection: a line of JSON, answered by one.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import logging
import os
import shutil
import socket
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pop_ld.errors import StoreError

if TYPE_CHECKING:
    from pop_ld.store import QueryService

log = logging.getLogger(__name__)

PATIENCE = 2.0
"""Seconds that a process may take to answer."""
SHOWN = 10_000
"""Characters of a query that ``list`` tells."""
_NAME = "control"
_PREFIX = "pop-ld-"
Answer = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Place:
    """Which of the processes behind one listening socket this is: its number from 0, and the process id of who started them."""

    worker: int = 0
    group: int = field(default_factory=os.getpid)


@dataclass(frozen=True, slots=True)
class Door:
    """A web process that lives: its id, its place, and the path of its socket."""

    pid: int
    worker: int
    group: int
    socket: str


@asynccontextmanager
async def opened(data: Path, place: Place, answers: Mapping[str, Answer]) -> AsyncIterator[None]:
    """Answers while it is entered: ``{"do": name, …}`` goes to ``answers[name]``. Where the door cannot be made, the log says so."""
    folder = file = lock = server = None
    try:
        try:
            folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
            door = Door(os.getpid(), place.worker, place.group, str(folder / _NAME))
            server = await asyncio.start_unix_server(lambda r, w: _answer(answers, r, w), door.socket, limit=1 << 16)
            Path(door.socket).chmod(0o600)
            file = data / "run" / f"{door.pid}.json"
            lock = _announce(file, door)
        except OSError as error:
            log.warning("pop-ld queries will not see this process: %s", error)
        yield
    finally:
        if lock is not None and file is not None:
            file.unlink(missing_ok=True)
            os.close(lock)
        if server is not None:
            server.close()
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


def over(pool: QueryService) -> dict[str, Answer]:
    """``list`` and ``stop`` on the queries of a pool."""

    def running(_: dict[str, Any]) -> dict[str, Any]:
        found = [
            {
                "number": number,
                "seconds": round(answer.seconds, 3),
                "long": answer.long,
                "sent": answer.sent,
                "client": answer.request.client,
                "query": answer.request.query[:SHOWN],
            }
            for number, answer in pool.running.items()
        ]
        return {"queries": found, "waiting": pool.waiting}

    def stop(request: dict[str, Any]) -> dict[str, Any]:
        return {"stopped": pool.stop(int(request["number"]))}

    return {"list": running, "stop": stop}


def doors(data: Path) -> list[Door]:
    """The web processes that serve a data folder; sweeps away what killed ones have left. Raises StoreError where it cannot look."""
    try:
        files = sorted((data / "run").glob("*.json"))
    except OSError as error:
        raise StoreError(f"the web processes cannot be listed: {error}", file=str(data / "run")) from error
    return [door for door in map(_living, files) if door]


def ask(door: Door, request: Mapping[str, Any], patience: float = PATIENCE) -> dict[str, Any] | None:
    """The answer of a process, None where it gives none within ``patience`` seconds."""
    end = time.monotonic() + patience
    said = b""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(patience)
            line.connect(door.socket)
            line.sendall(json.dumps(request).encode() + b"\n")
            while not said.endswith(b"\n"):
                line.settimeout(max(end - time.monotonic(), 0.001))
                block = line.recv(1 << 16)
                if not block:
                    return None
                said += block
        answer: dict[str, Any] = json.loads(said)
    except (OSError, ValueError):
        return None
    return answer


def ask_all(asked: Sequence[Door], request: Mapping[str, Any], patience: float = PATIENCE) -> list[dict[str, Any] | None]:
    """The answer of each, asked at the same time."""
    if not asked:
        return []
    with ThreadPoolExecutor(len(asked)) as threads:
        return list(threads.map(lambda door: ask(door, request, patience), asked))


async def _answer(answers: Mapping[str, Answer], reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        async with asyncio.timeout(PATIENCE):
            request = json.loads(await reader.readline())
            said = answers[request["do"]](request)
    except (ValueError, KeyError, TypeError) as error:
        said = {"error": f"{type(error).__name__}: {error}"}
    except (OSError, TimeoutError):
        writer.close()
        return
    with suppress(OSError):
        writer.write(json.dumps(said).encode() + b"\n")
        writer.close()
        await writer.wait_closed()


def _announce(file: Path, door: Door) -> int:
    """Writes the file, and returns its handle, which holds the lock. Raises OSError, BlockingIOError where another process holds it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    while True:
        handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _still_there(file, handle):
                os.ftruncate(handle, 0)
                os.write(handle, json.dumps(asdict(door)).encode() + b"\n")
                return handle
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)  # it was swept away between the two calls


def _living(file: Path) -> Door | None:
    try:
        handle = os.open(file, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:  # held: it lives
        with suppress(ValueError, TypeError, OSError):
            return Door(**json.loads(os.read(handle, 1 << 16)))
        return None
    else:
        _sweep(file, handle)
        return None
    finally:
        os.close(handle)


def _sweep(file: Path, handle: int) -> None:
    """Removes the file of a process that was killed, and its folder, which holds nothing but the socket."""
    with suppress(ValueError, TypeError, OSError):
        left = Path(Door(**json.loads(os.read(handle, 1 << 16))).socket)
        if left.name == _NAME and left.parent.name.startswith(_PREFIX):
            left.unlink(missing_ok=True)
            left.parent.rmdir()
    with suppress(OSError):
        if _still_there(file, handle):
            file.unlink()


def _still_there(file: Path, handle: int) -> bool:
    try:
        return file.stat().st_ino == os.fstat(handle).st_ino
    except FileNotFoundError:
        return False
