"""A report made before is read back as the keys of its findings, whichever format it was written in; what is none is refused."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pop_ld.errors import ReadError
from pop_ld.validation import Finding, Tally
from pop_ld.validation.known import Key, bare, guarded, read_known
from pop_ld.validation.words import rules_with
from pop_ld.validation.writers import COLUMNS, WRITERS, Shown

KEYS = ("base", "ref", "code", "field", "value")
HOSTILE = (
    "=1+1",
    "'=1",
    "''",
    'a "b", c',
    "une\nautre\r\nligne",
    "seul\rretour",
    "1er quart\x85",
    "a\u2028b\x0b\x0c\x1c",
    "\ufeff",
    "nul\0",
    " ",
)

texts = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=10))
finding_lists = st.lists(
    st.builds(Finding, texts, st.just("Warning"), texts, texts, st.just("a.csv"), st.just(1), texts, value=texts, suggestion=texts),
    max_size=6,
)


def known(format: str, findings: list[Finding]) -> frozenset[Key]:
    tally = Tally()
    tally.note(findings)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rapport"
        with path.open("w", encoding="utf-8", newline="") as out:
            out.writelines(WRITERS[format](findings, Shown(tally, rules_with({}), "fr")))
        return read_known(path)


def report(tmp_path: Path, content: str | bytes) -> Path:
    path = tmp_path / "rapport.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@settings(max_examples=100, deadline=None)
@given(finding_lists, st.sampled_from(["csv", "json"]))
def test_a_report_gives_back_the_keys_of_its_findings(findings: list[Finding], format: str) -> None:
    assert known(format, findings) == {finding.key for finding in findings}


@given(texts)
def test_a_guarded_cell_is_no_formula_and_can_be_laid_bare(cell: str) -> None:
    assert bare(guarded(cell)) == cell
    assert not guarded(cell).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert guarded(cell) in (cell, f"'{cell}")


def test_a_report_that_a_spreadsheet_saved_is_still_read(tmp_path: Path) -> None:
    """With a byte order mark, columns moved and added, and other ends of lines."""
    content = '\ufeffcode,note,value,ref,field,base\nC-1,vu,"a\nb",PA1,DPT,merimee\n'
    assert read_known(report(tmp_path, content)) == {("merimee", "PA1", "C-1", "DPT", "a\nb")}


def test_a_report_without_findings_hides_nothing(tmp_path: Path) -> None:
    assert read_known(report(tmp_path, ",".join(COLUMNS) + "\r\n")) == frozenset()
    assert read_known(report(tmp_path, '{"results": []}')) == frozenset()


@pytest.mark.parametrize(
    ("content", "words", "line"),
    [
        ("", "header lacks", 1),
        ("REF;TICO\nPA1;Moulin\n", "header lacks", 1),
        ("base,ref,code,field\nmerimee,PA1,C,DPT\n", "header lacks", 1),
        (",".join(KEYS) + "\nmerimee,PA1,C,DPT,x\nmerimee,PA1\n", "too few cells", 3),
        ("{", "no report", 0),
        ("{}", "no report", 0),
        ('{"results": [{"base": "merimee"}]}', "no report", 0),
        ('{"results": 1}', "no report", 0),
        ('{"results": ["x"]}', "no report", 0),
        ('{"a":' * 100_000, "no report", 0),
        (b"\xff\xfe\x00", "cannot be read", 0),
    ],
)
def test_what_is_no_report_is_refused(content: str | bytes, words: str, line: int, tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=words) as caught:
        read_known(report(tmp_path, content))
    assert caught.value.file == str(tmp_path / "rapport.csv")
    assert caught.value.line == line


@pytest.mark.parametrize("content", ["x" * 2_000, ",".join(KEYS) + "\nmerimee,PA1,C,DPT,'" + "x" * 2_000 + "\n"])
def test_a_cell_longer_than_any_of_ours_is_refused(content: str, tmp_path: Path) -> None:
    """As where a quote is never closed; how much Python takes is a setting of the process."""
    before = csv.field_size_limit(1_000)
    try:
        with pytest.raises(ReadError, match="field limit"):
            read_known(report(tmp_path, content))
    finally:
        csv.field_size_limit(before)


def test_a_report_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="cannot be read"):
        read_known(tmp_path / "absent.json")
