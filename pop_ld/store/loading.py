"""Feeds dump files to the engine's bulk loader: plain or gzip, with progress, and open to Ctrl-C at every block."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from pop_ld.errors import StoreError

BLOCK = 1 << 20


class _Counted(io.RawIOBase):
    """A file that tells how many of its bytes were read since it last told."""

    def __init__(self, file: IO[bytes], advance: Callable[[int], None]) -> None:
        self._file = file
        self._advance = advance

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        block = self._file.read(len(buffer))
        buffer[: len(block)] = block
        self._advance(len(block))
        return len(block)


def bulk_load_file(load: Callable[[IO[bytes]], None], path: Path, advance: Callable[[int], None]) -> None:
    """Hands one N-Triples file (``.nt`` or ``.nt.gz``) to ``load``; ``advance`` gets the bytes of the file as stored.

    The engine asks this side for every block, which is where Python notices a Ctrl-C. Not atomic: a failure leaves a part.
    Raises StoreError with file and line where the file does not parse.
    """
    with ExitStack() as stack:
        try:
            file = stack.enter_context(path.open("rb", buffering=0))
            counted = io.BufferedReader(_Counted(file, advance), BLOCK)
            content = stack.enter_context(gzip.open(counted)) if path.suffix == ".gz" else counted
            load(content)  # type: ignore[arg-type]
        except SyntaxError as error:
            raise StoreError(f"not N-Triples: {error.msg}", file=str(path), line=error.lineno or 0) from error
        except (OSError, EOFError) as error:
            raise StoreError(str(error), file=str(path)) from error
