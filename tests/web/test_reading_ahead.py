"""A service has the files of its release read ahead, in the order of their use, and those of the releases that follow."""

import logging
import os
import shutil
import threading
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from pop_ld import store
from pop_ld.store import ahead
from pop_ld.web import reading_ahead

from .conftest import Running


def test_pages_first_then_search_then_queries(running: Running) -> None:
    release = store.current(running.data).path
    found = reading_ahead.files(release, running.settings)
    first, rest = ahead.tables(release / "store")
    assert found[: len(first)] == first and found[len(found) - len(rest) :] == rest
    assert found[len(first)] == release / "quality.sqlite" and found[len(first)].is_file()  # each page asks for the remarks on its notice
    between = found[len(first) + 1 : len(found) - len(rest)]
    assert {file.relative_to(release).parts[0] for file in between} == {"search", "lexicon"}


def test_nothing_of_what_is_elsewhere(running: Running) -> None:
    release = store.current(running.data).path
    found = reading_ahead.files(release, replace(running.settings, store_url="http://x/query", search_url="http://y"))
    assert [file.name for file in found] == ["quality.sqlite"]


def test_a_part_of_the_free_memory(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    release, settings = store.current(running.data).path, replace(running.settings, read_ahead=0.5)
    files = reading_ahead.files(release, settings)
    whole = sum(file.stat().st_size for file in files)
    for free, least, most in ((0, 0, 0), (whole, 1, whole // 2), (3 * whole, whole, whole)):
        monkeypatch.setattr(ahead, "free_memory", lambda free=free: free)
        assert least <= reading_ahead.read_ahead(files, settings) <= most
    stop = threading.Event()
    stop.set()
    assert reading_ahead.read_ahead(files, settings, stop) == 0


def test_it_leaves_the_disk_to_others_for_the_most_part(monkeypatch: pytest.MonkeyPatch) -> None:
    """It reads from 0 to 2 and from 10 to 10.5."""
    waits: list[float] = []
    clock, stop = iter([0.0, 2.0, 10.0, 10.5, 11.0]), threading.Event()
    monkeypatch.setattr(reading_ahead, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    monkeypatch.setattr(stop, "wait", lambda seconds: waits.append(seconds) or False)
    go_on = reading_ahead._in_turn(stop)
    assert go_on() and go_on()
    assert waits == [6.0, 1.5]


def test_each_release_once_and_what_it_has_anew(
    running: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    asked: list[set[int]] = []

    def note(files: list[Path], *_: object) -> int:
        asked.append({file.stat().st_ino for file in files})
        return 0

    monkeypatch.setattr(ahead, "read_ahead", note)
    monkeypatch.setattr(reading_ahead, "_PERIOD", 0.02)
    caplog.set_level(logging.INFO, "pop_ld.web.reading_ahead")
    data = tmp_path / "data"
    data.mkdir()
    with reading_ahead.reading_ahead(replace(running.settings, data=str(data))):
        time.sleep(0.1)
        assert not caplog.messages
        names = [release.name for release in store.releases(running.data)][-2:]
        (data / "snapshots").mkdir()
        for name in names:
            shutil.copytree(running.data / "snapshots" / name, data / "snapshots" / name, copy_function=os.link)
            (data / "next").symlink_to(Path("snapshots") / name)
            (data / "next").replace(data / "current")
            until = time.monotonic() + 10
            while not any(name in said for said in caplog.messages) and time.monotonic() < until:
                time.sleep(0.02)
        time.sleep(0.2)
    assert [next(name for name in names if name in said) for said in caplog.messages] == names
    first, second = ({file.stat().st_ino for file in reading_ahead.files(data / "snapshots" / name, running.settings)} for name in names)
    assert asked == [first, second - first] and first & second and second - first


def test_none_where_none_is_wanted(running: Running, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "pop_ld.web.reading_ahead")
    with reading_ahead.reading_ahead(replace(running.settings, read_ahead=0.0)):
        time.sleep(0.2)
    assert not caplog.messages
