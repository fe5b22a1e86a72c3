"""A writer's data folder of two releases, and a site over HTTP that may lie or fail as it is told."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import unquote

import pytest

from pop_ld import pipeline, store
from pop_ld.bases import load_bases
from pop_ld.config import Settings
from pop_ld.following.checksums import Checksums
from pop_ld.following.listing import listing
from pop_ld.following.parts import files_json, find, offered, state_json
from pop_ld.validation.ledger import open_ledger


@pytest.fixture(autouse=True)
def _without_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test cuts the power; where many programs write, each fsync may take 50 ms."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One release of the made-up notices of a small base, and one from which a notice was taken out. Not to be changed."""
    data = tmp_path_factory.mktemp("published") / "data"
    base = load_bases()["mnr"]
    pipeline.load(base.samples, data, Settings(), base=base.slug, quiet=True)
    pipeline.remove(base.slug, [first_ref(data)], data, Settings(), quiet=True)
    return data


def first_ref(data: Path) -> str:
    """The REF of a notice that is no example of its base."""
    release = store.current(data)
    shown = {example["iri"].rpartition("/")[2] for example in release.manifest["examples"]}
    return next(ref for ref, _ in open_ledger(release.path).page("mnr", "", 10) if ref not in shown)


@pytest.fixture
def source(published: Path, tmp_path: Path) -> Path:
    """A copy of it, hard links and times as they are, that a test may change."""
    return copied(published, tmp_path / "source")


def copied(data: Path, target: Path) -> Path:
    subprocess.run(["cp", "-a", str(data), str(target)], check=True)
    return target


@dataclass
class Site:
    """What a served source does: ``fault`` may answer a request (handler, path) itself, and says whether it has."""

    data: Path
    root: str = ""
    fault: Callable[[BaseHTTPRequestHandler, str], bool] = lambda handler, path: False
    asked: list[tuple[str, str]] = field(default_factory=list)
    sent: int = 0


@contextmanager
def site_of(data: Path, work: Path) -> Iterator[Site]:
    """A site that speaks the protocol, of the standard library: a second program to hold ours to it, and one that can be made to fail."""
    site, sums = Site(data), Checksums(work)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = unquote(self.path)
            site.asked.append((path, self.headers.get("Range", "")))
            if not site.fault(self, path):
                self.answer(path)

        def answer(self, path: str) -> None:
            steps = path.split("/", 4)[2:]
            if not steps:
                self.give(json.dumps(state_json(offered(data))).encode())
                return
            part = find(data, *steps[:2])
            assert part
            if len(steps) == 2:
                self.give(json.dumps(files_json(listing(data, part, sums))).encode())
                return
            content = (part.folder(data) / steps[2]).read_bytes()
            start = int(self.headers.get("Range", "bytes=0-")[6:-1])
            self.give(content[start:], f"bytes {start}-{len(content) - 1}/{len(content)}" if start else "")

        def give(self, body: bytes, span: str = "", status: int = 0) -> None:
            self.send_response(status or (206 if span else 200))
            if span:
                self.send_header("Content-Range", span)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            site.sent += len(body)
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    site.root = f"http://127.0.0.1:{server.server_port}"
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        sums.close()


@pytest.fixture
def site(source: Path, tmp_path: Path) -> Iterator[Site]:
    work = tmp_path / "site"
    work.mkdir()
    with site_of(source, work) as made:
        yield made
