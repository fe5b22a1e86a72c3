"""What of a store is read ahead: which tables come first, how much, and that the system then has it in memory."""

import ctypes
import mmap
import os
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store

from pop_ld.store import ahead
from tests.web.served import until

FAMILIES = {"id2str", *(name for graph in "dg" for name in (f"{graph}spo", f"{graph}pos", f"{graph}osp")), "spog", "posg", "ospg"}
AHEAD = pytest.mark.skipif(not hasattr(os, "posix_fadvise"), reason="this system knows no request to read ahead")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A store of quads in the default graph and in another, loaded in turns so that compacting writes every table anew."""
    store = Store(str(tmp_path / "store"))
    for turn in range(2):
        for graph in (DefaultGraph(), NamedNode("http://x/g")):
            things = ((NamedNode(f"http://x/{n}"), Literal(f"{n} {turn}")) for n in range(2_000))
            store.bulk_extend(Quad(thing, NamedNode("http://x/p"), text, graph) for thing, text in things)
    store.optimize()
    return tmp_path / "store"


def test_the_engine_says_of_each_table_whose_it_is(folder: Path) -> None:
    """A new engine that wrote it otherwise would show here: everything would still be read, in no order."""
    found = {ahead.family(file) for file in folder.glob("*.sst")}
    assert {"id2str", "dspo", "dosp", "dpos", "gspo"} <= found <= FAMILIES | {"graphs", "default", ""}


def test_what_pages_read_comes_first(folder: Path) -> None:
    first, rest = ahead.tables(folder)
    names = [ahead.family(file) for file in first]
    assert [*dict.fromkeys(names)] == list(ahead.USED_FIRST)
    assert [*dict.fromkeys(ahead.family(file) for file in rest)][: len(ahead.USED_NEXT)] == list(ahead.USED_NEXT)
    assert rest and sorted([*first, *rest]) == sorted(folder.glob("*.sst"))


def test_a_file_that_is_no_table_is_of_no_family(tmp_path: Path) -> None:
    for name, content in (("empty", b""), ("short", b"\x16\x04"), ("cut", b"\x16\x04\xffname" + b"ab")):
        (tmp_path / f"{name}.sst").write_bytes(content)
    assert [len(part) for part in ahead.tables(tmp_path)] == [0, 3]
    assert ahead.tables(tmp_path / "nowhere") == ([], [])


@AHEAD
def test_as_much_as_may_be(tmp_path: Path) -> None:
    files = [tmp_path / str(number) for number in range(4)]
    for file in files:
        file.write_bytes(b"x" * 1_000)
    assert ahead.read_ahead(files, 10_000) == 4_000
    assert ahead.read_ahead(files, 2_999) == 2_000
    assert ahead.read_ahead(files, 10_000, lambda: False) == 0
    files[1].unlink()
    (tmp_path / "none").touch()
    assert ahead.read_ahead([*files, tmp_path / "none"], 10_000) == 3_000


@AHEAD
def test_it_is_in_memory_afterwards(tmp_path: Path) -> None:
    file = tmp_path / "file"
    with file.open("wb") as opened:
        opened.write(os.urandom(8 << 20))
        opened.flush()
        os.fsync(opened.fileno())
        os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    if in_memory(file) > 0.5:
        pytest.skip("this file system keeps its files in memory")
    assert ahead.read_ahead([file], 1 << 30) == 8 << 20
    until(lambda: in_memory(file) > 0.9)  # it is asked for; a disk answers out of turn, and the last part before others


def in_memory(file: Path) -> float:
    """The part of a file's pages that the system holds (mincore(2))."""
    with file.open("r+b") as opened, mmap.mmap(opened.fileno(), 0) as mapped:
        count = -(-len(mapped) // mmap.PAGESIZE)
        held, start = (ctypes.c_ubyte * count)(), ctypes.c_ubyte.from_buffer(mapped)
        failed = ctypes.CDLL(None).mincore(ctypes.c_void_p(ctypes.addressof(start)), ctypes.c_size_t(len(mapped)), held)
        del start
        assert failed == 0
        return sum(page & 1 for page in held) / count


def test_the_free_memory_of_this_machine() -> None:
    free = ahead.free_memory()
    if not Path("/proc/meminfo").exists():
        assert free == 0
    else:
        assert 1 << 20 < free <= os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
