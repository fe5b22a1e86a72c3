"""Runs the application on an address until it is told to stop."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from typing import Any

import uvicorn

from pop_ld.config import Settings
from pop_ld.formats.words import say
from pop_ld.web.app import create_app
from pop_ld.web.protocol import BoundedProtocol


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, tell: Sequence[str]) -> None:
        super().__init__(config)
        self._tell = tell

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            print("\n".join(self._tell), flush=True)


def serve(settings: Settings, host: str, port: int, tell: Sequence[str] = ()) -> int:
    """Serves until interrupted; ``tell`` is printed when requests are answered. Returns the exit code."""
    config = server_config(settings, host=host, port=port)
    server = _Server(config, tell or [say(settings.lang, "ready.serving", root=f"http://{host}:{port}")])
    server.run()
    return 0 if server.started else 1


def server_config(settings: Settings, **address: Any) -> uvicorn.Config:
    """How the application is served: ``address`` holds host and port, or nothing where sockets are given."""
    return uvicorn.Config(
        create_app(settings),
        **address,
        log_level="warning",
        access_log=False,
        server_header=False,
        http=BoundedProtocol,
        timeout_graceful_shutdown=5,
    )
