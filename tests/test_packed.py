"""Packed files: what is written comes back, and the same content gives the same bytes."""

import gzip
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop_ld.packed import reading, reading_text, writing, writing_text


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=40)))
@pytest.mark.parametrize("name", ["a.nt", "a.nt.gz"])
def test_what_is_written_comes_back(tmp_path_factory: pytest.TempPathFactory, name: str, texts: list[str]) -> None:
    file = tmp_path_factory.mktemp("packed") / name
    with writing_text(file) as out:
        out.writelines(texts)
    with reading_text(file) as back:
        assert back.read() == "".join(texts)
    with reading(file) as back, writing(file.with_name("copy.gz")) as out:
        out.write(back.read())
    assert gzip.decompress(file.with_name("copy.gz").read_bytes()).decode() == "".join(texts)


def test_lines_end_at_line_feeds_alone(tmp_path: Path) -> None:
    with writing_text(tmp_path / "a.gz") as out:
        out.write("a\u2028b\rc\x85\nd\n")
    with reading_text(tmp_path / "a.gz") as back:
        assert list(back) == ["a\u2028b\rc\x85\n", "d\n"]


def test_the_same_content_gives_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = []
    for name, moment in (("a.gz", 1.0), ("b.gz", 2_000_000_000.0)):
        monkeypatch.setattr(time, "time", lambda moment=moment: moment)
        with writing(tmp_path / name) as out:
            out.write(b"x" * 1_000_000)
        written.append((tmp_path / name).read_bytes())
    assert written[0] == written[1]


def test_a_file_that_was_cut_is_an_error(tmp_path: Path) -> None:
    with writing(tmp_path / "a.gz") as out:
        out.write(bytes(range(256)) * 1000)
    (tmp_path / "a.gz").write_bytes((tmp_path / "a.gz").read_bytes()[:-20])
    with pytest.raises(EOFError), reading(tmp_path / "a.gz") as back:
        back.read()


@pytest.mark.parametrize("step", [1, 7_919, 1 << 20, 5_000_000])
def test_the_bytes_do_not_depend_on_how_the_content_came(tmp_path: Path, step: int) -> None:
    """A file is members of one size, which every reader of gzip reads as one."""
    content = b"".join(
        b'<http://example.org/%d> <http://example.org/p> "%d" .\n' % (n, n * n) for n in range(40_000 if step > 1 else 4_000)
    )
    for name, size in (("whole.gz", len(content)), ("steps.gz", step)):
        with writing(tmp_path / name) as out:
            for start in range(0, len(content), size):
                out.write(content[start : start + size])
    packed = (tmp_path / "steps.gz").read_bytes()
    assert packed == (tmp_path / "whole.gz").read_bytes()
    assert gzip.decompress(packed) == content
    with reading(tmp_path / "steps.gz") as back:
        assert back.read() == content
