"""How workers die: by memory, by depth, from outside, with their parent; and that nothing is left behind."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
from pathlib import Path

import pytest
from store_queries import ENDLESS, HOURS, LIGHT, ask, with_pool
from store_samples import SITE, children, notices, publish, run_python, wait_until

from pop_ld.config import Settings
from pop_ld.errors import QueryFailed, QueryMemoryError, QuerySyntaxError, QueryTimeout
from pop_ld.store import QueryPool, QueryRequest, Release
from pop_ld.store.sandbox import OUT_OF_MEMORY
from pop_ld.store.workers import SPARE

_WIDE = " ".join(f"BIND(CONCAT({','.join(['?v' + str(n)] * 40)}) AS ?v{n + 1})" for n in range(4))
HOGS = {
    "order": "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c ?f",
    "distinct": "SELECT DISTINCT (CONCAT(STR(?a), STR(?c), STR(?f)) AS ?x) { ?a ?b ?c . ?d ?e ?f }",
    "group": "SELECT (GROUP_CONCAT(CONCAT(STR(?a), STR(?c), STR(?d), STR(?f))) AS ?x) { ?a ?b ?c . ?d ?e ?f }",
    "string": f"SELECT (STRLEN(?v4) AS ?n) {{ ?a ?b ?v0 {_WIDE} }}",
}


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return publish(tmp_path_factory.mktemp("pool") / "data", "r0", notices(0, 120))


@pytest.mark.parametrize("name", HOGS)
def test_a_memory_hog_dies_alone_and_its_size_is_bounded(release: Release, name: str) -> None:
    largest, others = 0, set(children())  # of servers that other tests keep

    async def watch() -> None:
        nonlocal largest
        while True:
            for pid in children().keys() - others:
                try:
                    text = Path(f"/proc/{pid}/status").read_text()
                except OSError:
                    continue
                if "VmHWM:" in text:
                    largest = max(largest, int(text.split("VmHWM:")[1].split()[0]) >> 10)
            await asyncio.sleep(0.005)

    async def work(pool: QueryPool) -> None:
        watcher = asyncio.ensure_future(watch())
        with pytest.raises(QueryMemoryError):
            await ask(pool, release, HOGS[name], 30)
        watcher.cancel()
        assert b"PA00000001" in await ask(pool, release, LIGHT)

    with_pool(Settings(query_memory=48, query_workers=1), work)
    assert largest < 48 + 60, "MiB: the limit and the 25 that a worker starts with, and some room"


def test_wherever_python_finds_no_memory_it_is_told(release: Release) -> None:
    """A sort runs in Python, whose allocation fails at a place, and in a way, that changes with the limit."""

    async def work(pool: QueryPool) -> None:
        with pytest.raises(QueryMemoryError):
            await ask(pool, release, HOGS["order"], 30)

    for limit in range(40, 48):  # of these, 2 to 4 were SystemError and now and then one ended the worker with code 1
        with_pool(Settings(query_memory=limit, query_workers=1), work)


WITHOUT_MEMORY = """
import builtins, sys
from pop_ld.store import worker
def fail(*_, **__):
    raise getattr(builtins, sys.argv[2])("made up")
setattr(worker, sys.argv[3], fail)
worker.main([sys.argv[1], "512", "1", "2", "0"])
"""


@pytest.mark.parametrize("place", ["run", "_told", "_tell"])
@pytest.mark.parametrize("kind", ["MemoryError", "SystemError"])
def test_a_worker_whose_python_has_no_memory_says_so_by_its_exit_code(release: Release, kind: str, place: str) -> None:
    process = run_python(WITHOUT_MEMORY, release.path / "store", kind, place, stdin=subprocess.PIPE)
    told = {"query": "SELECT" if place == "_told" else LIGHT, "accept": "", "default_graphs": [], "named_graphs": [], "services": []}
    process.communicate(json.dumps({**told, "hits": {}, "base": SITE, "limit": 1 << 20, "coding": ""}) + "\n")
    assert process.returncode == OUT_OF_MEMORY


def test_other_deaths_are_told_apart(release: Release) -> None:
    others = set(children())  # of servers that other tests keep

    def spent(pid: int) -> int:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11])

    async def work(pool: QueryPool) -> None:
        with pytest.raises(QuerySyntaxError, match="nested"):
            await ask(pool, release, "SELECT * { " + "{" * 30_000 + "}" * 30_000 + " }")
        for number in (signal.SIGKILL, signal.SIGABRT):
            heavy = asyncio.ensure_future(ask(pool, release, HOURS, 20))
            await asyncio.sleep(0.5)
            os.kill(max(children().keys() - others, key=spent), number)
            with pytest.raises(QueryFailed, match="outside" if number == signal.SIGKILL else "-6"):
                await heavy
        assert b"PA00000001" in await ask(pool, release, LIGHT)

    with_pool(Settings(query_workers=2), work)


def test_a_worker_that_dies_idle_is_replaced(release: Release) -> None:
    async def work(pool: QueryPool) -> None:
        await ask(pool, release, LIGHT)
        for worker in tuple(pool._workers):
            os.kill(worker.pid, signal.SIGKILL)
        for _ in range(3):
            assert b"PA00000001" in await ask(pool, release, LIGHT)

    with_pool(Settings(query_workers=2), work)


def test_nothing_leaks_over_many_queries_of_every_fate(release: Release) -> None:
    def handles() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    async def fates(pool: QueryPool, rounds: int) -> None:
        for _ in range(rounds):
            await ask(pool, release, LIGHT)
            with pytest.raises(QuerySyntaxError):
                await ask(pool, release, "SELECT")
            await asyncio.gather(*(ask(pool, release, LIGHT) for _ in range(5)))
            answer = await pool.answer(release, QueryRequest(ENDLESS, "text/csv", 5))
            await answer.aclose()
            with pytest.raises(QueryTimeout):
                await ask(pool, release, HOURS, 0.01)

    others = set(children())  # of servers that other tests keep

    async def work(pool: QueryPool) -> None:
        await fates(pool, 2)
        await asyncio.sleep(0.5)
        before = handles()
        await fates(pool, 20)  # 180 queries
        await asyncio.sleep(0.5)
        assert handles() == before
        own = [state for pid, state in children().items() if pid not in others]
        assert own == ["S"] * (2 + SPARE), "idle workers, no zombie"

    start = handles()
    with_pool(Settings(query_workers=2), work)
    assert handles() == start


PARENT = """
import asyncio, sys
from pathlib import Path
from pop_ld.config import Settings
from pop_ld.store import QueryPool, QueryRequest, Release
from store_samples import children
async def main():
    pool = QueryPool(Settings(query_workers=2))
    task = asyncio.ensure_future(pool.answer(Release("r0", Path(sys.argv[1]), {}), QueryRequest(sys.argv[2], "", 60)))
    await asyncio.sleep(0.5)
    print(*children(), flush=True)
    await task
asyncio.run(main())
"""


def test_workers_die_with_their_parent(release: Release) -> None:
    process = run_python(PARENT, release.path, HOURS)
    assert process.stdout is not None
    pids = process.stdout.readline().split()
    assert len(pids) >= 2
    process.kill()
    process.communicate()

    def ended(pid: str) -> bool:
        try:
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
        except OSError:
            return True

    assert wait_until(lambda: all(map(ended, pids))) < 1.0


def test_ctrl_c_reaches_the_server_alone(release: Release) -> None:
    others = set(children())  # of servers that other tests keep

    async def work(pool: QueryPool) -> None:
        await ask(pool, release, LIGHT)
        for pid in children().keys() - others:
            assert os.getsid(pid) == pid, "a session of its own"
            os.kill(pid, signal.SIGINT)
        await asyncio.sleep(0.1)
        assert {state for pid, state in children().items() if pid not in others} == {"S"}

    with_pool(Settings(query_workers=2), work)
