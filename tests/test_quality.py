"""The quality of a release: what is refused, what the ledger holds after any order of loads and removals, and what is counted."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest

from pop_ld import iris, pipeline, quality, store
from pop_ld.config import Settings
from pop_ld.errors import CheckFailed
from pop_ld.validation.ledger import LedgerReader

SETTINGS = Settings()
ONE = {"REF": "PA09900001", "TICO": "Moulin", "DPRO": "1905-99-99 : classé MH", "PROT": "classé MH"}
TWO = {"REF": "PA09900002", "TICO": "Forge", "REFP": "PA09900001"}
PHOTO = {"REF": "AP09R000001", "BASE": "Photographies (Mémoire)", "LBASE": "PA09900001", "LEG": "Le moulin"}


def file(folder: Path, name: str, *notices: dict[str, str]) -> Path:
    path = folder / f"{name}.jsonl"
    path.write_text("".join(json.dumps(notice) + "\n" for notice in notices), encoding="utf-8")
    return path


def load(data: Path, *files: Path) -> store.Release:
    return pipeline.load(list(files), data, SETTINGS, quiet=True)[1]


def codes(release: store.Release, base: str, ref: str) -> Counter[str]:
    return Counter(entry.code for entry in LedgerReader(release.path).of_notice(base, ref))


def everything(release: store.Release) -> dict[str, Counter[str]]:
    known = (("merimee", "PA09900001"), ("merimee", "PA09900002"), ("memoire", "AP09R000001"))
    return {ref: codes(release, base, ref) for base, ref in known}


def test_a_dump_that_was_not_validated_is_published_only_when_accepted(tmp_path: Path) -> None:
    pipeline.convert([file(tmp_path, "un", ONE)], tmp_path / "dump", SETTINGS, validate=False, quiet=True)
    with pytest.raises(CheckFailed, match="not validated"):
        pipeline.publish(tmp_path / "dump", tmp_path / "data", SETTINGS, quiet=True)
    assert not (tmp_path / "data" / "current").exists()
    release = pipeline.publish(tmp_path / "dump", tmp_path / "data", SETTINGS, accept=True, quiet=True)
    assert release.manifest["notices"] == 1


def test_a_broken_rule_of_structure_blocks_a_release_unless_it_is_accepted(tmp_path: Path) -> None:
    """Our converter breaks none, so a dump is made to say that it did."""
    pipeline.convert([file(tmp_path, "un", ONE)], tmp_path / "dump", SETTINGS, quiet=True)
    report = tmp_path / "dump" / "report.json"
    content = json.loads(report.read_text(encoding="utf-8"))
    assert content["validation"]["blocking"] == {}
    assert content["validation"]["codes"]["MER-DPRO-02"] == 1
    content["validation"]["blocking"] = {"STR-ID-01": 3}
    report.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(CheckFailed, match=r"STR-ID-01 \(3\)"):
        pipeline.publish(tmp_path / "dump", tmp_path / "data", SETTINGS, quiet=True)
    assert pipeline.publish(tmp_path / "dump", tmp_path / "data", SETTINGS, accept=True, quiet=True)


def test_the_ledger_is_the_same_in_any_order_of_loads(tmp_path: Path) -> None:
    one, two, photo = (file(tmp_path, name, notice) for name, notice in (("a", ONE), ("b", TWO), ("c", PHOTO)))
    at_once = everything(load(tmp_path / "x", one, two, photo))
    load(tmp_path / "y", photo)
    load(tmp_path / "y", two)
    in_turn = everything(load(tmp_path / "y", one))
    assert in_turn == at_once
    assert at_once["PA09900001"]["MER-DPRO-02"] == 1
    assert at_once["AP09R000001"]["COR-LIEN-01"] == 0


def test_a_mended_notice_loses_its_findings_and_a_removed_one_leaves_danglers(tmp_path: Path) -> None:
    data = tmp_path / "data"
    first = load(data, file(tmp_path, "a", ONE, TWO, PHOTO))
    mended = load(data, file(tmp_path, "b", {**ONE, "DPRO": "1905/05/09 : classé MH"}))
    assert codes(first, "merimee", "PA09900001")["MER-DPRO-02"] == 1
    assert codes(mended, "merimee", "PA09900001")["MER-DPRO-02"] == 0
    assert codes(mended, "merimee", "PA09900002") == codes(first, "merimee", "PA09900002")
    gone = pipeline.remove("merimee", ["PA09900001"], data, SETTINGS, quiet=True)
    assert codes(gone, "merimee", "PA09900001") == Counter()
    assert codes(gone, "memoire", "AP09R000001")["COR-LIEN-01"] == 1
    assert codes(gone, "merimee", "PA09900002")["COR-LIEN-01"] == 1
    history = quality.read(gone.path)["history"]
    assert [entry["release"] for entry in history] == [first.name, mended.name, gone.name]
    assert [entry["notices"] for entry in history] == [3, 3, 2]


MUSEUM = {"REF": "M0001", "NOMOFF": "Musée du fil"}
WORKS = [{"REF": f"0000000000{n}", "TITR": "Bobine", "INV": "2001.4.12", "MUSEO": "M0001"} for n in range(3)]


def test_rules_that_compare_notices_are_brought_up_to_date_as_if_all_were_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Changes of numbers, of museums and of parts concern notices that no file brings."""
    whole: list[list[str]] = []
    complete = quality.complete

    def compared(begun: Path, *arguments: Any) -> dict[str, Any]:
        *others, concerned = arguments
        whole.append(sorted(concerned) if concerned is not None else ["all"])
        folder = tmp_path / "anew" / str(len(whole))
        shutil.copytree(begun, folder)
        found = complete(begun, *others, concerned)
        assert complete(folder, *others, None) == found
        for base, ref in (("merimee", "PA09900001"), ("merimee", "PA09900002"), *(("joconde", work["REF"]) for work in WORKS)):
            one, other = (sorted(LedgerReader(at).of_notice(base, ref), key=str) for at in (begun, folder))
            assert one == other
        return found

    monkeypatch.setattr(quality, "complete", compared)
    data = tmp_path / "data"

    def numbered() -> int:
        return sum(codes(store.current(data), "joconde", work["REF"])["COR-INV-01"] for work in WORKS)

    load(data, file(tmp_path, "joconde", *WORKS[:2]), file(tmp_path, "merimee", ONE, TWO))
    assert numbered() == 2
    load(data, file(tmp_path, "joconde", WORKS[2]))
    assert numbered() == 3
    load(data, file(tmp_path, "joconde", {**WORKS[1], "INV": "2001.4.13"}))
    assert numbered() == 2
    load(data, file(tmp_path, "joconde", {**WORKS[0], "MUSEO": "M0002"}))
    assert numbered() == 0
    load(data, file(tmp_path, "museo", MUSEUM), file(tmp_path, "merimee", {**ONE, "REFP": "PA09900002"}))
    assert codes(store.current(data), "merimee", "PA09900002")["COR-PART-01"] == 1
    load(data, file(tmp_path, "merimee", ONE))
    assert codes(store.current(data), "merimee", "PA09900002")["COR-PART-01"] == 0
    pipeline.remove("merimee", ["PA09900001"], data, SETTINGS, quiet=True)
    pipeline.remove("joconde", [WORKS[2]["REF"]], data, SETTINGS, quiet=True)
    assert whole[0] == ["all"] and ["all"] not in whole[1:]
    assert any(iri.endswith("joconde/00000000000") for iri in whole[1]), "brought by no file"


def test_the_graph_of_quality_says_what_the_summary_says(tmp_path: Path) -> None:
    release = load(tmp_path / "data", file(tmp_path, "a", ONE, TWO, PHOTO))
    served = pyoxigraph.Store.read_only(str(release.path / "store"))
    pattern = f"?m <{iris.DQV}isMeasurementOf> ?r ; <{iris.DQV}value> ?n . ?r <{iris.ONTOLOGY}code> ?code"
    query = f"SELECT ?code ?n WHERE {{ GRAPH ?g {{ {pattern} }} }}"
    solutions = served.query(query)
    assert isinstance(solutions, pyoxigraph.QuerySolutions)
    measured: Counter[str] = Counter()
    for code, number in solutions:
        measured[code.value] += int(number.value)  # type: ignore[union-attr]
    summary = quality.read(release.path)
    counted: Counter[str] = Counter()
    for about in summary["bases"].values():
        counted.update(about["rules"])
    assert measured == counted
    assert {p["producer"] for p in summary["producers"]} == {"Monuments Historiques", "AUTRE"}
    assert sorted(path.name for path in release.path.glob("quality*")) == ["quality.json", "quality.sqlite"]


def test_the_first_release_measured_after_others_counts_what_it_checked(tmp_path: Path) -> None:
    """Releases of before the ledger have none: the next ones start it."""
    data = tmp_path / "data"
    first = load(data, file(tmp_path, "a", ONE))
    for path in first.path.glob("quality*"):
        path.unlink()
    second = load(data, file(tmp_path, "b", TWO))
    assert quality.read(second.path)["notices"] == 1
    assert second.manifest["notices"] == 2
