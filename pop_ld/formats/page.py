"""A notice's triples in, what its HTML page shows out: key facts, images, the base's sections, links, provenance."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from pop_ld import iris
from pop_ld.bases import Base, Field
from pop_ld.formats.graph import Graph, best_label
from pop_ld.formats.naming import Naming, Value, notice_base
from pop_ld.formats.words import coordinate, date_words, followable, plain
from pop_ld.relations import mirrors

INCOMING = 50
"""Most links from other notices that a page shows."""

IMAGES = 24
"""Most images that a page shows."""

_FACTS = (
    ("creator", (iris.DCTERMS + "creator",)),
    ("type", (iris.DCTERMS + "type",)),
    ("date", (iris.DCTERMS + "temporal", iris.DCTERMS + "created")),
    ("medium", (iris.DCTERMS + "medium",)),
    ("place", (iris.DCTERMS + "spatial",)),
    ("keeper", (iris.CRM + "P50_has_current_keeper",)),
    ("subject", (iris.DCTERMS + "subject",)),
)
_CREDITS = ("PHOT", "COPY", "PHOTO", "CREDIT", "AUTP")
_UNSHOWN = ("", "hidden", "image")


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled line of values; ``code`` is the POP code of a field, or "" for a key fact."""

    code: str
    label: str
    values: Sequence[Value]


@dataclass(frozen=True, slots=True)
class Section:
    key: str
    label: str
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Page:
    """Everything a template shows of one thing; IRIs are canonical, ``href`` of values work on any host."""

    iri: str
    title: str
    base: str
    ref: str
    subtitle: Sequence[str]
    facts: Sequence[Row]
    images: Sequence[str]
    credit: str
    sections: Sequence[Section]
    links: Sequence[Value]
    incoming: Sequence[Value]
    more_incoming: bool
    point: str
    places: Sequence[Value]
    modified: str
    source: str
    rights: str
    image_rights: str


@dataclass(frozen=True, slots=True)
class Incoming:
    """Subjects that point at a thing, as things (a part or document stands for its thing), and whether there are more."""

    things: Sequence[str]
    more: bool


def incoming(site: str, pairs: Iterable[tuple[str, str]], asked: int) -> Incoming:
    """At most INCOMING things out of (predicate, subject) pairs, of which ``asked`` were asked for."""
    pairs = list(pairs)
    found = dict.fromkeys(_thing(site, subject) for _, subject in pairs)
    things = [iri for iri in found if iris.is_thing(site, iri)]
    return Incoming(things[:INCOMING], len(things) > INCOMING or len(pairs) >= asked)


def _thing(site: str, iri: str) -> str:
    iri = iri.split("#", 1)[0]
    return iris.document_to_thing(site, iri) if iri.startswith(f"{site}/doc/") else iri


def notice_page(thing: str, graph: Graph, base: Base, naming: Naming, into: Incoming) -> Page:
    """The page of a notice of ``base``."""
    facts = _facts(thing, graph, naming)
    documents = graph.subjects_of(iris.FOAF + "primaryTopic", thing)
    document = documents[0] if documents else ""
    notes = _Notes(base, thing, document, graph)
    return Page(
        iri=thing,
        title=title_of(thing, graph, naming.lang),
        base=base.slug,
        ref=graph.text(thing, iris.DCTERMS + "identifier") or iris.last_part(thing),
        subtitle=_subtitle(facts),
        facts=[Row("", row.label, row.values) for row in facts[:6]],
        images=image_urls(thing, graph),
        credit=plain(" ; ".join(dict.fromkeys(v.value for code in _CREDITS for v in notes.of(code) if isinstance(v, Literal)))),
        sections=_sections(base, notes, naming),
        links=_links(thing, graph, naming),
        incoming=sorted_links(naming, into.things),
        more_incoming=into.more,
        point=_point(thing, graph, naming.lang),
        places=naming.values(graph.values(thing, iris.DCTERMS + "spatial"))[:1],
        modified=date_words(graph.text(document, iris.DCTERMS + "modified"), naming.lang),
        source=next((url for url in graph.iris(thing, iris.FOAF + "page") if followable(url)), ""),
        rights=next(iter(graph.iris(document, iris.EDM + "rights")), ""),
        image_rights=next((r for r in (_image_rights(part, graph) for part in graph.objects()) if r), ""),
    )


def title_of(thing: str, graph: Graph, lang: str) -> str:
    """The label of the thing; where it has none, the last part of its IRI."""
    terms = [*graph.values(thing, iris.RDFS + "label"), *graph.values(thing, iris.SKOS + "prefLabel")]
    return best_label([term for term in terms if isinstance(term, Literal)], lang) or iris.last_part(thing)


def image_urls(thing: str, graph: Graph) -> list[str]:
    return [url for url in graph.iris(thing, iris.SCHEMA + "image") if followable(url) and not url.lower().startswith("mailto:")][:IMAGES]


_OF_DOCUMENT = {"DMIS": iris.DCTERMS + "issued", "DMAJ": iris.DCTERMS + "modified"}
"""Fields that speak of the notice, not of the thing."""


def _image_rights(part: str, graph: Graph) -> str:
    return next(iter(graph.iris(part, iris.EDM + "rights")), "") if "#image-" in part else ""


class _Notes:
    """Values of a notice by POP code: ``pop:CODE``, ``pop:<base>-CODE``, their ``-source`` (as written), or what base.yml names."""

    def __init__(self, base: Base, thing: str, document: str, graph: Graph) -> None:
        self._slug = base.slug
        self._found: dict[str, list[Literal | NamedNode]] = {}
        for predicate in graph.predicates(thing):
            if predicate.startswith(iris.ONTOLOGY):
                self._found.setdefault(predicate.removeprefix(iris.ONTOLOGY).lower(), []).extend(graph.values(thing, predicate))
        for code, predicate in base.one_hop.items():
            self._found.setdefault(code.lower(), []).extend(graph.values(thing, predicate))
        for code, predicate in _OF_DOCUMENT.items():
            self._found.setdefault(code.lower(), []).extend(graph.values(document, predicate))

    def of(self, code: str) -> list[Literal | NamedNode]:
        names = (code, f"{self._slug}-{code}", f"{code}-source", f"{self._slug}-{code}-source")
        return [value for name in names for value in self._found.get(name.lower(), ())]


def _facts(thing: str, graph: Graph, naming: Naming) -> list[Row]:
    """Key facts that have values; ``label`` is a key of the interface texts."""
    rows = (Row("", name, naming.values(v for p in predicates for v in graph.values(thing, p))[:6]) for name, predicates in _FACTS)
    return [row for row in rows if row.values]


def _subtitle(facts: Sequence[Row]) -> list[str]:
    first = {row.label: row.values[0].text for row in facts}
    return [first[name] for name in ("type", "creator", "date", "place") if name in first]


def _sections(base: Base, notes: _Notes, naming: Naming) -> list[Section]:
    made = []
    for key, label in base.sections.items():
        rows = [Row(f.path, _label(f, naming.lang), naming.values(notes.of(f.path))) for f in _fields(base, key)]
        if kept := [row for row in rows if row.values]:
            made.append(Section(key, label.get(naming.lang, key), kept))
    return made


def _fields(base: Base, section: str) -> Sequence[Field]:
    return [f for f in base.fields.values() if f.section == section and f.public and f.parser not in _UNSHOWN]


def _label(field: Field, lang: str) -> str:
    return (field.label_en if lang == "en" else field.label) or field.label or field.path


def _links(thing: str, graph: Graph, naming: Naming) -> list[Value]:
    """Notices that the thing or its parts point at; those that only mirror a link of the other notice are among the incoming."""
    return sorted_links(naming, (iri for iri in graph.objects(mirrors()) if iri != thing and notice_base(naming.site, iri)))


def sorted_links(naming: Naming, things: Iterable[str]) -> list[Value]:
    """Links by base, then label; those that are not in this release last."""
    return sorted((naming.link(iri) for iri in things), key=lambda v: (v.kind == "missing", v.base, v.text))


def _point(thing: str, graph: Graph, lang: str) -> str:
    lat, long = graph.text(thing, iris.WGS84 + "lat"), graph.text(thing, iris.WGS84 + "long")
    east_west = "EO" if lang == "fr" else "EW"
    return f"{coordinate(lat, 'NS', lang)}, {coordinate(long, east_west, lang)}" if lat and long else ""
