"""HTTP on the wire: first lines that are too long or too slow, requests sent in a row, and what the server says of cut answers."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote_plus

import httpx
import pytest

from pop_ld.web import protocol
from pop_ld.web.protocol import LONGEST_ADDRESS, LONGEST_HEAD

from .conftest import Running
from .served import pop_ld_serve, until

ASK = b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: x\r\nAccept: application/sparql-results+json\r\n"


@pytest.fixture
def line(running: Running) -> Iterator[socket.socket]:
    host, port = running.root.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as found:
        yield found


def rest(line: socket.socket) -> bytes:
    """What comes until the server closes; a reset after the answer is an end too."""
    said = b""
    try:
        while block := line.recv(1 << 16):
            said += block
    except ConnectionResetError:
        pass
    return said


def send(line: socket.socket, *parts: bytes, pause: float = 0.0) -> None:
    for part in parts:
        try:
            line.sendall(part)
        except (BrokenPipeError, ConnectionResetError):
            return
        time.sleep(pause)


def test_a_query_as_long_as_an_address_may_be_is_answered(running: Running) -> None:
    query = "ASK{}#" + "x" * (LONGEST_ADDRESS - 200)
    assert httpx.get(running.root + "/sparql", params={"query": query}).status_code == 200


@pytest.mark.parametrize("size", [LONGEST_ADDRESS + 1, 200_000, 3_000_000])
@pytest.mark.parametrize("parts", [1, 7])
def test_a_longer_address_is_414(line: socket.socket, size: int, parts: int) -> None:
    head = b"GET /" + b"x" * size + b" HTTP/1.1\r\nHost: x\r\n\r\n"
    step = len(head) // parts + 1
    send(line, *(head[at : at + step] for at in range(0, len(head), step)), pause=0.02)
    assert rest(line).startswith(b"HTTP/1.1 414 ")


@pytest.mark.parametrize("count", [4000, 40_000])
def test_headers_that_never_end_are_431(line: socket.socket, count: int) -> None:
    send(line, ASK, *(b"X-%d: %s\r\n" % (n, b"y" * 100) for n in range(count)))
    assert rest(line).startswith(b"HTTP/1.1 431 ")


def test_many_headers_within_the_bound_are_answered(line: socket.socket) -> None:
    send(line, ASK, b"X-Long: " + b"y" * 20_000 + b"\r\n", b"Connection: close\r\n\r\n")
    assert rest(line).startswith(b"HTTP/1.1 200 ")
    assert LONGEST_HEAD > LONGEST_ADDRESS


def test_requests_in_a_row_are_answered_in_their_order(line: socket.socket) -> None:
    names = [f"n{number}" for number in range(8)]
    requests = [
        f"GET /sparql?query={quote_plus(f'SELECT ?{name} {{}}')} HTTP/1.1\r\nHost: x\r\nAccept: text/csv\r\n".encode() for name in names
    ]
    send(line, b"\r\n".join([*requests[:-1], requests[-1] + b"Connection: close\r\n"]) + b"\r\n")
    said = rest(line)
    assert said.count(b"HTTP/1.1 200 ") == 8
    found = [said.index(name.encode() + b"\r\n") for name in names]
    assert found == sorted(found)


@pytest.mark.parametrize("sent", [b"", b"GET / HTT", ASK], ids=["nothing", "half a line", "half a head"])
def test_a_slow_head_is_ended(running: Running, monkeypatch: pytest.MonkeyPatch, sent: bytes) -> None:
    monkeypatch.setattr(protocol, "SLOWEST_HEAD", 0.5)
    host, port = running.root.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as line:
        start = time.monotonic()
        send(line, sent)
        while time.monotonic() - start < 0.4:  # a byte now and then gains it no time
            send(line, sent and b"X" if sent == ASK else b"", pause=0.1)
        said = rest(line)
        assert 0.3 < time.monotonic() - start < 3
        assert said.startswith(b"HTTP/1.1 408 ")


def test_a_slow_head_after_an_answer_is_ended_too(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "SLOWEST_HEAD", 0.5)
    host, port = running.root.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as line:
        send(line, ASK + b"\r\n")
        assert line.recv(1 << 16).startswith(b"HTTP/1.1 200 ")
        send(line, ASK)
        start = time.monotonic()
        assert b"HTTP/1.1 408 " in rest(line)
        assert time.monotonic() - start < 3


def test_a_slow_body_is_no_slow_head(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "SLOWEST_HEAD", 0.3)
    host, port = running.root.removeprefix("http://").split(":")
    head = b"POST /sparql HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/sparql-query\r\nContent-Length: 5\r\n\r\n"
    with socket.create_connection((host, int(port)), timeout=10) as line:
        send(line, head, b"ASK", b"{}", pause=0.3)
        assert rest(line).startswith(b"HTTP/1.1 200 ")


def test_nothing_of_this_is_noise_in_the_log(running: Running, tmp_path: Path) -> None:
    """One short line for an answer that was cut, none for clients that leave or are refused."""
    with pop_ld_serve(running.data, tmp_path / "out", query_workers=2, lang="en") as served:
        host, port = served.root.removeprefix("http://").split(":")
        endless = "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
        with (
            pytest.raises(httpx.RemoteProtocolError),
            httpx.stream(
                "GET", served.root + "/sparql", params={"query": endless, "timeout": "4"}, headers={"Accept": "text/csv"}
            ) as answer,
        ):
            for _ in answer.iter_raw():
                pass
        with socket.create_connection((host, int(port))) as line:  # leaves under way
            send(line, b"GET /sparql?query=" + quote_plus(endless).encode() + b" HTTP/1.1\r\nHost: x\r\nAccept: text/csv\r\n\r\n")
            assert line.recv(1 << 12)
        with socket.create_connection((host, int(port))) as line:
            send(line, b"GET /" + b"x" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")
            rest(line)
        assert httpx.get(served.root + "/sparql", params={"query": "SELECT nonsense"}).status_code == 400
        until(lambda: "cut" in served.out.read_text())
        served.end()
        said = served.out.read_text().splitlines()
        assert said[0].startswith("The site answers")
        assert "Traceback" not in "".join(said) and len(said) <= 3, said
