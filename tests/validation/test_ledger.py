"""The ledger of a release: what goes in comes out, page by page to the last; one copied and changed is one made at once."""

from __future__ import annotations

import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pop_ld.errors import StoreError
from pop_ld.validation import tally
from pop_ld.validation.ledger import FILE, Entry, LedgerReader, LedgerWriter, Notice

CODES = ("MER-DPT-01", "NOT-TAB-01", "MER-TICO-01")
HOSTILE = (
    "'; DROP TABLE finding; --",
    'a"b\\c',
    "nul\0dedans",
    "ligne\nsuivante\r\n\u2028\x85",
    "%_?*:code",
    "\U0001f3fa é̈ ﷽ \u202e",
    "\ufeff\ufffe\ue000",
    "",
)
State = dict[tuple[str, str], tuple[str, list[Entry]]]
"""(base, REF) -> (producer, findings): what a ledger should hold."""


def entry(code: str = CODES[0], severity: int = 1, value: str = "Côte-d'Or", field: str = "DPT", occurrence: int = 1) -> Entry:
    return Entry(code, severity, field, occurrence, value, "21")


def written(folder: Path, notices: Iterable[Notice], before: Path | None = None) -> LedgerReader:
    with LedgerWriter(folder / FILE, before / FILE if before else None) as ledger:
        ledger.replace(notices)
    return LedgerReader(folder)


def pages(reader: LedgerReader, code: str, limit: int, base: str = "", producer: str = "") -> list[list[tuple[int, str, str, Entry]]]:
    """Every page of a rule, the empty one at the end left out."""
    found, after = [], 0
    while page := reader.of_rule(code, base=base, producer=producer, after=after, limit=limit):
        found.append(page)
        after = page[-1][0]
        assert len(found) < 1_000, "the pages never end"
    return found


# What goes in comes out -----------------------------------------------------------------------------------------------------


def test_a_notice_is_replaced_with_its_findings(tmp_path: Path) -> None:
    with LedgerWriter(tmp_path / FILE, None) as ledger:
        ledger.replace([("merimee", "PA1", "MH", [entry(), entry(CODES[1])]), ("palissy", "PA1", "MH", [entry()])])
        ledger.replace([("merimee", "PA1", "Inventaire", [entry(CODES[2])])])
        assert list(ledger.notices()) == [("merimee", "Inventaire", 1, 0), ("palissy", "MH", 1, 0)]
        assert list(ledger.counts()) == [
            ("merimee", "Inventaire", CODES[2], 1, "DPT", 1),
            ("palissy", "MH", CODES[0], 1, "DPT", 1),
        ]
    reader = LedgerReader(tmp_path)
    assert reader.of_notice("merimee", "PA1") == [entry(CODES[2])]
    assert reader.of_notice("palissy", "PA1") == [entry()], "the same REF of another base is another notice"
    assert reader.of_notice("merimee", "PA2") == []


def test_the_later_of_two_notices_with_one_ref_is_kept(tmp_path: Path) -> None:
    """Also where the two are in different blocks of one replacement."""
    notices: list[Notice] = [("merimee", f"PA{number:05d}", "MH", [entry(value=str(number))]) for number in range(10_001)]
    notices.append(("merimee", "PA00000", "MH", [entry(value="le dernier")]))
    notices += [("merimee", "PA00001", "MH", [entry(value="avant")]), ("merimee", "PA00001", "MH", [entry(value="après")])]
    reader = written(tmp_path, iter(notices))
    assert [e.value for e in reader.of_notice("merimee", "PA00000")] == ["le dernier"]
    assert [e.value for e in reader.of_notice("merimee", "PA00001")] == ["après"]
    assert [e.value for e in reader.of_notice("merimee", "PA10000")] == ["10000"]
    assert sum(map(len, pages(reader, CODES[0], 4_000))) == 10_001


def test_a_notice_without_findings_counts(tmp_path: Path) -> None:
    with LedgerWriter(tmp_path / FILE, None) as ledger:
        ledger.replace(
            [("merimee", "PA1", "MH", []), ("merimee", "PA2", "MH", [entry(severity=0), entry(severity=0)]), ("mnr", "R1", "", [])]
        )
        assert list(ledger.notices()) == [("merimee", "MH", 2, 1), ("mnr", "", 1, 0)]
        ledger.remove([("merimee", "PA1"), ("merimee", "PA2"), ("merimee", "jamais vue")])
        assert list(ledger.notices()) == [("mnr", "", 1, 0)]
        assert list(ledger.counts()) == []


def test_findings_are_added_to_a_notice_that_is_there(tmp_path: Path) -> None:
    with LedgerWriter(tmp_path / FILE, None) as ledger:
        ledger.replace([("merimee", "PA1", "MH", [entry(), entry(CODES[1])])])
        ledger.add("merimee", "PA1", [entry(), entry(value="autre")])
        ledger.add("merimee", "PA1", [entry(CODES[2])])
        ledger.add("merimee", "absente", [entry()])
        assert [(code, count) for _, _, code, _, _, count in ledger.counts()] == [(CODES[0], 3), (CODES[2], 1), (CODES[1], 1)]
    assert Counter(LedgerReader(tmp_path).of_notice("merimee", "PA1")) == Counter(
        [entry(), entry(), entry(value="autre"), entry(CODES[1]), entry(CODES[2])]
    )


def test_a_forgotten_rule_can_be_found_anew(tmp_path: Path) -> None:
    with LedgerWriter(tmp_path / FILE, None) as ledger:
        ledger.replace([("merimee", f"PA{n}", "MH", [entry(), entry(CODES[1]), entry()]) for n in range(3)])
        ledger.forget([CODES[0], "INCONNUE"])
        assert [(code, count) for _, _, code, _, _, count in ledger.counts()] == [(CODES[1], 3)]
        ledger.add("merimee", "PA1", [entry(value="retrouvée")])
        ledger.add("merimee", "PA1", [entry(value="encore")])
    reader = LedgerReader(tmp_path)
    assert {e.value for e in reader.of_notice("merimee", "PA1") if e.code == CODES[0]} == {"retrouvée", "encore"}
    assert reader.of_notice("merimee", "PA2") == [entry(CODES[1])]


def test_the_findings_of_a_notice_come_gravest_first(tmp_path: Path) -> None:
    entries = [entry(CODES[1], 2), entry(CODES[0], 0, occurrence=2), entry(CODES[2], 1), entry(CODES[0], 0, occurrence=1)]
    found = written(tmp_path, [("merimee", "PA1", "MH", entries)]).of_notice("merimee", "PA1")
    assert [(e.severity, e.code, e.occurrence) for e in found] == sorted((e.severity, e.code, e.occurrence) for e in entries)


def test_long_texts_are_cut(tmp_path: Path) -> None:
    (found,) = written(tmp_path, [("merimee", "PA1", "MH", [Entry("C", 0, "HIST", 1, "é" * 500, "à" * 500)])]).of_notice("merimee", "PA1")
    assert (found.value, found.suggestion) == ("é" * 100, "à" * 100)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_only_texts(text: str, tmp_path: Path) -> None:
    made = Entry(text, 0, text, 1, text, text)
    folder = tmp_path / "dossier ?mode=rwc#%41"
    reader = written(folder, [(text, text, text, [made]), ("merimee", "PA1", "MH", [entry()])])
    assert reader.of_notice(text, text) == [made]
    assert reader.of_notice("merimee", "PA1") == [entry()]
    assert [row[1:] for row in reader.of_rule(text, base=text, producer=text)] == [(text, text, made)]
    with LedgerWriter(tmp_path / "suite" / FILE, folder / FILE) as ledger:
        ledger.remove([(text, text)])
        assert list(ledger.notices()) == [("merimee", "MH", 1, 0)]


# Pages ----------------------------------------------------------------------------------------------------------------------


def test_pages_go_to_the_last_and_keep_a_notice_whole(tmp_path: Path) -> None:
    """``limit`` counts notices: the three findings of one are never parted."""
    notices: list[Notice] = [
        ("merimee" if n % 2 else "palissy", f"PA{n:03d}", "MH" if n % 3 else "Inventaire", [entry(value=str(i)) for i in range(3)])
        for n in range(250)
    ]
    reader = written(tmp_path, [*notices, ("merimee", "PA999", "MH", [entry(CODES[1])])])
    found = pages(reader, CODES[0], 100)
    assert [len(page) for page in found] == [300, 300, 150]
    assert [(row[1], row[2], row[3].value) for page in found for row in page] == [(n[0], n[1], e.value) for n in notices for e in n[3]]
    assert reader.of_rule(CODES[2]) == []


@pytest.mark.parametrize("limit", [1, 7, 1_000])
def test_pages_of_a_base_and_a_producer(tmp_path: Path, limit: int) -> None:
    notices: list[Notice] = [(base, f"{base}-{n}", "MH", [entry(), entry(CODES[1])]) for n in range(10) for base in ("merimee", "palissy")]
    notices += [("merimee", f"IA{n}", "Inventaire", [entry()]) for n in range(5)]
    reader = written(tmp_path, notices)
    for base in ("", "merimee", "palissy"):
        for producer in ("", "MH", "Inventaire", "inconnu"):
            wanted = {n[1] for n in notices if base in ("", n[0]) and producer in ("", n[2])}
            found = pages(reader, CODES[0], limit, base, producer)
            assert {row[2] for page in found for row in page} == wanted
            assert all(len({row[2] for row in page}) == limit for page in found[:-1])


# From one release to the next -----------------------------------------------------------------------------------------------

texts = st.one_of(st.text(max_size=6), st.sampled_from([*HOSTILE, "x" * 99, "x" * 101]))
entries = st.builds(
    Entry, st.sampled_from(CODES), st.integers(0, 2), st.sampled_from(["DPT", "TICO", "*"]), st.integers(0, 3), texts, st.text(max_size=3)
)
keys = st.tuples(st.sampled_from(["merimee", "palissy"]), st.sampled_from([*"ABCDE", "é ' ;"]))
notice = st.tuples(keys, st.sampled_from(["MH", "Inventaire", ""]), st.lists(entries, max_size=4)).map(lambda n: (*n[0], n[1], n[2]))
changes = st.one_of(
    st.tuples(st.just("replace"), st.lists(notice, max_size=6)),
    st.tuples(st.just("remove"), st.lists(keys, max_size=4)),
)


def expect(state: State, kind: str, change: list[Any]) -> None:
    """The same change, made on a dictionary."""
    for one in change:
        state.pop((one[0], one[1]), None)
        if kind == "replace":
            state[one[0], one[1]] = one[2], [cut(e) for e in one[3]]


def cut(one: Entry) -> Entry:
    return Entry(one.code, one.severity, one.field, one.occurrence, one.value[:100], one.suggestion[:100])


def content(folder: Path, state: State) -> tuple[object, ...]:
    """All that can be asked of a ledger, cursors apart: they are numbers of its own."""
    reader = LedgerReader(folder)
    with LedgerWriter(folder / "copie.sqlite", folder / FILE) as ledger:
        counted = list(ledger.notices()), sorted(ledger.counts())
    findings = {key: Counter(reader.of_notice(*key)) for key in state}
    rules = {code: Counter(row[1:] for page in pages(reader, code, 2) for row in page) for code in CODES}
    return *counted, findings, rules


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.lists(changes, max_size=4)), min_size=1, max_size=4), st.sampled_from([1, 100_000]))
def test_a_ledger_copied_and_changed_is_one_made_at_once(releases: list[tuple[bool, list[tuple[str, list[Any]]]]], most: int) -> None:
    """Also in its counts: where they are kept from release to release, and where too many notices change for that."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tally, "_MOST", most)
        _chain(releases)


def _chain(releases: list[tuple[bool, list[tuple[str, list[Any]]]]]) -> None:
    state: State = {}
    with tempfile.TemporaryDirectory() as name:
        folder, before = Path(name), None
        for number, (counted, release) in enumerate(releases):
            path = folder / str(number) / FILE
            kept = before.read_bytes() if before else b""
            with LedgerWriter(path, before) as ledger:
                if counted:
                    list(ledger.counts())
                for kind, change in release:
                    getattr(ledger, kind)(change)
                    expect(state, kind, change)
            assert (before.read_bytes() if before else b"") == kept, "the release before does not change"
            before = path
        whole: list[Notice] = [(*key, by, found) for key, (by, found) in state.items()]
        written(folder / "d'un coup", whole)
        assert content(path.parent, state) == content(folder / "d'un coup", state)
        assert content(path.parent, state)[2] == {key: Counter(found) for key, (_, found) in state.items()}


def test_counts_of_few_changed_notices_are_made_from_the_former_ones(tmp_path: Path) -> None:
    """What is not touched is not read: a count that was spoilt on purpose stays, and is made anew by a change of all notices."""
    with LedgerWriter(tmp_path / "a" / FILE, None) as ledger:
        ledger.replace([("merimee", f"PA{n}", "MH", [entry(severity=0)]) for n in range(9)])
        assert list(ledger.notices()) == [("merimee", "MH", 9, 9)]
    with sqlite3.connect(tmp_path / "a" / FILE) as db:
        db.execute("UPDATE finding_tally SET number = 1009")
    with LedgerWriter(tmp_path / "b" / FILE, tmp_path / "a" / FILE) as ledger:
        ledger.replace([("merimee", "PA1", "Inventaire", [entry(CODES[1])]), ("merimee", "PA90", "MH", [])])
        assert list(ledger.notices()) == [("merimee", "Inventaire", 1, 0), ("merimee", "MH", 9, 8)]
        assert list(ledger.counts()) == [("merimee", "Inventaire", CODES[1], 1, "DPT", 1), ("merimee", "MH", CODES[0], 0, "DPT", 1008)]
        ledger.add("merimee", "PA90", [entry(CODES[2])])
        ledger.forget([CODES[0]], [("merimee", "PA2"), ("merimee", "PA404")])
        assert [row[2:] for row in ledger.counts() if row[1] == "MH"] == [(CODES[0], 0, "DPT", 1007), (CODES[2], 1, "DPT", 1)]
        assert list(ledger.notices()) == [("merimee", "Inventaire", 1, 0), ("merimee", "MH", 9, 7)]
        ledger.forget([CODES[1], CODES[2]])
        assert list(ledger.counts()) == [("merimee", "MH", CODES[0], 0, "DPT", 7)]


def test_a_ledger_that_never_had_counts_is_counted(tmp_path: Path) -> None:
    written(tmp_path / "a", [("merimee", "PA1", "MH", [entry()])])
    with sqlite3.connect(tmp_path / "a" / FILE) as db:
        db.executescript("DROP TABLE finding_tally; DROP TABLE notice_tally")
    with LedgerWriter(tmp_path / "b" / FILE, tmp_path / "a" / FILE) as ledger:
        ledger.replace([("merimee", "PA2", "MH", [])])
        assert list(ledger.notices()) == [("merimee", "MH", 2, 0)]
        assert list(ledger.counts()) == [("merimee", "MH", CODES[0], 1, "DPT", 1)]


def test_a_ledger_before_that_is_not_there_is_an_empty_one(tmp_path: Path) -> None:
    with LedgerWriter(tmp_path / FILE, tmp_path / "sans registre" / FILE) as ledger:
        assert list(ledger.notices()) == []
    assert LedgerReader(tmp_path).exists


def test_what_stood_at_the_place_is_not_taken_in(tmp_path: Path) -> None:
    written(tmp_path, [("merimee", "PA1", "MH", [entry()])])
    assert written(tmp_path, []).of_notice("merimee", "PA1") == []


# What goes wrong ------------------------------------------------------------------------------------------------------------


def test_an_exception_leaves_no_file_and_the_former_ledger(tmp_path: Path) -> None:
    former = written(tmp_path / "avant", [("merimee", "PA1", "MH", [entry()])])

    def broken() -> Iterable[Notice]:
        yield "merimee", "PA1", "MH", []
        raise RuntimeError("la lecture s'arrête")

    with pytest.raises(RuntimeError), LedgerWriter(tmp_path / "après" / FILE, tmp_path / "avant" / FILE) as ledger:
        ledger.replace(broken())
    assert not LedgerReader(tmp_path / "après").exists
    assert list((tmp_path / "après").iterdir()) == []
    assert former.of_notice("merimee", "PA1") == [entry()]


def test_a_former_ledger_that_is_none_leaves_no_file(tmp_path: Path) -> None:
    (tmp_path / "avant").write_bytes(b"ceci n'est pas une base de " * 100)
    with pytest.raises(StoreError, match=FILE), LedgerWriter(tmp_path / "après" / FILE, tmp_path / "avant"):
        pass
    assert list((tmp_path / "après").iterdir()) == []


@pytest.mark.parametrize("content", [None, b"", b"SQLite format 3\0" + b"\xff" * 5_000])
def test_a_ledger_that_cannot_be_read_is_a_store_error(content: bytes | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / FILE).write_bytes(content)
    assert LedgerReader(tmp_path).exists is (content is not None)
    with pytest.raises(StoreError, match=FILE):
        LedgerReader(tmp_path).of_notice("merimee", "PA1")
    with pytest.raises(StoreError, match=FILE):
        LedgerReader(tmp_path).of_rule(CODES[0])


def test_reading_changes_nothing_and_lays_nothing_beside(tmp_path: Path) -> None:
    reader = written(tmp_path, [("merimee", "PA1", "MH", [entry()])])
    (tmp_path / FILE).chmod(0o444)
    before = (tmp_path / FILE).read_bytes()
    assert reader.of_notice("merimee", "PA1") == [entry()]
    assert [row[2] for row in reader.of_rule(CODES[0])] == ["PA1"]
    assert [path.name for path in tmp_path.iterdir()] == [FILE]
    assert (tmp_path / FILE).read_bytes() == before
