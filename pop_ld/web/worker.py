"""A web process of several: ``python -m pop_ld.web.worker``, started by ``supervisor``, which tells it all in one line on standard input.

It ends when that input does: whoever started it is gone.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
from contextlib import suppress
from typing import Any

from pop_ld.config import Settings, checked
from pop_ld.web.control import Place
from pop_ld.web.server import Server, server_config
from pop_ld.web.supervisor import ALIVE, READY


def main() -> int:
    """Serves until it is told to stop; the exit code."""
    told: dict[str, Any] = json.loads(sys.stdin.buffer.readline())
    os.set_blocking(told["signs"], False)
    for handle in (told["signs"], told["socket"]):
        os.set_inheritable(handle, False)  # a query worker that outlived this process would hold them open

    def say(sign: bytes) -> None:
        with suppress(OSError):
            os.write(told["signs"], sign)

    def ready(_: int) -> None:
        asyncio.get_running_loop().add_reader(sys.stdin.fileno(), leave)
        say(READY)

    def leave() -> None:
        asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
        server.should_exit = True

    config = server_config(checked(Settings(**told["settings"])), Place(told["worker"], told["group"]))
    server = Server(config, ready, lambda: say(ALIVE))
    server.run([socket.socket(fileno=told["socket"])])
    return 0 if server.started else 1


if __name__ == "__main__":
    sys.exit(main())
