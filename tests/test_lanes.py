"""A second lane: what it gives, what it raises, how it ends, and that its stages are shown and measured in the first."""

import os
import signal
import time
from pathlib import Path

import pytest

from pop_ld import lanes, profile
from pop_ld.errors import PopError, StoreError
from pop_ld.progress import stage


def work(folder: Path, number: int) -> int:
    with stage("beside", "things", number) as bar:
        for _ in range(number):
            bar.advance()
        with stage("inner", "things") as inner:
            inner.advance(7)
    lanes.reached("half")
    (folder / "made").write_text(str(os.getpid()), encoding="ascii")
    return number * 2


def fail(kind: str) -> None:
    if kind == "ours":
        raise StoreError("the disk is full", file="x.nt")
    if kind == "theirs":
        raise ZeroDivisionError("nothing")
    os.kill(os.getpid(), signal.SIGKILL)


def compute(seconds: float) -> None:
    with stage("beside", "things"):
        end = time.process_time() + seconds
        while time.process_time() < end:
            pass


def linger(folder: Path) -> None:
    (folder / "pid").write_text(str(os.getpid()), encoding="ascii")
    time.sleep(60)


def test_a_lane_gives_what_its_function_gives(tmp_path: Path) -> None:
    with lanes.beside(work, tmp_path, 1000, quiet=True) as lane:
        lane.wait_for("half")
        assert lane.result() == 2000
    assert int((tmp_path / "made").read_text(encoding="ascii")) != os.getpid()


def test_stages_of_both_lanes_are_told_where_they_are_watched(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with profile.profiled(tmp_path) as found, lanes.beside(work, tmp_path, 1000) as lane:
        with stage("here", "things") as bar:
            bar.advance(3)
        lane.result()
    assert {one.stage: one.amount for one in found.stages} == {"here": 3, "beside": 1000, "inner": 7}
    said = capsys.readouterr().err
    assert "beside: 1,000 of 1,000 things" in said and "here: 3 things" in said and "inner: 7 things" in said


def test_what_was_computed_beside_is_of_no_stage_here(tmp_path: Path) -> None:
    """Also where this process starts another while the lane's has ended: that is when Python waits for all that did."""
    with profile.profiled(tmp_path) as found, lanes.beside(compute, 2.0, quiet=True) as lane, stage("here", "things", quiet=True):
        time.sleep(5)
        with lanes.beside(compute, 0.0, quiet=True) as other:
            other.result()
        lane.result()
    beside, here = (sum(one.cpu_seconds for one in found.stages if one.stage == name) for name in ("beside", "here"))
    assert beside >= 2 and here < 1
    assert found.as_json()["cpu_seconds"] > 2


@pytest.mark.parametrize(
    ("kind", "error", "text"), [("ours", StoreError, "disk is full"), ("theirs", PopError, "Zero"), ("", PopError, "-9")]
)
def test_what_goes_wrong_beside_goes_wrong_here(kind: str, error: type[PopError], text: str) -> None:
    for wait in (lambda lane: lane.result(), lambda lane: lane.wait_for("half")):
        with pytest.raises(error, match=text), lanes.beside(fail, kind, quiet=True) as lane:
            wait(lane)


def test_a_lane_that_ends_without_coming_there(tmp_path: Path) -> None:
    with pytest.raises(PopError, match="never came to"), lanes.beside(work, tmp_path, 1, quiet=True) as lane:
        lane.wait_for("nowhere")


def test_a_lane_ends_where_the_first_fails(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="here"), lanes.beside(linger, tmp_path, quiet=True):
        while not (tmp_path / "pid").is_file() or not (tmp_path / "pid").read_text(encoding="ascii"):
            time.sleep(0.01)
        raise StoreError("something here")
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text(encoding="ascii")), 0)


def test_nothing_is_told_where_there_is_no_second_lane() -> None:
    lanes.reached("half")
