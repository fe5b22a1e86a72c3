"""The growth of loads that stand in turns: pauses are taken out of a profile, and a process that is stopped does nothing meanwhile."""

from __future__ import annotations

import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from bench import report
from bench.bars import FULL
from bench.full_building import of_profile
from bench.growth import figures_of, grown, run_stopping, without
from bench.growth_serving import grown as answers_grown
from bench.results import Measure, Results


def profile(notices: int, load: float, index: float) -> dict[str, Any]:
    """A load of two stages one after the other, each of which takes so many seconds."""
    about = {"cpu_seconds": 1.0, "peak_memory_bytes": 1 << 30, "disk_bytes": 1, "amount": notices}
    return {
        "notices": notices,
        "triples": notices * 45,
        "seconds": load + index,
        "stages": [
            {"stage": "load", "unit": "bytes", "started": 0.0, "seconds": load, **about},
            {"stage": "index", "unit": "notices", "started": load, "seconds": index, **about},
        ],
    }


def test_pauses_are_taken_out() -> None:
    stood = without(profile(1000, 100.0, 100.0), [(40.0, 50.0), (95.0, 115.0), (150.0, 160.0)])
    # the second pause began in the load, which ended, by the clock, in the middle of it
    assert [(one["stage"], one["started"], one["seconds"]) for one in stood["stages"]] == [("load", 0.0, 85.0), ("index", 85.0, 75.0)]
    assert stood["seconds"] == 160.0
    assert without(profile(1000, 100.0, 100.0), []) == profile(1000, 100.0, 100.0)


def test_a_stage_is_held_to_the_small_loads_that_fell_into_it() -> None:
    large = figures_of(profile(10_000, 100.0, 300.0))
    smalls = [(when, figures_of(profile(100, load, 2.0))) for when, load in ((20.0, 0.5), (80.0, 1.0), (200.0, 9.0), (300.0, 9.0))]
    found = {one.what: one for one in grown(large, smalls, 100)}
    # 0.5 and 1 s: 200 and 100 notices a second, so 150 in the mean, and 0.667 s
    assert found["load: seconds"].ratio == pytest.approx((100.0 / 10_000) / (0.5 / 0.75 / 100))
    assert found["load: seconds"].note.startswith("mean rate of 2 loads")
    assert found["index: seconds"].ratio == pytest.approx(1.5) and found["index: seconds"].peer == "100 notices"
    assert found["whole"].note.startswith("mean rate of 4 loads")


def test_one_small_load_within_a_stage_says_less_than_all() -> None:
    smalls = [(when, figures_of(profile(100, 1.0, 1.0))) for when in (50.0, 200.0, 300.0)]
    found = {one.what: one for one in grown(figures_of(profile(10_000, 100.0, 300.0)), smalls, 100)}
    assert found["load: seconds"].note.startswith("mean rate of 3 loads")


def test_loads_in_turns_are_told_rather_than_two_days(tmp_path: Path) -> None:
    results = Results(tmp_path)
    for size, load in ((50_000, 5.0), (FULL, 5.0 * 1.5 * FULL / 50_000)):
        results.add(size, "load", of_profile(profile(size, load, load)))
    rows = "| load: index: seconds, for each of the notices | 20 % |"
    assert f"{rows} +50 % | 50,000, 3,277,068 | **no** |" in report.text(results.read(), {})
    large = figures_of(profile(FULL, 600.0, 600.0))
    results.add(FULL, "growth", list(grown(large, [(10.0, figures_of(profile(50_000, 10.0, 10.0)))], 50_000)))
    assert f"{rows} -8 % | 50,000 notices, 3,277,068, in turns | yes |" in report.text(results.read(), {})


def test_answers_in_turns_are_told_by_the_medians_of_rounds(tmp_path: Path) -> None:
    small = [{"notice, 1 client, p95": ms, "look-ups of a notice, 8 clients": 1_000.0} for ms in (5, 4, 90)]
    large = [{"notice, 1 client, p95": 6.0, "look-ups of a notice, 8 clients": 800.0} for _ in small]
    results = Results(tmp_path)
    for size in (50_000, FULL):
        results.add(size, "load", of_profile(profile(size, 1.0, 1.0)))
        results.add(size, "pages", [Measure("pages", "notice, 1 client, p95", 7.0, "ms")])
        results.add(size, "light", [Measure("light SPARQL", "look-ups of a notice, 8 clients", 1.0, "queries/s")])
    results.add(FULL, "growth", answers_grown(large, small, "50,000 notices"))
    text = report.text(results.read(), {})
    assert "| pages: notice, 1 client, p95 | 50 % | +20 % | 50,000 notices, 3,277,068, in turns | yes |" in text
    assert "| light SPARQL: look-ups of a notice, 8 clients | 20 % | +25 % | 50,000 notices, 3,277,068, in turns | **no** |" in text


COUNTING = """
import sys, time
with open(sys.argv[1], "w", buffering=1) as out:
    for _ in range(60):
        print(time.monotonic(), file=out)
        time.sleep(0.05)
"""


def test_a_command_stands_while_something_else_runs(tmp_path: Path) -> None:
    file = tmp_path / "moments"
    status, pauses = run_stopping([sys.executable, "-c", COUNTING, str(file)], tmp_path / "log", 1.0, lambda: time.sleep(1.0))
    assert status == 0 and pauses
    moments = list(map(float, file.read_text().split()))
    stood = sum(end - start for start, end in pauses)
    gaps = [after - before for before, after in pairwise(moments)]
    assert len(moments) == 60 and sum(gap for gap in gaps if gap > 0.5) == pytest.approx(stood, abs=0.5 * len(pauses))


def test_a_command_is_ended_where_what_runs_meanwhile_fails(tmp_path: Path) -> None:
    def fail() -> None:
        raise SystemExit("no room")

    start = time.monotonic()
    with pytest.raises(SystemExit, match="no room"):
        run_stopping([sys.executable, "-c", "import time; time.sleep(60)"], tmp_path / "log", 0.5, fail)
    assert time.monotonic() - start < 30
