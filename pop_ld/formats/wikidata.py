"""What Wikidata can be told of a notice: mappings/wikidata.csv read, a notice and the items of what it names in, statements out.

A statement whose value is not certain is not made: two heights, a span over centuries, an attribution that the producer doubts, an
inventory number that Wikidata would read otherwise than it is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from pyoxigraph import Literal, NamedNode

from pop_ld import iris, resources
from pop_ld.errors import MappingError
from pop_ld.formats.crosswalk import base_row, name
from pop_ld.formats.source import Source
from pop_ld.formats.wikidata_values import Value, coordinates, day, item, moment, quantity, string, text_of

STATED_IN, REFERENCE_URL, RETRIEVED = "P248", "P854", "P813"
_STEP = re.compile(r"([^\[]+)(?:\[(.+)\])?")
_PROPERTY = re.compile(r"P[1-9]\d{0,6}")
_QUALIFIER = re.compile(r"(P[1-9]\d{0,6})(?:=(keeper|Q[1-9]\d{0,11}))?")
_ISNI = re.compile(r"https?://(?:www\.)?isni\.org/(?:isni/)?(\d{15}[\dX])")
_KINDS = frozenset("ref address string item constant acting span year isni measure point designation web".split())  # noqa: SIM905
_SPAN = iris.CRM + "P4_has_time-span"

Items = Mapping[str, str]
"""IRI of a thing -> the item of Wikidata that is the same."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A line of wikidata.csv: what ``path`` leads to, from the thing, is ``property``; ``kind`` says how it is written.

    ``qualifiers`` are (property, where its value is from); ``unless`` is (property, pattern): a value of it keeps the statement out.
    """

    property: str
    path: tuple[tuple[str, str], ...]
    kind: str
    option: str
    qualifiers: tuple[tuple[str, str], ...]
    unless: tuple[str, re.Pattern[str]] | None


@dataclass(frozen=True, slots=True)
class Statement:
    """``value`` of ``property``, with its qualifiers in the order of the table."""

    property: str
    value: Value
    qualifiers: tuple[tuple[str, Value], ...] = ()


@cache
def rules(base: str) -> tuple[Rule, ...]:
    """The lines for a base, in the table's order. Raises MappingError naming the line of a fault."""
    file = resources.folder("mappings") / "wikidata.csv"
    found: list[Rule] = []
    for number, row in enumerate(resources.table("wikidata.csv"), start=2):
        try:
            if row["base"] in ("*", base):
                found.append(_rule(row))
        except (KeyError, ValueError, TypeError) as error:
            raise MappingError(f"bad line: {error!r}", file=str(file), line=number) from error
    return tuple(found)


def _rule(row: Mapping[str, str]) -> Rule:
    if not _PROPERTY.fullmatch(row["property"]) or row["kind"] not in _KINDS:
        raise ValueError(row["property"] + " " + row["kind"])
    steps = [step for step in (_STEP.fullmatch(text) for text in row["path"].split("/") if text) if step]
    path = tuple((_iri(step[1]), _iri(step[2]) if step[2] else "") for step in steps)
    qualifiers = []
    for text in row["qualifiers"].split():
        if not (match := _QUALIFIER.fullmatch(text)):
            raise ValueError(text)
        qualifiers.append((match[1], match[2] or ""))
    where, _, pattern = row["unless"].partition(" ")
    unless = (_iri(where), re.compile(pattern, re.IGNORECASE)) if where else None
    return Rule(row["property"], path, row["kind"], row["option"], tuple(qualifiers), unless)


def _iri(curie: str) -> str:
    return iris.FOAF + curie.removeprefix("foaf:") if curie.startswith("foaf:") else name(curie)


@cache
def _items() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for row in resources.table("wikidata-items.csv"):
        found.setdefault(row["use"], {})[row["key"]] = row["item"]
    return found


@cache
def identifier_pattern(prop: str) -> re.Pattern[str] | None:
    """What values of an identifier of POP look like in Wikidata; None for a property that is none."""
    rows = (row for row in resources.table("wikidata-properties.csv") if row["property"] == prop)
    return next((re.compile(row["pattern"]) for row in rows), None)


def base_item(base: str) -> str:
    """The item of a base as a database, "" where none is known for sure."""
    return _items()["base"].get(base, "")


def own_property(base: str) -> str:
    """The property that identifies the notices of a base in Wikidata, or says at which address it is described; "" for neither."""
    return next((rule.property for rule in rules(base) if rule.kind in ("ref", "address")), "")


# Statements -----------------------------------------------------------------------------------------------------------------


def named(source: Source) -> list[str]:
    """The things that statements on a notice would name, and whose items are to be looked up."""
    assert source.base is not None
    found = [v.value for rule in rules(source.base.slug) if rule.kind == "item" for v in _led_to(source, rule.path)]
    found += [iri for rule in rules(source.base.slug) if rule.kind == "acting" for iri in _acting(source, rule)]
    return list(dict.fromkeys([*found, *source.graph.iris(source.thing, iris.CRM + "P50_has_current_keeper")]))


def statements(source: Source, items: Items) -> list[Statement]:
    """What the table gives for a notice, each once; ``items`` are those of what it names (:func:`named`)."""
    assert source.base is not None
    found: dict[Statement, None] = {}
    for rule in rules(source.base.slug):
        if rule.unless and any(rule.unless[1].search(_words(value)) for value in source.graph.values(source.thing, rule.unless[0])):
            continue
        found.update((statement, None) for statement in _made(source, rule, items))
    return list(found)


def _words(value: Literal | NamedNode) -> str:
    """A text, or what the IRI of a concept is made of: "18e siècle (?)"."""
    return value.value if isinstance(value, Literal) else iris.last_part(value.value)


def _made(source: Source, rule: Rule, items: Items) -> Iterator[Statement]:
    for value, own in _values(source, rule, items):
        qualifiers = []
        for prop, where in rule.qualifiers:
            said = own.get(prop) if not where else item(where) if where != "keeper" else _keeper(source, items)
            if said is None and where:
                break  # a number without the collection that gave it says nothing
            if said is not None:
                qualifiers.append((prop, said))
        else:
            yield Statement(rule.property, value, tuple(qualifiers))


def _keeper(source: Source, items: Items) -> Value | None:
    keepers = source.graph.iris(source.thing, iris.CRM + "P50_has_current_keeper")
    found = [items[keeper] for keeper in keepers if keeper in items]
    return item(found[0]) if len(keepers) == 1 and found else None


_Own = Mapping[str, Value]


def _values(source: Source, rule: Rule, items: Items) -> Iterator[tuple[Value, _Own]]:
    """The values of a rule, each with the qualifiers that come from where it comes from."""
    graph, thing = source.graph, source.thing
    found: Iterable[Value | None] = ()
    if rule.kind == "ref":
        found = [_reference(rule.property, iris.unkey(thing.rsplit("/", 1)[-1]))]
    elif rule.kind == "address":
        found = [string(source.document)]
    elif rule.kind == "constant":
        found = [item(rule.option)]
    elif rule.kind == "item":
        found = [item(items[v.value]) for v in _led_to(source, rule.path) if v.value in items]
    elif rule.kind == "acting":
        found = [item(items[iri]) for iri in _acting(source, rule) if iri in items]
    elif rule.kind == "point":
        found = [coordinates(graph.text(thing, iris.WGS84 + "lat"), graph.text(thing, iris.WGS84 + "long"))]
    elif rule.kind == "measure":
        found = [_measure(source, rule)]
    elif rule.kind in ("span", "designation"):
        yield from (_spans if rule.kind == "span" else _designations)(source, rule)
    else:
        found = [_text(rule.kind, v, rule.option) for v in _led_to(source, rule.path)]
    yield from ((value, {}) for value in found if value is not None)


def _reference(prop: str, ref: str) -> Value | None:
    pattern = identifier_pattern(prop)
    return string(ref) if pattern and pattern.fullmatch(ref) else None


def _text(kind: str, value: Literal | NamedNode, refused: str) -> Value | None:
    """A text by its kind; what the pattern ``refused`` takes whole says nothing, such as "SN" for an object without a number."""
    if kind == "isni":
        match = _ISNI.fullmatch(value.value)
        return string(match[1]) if match else None
    if kind == "web":
        return string(value.value) if value.value.startswith(("http://", "https://")) else None
    if kind == "year":
        return moment(value.value, value.value)[0] if isinstance(value, Literal) else None
    return string(value.value) if not (refused and re.fullmatch(refused, value.value.strip())) else None


def _led_to(source: Source, path: Sequence[tuple[str, str]]) -> list[Literal | NamedNode]:
    starts: list[Literal | NamedNode] = [NamedNode(source.thing)]
    for predicate, cls in path:
        starts = [
            value
            for start in starts
            for value in source.graph.values(start.value, predicate)
            if not cls or (isinstance(value, NamedNode) and cls in source.graph.iris(value.value, iris.RDF + "type"))
        ]
    return list(dict.fromkeys(starts)) if path else []


def _acting(source: Source, rule: Rule) -> list[str]:
    """Who acted in an event, or in a part of it, in the role that the rule names."""
    graph, found = source.graph, list[str]()
    events = [v.value for v in _led_to(source, rule.path)]
    events += [part for event in events for part in graph.iris(event, iris.CRM + "P9_consists_of")]
    for event in events:
        roles = [iris.last_part(role) for role in graph.iris(event, iris.CRM + "P2_has_type")]
        if rule.option in roles:
            found += graph.iris(event, iris.CRM + "P14_carried_out_by")
    return found


def _measure(source: Source, rule: Rule) -> Value | None:
    """The only measure of a kind; None where there are several, or it is of a part or a frame only."""
    graph, found = source.graph, dict[Value, None]()
    for part in _led_to(source, rule.path):
        if rule.option in graph.iris(part.value, iris.CRM + "P2_has_type"):
            unit = _items()["unit"].get(next(iter(graph.iris(part.value, iris.CRM + "P91_has_unit")), ""), "")
            value = quantity(graph.text(part.value, iris.CRM + "P90_has_value"), unit)
            if value is None or graph.texts(part.value, iris.CRM + "P3_has_note"):
                return None
            found[value] = None
    return next(iter(found)) if len(found) == 1 else None


def _spans(source: Source, rule: Rule) -> Iterator[tuple[Value, _Own]]:
    """When it was made: one span, exact or with its bounds as qualifiers."""
    spans = [v.value for v in _led_to(source, rule.path)]
    if len(spans) == 1:
        graph = source.about(spans[0])
        begin, end = (graph.text(spans[0], iris.CRM + bound) for bound in ("P82a_begin_of_the_begin", "P82b_end_of_the_end"))
        value, bounds = moment(begin, end)
        if value is not None:
            yield value, dict(zip((prop for prop, _ in rule.qualifiers), bounds, strict=False))


def _designations(source: Source, rule: Rule) -> Iterator[tuple[Value, _Own]]:
    for part in _led_to(source, rule.path):
        begun = [iris.last_part(span) for span in source.graph.iris(part.value, _SPAN)]
        start = day(begun[0]) if len(begun) == 1 else None
        for assigned in source.graph.iris(part.value, iris.CRM + "P42_assigned"):
            if found := _items()["designation"].get(iris.last_part(assigned)):
                yield item(found), {rule.qualifiers[0][0]: start} if start else {}


# New items ------------------------------------------------------------------------------------------------------------------


def type_of(source: Source) -> str:
    """The item that a new item of the notice would be an instance of; "" where none is known for sure."""
    assert source.base is not None
    known, slug = _items()["type"], source.base.slug
    for code in ("DENO", "DOMN"):
        for kind in source.graph.iris(source.thing, iris.ONTOLOGY + code):
            if found := known.get(f"{slug} {code} {iris.last_part(kind).casefold()}"):
                return found
    return known.get(slug, "")


def described(source: Source) -> tuple[str, str]:
    """(label, description) of a new item, in French, each at most as long as Wikidata takes it; ("", "") where nothing names it."""
    assert source.base is not None
    label = text_of(next(iter(source.graph.texts(source.thing, iris.RDFS + "label")), ""))
    told = (source.graph.iris(source.thing, where) for where in (iris.DCTERMS + "type", iris.ONTOLOGY + "DENO", iris.ONTOLOGY + "DOMN"))
    kind = next((iris.last_part(found[0]) for found in told if found), base_row(source.base.slug).kind or source.base.short["fr"])
    makers = source.labels(source.graph.iris(source.thing, iris.DCTERMS + "creator")[:1])
    by = next((found[0].value for found in makers.values() if found), "")
    about = f"{kind} ({by})" if by else f"{kind}, notice {iris.unkey(source.thing.rsplit('/', 1)[-1])}"
    return label, text_of(about)


def type_by_words(base: str, fields: Mapping[str, Sequence[str]]) -> str:
    """The same as :func:`type_of`, from the texts of a notice by POP code."""
    known = _items()["type"]
    words = ((code, text.strip().casefold()) for code in ("DENO", "DOMN") for text in fields.get(code, ()))
    return next((known[key] for code, text in words if (key := f"{base} {code} {text}") in known), known.get(base, ""))
