"""ldes-client (npm), which knows nothing of us, follows the change feed and ends with the triples of the store."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import uvicorn
from pyoxigraph import DefaultGraph, RdfFormat, Store, parse

from pop_ld import feed, iris, pipeline, store
from pop_ld.bases import load_bases
from pop_ld.config import Settings
from pop_ld.feed import pages
from pop_ld.web.server import server_config

FOLDER = Path(__file__).resolve().parents[2] / "build" / "comunica"
CLIENT = FOLDER / "node_modules" / ".bin" / "ldes-client"
pytestmark = [
    pytest.mark.skipif(shutil.which("node") is None, reason="no node on this machine"),
    pytest.mark.skipif(not CLIENT.exists(), reason="no ldes-client: make clients-env installs it"),
]


_BARE = re.compile(rb"^(<[^>]*> <[^>]*> )([^\s<\"]+)( (?:<[^>]*> )?\.)$")
"""A line whose object the client printed as Turtle has it, for want of a choice of its own: ``0.12``, ``true``."""


def _whole(line: re.Match[bytes]) -> bytes:
    kind = b"boolean" if line[2] in (b"true", b"false") else b"double" if b"e" in line[2] else b"decimal" if b"." in line[2] else b"integer"
    return line[1] + b'"' + line[2] + b'"^^<' + iris.XSD.encode() + kind + b">" + line[3]


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """Four releases on a site whose IRIs are the server's own addresses."""
    monkeypatch.setattr(pages, "TRIPLES", 2_000)
    free = socket.socket()
    free.bind(("127.0.0.1", 0))
    settings = replace(Settings(), site=f"http://127.0.0.1:{free.getsockname()[1]}", data=str(tmp_path / "data"))
    data = Path(settings.data)
    pipeline.load([f for slug in ("mnr", "museo", "palissy") for f in load_bases()[slug].samples], data, settings, quiet=True)
    for title in ("Un", "Deux"):
        file = tmp_path / "a.jsonl"
        file.write_text("".join(json.dumps({"REF": ref, "TITR": title}) + "\n" for ref in ("MNR1", "MNR2")), encoding="utf-8")
        pipeline.load([file], data, settings, base="mnr", quiet=True)
    pipeline.remove("mnr", ["MNR2"], data, settings, quiet=True)
    server = uvicorn.Server(server_config(settings))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [free]}, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    yield settings
    server.should_exit = True
    thread.join(10)


def test_a_client_of_others_ends_with_the_triples_of_the_store(served: Settings) -> None:
    data = Path(served.data)
    assert len(feed.head(data).batches) == 4 and feed.head(data).batches[0].pages > 1
    command = ["node", str(CLIENT), iris.feed(served.site), "--concurrent", "2"]
    done = subprocess.run(command, capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    lines = [_BARE.sub(_whole, line) for line in done.stdout.splitlines() if line.startswith(b"<")]
    entity: dict[str, str] = {}
    moment: dict[str, str] = {}
    graphs: dict[str, set[str]] = {}
    for quad in parse(b"\n".join(lines), format=RdfFormat.N_QUADS):
        if quad.graph_name != DefaultGraph():
            graphs.setdefault(quad.graph_name.value, set()).add(str(quad.triple))
        elif quad.predicate.value == iris.DCTERMS + "isVersionOf":
            entity[quad.subject.value] = quad.object.value
        elif quad.predicate.value == iris.DCTERMS + "modified":
            moment[quad.subject.value] = quad.object.value
    latest = {entity[member]: member for member in sorted(entity, key=moment.__getitem__)}
    found = {triple for member in latest.values() for triple in graphs.get(member, ())}
    opened = Store.read_only(str(store.current(data).path / "store"))
    assert found == {str(quad.triple) for quad in opened.quads_for_pattern(None, None, None, DefaultGraph())}
    assert len(entity) == sum(batch.versions for batch in feed.head(data).batches)
