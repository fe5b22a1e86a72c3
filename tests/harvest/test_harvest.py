"""The ledger of records: what a release brings, changes and removes, against a plain model of it; pages of any choice of records."""

from __future__ import annotations

import random
import sqlite3
from itertools import product
from pathlib import Path

import pytest

from pop_ld.errors import StoreUnavailable
from pop_ld.harvest import FILE, Harvest, Notice, Record, build, open_harvest
from pop_ld.harvest.building import key, spec_of
from pop_ld.harvest.tables import moment, seconds

SITE = "https://pop.example"
BASES = ("autor", "joconde", "memoire", "merimee", "palissy")
PRODUCERS = ("", "Musée", "Monuments Historiques", "MONUMENTS HISTORIQUES", "État")
MUSEUMS = ("", "M0001", "M0002")


def at(release: int) -> str:
    return moment(seconds("2026-01-01T00:00:00Z") + 86_400 * release)


def iri(key: str) -> str:
    return f"{SITE}/id/{key}"


class Model:
    """The records as a dictionary, changed one by one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.records: dict[str, Record] = {}
        self.digests: dict[str, bytes] = {}
        self.file: Path | None = None

    def publish(self, release: int, brought: list[Notice], touched: list[str], removed: list[str]) -> Harvest:
        file = self.folder / f"{release}.sqlite3"
        now, changed, gone = at(release), 0, 0
        before = dict(self.records)
        for notice in brought:
            name = key(SITE, notice.iri)
            base, _, ref = name.partition("/")
            old = before.get(name)
            created = old.created if old and not old.gone else now
            same = old and not old.gone and self.digests[name] == notice.digest and (old.producer, old.museum) == notice[1:3]
            moved = old.changed if old and same else now
            self.records[name] = Record(name, base, ref.replace("%20", " "), notice.producer, notice.museum, created, moved, False)
            self.digests[name] = notice.digest
        for name in touched:
            if name in self.records and not self.records[name].gone:
                self.records[name] = self.records[name]._replace(changed=now)
        for name in removed:
            if name in self.records and not self.records[name].gone:
                self.records[name] = self.records[name]._replace(changed=now, gone=True)
        changed = sum(record.changed == now and not record.gone for record in self.records.values())
        gone = sum(record.changed == now and record.gone for record in self.records.values())
        things = [f"{SITE}/doc/{name}#part" if random.random() < 0.5 else iri(name) for name in touched]
        count = build(
            file, self.file, SITE, now, brought, touched=[*things, f"{SITE}/id/agent/x", "http://other/"], removed=map(iri, removed)
        )
        assert (count.changed, count.removed) == (changed, gone)
        assert count.bases == {base: n for base in BASES if (n := sum(not r.gone and r.base == base for r in self.records.values()))}
        assert not list(self.folder.glob("*.work")), "nothing is left of the work"
        self.file = file
        return open_harvest(file)

    def chosen(self, since: str, until: str, base: str, producer: str, museum: str) -> list[Record]:
        wanted = (("base", base), ("producer", producer), ("museum", museum))
        return [
            record
            for _, record in sorted(self.records.items())
            if (not since or record.changed >= since)
            and (not until or record.changed <= until)
            and all(not value or getattr(record, name) == value for name, value in wanted)
        ]


def walked(harvest: Harvest, size: int, **chosen: str) -> list[Record]:
    found: list[Record] = []
    while page := harvest.page(found[-1].key if found else "", size, **chosen):
        assert len(page) <= size
        found += page
    return found


def notices(dice: random.Random, number: int) -> list[Notice]:
    found = {}
    for _ in range(number):
        name = f"{dice.choice(BASES)}/{dice.choice(('PM', 'pa', 'R%20', ''))}{dice.randrange(200)}"
        found[name] = Notice(iri(name), dice.choice(PRODUCERS), dice.choice(MUSEUMS), bytes([dice.randrange(3)]))
    return list(found.values())


def test_the_ledger_is_what_a_model_says_whatever_comes_changes_and_goes(tmp_path: Path) -> None:
    dice = random.Random(8)
    random.seed(8)
    model = Model(tmp_path)
    for release in range(6):
        brought = notices(dice, 120 if release != 3 else 0)
        known = sorted(model.records.keys() - {key(SITE, notice.iri) for notice in brought})
        touched, removed = dice.sample(known, min(20, len(known))), dice.sample(known, min(15, len(known)))
        harvest = model.publish(release, brought, touched, removed)
        assert walked(harvest, 1000) == model.chosen("", "", "", "", "")
    assert any(record.gone for record in model.records.values()) and harvest.exists
    spans = [("", ""), (at(2), ""), ("", at(3)), (at(1), at(4)), (at(5), at(5)), (at(9), ""), ("2025-01-01T00:00:00Z", at(5))]
    for (since, until), base, producer, museum in product(spans, ("", "joconde", "merimee"), PRODUCERS, MUSEUMS):
        chosen = {"since": since, "until": until, "base": base, "producer": producer, "museum": museum}
        expected = model.chosen(**chosen)
        assert walked(harvest, 7, **chosen) == expected, chosen
        assert harvest.count(**chosen) == len(expected), chosen
    for name, record in model.records.items():
        assert harvest.get(name) == record
    assert harvest.earliest() == min(record.changed for record in model.records.values())
    alive = [record for record in model.records.values() if not record.gone]
    for one in harvest.sets():
        assert one.number == sum(getattr(record, one.kind) == one.name for record in alive)
        assert harvest.chosen(f"{one.kind}:{one.spec}") == {one.kind: one.name}
    for record in alive:
        assert [harvest.chosen(spec) for spec in harvest.specs_of(record)] == [
            {kind: getattr(record, kind)} for kind in ("base", "producer", "museum") if getattr(record, kind)
        ]


def test_what_is_not_known_is_not_there(tmp_path: Path) -> None:
    empty = open_harvest(tmp_path / FILE)
    assert not empty.exists and empty.page("", 10) == [] and empty.count() == 0 and empty.sets() == [] and empty.earliest() == ""
    assert empty.get("joconde/1") is None and empty.chosen("base:joconde") == {"base": "joconde"}
    build(tmp_path / FILE, None, SITE, at(0), [Notice(iri("joconde/1"), "Musée", "M1")])
    harvest = open_harvest(tmp_path / FILE)
    for spec in ("base:nulle", "base", "producer:", "producer:Musée", "museum:M2", "x:y", ":", "museum:M1:x"):
        assert harvest.chosen(spec) is None, spec
    assert harvest.page("", 10, producer="nobody") == [] and harvest.count(museum="M9") == 0
    for hostile in ("'; DROP TABLE entry --", "\ud800", "x" * 100_000, "\0", "joconde/1 "):
        try:
            assert harvest.get(hostile) is None
        except StoreUnavailable:
            assert hostile == "\ud800", "SQLite takes no lone surrogate"
    (tmp_path / "broken").write_bytes(b"SQLite format 3\0 and then nothing")
    with pytest.raises(StoreUnavailable):
        open_harvest(tmp_path / "broken")


def test_the_view_says_the_same_as_the_reader(tmp_path: Path) -> None:
    build(tmp_path / FILE, None, SITE, at(0), [Notice(iri("joconde/1"), "Musée", "M1", b"d"), Notice(iri("mnr/R%202"))])
    with sqlite3.connect(tmp_path / FILE) as db:
        rows = db.execute("SELECT key, base, producer, museum, created, changed, gone FROM records ORDER BY key").fetchall()
    assert rows == [(r.key, r.base, r.producer, r.museum, r.created, r.changed, r.gone) for r in open_harvest(tmp_path / FILE).page("", 9)]


def test_releases_that_were_rolled_back_leave_no_harvester_behind(tmp_path: Path) -> None:
    first, second, third = (tmp_path / f"{n}.sqlite3" for n in range(3))
    one, two, new = (Notice(iri(f"joconde/{n}"), digest=b"a") for n in (1, 2, 3))
    build(first, None, SITE, at(0), [one, two])
    build(second, first, SITE, at(1), [one._replace(digest=b"b"), new], removed=[two.iri])
    build(third, first, SITE, at(2), [Notice(iri("mnr/1"))], undone=[second])
    found = {record.key: (record.changed, record.gone) for record in open_harvest(third).page("", 10)}
    assert found == {
        "joconde/1": (at(2), False),  # as it was before the release that serves no longer
        "joconde/2": (at(2), False),  # not removed after all
        "joconde/3": (at(2), True),  # it came with that release, and is not here
        "mnr/1": (at(2), False),
    }


def test_names_of_sets_are_made_of_the_letters_that_the_protocol_has() -> None:
    told = {"Musées de France": "musees-de-france", "M0410": "M0410", "État": "etat", "  ": "autre", "日本": "autre", "A&B:c": "a-b-c"}
    assert {name: spec_of(name) for name in told} == told


def test_a_key_is_that_of_a_notice_or_of_nothing() -> None:
    assert key(SITE, f"{SITE}/doc/joconde/A%2FB#x") == "joconde/A%2FB"
    for other in (
        "",
        SITE,
        f"{SITE}/id/joconde",
        f"{SITE}/id/joconde/",
        f"{SITE}/id/agent/x",
        f"{SITE}/id/joconde/a/b",
        "https://x/id/joconde/1",
    ):
        assert key(SITE, other) == "", other
