"""How downloads are made: same bytes whoever makes them, nothing half, going on after an end, beside a publication."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from pop_ld import cli, downloads, europeana, pipeline, store
from pop_ld.bases import load_bases
from pop_ld.config import Settings
from pop_ld.downloads import making, table
from pop_ld.errors import Busy, UsageError
from pop_ld.store.folders import exclusive
from tests.downloads.conftest import SHARD, Made


def copied(made: Made, folder: Path) -> Path:
    """The data folder without its downloads."""
    shutil.copytree(made.data, folder / "data", symlinks=True, ignore=shutil.ignore_patterns("downloads", "writer"))
    return folder / "data"


def sums(listing: downloads.Listing) -> dict[str, str]:
    return {file.name: file.sha256 for file in listing.files}


def test_the_same_bytes_whatever_the_number_of_processes(made: Made, tmp_path: Path) -> None:
    again = downloads.make(copied(made, tmp_path), jobs=2, quiet=True, shard=SHARD)
    assert sums(again) == sums(made.listing)


def test_one_base_and_one_format_then_the_rest(made: Made, tmp_path: Path) -> None:
    data = copied(made, tmp_path)
    first = downloads.make(data, ["ttl"], ["museo"], quiet=True, shard=SHARD)
    assert [(file.base, file.format) for file in first.files] == [("museo", "ttl")]
    kept = data / downloads.FOLDER / first.release / first.files[0].name
    stamp = kept.stat().st_mtime_ns
    second = downloads.make(data, ["edm"], ["mnr"], quiet=True, shard=SHARD)
    assert not (kept.parent / europeana.FILE).exists(), "the tiers of one base are no tiers of the release"
    assert {(file.base, file.format) for file in second.files} == {("museo", "ttl"), ("mnr", "edm")}
    whole = downloads.make(data, quiet=True, shard=SHARD)
    assert sums(whole) == sums(made.listing) and kept.stat().st_mtime_ns == stamp
    assert europeana.open_tiers(kept.parent / europeana.FILE).exists


def test_what_is_there_is_not_made_again_and_what_is_damaged_is(made: Made, tmp_path: Path) -> None:
    data = copied(made, tmp_path)
    first = downloads.make(data, ["nt"], quiet=True, shard=SHARD)
    folder = data / downloads.FOLDER / first.release
    stamps = {path.name: path.stat().st_mtime_ns for path in folder.glob("*.gz")}
    (folder / first.files[1].name).write_bytes(b"half")
    assert sums(downloads.make(data, ["nt"], quiet=True, shard=SHARD)) == sums(first)
    changed = [path.name for path in folder.glob("*.gz") if path.stat().st_mtime_ns != stamps[path.name]]
    assert changed == [first.files[1].name]


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGINT])
def test_an_end_in_the_middle_leaves_nothing_half_and_the_next_run_goes_on(made: Made, tmp_path: Path, ending: signal.Signals) -> None:
    data = copied(made, tmp_path)
    running = subprocess.Popen(
        [sys.executable, "-m", "pop_ld", "dump", "--data", str(data), "--quiet", "--jobs", "1"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    folder = data / downloads.FOLDER / made.release.name
    while running.poll() is None and len(list(folder.glob("*.gz"))) < 3:
        time.sleep(0.005)
    running.send_signal(ending)
    said = running.communicate()[1].decode()
    assert "Traceback" not in said and running.returncode in (-signal.SIGKILL, 130, 0)
    listed = downloads.listing(data, made.release.name)
    for file in listed.files if listed else ():
        assert (folder / file.name).stat().st_size == file.bytes
    assert sums(downloads.make(data, quiet=True)) == sums_without_shards(made, tmp_path)
    assert not list((data / downloads.FOLDER).glob(".*")) and not list(folder.glob(".*"))


def sums_without_shards(made: Made, folder: Path) -> dict[str, str]:
    """Those of a run that nothing interrupts, with shards of their usual size."""
    data = copied(made, folder / "other")
    return sums(downloads.make(data, quiet=True))


def test_a_publication_meanwhile_changes_nothing(made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "data"
    settings = replace(Settings(), data=str(data), keep_releases=1)
    samples = load_bases()["mnr"].samples
    pipeline.load(samples, data, settings, quiet=True)
    name, sort_out = store.current_name(data), making.spool.spool

    def publish_first(*args: object, **more: object) -> object:
        found = sort_out(*args, **more)  # type: ignore[arg-type]
        pipeline.load(load_bases()["museo"].samples, data, settings, quiet=True)
        return found

    monkeypatch.setattr(making.spool, "spool", publish_first)
    made_meanwhile = downloads.make(data, ["nt", "csv"], quiet=True)
    assert made_meanwhile.release == name != store.current_name(data)
    assert {file.base for file in made_meanwhile.files} == {"mnr", "shared", "all"}
    assert downloads.newest(data, store.current_name(data)) == made_meanwhile, "the last ones that there are"
    assert downloads.prune(data) == [name] and downloads.kept(data) == []


def test_two_at_once_are_refused(made: Made, tmp_path: Path) -> None:
    data = copied(made, tmp_path)
    (data / downloads.FOLDER).mkdir()
    with exclusive(data / downloads.FOLDER):
        with pytest.raises(Busy):
            downloads.make(data, ["nt"], quiet=True)
        assert downloads.prune(data) == []


def test_what_cannot_be_made_is_said(made: Made, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for formats, bases, words in ((["hdt"], [], "hdt"), ([], ["louvre"], "louvre")):
        with pytest.raises(UsageError, match=words):
            downloads.make(made.data, formats, bases, quiet=True)
    monkeypatch.setattr(table, "find_spec", lambda name: None)
    assert "parquet" not in downloads.available()
    with pytest.raises(UsageError, match="pyarrow"):
        downloads.wanted("nt, parquet")
    assert downloads.wanted("all") == downloads.available() and downloads.wanted("") == ()
    assert cli.main(["dump", "--data", str(made.data), "--format", "hdt"]) == 2
    assert "hdt" in capsys.readouterr().err


def test_each_publication_makes_the_files_of_the_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POP_LD_DOWNLOADS", "nt csv")
    monkeypatch.setenv("POP_LD_KEEP_RELEASES", "1")
    found = []
    for base in ("mnr", "museo"):
        assert cli.main(["load", *map(str, load_bases()[base].samples), "--data", str(tmp_path), "--quiet"]) == 0
        found.append([each.release for each in downloads.kept(tmp_path)])
    assert [len(names) for names in found] == [1, 1] and found[0] != found[1]
    listing = downloads.listing(tmp_path, found[1][0])
    assert listing is not None and {file.format for file in listing.files} == {"nt", "csv"}
    assert {file.base for file in listing.files} == {"mnr", "museo", "shared", "all"}
