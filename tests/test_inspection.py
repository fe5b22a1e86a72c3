"""Files in, findings out: the same whatever the processes and shards, in the order of files and lines, each thing told once."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop_ld import pipeline, spool
from pop_ld.bases import load_bases
from pop_ld.config import Settings
from pop_ld.inspection import Checked, CheckTask, check_reading, check_shard, line_of, merged_lines, read_line
from pop_ld.packed import writing_text
from pop_ld.report import Report
from pop_ld.spooling import ReadTask, ShardTask, read_file
from pop_ld.validation import Finding, Tally
from pop_ld.validation.rules import files as shapes_files

SETTINGS = Settings()
SECRET = "SECRET-RETENU"
HEADER = "REF;TICO;DENO;DPT;INSEE;DMIS"
BASES = [slug for slug in load_bases() if slug in shapes_files()]


def validate(work: Path, files: Iterable[Path], jobs: int = 1, base: str = "") -> tuple[Report, Tally, list[Checked]]:
    work.mkdir(parents=True)
    report, tally, lines = pipeline.validate(list(files), work, SETTINGS, base=base, jobs=jobs, quiet=True)
    return report, tally, list(lines)


def csv(folder: Path, name: str, *rows: str, header: str = HEADER) -> Path:
    file = folder / name
    file.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return file


def found(lines: Iterable[Checked], *codes: str) -> list[Finding]:
    """The findings of some rules; of all where none is named."""
    return [one for line in lines for one in line.findings if not codes or one.code in codes]


def places(findings: Iterable[Finding]) -> list[tuple[str, int]]:
    return [(Path(one.file).name, one.line) for one in findings]


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three files, not in the order of their names, of two bases, that speak of the same notices, with faults of every kind."""
    folder = tmp_path_factory.mktemp("files")
    rows = [f"PA{number:08d};;moulin;21;{1999 + number % 2 * 20_000};hier" for number in range(60)]
    return [
        csv(folder, "b.csv", *rows, "PA00000003;Deux fois;;;;", ";sans;;;;"),
        csv(folder, "a.csv", *rows[::3], "PA00000099;Seule;moulin;2;21999;2001-02-03"),
        csv(folder, "c.csv", *(f"PM{number:08d};Statue\tancienne;;{number % 3};;" for number in range(40)), "court"),
    ]


# The same, however it is done -----------------------------------------------------------------------------------------------


def test_the_same_findings_whatever_the_processes(mixed: list[Path], tmp_path: Path) -> None:
    _, tally, one = validate(tmp_path / "1", mixed, 1)
    _, others, two = validate(tmp_path / "2", mixed, 2)
    assert len({line.base for line in one}) > 1, "two shards at least"
    assert one == two and found(one)
    assert tally == others


def test_the_same_findings_whatever_the_shards(mixed: list[Path], tmp_path: Path) -> None:
    """A large base is parted into shards: their lines come together again in the order of the files."""
    merged = []
    for count in (1, 50_000, 1_000_000):
        work = tmp_path / str(count)
        work.mkdir()
        for number, path in enumerate(mixed):
            read_file(ReadTask(number, path, "", "", work))
        tally = Tally()
        parted = list(enumerate(spool.shards(count)))
        for slug in ("merimee", "palissy"):
            for number, parts in parted:
                tally.add(check_shard(CheckTask(ShardTask(slug, number, parts, len(mixed), work, SETTINGS, ""))))
        tally.add(check_reading(work))
        merged.append((list(merged_lines(work)), tally))
        assert len(list(work.glob("*.checked.gz"))) == 2 * len(parted) + 1
    assert merged[0] == merged[1] == merged[2]
    assert merged[0][0] == validate(tmp_path / "street", mixed)[2]


def test_the_samples_of_every_base(tmp_path: Path) -> None:
    samples = [sample for slug in BASES for sample in load_bases()[slug].samples]
    _, tally, one = validate(tmp_path / "1", samples, 1)
    assert validate(tmp_path / "2", samples, 2)[1:] == (tally, one)
    assert {line.base for line in one if line.is_notice} == set(BASES)


# In order -------------------------------------------------------------------------------------------------------------------


def test_findings_come_by_file_and_line(mixed: list[Path], tmp_path: Path) -> None:
    lines = validate(tmp_path / "work", mixed)[2]
    order = places(one for one in found(lines) if one.code not in ("LEC-REF-02", "LEC-REF-03"))  # a merge stands by its notice
    assert order == sorted(order) and {name for name, _ in order} == {"a.csv", "b.csv", "c.csv"}
    big = csv(tmp_path, "grand.csv", *(f"PA{9_999 - number:08d};;moulin;21;21999;" for number in range(1_200)))
    refs = [one.ref for one in found(validate(tmp_path / "big", [big])[2], "MER-TICO-01")]
    assert refs == [f"PA{9_999 - number:08d}" for number in range(1_200)], "line 999 before line 1000"


@given(st.lists(st.tuples(st.text(max_size=8), st.integers(0, 10_000)), max_size=8))
def test_lines_sort_by_file_and_line(keys: list[tuple[str, int]]) -> None:
    named = [(file.replace("\t", " ").replace("\n", " "), line) for file, line in keys if "\x01" not in file]
    lines = sorted(line_of(file, line, Checked("merimee", f"{file}{line}", "", True, ())) for file, line in named)
    assert [read_line(line).ref for line in lines] == [f"{file}{line}" for file, line in sorted(named, key=lambda k: (k[0] + "\x01", k[1]))]


texts = st.one_of(st.text(max_size=10), st.sampled_from(["a\tb\nc\r", "\u2028\x85\x0b\x0c\x1c", "\x01", '"\\', "\0"]))
checked = st.builds(
    Checked,
    texts,
    texts,
    texts,
    st.booleans(),
    st.lists(
        st.builds(Finding, texts, st.just("Info"), texts, texts, texts, st.integers(0, 10**9), texts, value=texts, text=texts), max_size=2
    ).map(tuple),
)


@given(texts, st.integers(0, 10**9), checked)
def test_a_line_is_one_line_and_gives_all_back(file: str, line: int, one: Checked) -> None:
    written = line_of(file, line, one)
    assert written.endswith("\n") and written.count("\n") == 1
    assert read_line(written) == one


def test_lines_of_hostile_texts_are_merged_whole(tmp_path: Path) -> None:
    """Read back from files, where other readers of lines would break them at U+2028 or a carriage return."""
    hostile = "a\u2028b\x85c\x0bd\re\nf\x1c"
    one = Checked("merimee", hostile, "", True, (Finding("C", "Info", "merimee", hostile, hostile, 1, "F", value=hostile),))
    for number in range(2):
        lines = sorted(line_of(hostile, line, one) for line in (3 + number, 1 + number))
        with writing_text(tmp_path / f"{number}.checked.gz") as file:
            file.writelines(lines)
    assert list(merged_lines(tmp_path)) == [one] * 4


# Each thing once ------------------------------------------------------------------------------------------------------------


def test_duplicates_and_merges_are_told_once_of_the_notice(tmp_path: Path) -> None:
    first = csv(tmp_path, "a.csv", "PA00000001;Un;moulin;21;21999;", "PA00000001;Deux;moulin;21;21999;", "PA00000002;Un;moulin;21;21999;")
    second = csv(tmp_path, "b.csv", "PA00000002;Autre;moulin;21;21999;", "PA00000003;Seul;moulin;21;21999;")
    report, tally, lines = validate(tmp_path / "work", [first, second])
    told = [(one.code, one.ref, Path(one.file).name, one.line) for one in found(lines, "LEC-REF-02", "LEC-REF-03")]
    assert told == [("LEC-REF-02", "PA00000001", "a.csv", 3), ("LEC-REF-03", "PA00000002", "b.csv", 2)]
    assert [line.ref for line in lines if line.is_notice] == ["PA00000001", "PA00000002", "PA00000003"]
    assert tally.notices.total() == 3 and report.read == 5
    assert tally.by_code()["LEC-REF-02"] == tally.by_code()["LEC-REF-03"] == 1


def test_a_notice_is_checked_as_it_is_once_merged(tmp_path: Path) -> None:
    """The later file wins field by field: what it lacks the former says."""
    first = csv(tmp_path, "a.csv", "PA00000001;Moulin;moulin;99999;21999;")
    second = csv(tmp_path, "b.csv", "PA00000001;;moulin;21;;")
    lines = validate(tmp_path / "work", [first, second])[2]
    assert not found(lines, "MER-TICO-01", "MER-DPT-01", "MER-INSEE-02")
    lines = validate(tmp_path / "back", [second, first])[2]
    assert [(one.value, Path(one.file).name) for one in found(lines, "MER-DPT-01")] == [("99999", "a.csv")]


def test_a_column_that_is_not_there_is_told_once_of_its_file(tmp_path: Path) -> None:
    rows = [f"PA{number:08d};moulin" for number in range(700)]
    lacks = csv(tmp_path, "a.csv", *rows, header="REF;DENO")
    empty = csv(tmp_path, "b.csv", "PA00009001;;moulin", "PA00009002;;moulin", header="REF;TICO;DENO")
    lines = validate(tmp_path / "work", [lacks, empty], 2)[2]
    told = [(one.ref, Path(one.file).name, one.line, one.field, one.value) for one in found(lines, "MER-TICO-01")]
    assert told == [("", "a.csv", 1, "TICO", ""), ("PA00009001", "b.csv", 2, "TICO", ""), ("PA00009002", "b.csv", 3, "TICO", "")]
    assert all(not line.is_notice for line in lines for one in line.findings if not one.ref)


def test_of_a_file_without_a_header_each_notice_answers(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text("".join(json.dumps({"REF": f"PA{number:08d}", "DENO": "moulin"}) + "\n" for number in range(3)), encoding="utf-8")
    assert places(found(validate(tmp_path / "work", [file])[2], "MER-TICO-01")) == [("a.jsonl", 1), ("a.jsonl", 2), ("a.jsonl", 3)]


# What reading says ----------------------------------------------------------------------------------------------------------


def test_what_readers_remark_upon_is_kept(tmp_path: Path) -> None:
    file = csv(
        tmp_path,
        "a.csv",
        "PA00000001;ChÃ¢teau;moulin;21;21999;;x",
        ";sans référence;;;;;",
        "PA00000002;Moulin",
        "PA00000003;Bief\x07;moulin;21;21999;;",
        header=HEADER + ";Zorglub",
    )
    report, tally, lines = validate(tmp_path / "work", [file])
    told = {(one.code, one.line, one.ref, one.field) for one in found(lines) if one.code.startswith("LEC-")}
    assert told == {
        ("LEC-COLONNE-01", 1, "", "Zorglub"),
        ("LEC-ENCODAGE-02", 2, "PA00000001", "TICO"),
        ("LEC-REF-01", 3, "", "REF"),
        ("LEC-LIGNE-02", 4, "PA00000002", "*"),
        ("LEC-CARACTERE-01", 5, "PA00000003", "TICO"),
    }
    assert report.problems.total() == len(told), "each once"
    assert sum(line.is_notice for line in lines) == tally.notices.total() == 3
    assert [line.is_notice for line in lines if any(one.code == "LEC-REF-01" for one in line.findings)] == [False]


def test_the_tally_counts_what_the_lines_hold(mixed: list[Path], tmp_path: Path) -> None:
    _, tally, lines = validate(tmp_path / "work", mixed)
    assert tally.by_code() == Counter(one.code for one in found(lines))
    assert {name: n for name, n in tally.by_severity().items() if n} == Counter(one.severity for one in found(lines))
    assert tally.notices == Counter((line.base, line.producer) for line in lines if line.is_notice)
    assert tally.results == Counter((one.base, one.producer, one.code, one.severity) for one in found(lines))


# Withheld fields ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", BASES)
def test_nothing_of_a_withheld_field_is_written(slug: str, tmp_path: Path) -> None:
    """Not in a finding, not in a file of the work folder; whatever is wrong in its text."""
    base = load_bases()[slug]
    hostile = f"{SECRET}\t// <b>Ã©</b> ;; \x07 99/99/9999"
    ref = {"mnr": "MNR09901", "joconde": "99990000001"}.get(slug, "")
    rows = [{"BASE": base.aliases[0], "REF": ref or f"ZZ{number}", **dict.fromkeys(base.withheld, hostile)} for number in range(2)]
    rows.append({"BASE": base.aliases[0], **dict.fromkeys(base.withheld, hostile)})
    file = tmp_path / "a.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    broken = tmp_path / "b.csv"
    names = sorted(base.withheld)
    broken.write_text(f"REF;{';'.join(names)}\nZZ8;{SECRET}\nZZ9{(';' + hostile) * len(names)};{SECRET};{SECRET}\n", encoding="utf-8")
    _, _, lines = validate(tmp_path / "work", [file, broken], base=slug)
    assert found(lines) and sum(line.is_notice for line in lines) >= 1
    for path in (tmp_path / "work").rglob("*"):
        if path.is_file():
            assert SECRET.encode() not in path.read_bytes(), path.name
