"""A source that lies, fails, stops or leads astray: the release that was served still is, and what was fetched is not fetched again."""

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from pop_ld import store
from pop_ld.errors import StoreError, StoreUnavailable, UsageError
from pop_ld.following import fetching, http_source, keeping
from pop_ld.following.parts import is_safe, read_files, read_state
from pop_ld.store.folders import swap

from .conftest import Site, copied

Handler = Any
Fault = Callable[[Handler, str], bool]


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "PAUSE", 0.01)


def follow(data: Path, site: Site) -> None:
    keeping.follow(data, site.root, quiet=True, without=["dumps", "feed"])


def rewritten(change: Callable[[list[dict[str, Any]]], object], wanted: str = "/following/snapshots/") -> Fault:
    """Files are listed otherwise than they are."""

    def fault(handler: Handler, path: str) -> bool:
        if not path.startswith(wanted) or path.count("/") != 3:
            return False
        real = handler.give

        def give(body: bytes, span: str = "", status: int = 0) -> None:
            said = json.loads(body)
            change(said["files"])
            real(json.dumps(said).encode())

        handler.give = give
        return False

    return fault


def of_files(answer: Callable[[Handler, str], bool]) -> Fault:
    return lambda handler, path: path.count("/") >= 4 and "/snapshots/" in path and answer(handler, path)


def status(code: int) -> Callable[[Handler, str], bool]:
    def answer(handler: Handler, path: str) -> bool:
        handler.give(b"no", status=code)
        return True

    return answer


def other_bytes(handler: Handler, path: str) -> bool:
    real = handler.give
    handler.give = lambda body, span="", status=0: real(bytes(len(body)), span)
    return False


def without_end(handler: Handler, path: str) -> bool:
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    try:
        for _ in range(10_000):
            handler.wfile.write(b"10000\r\n" + bytes(1 << 16) + b"\r\n")
    except OSError:
        pass
    handler.close_connection = True
    return True


def silent(handler: Handler, path: str) -> bool:
    time.sleep(3)
    handler.close_connection = True
    return True


def elsewhere(handler: Handler, path: str) -> bool:
    handler.send_response(302)
    handler.send_header("Location", f"http://127.0.0.1:{handler.server.server_port}/following")
    handler.send_header("Content-Length", "0")
    handler.end_headers()
    return True


def said(text: bytes, wanted: str = "/following") -> Fault:
    def fault(handler: Handler, path: str) -> bool:
        if path == wanted:
            handler.give(text)
        return path == wanted

    return fault


def state(**said: object) -> bytes:
    return json.dumps({"protocol": 1, "release": "x", "at": "2026-01-01T00:00:00Z", "parts": [], "feed": {}} | said).encode()


FAULTS: dict[str, tuple[Fault, str]] = {
    "larger in the list": (rewritten(lambda files: files[3].update(bytes=files[3]["bytes"] + 7)), "cut after|where"),
    "smaller in the list": (rewritten(lambda files: files[3].update(bytes=files[3]["bytes"] - 1)), "longer than"),
    "another checksum": (rewritten(lambda files: files[3].update(sha256="0" * 64)), "not what its source told"),
    "more than the disk has": (rewritten(lambda files: files[3].update(bytes=1 << 60)), "the disk has"),
    "a path that leads out": (rewritten(lambda files: files[3].update(path="../../../escaped")), "does not tell its files"),
    "an absolute path": (rewritten(lambda files: files[3].update(path="/etc/escaped")), "does not tell its files"),
    "a path twice": (rewritten(lambda files: files[3].update(path=files[4]["path"])), "does not tell its files"),
    "no manifest": (
        rewritten(lambda files: files.remove(next(f for f in files if f["path"] == "manifest.json"))),
        "no release of that name",
    ),
    "no store": (rewritten(lambda files: files.remove(next(f for f in files if f["path"] == "store/CURRENT"))), "cannot be opened here"),
    "500": (of_files(status(500)), "answers 500"),
    "404": (of_files(status(404)), "no longer"),
    "302": (of_files(elsewhere), "leads elsewhere"),
    "other bytes": (of_files(other_bytes), "not what its source told"),
    "no end": (of_files(without_end), "longer than"),
    "silence": (of_files(lambda h, p: p.endswith("manifest.json") and silent(h, p)), "does not answer"),
    "a list that is none": (said(b"[1, 2"), "JSON"),
    "another protocol": (said(b'{"protocol": 7}'), "protocol 7"),
    "no release": (said(state(release="", parts=[])), "serves no release"),
    "a name that leads out": (said(state(parts=[{"kind": "dumps", "name": "..", "stamp": ""}])), "does not tell what it has"),
    "a moment that is none": (said(state(at="tomorrow")), "does not tell what it has"),
}


@pytest.fixture(scope="module")
def behind(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that follows and has the first release alone. Not to be changed."""
    source = copied(published, tmp_path_factory.mktemp("behind") / "source")
    old, new = (release.name for release in store.releases(source))
    swap(source, old)
    shutil.rmtree(source / "snapshots" / new)
    keeping.follow(source.parent / "data", str(source), quiet=True, without=["dumps", "feed"])
    return source.parent / "data"


@pytest.mark.parametrize("name", FAULTS)
def test_a_source_that_fails_leaves_what_was_served(
    name: str, site: Site, behind: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, (old, new) = tmp_path / "deep" / "er" / "data", [release.name for release in store.releases(site.data)]
    data.parent.mkdir(parents=True)
    copied(behind, data)
    before = {path.relative_to(data): path.read_bytes() for path in (data / "snapshots" / old).rglob("*") if path.is_file()}
    site.fault, message = FAULTS[name]
    if name == "silence":
        monkeypatch.setattr(http_source, "_READ", 2.0)
        monkeypatch.setattr(fetching, "TRIES", 2)
    with pytest.raises(StoreError, match=message):
        follow(data, site)
    assert store.current_name(data) == old
    assert {path.relative_to(data): path.read_bytes() for path in (data / "snapshots" / old).rglob("*") if path.is_file()} == before
    assert not list(tmp_path.rglob("escaped"))
    site.fault = lambda handler, path: False
    os.utime(site.data / "snapshots" / new / "manifest.json")  # what was brought by a wrong list is not asked for again before
    follow(data, site)
    assert store.current_name(data) == new


def test_what_is_cut_goes_on_from_there(site: Site, tmp_path: Path) -> None:
    cuts: dict[str, int] = {}

    def cut(handler: BaseHTTPRequestHandler, path: str) -> bool:
        cuts[path] = cuts.get(path, 0) + 1
        vars(handler.wfile).pop("write", None)  # of the request before on this connection
        if path.count("/") < 4 or cuts[path] > 3:
            return False
        real = handler.wfile.write

        def write(content: bytes) -> int:
            if len(content) < 3000 or content.startswith(b"HTTP/"):
                return real(content)
            handler.close_connection = True
            return real(content[: len(content) // 2])

        handler.wfile.write = write  # type: ignore[method-assign, assignment]
        return False

    site.fault = cut
    follow(tmp_path / "data", site)
    assert store.current_name(tmp_path / "data") == store.current_name(site.data)
    ranged = [(path, span) for path, span in site.asked if span]
    assert len(ranged) > 10 and not any(span == "bytes=0-" for _, span in ranged)


def _size(file: Path) -> int:
    """-1 where a file was moved to its place since it was listed."""
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return -1


def test_a_follower_killed_in_the_middle_goes_on_from_there(site: Site, tmp_path: Path) -> None:
    data = tmp_path / "data"
    largest = max((p for p in (site.data / "snapshots").rglob("*") if p.is_file()), key=lambda p: p.stat().st_size)
    half = largest.stat().st_size // 2

    def stall(handler: BaseHTTPRequestHandler, path: str) -> bool:
        if not path.endswith(f"/{largest.name}"):
            return False
        handler.send_response(200)
        handler.send_header("Content-Length", str(largest.stat().st_size))
        handler.end_headers()
        handler.wfile.write(largest.read_bytes()[:half])
        time.sleep(20)
        return True

    site.fault = stall
    command = [sys.executable, "-m", "pop_ld", "follow", site.root, "--data", str(data), "--once", "--quiet"]
    process = subprocess.Popen(command)
    end = time.monotonic() + 20
    while not any(_size(p) == half for p in (data / "snapshots").glob(".*.partial/.fetching/*")):
        assert time.monotonic() < end and process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (data / "current").is_symlink() and not store.releases(data)
    site.fault = lambda handler, path: False
    site.asked.clear()
    follow(data, site)
    assert store.current_name(data) == store.current_name(site.data)
    assert [span for path, span in site.asked if path.endswith(f"/{largest.name}")] == [f"bytes={half}-"]


def test_a_full_disk_is_told_and_changes_nothing(site: Site, tmp_path: Path) -> None:
    def little() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    command = [sys.executable, "-m", "pop_ld", "follow", site.root, "--data", str(tmp_path / "data"), "--once", "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=little)
    assert (done.returncode, "the disk is full" in done.stderr, "Traceback" in done.stderr) == (1, True, False), done.stderr
    assert not store.current_name(tmp_path / "data")


def test_a_disk_that_is_not_mounted_deletes_nothing(site: Site, tmp_path: Path) -> None:
    data, shared = tmp_path / "data", site.data
    keeping.follow(data, str(shared), quiet=True)
    shared.rename(tmp_path / "away")
    shared.mkdir()
    with pytest.raises(StoreError, match="serves no release"):
        keeping.follow(data, "", quiet=True)
    assert len(store.releases(data)) == 2 and store.current_name(data)


def test_failures_are_told_and_the_next_round_follows(site: Site, tmp_path: Path) -> None:
    failures: list[str] = []

    class Enough(Exception):
        pass

    def failed(error: Exception) -> None:
        failures.append(str(error))
        site.fault = lambda handler, path: False

    def told(_: object) -> None:
        raise Enough

    site.fault = lambda handler, path: path == "/following" and status(503)(handler, path)
    with pytest.raises(Enough):
        keeping.follow(tmp_path / "data", site.root, every=0.05, quiet=True, told=told, failed=failed)
    assert len(failures) == 1 and "answers 503" in failures[0]


@pytest.mark.parametrize("name", ["http://", "http://u:p@h.example/", "http://h.example/?a", "http://h.example:0", "https://h.example/#x"])
def test_addresses_that_are_none_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        keeping.follow(tmp_path / "data", name, quiet=True)


def test_nobody_answers(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="does not answer"):
        keeping.follow(tmp_path / "data", "http://127.0.0.1:9", quiet=True)


@pytest.mark.parametrize(
    "path", ["..", ".", "a/..", "../a", "/a", "a//b", "a/", "", "a\\b", "a\0b", "a\nb", "é", "a b", "a" * 300, "a/./b", "C:x"]
)
def test_paths_that_lead_elsewhere_are_no_paths(path: str) -> None:
    assert not is_safe(path)
    with pytest.raises(StoreError):
        read_files({"files": [{"path": path, "bytes": 1, "modified": 1, "sha256": "0" * 64}]})


@pytest.mark.parametrize("change", [{"bytes": -1}, {"bytes": "1"}, {"bytes": True}, {"modified": 1 << 70}, {"sha256": "x"}, {"path": 7}])
def test_entries_that_can_be_none_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(StoreError):
        read_files({"files": [{"path": "a", "bytes": 1, "modified": 1, "sha256": "0" * 64} | change]})
    for none in (None, [], {}, {"files": 3}, {"protocol": 1, "parts": [{}]}):
        with pytest.raises(StoreError):
            read_state(none)
        with pytest.raises(StoreError):
            read_files(none)
