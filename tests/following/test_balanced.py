"""Two readers that follow one writer by HTTP, behind nginx and HAProxy as docs/examples have them: a reader is killed, a release comes.

By hand, with more load: ``POP_LD_LOAD=5000 pytest tests/following/test_balanced.py -s``.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event, Lock

import httpx
import pytest

from pop_ld import iris, store
from pop_ld.following import keeping
from pop_ld.store.folders import swap
from tests.web.served import pop_ld_serve, until

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
LOAD = int(os.environ.get("POP_LD_LOAD", "400"))
CLIENTS = 8
"""Each has an address of its own, so that the proxies give it a reader of its own."""


def free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


@contextmanager
def running(command: list[str], out: Path, port: int = 0) -> Iterator[subprocess.Popen[bytes]]:
    """A process, listening on its port when this is entered; what it says is in ``out``."""
    with out.open("w") as file:
        process = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT)
    try:
        until(lambda: not port or not socket.socket().connect_ex(("127.0.0.1", port)) or process.poll() is not None)
        assert process.poll() is None, out.read_text()
        yield process
    finally:
        process.terminate()
        process.wait(10)


def configured(name: str, work: Path, port: int, readers: list[int]) -> list[str]:
    """The command of a proxy with the example of the documents, its names and ports put in."""
    text = (EXAMPLES / name).read_text()
    for number, reader in enumerate(readers, 1):
        assert f"reader{number}.example:8000" in text
        text = text.replace(f"reader{number}.example:8000", f"127.0.0.1:{reader}")
    assert text.count("listen 80;") + text.count("bind :80\n") == 1
    text = text.replace("listen 80;", f"listen 127.0.0.1:{port};").replace("bind :80\n", f"bind 127.0.0.1:{port}\n")
    (work / name).write_text(text)
    if name == "haproxy.cfg":
        return [found("haproxy"), "-db", "-f", str(work / name)]
    temporary = "".join(f"{kind}_temp_path {work}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    user = "user root;" if os.geteuid() == 0 else ""
    http = f"http {{ access_log off; {temporary} include {work}/{name}; }}"
    main = f"{user} daemon off; pid {work}/nginx.pid; error_log stderr error; events {{ }} {http}"
    (work / "main.conf").write_text(main)
    return [found("nginx"), "-c", str(work / "main.conf"), "-p", str(work), "-e", "stderr"]


def found(program: str) -> str:
    path = shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if not path:
        pytest.skip(f"no {program} here: apt-get install {program}")
    return path


def answered(port: int) -> float:
    """Searches that a reader has answered."""
    lines = httpx.get(f"http://127.0.0.1:{port}/metrics").text.splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith("pop_ld_requests_total") and 'route="/search' in line)


class Load:
    """Requests of several clients, one after the other each, through both proxies in turn; ``failed`` says what went wrong."""

    def __init__(self, roots: list[str], paths: list[str]) -> None:
        self._roots, self._paths = roots, paths
        self._lock, self.stop = Lock(), Event()
        self.count, self.failed, self.releases = 0, list[str](), Counter[str]()

    def client(self, number: int) -> None:
        address = f"127.{number * 37 % 251}.{number * 91 % 251}.{number * 53 % 251 + 1}"
        with httpx.Client(transport=httpx.HTTPTransport(local_address=address), timeout=30, trust_env=False) as client:
            turn = number
            while not self.stop.is_set():
                turn += 1
                root, path = self._roots[turn % len(self._roots)], self._paths[turn % len(self._paths)]
                try:
                    if path == "/sparql":
                        answer = client.post(root + path, data={"query": f"ASK {{ ?s ?p {turn % 50} }}"})
                    else:
                        answer = client.get(root + path)
                    wrong = "" if answer.status_code == 200 else str(answer.status_code)
                    release = answer.headers.get("pop-release", "")
                except httpx.HTTPError as error:
                    wrong, release = repr(error), ""
                with self._lock:
                    self.count += 1
                    self.releases[release] += 1
                    self.failed += [f"{root}{path}: {wrong}"] if wrong else []

    def more(self, share: float) -> None:
        """Waits until some more of the load was asked."""
        goal = self.count + int(LOAD * share)
        until(lambda: self.count >= goal, 600)


@pytest.fixture
def addresses(published: Path) -> list[str]:
    """What is asked: pages, data, search, SPARQL by GET and POST, harvesting."""
    notice = store.current(published).manifest["bases"]
    example = iris.thing_to_document("", store.releases(published)[0].manifest["examples"][0]["iri"].removeprefix(iris.DEFAULT_SITE))
    assert notice
    return ["/", example, f"{example}.ttl", "/search?q=peinture", "/search.json?q=", "/sparql", "/sparql?query=ASK%7B%7D&format=json",
            "/feed", "/releases.json", "/oai?verb=ListIdentifiers&metadataPrefix=oai_dc", "/dataset"]  # fmt: skip


def test_no_request_fails_while_a_reader_dies_and_a_release_comes(source: Path, addresses: list[str], tmp_path: Path) -> None:
    old, new = (release.name for release in store.releases(source))
    swap(source, old)
    data, ports = [tmp_path / "one", tmp_path / "two"], [free_port(), free_port()]
    with ExitStack() as stack:
        writer = stack.enter_context(pop_ld_serve(source, tmp_path / "writer.log"))
        for folder in data:
            keeping.follow(folder, writer.root, quiet=True)
            command = [sys.executable, "-m", "pop_ld", "follow", "--every", "0.3", "--data", str(folder)]
            stack.enter_context(running(command, tmp_path / f"{folder.name}.follow.log"))
        start: list[Callable[[], object]] = [
            lambda n=n: stack.enter_context(pop_ld_serve(data[n], tmp_path / f"reader{n}.log", port=ports[n]))  # type: ignore[misc]
            for n in (0, 1)
        ]
        first, _ = (begin() for begin in start)
        roots = []
        for name in ("nginx.conf", "haproxy.cfg"):
            port = free_port()
            stack.enter_context(running(configured(name, tmp_path, port, ports), tmp_path / f"{name}.log", port))
            roots.append(f"http://127.0.0.1:{port}")
        load = Load(roots, [path.replace("ListIdentifiers&metadataPrefix=oai_dc", "Identify") for path in addresses])
        with ThreadPoolExecutor(CLIENTS) as pool:
            clients = [pool.submit(load.client, number) for number in range(CLIENTS)]
            try:
                load.more(0.3)
                until(lambda: all(map(answered, ports)), 60)  # each has clients of its own
                first.process.send_signal(signal.SIGKILL)  # type: ignore[attr-defined]
                load.more(0.3)
                start[0]()
                swap(source, new)
                until(lambda: all(store.current_name(folder) == new for folder in data))
                load.more(0.4)
            finally:
                load.stop.set()
        for client in clients:
            client.result()
        print(f"\n{load.count} requests, {len(load.failed)} failed; {dict(load.releases)}")
        assert not load.failed and load.count >= LOAD and load.releases[old] and load.releases[new]
        answers = [[httpx.get(f"http://127.0.0.1:{port}{path}") for path in addresses if path != "/sparql"] for port in ports]
        assert {answer.headers.get("pop-release", new) for each in answers for answer in each} == {new}
        for one, two in zip(*answers, strict=True):
            assert one.headers.get("etag") == two.headers.get("etag"), one.url
            assert stable(one) == stable(two), one.url
        for root in roots:
            assert {httpx.get(root + path).status_code for path in ("/metrics", "/following", "/following/a/b")} == {404}


def stable(answer: httpx.Response) -> bytes:
    """The answer without the moment that OAI-PMH wants it to tell."""
    content, begin = answer.content, answer.content.find(b"<responseDate>")
    return content if begin < 0 else content[:begin] + content[begin + 34 :]


def test_a_reader_that_was_away_comes_back_to_what_is_served_now(source: Path, tmp_path: Path) -> None:
    old, new = (release.name for release in store.releases(source))
    swap(source, old)
    keeping.follow(tmp_path / "one", str(source), quiet=True)
    with pop_ld_serve(tmp_path / "one", tmp_path / "log") as reader:
        assert httpx.get(f"{reader.root}/healthz").json()["release"] == old
        swap(source, new)
        store.prune(source, 1)
        began = time.monotonic()
        keeping.follow(tmp_path / "one", "", quiet=True)
        assert httpx.get(f"{reader.root}/healthz/live").status_code == 200
        until(lambda: httpx.get(f"{reader.root}/healthz").json()["release"] == new)
        assert httpx.get(f"{reader.root}/release/{old}/doc/x", headers={"Accept": "text/turtle"}).status_code == 404, began
