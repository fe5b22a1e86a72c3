"""Look-ups for pages: what they give, their bounds, hostile IRIs, and that reading leaves no trace."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from store_samples import DCTERMS, POP, SITE, notices, publish, run_python, thing, tree

from pop_ld.errors import StoreError
from pop_ld.store import Release, ResourceReader, open_reader, oxigraph
from pop_ld.store.oxigraph import DESCRIBE_LIMIT

HOSTILE = ["", " ", "not absolute", "http://x/ y", "http://x/\n", "http://x/>", "http://x/<", 'http://x/"', "\0", "http://[", "_:b", "?s",
           "\ud800", "http://x/\udfff", "http://x/%zz", "a:" + "x" * 2_000_000, "http://x/é\u202e", "<a:b>", "a:b> . <c:d",
           "//x", "#a"]  # fmt: skip


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    many = "".join(f"<{SITE}/id/many> <a:p> <a:o{n}> .\n" for n in range(DESCRIBE_LIMIT + 10))
    links = f"<{thing(1)}> <{POP}REFE> <{thing(2)}> .\n<{thing(3)}#production> <{POP}near> <{thing(2)}> .\n_:b <a:p> <{thing(2)}> .\n"
    links += f"<{thing(2)}#date> <a:back> <{thing(2)}> .\n"
    return publish(tmp_path_factory.mktemp("reader") / "data", "r0", notices(0, 100) + many.encode() + links.encode())


@pytest.fixture(scope="module")
def reader(release: Release) -> ResourceReader:
    return open_reader(release)


def test_describe_gives_the_thing_its_parts_and_its_document(reader: ResourceReader) -> None:
    subjects = [getattr(triple.subject, "value", "") for triple in reader.describe(thing(1))]
    iri, doc = thing(1), f"{SITE}/doc/merimee/PA00000001"
    assert len(subjects) == 39
    assert set(subjects) == {iri, iri + "#production", iri + "#date", doc}
    assert subjects[0] == iri and subjects[-1] == doc
    assert reader.describe(thing(99999)) == []
    assert {str(t.subject) for t in reader.describe(f"{SITE}/id/agent/A%20B")} == {f"<{SITE}/id/agent/A%20B>"}


def test_describe_is_bounded(reader: ResourceReader) -> None:
    assert len(reader.describe(f"{SITE}/id/many")) == DESCRIBE_LIMIT


def test_objects_and_contains(reader: ResourceReader) -> None:
    assert [str(o) for o in reader.objects(thing(7), DCTERMS + "identifier")] == ['"PA00000007"']
    assert reader.objects(thing(7), "a:none") == []
    assert reader.contains(thing(7)) and not reader.contains(thing(700))


def test_remembered_labels_are_the_same_and_nobody_changes_them(reader: ResourceReader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oxigraph, "KNOWN_LABELS", 2)
    wanted = [thing(number) for number in range(5)]
    for _ in range(3):
        found = reader.labels([*wanted, "https://example.org/none"])
        assert {iri: [label.value for label in labels] for iri, labels in found.items()} == {
            w: [f"Église {n} "] for n, w in enumerate(wanted)
        }
        found[wanted[4]].clear()


def test_labels_take_rdfs_label_then_skos(reader: ResourceReader) -> None:
    concept, agent = f"{SITE}/id/concept/x/eglise", f"{SITE}/id/agent/A%20B"
    labels = reader.labels([thing(1), concept, agent, "a:none", "not an IRI"])
    assert {iri: [str(x) for x in found] for iri, found in labels.items()} == {
        thing(1): ['"Église 1 "@fr'],
        concept: ['"église"@fr'],
        agent: ['"A. B."'],
    }


def test_incoming_leaves_out_the_thing_itself_and_stops_at_the_limit(reader: ResourceReader) -> None:
    assert set(reader.incoming(thing(2), 50)) == {(POP + "REFE", thing(1)), (POP + "near", thing(3) + "#production")}
    agent = f"{SITE}/id/agent/A%20B"
    assert len(reader.incoming(agent, 10)) == 10
    assert len(reader.incoming(agent, 1000)) == 100
    assert reader.incoming(agent, 0) == [] == reader.incoming(agent, -1)


@pytest.mark.parametrize("iri", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_iris_find_nothing(reader: ResourceReader, iri: str) -> None:
    assert reader.describe(iri) == []
    assert reader.objects(iri, iri) == [] == reader.objects(thing(1), iri)
    assert reader.labels([iri]) == {}
    assert reader.incoming(iri, 10) == []
    assert reader.contains(iri) is False


def test_a_missing_store_is_an_error_not_emptiness(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        open_reader(Release("none", tmp_path, {}))


def test_reading_leaves_no_trace(release: Release) -> None:
    before = tree(release.path)
    reader = open_reader(release)
    reader.describe(thing(1))
    reader.incoming(f"{SITE}/id/agent/A%20B", 1000)
    del reader
    assert tree(release.path) == before


READ_AS_NOBODY = """
import os, sys
from pathlib import Path
from pop_ld.store import Release, open_reader
import pop_ld.store.oxigraph
if os.getuid() == 0:
    os.setgid(65534); os.setuid(65534)
folder = Path(sys.argv[1])
try:
    (folder / "store" / "x").touch(); print("could write")
except OSError:
    pass
print(len(open_reader(Release("r0", folder, {})).describe(sys.argv[2])))
"""


def test_reading_needs_no_write_permission(release: Release) -> None:
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        folder = Path(place) / "r0"
        shutil.copytree(release.path, folder)
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o555 if path.is_dir() else 0o444)
        before = tree(folder)
        out, errors = run_python(READ_AS_NOBODY, folder, thing(1)).communicate(timeout=30)
        assert out.split() == ["39"], errors
        assert tree(folder) == before
        for path in (folder, *folder.rglob("*")):
            os.chmod(path, 0o755)  # noqa: PTH101
