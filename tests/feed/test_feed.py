"""Who follows the feed holds what the store holds, triple for triple, whatever was published in between."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store

from pop_ld import feed, iris, pipeline, store
from pop_ld.bases import load_bases
from pop_ld.config import Settings
from pop_ld.feed import batches, pages
from pop_ld.feed.build import _some
from pop_ld.feed.state import State
from pop_ld.formats import BY_SUFFIX, ldes
from pop_ld.formats.rdf import rdf
from pop_ld.store.changes import Changes

from .follower import Follower

SETTINGS = Settings()
SITE = SETTINGS.site
SAMPLES = [sample for base in load_bases().values() for sample in base.samples]


def held(data: Path) -> set[str]:
    """The default graph of the release that serves."""
    opened = Store.read_only(str(store.current(data).path / "store"))
    return {str(quad.triple) for quad in opened.quads_for_pattern(None, None, None, DefaultGraph())}


def from_files(data: Path) -> Callable[[str], tuple[str, bytes]]:
    """The pages as they lie in the data folder, the root as it is made."""

    def get(address: str) -> tuple[str, bytes]:
        if address == iris.feed(SITE):
            found = feed.head(data)
            return "text/turtle", rdf(BY_SUFFIX["ttl"], ldes.root(SITE, found.batches, found.days))
        _, batch, number = address.rsplit("/", 2)
        return "application/trig", gzip.decompress(pages.page_file(batches.folder_of(data, batch), int(number)).read_bytes())

    return get


def write(folder: Path, name: str, *notices: Mapping[str, object]) -> Path:
    file = folder / name
    file.write_text("".join(json.dumps(notice, ensure_ascii=False) + "\n" for notice in notices), encoding="utf-8")
    return file


def load(folder: Path, data: Path, *notices: Mapping[str, object], settings: Settings = SETTINGS) -> None:
    """Publishes notices of MNR."""
    pipeline.load([write(folder, "a.jsonl", *notices)], data, settings, base="mnr", quiet=True)


def all_pages(data: Path) -> dict[str, bytes]:
    return {str(file.relative_to(data)): file.read_bytes() for file in (data / "feed").rglob("*.gz")}


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("first")
    pipeline.load(SAMPLES, data, SETTINGS, quiet=True)
    return data


def test_a_follower_ends_with_the_triples_of_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "TRIPLES", 400)
    data, follower = tmp_path / "data", Follower(iris.feed(SITE), from_files(tmp_path / "data"))
    former: dict[str, bytes] = {}

    def check(*, versions: int | None = None) -> None:
        follower.follow()
        assert follower.triples == held(data)
        now = all_pages(data)
        assert former.items() <= now.items(), "pages never change"
        former.update(now)
        assert versions is None or feed.head(data).batches[-1].versions == versions

    pipeline.load(SAMPLES, data, SETTINGS, quiet=True)
    assert feed.head(data).batches[0].pages > 5
    follower.follow(3)  # cut short
    assert len(follower.seen) == 3
    check()
    pipeline.load(SAMPLES, data, SETTINGS, quiet=True)
    check(versions=0)
    linked = {"REF": "MNR09991", "TITR": 'Tabl\u0000eau \\ " \u00e9 \U0001f3a8', "AUTR": "MANET Edouard", "DENO": "tableau"}
    linked["DESC"] = f"> <{iris.PROV}invalidatedAtTime> \n<{SITE}/doc/mnr/MNR09991> <{iris.PROV}invalidatedAtTime> "
    load(tmp_path, data, linked, {"REF": "MNR09992", "TITR": "Deux"})
    check()
    assert {("Create", f"{SITE}/id/mnr/MNR09991"), ("Create", f"{SITE}/id/mnr/MNR09992")} <= set(follower.kinds)
    load(tmp_path, data, {"REF": "MNR09992", "TITR": "Deux bis"})
    check()
    assert follower.kinds[-1] == ("Update", f"{SITE}/id/mnr/MNR09992") or ("Update", f"{SITE}/id/mnr/MNR09992") in follower.kinds
    pipeline.remove("mnr", ["MNR09992"], data, SETTINGS, quiet=True)
    check()
    assert ("Delete", f"{SITE}/id/mnr/MNR09992") in follower.kinds
    load(tmp_path, data, {"REF": "MNR09992", "TITR": "Revenue"})
    check()
    assert follower.kinds.count(("Create", f"{SITE}/id/mnr/MNR09992")) == 2
    everything = Follower(iris.feed(SITE), from_files(data))
    everything.follow()
    assert everything.triples == held(data)


def test_links_that_other_notices_get_are_told(first: Path, tmp_path: Path) -> None:
    """A notice whose link is mirrored in one that no file brought: both have a new version."""
    data = first
    follower = Follower(iris.feed(SITE), from_files(data))
    follower.follow()
    works = [e for e in follower.entities if e.startswith(f"{SITE}/id/merimee/")]
    ref = works[0].rsplit("/", 1)[1]
    before = len(follower.kinds)
    pipeline.load(
        [write(tmp_path, "p.jsonl", {"REF": "PM00000001", "TICO": "Retable", "REFA": ref})], data, SETTINGS, base="palissy", quiet=True
    )
    follower.follow()
    assert ("Update", works[0]) in follower.kinds[before:]
    assert follower.triples == held(data)


def test_what_an_operator_writes_is_told_without_its_blank_nodes(first: Path) -> None:
    data = first
    follower = Follower(iris.feed(SITE), from_files(data))
    with store.Writer(data, SITE) as writer:
        about = next(e for e in sorted(held(data)) if "identifier" in e).split("> ")[0][1:]
        text = f'INSERT DATA {{ <{about}#loose> <{iris.RDFS}label> "sans lien" . <http://example.org/x#y> <{iris.RDFS}label> "autre" . '
        text += f'_:b <{iris.RDFS}label> "sans nom" . <{about}> <{iris.RDFS}seeAlso> _:b }}'
        writer.apply(lambda opened: opened.update(text))
        pipeline.publish_changes(writer, data, SETTINGS, quiet=True)
    follower.follow()
    nameless = {triple for triple in held(data) if "_:" in triple.split('"')[0]}
    assert len(nameless) == 2 and follower.triples == held(data) - nameless
    with store.Writer(data, SITE) as writer:  # a part that nothing leads to stays in the later versions of its entity
        writer.insert(f'<{about}> <{iris.RDFS}comment> "encore" .\n'.encode())
        pipeline.publish_changes(writer, data, SETTINGS, quiet=True)
    follower.follow()
    assert follower.triples == held(data) - {t for t in held(data) if "_:" in t.split('"')[0]}
    assert feed.head(data).batches[-1].versions == 1
    with store.Writer(data, SITE) as writer:
        writer.apply(lambda opened: opened.update('DELETE WHERE { <http://example.org/x#y> ?p ?o }; DELETE WHERE { ?s ?p "sans nom" }'))
        writer.apply(lambda opened: opened.update(f"DELETE {{ <{about}> ?p ?b }} WHERE {{ <{about}> ?p ?b FILTER(isBlank(?b)) }}"))
        pipeline.publish_changes(writer, data, SETTINGS, quiet=True)
    follower.follow()
    assert follower.triples == held(data)
    assert ("Delete", "http://example.org/x") in follower.kinds


def test_a_roll_back_is_told_as_new_versions(tmp_path: Path) -> None:
    data = tmp_path / "data"
    follower = Follower(iris.feed(SITE), from_files(data))
    load(tmp_path, data, {"REF": "MNR1", "TITR": "Un"})
    load(tmp_path, data, {"REF": "MNR1", "TITR": "Un bis"}, {"REF": "MNR2", "TITR": "Deux"})
    follower.follow()
    newest = held(data)
    store.roll_back(data)
    batch = feed.catch_up(data)
    assert batch and batch.kinds["Delete"] >= 1 and feed.catch_up(data) is None
    follower.follow()
    assert follower.triples == held(data) != newest
    load(tmp_path, data, {"REF": "MNR3", "TITR": "Trois"})
    follower.follow()
    assert follower.triples == held(data)


def test_a_publication_that_is_cut_leaves_the_feed_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "data"
    load(tmp_path, data, {"REF": "MNR1", "TITR": "Un"})
    listed = feed.head(data)

    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr("pop_ld.store.snapshots.swap", cut)
        load(tmp_path, data, {"REF": "MNR2", "TITR": "Deux"})
    assert feed.head(data) == listed
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(feed, "commit", cut)  # after the swap, before the list
        load(tmp_path, data, {"REF": "MNR3", "TITR": "Trois"})
    assert feed.head(data) == listed
    follower = Follower(iris.feed(SITE), from_files(data))
    load(tmp_path, data, {"REF": "MNR4", "TITR": "Quatre"})
    assert len(feed.head(data).batches) == 3
    follower.entities.clear()
    follower.follow()
    assert follower.triples == held(data)
    assert not [path for path in (data / "feed").iterdir() if path.name.startswith(".")]


def test_a_batch_that_was_taken_in_is_listed_whatever_serves_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "data"
    load(tmp_path, data, {"REF": "MNR1", "TITR": "Un"})

    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(batches, "write_head", cut)  # after the state, before the list
        load(tmp_path, data, {"REF": "MNR1", "TITR": "Un bis"})
    store.roll_back(data)
    load(tmp_path, data, {"REF": "MNR1", "TITR": "Un bis"})
    follower = Follower(iris.feed(SITE), from_files(data))
    follower.follow()
    assert follower.triples == held(data)


def test_the_feed_can_be_off_and_on_and_forgets_by_days(tmp_path: Path) -> None:
    data, off = tmp_path / "data", replace(SETTINGS, feed=False)
    load(tmp_path, data, {"REF": "MNR1", "TITR": "Un"}, settings=off)
    assert not (data / "feed").exists() and feed.catch_up(data) is None
    load(tmp_path, data, {"REF": "MNR2", "TITR": "Deux"})
    load(tmp_path, data, {"REF": "MNR3", "TITR": "Trois"}, settings=off)
    load(tmp_path, data, {"REF": "MNR4", "TITR": "Quatre"})
    follower = Follower(iris.feed(SITE), from_files(data))
    follower.follow()
    assert follower.triples == held(data)
    found = feed.head(data)
    old = replace(found.batches[0], created="2020-01-01T00:00:00Z")
    batches.write_head(data, batches.Head((old, found.batches[1]), 0))
    load(tmp_path, data, {"REF": "MNR5", "TITR": "Cinq"}, settings=replace(SETTINGS, feed_days=30))
    left = feed.head(data)
    assert next(batch.name for batch in left.batches) == found.batches[1].name and left.days == 30
    assert not batches.folder_of(data, old.name).exists()


def test_entities_are_read_alike_from_the_whole_store_and_one_by_one(first: Path, tmp_path: Path) -> None:
    from pop_ld.feed.reading import lines_of, whole

    opened = Store.read_only(str(store.current(first).path / "store"))
    count = 0
    for _, entities in whole(lambda run: run(opened), tmp_path, SITE):
        for entity, lines in entities.items():
            if "example.org" not in entity and not any(b"#loose>" in line or b" _:" in line for line in lines):
                assert lines_of(opened, SITE, entity, ()) == lines
                count += 1
    assert count > 100
    assert not list(opened.quads_for_pattern(NamedNode("http://example.org/none"), None, None))


def test_only_what_differs_is_read_and_all_of_it(tmp_path: Path) -> None:
    """Of a part that nothing leads to any more no triple differs: it is still one of its entity."""
    notice, other = NamedNode(f"{SITE}/id/mnr/A"), NamedNode(f"{SITE}/id/mnr/B")
    part, name = NamedNode(f"{SITE}/id/mnr/A#x"), NamedNode(iris.RDFS + "label")
    stays = [Quad(part, name, Literal("une partie\n")), Quad(notice, name, Literal("un tableau")), Quad(other, name, Literal("un autre"))]
    gone = Quad(notice, NamedNode(iris.CRM + "P1_is_identified_by"), part)
    opened = Store()
    opened.extend(stays)
    changes = Changes()
    changes.note([*stays, gone])
    with closing(State(tmp_path)) as state:
        every = list(_some(lambda run: run(opened), SITE, state, changes))
        changes.settled = {gone}
        found = list(_some(lambda run: run(opened), SITE, state, changes))
    assert [entity for entity, *_ in every] == [notice.value, other.value]
    assert found == every[:1] and found[0][1] == sorted(f"{quad.triple} .\n".encode() for quad in stays[:2])
