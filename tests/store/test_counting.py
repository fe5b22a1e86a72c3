"""Counts are exact: made whole, and brought up to date after any change, they equal a count that a reader can check by eye."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Store

from pop_ld import iris, store
from pop_ld.store import changes, snapshots, statistics
from pop_ld.store.changes import Changes, compared
from pop_ld.store.counting import Links, count, recount
from pop_ld.store.statistics import PropertyCount, Statistics
from pop_ld.store.touched import Touched

TYPE = NamedNode(iris.RDF + "type")
OUT = "http://elsewhere.example/"
LINKS = Links((OUT, OUT + "deep/"), without=("urn:p:page",))
SITE = iris.DEFAULT_SITE


def naive(quads: set[Quad]) -> Statistics:
    """The definition of each count, over a set of quads."""
    here = [q for q in quads if q.graph_name == DefaultGraph()]
    classes: dict[str, set[object]] = {}
    for q in here:
        if q.predicate == TYPE and isinstance(q.object, NamedNode):
            classes.setdefault(q.object.value, set()).add(q.subject)
    names = {q.predicate.value for q in here}
    properties = {
        name: PropertyCount(
            sum(q.predicate.value == name for q in here),
            len({q.subject for q in here if q.predicate.value == name}),
            len({q.object for q in here if q.predicate.value == name}),
        )
        for name in names
    }
    links: dict[str, Counter[str]] = {}
    for q in here:
        if q.predicate.value not in LINKS.without and isinstance(q.object, NamedNode) and q.object.value.startswith(OUT):
            space = OUT + "deep/" if q.object.value.startswith(OUT + "deep/") else OUT
            links.setdefault(q.predicate.value, Counter())[space] += 1
    return Statistics(
        triples=len(here),
        subjects=len({q.subject for q in here}),
        objects=len({q.object for q in here}),
        classes={name: len(members) for name, members in classes.items()},
        properties=properties,
        partitions={name: dict(Counter(q.predicate.value for q in here if q.subject in members)) for name, members in classes.items()},
        graphs=dict(Counter(q.graph_name.value for q in quads if isinstance(q.graph_name, NamedNode))),
        links={name: dict(found) for name, found in links.items()},
        links_key=LINKS.key,
    )


def as_json(found: Statistics, folder: Path) -> object:
    """Every count as it is saved, whatever the kinds of mapping and their order."""
    found.save(folder)
    return json.loads((folder / statistics.FILE).read_text(encoding="utf-8"))


_THINGS = st.sampled_from([NamedNode(f"urn:s:{n}") for n in range(4)])
_CLASSES = st.sampled_from([NamedNode(f"urn:c:{n}") for n in range(3)])
_PROPERTIES = st.sampled_from([NamedNode("urn:p:page"), NamedNode("urn:p:1"), NamedNode("urn:p:2")])
_VALUES = st.one_of(
    _THINGS,
    _CLASSES,
    st.sampled_from(
        [NamedNode(OUT + "a"), NamedNode(OUT + "deep/b"), Literal("x"), Literal("x", language="fr"), Literal(7), Literal("07")]
    ),
)
_GRAPHS = st.sampled_from([DefaultGraph(), DefaultGraph(), NamedNode("urn:g:1"), NamedNode("urn:g:2")])
_QUADS = st.sets(
    st.one_of(st.builds(Quad, _THINGS, _PROPERTIES, _VALUES, _GRAPHS), st.builds(Quad, _THINGS, st.just(TYPE), _CLASSES, _GRAPHS)),
    max_size=25,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("counts")


def filled(quads: set[Quad]) -> Store:
    made = Store()
    made.extend(quads)
    return made


@settings(max_examples=150, deadline=None)
@given(quads=_QUADS)
def test_the_whole_count_is_exact(quads: set[Quad], folder: Path) -> None:
    assert as_json(count(filled(quads), LINKS), folder) == as_json(naive(quads), folder)


@settings(max_examples=300, deadline=None)
@given(old=_QUADS, new=_QUADS, beside=_QUADS)
def test_counts_brought_up_to_date_are_exact(old: set[Quad], new: set[Quad], beside: set[Quad], folder: Path) -> None:
    before, now = filled(old), filled(new)
    found = recount(count(before, LINKS), before, now, *compared((old ^ new) | beside, before, now), LINKS)
    assert as_json(found, folder) == as_json(naive(new), folder)


# The writer


def released(data: Path, writer: store.Writer, name: str) -> Statistics:
    def furnish(folder: Path, _: store.ResourceReader) -> dict[str, int]:
        found.save(folder)
        return {}

    found = writer.statistics(LINKS)
    writer.snapshot(name, {}, furnish, lambda *_: None)
    assert statistics.load(data / "snapshots" / name) is not None
    return found


def line(subject: str, predicate: str, value: str) -> str:
    return f"<{SITE}/id/{subject}> <{predicate}> {value} .\n"


def notice(ref: str, title: str) -> str:
    thing = f"mnr/{ref}"
    return (
        line(thing, iris.RDF + "type", "<urn:c:1>")
        + line(thing, iris.DCTERMS + "identifier", f'"{ref}"')
        + line(thing, iris.RDFS + "label", f'"{title}"')
        + line(thing, "urn:p:1", f"<{SITE}/id/{thing}#part>")
        + line(f"{thing}#part", "urn:p:2", f"<{OUT}deep/b>")
    )


def all_anew(data: Path, name: str) -> Statistics:
    return count(Store.read_only(str(data / "snapshots" / name / "store")), LINKS)


@pytest.fixture
def never(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bringing counts up to date is all that is allowed."""

    def refuse(*_: object) -> None:
        raise AssertionError("all was counted anew")

    monkeypatch.setattr("pop_ld.store.snapshots.count", refuse)


def first(data: Path) -> None:
    file = data.parent / "first.nt"
    file.write_text("".join(notice(f"R{n}", "vierge") for n in range(30)), encoding="utf-8")
    with store.Writer(data, SITE) as writer:
        writer.bulk_load([file])
        released(data, writer, "1")


@pytest.mark.parametrize("way", ["insert", "bulk", "remove", "replace", "nothing", "graph", "relink"])
def test_a_writer_counts_what_it_changed(way: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    data = tmp_path / "data"
    data.mkdir()
    first(data)
    request.getfixturevalue("never")
    file = tmp_path / "more.nt"
    file.write_text(notice("R3", "autre") + notice("R99", "neuf"), encoding="utf-8")
    other = tmp_path / "other.nt"
    other.write_text(notice("R98", "neuf"), encoding="utf-8")
    with store.Writer(data, SITE) as writer:
        if way in ("remove", "replace"):
            writer.remove([f"{SITE}/id/mnr/R3", f"{SITE}/id/mnr/R4"])
        if way in ("bulk", "replace"):
            writer.bulk_load([file, other] if way == "replace" else [file])
        if way == "insert":
            writer.insert(file.read_bytes())
        if way == "graph":
            writer.replace_graph("urn:g:1", file)
        if way == "relink":
            building, thing = "merimee/PA00000001", "palissy/PM00000001"
            writer.insert(line(building, iris.ONTOLOGY + "REFO", f"<{SITE}/id/{thing}>").encode())
            writer.insert("".join(line(one, iris.DCTERMS + "identifier", '"x"') for one in (building, thing)).encode())
            writer.relink([f"{SITE}/id/{building}", f"{SITE}/id/{thing}"])
        found = released(data, writer, "2")
        again = released(data, writer, "3")
    assert as_json(found, tmp_path) == as_json(all_anew(data, "2"), tmp_path) == as_json(again, tmp_path)
    assert (found.triples == 150) is (way in ("nothing", "graph"))
    assert (iris.ONTOLOGY + "conserveDans" in found.properties) is (way == "relink"), "derived of a link"


def test_several_processes_count_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    thing = '<urn:s:{0}> <{1}type> <urn:c:{2}> .\n<urn:s:{0}> <urn:p:1> <{3}deep/{0}> .\n<urn:untyped:{0}> <urn:p:alone{2}> "{0}" .\n'
    lines = "".join(thing.format(n, iris.RDF, n % 3, OUT) for n in range(60))
    with store.Writer(tmp_path, SITE) as writer:
        writer.insert(lines.encode())
        alone = writer.statistics(LINKS)
        told: list[int] = []
        monkeypatch.setattr(snapshots, "_LARGE", 0)
        assert writer.statistics(LINKS, told.append) == alone and sum(told) == alone.triples == 180
        assert len(alone.properties) == 5 and alone.links == {"urn:p:1": {OUT + "deep/": 60}}
        assert [file.name for file in (tmp_path / "snapshots").iterdir()] == [], "nothing of the backup is left"


def test_single_changes_are_noted(tmp_path: Path) -> None:
    noted = Changes()
    quad = Quad(NamedNode("urn:s"), NamedNode("urn:p"), Literal("x"))
    other = Quad(NamedNode("urn:s"), NamedNode("urn:p"), Literal("y"))
    real = Store()
    real.add(other)
    touched, before = Touched(tmp_path), Store()
    before.add(other)
    noting = changes.Noting(real, noted, touched)
    noting.add(quad)
    noting.remove(other)
    assert set(touched.subjects(before, real)) == {"urn:s"}
    assert noted.quads == {quad, other} and list(real) == [quad]
    assert quad in noting and list(noting.quads_for_pattern(None, None, None)) == [quad]


def test_all_is_counted_where_nothing_can_be_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "data"
    data.mkdir()
    first(data)
    monkeypatch.setattr(changes, "LIMIT", 4)
    with store.Writer(data, SITE) as writer:
        writer.insert(notice("R99", "neuf").encode())
        assert writer.statistics(LINKS) == all_anew_of(writer)
    with store.Writer(data, SITE) as writer:
        writer.insert(b'_:a <urn:p:1> "x" .\n')
        assert writer.statistics(LINKS).subjects == 61
    with store.Writer(data, SITE) as writer:  # another definition of links: those of the release cannot be brought up to date
        assert writer.statistics(Links()).links == {} != writer.statistics(LINKS).links


def all_anew_of(writer: store.Writer) -> Statistics:
    return count(writer._store, LINKS)


def test_counts_that_do_not_add_up_are_thrown_away(tmp_path: Path) -> None:
    """A release whose file of counts is wrong does not hand its mistake down."""
    data = tmp_path / "data"
    data.mkdir()
    first(data)
    file = data / "snapshots" / "1" / statistics.FILE
    wrong = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**wrong, "triples": 149}), encoding="utf-8")
    with store.Writer(data, SITE) as writer:
        assert writer.statistics(LINKS).triples == 150


def test_a_release_without_counts_has_none(tmp_path: Path) -> None:
    assert statistics.load(tmp_path) is None
    (tmp_path / statistics.FILE).write_text("{", encoding="utf-8")
    assert statistics.load(tmp_path) is None


def test_blank_nodes_and_files_too_large_are_not_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "LIMIT", 1)
    large = tmp_path / "x.nt.gz"
    large.write_bytes(gzip.compress(b"<urn:s> <urn:p> <urn:o> .\n"))
    kinds: list[Callable[[Changes], None]] = [
        lambda made: made.note([Quad(BlankNode("a"), NamedNode("urn:p"), Literal("x"))]),
        lambda made: made.note_file(large),
        Changes.forget,
    ]
    for forget in kinds:
        made = Changes()
        forget(made)
        assert made.quads is None
        made.note([Quad(NamedNode("urn:s"), NamedNode("urn:p"), Literal("x"))])
        made.note_ntriples(b"<urn:s> <urn:p> <urn:o> .\n")
        assert made.quads is None


@pytest.mark.parametrize("name", ["x.nt", "x.nt.gz"])
def test_the_triples_of_a_file_are_remembered(tmp_path: Path, name: str) -> None:
    file, lines = tmp_path / name, b'<urn:s> <urn:p> <urn:o> .\n<urn:s> <urn:p> "x"@fr .\n'
    file.write_bytes(gzip.compress(lines) if name.endswith(".gz") else lines)
    made = Changes()
    made.note_file(file)
    assert made.quads == {
        Quad(NamedNode("urn:s"), NamedNode("urn:p"), value) for value in (NamedNode("urn:o"), Literal("x", language="fr"))
    }
