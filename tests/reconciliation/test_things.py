"""The list of agents, concepts and places of a release: whole, however little of it is read at once."""

from __future__ import annotations

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


def test_without_a_list_nothing_is_found(tmp_path: Path) -> None:
    for named in (open_things(tmp_path), Things()):
        assert named.begun("a", ["agent"], 5) == named.named("a", ["agent"]) == [] and named.get("a") is None
