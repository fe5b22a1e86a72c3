"""Servers of ours for W3C's suites: data of a test as a release of a data folder, and the operator's port over an empty one."""

from __future__ import annotations

import json
import shutil
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import uvicorn
from pyoxigraph import Quad, Store

from pop_ld import search, store
from pop_ld.config import Settings
from pop_ld.store.folders import swap
from pop_ld.web.operator import create_operator, operator_config
from pop_ld.web.server import server_config

TOKEN = "a token for the tests alone"


@dataclass
class Served:
    """A public server over releases that are made as they are asked for."""

    root: str
    data: Path
    client: httpx.Client
    key: object = None
    count: int = 0

    def show(self, key: object, content: Iterable[Quad]) -> None:
        """Makes a release of the quads and serves it; one of the same ``key`` as the last stays."""
        if key == self.key and self.count:
            return
        self.count, self.key = self.count + 1, key
        release(self.data, f"t{self.count}", content)


def release(data: Path, name: str, content: Iterable[Quad]) -> None:
    """A release of the quads, without notices, served from now on."""
    folder = data / "snapshots" / name
    folder.mkdir(parents=True)
    made = Store(str(folder / "store"))
    made.extend(content)
    made.flush()
    del made
    if not (data / "index").is_dir():
        search.build(data / "index", ())
    shutil.copytree(data / "index", folder / "search")
    manifest = {"release": name, "name": name, "site": Settings().site, "created": "2026-11-24T00:00:00Z"}
    (folder / "manifest.json").write_text(json.dumps({**manifest, "bases": {}, "notices": 0, "examples": [], "triples": 0}))
    swap(data, name)


@contextmanager
def running(config: uvicorn.Config) -> Iterator[str]:
    """The root of a server in a thread of its own on a free loopback port."""
    free = socket.socket()
    free.bind(("127.0.0.1", 0))
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [free]}, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{free.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


@contextmanager
def public(data: Path, **more: object) -> Iterator[Served]:
    """The public server over a data folder."""
    settings = replace(Settings(), data=str(data), query_workers=1, client_rate=0, **more)  # type: ignore[arg-type]
    with running(server_config(settings)) as root, httpx.Client(timeout=30) as client:
        yield Served(root, data, client)


@contextmanager
def operator(data: Path, **more: object) -> Iterator[Served]:
    """The operator's port; its client shows the token."""
    settings = replace(Settings(), data=str(data), operator_token=TOKEN, **more)  # type: ignore[arg-type]
    with (
        store.Writer(data, settings.site) as writer,
        running(operator_config(create_operator(settings, writer))) as root,
        httpx.Client(timeout=30, headers={"Authorization": f"Bearer {TOKEN}"}) as client,
    ):
        yield Served(root, data, client)
