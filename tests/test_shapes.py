"""Every rule has an example that breaks it and only it, in tests/shapes/<file>.yml, and a notice that breaks none: the planted faults."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from pop_ld import pipeline
from pop_ld.bases import load_bases
from pop_ld.checking import Checker
from pop_ld.config import Settings
from pop_ld.graph_check import check_graph
from pop_ld.notices import Notice
from pop_ld.validation.findings import Finding
from pop_ld.validation.graphs import graph_format, read_graph
from pop_ld.validation.ledger import LedgerReader
from pop_ld.validation.rules import by_code, catalogue, files

FOLDER = Path(__file__).parent / "shapes"
KINDS = ("invalid", "invalid_graph", "invalid_file", "invalid_bytes", "invalid_corpus")
PLANTED = 150
"""Faults that the examples must plant at least."""


@cache
def examples(name: str) -> dict[str, Any]:
    """The YAML of one file of shapes."""
    found: dict[str, Any] = yaml.safe_load((FOLDER / f"{name}.yml").read_text(encoding="utf-8"))
    return found


@cache
def checker(base: str) -> Checker:
    return Checker(base, Settings())


def notice(base: str, changes: dict[str, Any]) -> Notice:
    """The complete notice of a base with some fields changed."""
    made = {**examples(base)["complete"], **changes}
    fields = {code: tuple(map(str, v)) if isinstance(v, list) else (str(v),) for code, v in made.items() if v is not None}
    withheld = tuple(code for code in fields if code in load_bases()[base].withheld)
    public = {code: values for code, values in fields.items() if code not in withheld}
    return Notice(base, public.get("REF", ("",))[0], public, "exemple.csv", 2, withheld)


def check(base: str, changes: dict[str, Any]) -> list[Finding]:
    return checker(base)([notice(base, changes)])


def check_turtle(tmp_path: Path, text: str) -> list[Finding]:
    file = tmp_path / "exemple.ttl"
    file.write_text(text, encoding="utf-8")
    format = graph_format(file.name, b"")
    assert format
    return check_graph(read_graph(file, file.name, format), file.name, Settings(), None)[1]


def check_files(tmp_path: Path, contents: list[bytes], encoding: str) -> list[Finding]:
    """What reading the files says: the rules about notices have cases of their own."""
    paths = [tmp_path / f"exemple-{number}.csv" for number in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    work = tmp_path / f"work-{len(list(tmp_path.iterdir()))}"
    work.mkdir()
    lines = pipeline.validate(paths, work, Settings(), base="merimee", encoding=encoding, quiet=True)[2]
    return [finding for line in lines for finding in line.findings if by_code()[finding.code].level == "lecture"]


def check_corpus(tmp_path: Path, notices: dict[str, list[dict[str, str]]]) -> list[tuple[str, str, str]]:
    """(code, field, value) of what only the published notices together show."""
    data = tmp_path / f"data-{len(list(tmp_path.iterdir()))}"
    files = []
    for slug, listed in notices.items():
        files.append(tmp_path / f"{slug}.jsonl")
        named = [{"BASE": load_bases()[slug].aliases[0], **fields} for fields in listed]
        files[-1].write_text("".join(json.dumps(fields) + "\n" for fields in named), encoding="utf-8")
    release = pipeline.load(files, data, Settings(), quiet=True)[1]
    ledger = LedgerReader(release.path)
    found = [entry for slug, listed in notices.items() for fields in listed for entry in ledger.of_notice(slug, fields["REF"])]
    return [(e.code, e.field, e.value) for e in found if by_code()[e.code].level == "corpus"]


def cases(kind: str) -> Iterator[Any]:
    """(file, code, case) of every case of one kind."""
    for name in files():
        for code, listed in examples(name).get("cases", {}).items():
            for number, case in enumerate(listed):
                if kind in case:
                    yield pytest.param(case.get("base", name), code, case, id=f"{code}-{number}")


def expect(found: list[tuple[str, str, str]], code: str, case: dict[str, Any]) -> None:
    """Exactly that rule, on that field, with that value."""
    assert {found_code for found_code, _, _ in found} == {code}
    assert {field for _, field, _ in found} == {case.get("field", by_code()[code].field)}
    if "value" in case:
        assert case["value"] in {value for _, _, value in found}


def plain(findings: list[Finding]) -> list[tuple[str, str, str]]:
    return [(finding.code, finding.field, finding.value) for finding in findings]


@pytest.mark.parametrize("base", load_bases())
def test_the_complete_notice_breaks_no_rule(base: str) -> None:
    assert check(base, {}) == []


@pytest.mark.parametrize(("base", "code", "case"), list(cases("invalid")))
def test_a_wrong_notice_breaks_the_rule_and_no_other(base: str, code: str, case: dict[str, Any]) -> None:
    found = check(base, case["invalid"])
    expect(plain(found), code, case)
    if "suggestion" in case:
        assert case["suggestion"] in {finding.suggestion for finding in found}
    assert check(base, case.get("valid", {})) == []


@pytest.mark.parametrize(("base", "code", "case"), list(cases("invalid_graph")))
def test_a_wrong_graph_breaks_the_rule_and_no_other(base: str, code: str, case: dict[str, Any], tmp_path: Path) -> None:
    expect(plain(check_turtle(tmp_path, case["invalid_graph"])), code, case)
    assert check_turtle(tmp_path, case["valid_graph"]) == []


@pytest.mark.parametrize(("base", "code", "case"), [*cases("invalid_file"), *cases("invalid_bytes")])
def test_a_wrong_file_breaks_the_rule_and_no_other(base: str, code: str, case: dict[str, Any], tmp_path: Path) -> None:
    contents = [case["invalid_file"].encode() if "invalid_file" in case else bytes.fromhex(case["invalid_bytes"])]
    contents += [case["second_file"].encode()] if "second_file" in case else []
    expect(plain(check_files(tmp_path, contents, case.get("encoding", ""))), code, case)
    assert check_files(tmp_path, [case["valid_file"].encode()], "") == []


@pytest.mark.parametrize(("base", "code", "case"), list(cases("invalid_corpus")))
def test_wrong_notices_together_break_the_rule_and_no_other(base: str, code: str, case: dict[str, Any], tmp_path: Path) -> None:
    expect(check_corpus(tmp_path, case["invalid_corpus"]), code, case)
    assert check_corpus(tmp_path, case["valid_corpus"]) == []


@pytest.mark.parametrize("name", files())
def test_every_rule_has_an_example(name: str) -> None:
    wanted = {rule.code for rule in catalogue().values() if rule.base == name}
    assert wanted - examples(name).get("cases", {}).keys() == set()


def test_there_are_enough_planted_faults() -> None:
    listed = [case for name in files() for found in examples(name).get("cases", {}).values() for case in found]
    assert all(any(kind in case for kind in KINDS) for case in listed)
    assert len(listed) >= PLANTED
