"""Identifiers and properties in, their values out: what data extension adds to the rows of an aligner."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pop_ld import iris
from pop_ld.bases import load_bases
from pop_ld.reconciliation.identifiers import id_of, iri_of
from pop_ld.reconciliation.notices import described
from pop_ld.reconciliation.service import Reconciler
from pop_ld.reconciliation.tables import NOTICE, THINGS, of_type, properties
from pop_ld.reconciliation.things import Thing
from pop_ld.search.contract import Hit
from pop_ld.store import ResourceReader

MOST_IDS, MOST_PROPERTIES = 200, 50
"""Of one request."""
MOST_GIVEN = 100
"""Values of one property of one thing."""
OF_ALL = ("iri", "url", "label", "description", "type")
OF_NOTICES = ("image", "latitude", "longitude", "rights", "changed", "qid", "links")
OF_THINGS = ("notices", "birth", "death", "insee", "department", "base", "qid", "links")
"""Properties beside the general ones and the fields; what they are called is an interface text ``reconcile_property_{id}``."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One property, with its settings: at most ``limit`` values (0 for all), or how many there are."""

    id: str
    limit: int = 0
    count: bool = False


@dataclass(frozen=True, slots=True)
class Value:
    """One value: a text, a number, or a thing that has an identifier here."""

    value: str | int | float
    id: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What an identifier stands for: a notice, another thing, or nothing."""

    iri: str
    notice: Hit | None = None
    thing: Thing | None = None
    links: Sequence[Any] = field(default=())


Row = tuple[str, Mapping[str, Sequence[Value]]]


def rows(reconciler: Reconciler, reader: ResourceReader, ids: Sequence[str], asked: Sequence[Asked]) -> list[Row]:
    """For each identifier, in order, the values of each property; of what is unknown none. Raises StoreUnavailable, StoreError."""
    known = look_up(reconciler, ids)
    return [(name, {one.id: _limited(one, values(reconciler, reader, known[name], one.id)) for one in asked}) for name in ids]


def look_up(reconciler: Reconciler, ids: Sequence[str]) -> dict[str, Known]:
    """What identifiers stand for: those of the service, IRIs, and REFs that one notice alone has."""
    named = {name: iri_of(reconciler.site, name) for name in ids}
    hits = {hit.iri: hit for hit in reconciler.notices.of_iris(list(named.values()))}
    linked = reconciler.links.of_many(named.values())
    found = {}
    for name, iri in named.items():
        hit = hits.get(iri) or _only(reconciler.notices.of_ref(name) if "/" not in name else [])
        thing = None if hit else reconciler.things.get(iri)
        found[name] = Known(hit.iri if hit else iri, hit, thing, linked.get(iri, ()))
    return found


def _only(hits: Sequence[Hit]) -> Hit | None:
    return hits[0] if len(hits) == 1 else None


def _limited(one: Asked, given: Iterator[Value]) -> list[Value]:
    found = list(dict.fromkeys(given))
    if one.count:
        return [Value(len(found))]
    return found[: one.limit or MOST_GIVEN][:MOST_GIVEN]


def values(reconciler: Reconciler, reader: ResourceReader, known: Known, name: str) -> Iterator[Value]:
    """The values of one property, whatever they are called: general, a field by its POP code, or a property by its IRI."""
    if known.notice is None and known.thing is None:
        return
    if name.startswith(("http://", "https://")):
        yield from _one_hop(reconciler, reader, known.iri, name)
    elif name in ("qid", "links"):
        yield from (Value(link.qid or link.target) for link in known.links if link.qid or name == "links")
    elif name in OF_ALL:
        yield from (Value(text) for text in _of_all(reconciler.site, known, name) if text)
    elif known.notice:
        yield from _of_notice(reader, reconciler.site, known.notice, name)
    elif known.thing:
        yield from _of_thing(reconciler.site, known.thing, name)


def _of_all(site: str, known: Known, name: str) -> list[str]:
    label = known.notice.title if known.notice else known.thing.label if known.thing else ""
    kind = known.notice.base if known.notice else known.thing.kind if known.thing else ""
    about = described(known.notice) if known.notice else ""
    return [{"iri": known.iri, "url": iris.page_of(site, known.iri), "label": label, "description": about, "type": kind}[name]]


def _of_notice(reader: ResourceReader, site: str, hit: Hit, name: str) -> Iterator[Value]:
    lat, _, long = hit.point.partition(" ")
    if name in ("latitude", "longitude"):
        text = lat if name == "latitude" else long
        yield from [Value(float(text))] if text else []
    elif name == "coordinates":
        yield from [Value(f"{lat},{long}")] if lat else []
    elif name in ("image", "changed"):
        yield from [Value(text)] if (text := hit.image if name == "image" else hit.changed) else []
    elif name == "rights":
        document = iris.thing_to_document(site, hit.iri)
        terms = [*reader.objects(document, iris.EDM + "rights"), *reader.objects(hit.iri, iris.DCTERMS + "rights")]
        yield from (Value(str(getattr(term, "value", ""))) for term in terms)
    else:
        codes = properties()[name].codes.get(hit.base, ()) if name in properties() else (name,)
        yield from (Value(text) for code in codes for text in hit.fields.get(code, ()))


def _of_thing(site: str, thing: Thing, name: str) -> Iterator[Value]:
    if name == "notices":
        yield Value(thing.notices)
        return
    texts = {
        "birth": thing.birth,
        "death": thing.death,
        "insee": thing.insee,
        "department": thing.department,
        "base": thing.base(site),
        "field": thing.field(site),
    }
    if text := texts.get(name, ""):
        yield Value(text)


def _one_hop(reconciler: Reconciler, reader: ResourceReader, iri: str, predicate: str) -> Iterator[Value]:
    terms = [str(getattr(term, "value", "")) for term in reader.objects(iri, predicate)[:MOST_GIVEN]]
    there = [term for term in terms if term.startswith(f"{reconciler.site}/id/") and "#" not in term]
    labels = reader.labels(there) if there else {}
    for term in terms:
        label = labels.get(term)
        yield Value(label[0].value, id_of(reconciler.site, term)) if label else Value(term)


def proposed(type_id: str) -> list[str]:
    """The properties that a type may be extended by, the most useful first; general ones, then the fields of a base by their codes."""
    if type_id in THINGS:
        return list(dict.fromkeys([*OF_ALL, *(prop.id for prop in of_type(type_id)), *OF_THINGS]))
    general = [prop.id for prop in of_type(type_id) if prop.id != "qid"]
    base = load_bases().get(type_id)
    fields = list(base.searched) if base and type_id != NOTICE else []
    return list(dict.fromkeys([*OF_ALL, *general, *OF_NOTICES, *(code for code in fields if code not in general)]))
