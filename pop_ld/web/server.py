"""Runs the application on an address until it is told to stop."""

from __future__ import annotations

import socket
from collections.abc import Sequence

import uvicorn

from pop_ld.config import Settings
from pop_ld.formats.words import say
from pop_ld.web.app import create_app

LONGEST_HEAD = 256 * 1024
"""Bytes of a request's first lines: long SPARQL queries come by GET too."""


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
    config = uvicorn.Config(
        create_app(settings),
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        http="h11",
        h11_max_incomplete_event_size=LONGEST_HEAD,
        timeout_graceful_shutdown=5,
    )
    server = _Server(config, tell or [say(settings.lang, "ready.serving", root=f"http://{host}:{port}")])
    server.run()
    return 0 if server.started else 1
