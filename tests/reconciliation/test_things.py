"""The list of agents, concepts and places of a release: whole, however little of it is read at once."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pop_ld import store
from pop_ld.bases import load_bases
from pop_ld.config import Settings
from pop_ld.pipeline import load
from pop_ld.reconciliation import things_builder
from pop_ld.reconciliation.things import FOLDER, Things, open_things
from pop_ld.search import open_search


def test_the_list_is_whole_in_bounded_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load([file for slug in ("joconde", "merimee") for file in load_bases()[slug].samples], tmp_path, Settings(), quiet=True)
    release = store.current(tmp_path)
    index, reader = open_search(release.path / "search"), store.open_reader(release)
    monkeypatch.setattr(things_builder, "TOGETHER", 5)
    count = things_builder.build_things(tmp_path / "again", index, reader, Settings().site)
    published, again = (open_things(folder) for folder in (release.path / FOLDER, tmp_path / "again"))
    everything = [named.begun(letter, ["agent", "concept", "place"], 10_000) for named in (published, again) for letter in "aeos"]
    assert everything[:4] == everything[4:] and count > 100
    for thing in everything[0][:50]:
        assert index.linked(thing.iri, limit=0).total == thing.notices and again.get(thing.iri) == thing
        assert thing in again.named(thing.label, [thing.kind])


def test_a_list_made_from_the_former_one_is_that_of_the_store(tmp_path: Path) -> None:
    """Whatever changed: nothing, half of the things, and one of which the former list says something else."""
    load([file for slug in ("joconde", "merimee") for file in load_bases()[slug].samples], tmp_path, Settings(), quiet=True)
    release = store.current(tmp_path)
    index, reader = open_search(release.path / "search"), store.open_reader(release)
    before = tmp_path / "before"
    things_builder.build_things(before, index, reader, Settings().site)
    with closing(sqlite3.connect(before / things_builder.FILE)) as database, database:
        (renamed,) = database.execute("SELECT iri FROM things WHERE kind = 'agent' AND label <> '' LIMIT 1").fetchone()
        database.execute("UPDATE things SET label = 'Quelqu’un d’autre' WHERE iri = ?", (renamed,))
        database.execute("DELETE FROM things WHERE id % 7 = 3 AND iri <> ?", (renamed,))
        others = {iri for iri, number in database.execute("SELECT iri, id FROM things") if number % 2}
    for changed in ({renamed}, {renamed, *others}):
        made = tmp_path / f"made {len(changed)}"
        things_builder.build_things(made, index, reader, Settings().site, before, changed)
        ours, theirs = (lines(folder) for folder in (made, release.path / FOLDER))
        assert ours == theirs and len(ours) > 100
    things_builder.build_things(tmp_path / "trusting", index, reader, Settings().site, before)
    assert open_things(tmp_path / "trusting").get(renamed).label == "Quelqu’un d’autre", "what did not change is taken, not asked for"


def lines(folder: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / things_builder.FILE)) as database:
        return database.execute("SELECT * FROM things ORDER BY id").fetchall()


def test_without_a_list_nothing_is_found(tmp_path: Path) -> None:
    for named in (open_things(tmp_path), Things()):
        assert named.begun("a", ["agent"], 5) == named.named("a", ["agent"]) == [] and named.get("a") is None
