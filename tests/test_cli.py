"""The command line: help, exit codes, each command by hand."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest

from pop_ld import cli, store
from pop_ld.bases import load_bases
from pop_ld.web.control import Door, _announce

COMMANDS = ("load", "convert", "publish", "remove", "serve", "query", "releases", "mapping", "demo")


def run(*args: object, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "pop_ld", *map(str, args)], capture_output=True, text=True, input=stdin, check=False)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli")
    assert cli.main(["load", *map(str, load_bases()["mnr"].samples), "--data", str(folder), "--quiet"]) == 0
    return folder


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        cli.main([command, "--help"])
    assert stop.value.code == 0
    assert "usage: pop-ld " + command in capsys.readouterr().out


def test_help_names_every_command_and_setting() -> None:
    done = run("--help")
    assert done.returncode == 0
    assert all(command in done.stdout for command in COMMANDS)
    assert "POP_LD_SITE" in done.stdout


def test_help_loads_nothing_heavy() -> None:
    heavy = {"pyoxigraph", "tantivy", "fastapi", "yaml", "rich", "jinja2"}
    code = f"import sys\nfrom pop_ld import cli\ncli.parser()\nprint(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["nonsense"], 2),
        (["load"], 2),
        (["load", "absent.csv"], 2),
        (["mapping", "export", "nowhere"], 2),
        (["publish", "nowhere", "--data", "nowhere-either"], 1),
    ],
)
def test_exit_codes(args: list[str], code: int) -> None:
    assert run(*args).returncode == code


def test_load_reports_in_french_by_default_and_in_english(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("REF;TITR;INCONNU\nMNR00001;Un;x\n;Deux;\n", encoding="utf-8")
    french = run("convert", file, "--base", "mnr", "--out", tmp_path / "fr", "--quiet")
    english = run("convert", file, "--base", "mnr", "--out", tmp_path / "en", "--quiet", "--lang", "en")
    assert french.returncode == english.returncode == 0
    assert "INCONNU" in french.stdout and f"{file}:3" in french.stdout
    assert french.stdout != english.stdout
    report = json.loads((tmp_path / "fr" / "report.json").read_text(encoding="utf-8"))
    assert report["notices"]["rejected"] == 1
    assert report["unmapped_columns"][str(file)]["INCONNU"] == {"cells": 1, "reason": "unknown", "reason_fr": "inconnue"}


def test_query(data: Path) -> None:
    done = run(
        "query",
        "SELECT (COUNT(*) AS ?n) WHERE { ?s a <https://data.pop.culture.gouv.fr/def/pop#OeuvreRecuperee> }",
        "--data",
        data,
        "--accept",
        "text/csv",
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["n", str(store.current(data).manifest["bases"]["mnr"])]
    assert run("query", "-", "--data", data, stdin="ASK {}").stdout.startswith("{")
    wrong = run("query", "SELECT *\n{ ?s ex:p ?o }", "--data", data)
    assert wrong.returncode == 1 and "line 2, column" in wrong.stderr and "  { ?s ex:p ?o }\n" in wrong.stderr
    words = 'PREFIX pop: <https://data.pop.culture.gouv.fr/def/pop#> SELECT ?n { ?n pop:search "église" }'
    assert "/id/" in run("query", words, "--data", data, "--accept", "text/csv").stdout
    assert run("query", "ASK { SERVICE <http://127.0.0.1:9/> { ?a ?b ?c } }", "--data", data).returncode == 1


def test_releases(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["remove", "mnr", "R 26 P", "--data", str(data), "--quiet"]) == 0
    assert cli.main(["releases", "--data", str(data)]) == 0
    listed = capsys.readouterr().out
    assert listed.count("notices  ") == 2 and "* " in listed
    assert cli.main(["releases", "rollback", "--data", str(data)]) == 0
    assert cli.main(["releases", "prune", "--keep", "1", "--data", str(data)]) == 0
    assert cli.main(["releases", "rollback", "nowhere", "--data", str(data)]) == 1


def test_convert_then_publish(tmp_path: Path) -> None:
    samples = load_bases()["palissy"].samples
    assert run("convert", *samples, "--out", tmp_path / "dump", "--quiet").returncode == 0
    done = run("publish", tmp_path / "dump", "--data", tmp_path / "data", "--quiet")
    assert done.returncode == 0 and "release" in done.stdout


def test_mapping_export(tmp_path: Path) -> None:
    done = run("mapping", "export", "mnr", "--rml", "--source", tmp_path / "records.json", "--records", *load_bases()["mnr"].samples)
    assert done.returncode == 0
    assert "rr:TriplesMap" in done.stdout
    assert json.loads((tmp_path / "records.json").read_text(encoding="utf-8"))[0]["key"]
    assert run("mapping", "export", "mnr").stdout == load_bases()["mnr"].mapping_file.read_text(encoding="utf-8")


IDLE = getattr(os, "SCHED_IDLE", None)
NORMAL = getattr(os, "SCHED_OTHER", None)


@contextmanager
def web_process(data: Path, *, alive: bool = True) -> Iterator[None]:
    """What a process that serves the folder, or was killed while it did, leaves there: its file, whose lock it holds while it lives."""
    lock = _announce(data / "run" / "9.json", Door(9, 0, 1, str(data / "none")))
    if not alive:
        os.close(lock)
    yield
    if alive:
        os.close(lock)


@pytest.mark.parametrize(
    ("command", "how", "before", "expected"),
    [
        ("remove mnr REF", "idle", 0, (IDLE, 0) if IDLE else (None, 10)),
        ("remove mnr REF", "nice", 0, (NORMAL, 10)),
        ("remove mnr REF", "nice", 15, (NORMAL, 15)),
        ("remove mnr REF", "no", 0, (NORMAL, 0)),
        ("queries", "idle", 0, (NORMAL, 0)),
    ],
)
def test_work_gives_way_to_those_who_serve(command: str, how: str, before: int, expected: tuple[int | None, int], tmp_path: Path) -> None:
    """As a program of its own; how is a setting."""
    with web_process(tmp_path):
        assert priority(command, how, before, tmp_path) == expected


@pytest.mark.parametrize("killed", [True, False])
def test_work_that_nobody_is_served_beside_keeps_its_part(killed: bool, tmp_path: Path) -> None:
    with web_process(tmp_path, alive=False) if killed else nullcontext():
        assert priority("remove mnr REF", "idle", 0, tmp_path) == (NORMAL, 0)


def priority(command: str, how: str, before: int, data: Path) -> tuple[int | None, int]:
    """The scheduling policy, where the system has them, and the niceness that a command of ``pop-ld`` runs with."""
    asks = "import os, sys; from pop_ld import cli; os.nice(int(sys.argv.pop(1))); cli.main(); "
    asks += "print(os.sched_getscheduler(0) if hasattr(os, 'sched_getscheduler') else None, os.getpriority(os.PRIO_PROCESS, 0))"
    words, environment = [*command.split(), "--data", str(data)], {**os.environ, "POP_LD_GIVE_WAY": how}
    done = subprocess.run([sys.executable, "-c", asks, str(before), *words], env=environment, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    policy, nice = done.stdout.splitlines()[-1].split()
    return None if policy == "None" else int(policy), int(nice)


def test_who_calls_a_command_keeps_what_it_had(tmp_path: Path) -> None:
    had = os.getpriority(os.PRIO_PROCESS, 0)
    with web_process(tmp_path):
        cli.main(["remove", "mnr", "REF", "--data", str(tmp_path)])
    assert os.getpriority(os.PRIO_PROCESS, 0) == had
    if IDLE is not None:
        assert os.sched_getscheduler(0) != IDLE
