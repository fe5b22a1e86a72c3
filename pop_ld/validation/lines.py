"""A graph in N-Triples as its lines: taken apart once, for all that read it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TypeAlias

from pyoxigraph import NamedNode

from pop_ld import iris

TYPE = str(NamedNode(iris.RDF + "type"))
Line: TypeAlias = tuple[str, str, str]
"""A triple as N-Triples writes it: subject, predicate, and the object with the end of the line."""


def split(triples: str) -> list[Line]:
    """The lines of a graph, each once."""
    lines = set(triples.split("\n"))  # not splitlines: a literal may hold U+2028
    lines.discard("")
    return [line.split(" ", 2) for line in lines]  # type: ignore[misc]


def seen_by(terms: Collection[str], lines: Iterable[Line]) -> str:
    """The lines with one of some predicates, or of one of some classes: of a line about a class, the class decides.

    To load a line costs ten times what it costs to pass it over (measured: 3 µs to 0.3).
    """
    kept = [" ".join(line) for line in lines if (line[2][:-2] if line[1] == TYPE else line[1]) in terms]
    return "\n".join([*kept, ""])
