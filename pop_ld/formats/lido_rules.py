"""mappings/lido.csv read, and a notice's triples sorted by it: which value goes to which part of a LIDO record.

What no line names still goes somewhere, by what it is: a text is a descriptive note with the label of its field, a concept a
classification, a notice a related work, an agent, a place or a time a part of an event, an address of the web a related work.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from pyoxigraph import Literal, NamedNode

from pop_ld import iris, resources
from pop_ld.bases import Base, load_bases
from pop_ld.errors import MappingError
from pop_ld.formats import ontology
from pop_ld.formats.lido_xml import Field
from pop_ld.formats.naming import notice_base, path_parts
from pop_ld.formats.sections import field_label
from pop_ld.formats.source import Source

_SPACES = {
    "crm": iris.CRM,
    "crmsci": iris.CRM_EXTENSIONS + "crmsci/",
    "dcterms": iris.DCTERMS,
    "foaf": iris.FOAF,
    "geo": "http://www.opengis.net/ont/geosparql#",
    "pop": iris.ONTOLOGY,
    "rdf": iris.RDF,
    "rdfs": iris.RDFS,
    "schema": iris.SCHEMA,
    "skos": iris.SKOS,
    "wgs": iris.WGS84,
}
# fmt: off
SLOTS = frozenset((
    "title", "alternative", "appellation", "worktype", "classification", "culture", "period", "event", "actor", "actor-text",
    "date-text", "place-text", "place-of", "event-note", "year", "inscription", "keeper", "repository", "place", "outline",
    "placename", "placeid", "within", "workid", "dimension", "dimension-text", "format", "scale", "material", "material-text",
    "state", "subject", "subject-text", "note", "related", "bibliography", "workrights", "credit", "recordrights", "published",
    "skip",
))
# fmt: on
"""Where a line of lido.csv may send a value."""
_DIGITS = re.compile(r"[0-9]{1,9}")
_ONCE = ("", "yes", "parts")


@dataclass(frozen=True, slots=True)
class Rule:
    """A line of lido.csv. ``once`` "yes": not what an earlier line said; "parts": nor what a part (``#…``) of the thing points at."""

    predicate: str
    slot: str
    option: str
    once: str
    fr: str
    en: str


@dataclass(frozen=True, slots=True)
class Said:
    """A value of the notice on its way into the record."""

    value: Literal | NamedNode
    slot: str
    option: str
    field: Field


@cache
def rules(base: str) -> tuple[Sequence[Rule], Sequence[Rule]]:
    """The lines for a base, those before and those after what the table does not name. Raises MappingError naming the line of a fault."""
    file = resources.folder("mappings") / "lido.csv"
    found: dict[str, Rule] = {}
    for number, row in enumerate(resources.table("lido.csv"), start=2):
        prefix, _, name = row["property"].partition(":")
        if row["property"] != "*" and (prefix not in _SPACES or row["slot"] not in SLOTS or row["once"] not in _ONCE):
            raise MappingError(f"bad line: {row}", file=str(file), line=number)
        if row["base"] in ("*", base):
            iri = _SPACES[prefix] + name if name else "*"
            if row["base"] == base or iri not in found:
                found[iri] = Rule(iri, row["slot"], row["option"], row["once"], row["fr"], row["en"])
    order = list(found.values())
    rest = next(place for place, rule in enumerate(order) if rule.predicate == "*")
    return order[:rest], order[rest + 1 :]


def sorted_out(source: Source) -> dict[str, list[Said]]:
    """Slot -> the values of the notice that go there, in the table's order, each once."""
    assert source.base is not None
    graph, thing = source.graph, source.thing
    first, last = rules(source.base.slug)
    named = {rule.predicate for rule in (*first, *last)}
    predicates = graph.predicates(thing)
    others = [Rule(predicate, "", "", "parts", "", "") for predicate in sorted(predicates) if predicate not in named]
    part_of = _objects_of_parts(source)
    found: dict[str, list[Said]] = {}
    told: set[str] = set()
    for rule in (*first, *others, *last):
        field = field_of(source.base, rule.predicate, rule.fr, rule.en)
        for value in sorted(graph.values(thing, rule.predicate), key=lambda value: _rank(value.value, thing)):
            slot = rule.slot or _by_kind(source, value)
            if _again(rule, value, told, part_of) or not value.value.strip():
                continue
            if not isinstance(value, Literal) or rule.slot:
                told.add(value.value)
            found.setdefault(slot, []).append(Said(value, slot, rule.option or ("event" if slot == "event" else ""), field))
    return found


def _rank(text: str, thing: str) -> tuple[int, ...]:
    """Parts in the order of the numbers in their names, as the producer wrote them; other values as the store has them."""
    return tuple(map(int, _DIGITS.findall(text.removeprefix(thing)))) if text.startswith(thing + "#") else ()


def _again(rule: Rule, value: Literal | NamedNode, told: set[str], part_of: frozenset[str]) -> bool:
    if rule.slot == "" and isinstance(value, Literal):
        return False
    return bool(rule.once) and (value.value in told or (rule.once == "parts" and value.value in part_of))


def _objects_of_parts(source: Source) -> frozenset[str]:
    """Every IRI that a part of the thing points at."""
    start = source.thing + "#"
    return frozenset(
        triple.object.value
        for triple in source.triples
        if isinstance(triple.subject, NamedNode) and isinstance(triple.object, NamedNode) and triple.subject.value.startswith(start)
    )


def _by_kind(source: Source, value: Literal | NamedNode) -> str:
    if isinstance(value, Literal):
        return "note"
    if value.value.startswith(source.thing + "#"):
        return "note"
    if notice_base(source.site, value.value):
        return "related"
    kind = next(iter(path_parts(source.site, value.value)), "")
    return {"agent": "event", "lieu": "event", "temps": "event", "concept": "classification"}.get(kind, "related")


# What a property is called ---------------------------------------------------------------------------------------------------


@lru_cache(maxsize=10_000)
def _field(slug: str, predicate: str) -> Field:
    base = load_bases()[slug]
    name = predicate.removeprefix(iris.ONTOLOGY)
    codes = [name.removesuffix("-source"), name.removeprefix(f"{slug}-").removesuffix("-source")] if name != predicate else []
    codes += [code for code, said in base.one_hop.items() if said == predicate]
    for code in codes:
        if code in base.fields:
            field = base.fields[code]
            return Field(code, field_label(field, "fr"), field_label(field, "en"))
    terms = [ontology.term(name, lang) if name != predicate else None for lang in ("fr", "en")]
    fr, en = (term.label if term else iris.last_part(predicate) for term in terms)
    return Field("", fr, en)


def field_of(base: Base, predicate: str, fr: str = "", en: str = "") -> Field:
    """The POP field that a property says, and its labels; ``fr`` and ``en`` come before those of the field."""
    found = _field(base.slug, predicate)
    return Field(found.code, fr or found.fr, en or found.en)


def parts_in(source: Source, part: str) -> Iterator[tuple[str, Sequence[Literal | NamedNode]]]:
    """(property, values) of a part of the thing, its types left out."""
    for predicate in source.graph.predicates(part):
        if predicate != iris.RDF + "type":
            yield predicate, source.graph.values(part, predicate)
