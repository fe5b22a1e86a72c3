"""Several web processes over one listening socket: started, watched, begun anew when they die or hang, and ended together."""

from __future__ import annotations

import json
import logging
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from types import FrameType

from pop_ld.config import Settings
from pop_ld.store.process import environment

log = logging.getLogger(__name__)

GRACE = 5
"""Seconds that requests under way get when the service ends."""
_KILL_AFTER = GRACE + 3.0
_START_LIMIT = 60.0
"""Seconds from the start of a web process until it answers."""
_SILENCE = 30.0
"""Seconds without a sign of life (it gives one each second) after which a web process is taken for hung."""
_ROUND = 0.2
_LONGEST_PAUSE = 30.0
_STEADY = 60.0
"""Seconds after which the death of a web process is not counted among those of its start."""
_BACKLOG = 2048
READY, ALIVE = b"r", b"."


@dataclass(slots=True)
class _Web:
    """A web process; ``process`` is None while the next one waits for ``again``."""

    worker: int
    process: subprocess.Popen[bytes] | None = None
    signs: int = -1
    ready: bool = False
    heard: float = 0.0
    began: float = 0.0
    deaths: int = 0
    again: float = 0.0


@dataclass(slots=True)
class _Signals:
    """Those that arrived."""

    came: list[int] = field(default_factory=list)


def share(settings: Settings, worker: int) -> Settings:
    """What one of the ``web_workers`` may use of what is meant for all: places are whole, and at least one where there are any."""
    count = settings.web_workers
    places = ("query_workers", "query_long", "query_queue", "check_workers", "check_queue")
    whole = {name: getattr(settings, name) for name in places}
    return replace(
        settings,
        **{name: max(n // count + (worker < n % count), min(n, 1)) for name, n in whole.items()},
        client_seconds=settings.client_seconds / count,
        client_rate=settings.client_rate / count,
    )


def run(settings: Settings, host: str, port: int, ready: Callable[[int], None]) -> int:
    """Serves until interrupted; ``ready`` is called with the port once, when all processes answer. Returns the exit code.

    Ends as one process would: by the signal that ended it.
    """
    try:
        listening = socket.create_server((host, port), family=_family(host, port), backlog=_BACKLOG)
    except OSError as error:
        log.error("%s:%s cannot be listened on: %s", host, port, error)
        return 1
    with listening, _signals() as signals:
        webs = [_Web(worker) for worker in range(settings.web_workers)]
        try:
            code = _watch(webs, settings, listening, signals, ready)
        finally:
            _end(webs, signals)
    for number in signals.came[:1]:
        signal.raise_signal(number)
    return code


def _watch(webs: list[_Web], settings: Settings, listening: socket.socket, signals: _Signals, ready: Callable[[int], None]) -> int:
    """Until a signal comes, or a process dies before all have answered once."""
    told = False
    while not signals.came:
        now = time.monotonic()
        for web in webs:
            if web.process is None:
                if now >= web.again:
                    _try_to_start(web, share(settings, web.worker), listening)
            elif web.process.poll() is not None:
                if not told:
                    log.error("a web process ended as it started (%s)", web.process.returncode)
                    return 1
                _bury(web, now)
            elif now - web.heard > _SILENCE if web.ready else now - web.began > _START_LIMIT:
                log.error("web process %s does not answer and is killed", web.process.pid)
                web.process.kill()
        _listen(webs)
        if not told and all(web.ready for web in webs):
            told = True
            ready(listening.getsockname()[1])
    return 0


def _try_to_start(web: _Web, settings: Settings, listening: socket.socket) -> None:
    try:
        _start(web, settings, listening)
    except OSError as error:  # no memory, no process, no file left: perhaps later
        log.error("a web process cannot be started: %s", error)
        _close(web)
        web.again = time.monotonic() + _LONGEST_PAUSE / 10


def _start(web: _Web, settings: Settings, listening: socket.socket) -> None:
    """In a session of its own, so that Ctrl-C at a terminal reaches this process alone; its standard input ends when this one does."""
    web.signs, theirs = os.pipe()
    told = {"settings": asdict(settings), "socket": listening.fileno(), "signs": theirs, "worker": web.worker, "group": os.getpid()}
    try:
        web.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "pop_ld.web.worker"],
            stdin=subprocess.PIPE,
            pass_fds=(listening.fileno(), theirs),
            env={**os.environ, "PYTHONPATH": environment()["PYTHONPATH"]},
            start_new_session=True,
            bufsize=0,
        )
    finally:
        os.close(theirs)
    assert web.process.stdin is not None
    with suppress(BrokenPipeError):  # it died: the next round sees it
        web.process.stdin.write(json.dumps(told).encode() + b"\n")
    web.ready, web.began = False, time.monotonic()
    web.heard = web.began


def _listen(webs: list[_Web]) -> None:
    """Takes in the signs of life of a round."""
    open_ones = {web.signs: web for web in webs if web.signs >= 0}
    found, _, _ = select.select(list(open_ones), [], [], _ROUND)
    for handle in found:
        web = open_ones[handle]
        block = os.read(handle, 1 << 12)
        if block:
            web.heard = time.monotonic()
            web.ready = web.ready or READY in block
        else:
            os.close(handle)
            web.signs = -1
    if not open_ones:
        time.sleep(_ROUND)


def _bury(web: _Web, now: float) -> None:
    """One that died on its own is begun anew at once; one that dies again and again, after a pause that grows."""
    assert web.process is not None
    web.deaths = 1 if now - web.began > _STEADY else web.deaths + 1
    pause = 0.0 if web.deaths == 1 else min(2.0 ** (web.deaths - 2), _LONGEST_PAUSE)
    log.warning("web process %s ended (%s); another starts in %g s", web.process.pid, web.process.returncode, pause)
    _close(web)
    web.again = now + pause


def _end(webs: list[_Web], signals: _Signals) -> None:
    """Asks every process to end, and kills those that have not after the grace, or when a second signal comes."""
    running = [web for web in webs if web.process]
    for web in running:
        if web.process:
            web.process.terminate()
    end, before = time.monotonic() + _KILL_AFTER, len(signals.came)
    while any(web.process and web.process.poll() is None for web in running):
        if time.monotonic() > end or len(signals.came) > before:
            for web in running:
                if web.process:
                    web.process.kill()
        time.sleep(0.02)
    for web in running:
        _close(web)


def _close(web: _Web) -> None:
    if web.process:
        if web.process.stdin:
            web.process.stdin.close()
        web.process.wait()
    if web.signs >= 0:
        os.close(web.signs)
    web.process, web.signs, web.ready = None, -1, False


@contextmanager
def _signals() -> Iterator[_Signals]:
    """Notes SIGINT and SIGTERM instead of dying of them while it is entered."""
    found = _Signals()

    def note(number: int, _: FrameType | None) -> None:
        found.came.append(number)

    former = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield found
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def _family(host: str, port: int) -> socket.AddressFamily:
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0][0]
