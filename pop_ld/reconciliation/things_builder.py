"""Makes the list of a release's agents, concepts and places by name, from its finished index and store, in bounded memory."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from itertools import islice
from pathlib import Path
from string import ascii_letters, digits
from typing import Protocol

from pop_ld import iris
from pop_ld.bases import load_bases
from pop_ld.batches import in_batches
from pop_ld.databases import making, reading
from pop_ld.search import words as french
from pop_ld.store import ResourceReader

FILE = "things.sqlite3"
KIND = "^"
"""Before the name of a kind, as a word of its own."""
TOGETHER = 200_000
"""Terms of the index that are read at once: what bounds the memory."""
LONGEST_LABEL = 300
"""Characters of a label that are kept."""
MOST_NAMES = 20
"""Other names of a thing that are kept."""
_LETTERS = ascii_letters + digits + "%_.~-/()*!':?=&#,;@+$"
"""Letters of an IRI as this site writes them, and most others."""
_BATCH = 2_000
_FORMER = "SELECT kind, iri, label, birth, death, others FROM things WHERE kind = ? AND iri IN (SELECT value FROM json_each(?))"
_SCHEMA = f"""
CREATE TABLE raw.counted (kind TEXT, iri TEXT, label TEXT, birth TEXT, death TEXT, others TEXT, count INTEGER);
CREATE TABLE things (id INTEGER PRIMARY KEY, kind TEXT, iri TEXT, label TEXT, birth TEXT, death TEXT, others TEXT, count INTEGER);
CREATE VIRTUAL TABLE found USING fts5 (
  words, content='', detail=none, columnsize=0, prefix='1 2 3 4', tokenize="ascii tokenchars '{KIND}'"
);
CREATE VIRTUAL TABLE vocabulary USING fts5vocab (found, row);
"""


class Index(Protocol):
    """What is asked of the embedded index (``search.tantivy_reader.TantivySearch`` has it)."""

    def things(self, prefix: str, most: int) -> list[tuple[str, int]] | None: ...

    def frequency(self, field: str, text: str) -> int: ...


def build_things(
    folder: Path, index: Index, reader: ResourceReader, site: str, former: Path | None = None, changed: Collection[str] = ()
) -> int:
    """Writes the list into ``folder`` (absent or empty) and returns how many things it has. Raises StoreError.

    ``former`` is the folder of a list whose things have the same names now, but for those in ``changed`` (IRIs): they are taken from it,
    which costs a fifth of asking the store.
    """
    with ExitStack() as stack:
        known = reading(former / FILE, "things by name", ("things",)) if former else None
        names = _Names(reader, stack.enter_context(closing(known)) if known else None, frozenset(changed))
        database = stack.enter_context(making(folder / FILE, "things by name", _SCHEMA))
        database.executemany("INSERT INTO raw.counted VALUES (?, ?, ?, ?, ?, ?, ?)", _described(index, names, site))
        number = _write(database)
        database.execute("INSERT INTO found(found) VALUES ('optimize')")
        database.execute("CREATE UNIQUE INDEX by_iri ON things (iri)")
    return number


def _described(index: Index, names: _Names, site: str) -> Iterator[tuple[str, str, str, str, str, str, int]]:
    prefixes = {"agent": iris.SITE_PREFIXES["agent"], "concept": iris.SITE_PREFIXES["concept"], "place": iris.SITE_PREFIXES["lieu"]}
    for kind, path in prefixes.items():
        known = [f"{site}{path}{slug}/" for slug in load_bases()]
        for batch in in_batches(_things(index, site + path, known), _BATCH):
            yield from names.of(kind, dict(batch))
    elsewhere = (pair for scheme in ("http://", "https://") for pair in _things(index, scheme, [], f"{site}/"))
    for batch in in_batches(elsewhere, _BATCH):
        yield from names.of("concept", dict(batch), elsewhere=True)


def _things(index: Index, prefix: str, large: Sequence[str] = (), without: str = "") -> Iterator[tuple[str, int]]:
    """Each thing of a prefix and the number of its notices, but for those that begin with ``without``.

    A prefix of many is read letter by letter. One that leads to a ``large`` one, or to what is left out, is so at once: even to find that
    there are too many, an index gathers all of them.
    """
    if without and prefix.startswith(without):
        return
    leads = without.startswith(prefix) if without else any(each.startswith(prefix) for each in large)
    found = None if leads else index.things(prefix, TOGETHER)
    if found is not None:
        yield from found
        return
    if count := index.frequency("link", prefix):  # a thing whose IRI others begin with
        yield prefix, count
    for letter in _LETTERS:
        yield from _things(index, prefix + letter, large, without)


class _Names:
    """What things are called: by the former list where they are in it and did not change, else by the store."""

    def __init__(self, reader: ResourceReader, former: sqlite3.Connection | None, changed: Collection[str]) -> None:
        self._reader, self._former, self._changed = reader, former, changed

    def of(self, kind: str, counts: Mapping[str, int], *, elsewhere: bool = False) -> Iterator[tuple[str, str, str, str, str, str, int]]:
        """Lines of the things that have a label: what has none is no thing of the release."""
        found = set()
        if self._former:
            same = json.dumps([iri for iri in counts if iri not in self._changed])
            for row in self._former.execute(_FORMER, (kind, same)):
                found.add(row[1])
                yield *row, counts[row[1]]
        yield from _labelled(kind, {iri: count for iri, count in counts.items() if iri not in found}, self._reader, elsewhere)


def _labelled(
    kind: str, counts: Mapping[str, int], reader: ResourceReader, elsewhere: bool
) -> Iterator[tuple[str, str, str, str, str, str, int]]:
    labels = reader.labels(counts)
    for iri, count in counts.items():
        given = sorted(labels.get(iri, ()), key=lambda label: label.language != "fr")
        if given:
            label, *others = (text.value[:LONGEST_LABEL] for text in given)
            if elsewhere:
                others += _alternatives(reader, iri)
            birth, death = (_years(reader, iri, name) if kind == "agent" else "" for name in ("birthDate", "deathDate"))
            yield kind, iri, label, birth, death, "\n".join(dict.fromkeys(others)), count


def _alternatives(reader: ResourceReader, iri: str) -> list[str]:
    """The other names of a concept of an installed thesaurus."""
    said = (triple for triple in reader.concept(iri) if getattr(triple.subject, "value", "") == iri)
    found = [str(getattr(triple.object, "value", "")) for triple in said if triple.predicate.value == iris.SKOS + "altLabel"]
    return [text[:LONGEST_LABEL].replace("\n", " ") for text in found[:MOST_NAMES]]


def _years(reader: ResourceReader, iri: str, name: str) -> str:
    """A year, "" where none or several are said."""
    found = {str(getattr(term, "value", "")) for term in reader.objects(iri, iris.SCHEMA + name)}
    return found.pop() if len(found) == 1 else ""


def _write(database: sqlite3.Connection) -> int:
    """Things by the number of their notices, so that the engine finds those of many first."""
    rows = database.cursor().execute("SELECT kind, iri, label, birth, death, others, count FROM raw.counted ORDER BY count DESC, iri")
    number = 0
    while batch := list(islice(rows, 10_000)):
        database.executemany(
            "INSERT OR IGNORE INTO things VALUES (?, ?, ?, ?, ?, ?, ?, ?)", [(n, *row) for n, row in enumerate(batch, number)]
        )
        database.executemany("INSERT INTO found(rowid, words) VALUES (?, ?)", [(n, _words(*row)) for n, row in enumerate(batch, number)])
        number += len(batch)
    return number


def _words(kind: str, iri: str, label: str, birth: str, death: str, others: str, count: int) -> str:
    return " ".join((KIND + kind, *french.words(label), *french.words(others)))
