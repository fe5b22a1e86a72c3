"""Answers kept on disk: shared by processes, within a budget, and never an error."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pop_ld.web.result_cache import Kept, ResultCache


def kept(body: bytes) -> Kept:
    return Kept("text/csv", "gzip", ("order", "text"), body)


def test_an_answer_comes_back_whole_to_another_process_too(tmp_path: Path) -> None:
    cache = ResultCache(tmp_path / "cache", 1 << 20)
    assert cache.get(b"k") is None
    cache.put(b"k", kept(b"body\0"))
    assert cache.get(b"k") == kept(b"body\0")
    script = "import sys; from pathlib import Path; from pop_ld.web.result_cache import *;"
    script += "print(ResultCache(Path(sys.argv[1]), 1 << 20).get(b'k'))"
    found = subprocess.run([sys.executable, "-c", script, str(tmp_path / "cache")], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == str(kept(b"body\0"))


def test_what_another_writes_is_seen(tmp_path: Path) -> None:
    first, second = (ResultCache(tmp_path, 1 << 20) for _ in range(2))
    first.put(b"a", kept(b"1"))
    assert second.get(b"a") == kept(b"1")
    second.put(b"b", kept(b"2"))
    assert first.get(b"b") == kept(b"2")


def test_the_budget_holds_and_what_was_used_last_stays(tmp_path: Path) -> None:
    budget = 1 << 20
    cache = ResultCache(tmp_path, budget)
    cache.put(b"often", kept(b"x" * 10_000))
    for number in range(300):
        cache.put(b"%d" % number, kept(b"y" * 10_000))
        assert ResultCache(tmp_path, budget).get(b"often"), number  # from disk: it is used each time
    whole = sum(file.stat().st_size for file in tmp_path.iterdir())
    assert whole < 8 * budget, "pages and log of the file come on top"
    fresh = ResultCache(tmp_path, budget)
    held = [n for n in range(300) if fresh.get(b"%d" % n)]
    assert 60 < len(held) < 105 and held[-1] == 299
    assert cache._held <= budget


def test_what_is_too_large_or_cheap_is_not_kept_on_disk(tmp_path: Path) -> None:
    cache = ResultCache(tmp_path, 1 << 20)
    cache.put(b"large", kept(b"x" * (cache.largest + 1)))
    assert cache.get(b"large") is None
    cache.put(b"cheap", kept(b"x"), dear=False)
    assert cache.get(b"cheap") and ResultCache(tmp_path, 1 << 20).get(b"cheap") is None


def test_without_a_budget_nothing_is_kept(tmp_path: Path) -> None:
    cache = ResultCache(tmp_path / "cache", 0)
    cache.put(b"k", kept(b""))
    assert cache.get(b"k") is None
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize("when", ["before", "while open"])
def test_damage_is_no_error(tmp_path: Path, when: str) -> None:
    cache = ResultCache(tmp_path, 1 << 20)
    cache.put(b"k", kept(b"x" * 5000))
    if when == "before":
        cache.close()
    for file in tmp_path.iterdir():
        file.write_bytes(b"no database" * 1000)
    cache = ResultCache(tmp_path, 1 << 20) if when == "before" else cache
    cache._memory.clear()
    assert cache.get(b"other") is None
    cache.put(b"new", kept(b"2"))
    assert cache.get(b"new") == kept(b"2")


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    cache = ResultCache(tmp_path / "file", 1 << 20)
    cache.put(b"k", kept(b"1"))
    assert cache.get(b"k") == kept(b"1"), "from memory"
