"""Agents, concepts and places of a release by name: a query in, those that it may mean out."""

from __future__ import annotations

import re
import sqlite3
import weakref
from collections.abc import Iterable, Sequence
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from rapidfuzz.distance import OSA

from pop_ld import iris
from pop_ld.alignment import Links
from pop_ld.alignment.link import WIKIDATA
from pop_ld.bases import load_bases
from pop_ld.databases import reading
from pop_ld.errors import StoreUnavailable
from pop_ld.reconciliation import comparing, persons
from pop_ld.reconciliation.asked import Query
from pop_ld.reconciliation.identifiers import id_of, iri_of, qid_of
from pop_ld.reconciliation.scoring import Candidate, compared
from pop_ld.reconciliation.things_builder import FILE, KIND
from pop_ld.reconciliation.wording import significant
from pop_ld.search import words as french

FOLDER = "reconciliation"
"""Of a release, beside its index."""
LOOKED_AT = 60
"""Things that are compared for one way of looking a name up."""
MOST_WORDS = 8
_ALTERNATIVES = 12
"""Words like one that is unknown."""
_GOOD = 0.85
_INSEE = re.compile(r"insee-(\w+)\Z")
_NAMED = re.compile(r"/lieu/nom-([^/]+)\Z")
_DEPARTMENT = re.compile(r"departement-(\w+)\Z")


class Thing(NamedTuple):
    """An agent, a concept or a place: ``birth`` and ``death`` are years or "", ``others`` its other names, one a
    line, ``notices`` how many notices point at it."""

    kind: str
    iri: str
    label: str
    birth: str
    death: str
    others: str
    notices: int

    @property
    def names(self) -> list[str]:
        """What it is called, and what else."""
        return [self.label, *self.others.splitlines()]

    def base(self, site: str) -> str:
        """The base whose word it is, "" for what is of none."""
        parts = id_of(site, self.iri).split("/")
        return next((part for part in parts[1:2] if part in load_bases()), "")

    def field(self, site: str) -> str:
        """The POP code of the field that a concept is of, "" for those of a thesaurus."""
        parts = id_of(site, self.iri).split("/")
        return parts[2] if parts[0] == "concept" and len(parts) > 3 else ""

    @property
    def insee(self) -> str:
        """The INSEE code of a commune, "" for other things."""
        found = _INSEE.search(self.iri)
        return found[1] if found else ""

    @property
    def department(self) -> str:
        """The department of a commune, or the department itself: its number, or the name where a commune is told by it ("Sens, Yonne")."""
        found = _DEPARTMENT.search(self.iri)
        if named := _NAMED.search(self.iri):
            return iris.last_part(named[1]).rpartition(", ")[2] if "%2C_" in named[1] else ""
        return found[1] if found else self.insee[:3] if self.insee.startswith("97") else self.insee[:2]


_COLUMNS = "kind, iri, label, birth, death, others, count"


class Things:
    """The things of one release; safe to share between threads. Without a file there is none."""

    def __init__(self, connection: sqlite3.Connection | None = None) -> None:
        self._connection = connection
        self._lock = Lock()
        if connection:
            weakref.finalize(self, connection.close)

    def get(self, iri: str) -> Thing | None:
        """The thing of an IRI."""
        return next(iter(self._things("iri = ?", [iri])), None)

    def begun(self, text: str, kinds: Sequence[str], limit: int) -> list[Thing]:
        """Things with words that begin with those of a text, in any order, those of most notices first."""
        words = french.words(text[:200])[:MOST_WORDS]
        if not words or not kinds:
            return []
        asked = " AND ".join([*(f'"{word}"' for word in words[:-1]), f'"{words[-1]}" *'])
        found = self._found(f"({asked}) AND {_of_kinds(kinds)}", max(limit, LOOKED_AT))
        whole = " ".join(words)
        return sorted(found, key=lambda thing: (" ".join(french.words(thing.label)) != whole, -thing.notices))[:limit]

    def named(self, text: str, kinds: Sequence[str]) -> list[Thing]:
        """Things that have all the words of a name; where none is like it, those that have some of them, or words like them."""
        words = [word for word in significant(text) if len(word) > 1][:MOST_WORDS] or french.words(text)[:MOST_WORDS]
        if not words or not kinds:
            return []
        found = self._found(" AND ".join([*(f'"{word}"' for word in words), _of_kinds(kinds)]), LOOKED_AT)
        if not any(_like(text, thing) >= _GOOD for thing in found):
            for choices in sorted((self._choices(word) for word in words), key=lambda pairs: sum(count for _, count in pairs))[:3]:
                if choices:
                    asked = " OR ".join(f'"{word}"' for word, _ in choices)
                    found += self._found(f"({asked}) AND {_of_kinds(kinds)}", LOOKED_AT)
        return list({thing.iri: thing for thing in found}.values())

    def of_iris(self, names: Iterable[str]) -> list[Thing]:
        """The things of IRIs."""
        return [thing for iri in list(names)[:20] if (thing := self.get(iri))]

    def _choices(self, word: str) -> list[tuple[str, int]]:
        """A word and how many things have it; where none has, the words almost like it."""
        known = self._read("SELECT term, doc FROM vocabulary WHERE term = ?", [word])
        if known or len(word) < 4 or not word.isalpha():
            return known
        near = self._read("SELECT term, doc FROM vocabulary WHERE term >= ? AND term < ?", [word[:2], word[:2] + "\x7f"])
        distances = [(OSA.distance(word, term, score_cutoff=french.mistakes(word)), term, count) for term, count in near]
        allowed = [(term, count) for distance, term, count in sorted(distances) if distance <= french.mistakes(word)]
        return allowed[:_ALTERNATIVES]

    def _found(self, asked: str, limit: int) -> list[Thing]:
        asked = asked.encode("utf-8", "replace").decode()
        return self._things("id IN (SELECT rowid FROM found WHERE found MATCH ? ORDER BY rowid LIMIT ?)", [asked, limit])

    def _things(self, where: str, values: list[str | int]) -> list[Thing]:
        return [Thing(*row) for row in self._read(f"SELECT {_COLUMNS} FROM things WHERE {where} ORDER BY id", values)]

    def _read(self, query: str, values: Sequence[str | int]) -> list[tuple]:  # type: ignore[type-arg]
        if self._connection is None:
            return []
        try:
            with self._lock:
                return self._connection.execute(query, values).fetchall()
        except UnicodeError:
            return []  # half of a pair: no thing has it
        except sqlite3.Error as error:
            raise StoreUnavailable(f"things by name: {error}") from error


def _of_kinds(kinds: Sequence[str]) -> str:
    return "(" + " OR ".join(f'"{KIND}{kind}"' for kind in kinds) + ")"


def _like(text: str, thing: Thing) -> float:
    return (persons.person if thing.kind == "agent" else comparing.name)(text, thing.names) or 0.0


def open_things(folder: Path) -> Things:
    """The things of a release's folder; none where it has no file. Raises StoreUnavailable where it is broken."""
    return Things(reading(folder / FILE, "things by name", ("things",)))


def candidates(query: Query, kinds: Sequence[str], things: Things, links: Links, site: str) -> list[Candidate]:
    """Things of the kinds that a query may mean, compared; those that lack what is required are left out."""
    found = {thing.iri: thing for text in query.values("name")[:4] for thing in things.named(text, kinds)}
    names = [iri_of(site, value) for value in query.values("id") + query.values("name")]
    for one in query.conditions:
        if one.pid == "qid":
            names += [link.subject for value in one.values if (qid := qid_of(value)) for link in links.to(WIKIDATA + qid)]
        elif one.pid == "insee":
            names += [f"{site}{iris.SITE_PREFIXES['lieu']}insee-{value.strip().upper()}" for value in one.values]
        elif one.pid == "title":
            found |= {thing.iri: thing for text in one.values[:4] for thing in things.named(text, kinds)}
    found |= {thing.iri: thing for thing in things.of_iris(names) if thing.kind in kinds}
    linked = links.of_many(found) if any(one.pid == "qid" for one in query.conditions) else {}
    told = ((thing, _features(query, thing, site, [link.qid for link in linked.get(thing.iri, ())])) for thing in found.values())
    return [
        Candidate(id_of(site, thing.iri), thing.iri, thing.label, "", thing.kind, "", features)
        for thing, features in told
        if all(not (one.required or one.quantifier == "none") or (features.get(one.feature) or 0.0) >= 0.7 for one in query.conditions)
    ]


def _features(query: Query, thing: Thing, site: str, qids: Sequence[str]) -> dict[str, float | None]:
    texts = {
        "birth": [thing.birth],
        "death": [thing.death],
        "insee": [thing.insee],
        "department": [thing.department],
        "base": [thing.base(site)],
        "field": [thing.field(site), iris.last_part(thing.iri)],
        "qid": qids,
    }
    found: dict[str, float | None] = {}
    for one in query.conditions:
        if one.kind == "id" or (one.kind == "name" and any(iri_of(site, value) == thing.iri for value in one.values)):
            found["id"] = float(any(iri_of(site, value) == thing.iri for value in one.values))
        elif one.kind == "name" or one.pid == "title":
            compare = persons.person if thing.kind == "agent" else comparing.place if thing.kind == "place" else comparing.name
            found["name"] = compared(one, compare, thing.names)
        elif one.pid == "qid":
            found["qid"] = compared(one, lambda asked, given: float(qid_of(asked) in given) if given else None, qids)
        else:
            kind = _COMPARED.get(one.pid, comparing.text)
            found[one.feature] = compared(one, kind, [text for text in texts.get(one.pid, ()) if text])
    return found


_COMPARED = {
    "birth": comparing.date,
    "death": comparing.date,
    "insee": comparing.code,
    "department": comparing.department,
    "base": comparing.exactly,
    "field": comparing.exactly,
}
