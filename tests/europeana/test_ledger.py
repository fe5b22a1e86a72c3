"""The file of tiers: what is added is what is counted and listed; P1 by base; lists by pages whatever is rare."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from pop_ld.errors import StoreUnavailable
from pop_ld.europeana import FILE, PATTERNS, RAISES, Delivery, TierWriter, open_tiers
from pop_ld.europeana.ledger import Line


def delivery(number: int, titles: tuple[int, ...] = ()) -> Delivery:
    reason = "rights_missing" if number % 30 == 7 else ""
    patterns = ("P2",) if number % 50 == 3 else ("P7", "P12") if number % 2 else ()
    return Delivery(b"", reason, number % 5, "0ABC"[number % 4], "CCC", patterns, (RAISES[number % len(RAISES)],), titles)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """400 notices of two bases and three producers; every fourth title is another's, in one base alone."""
    made = tmp_path_factory.mktemp("tiers") / "deep" / FILE
    with TierWriter(made) as writer:
        for number in range(300):
            writer.add("joconde", f"J{number:03}", f"M{number % 3}", delivery(number, (number // 2 if number % 4 < 2 else number + 1000,)))
        for number in range(100):
            writer.add("palissy", f"P{number:03}'\ud800", "", delivery(number, (number + 5000,)))
    return made


def test_everything_is_counted(file: Path) -> None:
    tiers = open_tiers(file)
    expected = Counter(("joconde", "0ABC"[n % 4], n % 5, delivery(n).reason) for n in range(300))
    assert {tuple(row[:4]): row[4] for row in tiers.matrix("joconde")} == expected
    assert sum(row[4] for row in tiers.matrix()) == 400
    kinds = {(base, what, key): count for base, what, key, count in tiers.kinds()}
    assert kinds["joconde", "pattern", "P2"] == 6 and kinds["joconde", "reason", "rights_missing"] == 10
    assert kinds["joconde", "pattern", "P1"] == 150 and ("palissy", "pattern", "P1") not in kinds
    assert sum(count for (_, what, _), count in kinds.items() if what == "raise") == 400
    assert [row[:2] for row in tiers.producers("joconde")] == [("M0", 100), ("M1", 100), ("M2", 100)]
    assert sum(row[4] for row in tiers.matrix("joconde", "M1")) == 100 and tiers.matrix("joconde", "nobody") == []
    assert sum(row[4] for row in tiers.matrix("palissy", "")) == 100


def test_lists_are_whole_and_once_each(file: Path) -> None:
    tiers = open_tiers(file)
    asked: list[dict[str, str]] = [
        {},
        {"base": "joconde"},
        {"base": "joconde", "pattern": "P2"},
        {"pattern": "P12"},
        {"base": "joconde", "pattern": "P1"},
        {"reason": "rights_missing"},
        {"base": "joconde", "reason": "rights_missing", "producer": "M1"},
        {"base": "joconde", "metadata": "C", "media": "4"},
        {"raise": RAISES[3], "base": "palissy"},
        {"producer": ""},
    ]
    every = tiers.lines(limit=1000)
    assert [line.ref for line in every[:2]] == ["J000", "J001"] and len(every) == 400
    for question in asked:
        found, after = [], 0
        while page := tiers.lines(after=after, limit=7, **question):
            found += page
            after = page[-1].cursor
        wanted = [line for line in every if fits(line, question)]
        assert found == wanted and wanted, question
    assert tiers.lines(pattern="P99") == tiers.lines(base="joconde", producer="x' OR 1=1 --") == tiers.lines(producer="\ud800") == []


def fits(line: Line, asked: dict[str, str]) -> bool:
    tests: dict[str, Callable[[str], bool]] = {
        "base": lambda v: line.base == v,
        "producer": lambda v: line.producer == v,
        "metadata": lambda v: line.metadata == v,
        "media": lambda v: str(line.media) == v,
        "pattern": lambda v: v in line.patterns,
        "raise": lambda v: v in line.raises,
        "reason": lambda v: line.reason == v,
    }
    return all(tests[name](value) for name, value in asked.items())


def test_one_notice(file: Path) -> None:
    found = open_tiers(file).get("joconde", "J003")
    assert found and (found.metadata, found.media, found.patterns, found.producer) == ("C", 3, ("P2",), "M0")
    assert open_tiers(file).get("joconde", "J999") is None


def test_what_is_not_there_and_what_is_broken(tmp_path: Path) -> None:
    nothing = open_tiers(tmp_path / FILE)
    assert not nothing.exists and not nothing.lines() and not nothing.matrix() and nothing.get("joconde", "x") is None
    (tmp_path / FILE).write_bytes(b"no database" * 100)
    with pytest.raises(StoreUnavailable):
        open_tiers(tmp_path / FILE)
    sqlite3.connect(tmp_path / "empty").close()
    (tmp_path / "empty").touch()
    with pytest.raises(StoreUnavailable):
        open_tiers(tmp_path / "empty")


def test_what_fails_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), TierWriter(tmp_path / FILE) as writer:
        writer.add("joconde", "1", "", delivery(1))
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []
    assert len(PATTERNS) == 8
