"""What a command costs: stages, processor time, memory, disk."""

import json
import os
from pathlib import Path

import pytest

from pop_ld import profile
from pop_ld.cli import main
from pop_ld.progress import stage


def test_a_stage_is_measured_while_it_lasts(tmp_path: Path) -> None:
    with profile.profiled(tmp_path) as found:
        with stage("dig", "holes", 2, quiet=True) as bar:
            held = bytearray(os.urandom(1 << 20)) * 60
            total = sum(number * number for number in range(300_000))
            (tmp_path / "file").write_bytes(held[: 1 << 20])
            found.look(disk=True)
            bar.advance(2)
        del held
        with pytest.raises(ZeroDivisionError), stage("fail", "things", quiet=True) as bar:
            bar.advance(1 // 0)
    dug, failed = found.stages
    assert total and (dug.stage, dug.unit, dug.amount) == ("dig", "holes", 2)
    assert dug.seconds > 0 and dug.cpu_seconds > 0 and failed.amount == 0
    assert dug.disk_bytes >= 1 << 20 == found.peak_disk_bytes & ~((1 << 16) - 1)
    if Path("/proc").is_dir():
        assert dug.peak_memory_bytes > 60 << 20 and found.peak_memory_bytes >= dug.peak_memory_bytes


def test_a_file_with_two_names_counts_once(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 100_000)
    alone = profile.disk_of(tmp_path)
    os.link(tmp_path / "a", tmp_path / "b")
    (tmp_path / "c").symlink_to("a")
    assert 100_000 <= alone == profile.disk_of(tmp_path) - os.lstat(tmp_path / "c").st_blocks * 512


def test_a_command_writes_its_profile(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "a.jsonl"
    source.write_text(json.dumps({"REF": "MNR09991", "TITR": "Essai"}) + "\n", encoding="utf-8")
    given = ["load", str(source), "--base", "mnr", "--data", str(tmp_path / "data"), "--quiet", "--profile", str(tmp_path / "p.json")]
    assert main(given) == 0
    capsys.readouterr()
    found = json.loads((tmp_path / "p.json").read_text(encoding="utf-8"))
    assert found["notices"] == 1 and found["triples"] and found["peak_disk_bytes"] and found["seconds"] >= 0
    stages = {one["stage"]: one for one in found["stages"]}
    assert stages.keys() >= {
        "read",
        "convert",
        "link",
        "load",
        "compact",
        "ledger",
        "measure",
        "count",
        "index",
        "lexicon",
        "record",
        "feed",
    }
    assert stages["convert"]["amount"] == stages["record"]["amount"] == 1
