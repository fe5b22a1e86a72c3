"""Releases: listing, the current one, roll back, prune, names."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from store_samples import SITE, check, furnish, notices, publish, thing

from pop_ld.errors import Busy, StoreError
from pop_ld.store import Writer, current, current_name, next_name, open_reader, prune, releases, roll_back


def names(data: Path) -> list[str]:
    return [release.name for release in releases(data)]


def test_an_empty_folder_has_no_release(data: Path) -> None:
    assert releases(data) == []
    assert current_name(data) == ""
    with pytest.raises(StoreError, match="nothing was published"):
        current(data)
    with pytest.raises(StoreError):
        roll_back(data)


def test_publishing_makes_a_release_and_swaps(data: Path) -> None:
    release = publish(data, "2026-11-22.01", notices(0, 3))
    assert current(data) == release == releases(data)[0]
    assert release.path == data / "snapshots" / "2026-11-22.01"
    assert release.manifest == {"release": "2026-11-22.01", "site": SITE, "by": "test", "furnished": True}
    assert (data / "current").readlink() == Path("snapshots/2026-11-22.01")
    publish(data, "2026-11-22.02", notices(3, 4))
    assert current_name(data) == "2026-11-22.02"
    assert open_reader(current(data)).contains(thing(0)), "a release holds what the one before held"
    assert not open_reader(releases(data)[0]).contains(thing(3)), "an older release does not change"


def test_roll_back_goes_one_back_or_to_a_name(data: Path) -> None:
    for number in range(3):
        publish(data, f"r{number}", notices(number, number + 1))
    assert roll_back(data).name == "r1" == current_name(data)
    assert roll_back(data).name == "r0"
    with pytest.raises(StoreError, match="before"):
        roll_back(data)
    assert roll_back(data, "r2").name == "r2" == current_name(data)
    for name in ("r9", "../r1", ".r1.tmp"):
        with pytest.raises(StoreError, match="no release"):
            roll_back(data, name)


def test_the_writer_follows_a_roll_back(data: Path) -> None:
    publish(data, "r0", notices(0, 1))
    publish(data, "r1", notices(1, 2))
    roll_back(data)
    with Writer(data, SITE) as writer:
        assert writer.rebuilt
        assert writer.existing([thing(0), thing(1)]) == {thing(0)}
        writer.snapshot("r2", {}, furnish, check)
    assert not open_reader(current(data)).contains(thing(1))


def test_prune_keeps_the_newest_and_the_current(data: Path) -> None:
    for number in range(12):
        publish(data, f"2026-11-22.{number}")
    assert names(data)[-2:] == ["2026-11-22.10", "2026-11-22.11"], "numbers in names compare as numbers"
    roll_back(data, "2026-11-22.2")
    assert prune(data, 3) == [f"2026-11-22.{n}" for n in range(9) if n != 2]
    assert names(data) == ["2026-11-22.2", "2026-11-22.9", "2026-11-22.10", "2026-11-22.11"]
    assert prune(data, 0) == ["2026-11-22.9", "2026-11-22.10"]
    assert prune(data, 1) == []


def test_prune_removes_leftovers_unless_a_writer_works(data: Path) -> None:
    publish(data, "r0")
    leftover = data / "snapshots" / ".r1.tmp"
    with Writer(data, SITE):
        (leftover / "store").mkdir(parents=True)
        prune(data, 3)
        assert leftover.is_dir()
    prune(data, 3)
    assert not leftover.exists()
    assert names(data) == ["r0"]


def test_an_incomplete_folder_is_no_release(data: Path) -> None:
    publish(data, "r0")
    (data / "snapshots" / "r1").mkdir()
    assert names(data) == ["r0"]


def test_next_name_counts_within_the_day(data: Path) -> None:
    day = date(2026, 11, 22)
    assert next_name(data, day) == "2026-11-22.01"
    publish(data, "2026-11-22.01")
    publish(data, "2026-11-22.09")
    assert next_name(data, day) == "2026-11-22.10"
    assert next_name(data, date(2026, 11, 23)) == "2026-11-23.01"


@pytest.mark.parametrize("name", ["", ".hidden", "a/b", "..", "é", "a b", "x" * 200])
def test_a_release_needs_a_plain_name(data: Path, name: str) -> None:
    with Writer(data, SITE) as writer, pytest.raises(StoreError, match="cannot be named"):
        writer.snapshot(name, {}, furnish, check)


def test_a_name_is_used_once(data: Path) -> None:
    publish(data, "r0")
    with Writer(data, SITE) as writer, pytest.raises(StoreError, match="exists already"):
        writer.snapshot("r0", {}, furnish, check)


def test_one_writer_at_a_time(data: Path) -> None:
    with Writer(data, SITE) as first, pytest.raises(Busy), Writer(data, SITE):
        pass
    assert not first.rebuilt
    with Writer(data, SITE):
        pass
