"""Runs the application on an address until it is told to stop: in this process, or in several over one listening socket."""

from __future__ import annotations

import resource
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import uvicorn

from pop_ld.config import Settings
from pop_ld.formats.words import say
from pop_ld.web import supervisor
from pop_ld.web.app import create_app
from pop_ld.web.control import Place
from pop_ld.web.protocol import BoundedProtocol
from pop_ld.web.reading_ahead import reading_ahead

_TICKS = 10
"""Ticks of uvicorn's loop, of 0.1 s each, between two signs of life."""


class Server(uvicorn.Server):
    """Calls ``ready`` with its port once requests are answered, and ``beat`` each second from then on."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[int], None], beat: Callable[[], None] = lambda: None) -> None:
        super().__init__(config)
        self._ready = ready
        self._beat = beat

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            listening = sockets or list(self.servers[0].sockets)
            self._ready(listening[0].getsockname()[1])

    async def on_tick(self, counter: int) -> bool:
        if counter % _TICKS == 0:
            self._beat()
        return await super().on_tick(counter)


def serve(settings: Settings, host: str, port: int, tell: Sequence[str] = ()) -> int:
    """Serves until interrupted; ``tell`` is printed when requests are answered. Returns the exit code."""
    _take_all_files()

    def ready(actual: int) -> None:
        root = f"http://{f'[{host}]' if ':' in host else host}:{actual}"
        print("\n".join(tell or [say(settings.lang, "ready.serving", root=root)]), flush=True)

    with reading_ahead(settings):
        if settings.web_workers > 1:
            return supervisor.run(settings, host, port, ready)
        server = Server(server_config(settings, host=host, port=port), ready)
        server.run()
        return 0 if server.started else 1


def server_config(settings: Settings, place: Place | None = None, **address: Any) -> uvicorn.Config:
    """How the application is served: ``address`` holds host and port, or nothing where sockets are given."""
    return uvicorn.Config(
        create_app(settings, place),
        **address,
        log_level="warning",
        access_log=False,
        server_header=False,
        http=BoundedProtocol,
        timeout_graceful_shutdown=supervisor.GRACE,
    )


def _take_all_files() -> None:
    """As many connections and pipes as the system grants: its first answer is often 1,024."""
    with suppress(OSError, ValueError):
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
