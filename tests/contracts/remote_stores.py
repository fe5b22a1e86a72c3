"""Starts other people's triple stores on free loopback ports, with the data of the contract tests in them."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from contract_data import QUALITY, default_graph, quality_graph

ROOT = Path(__file__).parents[2]
_PATIENCE = 60.0


@contextmanager
def running_oxigraph(*options: str, empty: bool = False) -> Iterator[str]:
    """``oxigraph serve`` in memory; gives its query address, skips where the program is absent."""
    program = shutil.which("oxigraph", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]))
    if not program:
        pytest.skip("no oxigraph server: install the extra dev")
    port = _free_port()
    root = f"http://127.0.0.1:{port}"
    with _running([program, "serve", "--bind", f"127.0.0.1:{port}", *options], f"{root}/query"):
        if not empty:
            _load(f"{root}/store")
        yield f"{root}/query"


@contextmanager
def running_fuseki(*, empty: bool = False) -> Iterator[str]:
    """Apache Jena Fuseki in memory; gives its query address, skips where it or Java is absent."""
    jars = sorted((ROOT / "build" / "fuseki").glob("jena-fuseki-server-*.jar"))
    java = shutil.which("java")
    if not jars or not java:
        pytest.skip("no Java" if jars else "no Fuseki: make fuseki-env")
    port = _free_port()
    root = f"http://127.0.0.1:{port}/pop"
    command = [java, "-Xmx1g", "-jar", str(jars[-1]), "--localhost", "--port", str(port), "--mem", "--update", "/pop"]
    with _running(command, f"{root}/sparql"):
        if not empty:
            _load(f"{root}/data")
        yield f"{root}/sparql"


@contextmanager
def _running(command: Sequence[str], url: str) -> Iterator[None]:
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder)
        try:
            _await(process, url)
            yield
        finally:
            process.kill()
            process.wait(10)


def _await(process: subprocess.Popen[bytes], url: str) -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        assert process.poll() is None, "the store ended at once"
        try:
            if httpx.get(url, params={"query": "ASK {}"}, trust_env=False).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise AssertionError("the store did not answer")


def _load(store: str) -> None:
    """Graph Store Protocol (SPARQL 1.1 §5.5): adds to the default graph and to the named one."""
    for graph, content in (("default", default_graph()), (f"graph={QUALITY}", quality_graph())):
        answer = httpx.post(
            f"{store}?{graph}", content=content, headers={"Content-Type": "application/n-triples"}, timeout=60, trust_env=False
        )
        assert answer.is_success, answer.text


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
