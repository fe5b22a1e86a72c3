"""The query log: what a line holds and what it never does, several processes, rotation, and disks that fail."""

import hashlib
import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from pop_ld.web import log_file
from pop_ld.web.query_log import QueryEntry

from .conftest import Running, serve
from .served import HOURS, until


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    log_file.close()


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []


def test_a_line_holds_what_is_known_of_a_query() -> None:
    entry = QueryEntry('ASK { "é\n\'" }', "r1", 200, "ok", "", 0.25, 0.2, 17, "text/csv", "gzip", ("count",), True)
    said = log_file.line(entry)
    assert said.count(b"\n") == 1 and said.endswith(b"\n")
    found = json.loads(said)
    assert found.pop("time").endswith("Z") and found.pop("hash") == hashlib.sha256(entry.query.encode()).hexdigest()[:16]
    told = {"release": "r1", "query": entry.query, "length": len(entry.query), "status": 200, "outcome": "ok", "reason": ""}
    answer = {"seconds": 0.25, "ran": 0.2, "size": 17, "media_type": "text/csv", "coding": "gzip", "rewrites": ["count"], "long": True}
    assert found == told | answer


def test_a_long_query_is_cut_and_its_length_is_told() -> None:
    found = json.loads(log_file.line(QueryEntry("é" * 300_000)))
    assert (len(found["query"]), found["length"]) == (log_file.LONGEST, 300_000)
    other = json.loads(log_file.line(QueryEntry("é" * 300_001)))
    assert other["query"] == found["query"] and other["hash"] != found["hash"]


def test_without_text_no_word_of_the_query_is_written() -> None:
    said = log_file.line(QueryEntry("SELECT dupont", status=400, outcome="query-syntax", reason="expected { near dupont"), text=False)
    assert b"dupont" not in said and json.loads(said)["hash"]


def test_a_text_that_is_no_unicode_is_written_too() -> None:
    assert json.loads(log_file.line(QueryEntry("ASK \udce9")))["length"] == 5


def test_processes_do_not_mix_up_their_lines(tmp_path: Path) -> None:
    file = tmp_path / "q.jsonl"
    code = (
        "import sys\nfrom pop_ld.web import log_file\nfrom pop_ld.web.query_log import QueryEntry\n"
        "for n in range(300): log_file.write(sys.argv[1], QueryEntry(sys.argv[2] * 3000, str(n)))\nlog_file.close()"
    )
    processes = [subprocess.Popen([sys.executable, "-c", code, str(file), letter]) for letter in "abcd"]
    assert [process.wait(60) for process in processes] == [0, 0, 0, 0]
    found = lines(file)
    assert len(found) == 1200
    assert all(len(set(line["query"])) == 1 for line in found)
    assert file.stat().st_mode & 0o007 == 0, "nobody else reads it"


def test_a_file_that_is_moved_away_is_followed_by_a_new_one(tmp_path: Path) -> None:
    file = tmp_path / "q.jsonl"
    log_file.write(str(file), QueryEntry("one"))
    until(lambda: lines(file))
    file.rename(tmp_path / "q.1")
    log_file.write(str(file), QueryEntry("two"))
    until(lambda: lines(file))
    file.unlink()
    log_file.write(str(file), QueryEntry("three"))
    log_file.close()
    assert [line["query"] for line in lines(file)] == ["three"]
    assert [line["query"] for line in lines(tmp_path / "q.1")] == ["one"]


def test_a_folder_that_is_missing_is_told_once_and_found_when_it_comes(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "none" / "q.jsonl"
    with caplog.at_level(logging.WARNING):
        for _ in range(5):
            log_file.write(str(file), QueryEntry("lost"))
        log_file.close()
    assert len(caplog.records) == 1
    file.parent.mkdir()
    log_file.write(str(file), QueryEntry("kept"))
    log_file.close()
    assert [line["query"] for line in lines(file)] == ["kept"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        for _ in range(5):
            log_file.write("/dev/full", QueryEntry("lost"))
        log_file.close()
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_a_disk_that_hangs_costs_lines_and_no_time(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Opening a pipe that nobody reads blocks for good."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    text = "x" * 1_000_000
    start = time.monotonic()
    with caplog.at_level(logging.WARNING):
        for _ in range(200):
            log_file.write(str(pipe), QueryEntry(text))
    assert time.monotonic() - start < 1
    assert "lost" in caplog.text and len(caplog.records) == 1
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)  # lets the thread go on to its end
    log_file.close()
    os.close(reader)


def test_what_is_served_is_logged_and_nothing_of_who_asked(running: Running, tmp_path: Path) -> None:
    file = tmp_path / "q.jsonl"
    server, thread, root = serve(replace(running.settings, query_log=str(file)))
    named = {"User-Agent": "Marie-Dupont/1.0", "X-Forwarded-For": "203.0.113.77", "Referer": "https://example.org/marie"}
    with httpx.Client(headers=named, timeout=30) as client:

        def ask(query: str, **more: Any) -> httpx.Response:
            return client.get(root + "/sparql", params={"query": query, **more.pop("params", {})}, **more)

        whole = ask("SELECT * { ?s ?p ?o } LIMIT 3", headers={"Accept": "text/csv", "Accept-Encoding": "gzip"})
        ask("SELECT * { ?s ?p ?o } LIMIT 3", headers={"Accept": "text/csv", "Accept-Encoding": "gzip"})
        ask(
            "SELECT * { ?s ?p ?o } LIMIT 3",
            headers={"Accept": "text/csv", "Accept-Encoding": "gzip", "If-None-Match": whole.headers["etag"]},
        )
        ask("SELECT nonsense")
        ask(HOURS, params={"timeout": "0.5"})
        ask("ASK {}", headers={"Accept": "text/html"})
    server.should_exit = True
    thread.join(10)
    found = lines(file)
    told = [(line["status"], line["outcome"]) for line in found]
    assert told == [(200, "ok"), (200, "cached"), (304, "unchanged"), (400, "query-syntax"), (504, "query-timeout"), (200, "ok")]
    first = found[0]
    assert first["release"] and first["media_type"] == "text/csv"
    assert first["seconds"] >= first["ran"] > 0 and first["size"] > 0
    assert found[4]["seconds"] > 0.49 and found[3]["reason"]
    text = file.read_text()
    assert not any(word in text for word in ("127.0.0.1", "203.0.113", "Marie", "marie", "client"))
