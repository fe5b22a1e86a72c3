"""Fidelity: what is lost is found out, what is kept is found again, and withheld values are in no output at all."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop_ld import cli, fidelity_report, iris, pipeline
from pop_ld.bases import Base, load_bases
from pop_ld.config import Settings
from pop_ld.fidelity import Fidelity, Meter, Tally, lies_in, measure
from pop_ld.notices import Notice
from pop_ld.sightings import SourceFile, notices

BASES = load_bases()
SETTINGS = Settings()


def meter(base: Base, *found: Notice) -> dict[str, Tally]:
    result = Fidelity()
    made = Meter(base, SETTINGS, result)
    for notice in found:
        made.add(notice)
    return {code: tally for (_, code), tally in result.tallies.items()}


def without(base: Base, folder: Path, *names: str) -> Base:
    """The base, with a mapping in which the references to those names find nothing."""
    shutil.copytree(base.folder, folder / base.slug)
    file = folder / base.slug / base.mapping_file.name
    text = file.read_text(encoding="utf-8")
    for name in names:
        assert f"$({name})" in text
        text = text.replace(f"$({name})", "$(absent)")
    file.write_text(text, encoding="utf-8")
    return replace(base, folder=folder / base.slug)


# What is lost is found out --------------------------------------------------------------------------------------------


NOTICE = Notice("mnr", "MNR09900077", {"REF": ("MNR09900077",), "TITR": ("Le  Lavoir",), "HIST": ("Vu en 1858.",), "MILL": ("1858",)})


def test_what_is_mapped_is_found_white_space_aside() -> None:
    found = meter(BASES["mnr"], NOTICE)
    assert {code: (tally.values, tally.found) for code, tally in found.items()} == dict.fromkeys(NOTICE.fields, (1, 1))
    assert found["TITR"].characters == found["TITR"].characters_found == len("Le Lavoir")


def test_a_rule_that_is_missing_loses_its_field_and_no_other(tmp_path: Path) -> None:
    found = meter(without(BASES["mnr"], tmp_path, "TITR", "label"), NOTICE)
    assert {code for code, tally in found.items() if tally.found < tally.values} == {"TITR"}
    assert found["TITR"].lost == [("MNR09900077", "Le Lavoir")] and found["TITR"].characters_found == 0


def test_a_value_inside_the_text_of_another_field_is_not_found(tmp_path: Path) -> None:
    """1858 is in HIST, but MILL is lost."""
    base = without(BASES["mnr"], tmp_path, "MILL_text", "created", "span", "span_label")
    assert meter(base, NOTICE)["MILL"].lost == [("MNR09900077", "1858")]


def test_a_list_is_found_part_by_part_and_its_characters_are_counted(tmp_path: Path) -> None:
    base = BASES["mnr"]
    notice = Notice("mnr", "MNR1", {"REF": ("MNR1",), "DOMN": ("peinture ; dessin",)})
    assert meter(base, notice)["DOMN"].found == 1
    half = meter(without(base, tmp_path, "concept"), Notice("mnr", "MNR1", {"TITR": ("dessin",), **notice.fields}))["DOMN"]
    assert (half.found, half.characters, half.characters_found) == (0, len("peinture ; dessin"), len("dessin"))


def test_only_the_first_examples_are_kept(tmp_path: Path) -> None:
    base = without(BASES["mnr"], tmp_path, "HIST")
    many = [Notice("mnr", f"MNR{n}", {"HIST": (f"récit {n}",)}) for n in range(9)]
    tally = meter(base, *many)["HIST"]
    assert (tally.values, tally.found, len(tally.lost)) == (9, 0, 5)


def test_a_reference_and_an_image_are_found_in_their_iris() -> None:
    page = f"{SETTINGS.pop}/notice/palissy/PM89005720"
    building = Notice("merimee", "PA00113862", {"REF": ("PA00113862",), "REFO": (f"{page};PM89005721",)})
    assert meter(BASES["merimee"], building)["REFO"].found == 1
    photograph = Notice("memoire", "AP13R001264", {"REF": ("AP13R001264",), "IMG": ("memoire/AP13R001264/vue é 1.jpg",)})
    assert meter(BASES["memoire"], photograph)["IMG"].found == 1


def test_coordinates_are_compared_as_numbers() -> None:
    comma = Notice("museo", "M9006", {"POP_COORDONNEES.lat": ("47,84",), "POP_COORDONNEES.lon": ("4,63",)})
    both = Notice("museo", "M9007", {"POP_COORDONNEES.lat": ("47.8290,4.6190",)})
    none = Notice("museo", "M9008", {"POP_COORDONNEES.lat": ("nord",), "POP_COORDONNEES.lon": ("4,63",)})
    assert meter(BASES["museo"], comma, both)["POP_COORDONNEES.lat"].found == 2
    assert meter(BASES["museo"], none)["POP_COORDONNEES.lat"].found == 0


@pytest.mark.parametrize(
    ("part", "text", "expected"),
    [
        ("1858", "vers 1858", True),
        ("1858", "18589", False),
        ("1858", "18589 et 1858", True),
        ("art", "quart", False),
        ("(?)", "église(?)", True),
        ("", "x", False),
        ("x", "", False),
    ],
)
def test_lies_in(part: str, text: str, expected: bool) -> None:
    assert lies_in(part, text) is expected


@given(st.text(), st.text(min_size=1), st.text())
def test_what_stands_between_spaces_lies_in(before: str, part: str, after: str) -> None:
    assert lies_in(part, f"{before} {part} {after}")


# The bars -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", BASES)
def test_every_value_of_the_mapped_fields_of_the_samples_is_found(slug: str) -> None:
    result = measure(BASES[slug].samples, SETTINGS, quiet=True)
    lost = [(t.code, t.lost) for t in result.tallies.values() if t.mapped and t.lost]
    assert result.notices >= 6 and not lost


def real_files(shared: Path) -> list[Path]:
    folders = ("api", "import-formats", "joconde", "memoire", "merimee", "mnr", "museo", "palissy")
    return sorted(file for name in folders for file in (shared / "data" / name).iterdir() if file.suffix != ".md")


def test_every_value_of_the_mapped_fields_of_real_files_is_found(shared: Path) -> None:
    result = measure(real_files(shared), SETTINGS, quiet=True)
    assert result.notices > 50_000 and not result.unreadable
    assert not [(t.base, t.code, t.lost) for t in result.tallies.values() if t.mapped and t.lost]


def test_nearly_every_public_value_of_real_files_is_found(shared: Path) -> None:
    totals = {file.name: measure([file], SETTINGS, quiet=True).total() for file in real_files(shared)}
    assert not [f"{name}: {t.found} of {t.values}" for name, t in totals.items() if t.found < 0.995 * t.values]


# In words -------------------------------------------------------------------------------------------------------------


def test_shares_are_never_rounded_up() -> None:
    assert fidelity_report.share(99_999, 100_000, "en") == "99.99\u00a0%"
    assert fidelity_report.share(0, 0, "fr") == "100\u00a0%"
    assert fidelity_report.share(1, 3, "fr") == "33,33\u00a0%"
    assert fidelity_report.number(123_456, "fr") == "123\u202f456"


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "x.csv"
    file.write_text("REF;TITR;PRODUCTEUR;REDC;INCONNU\nMNR00001;Un;MNR;SECRET;x\n;Deux;;;\n", encoding="utf-8")
    assert cli.main(["fidelity", str(file), "--base", "mnr", "--lang", "en", "--quiet"]) == 0
    said = capsys.readouterr().out.rstrip("\n").split("\n")
    assert re.fullmatch(
        r"fidelity: [\d.]+\u00a0% of \d+ public values, [\d.]+\u00a0% of the characters; mapped fields: 100\u00a0%", said[-1]
    )
    assert "REDC: withheld, not measured (1 notices)" in said
    assert any(line.startswith('column "INCONNU": no field, not measured (1 cells)') for line in said)
    assert "rejected notices, not measured: 1" in said and not any("SECRET" in line for line in said)
    assert cli.main(["fidelity", str(file), "--base", "mnr", "--quiet"]) == 0
    assert capsys.readouterr().out.rstrip("\n").split("\n")[-1].startswith("fidélité : ")
    assert cli.main(["fidelity", str(tmp_path / "none.csv"), "--quiet"]) == 2
    (tmp_path / "bad.zip").write_bytes(b"PK\x03\x04")
    assert cli.main(["fidelity", str(tmp_path / "bad.zip"), "--quiet"]) == 1


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["fidelity", *map(str, BASES["mnr"].samples), "--json", "--quiet"]) == 0
    found = json.loads(capsys.readouterr().out)
    own = [f for f in found["fields"] if not f["apart"]]
    apart = [f for f in found["fields"] if f["apart"]]
    assert apart
    for kind, fields in (("public", own), ("mapped", [f for f in own if f["mapped"]]), ("apart", apart)):
        for name in ("values", "found", "characters", "characters_found"):
            assert found["summary"][kind][name] == sum(field[name] for field in fields)
    assert {field["field"] for field in found["fields"]} <= set(BASES["mnr"].fields)


# Withheld -------------------------------------------------------------------------------------------------------------

SECRET = "Secret-Planté-77"


def planted(base: Base, folder: Path) -> Path:
    """A sample notice in which every withheld field says the secret, in every shape that a value may have."""
    first = next(notices(SourceFile(base.samples[0])))
    notice = {code: list(values) for code, values in first.fields.items()} | {"REF": first.ref}
    for number, code in enumerate(sorted(base.withheld)):
        notice[code] = [SECRET, [SECRET, f"x {SECRET}"], [{"nom": SECRET, "date": [SECRET]}]][number % 3]
    file = folder / f"{base.slug}.jsonl"
    file.write_text(json.dumps(notice, ensure_ascii=False) + "\n", encoding="utf-8")
    return file


@pytest.mark.parametrize("slug", BASES)
def test_withheld_values_are_in_no_output(slug: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base = BASES[slug]
    assert base.withheld
    file = planted(base, tmp_path)
    (notice,) = notices(SourceFile(file, frozenset([slug])))
    assert set(notice.withheld) == base.withheld, "every one of them was filled, and known"
    pipeline.convert([file], tmp_path / "dump", SETTINGS, base=slug, jobs=1, quiet=True)
    dumped = [path for path in (tmp_path / "dump").rglob("*") if path.is_file()]
    assert {"report.json", "problems.jsonl"} <= {path.name for path in dumped}
    for path in dumped:
        assert SECRET.encode() not in path.read_bytes(), path.name
    thing = iris.notice(SETTINGS.site, slug, notice.ref)
    for command in (
        ["convert", str(file), "--out", str(tmp_path / "again"), "--base", slug],
        ["explain", thing, "--file", str(file), "--base", slug, "--data", str(tmp_path / "none")],
        ["fidelity", str(file), "--base", slug],
        ["fidelity", str(file), "--base", slug, "--json"],
    ):
        assert cli.main(command) == 0
        said = capsys.readouterr()
        assert said.out and SECRET not in said.out + said.err, command[0]
