"""The writer: loading, replacing, removing, publishing, refusing; and that a release never changes."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from store_samples import DCTERMS, POP, SITE, check, contents, furnish, notice, notices, publish, thing, tree

from pop_ld.errors import CheckFailed, StoreError
from pop_ld.store import Release, ResourceReader, Writer, current, current_name, open_reader, releases


def test_bulk_load_reads_plain_and_gzip_and_tells_progress(data: Path, tmp_path: Path) -> None:
    plain, packed = tmp_path / "a.nt", tmp_path / "b.nt.gz"
    plain.write_bytes(notices(0, 200))
    packed.write_bytes(gzip.compress(notices(200, 400)))
    done: list[int] = []
    with Writer(data, SITE) as writer:
        writer.bulk_load([plain, packed], done.append)
        assert sum(done) == plain.stat().st_size + packed.stat().st_size
        assert writer.count() == 400 * 38 + 2
        assert writer.existing([thing(0), thing(399), thing(400), "not an IRI", ""]) == {thing(0), thing(399)}


@pytest.mark.parametrize("name", ["bad.nt", "bad.nt.gz", "cut.nt.gz", "none.nt", "plain.nt.gz"])
def test_a_file_that_does_not_load_is_named_and_bars_publishing(data: Path, tmp_path: Path, name: str) -> None:
    publish(data, "r0", notices(0, 1))
    broken = notices(1, 3) + b"<a:b> <a:c> .\n"
    forms = {"bad.nt": broken, "bad.nt.gz": gzip.compress(broken), "cut.nt.gz": gzip.compress(notices(1, 3))[:-20], "plain.nt.gz": broken}
    file = tmp_path / name
    if name in forms:
        file.write_bytes(forms[name])
    with Writer(data, SITE) as writer:
        with pytest.raises(StoreError) as caught:
            writer.bulk_load([file])
        assert caught.value.file == str(file)
        assert caught.value.line == (81 if "bad" in name else 0)
        with pytest.raises(StoreError, match="half-way"):
            writer.snapshot("r1", {}, furnish, check)
        with pytest.raises(StoreError, match="half-way"):
            writer.insert(notices(5, 6))
    with Writer(data, SITE) as writer:
        assert writer.rebuilt and writer.existing([thing(0), thing(1)]) == {thing(0)}


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("end", [b"\n", b""])
def test_the_line_of_a_fault_is_that_of_its_own_file(data: Path, tmp_path: Path, packed: bool, end: bytes) -> None:
    """All files are one stream to the engine, whether or not their last lines end."""
    lines = [b'<a:b> <a:c> "%d" .' % number for number in range(30_000)]
    contents = [b"\n".join(lines) + end, b"", b"\n".join(lines[:2]) + end, b"\n".join([*lines[:4], b"<a:b> <a:c> ."]) + end, lines[0] + end]
    files = [tmp_path / f"{number}.nt{'.gz' if packed else ''}" for number in range(len(contents))]
    for file, content in zip(files, contents, strict=True):
        file.write_bytes(gzip.compress(content) if packed else content)
    done: list[int] = []
    with Writer(data, SITE) as writer:
        writer.bulk_load([*files[:3], files[4]], done.append)
        assert writer.count() == 30_000
        assert sum(done) == sum(file.stat().st_size for file in [*files[:3], files[4]])
        with pytest.raises(StoreError) as caught:
            writer.bulk_load(files)
    assert (caught.value.file, caught.value.line) == (str(files[3]), 5)


def test_a_small_insert_is_whole_or_nothing(data: Path) -> None:
    with Writer(data, SITE) as writer:
        with pytest.raises(StoreError, match="not N-Triples") as caught:
            writer.insert(b'<a:b> <a:c> "1" .\n<a:b> <a c> "1" .\n')
        assert caught.value.line == 2
        assert writer.count() == 0
        writer.insert(b'<a:b> <a:c> "1" .\n')
        assert writer.count() == 1


def test_remove_takes_the_notice_whole_and_leaves_what_is_shared(data: Path) -> None:
    with Writer(data, SITE) as writer:
        writer.insert(notices(0, 3))
        others = writer.count() - 38
        writer.insert(f"<{thing(2)}> <{POP}near> <{thing(1)}#production> .\n<{thing(1)}0> <a:b> <a:c> .\n".encode())
        assert writer.remove([thing(1), thing(1), thing(99), "not an IRI", "http://x/\ud800"]) == 38
        assert writer.count() == others + 2
        assert writer.existing([thing(0), thing(1), thing(2)]) == {thing(0), thing(2)}
        release = writer.snapshot("r0", {}, furnish, check)
    reader = open_reader(release)
    for gone in (thing(1), thing(1) + "#production", thing(1) + "#date", f"{SITE}/doc/merimee/PA00000001"):
        assert not reader.contains(gone)
    assert reader.contains(thing(1) + "0"), "an IRI that only begins alike is another thing"
    assert reader.labels([f"{SITE}/id/agent/A%20B", f"{SITE}/id/concept/x/eglise"]).keys()


def test_remove_follows_loops_and_documents_by_primary_topic(data: Path) -> None:
    iri, other = thing(1), f"{SITE}/doc/other"
    lines = [f"<{iri}> <a:p> <{iri}#a> .", f"<{iri}#a> <a:p> <{iri}#b> .", f"<{iri}#b> <a:p> <{iri}#a> .", f"<{iri}#b> <a:p> <{iri}> ."]
    lines += [
        f"<{other}> <http://xmlns.com/foaf/0.1/primaryTopic> <{iri}> .",
        f"<{other}> <a:p> <{other}#x> .",
        f"<{other}#x> <a:p> <a:o> .",
    ]
    lines += [f"<http://elsewhere.example/doc/1> <http://xmlns.com/foaf/0.1/primaryTopic> <{iri}> ."]
    with Writer(data, SITE) as writer:
        writer.insert("\n".join(lines).encode())
        assert writer.remove([iri]) == 7
        assert writer.count() == 1


def test_a_replaced_notice_is_whole(data: Path) -> None:
    publish(data, "r0", notices(0, 5))
    with Writer(data, SITE) as writer:
        assert not writer.rebuilt
        writer.remove([thing(2)])
        writer.insert(notice(2, triples=15, word="neuf").encode())
        writer.compact()
        writer.snapshot("r1", {}, furnish, check)
    old, new = (open_reader(release).describe(thing(2)) for release in releases(data))
    assert len(old) == 38 and len(new) == 13
    assert not any("neuf" in str(t) for t in old)


def test_a_failed_check_leaves_the_former_release_and_no_trace(data: Path) -> None:
    publish(data, "r0", notices(0, 1))

    def refuse(release: Release, reader: ResourceReader) -> None:
        assert current_name(data) == "r0"
        assert len(reader.describe(thing(1))) == 38
        raise CheckFailed("no")

    with Writer(data, SITE) as writer:
        writer.insert(notices(1, 2))
        with pytest.raises(CheckFailed):
            writer.snapshot("r1", {}, furnish, refuse)
        assert [p.name for p in (data / "snapshots").iterdir()] == ["r0"]
    assert current(data).name == "r0"
    with Writer(data, SITE) as writer:
        assert writer.rebuilt and writer.existing([thing(1)]) == set()


def test_the_journal_is_dirty_from_the_first_change_to_the_snapshot(data: Path) -> None:
    def journal() -> object:
        return json.loads((data / "writer.json").read_text())

    publish(data, "r0", notices(0, 1))
    assert journal() == {"state": "clean", "release": "r0"}
    with Writer(data, SITE) as writer:
        writer.existing([thing(0)])
        writer.compact()
        assert journal() == {"state": "clean", "release": "r0"}
        writer.remove([])
        assert journal() == {"state": "dirty"}
        writer.snapshot("r1", {}, furnish, check)
        assert journal() == {"state": "clean", "release": "r1"}
        writer.insert(notices(1, 2))
        assert journal() == {"state": "dirty"}


@pytest.mark.parametrize("text", [None, "", "{", "[]", '{"state": "clean"}', '{"state": "clean", "release": "r9"}'])
def test_a_journal_that_cannot_be_trusted_means_rebuild(data: Path, text: str | None) -> None:
    publish(data, "r0", notices(0, 1))
    journal = data / "writer.json"
    journal.unlink() if text is None else journal.write_text(text)
    with Writer(data, SITE) as writer:
        assert writer.rebuilt and writer.count() == 40
    with Writer(data, SITE) as writer:
        assert not writer.rebuilt


def test_writing_into_a_rebuilt_writer_leaves_the_release_as_it_was(data: Path, tmp_path: Path) -> None:
    """Immutable RocksDB files are hard-linked, so this holds only if nothing ever writes into one."""
    release = publish(data, "r0", notices(0, 300))
    before = contents(release.path)
    (data / "writer.json").write_text("{}")
    extra = tmp_path / "extra.nt"
    extra.write_bytes(notices(300, 900, "long texte " * 5))
    with Writer(data, SITE) as writer:
        linked = {f.name for f in (data / "writer").iterdir() if f.stat().st_nlink > 1}
        assert linked and all(name.endswith(".sst") for name in linked)
        assert contents(release.path) == before
        writer.insert(notices(1000, 1010))
        writer.remove([thing(n) for n in range(0, 300, 3)])
        writer.bulk_load([extra])
        writer.compact()
        writer.insert(notices(2000, 2100))
        writer.remove([thing(n) for n in range(300, 700)])
        writer.compact()
    assert contents(release.path) == before
    with Writer(data, SITE) as writer:
        assert writer.rebuilt, "the changes above were not published"
        assert writer.existing([thing(0), thing(1000)]) == {thing(0)}
        writer.insert(notices(1000, 1010))
        second = writer.snapshot("r1", {}, furnish, check)
        after = contents(second.path)
        writer.bulk_load([extra])
        writer.compact()
    assert contents(release.path) == before
    assert contents(second.path) == after
    assert len(open_reader(release).describe(thing(0))) == 38


def test_furnish_may_add_files_and_gets_a_reader(data: Path) -> None:
    def add(folder: Path, reader: ResourceReader) -> dict[str, object]:
        (folder / "search").mkdir()
        (folder / "search" / "index").write_bytes(b"x")
        return {"titles": [str(label) for label in reader.labels([thing(0)])[thing(0)]]}

    with Writer(data, SITE) as writer:
        writer.insert(notices(0, 1))
        release = writer.snapshot("r0", {"notices": 1}, add, check)
    assert release.manifest["titles"] == ['"Église 0 "@fr']
    assert (release.path / "search" / "index").read_bytes() == b"x"


def test_a_closed_writer_says_so(data: Path) -> None:
    writer = Writer(data, SITE)
    with pytest.raises(StoreError, match="closed"):
        writer.count()
    with writer:
        writer.insert(f'<{thing(0)}> <{DCTERMS}identifier> "x" .'.encode())
    with pytest.raises(StoreError, match="closed"):
        writer.insert(b"")


def test_publishing_touches_nothing_of_the_older_release(data: Path) -> None:
    release = publish(data, "r0", notices(0, 50))
    before = tree(release.path)
    publish(data, "r1", notices(50, 60))
    assert tree(release.path) == before
