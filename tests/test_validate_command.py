"""``pop-ld validate`` by hand: each format, where the report goes, exit codes for scripts, what is known, and the shapes of others."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
import rdflib
import yaml
from rdflib.namespace import RDF, SH

from pop_ld import cli, iris
from pop_ld.validation import SEVERITIES
from pop_ld.validation.rules import by_code

Captured = pytest.CaptureFixture[str]
FORMATS = ("text", "csv", "json", "html", "turtle", "sarif")
EXAMPLES = Path(__file__).parent / "shapes" / "merimee.yml"
SECRET = "SECRET-RETENU"
Row = dict[str, str]


@cache
def complete() -> Row:
    """The made-up notice that breaks no rule."""
    notice: dict[str, str | list[str]] = yaml.safe_load(EXAMPLES.read_text(encoding="utf-8"))["complete"]
    return {code: value if isinstance(value, str) else " ; ".join(value) for code, value in notice.items()}


def changed(**fields: str) -> Row:
    return {**complete(), **fields}


def table(folder: Path, *rows: Row, name: str = "a.csv") -> Path:
    file = folder / name
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, complete(), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    return file


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return table(tmp_path, changed(), name="juste.csv")


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    """Two Violations, a Warning and an advice."""
    return table(
        tmp_path,
        changed(),
        changed(REF="PA09900062", INSEE="2199", CONTACT=SECRET),
        changed(REF="PA09900063", TICO="", DPT="Côte-d'Or"),
        changed(REF="PA09900064", HIST="<b>Bâti</b>"),
    )


def validate(*args: object) -> int:
    return cli.main(["validate", *map(str, args), "--quiet"])


def codes(text: str) -> list[str]:
    return re.findall(r"\[\S+ ([A-Z]{3}-[A-Z0-9_]+-[0-9]{2})\]$", text, re.MULTILINE)


WRONG = ["MER-INSEE-01", "MER-DPT-01", "MER-TICO-01", "NOT-BALISE-01"]


# Formats --------------------------------------------------------------------------------------------------------------------


def test_the_file_that_breaks_nothing_breaks_nothing(good: Path, capsys: Captured) -> None:
    assert validate(good, "--fail-on", "info") == 0
    captured = capsys.readouterr()
    assert captured.out == "Notices vérifiées : 1. Erreurs : 0 ; avertissements : 0 ; conseils : 0.\n" and captured.err == ""


def test_text(faulty: Path, capsys: Captured) -> None:
    assert validate(faulty) == 1
    out = capsys.readouterr().out
    assert codes(out) == WRONG
    assert out.startswith(f"{faulty}:3: Notice PA09900062, champ INSEE : « 2199 ». {by_code()['MER-INSEE-01'].messages['fr']}")
    assert out.endswith("Notices vérifiées : 4. Erreurs : 2 ; avertissements : 1 ; conseils : 1.\n")


def test_csv(faulty: Path, capsys: Captured) -> None:
    assert validate(faulty, "--format", "csv") == 1
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out, newline="")))
    assert [row["code"] for row in rows] == WRONG
    assert [row["line"] for row in rows] == ["3", "4", "4", "5"] and {row["producer"] for row in rows} == {"Monuments Historiques"}


def test_json(faulty: Path, capsys: Captured) -> None:
    assert validate(faulty, "--format", "json") == 1
    content = json.loads(capsys.readouterr().out)
    assert [one["code"] for one in content["results"]] == WRONG
    assert (content["notices"], content["conforms"], content["hidden"]) == (4, False, 0)
    assert content["severities"] == {"Violation": 2, "Warning": 1, "Info": 1}


def test_turtle(faulty: Path, good: Path, capsys: Captured) -> None:
    assert validate(faulty, "--format", "turtle") == 1
    graph = rdflib.Graph().parse(data=capsys.readouterr().out, format="turtle")
    assert len(list(graph.subjects(RDF.type, SH.ValidationResult))) == len(WRONG)
    assert list(graph.objects(None, SH.conforms)) == [rdflib.Literal(False)]
    assert validate(good, "--format", "turtle") == 0
    graph = rdflib.Graph().parse(data=capsys.readouterr().out, format="turtle")
    assert list(graph.objects(None, SH.conforms)) == [rdflib.Literal(True)]


def test_sarif(faulty: Path, capsys: Captured) -> None:
    assert validate(faulty, "--format", "sarif") == 1
    (run,) = json.loads(capsys.readouterr().out)["runs"]
    assert [result["ruleId"] for result in run["results"]] == WRONG
    lines = [result["locations"][0]["physicalLocation"]["region"]["startLine"] for result in run["results"]]
    assert lines == [3, 4, 4, 5]


def test_html_is_one_file_that_needs_no_other(faulty: Path, capsys: Captured) -> None:
    assert validate(faulty, "--format", "html") == 1
    out = capsys.readouterr().out
    assert out.startswith("<!doctype html>")
    assert all(out.count(code) for code in WRONG) and "&lt;b&gt;Bâti&lt;/b&gt;" in out.replace("<mark>", "").replace("</mark>", "")
    assert not re.search(r'<(?:link|script|img)[^>]+(?:src|href)="(?!data:)', out)
    assert "<b>Bâti" not in out


@pytest.mark.parametrize("format", FORMATS)
def test_a_report_of_any_format_can_be_written_to_a_file(format: str, faulty: Path, tmp_path: Path, capsys: Captured) -> None:
    assert validate(faulty, "--format", format) == 1
    shown = capsys.readouterr().out
    out = tmp_path / f"rapport.{format}"
    out.write_text("un rapport plus long, d'avant" * 10_000, encoding="utf-8")
    assert validate(faulty, "--format", format, "--out", out) == 1
    assert capsys.readouterr().out == ""
    assert out.read_bytes().decode() == shown
    assert SECRET not in shown


@pytest.mark.parametrize("format", FORMATS)
def test_a_report_of_any_format_in_english(format: str, faulty: Path, capsys: Captured) -> None:
    assert validate(faulty, "--format", format, "--lang", "en", "--all") == 1
    out = capsys.readouterr().out
    rule = by_code()["MER-DPT-01"]
    assert rule.messages["en"] in out.replace("&#39;", "'")
    assert (rule.messages["fr"] in out) == (format == "turtle"), "RDF says it in both"


def test_text_lists_twenty_of_a_rule_or_all(tmp_path: Path, capsys: Captured) -> None:
    file = table(tmp_path, *(changed(REF=f"PA099{number:05d}", TICO="") for number in range(23)))
    assert validate(file) == 0
    out = capsys.readouterr().out
    assert codes(out) == ["MER-TICO-01"] * 20 and "--all" in out and "23" in out
    assert validate(file, "--all") == 0
    out = capsys.readouterr().out
    assert codes(out) == ["MER-TICO-01"] * 23 and "--all" not in out


# Exit codes -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("severity", SEVERITIES)
@pytest.mark.parametrize("fail_on", ["violation", "warning", "info", "never"])
def test_it_fails_on_what_is_as_grave(severity: str, fail_on: str, tmp_path: Path) -> None:
    wrong = {"Violation": {"DPT": "Corse"}, "Warning": {"TICO": ""}, "Info": {"HIST": "<b>Bâti</b>"}}[severity]
    file = table(tmp_path, changed(**wrong))
    ranks = [*map(str.lower, SEVERITIES), "never"]
    expected = int(fail_on != "never" and ranks.index(severity.lower()) <= ranks.index(fail_on))
    assert validate(file, "--fail-on", fail_on, "--out", tmp_path / "rapport") == expected


def test_by_default_it_fails_on_a_violation(faulty: Path, tmp_path: Path) -> None:
    assert validate(faulty) == 1
    assert validate(table(tmp_path, changed(TICO=""), name="b.csv")) == 0


def test_a_file_that_cannot_be_read_among_others(faulty: Path, tmp_path: Path, capsys: Captured) -> None:
    """The others are checked, the report is whole, and the exit code says that it is not of all; --fail-on does not hide it."""
    broken = tmp_path / "binaire.csv"
    broken.write_bytes(b"\x00\x01\x02\xff")
    for more in ([], ["--fail-on", "never"]):
        assert validate(broken, faulty, *more) == 3
        captured = capsys.readouterr()
        assert codes(captured.out) == WRONG and "binaire.csv" in captured.err
    assert validate(broken) == 3
    captured = capsys.readouterr()
    assert captured.out == "" and "binaire.csv" in captured.err


@pytest.mark.parametrize(
    "args",
    [
        ["absent.csv"],
        ["{good}", "--known", "absent.csv"],
        ["{good}", "--shapes", "absent.ttl"],
        ["{good}", "--base", "nulle"],
        ["{good}", "--encoding", "nul"],
        ["{good}", "--format", "pdf"],
        ["{good}", "--fail-on", "rien"],
        ["{good}", "--lang", "de"],
        ["{good}", "--out", "absent/rapport.csv"],
        ["{good}", "--out", "."],
        [],
    ],
)
def test_what_is_asked_wrong(args: list[str], good: Path, capsys: Captured) -> None:
    try:
        code = validate(*(str(good) if arg == "{good}" else arg for arg in args))
    except SystemExit as stop:
        code = int(str(stop.code))
    captured = capsys.readouterr()
    assert code == 2 and captured.out == "" and captured.err.strip()


def test_exit_codes_of_the_program_itself(good: Path, faulty: Path, tmp_path: Path) -> None:
    """In processes of its own, as scripts run it."""
    (tmp_path / "vide.csv").write_bytes(b"")
    for file, code in {good: 0, faulty: 1, tmp_path / "absent.csv": 2, tmp_path / "vide.csv": 3}.items():
        done = subprocess.run([sys.executable, "-m", "pop_ld", "validate", file], capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        assert bool(done.stdout) == (code < 2)


def test_a_reader_that_goes_away_is_no_crash(tmp_path: Path) -> None:
    """``pop-ld validate … | head -1``."""
    file = table(tmp_path, *(changed(REF=f"PA099{number:05d}", DPT="Corse") for number in range(400)))
    command = f"{sys.executable} -m pop_ld validate {file} --all --quiet | head -1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert codes(done.stdout) == ["MER-DPT-01"]
    assert done.stderr == ""


# What is known --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", ["csv", "json"])
def test_what_is_known_is_hidden_and_counted(format: str, faulty: Path, tmp_path: Path, capsys: Captured) -> None:
    known = tmp_path / f"connu.{format}"
    assert validate(faulty, "--format", format, "--out", known) == 1
    assert validate(faulty, "--known", known, "--fail-on", "info") == 0
    out = capsys.readouterr().out
    assert codes(out) == [] and out.endswith("conseils : 0. 4 remarques déjà connues ne sont pas montrées.\n")
    moved = table(
        tmp_path, changed(REF="PA09900069", INSEE="1"), *csv.DictReader(faulty.open(encoding="utf-8"), delimiter=";"), name="b.csv"
    )
    assert validate(moved, "--known", known, "--format", "json") == 1
    content = json.loads(capsys.readouterr().out)
    assert [(one["code"], one["ref"]) for one in content["results"]] == [("MER-INSEE-01", "PA09900069")]
    assert (content["hidden"], content["notices"], content["severities"]["Violation"]) == (4, 5, 1)


def test_a_value_mended_wrongly_is_new(faulty: Path, tmp_path: Path, capsys: Captured) -> None:
    known = tmp_path / "connu.csv"
    assert validate(faulty, "--format", "csv", "--out", known) == 1
    file = table(tmp_path, changed(REF="PA09900062", INSEE="2198"))
    assert validate(file, "--known", known) == 1
    assert codes(capsys.readouterr().out) == ["MER-INSEE-01"]


def test_a_known_report_that_is_none_is_no_finding(good: Path, capsys: Captured) -> None:
    """Exit code 1 would say that the notices are wrong."""
    assert validate(good, "--known", good) == 3
    captured = capsys.readouterr()
    assert captured.out == "" and "no report" in captured.err


# Shapes of others -----------------------------------------------------------------------------------------------------------


def shapes(tmp_path: Path, turtle: str) -> Path:
    file = tmp_path / "regles.ttl"
    prefixes = f"@prefix sh: <{iris.SHACL}> . @prefix champ: <{iris.FIELD}> . @prefix ex: <https://musee.example/> . "
    file.write_text(prefixes + turtle, encoding="utf-8")
    return file


TITLE = """ex:N a sh:NodeShape ; sh:targetClass champ:Notice ;
  sh:property [ sh:path champ:TICO ; sh:maxLength 3 ; sh:message "Trois lettres au plus."@fr, "Three letters at most."@en ] ."""


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize(("lang", "message"), [("fr", "Trois lettres au plus."), ("en", "Three letters at most.")])
def test_shapes_of_ones_own(format: str, lang: str, message: str, good: Path, tmp_path: Path, capsys: Captured) -> None:
    assert validate(good, "--shapes", shapes(tmp_path, TITLE), "--format", format, "--lang", lang) == 1
    assert message in capsys.readouterr().out


def test_findings_of_ones_own_shapes_are_known_too(good: Path, tmp_path: Path, capsys: Captured) -> None:
    known = tmp_path / "connu.csv"
    assert validate(good, "--shapes", shapes(tmp_path, TITLE), "--format", "csv", "--out", known) == 1
    assert validate(good, "--shapes", shapes(tmp_path, TITLE), "--known", known) == 0
    assert "1 remarques déjà connues" in capsys.readouterr().out


def test_the_same_with_ones_own_shapes_whatever_the_processes(faulty: Path, tmp_path: Path, capsys: Captured) -> None:
    second = tmp_path / "b.csv"
    second.write_text("REF;TICO;DENO\nPM09900051;Statue;statue\n", encoding="utf-8")
    reports = []
    for jobs in (1, 2):
        assert validate(faulty, second, "--shapes", shapes(tmp_path, TITLE), "--format", "csv", "--jobs", jobs) == 1
        reports.append(capsys.readouterr().out)
    assert reports[0] == reports[1] and reports[0].count("Trois lettres") == 4


@pytest.mark.parametrize(
    ("turtle", "words"),
    [
        ("ex:N sh:targetClass champ:Notice ; sh:node ex:N .", "recursive"),
        ("ex:N ex:rien 1 .", "no shape"),
        ("ex:N ex:rien", "regles.ttl:1"),
    ],
)
def test_shapes_that_cannot_be_used_are_no_finding(turtle: str, words: str, good: Path, tmp_path: Path, capsys: Captured) -> None:
    assert validate(good, "--shapes", shapes(tmp_path, turtle)) == 3
    captured = capsys.readouterr()
    assert captured.out == "" and words in captured.err


# What else is said ----------------------------------------------------------------------------------------------------------


def test_progress_and_vocabularies_are_told_aside_unless_quiet(good: Path, tmp_path: Path, capsys: Captured) -> None:
    data = tmp_path / "sans thésaurus"
    assert cli.main(["validate", str(good), "--data", str(data)]) == 0
    captured = capsys.readouterr()
    assert "validate: 1 notices" in captured.err and "DENO (T96)" in captured.err and "pop-ld thesauri add" in captured.err
    assert "T96" not in captured.out
    assert cli.main(["validate", str(good), "--data", str(data), "--lang", "en"]) == 0
    assert "Vocabularies not checked" in capsys.readouterr().err
    assert validate(good, "--data", data) == 0
    assert capsys.readouterr().err == ""
    assert not data.exists(), "to validate writes nothing"


def test_the_base_is_guessed_or_given(tmp_path: Path, capsys: Captured) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text('{"REF": "XX1", "TICO": "Sans base"}\n', encoding="utf-8")
    assert validate(file, "--base", "palissy", "--format", "json", "--fail-on", "never") == 0
    assert {one["base"] for one in json.loads(capsys.readouterr().out)["results"]} == {"palissy"}


def test_the_temporary_folder_is_gone(faulty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    assert validate(faulty) == 1
    assert list((tmp_path / "tmp").iterdir()) == []
