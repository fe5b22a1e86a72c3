"""What a dump holds, read plainly: for tests that look at its triples."""

from collections.abc import Iterator
from pathlib import Path

import pyoxigraph

from pop_ld import dump as dumps
from pop_ld.packed import reading_text


def texts(dump: Path) -> dict[str, str]:
    """Name of each file of triples -> its N-Triples."""
    return {file.name: text(file) for file in dumps.triple_files(dump)}


def text(file: Path) -> str:
    with reading_text(file) as lines:
        return lines.read()


def lines(dump: Path) -> list[str]:
    """Every line of every file of triples, without its end."""
    return [line for content in texts(dump).values() for line in content.split("\n") if line]


def triples(dump: Path) -> Iterator[pyoxigraph.Quad]:
    for content in texts(dump).values():
        yield from pyoxigraph.parse(content, format=pyoxigraph.RdfFormat.N_TRIPLES)
