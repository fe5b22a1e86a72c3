"""A real server on a free loopback port, over the samples published into a real store and index."""

import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest
import uvicorn

from pop_ld import iris, pipeline, store
from pop_ld.bases import load_bases
from pop_ld.config import Settings
from pop_ld.europeana import measuring
from pop_ld.web.server import server_config

NAUGHTY = "<script>alert(1)</script>\"'</title></script><img src=x onerror=alert(1)>"


@dataclass(frozen=True)
class Running:
    """A served data folder."""

    root: str
    data: Path
    settings: Settings
    client: httpx.Client

    @property
    def site(self) -> str:
        return self.settings.site

    def get(self, path: str, accept: str = "text/html", **headers: str) -> httpx.Response:
        return self.client.get(self.root + path, headers={"Accept": accept, **headers})


def serve(settings: Settings) -> tuple[uvicorn.Server, threading.Thread, str]:
    """A server in a thread of its own, answering when this returns."""
    free = socket.socket()
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
    server = uvicorn.Server(server_config(settings))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [free]}, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.01)
    return server, thread, f"http://127.0.0.1:{port}"


def naughty_file(folder: Path) -> Path:
    """A notice whose every text tries to be markup, and one whose REF looks like a suffix."""
    file = folder / "vilaine.csv"
    cell = '"' + NAUGHTY.replace('"', '""') + '"'
    file.write_text(f"REF;TITR;DESC;AUTR;DENO\nMNR<b>;{cell};{cell};{cell};{cell}\nMNR1.ttl;Suffixe;;;\nMNR/2;Barre;;;\n", encoding="utf-8")
    return file


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    data = tmp_path_factory.mktemp("web")
    settings = replace(Settings(), data=str(data), deadline=3.0, deadline_max=4.0)
    pipeline.load([f for b in load_bases().values() for f in b.samples], data, settings, quiet=True)
    pipeline.load([naughty_file(tmp_path_factory.mktemp("files"))], data, settings, base="mnr", quiet=True)
    pipeline.remove("mnr", ["rfr21"], data, settings, quiet=True)
    measuring.write(settings, quiet=True)
    server, thread, root = serve(settings)
    with httpx.Client(follow_redirects=False, timeout=30) as client:
        yield Running(root, data, settings, client)
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="session")
def notices(running: Running) -> list[str]:
    """The IRIs of every notice served."""
    release = store.current(running.data)
    query = f"SELECT ?s WHERE {{ ?d <{iris.FOAF}primaryTopic> ?s . ?s <{iris.DCTERMS}identifier> ?r }}"
    answer = running.client.get(running.root + "/sparql", params={"query": query}, headers={"Accept": "text/csv"})
    found = [line for line in answer.text.split("\r\n")[1:] if line]
    assert len(found) == release.manifest["notices"]
    return found
