"""Labels as producers write them → concepts of a thesaurus, by rules that never guess between two.

In order: the preferred label, another label; the same without regard to case, accents, apostrophes, hyphens, full stops and
white space; the plural; then all of it again without the parenthesis that ends the label (``anneau (2)``, ``château (?)``).
The first rule that finds a concept decides; where it finds two, none is given.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

from pop_ld.thesauri.installed import index_file, load
from pop_ld.thesauri.scheme import Concept, Scheme, scheme_name

LONGEST = 500
"""Characters beyond which a text is no label."""
_CACHED = 100_000
_TWO = -1
"""Stands in a table for the number of a concept where a label has two."""
_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", **dict.fromkeys("'’‘ʼ`´\x92-‐‑‒–—.\u00a0", " ")})
"""Letters that Unicode does not take apart, and the marks that writers vary; U+0092 is cp1252's apostrophe (FACTS b)."""
_PLURAL = re.compile(r"(?<=[^\W\d_]{3})[sx]\b")


class Resolved(NamedTuple):
    """A concept that a label names: its IRI, its preferred label, the IRI of its scheme."""

    iri: str
    pref: str
    scheme: str


class Resolver:
    """The labels of one scheme, compiled once. Pure: same scheme and label, same concept."""

    def __init__(self, scheme: Scheme, iri: str = "") -> None:
        """``iri`` is the one to give for the scheme where it is known under another than its own."""
        self.found = [Resolved(c.iri, c.pref, iri or scheme.iri) for c in scheme.concepts]
        self._concepts = scheme.concepts
        self._exact: tuple[dict[str, int], dict[str, int]] = ({}, {})
        self._folded: tuple[dict[str, int], dict[str, int]] = ({}, {})
        self._singular: dict[str, int] = {}
        for number, concept in enumerate(scheme.concepts):
            self._enter(number, concept)
        self.resolve: Callable[[str], Resolved | None] = lru_cache(_CACHED)(self._resolve)

    def _enter(self, number: int, concept: Concept) -> None:
        for kind, label in _labels(concept):
            folded = fold(label)
            _put(self._exact[kind], label, number)
            _put(self._folded[kind], folded, number)
            if not label[0].isupper():  # a proper name that loses its s is another name: Vannes, vanne
                _put(self._singular, _PLURAL.sub("", folded), number)

    def _resolve(self, label: str) -> Resolved | None:
        """The one concept that the label names, or None."""
        if len(label) > LONGEST:
            return None
        label = " ".join(label.split())
        number = self._number(label)
        if number is None and (bare := without_remark(label)) != label:
            number = self._number(bare)
        return None if number is None or number == _TWO else self.found[number]

    def _number(self, label: str) -> int | None:
        for table in self._exact:
            if label in table:
                return table[label]
        folded = fold(label)
        for table in self._folded:
            if folded in table:
                return table[folded]
        return self._singular.get(_PLURAL.sub("", folded))

    def candidates(self, label: str, n: int = 3) -> tuple[Resolved, ...]:
        """The concepts whose labels are nearest, nearest first, among those of the same first letter.

        Slow (some milliseconds): meant for the distinct labels of a report.
        """
        folded = fold(without_remark(label[:LONGEST]))
        near = self._near.get(folded[:1], {})
        numbers = [number for close in get_close_matches(folded, near, n) for number in near[close]]
        return tuple(self.found[number] for number in list(dict.fromkeys(numbers))[:n])

    @cached_property
    def _near(self) -> dict[str, dict[str, list[int]]]:
        near: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        for number, concept in enumerate(self._concepts):
            for _, label in _labels(concept):
                folded = fold(label)
                near[folded[:1]][folded].append(number)
        return near


class Thesauri:
    """The installed thesauri, each opened on first use; a copy sent to another process opens its own.

    A thesaurus is named by its IRI in ``fields.csv``; what resolves bears that IRI as its scheme, whatever the file calls it.
    """

    def __init__(self, data: Path) -> None:
        self.data = data
        self._resolvers: dict[str, Resolver | None] = {}

    def __reduce__(self) -> tuple[type[Thesauri], tuple[Path]]:
        return Thesauri, (self.data,)

    def holds(self, thesaurus: str) -> bool:
        """Whether the thesaurus is installed: the labels of one that is not are neither resolved nor unresolved."""
        return self._resolver(thesaurus) is not None

    def resolve(self, thesaurus: str, label: str) -> Resolved | None:
        """(IRI of the concept, its preferred label, ``thesaurus``), or None."""
        resolver = self._resolver(thesaurus)
        return resolver.resolve(label) if resolver else None

    def candidates(self, thesaurus: str, label: str, n: int = 3) -> tuple[Resolved, ...]:
        """The nearest concepts, for a report; nothing where the thesaurus is not installed."""
        resolver = self._resolver(thesaurus)
        return resolver.candidates(label, n) if resolver else ()

    def _resolver(self, thesaurus: str) -> Resolver | None:
        try:
            return self._resolvers[thesaurus]
        except KeyError:
            found = self._resolvers[thesaurus] = _opened(self.data, thesaurus)
            return found


def open_thesauri(data: Path) -> Thesauri:
    """The thesauri installed in a data folder, which may have none."""
    return Thesauri(data)


def _opened(data: Path, thesaurus: str) -> Resolver | None:
    file = index_file(data, scheme_name(thesaurus))
    if not thesaurus or not file.is_file():
        return None
    return _read(file, file.stat().st_mtime_ns, thesaurus)


@lru_cache(maxsize=64)
def _read(file: Path, written: int, thesaurus: str) -> Resolver:
    """Opened once in a process for all its shards; ``written`` makes a thesaurus that was replaced another."""
    return Resolver(load(file)[1], thesaurus)


def fold(label: str) -> str:
    """``Porte-Ciseaux``, ``porte ciseaux`` -> ``porte ciseaux``; parentheses and commas stay."""
    plain = label if label.isascii() else unicodedata.normalize("NFKD", label)  # first, for a letter of mathematics has no case
    plain = plain.casefold().translate(_LETTERS)
    if not plain.isascii():
        plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    return " ".join(plain.split())


def without_remark(label: str) -> str:
    """``17e siècle (?)`` -> ``17e siècle``; every parenthesis that ends the label goes, unless nothing is before it."""
    rest = label.rstrip()
    while rest.endswith(")") and (start := rest.rfind("(")) > 0:
        rest = rest[:start].rstrip()
    return rest or label


def _labels(concept: Concept) -> Iterator[tuple[int, str]]:
    """(0, preferred label), then (1, every other)."""
    yield 0, concept.pref
    for label in (*concept.alts, *concept.hidden):
        yield 1, label


def _put(table: dict[str, int], label: str, number: int) -> None:
    if label and table.setdefault(label, number) != number:
        table[label] = _TWO
