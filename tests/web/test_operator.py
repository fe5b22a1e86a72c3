"""The operator's port: who gets in, what an update promises, what is published, and how the process ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from pop_ld import iris, pipeline, store
from pop_ld.bases import load_bases
from pop_ld.config import Settings
from pop_ld.errors import Busy, UsageError
from pop_ld.store import statistics
from pop_ld.web.operator import create_operator

from ..conformance.w3c_server import TOKEN, Served, operator
from .conftest import serve
from .operator_requests import GRAPH, is_so, update

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the samples of two bases."""
    data = tmp_path_factory.mktemp("operator")
    bases = load_bases()
    pipeline.load([f for slug in ("mnr", "museo") for f in bases[slug].samples], data, replace(Settings(), data=str(data)), quiet=True)
    return data


@pytest.fixture
def port(published: Path) -> Iterator[Served]:
    with operator(published) as served:
        yield served


# Who gets in ---------------------------------------------------------------------------------------------------------------


def test_nobody_comes_in_without_the_token(port: Served) -> None:
    shown = [
        "",
        "Bearer",
        f"Bearer {TOKEN[:-1]}",
        f"Bearer {TOKEN}x",
        f"Basic {TOKEN}",
        TOKEN,
        "Bearer é",
        f"Bearer {TOKEN}, Bearer {TOKEN}",
    ]
    for method, path in (("GET", "/"), ("POST", "/publish"), ("GET", "/sparql?query=ASK{}"), ("PUT", "/nothing"), ("HEAD", "/sparql")):
        for value in shown:
            answer = httpx.request(method, port.root + path, headers={"Authorization": value.encode()} if value else {})  # type: ignore[dict-item]
            assert answer.status_code == 401 and answer.headers["www-authenticate"].startswith("Bearer "), (method, path, value)
            assert TOKEN not in answer.text
    twice = [("Authorization", f"Bearer {TOKEN}"), ("Authorization", "Bearer x")]
    assert httpx.get(port.root + "/", headers=twice).status_code == 401


def test_the_token_in_the_address_is_none(port: Served) -> None:
    assert httpx.get(port.root + "/", params={"token": TOKEN, "access_token": TOKEN}).status_code == 401
    assert port.client.get(port.root + "/").text.splitlines()[-1] == "POST /publish"


@pytest.mark.parametrize("token", ["", "fifteen letters", "é" * 20])
def test_a_port_without_a_token_does_not_open(published: Path, token: str) -> None:
    settings = replace(Settings(), data=str(published), operator_token=token)
    with store.Writer(published, settings.site) as writer, pytest.raises(UsageError, match="at least 16"):
        create_operator(settings, writer)


def test_the_token_is_never_shown() -> None:
    assert TOKEN not in repr(replace(Settings(), operator_token=TOKEN))


def test_nobody_else_writes_meanwhile(port: Served) -> None:
    with pytest.raises(Busy):
        pipeline.remove("mnr", ["x"], port.data, replace(Settings(), data=str(port.data)), quiet=True)


# Updates -------------------------------------------------------------------------------------------------------------------


def test_an_update_is_seen_here_at_once_and_nowhere_else_before_it_is_published(published: Path) -> None:
    before = store.current(published)
    server, thread, root = serve(replace(Settings(), data=str(published)))
    ask = {"query": f"ASK {{ GRAPH <{GRAPH}> {{ ?s ?p ?o }} }}"}
    try:
        with operator(published) as port:
            assert update(port, f"INSERT DATA {{ GRAPH <{GRAPH}> {{ <x:a> <x:b> 'é', 1 }} }}").status_code == 204
            assert is_so(port, f"GRAPH <{GRAPH}> {{ ?s ?p 'é' }}")
            assert not httpx.get(root + "/sparql", params=ask).json()["boolean"]
            answer = port.client.post(port.root + "/publish")
            assert answer.status_code == 201, answer.text
            release = store.current(published)
            assert answer.json()["release"] == release.name != before.name
            assert httpx.get(root + "/sparql", params=ask).json()["boolean"]
            assert httpx.get(root + "/rdf-graph-store", params={"graph": GRAPH}).text.count("<x:b>") == 1
            assert httpx.get(root + "/search", params={"q": "musée"}).status_code == 200
            assert release.manifest["notices"] == before.manifest["notices"]
            assert update(port, f"DROP GRAPH <{GRAPH}>").status_code == 204, "and it goes on after a publication"
            assert port.client.post(port.root + "/publish").status_code == 201
            assert not httpx.get(root + "/sparql", params=ask).json()["boolean"]
    finally:
        server.should_exit = True
        thread.join(10)


def test_the_counts_of_a_publication_are_exact(published: Path) -> None:
    """Where named graphs alone change, the counts of the default graph are kept; else all is counted anew."""
    thing = f"{Settings().site}/id/agent/NOUVEAU"
    for text, triples in (
        (f"INSERT DATA {{ GRAPH <{GRAPH}> {{ <x:a> <x:b> 1, 2 }} }}", 0),
        (f"INSERT DATA {{ <{thing}> <http://example.org/p#p> 1 }}", 1),
    ):
        before = statistics.load(store.current(published).path)
        with operator(published) as port:
            assert update(port, text).status_code == 204
            assert port.client.post(port.root + "/publish").status_code == 201
            assert update(port, f"DELETE DATA {{ <{thing}> <http://example.org/p#p> 1 }}").status_code == 204
        after = statistics.load(store.current(published).path)
        assert before and after and after.triples == before.triples + triples
        assert after.graphs[GRAPH] == 2
        assert ("http://example.org/p#p" in after.properties) == bool(triples)
    with operator(published) as port:
        update(port, f"DELETE WHERE {{ <{thing}> ?p ?o }} ; DROP GRAPH <{GRAPH}>")
        assert port.client.post(port.root + "/publish").status_code == 201


def test_what_is_not_published_is_thrown_away(published: Path) -> None:
    with operator(published) as port:
        assert update(port, "INSERT DATA { <x:lost> <x:b> 1 }").status_code == 204
        assert is_so(port, "<x:lost> ?p ?o")
    with operator(published) as port:
        assert not is_so(port, "<x:lost> ?p ?o")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("INSERT DATA { <x:a> <x:b> 1 } ;\nINSERT DATA { <x:a> <x:b> }", {"line": 2}),
        ("SELECT * { ?s ?p ?o }", {"line": 1}),
        ("INSERT DATA { ex:a ex:b 1 }", {"detail": "the prefix ex: is not declared"}),
    ],
)
def test_a_fault_of_syntax_says_where(port: Served, text: str, said: dict[str, object]) -> None:
    answer = update(port, text)
    assert answer.status_code == 400 and answer.json()["type"] == "/errors#query-syntax"
    assert answer.json().items() >= said.items()
    assert not is_so(port, "<x:a> ?p ?o")


def test_an_update_is_done_whole_or_not_at_all(port: Served) -> None:
    answer = update(port, "INSERT DATA { <x:half> <http://example.org/b> 1 } ; CREATE GRAPH <x:g> ; CREATE GRAPH <x:g>")
    assert answer.status_code == 500
    assert not is_so(port, "<x:half> ?p ?o")
    assert update(port, "INSERT DATA { <x:whole> <http://example.org/b> 1 } ; CREATE GRAPH <x:g>").status_code == 204, (
        "the writer is not broken by it"
    )
    assert port.client.post(port.root + "/publish").status_code == 201
    assert update(port, "DELETE WHERE { <x:whole> ?p ?o } ; DROP GRAPH <x:g>").status_code == 204
    assert port.client.post(port.root + "/publish").status_code == 201


def test_updates_at_once_are_done_one_after_the_other(port: Served) -> None:
    text = "DELETE { <x:counter> <x:n> ?n } INSERT { <x:counter> <x:n> ?m } WHERE { <x:counter> <x:n> ?n BIND(?n + 1 AS ?m) }"
    update(port, "INSERT DATA { <x:counter> <x:n> 0 }")
    threads = [threading.Thread(target=lambda: [update(port, text) for _ in range(5)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert is_so(port, "<x:counter> <x:n> 40")


def test_a_release_that_lost_notices_is_not_published(published: Path) -> None:
    before = store.current_name(published)
    with operator(published) as port:
        lost = f"DELETE {{ ?d <{iris.DCTERMS}isPartOf> ?b }} WHERE {{ ?d <{iris.DCTERMS}isPartOf> ?b }}"
        assert update(port, lost).status_code == 204
        answer = port.client.post(port.root + "/publish")
        assert answer.status_code == 409 and "expected" in answer.json()["detail"]
    assert store.current_name(published) == before


def test_a_roll_back_under_the_port_is_not_undone(published: Path) -> None:
    """The writer still holds what was rolled back; the next writer begins with the release that serves."""
    with operator(published) as port:
        update(port, f"INSERT DATA {{ GRAPH <{GRAPH}> {{ <x:undone> <x:b> 1 }} }}")
        assert port.client.post(port.root + "/publish").status_code == 201
        back = store.roll_back(published)
        answer = port.client.post(port.root + "/publish")
        assert answer.status_code == 409 and "roll-back" in answer.json()["detail"]
        assert store.current_name(published) == back.name
    with operator(published) as port:
        assert not is_so(port, f"GRAPH <{GRAPH}> {{ <x:undone> ?p ?o }}")
        assert port.client.post(port.root + "/publish").status_code == 201


def test_nothing_to_publish_from(tmp_path: Path) -> None:
    with operator(tmp_path) as port:
        assert port.client.post(port.root + "/publish").status_code == 409


# The process ---------------------------------------------------------------------------------------------------------------


def start(data: Path, **more: str) -> tuple[subprocess.Popen[str], str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        number = free.getsockname()[1]
    environment = {**os.environ, "POP_LD_LANG": "en", **more}
    command = [sys.executable, "-m", "pop_ld", "operate", "--data", str(data), "--port", str(number)]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True), str(number)


def test_the_command_wants_a_token(tmp_path: Path) -> None:
    process, _ = start(tmp_path, POP_LD_OPERATOR_TOKEN="short")
    out, err = process.communicate(timeout=30)
    assert process.returncode == 2 and "POP_LD_OPERATOR_TOKEN" in err and not out


def test_ctrl_c_ends_an_update_that_would_run_for_hours(tmp_path: Path) -> None:
    """The engine cannot be told to stop; the process ends all the same, and nothing of the update stays."""
    process, number = start(tmp_path, POP_LD_OPERATOR_TOKEN=TOKEN)
    assert process.stdout and "operator's port" in process.stdout.readline()
    root, headers = f"http://127.0.0.1:{number}", {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/sparql-update"}
    with httpx.Client(base_url=root, headers=headers, transport=httpx.HTTPTransport(retries=20)) as client:
        values = " ".join(f"<x:{n}>" for n in range(400))
        assert client.post("/sparql", content=f"INSERT {{ ?a <x:p> ?a }} WHERE {{ VALUES ?a {{ {values} }} }}").status_code == 204
        hours = "INSERT { <x:a> <x:n> ?n } WHERE { SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l } }"
        with pytest.raises(httpx.ReadTimeout):
            client.post("/sparql", content=hours, timeout=0.5)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
    assert time.monotonic() - began < 8 and process.returncode == 1
    assert TOKEN not in err
    with operator(tmp_path) as port:
        assert not is_so(port, "?s ?p ?o")


def test_ctrl_c_at_rest(tmp_path: Path) -> None:
    process, _ = start(tmp_path, POP_LD_OPERATOR_TOKEN=TOKEN)
    assert process.stdout and process.stdout.readline()
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 130, "as every command that is interrupted"
