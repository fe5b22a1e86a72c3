"""The private door of a web process: what it tells, whom it lets in, and what killed processes leave."""

import asyncio
import fcntl
import json
import logging
import os
import socket
import stat
import threading
import time
from pathlib import Path

import httpx
import pytest

from pop_ld.web import control
from pop_ld.web.control import Door, Place

from .conftest import Running
from .served import HOURS, until


def the_door(running: Running) -> Door:
    (door,) = (door for door in control.doors(running.data) if door.pid == os.getpid())
    return door


def test_only_its_owner_may_come_in(running: Running) -> None:
    path = Path(the_door(running).socket)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_query_is_listed_and_stopped(running: Running) -> None:
    door = the_door(running)
    found: list[httpx.Response] = []
    thread = threading.Thread(target=lambda: found.append(httpx.get(running.root + "/sparql", params={"query": HOURS}, timeout=30)))
    thread.start()

    def listed() -> list[dict[str, object]]:
        answer = control.ask(door, {"do": "list"})
        assert answer is not None and answer["waiting"] == 0
        return [query for query in answer["queries"] if query["query"] == HOURS]

    until(listed)
    (query,) = listed()
    assert float(str(query["seconds"])) < 3 and query["client"] and "127.0.0.1" not in json.dumps(query)
    start = time.monotonic()
    assert control.ask(door, {"do": "stop", "number": query["number"]}) == {"stopped": True}
    thread.join()
    assert time.monotonic() - start < 1
    assert found[0].status_code == 504 and "operator" in found[0].json()["detail"]
    assert control.ask(door, {"do": "stop", "number": query["number"]}) == {"stopped": False}
    assert not listed()


@pytest.mark.parametrize(
    "sent", [b"", b"\n", b"nonsense\n", b"[]\n", b"{}\n", b'{"do": "fly"}\n', b'{"do": "stop"}\n', b"x" * 200_000 + b"\n"]
)
def test_nonsense_harms_nobody(running: Running, sent: bytes) -> None:
    door = the_door(running)
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(door.socket)
        try:
            line.sendall(sent)
            line.shutdown(socket.SHUT_WR)
            answer = line.recv(1 << 16)
        except ConnectionError:
            answer = b""
    assert not answer or "error" in json.loads(answer)
    assert control.ask(door, {"do": "list"}) is not None


def test_what_a_killed_process_left_is_swept_away(tmp_path: Path) -> None:
    folder = tmp_path / "pop-ld-dead"
    folder.mkdir()
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(folder / "control"))
    file = tmp_path / "run" / "4711.json"
    file.parent.mkdir()
    file.write_text(json.dumps({"pid": os.getpid(), "worker": 0, "group": 1, "socket": str(folder / "control")}))
    (tmp_path / "run" / "4712.json").write_text("half a li")
    assert control.doors(tmp_path) == []
    assert not file.exists() and not folder.exists() and not (tmp_path / "run" / "4712.json").exists()


def test_no_file_is_removed_for_being_named_by_a_stale_one(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("x")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "1.json").write_text(json.dumps({"pid": 1, "worker": 0, "group": 1, "socket": str(precious)}))
    control.doors(tmp_path)
    assert precious.exists()


def test_one_that_hangs_is_waited_for_no_longer_than_is_said(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    with socket.socket(socket.AF_UNIX) as deaf, (tmp_path / "run" / "9.json").open("w") as file:
        deaf.bind(str(tmp_path / "s"))
        deaf.listen()
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(json.dumps({"pid": 9, "worker": 0, "group": 1, "socket": str(tmp_path / "s")}))
        file.flush()
        (door,) = control.doors(tmp_path)
        start = time.monotonic()
        assert control.ask_all([door, door, door], {"do": "list"}, 0.5) == [None, None, None]
        assert 0.4 < time.monotonic() - start < 1.2


def test_a_door_opens_and_closes_and_leaves_nothing(tmp_path: Path) -> None:
    async def work() -> None:
        async with control.opened(tmp_path, Place(3, 4), {"list": lambda _: {"queries": []}}):
            (door,) = control.doors(tmp_path)
            assert (door.worker, door.group, door.pid) == (3, 4, os.getpid())
            assert await asyncio.to_thread(control.ask, door, {"do": "list"}) == {"queries": []}
        assert not Path(door.socket).parent.exists()

    asyncio.run(work())
    assert control.doors(tmp_path) == [] and not list((tmp_path / "run").iterdir())


def test_where_no_door_can_be_made_the_log_says_so_and_all_goes_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "run").write_text("in the way")

    async def work() -> str:
        async with control.opened(tmp_path, Place(), {}):
            return "went on"

    with caplog.at_level(logging.WARNING):
        assert asyncio.run(work()) == "went on"
    assert "pop-ld queries" in caplog.text
