"""A conversion that was cut, that several machines share, or that a Dask cluster does: always the same bytes."""

import hashlib
import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pop_ld import parts, pipeline, workfolder
from pop_ld.bases import load_bases
from pop_ld.config import Settings
from pop_ld.converting import WORK
from pop_ld.errors import Busy, ReadError, UsageError
from pop_ld.notices import Problem
from pop_ld.parts import Part
from pop_ld.report import Report
from pop_ld.validation import Tally
from pop_ld.workfolder import Share, opened, share

SETTINGS = Settings()
SAMPLES = [sample for base in load_bases().values() for sample in base.samples]


def digest(folder: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.iterdir()) if p.is_file()}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    out = tmp_path_factory.mktemp("whole")
    pipeline.convert(SAMPLES, out, SETTINGS, jobs=1, quiet=True)
    return digest(out)


# Cut ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("left", ["read-0003.part", "joconde-000.part", "museo-000.part"])
def test_a_conversion_goes_on_from_what_was_finished(tmp_path: Path, whole: dict[str, str], left: str) -> None:
    """Cut once that part was written: what came after it is missing, the rest is not made again."""
    pipeline.convert(SAMPLES, tmp_path, SETTINGS, jobs=1, shard=Share(1, 2), quiet=True)
    work = tmp_path / WORK
    when = {file: file.stat().st_mtime_ns for file in work.glob(f"*{parts.SUFFIX}")}
    kept = [file for file, moment in when.items() if (work / left) not in when or moment <= when[work / left]]
    for file in when.keys() - set(kept):
        file.unlink()
    pipeline.convert(SAMPLES, tmp_path, SETTINGS, jobs=1, shard=Share(1, 2), quiet=True)
    assert {file: file.stat().st_mtime_ns for file in kept} == {file: when[file] for file in kept}
    pipeline.convert(SAMPLES, tmp_path, SETTINGS, jobs=2, quiet=True)
    assert digest(tmp_path) == whole


def test_a_file_that_is_not_what_it_was_is_made_again(tmp_path: Path, whole: dict[str, str]) -> None:
    pipeline.convert(SAMPLES, tmp_path, SETTINGS, jobs=1, shard=Share(1, 1000), quiet=True)
    (first,) = (tmp_path / WORK).glob("*.nt.gz")
    first.write_bytes(first.read_bytes()[:-20])
    pipeline.convert(SAMPLES, tmp_path, SETTINGS, jobs=1, quiet=True)
    assert digest(tmp_path) == whole


def test_a_whole_dump_is_not_made_twice_unless_something_decides_otherwise(tmp_path: Path) -> None:
    source = tmp_path / "a.jsonl"
    source.write_text(json.dumps({"REF": "MNR09991", "TITR": "Essai"}) + "\n", encoding="utf-8")

    def made(**settings: str) -> tuple[int, Report]:
        report = pipeline.convert([source], tmp_path / "out", Settings(**settings), base="mnr", quiet=True)
        return (tmp_path / "out" / "mnr-000.nt.gz").stat().st_mtime_ns, report

    first, report = made()
    again, told = made()
    assert again == first
    assert (told.read, told.converted, told.problems, told.validation, told.files) == (
        *(report.read, report.converted, report.problems, report.validation),
        report.files,
    )
    other, _ = made(site="https://example.org/pop")
    assert other != again
    source.write_text(json.dumps({"REF": "MNR09991", "TITR": "Autre"}) + "\n", encoding="utf-8")
    changed, _ = made(site="https://example.org/pop")
    assert changed != other
    (tmp_path / "out" / "mnr-000.nt.gz").write_bytes(b"")
    mended, _ = made(site="https://example.org/pop")
    assert mended != changed and (tmp_path / "out" / "mnr-000.nt.gz").stat().st_size


def test_what_was_read_and_is_gone_is_no_empty_shard(tmp_path: Path) -> None:
    pipeline.convert(SAMPLES, tmp_path, SETTINGS, jobs=1, shard=Share(1, 2), quiet=True)
    for spooled in (tmp_path / WORK).glob("read-*/"):
        shutil.rmtree(spooled)
    with pytest.raises(ReadError, match="is gone"):
        pipeline.convert(SAMPLES, tmp_path, SETTINGS, jobs=1, quiet=True)


@pytest.mark.alone
@pytest.mark.parametrize("moment", ["read-0000", "*.nt.gz", "merimee-001.part", "links-*.mirrors"])
def test_a_conversion_killed_at_any_moment_goes_on(tmp_path: Path, moment: str) -> None:
    source = tmp_path / "a.jsonl"
    with source.open("w", encoding="utf-8") as lines:
        lines.writelines(json.dumps({"REF": f"PA{n:08d}", "TICO": f"Église {n}", "COM": "Sens"}) + "\n" for n in range(20_000))
    command = [sys.executable, "-m", "pop_ld", "convert", source, "--out", tmp_path / "out", "--no-validate", "--quiet"]
    killed = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while killed.poll() is None and not list((tmp_path / "out" / WORK).glob(moment)):
        time.sleep(0.001)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    pipeline.convert([source], tmp_path / "calm", SETTINGS, validate=False, quiet=True)
    assert digest(tmp_path / "out") == digest(tmp_path / "calm")


def test_two_conversions_do_not_meet(tmp_path: Path) -> None:
    planned = workfolder.plan(SAMPLES[:1], SETTINGS, base="", encoding="", thesauri="", validate=True)
    with opened(tmp_path / WORK, planned), pytest.raises(Busy, match="another conversion"):
        pipeline.convert(SAMPLES[:1], tmp_path, SETTINGS, quiet=True)


def test_a_part_gives_all_back(tmp_path: Path) -> None:
    report = Report(read=3, merged=1)
    report.note([Problem("kind", "a.csv", 1, "mnr", "MNR1", "TITR", "\ud800\u2028é", "…")])
    report.converted["mnr"] = 2
    report.note_labels("mnr", *[type(report.converted)()] * 2)
    report.unresolved["mnr", "DENO", "chose"] = 4
    report.candidates["mnr", "DENO", "chose"] = ("choses",)
    tally = Tally()
    tally.notices["mnr", "Louvre"] = 2
    tally.results["mnr", "Louvre", "MNR-1", "Warning"] = 5
    report.sources.append({"path": "a.csv"})
    report.validation, report.plan, report.files = {"codes": {"MNR-1": 5}}, "p", {"x": {"bytes": 1, "sha256": "0"}}
    parts.save(tmp_path / "x.part", Part(report, tally))
    assert parts.load(tmp_path / "x.part") == Part(report, tally)


# Shared ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [2, 5])
def test_the_shares_of_several_machines_make_the_same_dump(tmp_path: Path, whole: dict[str, str], count: int) -> None:
    shares = [tmp_path / str(number) for number in range(1, count + 1)]
    for number, folder in enumerate(shares, 1):
        pipeline.convert(SAMPLES, folder, SETTINGS, jobs=1, shard=Share(number, count), quiet=True)
        assert not (folder / "report.json").exists(), "a share is no dump"
    pipeline.merge(list(reversed(shares)), tmp_path / "out", SETTINGS, quiet=True)
    assert digest(tmp_path / "out") == whole


def test_shares_that_make_no_whole_are_refused(tmp_path: Path) -> None:
    for number in (1, 2):
        pipeline.convert(SAMPLES, tmp_path / str(number), SETTINGS, jobs=1, shard=Share(number, 3), quiet=True)
    pipeline.convert(SAMPLES[:3], tmp_path / "other", SETTINGS, jobs=1, shard=Share(3, 3), quiet=True)
    with pytest.raises(ReadError, match="in none of these parts"):
        pipeline.merge([tmp_path / "1", tmp_path / "2"], tmp_path / "out", SETTINGS, quiet=True)
    with pytest.raises(ReadError, match="no part of this conversion"):
        pipeline.merge([tmp_path / "1", tmp_path / "other"], tmp_path / "out", SETTINGS, quiet=True)
    with pytest.raises(ReadError, match="no part of this conversion"):
        pipeline.merge([tmp_path / "absent"], tmp_path / "out", SETTINGS, quiet=True)
    assert not (tmp_path / "out" / "report.json").exists()


@pytest.mark.parametrize("text", ["0/2", "3/2", "1", "a/b", "1/2/3", "-1/2", "1/0", "²/3"])
def test_a_share_is_one_of_so_many(text: str) -> None:
    assert share("2/4") == Share(2, 4) and share("") == workfolder.WHOLE
    with pytest.raises(UsageError, match="I/N"):
        share(text)


# A cluster ------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """A Dask cluster of two workers on this machine, processes of one thread each."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, silence_logs=50) as cluster:
        yield cluster.scheduler_address


def test_a_cluster_of_two_workers_makes_the_same_dump(tmp_path: Path, whole: dict[str, str], scheduler: str) -> None:
    report = pipeline.convert(SAMPLES, tmp_path, SETTINGS, scheduler=scheduler, quiet=True)
    assert digest(tmp_path) == whole
    assert report.read == report.converted.total() + report.merged + report.rejected


def test_a_file_that_a_worker_cannot_read_stops_no_other(tmp_path: Path, scheduler: str) -> None:
    broken = tmp_path / "rien.json"
    broken.write_bytes(b"\x00\x01\x02")
    report = pipeline.convert([*SAMPLES, broken], tmp_path / "out", SETTINGS, scheduler=scheduler, quiet=True)
    assert report.converted.total() and report.sources[-1]["path"] == str(broken)


def test_where_no_scheduler_answers(tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    with pytest.raises(UsageError, match="no Dask scheduler"):
        pipeline.convert(SAMPLES, tmp_path, SETTINGS, scheduler="tcp://127.0.0.1:9", quiet=True)
