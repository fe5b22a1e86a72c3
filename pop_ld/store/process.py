"""One worker process seen from its parent: its pipes on the event loop, its readiness, its death."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pop_ld
from pop_ld.errors import QueryFailed, StoreError

START_LIMIT = 20.0
"""Seconds a worker may take to open a store; it takes 0.05."""
PIPE_SIZE = 1 << 20
_F_SETPIPE_SZ = 1031
_LONG_NICENESS = 15
_ENVIRONMENT = {"RUST_BACKTRACE": "0", "MALLOC_ARENA_MAX": "1"}
"""One malloc arena: each further one reserves 64 MiB of address space, which the memory limit would take for used."""


class WorkerLost(QueryFailed):
    """The worker died before it saw the query, it seems; another may answer it."""


class WorkerProcess:
    """A running ``pop_ld.store.worker``; made inside an event loop, and ended by :meth:`kill` in any state.

    ``on_status`` is called with each status message, whose ``body`` is an answer that came with it, and with None once at the
    worker's death; ``on_results`` when there are results to read. Both belong to whoever has borrowed the worker.
    """

    def __init__(self, store: Path, memory: int, *, network: bool = False) -> None:
        self._loop = asyncio.get_running_loop()
        self.on_status: Callable[[dict[str, Any] | None], None] = self._on_start
        self.on_results: Callable[[], None] | None = None
        self.gone: asyncio.Future[None] = self._loop.create_future()
        self._ready: asyncio.Future[None] = self._loop.create_future()
        self._ready.add_done_callback(_retrieved)
        self._partial = b""
        self._listening = False
        self._to_send = memoryview(b"")
        self._sending = False
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - a pipe that nobody reads would block the worker when full
        self._status, status_end = os.pipe()
        self._results, results_end = os.pipe()
        try:
            self._process = _start(store, memory, status_end, results_end, self._errors.fileno(), network)
        except OSError as error:
            for handle in (self._status, self._results):
                os.close(handle)
            self._errors.close()
            raise StoreError(f"a query worker cannot be started: {error}") from error
        finally:
            os.close(status_end)
            os.close(results_end)
        assert self._process.stdin is not None
        self._input = self._process.stdin.fileno()
        for handle in (self._status, self._results, self._input):
            os.set_blocking(handle, False)
        self._loop.add_reader(self._status, self._read_status)

    @property
    def alive(self) -> bool:
        """Whether the process still runs; asks the system."""
        return not self.gone.done() and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    @property
    def return_code(self) -> int | None:
        """Exit code once it is gone: negative for the signal that ended it (subprocess.Popen.returncode)."""
        return self._process.returncode

    async def ready(self) -> None:
        """Waits until the store is open; raises QueryFailed when that fails."""
        try:
            async with asyncio.timeout(START_LIMIT):
                await asyncio.shield(self._ready)
        except TimeoutError:
            self.kill()
            raise QueryFailed("a query worker did not start in time") from None

    def send(self, request: dict[str, Any]) -> None:
        """Hands it a query; returns at once, the rest of a long one follows as the pipe takes it."""
        self._to_send = memoryview(json.dumps(request).encode() + b"\n")
        self._send()

    def listen(self, wanted: bool) -> None:
        """Turns calls of ``on_results`` on or off; off, the pipe fills and the worker waits."""
        if wanted == self._listening or self.gone.done():
            return
        self._listening = wanted
        if wanted:
            self._loop.add_reader(self._results, self._have_results)
        else:
            self._loop.remove_reader(self._results)

    def read(self, size: int) -> bytes:
        """Up to ``size`` bytes of results that are here now, b"" when none."""
        if self.gone.done():
            return b""
        try:
            return os.read(self._results, size)
        except BlockingIOError:
            return b""

    def yield_to_others(self) -> None:
        """Lets every other process go first from here on; only the superuser could take that back, so it is not reused."""
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self.pid, _LONG_NICENESS)

    def kill(self) -> None:
        """Ends it now; ``gone`` is done when the system has taken everything back."""
        if not self.gone.done():
            self.listen(False)
            self._process.kill()

    def last_words(self) -> bytes:
        """What it wrote to standard error, at most 64 KiB; empty after ``on_status(None)`` has returned."""
        if self._errors.closed:
            return b""
        return os.pread(self._errors.fileno(), 1 << 16, 0)

    def _send(self) -> None:
        try:
            self._to_send = self._to_send[os.write(self._input, self._to_send) :]
        except BlockingIOError:
            pass
        except OSError:  # it died; its status pipe tells
            self._to_send = memoryview(b"")
        if self._to_send and not self._sending:
            self._loop.add_writer(self._input, self._send)
        elif self._sending and not self._to_send:
            self._loop.remove_writer(self._input)
        self._sending = bool(self._to_send)

    def _have_results(self) -> None:
        if self.on_results:
            self.on_results()

    def _read_status(self) -> None:
        try:
            block = os.read(self._status, 1 << 16)
        except BlockingIOError:
            return
        if not block:
            self._bury()
            return
        self._partial += block
        while True:
            line, found, rest = self._partial.partition(b"\n")
            if not found:
                return
            message = json.loads(line)
            length = message.get("inline") or 0
            if len(rest) < length:
                return
            message["body"], self._partial = rest[:length], rest[length:]
            self.on_status(message)

    def _bury(self) -> None:
        """The status pipe closed, so the process has ended: takes its code, so that no zombie stays, and frees its files."""
        self.listen(False)
        self._process.kill()
        self._process.wait()
        self.on_status(None)
        self._loop.remove_reader(self._status)
        self._loop.remove_writer(self._input)
        self._errors.close()
        os.close(self._status)
        os.close(self._results)
        if self._process.stdin:
            with suppress(OSError):
                self._process.stdin.close()
        self.gone.set_result(None)

    def _on_start(self, message: dict[str, Any] | None) -> None:
        if self._ready.done():
            return
        if message and message.get("ready"):
            self._ready.set_result(None)
        elif message:
            self._ready.set_exception(QueryFailed(message.get("message", "")))
        else:
            words = self.last_words().decode(errors="replace").strip()[-500:]
            self._ready.set_exception(WorkerLost(f"a query worker did not start ({self.return_code}): {words}"))


def _retrieved(future: asyncio.Future[None]) -> None:
    """Marks the exception of a future nobody awaits as seen."""
    if not future.cancelled():
        future.exception()


def environment() -> dict[str, str]:
    """What a process of ours needs to find this package, whether it is installed or a checkout, and to be bounded in memory."""
    home = str(Path(pop_ld.__file__).resolve().parent.parent)
    checkout = "" if home == sysconfig.get_path("purelib") else home  # an installed package is found without help
    path = os.pathsep.join(filter(None, (checkout, os.environ.get("PYTHONPATH"))))
    return {**os.environ, "PYTHONPATH": path, **_ENVIRONMENT}


def _start(store: Path, memory: int, status: int, results: int, errors: int, network: bool) -> subprocess.Popen[bytes]:
    """Starts it in a session of its own, so that Ctrl-C at a terminal reaches the server alone."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "pop_ld.store.worker", str(store), str(memory), str(status), str(results), str(int(network))],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=errors,
        pass_fds=(status, results),
        env=environment(),
        start_new_session=True,
        bufsize=0,
    )
    with suppress(OSError):  # where the system refuses, its own size is only slower
        fcntl.fcntl(results, _F_SETPIPE_SZ, PIPE_SIZE)
    return process
