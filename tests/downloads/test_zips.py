"""Zip files that are put together of parts: Python's own reader takes them, small ones and those beyond the limits of the first format."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from pop_ld.downloads import zips


def part(folder: Path, name: str, records: dict[str, bytes]) -> zips.Piece:
    entries, directory = folder / name, folder / f"{name}.list"
    with entries.open("wb") as first, directory.open("wb") as second:
        made = zips.Part(first, second)
        for path, content in records.items():
            made.add(path, content)
    return zips.part(entries, directory)


def joined(pieces: list[zips.Piece]) -> bytes:
    out = io.BytesIO()
    zips.join(pieces, out.write)
    return out.getvalue()


def read(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as found:
        assert found.testzip() is None
        return {name: found.read(name) for name in found.namelist()}


def test_parts_and_whole_files_are_put_together(tmp_path: Path) -> None:
    first, second = {"a/1.xml": b"one" * 50, "a/2é.xml": b""}, {"b/3%20.xml": b"\x00\xff"}
    (tmp_path / "x.zip").write_bytes(joined([part(tmp_path, "one", first)]))
    (tmp_path / "y.zip").write_bytes(joined([part(tmp_path, "two", second), part(tmp_path, "none", {})]))
    whole = joined([zips.written(tmp_path / "x.zip"), zips.written(tmp_path / "y.zip")])
    assert read(whole) == {**first, **second} and read(joined([])) == {}
    assert whole == joined([part(tmp_path, "three", first), part(tmp_path, "four", second)])


def test_many_records_take_zip64(tmp_path: Path) -> None:
    records = {f"{number}.xml": b"" for number in range(65_600)}
    (tmp_path / "many.zip").write_bytes(joined([part(tmp_path, "many", records)]))
    with zipfile.ZipFile(tmp_path / "many.zip") as found:
        assert len(found.namelist()) == len(records)
    again = joined([zips.written(tmp_path / "many.zip"), part(tmp_path, "last", {"last.xml": b"x"})])
    assert len(read(again)) == len(records) + 1


def test_places_beyond_four_gigabytes_take_zip64(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sparse file stands for the first four gigabytes of entries."""
    far = part(tmp_path, "far", {"far.xml": b"far away"})
    with (tmp_path / "hole").open("wb") as hole:
        hole.truncate(5 << 30)
    out = (tmp_path / "far.zip").open("wb")

    def write(content: bytes) -> None:
        if content.strip(b"\0"):
            out.write(content)
        else:
            out.seek(len(content), io.SEEK_CUR)

    with out:
        zips.join([zips.Piece(tmp_path / "hole", 5 << 30, lambda: iter(())), far], write)
    with zipfile.ZipFile(tmp_path / "far.zip") as found:
        assert found.read("far.xml") == b"far away" and found.infolist()[0].header_offset > 4 << 30
    ((place, name, _),) = zips.written(tmp_path / "far.zip").lines()
    assert (place, name) == (5 << 30, b"far.xml")
