"""The first batch, made from the files of a dump, is the one that the walk over the store makes; values are written as the engine does."""

from __future__ import annotations

import gzip
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, Store, parse

from pop_ld import dump as dumps
from pop_ld import feed, iris, pipeline, store
from pop_ld.bases import load_bases
from pop_ld.config import Settings
from pop_ld.feed import batches, canonical, pages
from pop_ld.feed.state import CHANGES, FILE
from pop_ld.packed import writing
from pop_ld.store.changes import Changes

from .follower import Follower
from .test_feed import from_files, held, load

SETTINGS = Settings()
SITE = SETTINGS.site
NAME, CREATED = "2026-11-28.01", "2026-11-28T10:00:00Z"
NOTICE = f"{SITE}/id/mnr/MNR1"
ODD = f"""<{SITE}/id/mnr/MNR1> <{iris.RDFS}label> "a\tb"@fr-FR .
<{SITE}/id/mnr/MNR1> <{iris.RDFS}comment> "\\u00e9 \\t \\\\u00e9 \uffff" .
<{SITE}/id/mnr/MNR1> <{iris.DCTERMS}extent> "26.80"^^<{iris.XSD}decimal> .
<{SITE}/id/mnr/MNR1> <{iris.DCTERMS}extent> "26.8"^^<{iris.XSD}decimal> .
<{SITE}/id/mnr/MNR1> <{iris.DCTERMS}title> "x"^^<{iris.XSD}string> .
<{SITE}/id/mnr/MNR1> <{iris.SCHEMA}image> <http://images.example/a.jpg> .
<{SITE}/doc/mnr/MNR1#part> <{iris.RDFS}label> "nobody leads here" .
"""


@pytest.fixture(scope="module")
def dump(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All samples, and a file of what no sample has; some lines stand in two files."""
    folder = tmp_path_factory.mktemp("dump") / "dump"
    samples = [sample for base in load_bases().values() for sample in base.samples]
    pipeline.convert(samples, folder, SETTINGS, validate=False, quiet=True)
    again = gzip.decompress((folder / dumps.LINKS).read_bytes()).splitlines(keepends=True)[:5]
    again += gzip.decompress((folder / f"joconde-000{dumps.TRIPLES}").read_bytes()).splitlines(keepends=True)[:5]
    with writing(folder / f"odd{dumps.TRIPLES}") as file:
        file.write(ODD.encode() + b"".join(again))
    return folder


@pytest.fixture(scope="module")
def loaded(dump: Path) -> Store:
    made = Store()
    for file in dumps.triple_files(dump):
        made.load(gzip.decompress(file.read_bytes()), RdfFormat.N_TRIPLES)
    return made


def from_dump(dump: Path, data: Path, jobs: int = 1) -> Path:
    return feed.place(feed.prepare_first(dump, data, SITE, NAME, CREATED, jobs, lambda _: None))


def from_store(opened: Store, data: Path, name: str = NAME) -> Path:
    unknown = Changes()
    unknown.forget()
    return feed.place(feed.prepare(lambda run: run(opened), data, SITE, name, CREATED, "", unknown, lambda _: None))


def told(data: Path, batch: Path) -> tuple[dict[str, tuple[str, frozenset[str]]], list[tuple[str, str]], list[object], list[str]]:
    """What a batch says, whatever its order and pages: versions, their kinds, what it changes in the state, pictured notices."""
    made = batches.about(batch)
    assert made.pages == len(pages.numbers(batch)) and made.bytes == sum(file.stat().st_size for file in batch.glob("*.trig.gz"))
    batches.write_head(data, batches.Head((made,), 0))
    follower = Follower(iris.feed(SITE), from_files(data))
    follower.follow()
    with closing(sqlite3.connect(batch / CHANGES)) as base:
        state = base.execute("SELECT * FROM known ORDER BY bucket, entity").fetchall() + base.execute("SELECT * FROM head").fetchall()
    listed = [
        line
        for name in ("manifests", "notices")
        for number in range(len(made.activities[name]))
        for line in parse_json(pages.activity_file(batch, name, number))
    ]
    assert made.versions == len(follower.entities) and made.triples == len(follower.triples)
    return follower.entities, sorted(follower.kinds), state, sorted(listed)


def parse_json(file: Path) -> Iterator[str]:
    yield from gzip.decompress(file.read_bytes()).decode().removeprefix("[[").removesuffix("]]").split("], [")


def test_the_files_of_a_dump_give_the_versions_of_the_store(
    dump: Path, loaded: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "TRIPLES", 400)
    fast, slow = from_dump(dump, tmp_path / "fast"), from_store(loaded, tmp_path / "slow")
    assert told(tmp_path / "fast", fast) == told(tmp_path / "slow", slow)
    versions, kinds, state, _ = told(tmp_path / "fast", fast)
    assert f'<{NOTICE}> <{iris.DCTERMS}extent> "26.8"^^<{iris.XSD}decimal>' in versions[NOTICE][1] and ("Create", NOTICE) in kinds
    row = next(row for row in state if isinstance(row, tuple) and NOTICE in row)
    assert row[4] and row[5] == f"{SITE}/doc/mnr/MNR1#part"
    assert sum(1 for other in batches.about(fast).activities["manifests"] if other) and batches.about(fast).pages > 10


def test_the_number_of_processes_changes_no_byte(dump: Path, tmp_path: Path) -> None:
    one, two = from_dump(dump, tmp_path / "one"), from_dump(dump, tmp_path / "two", jobs=2)
    assert {file.name: file.read_bytes() for file in one.iterdir()} == {file.name: file.read_bytes() for file in two.iterdir()}


def test_the_next_release_finds_what_changed_and_nothing_else(dump: Path, loaded: Store, tmp_path: Path) -> None:
    from_dump(dump, tmp_path)
    feed.commit(tmp_path, NAME, 0)
    assert not feed.is_empty(tmp_path) and not (batches.folder_of(tmp_path, NAME) / CHANGES).exists()
    assert batches.about(from_store(loaded, tmp_path, "again")).versions == 0
    changed = Store()
    changed.extend(loaded)
    changed.load(f'<{NOTICE}> <{iris.RDFS}label> "autre" .'.encode(), RdfFormat.N_TRIPLES)
    changed.remove(next(iter(loaded.quads_for_pattern(NamedNode(f"{SITE}/doc/mnr/MNR1#part"), None, None))))
    assert batches.about(from_store(changed, tmp_path, "more")).kinds == {"Update": 1}


def test_a_publication_takes_the_dump_and_a_cut_one_is_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "data"

    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(feed, "prepare", cut)  # never asked for a first release
        patched.setattr(batches, "write_head", cut)  # after the state, before the list
        load(tmp_path, data, {"REF": "MNR1", "TITR": "Un"})
    assert not feed.head(data).batches and (data / "feed" / FILE).exists()
    load(tmp_path, data, {"REF": "MNR2", "TITR": "Deux"})
    assert len(feed.head(data).batches) == 2
    follower = Follower(iris.feed(SITE), from_files(data))
    follower.follow()
    assert follower.triples == held(data) and store.current_name(data) == feed.head(data).batches[-1].release


def test_a_dump_in_another_order_is_left_to_the_store(dump: Path, tmp_path: Path) -> None:
    shard = f"joconde-000{dumps.TRIPLES}"
    lines = gzip.decompress((dump / shard).read_bytes()).splitlines(keepends=True)
    for number, content in enumerate(
        (lines[::-1] + lines[-1:], lines[1::2] + lines[::2], [b"# a comment\n", *lines], [*lines[:-1], lines[-1][:20]])
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / shard).write_bytes(gzip.compress(b"".join(content)))
        with pytest.raises(feed.Unordered):
            feed.prepare_first(folder, tmp_path / "data", SITE, NAME, CREATED, 1, lambda _: None)
    for names in ((f"joconde-001{dumps.TRIPLES}",), ("joconde-000.nt",), tuple(f"joconde-{n:03d}{dumps.TRIPLES}" for n in range(3))):
        folder = tmp_path / names[0]
        folder.mkdir()
        for name in names:
            (folder / name).write_bytes(gzip.compress(b"".join(lines)))
        with pytest.raises(feed.Unordered):
            feed.prepare_first(folder, tmp_path / "data", SITE, NAME, CREATED, 1, lambda _: None)
    moved = tmp_path / "moved"
    moved.mkdir()
    for name in (f"joconde-000{dumps.TRIPLES}", f"joconde-001{dumps.TRIPLES}"):  # of two shards, each notice is of one alone
        (moved / name).write_bytes(gzip.compress(b"".join(lines)))
    with pytest.raises(feed.Unordered):
        feed.prepare_first(moved, tmp_path / "data", SITE, NAME, CREATED, 1, lambda _: None)


VALUES = [
    *(
        f'"{value}"^^<{iris.XSD}decimal>'
        for value in ("0", "-0", "5", "05", "5.0", "5.", ".5", "0.5", "-0.5", "+1", "1e3", "-12.05", "x", "")
    ),
    *(f'"{value}"^^<{iris.XSD}decimal>' for value in ("9999999999999", "9999999999999.9999999999999", "0.0000000000001", "1" * 30)),
    *(f'"{value}"^^<{iris.XSD}integer>' for value in ("0", "-0", "007", "-3", "99999999999999999", "9" * 25, "+4")),
    *(f'"{value}"^^<{iris.XSD}gYear>' for value in ("1905", "0000", "-0044", "12005", "1905Z", "19")),
    *(
        f'"{value}"^^<{iris.XSD}date>'
        for value in ("1905-05-09", "1905-02-31", "1905-13-01", "1905-05-09Z", "1905-05-09+02:00", "0001-01-01")
    ),
    *(
        f'"{value}T{time}"^^<{iris.XSD}dateTime>'
        for value in ("1905-05-09", "1905-02-31")
        for time in ("10:00:00Z", "24:00:00Z", "10:00:00.50Z", "10:00:00")
    ),
    *(f'"{value}"^^<{iris.XSD}boolean>' for value in ("true", "1", "TRUE")),
    f'"1.0E0"^^<{iris.XSD}double>',
    f'"x"^^<{iris.XSD}string>',
    '"POINT(1.50 2.0)"^^<http://www.opengis.net/ont/geosparql#wktLiteral>',
    *(
        '"a"@fr',
        '"a"@fr-FR',
        '"\\u0041"',
        '"\\\\u0041"',
        '"\\"\\n\\r"',
        '"\\f"',
        '"a\tb"',
        '"\x7f"',
        '"\ufffe \uffff \uf8ff"',
        '"\U0001f3a8"',
    ),
]


@pytest.mark.parametrize("value", VALUES)
def test_values_are_written_as_the_engine_gives_them_back(value: str) -> None:
    line = f"<urn:x> <urn:x> {value} .\n".encode()
    assert canonical.stored(line) == canonical.through_engine(line)
    assert canonical.version(line + line) == [canonical.through_engine(line)]
    assert list(parse(canonical.stored(line), format=RdfFormat.N_TRIPLES))
