"""Starts OpenSearch and Elasticsearch, in several versions, on free loopback ports, one node each, in a folder of their own."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

import pytest

from pop_ld.config import Settings, checked

ROOT = Path(__file__).parents[2]
JARS = ROOT / "build" / "search"
_JAVA = {"opensearch2": 17, "opensearch3": 21, "elasticsearch8": 17, "elasticsearch9": 21}
"""Server -> the oldest Java that runs it."""
_PATIENCE = 90.0
_OPTIONS = ("-Xms256m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
_MODULE = "transport-netty4"
_open = build_opener(ProxyHandler({})).open


@dataclass(frozen=True)
class Server:
    """A server that can be stopped and started again, with its indices, at the same address."""

    name: str
    java: str
    home: Path
    port: int
    other: int
    running: list[subprocess.Popen[bytes]]

    @property
    def engine(self) -> str:
        return self.name.rstrip("0123456789")

    @property
    def settings(self) -> Settings:
        """Settings with which this server is asked."""
        asked = replace(Settings(), search_url=f"http://127.0.0.1:{self.port}", search_engine=self.engine)
        return checked(replace(asked, search_prefix="pop_ld_tests"))

    def start(self) -> None:
        """Starts the server; returns when it answers."""
        folder = ROOT / "tests" / "search" / "servers" / self.name
        command = [self.java, *_OPTIONS, "-cp", os.pathsep.join(map(str, self._path())), str(folder / "OneNode.java")]
        arguments = [str(self.home), str(self.port), str(self.other)]
        with (self.home / "log").open("ab") as log:
            process = subprocess.Popen([*command, *arguments], stdin=subprocess.PIPE, stdout=log, stderr=log, cwd=self.home)
        self.running.append(process)
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            assert process.poll() is None, f"{self.name} ended at once: {(self.home / 'log').read_text()[-2000:]}"
            try:
                with _open(f"http://127.0.0.1:{self.port}/_cluster/health?wait_for_status=yellow&timeout=20s", timeout=25) as answer:
                    if json.load(answer)["status"] in ("yellow", "green"):
                        return
            except (URLError, OSError, ValueError):
                time.sleep(0.2)
        raise AssertionError(f"{self.name} did not answer: {(self.home / 'log').read_text()[-2000:]}")

    def stop(self) -> None:
        """Ends it as a machine that fails would."""
        while self.running:
            process = self.running.pop()
            process.kill()
            process.wait(20)

    def _path(self) -> list[Path]:
        """The jars; what Elasticsearch loads as a module goes into a folder of its own, as in its distribution."""
        jars = sorted((JARS / self.name).glob("*.jar"))
        if self.engine == "opensearch":
            return jars
        module = self.home / "modules" / _MODULE
        parts = [jar for jar in jars if jar.name.startswith(("netty-", _MODULE))]
        if not module.exists():
            module.mkdir(parents=True)
            for jar in parts:
                (module / jar.name).symlink_to(jar)
            with zipfile.ZipFile(next(jar for jar in parts if jar.name.startswith(_MODULE))) as packed:
                said = packed.read(f"META-INF/es-plugins/{_MODULE}/plugin-descriptor.properties").decode()
            lines = [line for line in said.splitlines() if not line.startswith("modulename")]  # the server is on the class path
            (module / "plugin-descriptor.properties").write_text("\n".join(lines) + "\n", encoding="utf-8")
        return [jar for jar in jars if jar not in parts]


@contextmanager
def running_cluster(name: str, home: Path) -> Iterator[Server]:
    """A server of ``_JAVA`` in ``home``, an empty folder; skips where it, its client or its Java is absent."""
    pytest.importorskip("opensearchpy" if name.startswith("opensearch") else "elasticsearch")
    java = _java(_JAVA[name])
    if not (JARS / name).is_dir() or not java:
        pytest.skip(f"no {name}: make search-env" if java else f"no Java {_JAVA[name]} for {name}")
    server = Server(name, java, home, _free_port(), _free_port(), [])
    try:
        server.start()
        yield server
    finally:
        server.stop()


def _java(oldest: int) -> str:
    """The oldest Java that will do, of JAVA_HOME, the path and where systems put them; "" where there is none."""
    homes = [*filter(None, [os.environ.get("JAVA_HOME")]), *map(str, Path("/usr/lib/jvm").glob("*"))]
    programs = {*filter(None, [shutil.which("java"), *(shutil.which("java", path=f"{home}/bin") for home in homes)])}
    found = sorted((version, program) for program in programs if (version := _version(program)) >= oldest)
    return found[0][1] if found else ""


def _version(java: str) -> int:
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    number = re.search(r'version "(\d+)', said)
    return int(number[1]) if number else 0


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
