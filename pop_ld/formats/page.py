"""A notice's triples in, what its HTML page shows out: key facts, images, the base's sections, links, provenance."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pyoxigraph import Literal, NamedNode

from pop_ld import iris
from pop_ld.bases import Base
from pop_ld.formats.geometry import Geometry, geometry
from pop_ld.formats.graph import Graph, best_label
from pop_ld.formats.naming import Naming, Value, notice_base
from pop_ld.formats.pictures import Picture, pictures
from pop_ld.formats.pieces import in_order
from pop_ld.formats.sections import Notes, Row, Section, field_label, sections
from pop_ld.formats.words import coordinate, date_words, followable, one_line, plain
from pop_ld.relations import link_fields, mirrors

__all__ = ["Page", "Row", "Section", "notice_page", "sorted_links", "title_of"]

FACTS = 6
"""Most key facts, and most values of one of them."""

SHORT = 200
"""Characters that the line under the title keeps of each of its parts."""

LINKED = 12
"""Most notices that a page shows of those that one field leads to."""

KEEPER = iris.CRM + "P50_has_current_keeper"
_PRODUCED, _TIME = iris.CRM + "P108i_was_produced_by", iris.CRM + "P4_has_time-span"
_FACTS = (
    ("creator", (iris.DCTERMS + "creator",), ("AUTR", "ATTRIB", "AUTP", "AUT")),
    ("type", (iris.DCTERMS + "type", iris.ONTOLOGY + "DENO"), ("DENO",)),
    ("function", (iris.ONTOLOGY + "FONC",), ()),
    ("date", (iris.DCTERMS + "temporal", iris.DCTERMS + "created"), ("SCLE", "PERI", "SCLD", "DATE", "MILL")),
    ("protection", (iris.ONTOLOGY + "protection", iris.ONTOLOGY + "PROT"), ("DPRO",)),
    ("place", (iris.DCTERMS + "spatial",), ("LIEUX", "COM")),
    ("medium", (iris.DCTERMS + "medium",), ("TECH", "MATR", "MURS")),
    ("keeper", (KEEPER,), ()),
    ("subject", (iris.DCTERMS + "subject", iris.CRM + "P62_depicts"), ("REPR", "SUJET")),
    ("nationality", (iris.ONTOLOGY + "NATIO",), ()),
    ("activity_place", (iris.ONTOLOGY + "LOCACT",), ()),
)
"""Key facts: their name among the interface texts, their properties, the fields whose texts give their values an order."""
_CREDITS = ("PHOT", "PHOTO", "CREDIT", "DROIT", "AUTP")
_CREDIT_IS_COPY = ("memoire", "museo")
"""Bases whose COPY is the credit of the photograph, not the copyright of the notice (mappings/rights-fields.csv)."""
_OUTSIDE = (
    ("same", iris.SCHEMA + "sameAs"),
    ("exact", iris.SKOS + "exactMatch"),
    ("close", iris.SKOS + "closeMatch"),
    ("home", iris.FOAF + "homepage"),
    ("also", iris.RDFS + "seeAlso"),
)


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that a template shows of one notice; IRIs are canonical, ``href`` of values work on any host.

    ``crumbs`` lead to it from its base; ``links`` are the notices that each of its fields leads to; ``outside`` the pages elsewhere, each
    with a key of the interface texts as its ``base``; ``point`` is in degrees and words, ``geo`` the address of RFC 5870.
    """

    iri: str
    title: str
    base: str
    ref: str
    subtitle: Sequence[str]
    crumbs: Sequence[Value]
    facts: Sequence[Row]
    images: Sequence[Picture]
    sections: Sequence[Section]
    links: Sequence[Row]
    outside: Sequence[Value]
    point: str
    geo: str
    shapes: Geometry
    places: Sequence[Value]
    keepers: Sequence[Value]
    issued: str
    modified: str
    source: str
    rights: str
    rights_text: str


def named_things(site: str, thing: str, graph: Graph, base: Base) -> list[str]:
    """The things whose labels the page of a notice needs: what it names, and the first notices that each of its fields leads to."""
    shared = [iri for iri in graph.objects(mirrors()) if _may_have_a_label(site, iri)]
    led = [iri for _, found in _led_to(thing, graph, base, site) for iri in found[:LINKED]]
    return [*shared, *led, *graph.iris(thing, KEEPER)]


def _may_have_a_label(site: str, iri: str) -> bool:
    """Whether it is a thing that notices share, or a concept of elsewhere; our vocabulary and CRM's classes are not shown by label."""
    if iri.startswith(f"{site}/"):
        return iris.is_thing(site, iri) and not notice_base(site, iri)
    return not iri.startswith((iris.ONTOLOGY, iris.CRM))


def notice_page(thing: str, graph: Graph, base: Base, naming: Naming, origins: Sequence[str] = ()) -> Page:
    """The page of a notice of ``base``; ``origins`` are those whose images may be loaded."""
    documents = graph.subjects_of(iris.FOAF + "primaryTopic", thing)
    document = documents[0] if documents else ""
    notes = Notes(base, thing, document, graph)
    facts = _facts(thing, graph, notes, naming)
    places = naming.values(graph.values(thing, iris.DCTERMS + "spatial"))[:1]
    lat, long = graph.text(thing, iris.WGS84 + "lat"), graph.text(thing, iris.WGS84 + "long")
    parts = [part for part in graph.objects() if part.startswith(f"{thing}#")]
    return Page(
        iri=thing,
        title=title_of(thing, graph, naming.lang),
        base=base.slug,
        ref=graph.text(thing, iris.DCTERMS + "identifier") or iris.last_part(thing),
        subtitle=_subtitle(facts),
        crumbs=_crumbs(thing, graph, notes, naming, places),
        facts=facts,
        images=pictures(thing, graph, _credit(base, notes), origins),
        sections=sections(base, notes, naming, graph),
        links=_links(thing, graph, base, naming),
        outside=_outside(thing, graph),
        point=_point(lat, long, naming.lang),
        geo=f"geo:{lat},{long}" if lat and long else "",
        shapes=geometry(graph, [thing, *parts]),
        places=places,
        keepers=naming.values(keepers(thing, graph))[:2],
        issued=date_words(graph.text(document, iris.DCTERMS + "issued"), naming.lang),
        modified=date_words(graph.text(document, iris.DCTERMS + "modified"), naming.lang),
        source=next((url for url in graph.iris(thing, iris.FOAF + "page") if followable(url)), ""),
        rights=next(iter(graph.iris(document, iris.EDM + "rights")), ""),
        rights_text=plain(" ; ".join(graph.texts(document, iris.DCTERMS + "rights"))),
    )


def title_of(thing: str, graph: Graph, lang: str) -> str:
    """The label of the thing; where it has none, the last part of its IRI."""
    terms = [*graph.values(thing, iris.RDFS + "label"), *graph.values(thing, iris.SKOS + "prefLabel")]
    return best_label([term for term in terms if isinstance(term, Literal)], lang) or iris.last_part(thing)


def _facts(thing: str, graph: Graph, notes: Notes, naming: Naming) -> list[Row]:
    """Key facts that have values, FACTS of them at most; ``label`` is a key of the interface texts."""
    made = []
    for name, predicates, codes in _FACTS:
        terms = keepers(thing, graph) if name == "keeper" else [v for predicate in predicates for v in graph.values(thing, predicate)]
        if name == "date" and not terms:
            terms = _made_in(thing, graph)
        if not terms:
            continue
        found = {value.text: value for value in naming.values(terms)}
        ordered = [found[text] for text in in_order(found, notes.text(codes))] if codes and len(found) > 1 else list(found.values())
        if name == "date":
            ordered = [_year(value, notes, naming) for value in ordered]
        if ordered:
            made.append(Row("", name, ordered[:FACTS], more=max(len(ordered) - FACTS, 0)))
    return made[:FACTS]


def keepers(thing: str, graph: Graph) -> list[Literal | NamedNode]:
    """Who keeps the thing; not the administration that a building is assigned to, which keeps nothing for readers to ask about."""
    return [term for term in graph.values(thing, KEEPER) if "/affectataire/" not in term.value]


def _made_in(thing: str, graph: Graph) -> list[Literal | NamedNode]:
    """The time in which the thing was made, where that is all that dates it."""
    return [term for made in graph.iris(thing, _PRODUCED) for term in graph.values(made, _TIME)]


def _year(value: Value, notes: Notes, naming: Naming) -> Value:
    """A year as the link to its time, where the notice names that; a time as its producer wrote it (``vers 1430-1440``)."""
    if value.kind == "link" and "/temps/" in value.href and "/" in value.text:
        return replace(value, text=one_line(notes.text(("DATE", "MILL", "DATES")))[:SHORT] or value.text.replace("/", "–"))
    if value.kind != "text" or not value.text.isdigit():
        return value
    iri = f"{naming.site}/id/temps/{value.text}"
    return Value("link", value.text, iris.local(naming.site, iri)) if iri in naming.labels else value


def _subtitle(facts: Sequence[Row]) -> list[str]:
    first = {row.label: row.values[0].text for row in facts}
    return [one_line(first[name])[:SHORT] for name in ("type", "function", "creator", "date", "protection", "place") if name in first][:4]


def _crumbs(thing: str, graph: Graph, notes: Notes, naming: Naming, places: Sequence[Value]) -> list[Value]:
    """From the department to the building, as far as the notice tells them."""
    words = [value.value for code in ("DPT_LETTRE", "DPT") for value in notes.of(code) if isinstance(value, Literal)]
    department = next((word for word in words if word and not word[0].isdigit()), "")
    inside = [naming.link(iri) for iri in graph.iris(thing, iris.ONTOLOGY + "REFA")[:1]]
    found = [Value("text", department)] if department else []
    return [*found, *places, *(value for value in inside if value.kind == "link")]


def _credit(base: Base, notes: Notes) -> str:
    codes = (*_CREDITS, "COPY") if base.slug in _CREDIT_IS_COPY else _CREDITS
    return one_line(
        " ; ".join(dict.fromkeys(v.value for code in codes for v in notes.of(code) if isinstance(v, Literal) and "/" not in v.value))
    )


def _led_to(thing: str, graph: Graph, base: Base, site: str) -> list[tuple[str, list[str]]]:
    """(field, notices) that the notice leads to, each notice under the first field that does."""
    made: list[tuple[str, list[str]]] = []
    told: set[str] = {thing}
    for field in link_fields().get(base.slug, ()):
        found = [iri for iri in graph.iris(thing, field.property) if notice_base(site, iri) and iri not in told]
        told.update(found)
        if found:
            made.append((field.field, sorted(found)))
    rest = [iri for iri in graph.objects(mirrors()) if iri not in told and notice_base(site, iri)]
    return [*made, ("", sorted(rest))] if rest else made


def _links(thing: str, graph: Graph, base: Base, naming: Naming) -> list[Row]:
    """The first LINKED notices of each field; those that are not in this release last."""
    made = []
    for code, found in _led_to(thing, graph, base, naming.site):
        field = base.fields.get(code)
        shown = sorted_links(naming, found[:LINKED])
        label, description = (field_label(field, naming.lang), field.description) if field else ("", "")
        made.append(Row(code, label, shown, description, more=len(found) - len(shown)))
    return made


def sorted_links(naming: Naming, things: Iterable[str]) -> list[Value]:
    """Links by base, then label; those that are not in this release last."""
    return sorted((naming.link(iri) for iri in things), key=lambda v: (v.kind == "missing", v.base, v.text))


def _outside(thing: str, graph: Graph) -> list[Value]:
    """Pages elsewhere, each once, named by their hosts."""
    found: dict[str, Value] = {}
    for name, predicate in _OUTSIDE:
        for value in graph.values(thing, predicate):
            if followable(value.value) and not value.value.lower().startswith("mailto:"):
                host = value.value.split("/")[2].removeprefix("www.")
                found.setdefault(value.value, Value("external", host, value.value, name))
    return list(found.values())


def _point(lat: str, long: str, lang: str) -> str:
    east_west = "EO" if lang == "fr" else "EW"
    return f"{coordinate(lat, 'NS', lang)}, {coordinate(long, east_west, lang)}" if lat and long else ""
