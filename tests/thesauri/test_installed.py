"""The thesauri of a data folder, through its functions and through the command."""

from __future__ import annotations

from pathlib import Path

import pytest

from pop_ld import cli, thesauri
from pop_ld.errors import NotFound, ReadError, StoreError, UsageError
from pop_ld.thesauri.skos import read_skos

ARK = "http://data.culture.fr/thesaurus/resource/ark:/67717/"


def test_add_list_graphs_remove(turtle: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert thesauri.installed(data) == [] == list(thesauri.graphs(data, "https://example.org"))
    made = thesauri.add([turtle], data)
    assert made == thesauri.installed(data)
    assert (made[0].name, made[0].source, made[0].concepts, made[0].labels) == ("T505", "deno.ttl", 12, 18)
    [(graph, file)] = thesauri.graphs(data, "https://example.org")
    assert graph == "https://example.org/graph/thesaurus/T505"
    assert file.read_bytes() == read_skos(turtle).schemes[0][1]
    thesauri.remove(["T505"], data)
    assert thesauri.installed(data) == [] and not list((data / "thesauri").iterdir())


def test_add_replaces_a_scheme_and_leaves_the_others(turtle: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.ttl"
    other.write_text(turtle.read_text(encoding="utf-8").replace("T505", "T6"), encoding="utf-8")
    thesauri.add([turtle, other], tmp_path)
    other.write_text(f"<{ARK}T6-1> a <http://www.w3.org/2004/02/skos/core#Concept> ; <http://www.w3.org/2004/02/skos/core#prefLabel> 'a' .")
    thesauri.add([other], tmp_path)
    assert {s.name: s.concepts for s in thesauri.installed(tmp_path)} == {"T505": 12, "T6": 1}


def test_nothing_is_written_unless_every_file_is_read(turtle: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.ttl"
    broken.write_text("nonsense")
    with pytest.raises(ReadError, match=r"broken\.ttl"):
        thesauri.add([turtle, broken], tmp_path)
    copy = tmp_path / "copy.ttl"
    copy.write_bytes(turtle.read_bytes())
    with pytest.raises(UsageError, match=r"T505 is in deno\.ttl too"):
        thesauri.add([turtle, copy], tmp_path)
    assert thesauri.installed(tmp_path) == []


def test_remove_names_what_is_not_there_and_then_removes_nothing(turtle: Path, tmp_path: Path) -> None:
    thesauri.add([turtle], tmp_path)
    with pytest.raises(NotFound, match=r"no thesaurus T9; known: T505"):
        thesauri.remove(["T505", "T9"], tmp_path)
    assert len(thesauri.installed(tmp_path)) == 1


def test_broken_labels_and_a_folder_that_cannot_be_written_say_so(turtle: Path, tmp_path: Path) -> None:
    (tmp_path / "thesauri").mkdir()
    for text in ("{", "[]", '{"about": {}, "concepts": []}'):
        (tmp_path / "thesauri" / "T505.json").write_text(text)
        with pytest.raises(ReadError, match=r"T505\.json"):
            thesauri.open_thesauri(tmp_path).resolve(ARK + "T505", "tableau")
    (tmp_path / "taken").write_text("a file where the data folder should be")
    with pytest.raises(StoreError):
        thesauri.add([turtle], tmp_path / "taken")


def test_the_command(turtle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = ["--data", str(tmp_path / "data")]
    assert cli.main(["thesauri", "list", *data]) == 0
    assert capsys.readouterr().out == "aucun thésaurus n'est installé\n"
    assert cli.main(["thesauri", "add", *data, str(turtle)]) == 0
    assert capsys.readouterr().out == "T505 : Dénominations, 12 concepts, 18 libellés (deno.ttl)\n"
    assert cli.main(["thesauri", "list", *data, "--lang", "en"]) == 0
    assert capsys.readouterr().out == "T505: Dénominations, 12 concepts, 18 labels (deno.ttl)\n"
    assert cli.main(["thesauri", "remove", "T505", *data]) == 0
    assert capsys.readouterr().out == "T505 : retiré\n"


def test_strays_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "x.nt"
    lines = [f"<{iri}> <{p}> {o} ." for iri in (ARK + "T5-1", "https://example.org/1") for p, o in _CONCEPT]
    file.write_text("\n".join(lines))
    assert cli.main(["thesauri", "add", str(file), "--data", str(tmp_path), "--lang", "en"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "x.nt: 1 concepts of no thesaurus, left out"


_CONCEPT = (
    ("http://www.w3.org/1999/02/22-rdf-syntax-ns#type", "<http://www.w3.org/2004/02/skos/core#Concept>"),
    ("http://www.w3.org/2004/02/skos/core#prefLabel", '"a"@fr'),
)


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["add", "absent.ttl"], 2, "absent.ttl"),
        (["remove", "T505"], 1, "no thesaurus T505"),
        (["add", __file__], 1, Path(__file__).name),
    ],
)
def test_exit_codes(args: list[str], code: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["thesauri", *args, "--data", str(tmp_path)]) == code
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("args", [[], ["add"], ["remove"], ["list", "T505"]])
def test_usage_errors(args: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        cli.main(["thesauri", *args])
    assert stop.value.code == 2
    assert "usage: pop-ld" in capsys.readouterr().err
