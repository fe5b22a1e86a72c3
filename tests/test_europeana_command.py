"""``pop-ld europeana``: a report of the release, an explanation of a notice, and faults of usage."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from pop_ld import cli, pipeline
from pop_ld.bases import load_bases
from pop_ld.config import Settings


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("command")
    samples = [*load_bases()["memoire"].samples, *load_bases()["merimee"].samples]
    pipeline.load(samples, made, replace(Settings(), data=str(made)), accept=True, quiet=True)
    return made


def told(data: Path, capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    code = cli.main(["europeana", *args, "--data", str(data), "--quiet", "--jobs", "1"])
    out, err = capsys.readouterr()
    return code, out, err


def test_the_report_is_made_once_and_said_in_three_forms(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = told(data, capsys, "report", "--format", "json")
    bases = json.loads(out)["bases"]
    assert code == 0 and set(bases) == {"memoire", "merimee"}
    file = next((data / "downloads").rglob("europeana.sqlite3"))
    written = file.stat().st_mtime_ns
    lines = list(csv.DictReader(io.StringIO(told(data, capsys, "report", "--format", "csv")[1])))
    assert {(row["base"], row["what"], row["key"]): int(row["notices"]) for row in lines} == {
        (base, what, key): count
        for base, about in bases.items()
        for what, found in about.items()
        for key, count in (found.items() if isinstance(found, dict) else [("", found)])
    }
    text = told(data, capsys, "report", "--base", "memoire", "--lang", "en")[1]
    assert text.startswith("memoire : ") and "merimee" not in text and "Content" in text
    assert file.stat().st_mtime_ns == written
    told(data, capsys, "report", "--again")
    assert file.stat().st_mtime_ns != written


def test_one_notice_is_explained(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = told(data, capsys, "check", "PA09900001", "--format", "json")
    about = json.loads(out)
    assert (about["base"], about["ref"]) == ("merimee", "PA09900001") and code == (0 if about["delivered"] else 1)
    text = told(data, capsys, "check", "PA09900001", "--base", "merimee")[1]
    assert f"Métadonnées : {about['metadata']['tier']}" in text and f"Contenu : {about['content']['tier']}" in text


def test_a_base_is_counted_without_a_file(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    counted = json.loads(told(data, capsys, "check", "--base", "memoire", "--format", "json")[1])["bases"]["memoire"]
    reported = json.loads(told(data, capsys, "report", "--format", "json")[1])["bases"]["memoire"]
    for what in ("notices", "delivered", "reason", "raise"):
        assert counted[what] == reported[what]


def test_faults_of_usage(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for args in (("check",), ("check", "NOBODY"), ("report", "--base", "nobase"), ("check", "PA09900001", "--base", "memoire")):
        code, out, err = told(data, capsys, *args)
        assert code == 2 and not out and err.startswith("pop-ld: "), args
    assert told(tmp_path, capsys, "report")[0] == 2
