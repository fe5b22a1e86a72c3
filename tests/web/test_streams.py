"""Long answers: cut when they fail after their first byte, ended when the client leaves; static files kept by their address."""

import gzip
import re
import socket
import time
from urllib.parse import quote_plus

import httpx
import pytest

from .conftest import Running

LONG = "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
HOURS = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


def test_an_answer_that_fails_under_way_is_never_taken_for_whole(running: Running) -> None:
    received = 0
    with (
        pytest.raises(httpx.RemoteProtocolError),
        running.client.stream(
            "GET", running.root + "/sparql", params={"query": LONG, "timeout": "2"}, headers={"Accept": "text/csv"}
        ) as answer,
    ):
        assert answer.status_code == 200
        for chunk in answer.iter_raw():
            received += len(chunk)
    assert received > 0


def test_the_queries_of_clients_who_leave_end(running: Running) -> None:
    """As many as may run at once leave; the next query is answered long before their deadline."""
    address = running.root.removeprefix("http://").split(":")
    for _ in range(running.settings.query_workers):
        with socket.create_connection((address[0], int(address[1]))) as client:
            client.sendall(f"GET /sparql?timeout=4&query={quote_plus(HOURS)} HTTP/1.1\r\nHost: x\r\nAccept: */*\r\n\r\n".encode())
            time.sleep(0.3)
    start = time.monotonic()
    answer = running.get("/sparql?query=ASK%7B%7D", "*/*")
    assert answer.status_code == 200
    assert time.monotonic() - start < 2


def test_head_of_a_query_has_no_body(running: Running) -> None:
    answer = running.client.head(running.root + "/sparql", params={"query": "ASK {}"})
    assert (answer.status_code, answer.content) == (200, b"")


def test_static_files_of_a_page_are_kept_for_long(running: Running) -> None:
    files = re.findall(r'(?:href|src)="(/static/[^"]+)"', running.get("/").text)
    assert {file.split("?")[0].rpartition(".")[2] for file in files} == {"css", "js", "svg", "woff2"}
    for file in files:
        assert "immutable" in running.get(file, "*/*").headers["cache-control"]
    assert "immutable" not in running.get("/static/style.css", "*/*").headers["cache-control"]


@pytest.mark.parametrize("path", ["/static/../i18n/fr.yml", "/static/%2e%2e/i18n/fr.yml", "/static/absent.css"])
def test_nothing_else_is_static(running: Running, path: str) -> None:
    assert running.get(path, "*/*").status_code == 404


def test_scripts_are_coded_on_request(running: Running) -> None:
    address = running.root + "/static/vendor/yasqe.js"
    plain = running.client.get(address, headers={"Accept-Encoding": "identity"})
    with running.client.stream("GET", address, headers={"Accept-Encoding": "gzip"}) as coded:
        sent = b"".join(coded.iter_raw())
    assert coded.headers["content-encoding"] == "gzip" and "content-encoding" not in plain.headers
    assert gzip.decompress(sent) == plain.content and len(sent) < len(plain.content) / 3
    assert coded.headers["etag"] == plain.headers["etag"] and coded.headers["vary"] == "Accept-Encoding"
    for coding in ("gzip", "identity"):
        again = running.client.get(address, headers={"Accept-Encoding": coding, "If-None-Match": plain.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
