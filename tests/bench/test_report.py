"""The report of measurements: every figure from the results, plots that are SVG, bars that can be missed; and what is read for it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from bench import corpus, report
from bench.bars import FULL, GROWTHS, with_sums
from bench.delta import altered, make
from bench.full_building import of_profile
from bench.full_queries import heaviest, questions
from bench.plots import number, stacks
from bench.results import Measure, Results

SVG = "{http://www.w3.org/2000/svg}"


def profile(notices: int, slower: float = 1.0) -> dict[str, Any]:
    """A load of two lanes: index beside load."""
    unit = notices / 10_000
    stages = [
        ("read", "notices", notices, 0, 1),
        ("convert", "notices", notices, 1, 9),
        ("load", "triples", notices * 45, 10, 4 * slower),
        ("index", "notices", notices, 10, 8),
        ("compact", "stores", 1, 14, 2),
    ]
    return {
        "notices": notices,
        "triples": notices * 45,
        "seconds": 20 * unit,
        "cpu_seconds": 30 * unit,
        "peak_memory_bytes": 4 << 30,
        "peak_disk_bytes": 50_000_000_000,
        "stages": [
            {
                "stage": stage,
                "unit": word,
                "amount": amount,
                "started": start * unit,
                "seconds": seconds * unit,
                "cpu_seconds": seconds * unit,
                "peak_memory_bytes": 1 << 30,
                "disk_bytes": 1,
            }
            for stage, word, amount, start, seconds in stages
        ],
    }


@pytest.fixture
def results(tmp_path: Path) -> Results:
    found = Results(tmp_path / "out")
    for size, slower in ((50_000, 1.0), (FULL, 1.5)):
        found.add(size, "load", of_profile(profile(size, slower)))
        found.add(size, "pages", [Measure("pages", "notice, 1 client, p95", 12.0, "ms", "limit", 30.0)])
        found.add(size, "hand", [Measure("conversion", "emission of Mémoire", 20_000.0, "notices/s", "written by hand", 50_000.0)])
        asked = Measure("questions", "29-same", 15.0, "s", note="13.9 s in Filter(?a < ?b | ?c)")
        found.add(
            size, "questions", [asked, Measure("questions", "failed", 0, "questions", "limit", 0), Measure("questions", "median", 0.7, "s")]
        )
    return found


def test_a_stage_is_done_when_all_of_it_was_written(tmp_path: Path) -> None:
    found = Results(tmp_path)
    assert not found.done(10, "pages")
    found.add(10, "pages", [Measure("pages", "p95", 1.0, "ms")])
    found.add(10, "pages", [Measure("pages", "p95", 2.0, "ms", "limit", 4.0)])
    assert found.done(10, "pages") and not found.done(10, "search") and not found.done(20, "pages")
    with found.file.open("a") as out:
        out.write('{"size": 10, "stage": "sea')  # killed while it wrote
    again = Results(tmp_path)
    (one,) = again.read()
    assert (one.size, one.measure.value, one.measure.ratio) == (10, 2.0, 0.5)
    again.add(10, "search", [])
    assert again.done(10, "search")


def test_every_bar_is_told_by_the_figures(results: Results) -> None:
    text = report.text(results.read(), {})
    assert "| load: disk at the peak | 45 GB | 50 GB | 3,277,068 | **no** |" in text
    assert "| load: memory of all processes | 8 GiB | 4 GiB | 3,277,068 | yes |" in text
    assert "| load: conversion and validation | 1,500 s | 3,277 s | 3,277,068 | **no** |" in text
    assert "| questions: failed | 0 questions | 0 questions | 3,277,068 | yes |" in text
    assert "| delta: failed requests | 0 requests | | | not measured |" in text
    assert "| load: load: seconds, for each of the triples | 20 % | +50 % | 50,000, 3,277,068 | **no** |" in text
    assert "| load: index: seconds, for each of the notices | 20 % | +0 % | 50,000, 3,277,068 | yes |" in text
    assert "| – written by hand | notices/s | 50,000 (0.4×) | 50,000 (0.4×) |" in text
    assert r"- `29-same`, 15 s: 13.9 s in Filter(?a \< ?b \| ?c)" in text


def test_what_was_measured_at_a_smaller_size_meets_no_bar_of_the_full_one(tmp_path: Path) -> None:
    found = Results(tmp_path)
    found.add(50_000, "load", of_profile(profile(50_000)))
    text = report.text(found.read(), {})
    assert "| load: whole | 3,600 s | 100 s | 50,000 | not measured at 3,277,068; there yes |" in text
    assert "| load: whole, for each of the notices | 20 % | | | measured at less than two sizes |" in text


def test_a_table_has_a_cell_for_each_size(results: Results) -> None:
    results.add(50_000, "search", [Measure("search", "in process, p95", 8.0, "ms")])  # at one size alone
    blocks = [block.splitlines() for block in report.text(results.read(), {}).split("\n\n") if block.startswith("|")]
    assert len(blocks) > 5
    for lines in blocks:
        assert len({line.replace("\\|", "").count("|") for line in lines}) == 1, lines


def test_the_plots_are_svg_with_their_words_as_text(results: Results, tmp_path: Path) -> None:
    assert report.main([str(results.file.parent), "--to", str(tmp_path)]) == 0
    page = (tmp_path / "measurements.md").read_text(encoding="utf-8")
    files = sorted((tmp_path / "measurements").glob("*.svg"))
    assert [file.stem for file in files] == ["conversion", "latency", "stages", "timeline"]
    for file in files:
        root = ElementTree.parse(file).getroot()
        assert root.tag == SVG + "svg" and root.get("role") == "img" and root.get("aria-label")
        words = "".join(root.itertext())
        assert "prefers-color-scheme:dark" in words and "notices" in words
        for element in root.iter():
            for name in ("x", "y", "cx", "cy", "width", "height"):
                if (place := element.get(name)) is not None:
                    assert float(place) >= 0, (file, element.attrib)
        assert f"](measurements/{file.name})" in page and f"![{root.get('aria-label', '')[:10]}" in page
    assert "index from 54.6 to 98.3 min" in page


def test_a_load_without_results_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert report.main([str(tmp_path), "--to", str(tmp_path)]) == 1
    assert "no results" in capsys.readouterr().err


def test_stages_that_come_twice_count_as_one() -> None:
    twice = profile(10_000)
    twice["stages"].append({**twice["stages"][2], "started": 30.0})
    found = {one.what: one.value for one in of_profile(twice)}
    assert (found["load: started"], found["load: seconds"], found["load: rate"]) == (10.0, 8.0, 112_500.0)
    assert "compact: rate" not in found


def test_stages_side_by_side_are_not_added_up() -> None:
    figures = {(one.stage, one.what): one for one in of_profile(profile(10_000))}
    assert with_sums(figures)["load", "conversion and validation"].value == 10.0


def test_a_rate_that_falls_has_grown_worse() -> None:
    (light,) = (one for one in GROWTHS if one.rate)
    key = (light.stage, light.what)
    assert light.between({key: Measure(*key, 500.0, "")}, {key: Measure(*key, 400.0, "")}) == 0.25
    assert light.between({}, {key: Measure(*key, 400.0, "")}) is None


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "0"),
        (0.0512, "0.0512"),
        (0.00004, "0"),
        (1.25, "1.25"),
        (30, "30"),
        (38.14, "38.1"),
        (99.96, "100"),
        (100, "100"),
        (3_277_068, "3,277,068"),
    ],
)
def test_numbers_have_three_digits(value: float, said: str) -> None:
    assert number(value) == said


def test_small_parts_of_a_column_are_put_together() -> None:
    root = ElementTree.fromstring(stacks("t", "x", "y", {"a": {"long": 100.0, "tiny": 0.1, "wee": 0.2}}))
    titles = [element.text for element in root.iter(SVG + "title")]
    assert titles == ["a: long 100", "a: others 0.3"]


def lines(folder: Path, base: str, notices: Iterable[dict[str, str]]) -> None:
    (folder / f"{base}.jsonl").write_text("".join(json.dumps(one) + "\n" for one in notices), encoding="utf-8")


def test_a_delta_has_new_changed_and_removed_notices(tmp_path: Path) -> None:
    source, out = tmp_path / "corpus", tmp_path / "delta"
    source.mkdir()
    out.mkdir()
    lines(source, "memoire", ({"REF": f"SYN{n:09}", "LEG": f"vue du pont {n}"} for n in range(400)))
    lines(source, "palissy", ({"REF": f"IM01{n:06}", "DENO": "chaise"} for n in range(400)))
    known = {json.loads(line)["REF"] for file in source.iterdir() for line in file.open(encoding="utf-8")}
    delta = make(source, out, 100)
    written = [json.loads(line) for file in delta.files for line in file.open(encoding="utf-8")]
    references = {one["REF"] for one in written}
    assert len(written) == len(references) == 95 and len(delta.new) == 25 and len(delta.removed) == 5
    assert references - known == {ref for _, ref in delta.new}
    assert {ref for _, ref in delta.removed} <= known - references
    assert all(str(one.get("LEG", one.get("DENO"))).endswith("(revu)") for one in written)
    assert altered({"REF": "x"}) == {"REF": "x"}


def test_a_day_after_it_has_others(tmp_path: Path) -> None:
    lines(tmp_path, "memoire", ({"REF": f"SYN{n:09}", "LEG": f"vue du pont {n}"} for n in range(400)))
    days = []
    for day in range(1, 4):
        (out := tmp_path / str(day)).mkdir()
        days.append(make(tmp_path, out, 100, day))
    gone, new = set[tuple[str, str]](), set[tuple[str, str]]()
    for delta in days:
        references = {("memoire", json.loads(line)["REF"]) for file in delta.files for line in file.open(encoding="utf-8")}
        gone.update(delta.removed)
        assert delta.removed and delta.gone == gone and not references & gone
        assert len(references) == 100 - 5 and len(delta.new) == 25 and not new & references
        new.update(delta.new)
    assert len(gone) > 10 and len(new) == 75


def test_questions_are_picked_from_notices(tmp_path: Path) -> None:
    lines(tmp_path, "joconde", ({"REF": f"S{n}", "TITR": f"Portrait équestre {'abcdefgh'[n % 8] * 5}"} for n in range(50)))
    picked = corpus.pick(tmp_path, 20)
    assert len(picked) == len({one["REF"] for _, one in picked}) == 20
    assert corpus.pick(tmp_path, 20) == picked
    asked = corpus.questions(picked)
    assert asked and all(len(question.split()) == 2 for question in asked)


def test_the_forty_questions_are_asked() -> None:
    assert [name[:2] for name in questions()] == [f"{n:02}" for n in range(1, 41)]


def test_the_heaviest_part_of_a_plan_is_named() -> None:
    def node(name: str, seconds: float, rows: int, *children: dict[str, Any]) -> dict[str, Any]:
        return {"name": name, "duration in seconds": seconds, "number of results": rows, "children": list(children)}

    plan = node("Sort(?n)", 9.0, 3, node("Filter(?a)", 8.5, 3, node("QuadPattern(?s <http://purl.org/dc/terms/creator> ?t)", 0.5, 157_347)))
    assert heaviest(plan) == "8.0 s in Filter(?a); 157,347 rows of QuadPattern(?s creator ?t)"
