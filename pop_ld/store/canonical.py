"""N-Triples with numbers written as the embedded store writes them, so that other stores can be told later which triple is meant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO

from pop_ld import iris

BLOCK = 1 << 18
DIGITS = 18
"""Characters of a number from which on the engine may keep it as it is written: it counts in 128 bits."""
_TYPE = f'"^^<{iris.XSD}decimal>'.encode()
_NUMBER = re.compile(rb'"(-?[0-9]+)\.([0-9]*?)0*' + re.escape(_TYPE))


def blocks(file: IO[bytes]) -> Iterator[bytes]:
    """The lines of a file, some 256 KiB at a time: ``2.10`` is ``2.1``, ``3.0`` is ``3``.

    XSD 1.1 has the two be one value (§3.3.3), and the engine keeps values; a store that keeps what was written would hold another term.
    """
    rest = b""
    while read := file.read(BLOCK):
        whole, mark, rest = (rest + read).rpartition(b"\n")
        if mark:
            yield canonical(whole + mark)
    if rest:
        yield canonical(rest)


def canonical(lines: bytes) -> bytes:
    """Whole lines, made so."""
    return _NUMBER.sub(_shortest, lines) if b"0" + _TYPE in lines else lines


def _shortest(found: re.Match[bytes]) -> bytes:
    if len(found[0]) - len(_TYPE) > DIGITS:
        return found[0]
    number = b'"' + found[1] + (b"." + found[2] if found[2] else b"") + _TYPE
    return number.replace(b'"-0"', b'"0"', 1)
