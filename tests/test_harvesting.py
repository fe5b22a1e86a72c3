"""The ledger of a release says of each notice whether its triples changed: no more, no less, whatever changed them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import Store

from pop_ld import alignment, harvest, harvesting, iris, lanes, pipeline, store
from pop_ld.alignment import Book, Link
from pop_ld.bases import load_bases
from pop_ld.config import Settings
from pop_ld.errors import CheckFailed
from pop_ld.harvest import FILE, Harvest, open_harvest
from pop_ld.harvest.tables import moment
from pop_ld.store.touched import differing

SITE = Settings().site
SAMPLES = [sample for base in load_bases().values() for sample in base.samples]


def ledger(data: Path) -> Harvest:
    return open_harvest(store.current(data).path / FILE)


def said(data: Path) -> dict[str, frozenset[str]]:
    """Key of each notice -> all that is said of it."""
    reader = store.open_reader(store.current(data))
    return {
        record.key: frozenset(map(str, reader.describe(f"{SITE}/id/{record.key}")))
        for record in ledger(data).page("", 1000)
        if not record.gone
    }


def next_second(data: Path) -> None:
    """Moments are of seconds: the next release gets one of its own."""
    while store.current(data).manifest["created"] >= moment(int(time.time())):
        time.sleep(0.05)


def changed_by(data: Path, publish: Callable[[], object]) -> tuple[set[str], set[str]]:
    """(changed, gone) of a publication, by the ledger; seen to be what the triples say."""
    before = said(data)
    next_second(data)
    publish()
    after, release = said(data), store.current(data)
    records = ledger(data).page("", 1000, since=release.manifest["created"])
    changed, gone = ({record.key for record in records if record.gone is which} for which in (False, True))
    assert changed == {key for key, triples in after.items() if triples != before.get(key)}
    assert gone == before.keys() - after.keys()
    assert release.manifest["records"] == {"changed": len(changed), "removed": len(gone)}
    return changed, gone


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("harvesting")
    pipeline.load(SAMPLES, folder, Settings(), quiet=True)
    return folder


def settings(data: Path) -> Settings:
    return replace(Settings(), data=str(data))


def load(data: Path, *files: Path, base: str = "") -> Callable[[], object]:
    return lambda: pipeline.load(list(files), data, settings(data), base=base, quiet=True)


def test_the_ledger_of_a_large_first_release_is_written_beside(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a process of its own, and it holds the same; one that holds other notices than the release stops the publication there too."""
    begun: list[object] = []
    beside = lanes.beside

    def noted(function: Callable[..., object], *arguments: object, quiet: bool) -> AbstractContextManager[lanes.Lane[object]]:
        begun.append(function)
        return beside(function, *arguments, quiet=quiet)

    monkeypatch.setattr(harvesting, "jobs_for", lambda files: 2)
    monkeypatch.setattr(lanes, "beside", noted)
    pipeline.load(SAMPLES, tmp_path / "beside", Settings(), quiet=True)
    assert begun == [harvesting._build]
    pipeline.load(SAMPLES, tmp_path / "beside", Settings(), quiet=True)
    assert len(begun) == 1, "what changes later needs the ledger before, and is little"
    monkeypatch.setattr(harvesting, "jobs_for", lambda files: 1)
    pipeline.load(SAMPLES, tmp_path / "alone", Settings(), quiet=True)
    held = [[(r.key, r.producer, r.museum, r.gone) for r in ledger(tmp_path / name).page("", 1000)] for name in ("beside", "alone")]
    assert held[0] == held[1] != []
    monkeypatch.setattr(harvesting, "jobs_for", lambda files: 2)
    monkeypatch.setattr(harvesting, "_notices", None)  # of this process: the other one has its own
    monkeypatch.setattr(lanes.Lane, "result", lambda lane: harvest.Count({}, 0, 0))
    with pytest.raises(CheckFailed, match="ledger of records"):
        pipeline.load(SAMPLES, tmp_path / "wrong", Settings(), quiet=True)


def test_a_notice_changes_with_its_triples_and_with_those_of_links_that_other_notices_make(data: Path, tmp_path: Path) -> None:
    assert {record.created for record in ledger(data).page("", 1000)} == {store.current(data).manifest["created"]}
    assert changed_by(data, load(data, *SAMPLES)) == (set(), set()), "the same files say the same"
    assert changed_by(data, load(data, *load_bases()["memoire"].samples)) == (set(), set()), "though all links were made anew"
    museum = next(record for record in ledger(data).page("", 1000, base="museo") if len(said(data)[record.key]) > 40)
    changed, gone = changed_by(data, lambda: pipeline.remove("museo", [museum.ref], data, settings(data), quiet=True))
    assert gone == {museum.key} and changed, "notices that refer to it now say a REF that leads nowhere"
    assert ledger(data).get(museum.key) == museum._replace(changed=store.current(data).manifest["created"], gone=True)
    back, _ = changed_by(data, load(data, *load_bases()["museo"].samples))
    assert back == {*changed, museum.key} and not ledger(data).get(museum.key).gone  # type: ignore[union-attr]
    file = tmp_path / "un.jsonl"
    file.write_text(json.dumps({"REF": "MNR09991", "TITR": "Essai", "REFMEM": []}) + "\n", encoding="utf-8")
    assert changed_by(data, load(data, file, base="mnr")) == ({"mnr/MNR09991"}, set())


def test_an_update_by_an_operator_is_found_in_the_store(data: Path) -> None:
    part = f"{SITE}/doc/mnr/MNR09901"
    insert = f'INSERT DATA {{ <{part}> <{iris.DCTERMS}title> "Autre" . <{SITE}/id/agent/x> <{iris.RDFS}label> "y" }}'

    def publish(update: str, of_default_graph: bool = True) -> None:
        with store.Writer(data, SITE) as writer:
            writer.apply(lambda held: held.update(update), of_default_graph=of_default_graph)
            pipeline.publish_changes(writer, data, settings(data), quiet=True)

    assert changed_by(data, lambda: publish(insert)) == ({"mnr/MNR09901"}, set())
    delete = f"DELETE WHERE {{ <{part}> <{iris.DCTERMS}title> ?t }}"
    assert changed_by(data, lambda: publish(delete)) == ({"mnr/MNR09901"}, set())
    graph = f'INSERT DATA {{ GRAPH <{SITE}/graph/annotation/a> {{ <{part}> <{iris.DCTERMS}title> "z" }} }}'
    assert changed_by(data, lambda: publish(graph, False)) == (set(), set())


def test_links_to_elsewhere_are_a_change_of_their_notice(data: Path) -> None:
    subjects = [f"{SITE}/id/{key}" for key in sorted(said(data))[:3]]
    links = [Link(subject, f"http://www.wikidata.org/entity/Q{n}", "wikidata", "2026-11-28") for n, subject in enumerate(subjects, 1)]

    def publish(linked: list[Link]) -> set[str]:
        book = Book(data / alignment.FILE)
        book.forget("wikidata")
        book.add(linked)
        book.close()
        next_second(data)
        pipeline.publish_links(data, settings(data), quiet=True)
        records = ledger(data).page("", 1000, since=store.current(data).manifest["created"])
        return {f"{SITE}/id/{record.key}" for record in records}

    assert publish(links[:2]) == set(subjects[:2])
    assert publish(links[1:]) == {subjects[0], subjects[2]}
    assert publish(links[1:]) == set()
    assert publish([]) == set(subjects[1:])


def test_a_release_of_before_gets_a_ledger_with_the_next(data: Path) -> None:
    former = {record.key: record for record in ledger(data).page("", 1000) if not record.gone}
    (store.current(data).path / FILE).unlink()
    next_second(data)
    load(data, *load_bases()["mnr"].samples)()
    created = store.current(data).manifest["created"]
    expected = [record._replace(created=created, changed=created) for _, record in sorted(former.items())]
    assert ledger(data).page("", 1000) == expected, "same sets, read from the index where no dump brings the notice"


def test_what_a_rolled_back_release_changed_changes_again(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "un.jsonl"
    file.write_text(json.dumps({"REF": "MNR09992", "TITR": "Essai"}) + "\n", encoding="utf-8")
    next_second(data)
    load(data, file, base="mnr")()
    store.roll_back(data)
    next_second(data)
    load(data, *load_bases()["mnr"].samples)()
    records = {record.key: record for record in ledger(data).page("", 1000, since=store.current(data).manifest["created"])}
    assert records.keys() == {"mnr/MNR09992"} and records["mnr/MNR09992"].gone, "a harvester may have it"


def test_a_release_in_the_making_is_announced_until_it_serves_or_fails(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert harvesting.announced(data) == ""
    with pytest.raises(CheckFailed), harvesting.pending(data, "2026-11-28T20:00:00Z"):
        assert harvesting.announced(data) == "2026-11-28T20:00:00Z"
        raise CheckFailed("no")
    assert harvesting.announced(data) == ""


def test_two_stores_are_compared_quad_by_quad() -> None:
    before, now = Store(), Store()
    for held, numbers in ((before, range(3000)), (now, range(1000, 4000))):
        held.update("INSERT DATA {" + "".join(f'<http://x/{n}> <http://p> "{n}" .' for n in numbers) + "}")
    now.update('DELETE DATA { <http://x/1500> <http://p> "1500" } ; INSERT DATA { <http://x/1501> <http://p> "other" . _:b <http://p> 1 }')
    expected = {f"http://x/{n}" for n in [*range(1000), *range(3000, 4000), 1500, 1501]}
    found = list(differing(before, now))
    assert set(found) == expected and len(found) == len(expected)
