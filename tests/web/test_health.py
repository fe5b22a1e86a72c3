"""/healthz tells the truth: of a whole service, of one without release, store, index or memory, and of a busy one."""

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from pop_ld import pipeline, store
from pop_ld.bases import load_bases
from pop_ld.config import Settings
from pop_ld.web import health

from .conftest import Running, serve
from .served import HOURS, until


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("small")
    pipeline.load(load_bases()["mnr"].samples[:1], data, replace(Settings(), data=str(data)), quiet=True)
    return data


@contextmanager
def served(data: Path, **settings: float) -> Iterator[str]:
    server, thread, root = serve(replace(Settings(), data=str(data), **settings))  # type: ignore[arg-type]
    try:
        yield root
    finally:
        server.should_exit = True
        thread.join(15)


@pytest.fixture
def copy(small: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(small, tmp_path / "copy", symlinks=True))


def test_a_whole_service(running: Running) -> None:
    answer = running.get("/healthz", "*/*")
    said = answer.json()
    assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store"
    assert (said["status"], said["release"]) == ("ok", store.current_name(running.data))
    assert said["checks"] == {"release": "ok", "search": "ok", "query": "ok"}
    head = running.client.head(running.root + "/healthz")
    assert (head.status_code, head.content) == (200, b"")


def test_live_says_only_that_the_process_answers(tmp_path: Path) -> None:
    with served(tmp_path) as root:
        assert httpx.get(root + "/healthz/live").status_code == 200
        answer = httpx.get(root + "/healthz")
        assert answer.status_code == 503 and answer.json()["checks"] == {"release": "no-release"}
        assert answer.headers["retry-after"] and answer.headers["cache-control"] == "no-store"


def test_probes_at_the_same_time_make_one_trial(small: Path) -> None:
    with served(small) as root, httpx.Client() as client:
        client.get(root + "/healthz")
        until(lambda: client.get(root + "/healthz").elapsed.total_seconds() < 0.01)
        before = _queries(client, root)
        start = time.monotonic()
        for _ in range(50):
            assert client.get(root + "/healthz").status_code == 200
        assert time.monotonic() - start < 50 * health.FRESH / 5, "most were told what was found before"
        assert _queries(client, root) == before, "a probe is no query of the log or the figures"


def _queries(client: httpx.Client, root: str) -> list[str]:
    return [line for line in client.get(root + "/metrics").text.splitlines() if line.startswith("pop_ld_queries_total")]


@pytest.mark.parametrize(("part", "check"), [("store", "release"), ("search", "release")])
def test_a_release_that_cannot_be_opened(copy: Path, part: str, check: str) -> None:
    shutil.rmtree(store.current(copy).path / part)
    with served(copy) as root:
        answer = httpx.get(root + "/healthz")
        assert answer.status_code == 503, answer.text
        assert answer.json()["checks"][check] not in ("ok", "stale")
        assert httpx.get(root + "/healthz/live").status_code == 200


def test_a_store_that_goes_away_under_the_workers(copy: Path) -> None:
    with served(copy, query_workers=1) as root:
        assert httpx.get(root + "/").status_code == 200  # open, and no worker yet
        release = store.current(copy).path
        (release / "store").rename(release / "gone")
        answer = httpx.get(root + "/healthz")
        assert answer.status_code == 503 and answer.json()["checks"]["query"] == "query-failed", answer.text
        (release / "gone").rename(release / "store")
        until(lambda: httpx.get(root + "/healthz").status_code == 200, 10)


def test_a_new_release_that_cannot_be_opened_is_told_while_the_former_serves(copy: Path) -> None:
    with served(copy) as root:
        assert httpx.get(root + "/healthz").json()["checks"]["release"] == "ok"
        former = store.current(copy)
        shutil.copytree(former.path, former.path.with_name("r2"))
        shutil.rmtree(former.path.with_name("r2") / "store")
        store.roll_back(copy, "r2")
        until(lambda: httpx.get(root + "/healthz").json()["checks"]["release"] == "stale", 10)
        answer = httpx.get(root + "/healthz")
        assert answer.status_code == 200 and answer.json()["release"] == former.name


def test_a_busy_service_serves(small: Path) -> None:
    with served(small, query_workers=1, query_long=0, query_queue=0) as root:
        heavy = threading.Thread(target=_keep_busy, args=(root,))
        heavy.start()
        until(lambda: httpx.get(root + "/healthz").json()["checks"]["query"] == "busy", 10)
        assert httpx.get(root + "/healthz").status_code == 200
        heavy.join()
        until(lambda: httpx.get(root + "/healthz").json()["checks"]["query"] == "ok", 10)


def _keep_busy(root: str) -> None:
    """Asks until it is let in: the only worker may be taken by the probe of /healthz at that moment."""
    while httpx.get(root + "/sparql", params={"query": HOURS, "timeout": "4"}, timeout=30).status_code == 503:
        time.sleep(0.05)
