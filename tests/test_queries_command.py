"""``pop-ld queries`` on a service of two web processes: list, JSON, stop, and processes that do not answer."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from pop_ld import cli, queries_command
from pop_ld.bases import load_bases

from .web.served import HOURS, Served, pop_ld_serve, until


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("queries")
    assert cli.main(["load", *map(str, load_bases()["mnr"].samples), "--data", str(folder), "--quiet"]) == 0
    return folder


@pytest.fixture(scope="module")
def served(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with pop_ld_serve(data, tmp_path_factory.mktemp("out") / "out", web_workers=2) as found:
        yield found


def run(data: Path, *args: str, lang: str = "en") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pop_ld", "queries", *args, "--data", str(data), "--lang", lang]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)


@contextmanager
def running(served: Served, query: str) -> Iterator[list[httpx.Response]]:
    """A query that somebody waits for."""
    answers: list[httpx.Response] = []

    def ask() -> None:
        with suppress(httpx.HTTPError):
            answers.append(httpx.get(served.root + "/sparql", params={"query": query, "timeout": "20"}, timeout=30))

    thread = threading.Thread(target=ask)
    thread.start()
    yield answers
    thread.join()


def test_a_query_is_listed_and_ended(served: Served, data: Path) -> None:
    query = HOURS.replace("COUNT", "COUNT # \x1b[31mred\n\t") + "# " + "x" * 200
    with running(served, query) as answers:
        found: list[dict[str, object]] = []

        def listed() -> bool:
            said = json.loads(run(data, "--json").stdout)
            assert len(said) == 2 and all(process["answers"] for process in said)
            found[:] = [{**one, "process": process["process"]} for process in said for one in process["queries"]]
            return bool(found) and bool(found[0]["long"])

        until(listed)
        assert found[0]["query"] == query and found[0]["client"]
        name = f"{found[0]['process']}:{found[0]['number']}"
        told = run(data)
        row = next(line for line in told.stdout.splitlines() if name in line)
        assert told.returncode == 0 and "long" in row and "\x1b" not in told.stdout and "COUNT # [31mred (*)" in row
        assert len("SELECT" + row.rpartition("SELECT")[2]) == queries_command.SHOWN
        french = run(data, lang="fr").stdout
        assert "longue" in french and "requête" in french and french != told.stdout
        stopped = run(data, "stop", name)
        assert stopped.returncode == 0 and name in stopped.stdout
    assert answers[0].status_code == 504 and "operator" in answers[0].json()["detail"]
    again = run(data, "stop", name)
    assert again.returncode == 1 and name in again.stderr
    assert "No query runs." in run(data).stdout


@pytest.mark.parametrize("name", ["", "7", "7:", "x:1", "7:1:2", "-7:1", "7:1 "])
def test_a_name_that_is_none_is_a_usage_error(data: Path, name: str) -> None:
    assert (
        cli.main(
            ["queries", "stop", *([name] if name else []), "--data", str(data)]
            if not name.startswith("-")
            else ["queries", "--data", str(data), "--", "stop", name]
        )
        == 2
    )


def test_a_process_that_is_not_there(served: Served, data: Path) -> None:
    done = run(data, "stop", "1:1")
    assert done.returncode == 1 and "no process 1 " in done.stderr


def test_no_process_serves(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert done.returncode == 1 and "no process serves" in done.stderr and not done.stdout
    assert json.loads(run(tmp_path, "--json").stdout) == []


def test_a_process_that_hangs_does_not_hang_the_command(served: Served, data: Path) -> None:
    pid = next(process["process"] for process in json.loads(run(data, "--json").stdout))
    os.kill(pid, signal.SIGSTOP)
    try:
        start = time.monotonic()
        done = run(data)
        assert time.monotonic() - start < 5
        assert done.returncode == 1 and f"process {pid} does not answer" in done.stderr
        assert "No query runs." in done.stdout, "the other one still tells"
        assert run(data, "stop", f"{pid}:1").returncode == 1
    finally:
        os.kill(pid, signal.SIGCONT)
