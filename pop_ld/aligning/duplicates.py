"""Notices of one base that seem to be of one thing: an index walked once, pairs with their reasons out.

The Inventory (IA, IM) and the Monuments historiques (PA, PM) describe the same buildings and objects, each in a notice of its own. Titles
name a thing only where they hold a proper word; and where a third notice near by has the same name (the arcades of a square, the houses
of a street) the name tells nothing. Both rules come from the pairs of the real notices (docs/decisions/20261128-links.md).
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import cos, hypot, radians
from pathlib import Path

from pop_ld import iris
from pop_ld.aligning.naming import Name, name_of
from pop_ld.alignment import Suggestion
from pop_ld.alignment.suggestion import DUPLICATE
from pop_ld.batches import in_batches
from pop_ld.fields.cadastre import cadastre
from pop_ld.reconciliation import comparing, wording
from pop_ld.search.contract import Hit, SearchReader
from pop_ld.search.question import Question

CLOSE = iris.SKOS + "closeMatch"
SERIES = {"merimee": ("IA", "PA"), "palissy": ("IM", "PM")}
"""Base -> the two beginnings of REFs by which it describes a thing twice."""
AROUND = 500.0
"""Metres within which a name is to be of two notices alone."""
NEAR = 100.0
"""Metres that two points of one thing lie apart at most, where they are all that places both."""
SHARED = 3
"""Notices on one point from which on it is the middle of a commune or of a département, and places nothing."""
LARGEST = 5_000
"""Notices of one name in the whole base that are compared: none of the real names has so many."""
LEAST = 0.8
"""Likeness of the words of two titles."""
_PIECES = "CREATE TABLE pieces (key TEXT, iri TEXT, title TEXT, point TEXT, told TEXT)"
_NAMED = "CREATE TABLE named (iri TEXT, title TEXT, target TEXT)"
_REF = re.compile(r"\b[A-Z]{2}[0-9A-Z]{6,10}\b")
_DEGREE = 111_320.0
"""Metres of a degree of latitude."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What of a notice is compared; ``point`` in degrees, None where nothing places it more finely than a commune."""

    iri: str
    ref: str
    title: str
    name: Name
    communes: tuple[str, ...]
    point: tuple[float, float] | None
    parcels: frozenset[str]
    kind: tuple[str, ...]
    dates: tuple[str, ...]

    @property
    def series(self) -> str:
        return self.ref[:2]


def duplicates(
    index: SearchReader, base: str, folder: Path, day: str, advance: Callable[[int], None] = lambda _: None
) -> Iterator[Suggestion]:
    """Pairs of notices of a base, each once, the IRI that sorts first as the subject; what is walked is spooled on disk in ``folder``."""
    file = folder / f"duplicates-{base}.sqlite3"
    file.unlink(missing_ok=True)
    spool = sqlite3.connect(file, isolation_level=None)
    try:
        for line in ("PRAGMA journal_mode = OFF", "PRAGMA synchronous = OFF", _PIECES, _NAMED, "BEGIN"):
            spool.execute(line)
        question = Question(filters=(("base", (base,)),), order="ref")
        for some in in_batches(index.scan(question, full=True), 1_000):
            spool.executemany("INSERT INTO pieces VALUES (?, ?, ?, ?, ?)", map(_row, some))
            spool.executemany("INSERT INTO named VALUES (?, ?, ?)", (row for hit in some for row in _named(hit, base)))
            advance(len(some))
        for line in (
            "CREATE INDEX by_key ON pieces (key, iri)",
            "CREATE INDEX by_point ON pieces (point)",
            "CREATE INDEX by_iri ON pieces (iri)",
            "COMMIT",
        ):
            spool.execute(line)
        yield from _by_reference(spool, day)
        yield from _pairs(spool, base, day)
    finally:
        spool.close()
        file.unlink(missing_ok=True)


def _row(hit: Hit) -> tuple[str, str, str, str, str]:
    """A notice as it is spooled; of one whose title names nothing, its point alone, which others may share."""
    fields, communes = hit.fields, tuple(hit.fields.get("COM", ()))
    name = name_of(hit.title, communes)
    if not name.key:
        return "", hit.iri, hit.title, hit.point, ""
    places = [*fields.get("INSEE", ()), *(f"{dpt} {commune}" for dpt in fields.get("DPT_LETTRE", ()) for commune in communes)]
    found = cadastre(tuple(fields.get("CADA", ())), ";").value or ()
    parcels = [f"{item['section']} {item['parcel']}" for item in found if "parcel" in item and "section" in item]
    told = [hit.ref, hit.title, communes, places, parcels, fields.get("DENO", ()), fields.get("SCLE", ())]
    return name.key, hit.iri, hit.title, hit.point, json.dumps(told, ensure_ascii=False)


def _named(hit: Hit, base: str) -> Iterator[tuple[str, str, str]]:
    """(notice, its title, notice of the other series) of the references to "the same thing in the other domain's file" (RENV, FACTS b)."""
    one, other = SERIES[base]
    wanted = {one: other, other: one}.get(hit.ref[:2], "-")
    refs = dict.fromkeys(ref for text in hit.fields.get("RENV", ()) for ref in _REF.findall(text[:2_000]))
    return ((hit.iri, hit.title, hit.iri.removesuffix(hit.ref) + ref) for ref in refs if ref.startswith(wanted))


def _by_reference(spool: sqlite3.Connection, day: str) -> Iterator[Suggestion]:
    """The pairs that a notice itself names, where the other is there."""
    query = "SELECT n.iri, n.title, n.target, p.title FROM named n JOIN pieces p ON p.iri = n.target ORDER BY n.iri, n.target"
    for iri, title, target, other in spool.execute(query):
        (first, label), (second, target_label) = sorted(((iri, title), (target, other)))
        reasons = (
            ("reference", iris.last_part(target)),
            ("series", " + ".join(sorted(iris.last_part(each)[:2] for each in (iri, target)))),
        )
        yield Suggestion(DUPLICATE, first, second, CLOSE, 0.95, reasons, label, target_label, day)


def _pairs(spool: sqlite3.Connection, base: str, day: str) -> Iterator[Suggestion]:
    crowded = {
        point for (point,) in spool.execute("SELECT point FROM pieces WHERE point <> '' GROUP BY point HAVING count(*) > ?", [SHARED])
    }
    several = "SELECT key FROM pieces WHERE key <> '' GROUP BY key HAVING count(*) > 1"
    query = f"SELECT key, iri, point, told FROM pieces WHERE key IN ({several}) ORDER BY key, iri"
    for _, rows in groupby(spool.execute(query), key=lambda row: row[0]):
        pieces = [_piece(iri, point, told, crowded) for _, iri, point, told in list(rows)[:LARGEST]]
        yield from _of_one_name(pieces, base, day)


def _piece(iri: str, point: str, told: str, crowded: set[str]) -> Piece:
    ref, title, communes, places, parcels, kind, dates = json.loads(told)
    where = tuple(map(float, point.split())) if point and point not in crowded else ()
    name = name_of(title, communes)
    return Piece(iri, ref, title, name, tuple(places), where[:2] or None, frozenset(parcels), tuple(kind), tuple(dates))  # type: ignore[arg-type]


def _of_one_name(pieces: Sequence[Piece], base: str, day: str) -> Iterator[Suggestion]:
    around: dict[int, set[int]] = {}
    for one, other in _neighbours(pieces):
        around.setdefault(one, set()).add(other)
        around.setdefault(other, set()).add(one)
    for one, others in sorted(around.items()):
        for other in sorted(others):
            if one < other and _alone(pieces, around, one, other, base) and (found := _suggested(pieces[one], pieces[other], base, day)):
                yield found


def _neighbours(pieces: Sequence[Piece]) -> Iterator[tuple[int, int]]:
    """Pairs of one commune, and pairs of points within AROUND; a pair may come twice."""
    by_commune: dict[str, list[int]] = {}
    for number, piece in enumerate(pieces):
        for commune in piece.communes:
            by_commune.setdefault(commune, []).append(number)
    for numbers in by_commune.values():
        some = numbers[:50]  # a commune with more of one name has nothing to tell
        yield from ((one, other) for rank, one in enumerate(some) for other in some[rank + 1 :])
    placed = sorted((piece.point, number) for number, piece in enumerate(pieces) if piece.point)
    for rank, (point, number) in enumerate(placed):
        for other_point, other in placed[rank + 1 : rank + 200]:
            if (other_point[0] - point[0]) * _DEGREE > AROUND:
                break
            if _metres(point, other_point) <= AROUND:
                yield number, other


def _metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    return hypot((one[0] - other[0]) * _DEGREE, (one[1] - other[1]) * _DEGREE * cos(radians(one[0])))


def _alone(pieces: Sequence[Piece], around: dict[int, set[int]], one: int, other: int, base: str) -> bool:
    """Whether no third notice near by has the name, or each is the only one of its series there."""
    third = (around[one] | around[other]) - {one, other}
    if not third:
        return True
    series = {pieces[one].series, pieces[other].series}
    return series == set(SERIES[base]) and not any(pieces[each].series in series for each in third)


def _suggested(one: Piece, other: Piece, base: str, day: str) -> Suggestion | None:
    """The suggestion, with what speaks for it; None where something speaks against it, or nothing but a commune for two of one series."""
    metres = _metres(one.point, other.point) if one.point and other.point else None
    alike = wording.same_words(tuple(sorted(one.name.words)), tuple(sorted(other.name.words)))
    twice = {one.series, other.series} == set(SERIES[base])
    commune, parcels = set(one.communes) & set(other.communes), one.parcels & other.parcels
    apart = metres is not None and metres > (AROUND if twice else NEAR)
    times = max((comparing.date(date, other.dates) or 0.0 for date in one.dates), default=None) if other.dates else None
    if alike < LEAST or one.name.parts != other.name.parts or apart or times == 0.0 or (base == "palissy" and not twice):
        return None
    if not twice and metres is None and not parcels:
        return None
    reasons = [("title", one.title if one.title == other.title else f"{one.title} = {other.title}")]
    score = 0.5 + 0.15 * (alike - LEAST) / (1 - LEAST)
    if metres is not None:
        reasons.append(("distance", f"{metres:.0f}"))
        score += 0.15 if metres <= 25 else 0.1 if metres <= NEAR else 0.05
    for key, worth, values in (("commune", 0.05, commune), ("parcel", 0.15, parcels), ("kind", 0.03, set(one.kind) & set(other.kind))):
        if values:
            reasons.append((key, ", ".join(sorted(values)[:5])))
            score += worth
    if times:
        reasons.append(("date", ", ".join(one.dates[:3])))
    if twice:
        reasons.append(("series", " + ".join(sorted({one.series, other.series}))))
        score += 0.1
    first, second = sorted((one, other), key=lambda piece: piece.iri)
    return Suggestion(DUPLICATE, first.iri, second.iri, CLOSE, round(min(score, 0.99), 2), tuple(reasons), first.title, second.title, day)
