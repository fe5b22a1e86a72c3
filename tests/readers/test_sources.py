"""Sources: which base, archives, repeated reading."""

from __future__ import annotations

import bz2
import gzip
import io
import zipfile
from pathlib import Path

import pytest

from pop_ld.errors import ReadError
from pop_ld.readers import archives, open_sources

CSV = "REF;TICO;DENO\nPA00000001;a;b\nPA00000002;a;b\n"


def _zip(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_the_base_by_ref_by_header_and_by_its_name(read):
    assert read(CSV).reader.source.base == "merimee"
    assert read(CSV.replace("PA", "PM")).reader.source.base == "palissy"
    assert read("REF;INV;MUSEO\n01610014032;a;b\n").reader.source.base == "joconde"
    assert read("REF;INV;MUSEO\n").reader.source.base == "joconde"
    assert read('{"REF": "X1", "BASE": "Inventaire patrimoine mobilier (Palissy)"}').notices[0].base == "palissy"


def test_no_base_clearly(read):
    for text in ("a,b,c\n1,2,3\n", "REF;TICO\nX1;a\n", "[]", '{"x": 1}', "des mots"):
        with pytest.raises(ReadError, match="--base"):
            read(text)
    with pytest.raises(ReadError, match=r"merimee 1\.\d\d"):
        read("REF;TICO\nX1;a\n")


def test_the_base_a_user_settles(read):
    assert [notice.base for notice in read("REF;TICO\nX1;a\n", base="palissy").notices] == ["palissy"]
    reading = read("REF;TICO;BASE\nPA00000001;a;\nPM00000001;b;\nEA1;c;Patrimoine mobilier (Palissy)\nEA2;d;Autre chose\n", base="merimee")
    assert reading.refs == ["PA00000001", "EA2"]
    assert [(p.kind, p.ref, p.field, p.value, p.detail, p.rejects) for p in reading.problems] == [
        ("unknown-base", "PM00000001", "REF", "PM00000001", "palissy", True),
        ("unknown-base", "EA1", "BASE", "Patrimoine mobilier (Palissy)", "palissy", True),
    ]


def test_the_base_field_decides_for_its_notice(read):
    lines = ['{"REF": "PA00000001", "BASE": "Patrimoine architectural (Mérimée)", "CATE": "x"}'] * 2
    lines += ['{"REF": "AB", "BASE": "Patrimoine mobilier (Palissy)", "CATE": "y"}'] * 2
    reading = read("\n".join([*lines, '{"REF": "PA00000003", "BASE": "?"}', '{"REF": "?"}']))
    assert [(notice.base, "CATE" in notice.fields) for notice in reading.notices[:4]] == [("merimee", False)] * 2 + [("palissy", True)] * 2
    assert reading.problems[0].kind == "unknown-column"


def test_a_file_of_two_bases_by_their_refs(read):
    reading = read("REF;TICO;INSEE\nPA00000001;a;1\nPA00000002;a;1\nPA00000004;a;1\nPM00000003;a;1\n")
    assert [notice.base for notice in reading.notices] == ["merimee"] * 3 + ["palissy"]


def test_gzip(read):
    assert read(gzip.compress(CSV.encode()), name="x.csv.gz").refs == ["PA00000001", "PA00000002"]
    assert read(gzip.compress(CSV.encode()), name="no-suffix").refs == ["PA00000001", "PA00000002"]
    with pytest.raises(ReadError, match="damaged"):
        read(gzip.compress(CSV.encode() * 1000)[:-20], name="cut.gz")
    with pytest.raises(ReadError):
        read(CSV, name="false.gz")


def test_zip_gives_a_reader_a_file(bases, tmp_path):
    path = tmp_path / "a.zip"
    files = {
        "d/": b"",
        "d/a.csv": CSV.encode(),
        "d/photo.JPG": b"\xff\xd8",
        "__MACOSX/d/._a.csv": b"\x00",
        "b.json": b'[{"REF": "PM00000001", "CATE": "x"}]',
    }
    path.write_bytes(_zip(files))
    readers = list(open_sources(path, base=None, encoding=None, bases=bases))
    assert [(reader.source.member, reader.source.syntax, reader.source.base) for reader in readers] == [
        ("d/a.csv", "csv", "merimee"),
        ("b.json", "json", "palissy"),
    ]
    assert [one.file for reader in readers for one in reader] == [f"{path}!d/a.csv"] * 2 + [f"{path}!b.json"]


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04 rubbish",
        _zip({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<a/>"}),
        _zip({"d/": b""}),
        _zip({"photo.jpg": b"x"}),
        _zip({"a.csv": CSV.encode()})[:-30],
        _zip({"a.zip": _zip({"a.csv": CSV.encode()})}),
        _zip({"a.csv": CSV.encode() * 50}, zipfile.ZIP_STORED).replace(b"PA00000001", b"PA00000009"),
    ],
)
def test_zips_that_cannot_be_read(read, content):
    with pytest.raises(ReadError):
        read(content, name="a.zip")


def test_bombs_are_refused(read, monkeypatch):
    monkeypatch.setattr(archives, "FREE_SIZE", 1 << 20)
    bomb = CSV.encode() + b"\n" * (20 << 20)
    for content in (_zip({"a.csv": bomb}), gzip.compress(bomb), _zip({"a.csv": bomb}, zipfile.ZIP_BZIP2)):
        with pytest.raises(ReadError, match="bomb"):
            read(content, name="a.zip" if content[:2] == b"PK" else "a.gz")
    with pytest.raises(ReadError):
        read(bz2.compress(bomb), name="a.bz2")


def test_files_that_are_none(bases, tmp_path):
    for path in (tmp_path, tmp_path / "absent.csv", Path("nul\x00")):
        with pytest.raises(ReadError):
            list(open_sources(path, base=None, encoding=None, bases=bases))


def test_a_reader_may_be_iterated_again(read):
    reader = read(CSV + "PA00000003;a;b;c\nPA00000004\n").reader
    assert list(reader) == list(reader)
    assert reader.read == 4


def test_memory_does_not_grow_with_the_file(bases, tmp_path):
    import tracemalloc

    def peak(rows: int) -> int:
        path = tmp_path / f"{rows}.jsonl"
        with path.open("w", encoding="utf-8") as out:
            out.writelines(f'{{"REF": "PA{n:08}", "TICO": "{"x" * 200}"}}\n' for n in range(rows))
        tracemalloc.start()
        [reader] = open_sources(path, base=bases["merimee"], encoding=None, bases=bases)
        assert sum(1 for _ in reader) == rows
        _, found = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return found

    assert peak(40_000) < peak(5_000) * 1.2
