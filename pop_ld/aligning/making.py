"""A line of a file of links → the link that it says, or the Problem with it: results of SPARQL, SSSOM, Mix'n'match."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pop_ld import iris, resources
from pop_ld.aligning.properties import Property, named, thing_of
from pop_ld.aligning.rows import Row, Table
from pop_ld.alignment.link import EXACT, LEXICAL, MANUAL, PREDICATES, UNSPECIFIED, WIKIDATA, Link, NotALink, checked
from pop_ld.errors import ReadError
from pop_ld.notices import Problem

ITEMS = ("item", "qid", "q", "wikidata", "entity", "itemid", "item_id", "wikidata_id", "wikidataid", "wd")
VALUES = ("ref", "value", "identifier", "ark", "ext_id", "external_id", "extid", "thing", "iri", "id")
_PROPERTIES = ("property", "prop", "pid", "base")
_REDIRECTS = ("redirect", "redirects_to", "sameas", "same_as")
_DATES = ("date", "mapping_date", "modified", "timestamp")
_ITEM = re.compile(r"(?:<?https?://(?:www|m)\.wikidata\.org/(?:entity|wiki)/|wd:)?(Q[1-9]\d{0,11})>?")
_NUMBER = re.compile(r"[1-9]\d{0,11}")
_DAY = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:$|[T \d].*)", re.DOTALL)
_INVERSE = {iris.SKOS + "broadMatch": iris.SKOS + "narrowMatch", iris.SKOS + "narrowMatch": iris.SKOS + "broadMatch"}
AUTOMATIC = 0.5
"""Confidence of a match that Mix'n'match found by itself and nobody confirmed."""


@dataclass(frozen=True, slots=True)
class Given:
    """What the operator says of a file: its source, and what holds where a line says nothing else."""

    site: str
    pop: str
    source: str
    date: str
    confidence: float = 1.0
    property: Property | None = None
    prefixes: Mapping[str, str] = field(default_factory=dict)


Maker = Callable[[Row], Iterator[Link | Problem]]


def links(table: Table, given: Given) -> Iterator[tuple[int, Link] | Problem]:
    """(line, link) of each line that says one. Raises ReadError where the columns are those of no known kind of file."""
    make = _maker(table, given)
    for row in table.rows:
        if isinstance(row, Problem):
            yield row
            continue
        for made in make(row):
            if isinstance(made, Problem):
                yield replace(made, file=table.label, line=row.number, value=made.value[:200])
                continue
            try:
                yield row.number, checked(made)
            except NotALink as error:
                yield Problem("link-wrong", table.label, row.number, value=made.target[:200], detail=str(error), rejects=True)


def _maker(table: Table, given: Given) -> Maker:
    columns = set(table.columns)
    if {"subject_id", "object_id"} <= columns:
        return _sssom(table, given)
    item = next((name for name in ITEMS if name in columns), "")
    cells = {name: found for name in table.columns if name not in (item, *_PROPERTIES) and (found := named(name))}
    value = next((name for name in VALUES if name in columns), "")
    if not item or not (cells or value):
        shown = ", ".join(table.columns[:12])
        raise ReadError(
            f"no column of items ({', '.join(ITEMS[:4])} …) and of references ({', '.join(VALUES[:3])}, P347 …): {shown}", file=table.label
        )
    if "ext_id" in columns or "external_id" in columns:
        return _mixnmatch(given, item, value, columns)
    return _wikidata(given, item, value, cells)


def _wikidata(given: Given, item: str, value: str, columns: Mapping[str, Property]) -> Maker:
    """Results of SPARQL, or any table of items and references."""

    def make(row: Row) -> Iterator[Link | Problem]:
        cells = row.cells
        target = item_of(written := cells.get(item, ""))
        if not target:
            yield Problem("link-item", field=item, value=written, rejects=True)
            return
        if redirect := next((cells[name] for name in _REDIRECTS if name in cells), ""):
            if not (moved := item_of(redirect)):
                yield Problem("link-item", field="redirect", value=redirect, rejects=True)
                return
            yield Problem("link-redirect", value=written, detail=redirect)
            target = moved
        day, sure = yield from _told(cells, given)
        found = [(name, each, cells[name]) for name, each in columns.items() if name in cells]
        if not found and value in cells:
            each, wrong = _property(cells, given)
            if wrong:
                yield wrong
                return
            found = [(value, each, cells[value])]  # type: ignore[list-item]
        if not found:
            yield Problem("link-nothing", value=written, rejects=True)
        for name, each, text in found:
            thing = thing_of(given.site, given.pop, text) or (each.thing(given.site, text) if each else "")
            if thing:
                yield Link(thing, target, given.source, day, sure)
            elif each:
                yield Problem("link-value", field=name, value=text, detail=each.name, rejects=True)
            else:
                yield Problem("link-property", field=name, value=text, rejects=True)

    return make


def _property(cells: Mapping[str, str], given: Given) -> tuple[Property | None, Problem | None]:
    """The property that a line's value is of."""
    for name in _PROPERTIES:
        if name in cells:
            found = named(cells[name])
            return found, None if found else Problem("link-property", field=name, value=cells[name], rejects=True)
    return given.property, None


def _mixnmatch(given: Given, item: str, value: str, columns: set[str]) -> Maker:
    """An export of a catalogue of Mix'n'match: what a user confirmed is exact, what the tool found by itself is close and half sure."""
    user = next((name for name in ("user", "username", "user_id") if name in columns), "")

    def make(row: Row) -> Iterator[Link | Problem]:
        cells, text = row.cells, row.cells.get(value, "")
        written = cells.get(item, "")
        if written.lstrip("-") in ("", "0", "1") or written.startswith("-"):
            return  # not matched, not in Wikidata, not applicable
        target = item_of(f"Q{written}" if _NUMBER.fullmatch(written) else written)
        if not target:
            yield Problem("link-item", field=item, value=written, rejects=True)
            return
        each, wrong = _property(cells, given)
        thing = thing_of(given.site, given.pop, text) or (each.thing(given.site, text) if each else "")
        if wrong or not thing:
            kind = "link-value" if each else "link-property"
            yield wrong or Problem(kind, field=value, value=text, detail=each.name if each else "", rejects=True)
            return
        day, sure = yield from _told(cells, given)
        who = cells.get(user, "").casefold()
        if user and (who in ("", "0", "3", "4") or who.startswith("auto")):  # 0 preliminary, 3 and 4 its own matchers
            yield Link(thing, target, given.source, day, min(sure, AUTOMATIC), iris.SKOS + "closeMatch", LEXICAL)
        else:
            yield Link(thing, target, given.source, day, sure, EXACT, MANUAL)

    return make


def _told(cells: Mapping[str, str], given: Given) -> Generator[Problem, None, tuple[str, float]]:
    """The day and the confidence of a line, as the value of this generator; what is neither is a Problem, and the file's own holds."""
    day, sure = given.date, given.confidence
    if written := next((cells[name] for name in _DATES if name in cells), ""):
        match = _DAY.fullmatch(written)
        day = "-".join(match.groups()) if match else given.date
        if not match:
            yield Problem("link-date", field="date", value=written)
    if written := cells.get("confidence", ""):
        try:
            sure = float(written)
        except ValueError:
            sure = -1
        if not 0 <= sure <= 1:
            sure = given.confidence
            yield Problem("link-confidence", field="confidence", value=written)
    return day, sure


def item_of(text: str) -> str:
    """The IRI of an item of Wikidata, however it is written: ``Q42``, ``wd:Q42``, its IRI, the address of its page; "" for another text."""
    found = _ITEM.fullmatch(text.strip())
    return WIKIDATA + found[1] if found else ""


# SSSOM -------------------------------------------------------------------------------------------------------------------------


def _sssom(table: Table, given: Given) -> Maker:
    """A mapping set: either side may be POP's. What its header says holds where a line says nothing."""
    meta = _header(table)
    curies = meta.get("curie_map")
    prefixes = {**_built_in(), **given.prefixes, **({str(k): str(v) for k, v in curies.items()} if isinstance(curies, dict) else {})}
    shared = {name: str(meta[name]) for name in ("mapping_date", "confidence", "mapping_justification", "predicate_id") if meta.get(name)}

    def full(text: str) -> str:
        prefix, colon, rest = text.partition(":")
        return text if rest.startswith("//") else prefixes[prefix] + rest if colon and prefix in prefixes else ""

    def make(row: Row) -> Iterator[Link | Problem]:
        cells = {**shared, **row.cells}
        said = {name: full(cells.get(f"{name}_id", "")) for name in ("subject", "predicate", "object")}
        if wrong := next((name for name, iri in said.items() if not iri), ""):
            yield Problem("link-prefix", field=f"{wrong}_id", value=cells.get(f"{wrong}_id", ""), rejects=True)
            return
        if cells.get("predicate_modifier", "").casefold() == "not":
            yield Problem("link-negative", field="predicate_modifier", value=cells["object_id"], rejects=True)
            return
        predicate = EXACT if said["predicate"] == iris.OWL + "sameAs" else said["predicate"]
        if predicate not in PREDICATES:
            yield Problem("link-predicate", field="predicate_id", value=cells["predicate_id"], rejects=True)
            return
        ours, theirs = (thing_of(given.site, given.pop, said[name]) for name in ("subject", "object"))
        if not ours and not theirs:
            yield Problem("link-stranger", field="subject_id", value=cells["subject_id"], rejects=True)
            return
        subject, target = (ours, said["object"]) if ours else (theirs, said["subject"])
        target = item_of(target) or (theirs if ours and theirs else target)
        day, sure = yield from _told(cells, given)
        grounds = cells.get("mapping_justification", UNSPECIFIED)
        grounds = f"semapv:{grounds.removeprefix(iris.SEMAPV)}" if grounds.startswith(iris.SEMAPV) else grounds
        yield Link(subject, target, given.source, day, sure, predicate if ours else _INVERSE.get(predicate, predicate), grounds)

    return make


def _header(table: Table) -> dict[str, Any]:
    """The YAML of the comments above the columns. Raises ReadError."""
    try:
        found = resources.yaml_text(table.meta)
    except ValueError as error:
        raise ReadError(f"its header is no YAML: {error}", file=table.label) from error
    return found if isinstance(found, dict) else {}


def _built_in() -> dict[str, str]:
    """Prefixes that SSSOM has without a line in the header, and those of Wikidata."""
    return {"skos": iris.SKOS, "owl": iris.OWL, "semapv": iris.SEMAPV, "sssom": iris.SSSOM, "wd": WIKIDATA, "wikidata": WIKIDATA}
