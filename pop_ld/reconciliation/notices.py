"""Query in, notices that it may mean out: looked up in the search index by key and by name, then compared field by field."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pop_ld import iris
from pop_ld.alignment import Links
from pop_ld.alignment.link import WIKIDATA
from pop_ld.bases import load_bases
from pop_ld.reconciliation import comparing
from pop_ld.reconciliation.asked import Condition, Query
from pop_ld.reconciliation.identifiers import id_of, iri_of, qid_of
from pop_ld.reconciliation.persons import surnames
from pop_ld.reconciliation.scoring import Candidate, Features, compared
from pop_ld.reconciliation.tables import general, properties
from pop_ld.reconciliation.wording import significant, tokens
from pop_ld.search import words as french
from pop_ld.search.contract import Hit, SearchReader
from pop_ld.search.nodes import All, Any, AnyTerm, Best, Between, Flat, Fuzzy, Node, Phrase, Term, Weighted
from pop_ld.search.schema import FACET_FIELDS

LOOKED_AT = 30
"""Notices that are compared for one query."""
MANY = 100
"""The same where some are to be left out for what only comparing tells."""
MOST_WORDS = 12
"""Words of a name that are looked up, the rarest."""
WIDEST = 150_000
"""Notices that the words together may have which a name with mistakes is looked up by: what bounds its time."""
LONGEST = 0.3
"""Seconds that notices are compared for: a query made to be slow has fewer candidates."""
GOOD = 0.8
"""Likeness of a name from which on no mistakes are looked for."""
_MUSEUM = re.compile(r"[MB]\d{4,5}\Z")
_INSEE = re.compile(r"\d[0-9AB]\d{3}\Z")
_NEAR = 0.02
"""Degrees around a point that narrow."""
_KEY, _NUMBER, _NARROWING, _WORD = 5_000.0, 2_000.0, 60.0, 1.0
"""What keys, numbers, narrowing properties and words of the title are worth beside BM25."""


@dataclass(frozen=True, slots=True)
class Tree:
    """The parts of a question: one of ``keys`` or ``names`` at least, ``narrowing`` only ranks, ``filters`` must hold."""

    keys: tuple[Node, ...]
    names: tuple[Node, ...]
    narrowing: tuple[Node, ...]
    filters: tuple[Node, ...]

    def node(self) -> Node | None:
        """The tree, None where nothing is asked that could be looked up."""
        parts = (*self.keys, *self.names)
        if not parts and not self.narrowing:
            return None
        found: Node = Any(parts) if len(parts) > 1 else parts[0] if parts else Any(self.narrowing)
        return All((found, *(Flat(node, 0.0) for node in self.filters)), self.narrowing)


class Notices:
    """Finds notices of one release."""

    def __init__(self, site: str, search: SearchReader, links: Links) -> None:
        self._site = site
        self._search = search
        self._links = links

    def candidates(self, query: Query, bases: Sequence[str]) -> list[Candidate]:
        """Notices of the bases, compared, those that lack what is required left out; the order says nothing."""
        filters: tuple[Node, ...] = (AnyTerm(FACET_FIELDS["base"], tuple(bases)),) if len(bases) < len(load_bases()) else ()
        tree = Tree(self._keys(query), tuple(self._names(query)), tuple(self._narrowing(query)), filters)
        limit = MANY if any(one.required or one.quantifier == "none" for one in query.conditions) else LOOKED_AT
        found = self._compared(query, tree, limit)
        if _texts(query) and not any(_good(one.features) for one in found):
            others = Tree((), tuple(self._almost(query)), tree.narrowing, filters)
            if others.names:
                known = {one.iri for one in found}
                found += [one for one in self._compared(query, others, limit) if one.iri not in known]
        return found

    def of_iris(self, names: Sequence[str]) -> list[Hit]:
        """The notices of IRIs, in any order."""
        wanted = tuple(dict.fromkeys(names))
        return self._search.best(AnyTerm("iri", wanted), len(wanted)) if wanted else []

    def of_ref(self, ref: str) -> list[Hit]:
        """The notices of a REF, one a base at most but for those that differ in signs alone."""
        number = french.number(ref)
        return self._search.best(Term("ref", number), 10) if number else []

    def _compared(self, query: Query, tree: Tree, limit: int) -> list[Candidate]:
        node = tree.node()
        hits = self._search.best(node, limit) if node else []
        linked = self._qids(query, hits)
        until = time.monotonic() + LONGEST
        found = []
        for hit in hits:
            told = features(query, hit, self._site, linked.get(hit.iri, ()))
            if _kept(query, told, hit.base):
                found.append(_candidate(hit, told, self._site))
            if time.monotonic() > until:
                break
        return found

    def _qids(self, query: Query, hits: Sequence[Hit]) -> dict[str, list[str]]:
        if not any(one.pid == "qid" for one in query.conditions):
            return {}
        found = self._links.of_many(hit.iri for hit in hits)
        return {iri: [link.qid for link in links if link.qid] for iri, links in found.items()}

    # What is looked up ---------------------------------------------------------------------------------------------------

    def _keys(self, query: Query) -> tuple[Node, ...]:
        """References, inventory numbers, identifiers and linked items; a name with a digit may be a reference or a number."""
        refs: list[str] = []
        numbers: list[str] = []
        names: list[str] = []
        for one in _asked(query):
            prop = asked_as(one.pid)
            if prop == "ref":
                refs += map(french.number, one.values)
            elif prop == "inventory":
                numbers += [form for value in one.values for number in comparing.numbers(value) for form in (number, f"inv{number}")]
            elif one.pid == "qid":
                names += [link.subject for value in one.values if (qid := qid_of(value)) for link in self._links.to(WIKIDATA + qid)]
            elif one.kind == "id":
                names += [iri_of(self._site, value) for value in one.values]
                refs += map(french.number, one.values)
            elif one.kind == "name":
                refs += [french.number(value) for value in one.values if any(map(str.isdigit, value)) and len(value) <= 40]
                names += [iri_of(self._site, value) for value in one.values if "/" in value]
        found: list[Node] = []
        if refs := list(filter(None, dict.fromkeys(refs))):
            found.append(Flat(AnyTerm("ref", tuple(refs)), _KEY))
        if numbers:
            found.append(Flat(AnyTerm("number", tuple(dict.fromkeys(numbers))), _NUMBER))
        if names:
            found.append(Flat(AnyTerm("iri", tuple(dict.fromkeys(names))), _KEY))
        return tuple(found)

    def _names(self, query: Query) -> Iterator[Node]:
        """Notices that have every word of a name."""
        for text in _texts(query):
            words = significant(text) or tokens(text)[:1]
            stems = self._rarest(dict.fromkeys(french.stems(list(words))))[:MOST_WORDS]
            if stems and all(count for count, _ in stems):
                prefer: list[Node] = [Weighted(Term("stem_top", stem), _WORD) for _, stem in stems]
                order = tokens(text)[:16]
                if len(order) > 1:
                    prefer.append(Weighted(Phrase("title", order), 2 * _WORD))
                if whole := french.whole(order):
                    prefer.append(Flat(Term("title", whole), 4 * _WORD))
                yield All(tuple(Term("stem", stem) for _, stem in stems), tuple(prefer))

    def _almost(self, query: Query) -> Iterator[Node]:
        """Notices that have some of the words, the rarest, in their titles; a word that no notice has may be written a little otherwise."""
        for text in _texts(query):
            words = significant(text)[: 2 * MOST_WORDS]
            parts: list[Node] = []
            room = WIDEST
            for _, word in self._rarest(dict.fromkeys(words))[:MOST_WORDS]:
                stem = french.stems([word])[0]
                count = max(self._search.frequency("stem_top", stem), self._search.frequency("top", word))
                if count:
                    room -= count
                    if room < 0 and parts:
                        break
                    parts.append(Best((Term("stem_top", stem), Term("top", word))))
                elif len(word) > 3 and word.isalpha():
                    parts.append(Weighted(Fuzzy("top", word, french.mistakes(word)), 4 * _WORD))
            if parts:
                yield Any(tuple(parts))

    def _rarest(self, words: dict[str, None]) -> list[tuple[int, str]]:
        return sorted((self._search.frequency("stem", french.stems([word])[0]), word) for word in words)

    def _narrowing(self, query: Query) -> Iterator[Node]:
        """What brings the notices first that have the other properties too."""
        for one in _asked(query):
            prop = asked_as(one.pid)
            kind = properties()[prop].kind if prop else ""
            for value in one.values:
                if kind == "museum" and _MUSEUM.match(value.strip().upper()):
                    yield Flat(Term(FACET_FIELDS["museum"], value.strip().upper()), _NARROWING)
                elif prop == "insee" and _INSEE.match(value.strip().upper()):
                    place = f"{self._site}{iris.SITE_PREFIXES['lieu']}insee-{value.strip().upper()}"
                    yield Flat(Term("link", place), _NARROWING)
                elif kind == "point" and (point := comparing.point_of(value)):
                    near = (Between("lat", point[0] - _NEAR, point[0] + _NEAR), Between("long", point[1] - _NEAR, point[1] + _NEAR))
                    yield Flat(All(near), _NARROWING)
                elif kind == "person":
                    yield from (Flat(Term("stem", stem), _NARROWING / 2) for stem in french.stems(list(surnames([value])[:4])))
                elif kind in ("museum", "place", "concept", "name"):
                    words = significant(value)[:4]
                    if words:
                        yield Flat(All(tuple(Term("stem", stem) for stem in french.stems(list(words)))), _NARROWING / 2)
                elif kind == "date" and value.strip().isdecimal():
                    yield Flat(Term("word", value.strip()), _NARROWING / 6)


@lru_cache(maxsize=2_000)
def asked_as(pid: str, base: str = "") -> str:
    """The general property that an id means, itself or the POP code of a field, of a base or of the first that has it; "" for none."""
    if pid in properties():
        return pid
    found = (general(slug, pid) for slug in ([base] if base else load_bases()))
    return next((prop.id for prop in found if prop), "")


def _asked(query: Query) -> list[Condition]:
    return [one for one in query.conditions if one.quantifier != "none"]


def _texts(query: Query) -> list[str]:
    """The names and titles that notices are looked up by."""
    return [value for one in _asked(query) if one.feature in ("name", "title") for value in one.values[:4]]


def _good(features: Features) -> bool:
    names = [features[name] for name in ("name", "title") if name in features]
    return any(features.get(key) == 1.0 for key in ("ref", "qid", "id", "inventory")) or any((value or 0.0) >= GOOD for value in names)


def _kept(query: Query, told: Features, base: str) -> bool:
    """Whether a notice has what is required, and nothing that is to be lacking."""
    for one in query.conditions:
        value = told.get(asked_as(one.pid, base) or one.feature)
        if (one.required or one.quantifier == "none") and (value is None or value < 0.7):
            return False
    return True


def features(query: Query, hit: Hit, site: str, linked: Sequence[str]) -> dict[str, float | None]:
    """How far a notice is what each condition asks."""
    told: dict[str, float | None] = {}
    for one in query.conditions:
        if one.kind == "id":
            told["id"] = float(
                any(iri_of(site, value) == hit.iri or french.number(value) == french.number(hit.ref) for value in one.values)
            )
        elif one.kind == "name":
            if hit.ref and any(french.number(value) == french.number(hit.ref) for value in one.values):
                told["ref"] = 1.0
            elif any(iri_of(site, value) == hit.iri for value in one.values):
                told["id"] = 1.0
            else:
                told["name"] = compared(one, comparing.name, _of_name(hit))
        elif one.pid == "qid":
            told["qid"] = compared(one, _same_qid, linked)
        else:
            told[asked_as(one.pid, hit.base) or one.pid] = _property(one, hit)
    if told.get("ref") == 1.0:
        told.pop("name", None)
    return told


def _of_name(hit: Hit) -> list[str]:
    codes = properties()["title"].codes.get(hit.base, ())
    return list(dict.fromkeys([hit.title, *(text for code in codes for text in hit.fields.get(code, ()))]))


def _property(one: Condition, hit: Hit) -> float | None:
    known = properties().get(one.pid) or general(hit.base, one.pid)
    if known is None:
        return compared(one, comparing.text, hit.fields.get(one.pid, ()))
    codes = known.codes.get(hit.base, ()) if one.pid in properties() else (one.pid,)
    texts = [text for code in codes for text in hit.fields.get(code, ())]
    if known.kind == "point":
        texts = [hit.point] if hit.point else []
    elif known.kind == "name":
        texts = _of_name(hit) if known.id == "title" else texts
    return compared(one, comparing.COMPARED[known.kind], texts)


def _same_qid(asked: str, texts: Sequence[str]) -> float | None:
    wanted = qid_of(asked)
    return float(wanted in texts) if wanted and texts else None


def described(hit: Hit) -> str:
    """A line that tells a notice from others of its name: its makers, what, when and where it is, its REF."""
    makers = [text for code in properties()["artist"].codes.get(hit.base, ()) for text in hit.fields.get(code, ())][:2]
    return " · ".join(filter(None, (" ; ".join(makers)[:80], hit.summary, hit.ref)))


def _candidate(hit: Hit, told: Features, site: str) -> Candidate:
    return Candidate(id_of(site, hit.iri), hit.iri, hit.title, described(hit), hit.base, hit.image, told)
