"""What an answer passes through: the budget of bytes, the checks, the coding, and the part held back."""

from __future__ import annotations

import gzip
import os
import threading

import pytest
import zstandard

from pop_ld.errors import QueryFailed, ResultTooLarge
from pop_ld.store.output import BLOCK, INLINE, Output

PLAIN = {"xml": False, "csv": False}


def through(blocks: list[bytes], coding: str = "", limit: int = 1 << 30) -> tuple[bytes, bool, Output]:
    """(what arrives, whether it came through the pipe, the output)."""
    reading, writing = os.pipe()
    received, spilled = bytearray(), []

    def read() -> None:
        while block := os.read(reading, 1 << 16):
            received.extend(block)

    reader = threading.Thread(target=read)
    reader.start()
    output = Output(writing, limit, coding, spill=lambda: spilled.append(True), **PLAIN)
    try:
        for block in blocks:
            assert output.write(block) == len(block)
        inline = output.finish()
    finally:
        os.close(writing)
        reader.join()
        os.close(reading)
    assert (inline is None) == bool(spilled)
    return bytes(received) if inline is None else inline, inline is None, output


LONG = [os.urandom(100) * 50 for _ in range(200)]


@pytest.mark.parametrize(
    ("coding", "decode"), [("gzip", gzip.decompress), ("zstd", lambda b: zstandard.ZstdDecompressor().decompressobj().decompress(b))]
)
@pytest.mark.parametrize("blocks", [[b"x" * 3000], [b"x" * INLINE, b"end"], LONG], ids=["short", "little left after a block", "long"])
def test_codings(coding: str, decode: object, blocks: list[bytes]) -> None:
    body, _, output = through(blocks, coding)
    assert output.coding == coding
    assert decode(body) == b"".join(blocks)  # type: ignore[operator]
    assert len(body) < len(b"".join(blocks))


def test_a_very_short_answer_is_not_coded() -> None:
    body, spilled, output = through([b"few", b" bytes"], "gzip")
    assert (body, spilled, output.coding) == (b"few bytes", False, "")


@pytest.mark.parametrize("size", [0, 1, INLINE, INLINE + 1, 1_000_000])
def test_only_a_long_answer_goes_through_the_pipe(size: int) -> None:
    body, spilled, output = through([b"x" * size])
    assert body == b"x" * size
    assert spilled == (size > INLINE)
    assert output.size == size


def test_a_long_answer_goes_in_large_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each block wakes the reader, and the engine writes 8 KiB at a time; the pipe may also take a part only."""
    writes: list[int] = []
    write = os.write

    def short(handle: int, data: memoryview) -> int:
        writes.append(len(data))
        return write(handle, data[:50_000])

    monkeypatch.setattr(os, "write", short)
    blocks = [os.urandom(8192) for _ in range(100)]
    body, spilled, _ = through([*blocks, b"the end"])
    assert spilled and body == b"".join([*blocks, b"the end"])
    assert sum(size > BLOCK for size in writes) == 5, "each time that the held 8 KiB are more than a block"
    assert len(writes) < 30


def test_the_budget_counts_bytes_before_coding() -> None:
    with pytest.raises(OSError, match="more than 1000 bytes"):
        through([b"x" * 500] * 3, "gzip", limit=1000)
    output = Output(-1, 10, "", spill=lambda: None, **PLAIN)
    with pytest.raises(OSError):
        output.write(b"x" * 11)
    assert isinstance(output.fault, ResultTooLarge)


def test_what_xml_cannot_say_is_seen_across_blocks() -> None:
    output = Output(-1, 1000, "", xml=True, csv=False, spill=lambda: None)
    output.write(b"<uri>a</uri><abc")
    with pytest.raises(OSError):
        output.write(b":>")
    output = Output(-1, 1000, "", xml=True, csv=False, spill=lambda: None)
    with pytest.raises(OSError):
        output.write(b"a\x01b")
    assert isinstance(output.fault, QueryFailed)
