"""A writer killed at any moment leaves a whole release serving, and the next writer starts from it."""

from __future__ import annotations

import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from store_samples import SITE, check, furnish, notices, publish, run_python, thing, wait_until

from pop_ld.store import Writer, current, current_name, open_reader, releases

OLD = range(200)
NEW = range(200, 800)

# A load as the pipeline does one: replaces the first 100 notices, bulk-loads a file, publishes; says where it is.
LOAD = """
import sys, time
from pathlib import Path
from pop_ld.store import Writer
from store_samples import SITE, notice, thing
data, file, stop = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
def at(place):
    print(place, flush=True)
    if place == stop:
        time.sleep(60)
def furnish(folder, reader):
    at("furnish")
    (folder / "search").mkdir()
    return {}
def check(release, reader):
    at("check")
with Writer(data, SITE) as writer:
    at("open")
    for number in range(100):
        writer.remove([thing(number)])
        writer.insert(notice(number, word="neuf").encode())
        print("replace", number, flush=True)
    at("replaced")
    writer.bulk_load([file], lambda done: print("load", done, flush=True))
    at("loaded")
    writer.compact()
    at("compacted")
    writer.snapshot("r1", {}, furnish, check)
    at("published")
"""


@pytest.fixture(scope="module")
def dump(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("dump") / "new.nt"
    file.write_bytes(notices(NEW.start, NEW.stop))
    return file


@pytest.fixture
def old(data: Path) -> Path:
    publish(data, "r0", notices(OLD.start, OLD.stop))
    return data


def lines(process: subprocess.Popen[str]) -> Iterator[str]:
    assert process.stdout is not None
    for line in process.stdout:
        yield line.strip()


def load_until(old: Path, dump: Path, condition: Callable[[str], bool], number: int = signal.SIGKILL, stop: str = "") -> str:
    """Starts a load, sends the signal when a line of its output meets the condition; returns what it said on its errors."""
    process = run_python(LOAD, old, dump, stop)
    for line in lines(process):
        if condition(line):
            process.send_signal(number)
            break
    _, errors = process.communicate(timeout=30)
    assert process.returncode == -number, errors
    return errors


def assert_recovers(data: Path) -> None:
    """The current release is whole, the writer starts from it, and a new release can be published."""
    serving = current(data)
    reader = open_reader(serving)
    is_new = serving.name == "r1"
    assert len(reader.describe(thing(0))) == 38
    assert ("neuf" in str(reader.labels([thing(0)]))) is is_new
    assert reader.contains(thing(NEW.stop - 1)) is is_new
    before = [current_name(data), *(r.name for r in releases(data))]
    with Writer(data, SITE) as writer:
        assert [p.name for p in (data / "snapshots").iterdir() if p.name.startswith(".")] == []
        assert [current_name(data), *(r.name for r in releases(data))] == before
        assert writer.count() == (38 * len(OLD) + 2) + is_new * 38 * len(NEW)
        assert ("neuf" in str(reader.labels([thing(0)]))) is is_new
        writer.remove([thing(1)])
        writer.snapshot("r2", {}, furnish, check)
    assert not open_reader(current(data)).contains(thing(1))
    assert reader.contains(thing(1))
    assert sorted(p.name for p in data.iterdir()) == ["current", "lock", "snapshots", "writer", "writer.json"]


@pytest.mark.parametrize("place", ["open", "replaced", "loaded", "compacted", "furnish", "check"])
def test_killed_between_steps(old: Path, dump: Path, place: str) -> None:
    load_until(old, dump, lambda line: line == place, stop=place)
    assert current_name(old) == "r0"
    assert_recovers(old)


def test_killed_while_replacing(old: Path, dump: Path) -> None:
    load_until(old, dump, lambda line: line == "replace 40")
    assert current_name(old) == "r0"
    assert_recovers(old)


def test_killed_while_loading_in_bulk(old: Path, dump: Path) -> None:
    load_until(old, dump, lambda line: line.startswith("load"))
    assert current_name(old) == "r0"
    assert_recovers(old)


@pytest.mark.parametrize("place", ["replace 40", "load", "furnish"])
def test_interrupted_by_the_keyboard(old: Path, dump: Path, place: str) -> None:
    errors = load_until(old, dump, lambda line: line.startswith(place), signal.SIGINT, stop="furnish")
    assert "KeyboardInterrupt" in errors
    assert not (old / "snapshots" / ".r1.tmp").exists()
    assert current_name(old) == "r0"
    assert_recovers(old)


@pytest.mark.parametrize(
    "seen", ["snapshots/.r1.tmp", "snapshots/.r1.tmp/store/CURRENT", "snapshots/.r1.tmp/manifest.json", "snapshots/r1"]
)
def test_killed_when_a_file_appears(old: Path, dump: Path, seen: str) -> None:
    process = run_python(LOAD, old, dump, "")
    while not (old / seen).exists() and process.poll() is None:
        pass
    process.kill()
    process.communicate(timeout=30)
    if seen != "r1" and process.returncode == -signal.SIGKILL and not (old / "snapshots" / "r1").exists():
        assert current_name(old) == "r0"
    assert_recovers(old)


def test_killed_after_the_rename_and_before_the_swap(old: Path, dump: Path) -> None:
    """The one moment too short to hit from outside: its result on disk, made by hand."""
    load_until(old, dump, lambda line: line == "published", stop="published")
    (old / "current").unlink()
    (old / "current").symlink_to("snapshots/r0")
    (old / ".current.12345.tmp").symlink_to("snapshots/r1")
    (old / "writer.json").write_text('{"state": "dirty"}')
    assert_recovers(old)
    assert [r.name for r in releases(old)] == ["r0", "r1", "r2"]


def test_killed_at_any_moment(old: Path, dump: Path) -> None:
    chance = random.Random(20261122)
    for _ in range(4):
        with Writer(old, SITE):
            pass  # recovered from the round before
        process = run_python(LOAD, old, dump, "")
        next(lines(process), None)
        time.sleep(chance.uniform(0.1, 0.7))
        process.kill()
        process.communicate(timeout=30)
        if current_name(old) != "r0":
            break
    assert_recovers(old)


def test_killed_while_rebuilding(old: Path, dump: Path) -> None:
    """Half a rebuilt writer, and none at all: a rebuild that was cut starts anew."""
    load_until(old, dump, lambda line: line == "replaced", stop="replaced")
    (old / ".writer.tmp").mkdir()
    (old / ".writer.tmp" / "000009.sst").write_bytes(b"half")
    for file in (old / "writer").glob("*.sst"):
        file.unlink()
    assert_recovers(old)


def test_killed_before_anything_was_published(data: Path, dump: Path) -> None:
    load_until(data, dump, lambda line: line.startswith("load"))
    with Writer(data, SITE) as writer:
        assert writer.rebuilt and writer.count() == 0
        writer.insert(notices(0, 1))
        writer.snapshot("r0", {}, furnish, check)
    assert current_name(data) == "r0"


def test_the_lock_is_free_once_its_holder_is_dead(old: Path, dump: Path) -> None:
    process = run_python(LOAD, old, dump, "open")
    assert next(lines(process)) == "open"
    process.kill()
    process.communicate(timeout=30)
    wait_until(lambda: process.poll() is not None)
    with Writer(old, SITE) as writer:
        assert not writer.rebuilt, "it had not begun to write"
