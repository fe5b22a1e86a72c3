"""What a follower has after a round: the source's releases, file by file, linked where they are the same; nobody else writes to it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pop_ld import harvesting, pipeline, store
from pop_ld.config import Settings
from pop_ld.errors import Busy, StoreError, UsageError
from pop_ld.following import keeping
from pop_ld.following.mirror import Brought
from pop_ld.store.folders import swap

from .conftest import Site, first_ref

NOT_READ = {"lock", "state.sqlite3", "problems.jsonl", "dangling.jsonl", "report.json", "changes.sqlite3"}


@pytest.fixture(params=["folder", "http"])
def place(request: pytest.FixtureRequest, source: Path) -> Iterator[str]:
    """The source as it is named, in both ways."""
    yield str(source) if request.param == "folder" else request.getfixturevalue("site").root


def once(data: Path, place: str, **given: object) -> Brought:
    found: list[Brought] = []
    keeping.follow(data, place, quiet=True, told=found.append, **given)  # type: ignore[arg-type]
    return found[0]


def files(data: Path, *kinds: str) -> dict[str, tuple[bytes, int]]:
    """Path -> (content, time of change) of what readers open."""
    found = [path for kind in kinds for path in (data / kind).rglob("*") if path.is_file()]
    in_dumps = [path for path in found if path.name not in NOT_READ or "snapshots" in path.parts]
    return {str(path.relative_to(data)): (path.read_bytes(), path.stat().st_mtime_ns) for path in in_dumps}


def test_a_follower_has_what_readers_open_and_no_more(place: str, source: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    done = once(data, place)
    assert done.switched and store.current_name(data) == store.current_name(source)
    assert (data / "current").readlink() == (source / "current").readlink()
    wanted = files(source, "snapshots", "dumps")
    assert files(data, "snapshots", "dumps") == wanted and len(wanted) > 50
    feed = files(source, "feed")
    assert {k: v[0] for k, v in files(data, "feed").items()} == {k: v[0] for k, v in feed.items()} and "feed/feed.json" in feed
    assert not (data / "writer").exists() and not list(data.rglob("*.partial"))
    assert store.open_reader(store.current(data)).contains(store.current(data).manifest["examples"][0]["iri"])


def test_a_round_without_news_asks_for_the_state_alone(source: Path, site: Site, tmp_path: Path) -> None:
    once(tmp_path / "data", site.root)
    site.asked.clear()
    done = once(tmp_path / "data", "")
    assert site.asked == [("/following", "")] and not (done.parts or done.switched)


def test_only_what_changed_is_fetched(place: str, source: Path, tmp_path: Path) -> None:
    data, (old, new) = tmp_path / "data", [release.name for release in store.releases(source)]
    later = tmp_path / "later"
    later.mkdir()
    for kind in ("snapshots", "dumps"):
        (source / kind / new).rename(later / kind)
    swap(source, old)
    once(data, place)
    for kind in ("snapshots", "dumps"):
        (later / kind).rename(source / kind / new)
    swap(source, new)
    done = once(data, place)
    assert done.switched and store.current_name(data) == new
    mine, former = data / "snapshots" / new / "store", data / "snapshots" / old / "store"
    same = {path.stat().st_ino for path in (source / "snapshots" / old / "store").glob("*.sst")}
    shared = [path.name for path in (source / "snapshots" / new / "store").glob("*.sst") if path.stat().st_ino in same]
    assert shared and all((mine / name).stat().st_ino == (former / name).stat().st_ino for name in shared)
    had = {content for content, _ in files(source, "feed").values()} | {
        p.read_bytes() for p in (source / "snapshots" / old).rglob("*") if p.is_file()
    }
    had |= {p.read_bytes() for p in (source / "dumps" / old).iterdir()}
    fresh = {
        p.read_bytes()
        for k in ("snapshots", "dumps")
        for p in (source / k / new).rglob("*")
        if p.is_file() and p.name not in {"report.json"}
    }
    assert done.linked > len(shared) and done.bytes == sum(map(len, fresh - had))


def test_a_roll_back_and_a_pruning_are_followed(place: str, source: Path, tmp_path: Path) -> None:
    data, (old, new) = tmp_path / "data", [release.name for release in store.releases(source)]
    once(data, place)
    store.roll_back(source)
    done = once(data, place)
    assert (done.switched, done.fetched, store.current_name(data)) == (True, 0, old)
    swap(source, new)
    store.prune(source, 1)
    shutil.rmtree(source / "dumps" / old)
    done = once(data, place)
    assert store.current_name(data) == new and set(done.pruned) == {f"snapshots/{old}", f"dumps/{old}"}
    assert [path.name for path in (data / "snapshots").iterdir()] == [new]


def test_what_is_left_out_comes_and_goes(source: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    once(data, str(source), without=["dumps", "feed"])
    assert not (data / "dumps").exists() and not (data / "feed").exists()
    once(data, "")
    assert not (data / "dumps").exists(), "it is remembered"
    once(data, "", without=[])
    assert (data / "dumps").is_dir() and (data / "feed" / "feed.json").is_file()
    once(data, "", without=["dumps", "feed"])
    assert not any((data / "dumps").iterdir()) and not (data / "feed" / "feed.json").exists()


def test_downloads_and_thesauri_that_change_are_followed(place: str, source: Path, tmp_path: Path) -> None:
    from pop_ld.downloads import lists

    data, name = tmp_path / "data", store.current_name(source)

    def download(text: str) -> lists.File:
        import hashlib

        lists.folder_of(source, name).mkdir(parents=True, exist_ok=True)
        (lists.folder_of(source, name) / f"{text}.gz").write_text(text)
        return lists.File(f"{text}.gz", "nt", "mnr", len(text), hashlib.sha256(text.encode()).hexdigest(), 1)

    (source / "thesauri").mkdir()
    (source / "thesauri" / "T505.json").write_text("[]")
    first = download("one")
    lists.save(source, name, "2026-01-01T00:00:00Z", [first])
    once(data, place)
    before = (lists.folder_of(data, name) / "one.gz").stat().st_ino
    (source / "thesauri" / "T506.json").write_text("[]")
    lists.save(source, name, "2026-01-01T00:00:00Z", [first, download("two")])
    (source / "thesauri" / "T505.json").unlink()
    once(data, place)
    assert lists.listing(data, name) == lists.listing(source, name), "with the same stamp, for tags of pages are made of it"
    assert (lists.folder_of(data, name) / "two.gz").read_text() == "two" and (
        lists.folder_of(data, name) / "one.gz"
    ).stat().st_ino == before
    assert [path.name for path in (data / "thesauri").iterdir()] == ["T506.json"]


def test_harvesters_are_told_a_moment_that_the_follower_knows_of(source: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    with harvesting.pending(source, "2020-01-01T00:00:00Z"):
        once(data, str(source))
    assert harvesting.announced(data) == "2020-01-01T00:00:00Z", "a release is in the making there since then"
    once(data, "")
    assert harvesting.announced(data) > "2026"
    shutil.move(source, tmp_path / "away")
    before = harvesting.announced(data)
    with pytest.raises(StoreError, match="no such folder"):
        once(data, "")
    assert harvesting.announced(data) == before


def test_nobody_else_writes_to_a_folder_that_follows_until_it_is_stopped(source: Path, tmp_path: Path) -> None:
    data, ref = tmp_path / "data", first_ref(source)
    once(data, str(source))
    for refused in (
        lambda: store.Writer(data, Settings().site).__enter__(),
        lambda: store.roll_back(data),
        lambda: store.prune(data, 1),
        lambda: pipeline.remove("mnr", [ref], data, Settings(data=str(data)), quiet=True),
    ):
        with pytest.raises(StoreError, match="follows"):
            refused()
    for arguments in (["load", __file__], ["publish", str(tmp_path)], ["remove", "mnr", ref], ["dump"], ["thesauri", "remove", "T505"]):
        command = [sys.executable, "-m", "pop_ld", *arguments, "--data", str(data)]
        said = subprocess.run(command, capture_output=True, text=True, check=False)
        assert said.returncode == 1 and f"follows {source}" in said.stderr, said.stderr
    assert keeping.stop(data) == str(source)
    with store.Writer(data, Settings().site) as writer:
        assert writer.rebuilt
    with pytest.raises(UsageError, match="writer of its own"):
        once(data, str(source))
    with pytest.raises(UsageError, match="follows no other"):
        keeping.stop(data)


def test_one_follower_works_at_a_time(source: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    with keeping._alone(data), pytest.raises(Busy):
        once(data, str(source))
    with pytest.raises(UsageError, match="follow itself"):
        once(source.parent / "source", str(source)) if not (source / "writer").exists() else keeping.open_source(str(source), source)


def test_the_same_name_with_other_content_is_brought_anew(source: Path, tmp_path: Path) -> None:
    data, name = tmp_path / "data", store.current_name(source)
    once(data, str(source))
    void = source / "snapshots" / name / "void.ttl"
    void.write_text("# anew\n")
    os.utime(source / "snapshots" / name / "manifest.json")
    assert once(data, "").fetched == 1
    assert (data / "snapshots" / name / "void.ttl").read_text() == "# anew\n"
