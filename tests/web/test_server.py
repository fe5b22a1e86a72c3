"""Several web processes over one socket: shares, deaths, hangs, and an end that leaves nothing behind."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from pop_ld.config import Settings
from pop_ld.web import control, supervisor

from .conftest import Running
from .served import HOURS, Served, below, lives, pop_ld_serve, until

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="asks /proc which processes live")


@pytest.fixture(scope="module")
def served(running: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with pop_ld_serve(running.data, tmp_path_factory.mktemp("served") / "out", web_workers=2, query_workers=2, lang="en") as found:
        yield found


def doors(served: Served, data: Path) -> dict[int, control.Door]:
    """By number."""
    return {door.worker: door for door in control.doors(data) if door.group == served.process.pid}


def workers(pid: int) -> set[int]:
    return {child for child in below(pid) if b"pop_ld.store.worker" in Path(f"/proc/{child}/cmdline").read_bytes()}


def ask(served: Served, query: str, **parameters: str) -> httpx.Response:
    return httpx.get(served.root + "/sparql", params={"query": query, **parameters}, timeout=30)


@pytest.mark.parametrize("count", [1, 2, 3, 8])
def test_a_share_is_whole_and_at_least_one(count: int) -> None:
    settings = replace(Settings(), web_workers=count, query_workers=4, query_long=2, query_queue=0, check_workers=2)
    shares = [supervisor.share(settings, worker) for worker in range(count)]
    assert sum(one.query_workers for one in shares) == max(4, count)
    assert all(one.query_long == (2 if count == 1 else 1) for one in shares) and all(one.query_queue == 0 for one in shares)
    assert sum(one.client_seconds for one in shares) == pytest.approx(settings.client_seconds)
    assert sum(one.client_rate for one in shares) == pytest.approx(settings.client_rate)


def test_all_answer_on_one_address_and_say_so_once(served: Served, running: Running) -> None:
    assert sorted(doors(served, running.data)) == [0, 1]
    for _ in range(20):
        assert ask(served, "ASK {}").json()["boolean"] is True
    figures = httpx.get(served.root + "/metrics").text
    assert all(f'pop_ld_web_process_up{{worker="{n}"}} 1.0' in figures for n in "01")
    assert served.out.read_text().splitlines() == [f"The site answers at {served.root}"]


def test_an_answer_that_one_process_found_is_known_to_the_others(served: Served) -> None:
    query = "SELECT (COUNT(*) AS ?n) { { SELECT ?s { ?s ?p ?o } LIMIT 200 } ?a ?b ?c FILTER(STRLEN(STR(?c)) > 3) }"
    before = outcomes(served)

    def answered(outcome: str, worker: int) -> float:
        return outcomes(served).get((outcome, worker), 0) - before.get((outcome, worker), 0)

    def both() -> bool:
        assert ask(served, query).status_code == 200
        return all(answered("ok", n) or answered("cached", n) for n in (0, 1))

    until(both)
    assert answered("ok", 0) + answered("ok", 1) == 1


def outcomes(served: Served) -> dict[tuple[str, int], float]:
    """(outcome, number of the process) -> queries."""
    text = httpx.get(served.root + "/metrics").text
    return {
        (name, int(worker)): float(n) for name, worker, n in re.findall(r'pop_ld_queries_total{outcome="(.*?)",worker="(.)"} (.*)', text)
    }


def test_a_process_that_dies_is_begun_anew_and_leaves_no_worker(served: Served, running: Running) -> None:
    for _ in range(10):
        ask(served, "ASK {}")
    lost = doors(served, running.data)[0]
    until(lambda: workers(served.process.pid))
    orphans = workers(lost.pid)
    os.kill(lost.pid, signal.SIGKILL)
    until(lambda: doors(served, running.data).get(0, lost).pid != lost.pid)
    assert not Path(lost.socket).parent.exists(), "its folder was swept away"
    assert not any(map(lives, orphans))
    for _ in range(10):
        assert ask(served, "ASK {}").status_code == 200
    assert str(lost.pid) in served.out.read_text()
    assert served.out.read_text().count("http://") == 1


def test_a_process_that_hangs_is_killed_and_begun_anew(running: Running, tmp_path: Path) -> None:
    patch = "from pop_ld.web import supervisor; supervisor._SILENCE = 2.5"
    with pop_ld_serve(running.data, tmp_path / "out", patch=patch, web_workers=2) as served:
        hung = doors(served, running.data)[1]
        os.kill(hung.pid, signal.SIGSTOP)
        until(lambda: doors(served, running.data).get(1, hung).pid != hung.pid, 30)
        assert not lives(hung.pid)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, -signal.SIGTERM), (signal.SIGINT, 130)])
def test_a_signal_ends_all_within_the_grace(running: Running, tmp_path: Path, number: int, code: int) -> None:
    with pop_ld_serve(running.data, tmp_path / "out", web_workers=2, client_rate=0) as served:
        threads = [threading.Thread(target=_heavy, args=(served,)) for _ in range(3)]
        for thread in threads:
            thread.start()
        until(lambda: workers(served.process.pid))
        all_of_them = below(served.process.pid)
        assert len(all_of_them) > 2
        start = time.monotonic()
        assert served.end(number) == code
        assert time.monotonic() - start < supervisor.GRACE + 4
        until(lambda: not any(map(lives, all_of_them)), 2)
        assert not doors(served, running.data)
        for thread in threads:
            thread.join()


def _heavy(served: Served) -> None:
    with suppress(httpx.HTTPError):
        httpx.get(served.root + "/sparql", params={"query": HOURS}, timeout=30)


@pytest.mark.parametrize("count", [1, 2])
def test_a_port_that_is_taken_is_an_error(running: Running, count: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        command = [sys.executable, "-m", "pop_ld", "serve", "--data", str(running.data), "--port", str(taken.getsockname()[1])]
        done = subprocess.run(
            command, env={**os.environ, "POP_LD_WEB_WORKERS": str(count)}, capture_output=True, text=True, timeout=60, check=False
        )
    assert done.returncode != 0 and "http://" not in done.stdout
    assert "Traceback" not in done.stderr and "address" in done.stderr


def test_a_start_that_fails_ends_all(running: Running, tmp_path: Path) -> None:
    """One that never says that it is ready is not waited for, nor begun again and again."""
    patch = "from pop_ld.web import supervisor; supervisor.READY = b'x'; supervisor._START_LIMIT = 3"
    command = f"import sys\n{patch}\nfrom pop_ld import cli\nsys.exit(cli.main(['serve', '--data', {str(running.data)!r}, '--port', '0']))"
    done = subprocess.run(
        [sys.executable, "-c", command],
        env={**os.environ, "POP_LD_WEB_WORKERS": "2"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1 and "http://" not in done.stdout


def test_nothing_outlives_a_supervisor_that_is_killed(served: Served) -> None:
    """The last test of this file: nobody is served afterwards."""
    ask(served, "ASK {}")
    all_of_them = below(served.process.pid)
    served.end(signal.SIGKILL)
    until(lambda: not any(map(lives, all_of_them)))
