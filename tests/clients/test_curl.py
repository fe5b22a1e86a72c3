"""curl on the public port and on the operator's: the headers as they are on the wire."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from .conftest import Endpoint

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="no curl on this machine")
SELECT = "query=SELECT (1 AS ?x) {}"


def curl(*arguments: str) -> tuple[int, dict[str, str], bytes]:
    """(status, headers in lower case, body) of the last answer."""
    done = subprocess.run(
        ["curl", "--silent", "--show-error", "--max-time", "20", "--include", *arguments], capture_output=True, check=True
    )
    head, _, body = done.stdout.partition(b"\r\n\r\n")
    while head.startswith(b"HTTP/1.1 100"):
        head, _, body = body.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    return int(first.split()[1]), {n.lower(): v.strip() for n, _, v in (line.partition(":") for line in lines)}, body


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("", "application/sparql-results+json"),
        ("text/*", "text/csv; charset=utf-8"),
        ("text/csv;q=0.2, application/sparql-results+xml;q=0.7", "application/sparql-results+xml"),
        ("text/csv;q=0, text/*", "text/tab-separated-values; charset=utf-8"),
        ("image/webp, */*;q=0.1", "application/sparql-results+json"),
    ],
)
def test_accept(endpoint: Endpoint, accept: str, media_type: str) -> None:
    status, headers, body = curl(endpoint.url, "-G", "--data-urlencode", SELECT, *(("-H", f"Accept: {accept}") if accept else ()))
    assert (status, headers["content-type"]) == (200, media_type) and b"x" in body


def test_each_way_to_ask(endpoint: Endpoint, tmp_path: Path) -> None:
    file = tmp_path / "question.rq"
    file.write_text(endpoint.count, encoding="utf-8")
    ways = [
        ("-G", "--data-urlencode", f"query@{file}"),
        ("--data-urlencode", f"query@{file}"),
        ("-H", "Content-Type: application/sparql-query", "--data-binary", f"@{file}"),
        ("-H", "Content-Type: application/sparql-query", "-H", "Transfer-Encoding: chunked", "--data-binary", f"@{file}"),
        ("-H", "Content-Type: application/sparql-query", "-H", "Expect: 100-continue", "--data-binary", f"@{file}"),
        ("--http1.0", "-G", "--data-urlencode", f"query@{file}"),
    ]
    for way in ways:
        status, _, body = curl(endpoint.url, *way)
        assert status == 200, way
        assert json.loads(body)["results"]["bindings"][0]["n"]["value"] == str(endpoint.notices)


def test_a_body_without_its_type_is_refused(endpoint: Endpoint, tmp_path: Path) -> None:
    status, headers, body = curl(endpoint.url, "-H", "Content-Type:", "--data-binary", "ASK {}")
    assert status == 415 and headers["content-type"] == "application/problem+json" and json.loads(body)["status"] == 415


def test_head(endpoint: Endpoint) -> None:
    status, headers, body = curl("--head", endpoint.url + "?query=SELECT%20(1%20AS%20%3Fx)%7B%7D")
    assert status == 200 and headers["content-type"] == "application/sparql-results+json" and not body


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_compressed(endpoint: Endpoint, coding: str) -> None:
    arguments = (
        endpoint.url,
        "-G",
        "--data-urlencode",
        "query=SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 500",
        "-H",
        "Accept: text/csv",
    )
    _, _, plain = curl(*arguments)
    status, headers, body = curl(*arguments, "-H", f"Accept-Encoding: {coding}")
    assert status == 200 and headers["content-encoding"] == coding and len(body) < len(plain) / 2
    if coding == "gzip":
        assert gzip.decompress(body) == plain
    _, _, unpacked = curl(*arguments, "--compressed")
    assert unpacked == plain


def test_a_preflight(endpoint: Endpoint) -> None:
    asked = [
        "-H",
        "Origin: https://example.org",
        "-H",
        "Access-Control-Request-Method: POST",
        "-H",
        "Access-Control-Request-Headers: content-type",
    ]
    status, headers, _ = curl("-X", "OPTIONS", *asked, endpoint.url)
    assert status in (200, 204) and headers["access-control-allow-origin"] == "*"
    assert "content-type" in headers["access-control-allow-headers"].lower() and "POST" in headers["access-control-allow-methods"]


def test_known_again(endpoint: Endpoint) -> None:
    address = endpoint.url + "?query=ASK%7B%7D"
    _, headers, _ = curl(address)
    status, _, body = curl(address, "-H", f"If-None-Match: {headers['etag']}")
    assert status == 304 and not body


def test_a_graph_is_put_and_got(port: Endpoint, tmp_path: Path) -> None:
    file = tmp_path / "graph.ttl"
    file.write_text('<x:a> <x:b> "é" .\n', encoding="utf-8")
    address, token = (
        port.url.replace("/sparql", "/rdf-graph-store?graph=http://example.org/g"),
        ("-H", f"Authorization: Bearer {port.token}"),
    )
    assert curl(address, "-T", str(file), "-H", "Content-Type: text/turtle")[0] == 401
    assert curl(address, *token, "-T", str(file), "-H", "Content-Type: text/turtle")[0] == 201
    assert curl(address, *token)[2].decode() == '<x:a> <x:b> "é" .\n'
    assert curl(address, *token, "-X", "DELETE")[0] == 204
    assert curl(address, *token)[0] == 404
