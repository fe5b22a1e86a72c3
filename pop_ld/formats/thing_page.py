"""A thing that notices share (agent, concept, place, time) in, what its HTML page says of it out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pyoxigraph import Literal, NamedNode

from pop_ld import iris, relations, summary
from pop_ld.bases import load_bases
from pop_ld.formats.graph import Graph
from pop_ld.formats.naming import Naming, Value, path_parts
from pop_ld.formats.page import Row, title_of
from pop_ld.formats.source import Source
from pop_ld.formats.words import date_words

MOST = 12
"""Most values of one line: notices of a name that many people bear state hundreds of lives."""

NARROWER = 200
"""Most narrower terms that a page names."""

KINDS = {"agent": "agent", "concept": "concept", "lieu": "place", "temps": "time"}
WITHIN = iris.CRM + "P89_falls_within"
_TYPES = {iris.CRM + "E21_Person": "person", iris.CRM + "E74_Group": "group"}
_PLACES = {"insee": "commune", "nom": "commune", "departement": "department", "region": "region"}
"""First word of a place's key -> what it is."""
_EVENTS = (iris.CRM + "P98i_was_born", iris.CRM + "P100i_died_in")
_MATCHES = tuple(iris.SKOS + name for name in ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch"))
_SHOWN = frozenset(
    (
        *(iris.RDF + "type", iris.RDFS + "label", iris.DCTERMS + "identifier", relations.NAME_KEY, relations.AGENT_NOTICE),
        *(iris.SKOS + name for name in ("prefLabel", "altLabel", "inScheme", "broader", "narrower")),
        *_MATCHES,
        *(iris.SCHEMA + name for name in ("birthDate", "deathDate")),
        *(iris.CRM + name for name in ("P82a_begin_of_the_begin", "P82b_end_of_the_end")),
        *_EVENTS,
        WITHIN,
    )
)
"""What the page says in its own words; every other property of the thing has a line of its own below."""


@dataclass(frozen=True, slots=True)
class ThingPage:
    """``kind`` and ``what`` are keys of the interface texts: agent, concept, place, time, thing; then person, commune …

    ``facts`` have keys of the interface texts as labels, ``rows`` words; ``around`` are the places that a place is in, the widest first.
    """

    iri: str
    title: str
    kind: str
    what: str
    base: str
    facts: Sequence[Row]
    rows: Sequence[Row]
    around: Sequence[Value]


def thing_page(source: Source, lang: str) -> ThingPage:
    """The page of any thing that is no notice."""
    thing, graph, parts = source.thing, source.graph, path_parts(source.site, source.thing)
    kind = KINDS.get(parts[0], "thing") if parts else "concept"  # what has a page here and its IRI elsewhere is a term of a thesaurus
    base = parts[1] if len(parts) > 2 and parts[1] in load_bases() else ""
    around = _around(source, graph)
    naming = Naming(source.site, lang, source.labels([*_named(source), *around, *_same(source)]))
    facts = {"agent": _agent, "concept": _concept, "place": _place, "time": _time}.get(kind)
    others = [
        Row("", _property(predicate, lang), naming.values(graph.values(thing, predicate)[:MOST]))
        for predicate in sorted(graph.predicates(thing))
        if predicate not in _SHOWN
    ]
    return ThingPage(
        iri=thing,
        title=title_of(thing, graph, lang),
        kind=kind,
        what=_what(kind, thing, graph, parts),
        base=base,
        facts=[_bounded(row) for row in (facts(source, naming, parts) if facts else ()) if row.values],
        rows=[row for row in others if row.values],
        around=[naming.link(iri) for iri in reversed(around)],
    )


def _bounded(row: Row) -> Row:
    return Row("", row.label, row.values[: NARROWER if row.label == "thing_narrower" else MOST])


def _named(source: Source) -> list[str]:
    """The things whose labels the page may show: the first values of each property of the thing and of its parts, a bounded number."""
    graph = source.graph
    parts = [source.thing, *(part for name in _EVENTS for part in graph.iris(source.thing, name)[:MOST])]
    found = (iri for about in parts for predicate in graph.predicates(about) for iri in graph.iris(about, predicate)[:NARROWER])
    return [iri for iri in dict.fromkeys(found) if "#" not in iri]


def _what(kind: str, thing: str, graph: Graph, parts: Sequence[str]) -> str:
    if kind == "agent":
        return next((_TYPES[found] for found in graph.iris(thing, iris.RDF + "type") if found in _TYPES), kind)
    return _PLACES.get(parts[1].partition("-")[0], kind) if kind == "place" and len(parts) == 2 else kind


def _property(predicate: str, lang: str) -> str:
    """A property in words where the interface texts have some, else the last part of its IRI."""
    name = iris.last_part(predicate)
    return str(summary.texts(lang)["ui"].get(f"property_{name.split()[0]}", name))


# Agents ----------------------------------------------------------------------------------------------------------------


def _agent(source: Source, naming: Naming, parts: Sequence[str]) -> Iterable[Row]:
    thing, graph = source.thing, source.graph
    notices = graph.iris(thing, relations.AGENT_NOTICE)
    yield Row("", "thing_born", _life(graph, naming, thing, iris.SCHEMA + "birthDate", iris.CRM + "P98i_was_born"))
    yield Row("", "thing_died", _life(graph, naming, thing, iris.SCHEMA + "deathDate", iris.CRM + "P100i_died_in"))
    yield Row("", "thing_autor", [naming.link(iri) for iri in notices])
    yield Row("", "thing_same", [_of_base(source.site, naming, iri) for iri in _same(source)])
    yield Row("", "thing_elsewhere", _matches(source, naming, notices))


def _life(graph: Graph, naming: Naming, thing: str, property: str, event: str) -> list[Value]:
    """Dates in words and the places of the events of a life, a line for each that notices state."""
    places = [place for part in graph.iris(thing, event)[:MOST] for place in graph.iris(part, iris.CRM + "P7_took_place_at")]
    dates = [Value("text", date_words(text, naming.lang)) for text in graph.texts(thing, property)[: MOST // 2]]
    return [*dates, *(naming.link(iri) for iri in dict.fromkeys(places))]


def _same(source: Source) -> list[str]:
    """The agents of other bases that the same notice of Autor is about."""
    notices = source.graph.iris(source.thing, relations.AGENT_NOTICE)[:3]
    found = (iri for notice in notices for iri in source.about(notice).iris(notice, relations.NOTICE_AGENT))
    return [iri for iri in dict.fromkeys(found) if iri != source.thing]


def _of_base(site: str, naming: Naming, agent: str) -> Value:
    """An agent with its base in words: bases write the same name."""
    value, parts = naming.link(agent), path_parts(site, agent)
    base = load_bases().get(parts[1]) if len(parts) > 2 else None
    return replace(value, text=f"{value.text} ({base.short.get(naming.lang, base.slug)})") if base else value


def _matches(source: Source, naming: Naming, others: Iterable[str] = ()) -> list[Value]:
    """Where it is called the same elsewhere, by itself and by the notices about it."""
    found = [(source.graph, source.thing), *((source.about(iri), iri) for iri in others)]
    return [naming.link(match) for graph, iri in found for predicate in _MATCHES for match in graph.iris(iri, predicate)]


# Concepts, places, times -----------------------------------------------------------------------------------------------


def _concept(source: Source, naming: Naming, parts: Sequence[str]) -> Iterable[Row]:
    thing, graph = source.thing, source.graph
    field = load_bases()[parts[1]].fields.get(parts[2]) if len(parts) > 3 and parts[1] in load_bases() else None
    if field:
        yield Row("", "thing_field", [Value("text", (field.label_en if naming.lang == "en" else field.label) or field.label)])
    yield Row("", "thing_broader", naming.values(_terms(graph, thing, "broader")))
    yield Row("", "thing_narrower", naming.values(_terms(graph, thing, "narrower")))
    yield Row("", "thing_other_names", naming.values(_terms(graph, thing, "altLabel")))
    yield Row("", "thing_match", _matches(source, naming))
    schemes = [iri for iri in graph.iris(thing, iris.SKOS + "inScheme") if not iris.is_thing(source.site, iri)]
    yield Row("", "thing_scheme", [naming.link(iri) for iri in schemes])


def _terms(graph: Graph, thing: str, name: str) -> list[Literal | NamedNode]:
    return graph.values(thing, iris.SKOS + name)


def _place(source: Source, naming: Naming, parts: Sequence[str]) -> Iterable[Row]:
    kind = parts[1].partition("-")[0] if len(parts) == 2 else ""
    label = {"insee": "thing_insee", "departement": "thing_department_code"}.get(kind, "thing_identifier")
    yield Row("", label, naming.values(source.graph.values(source.thing, iris.DCTERMS + "identifier")))
    yield Row("", "thing_within", [naming.link(iri) for iri in _around(source, source.graph)])


def _around(source: Source, graph: Graph) -> list[str]:
    """The place that the place is in, that one's, and so on: at most four, none twice."""
    found: list[str] = []
    nearest, about = source.thing, graph
    while len(found) < 4:
        wider = next((iri for iri in about.iris(nearest, WITHIN) if iri not in (*found, source.thing)), "")
        if not wider:
            break
        found.append(wider)
        nearest, about = wider, source.about(wider)
    return found


def _time(source: Source, naming: Naming, parts: Sequence[str]) -> Iterable[Row]:
    for label, name in (("thing_begin", "P82a_begin_of_the_begin"), ("thing_end", "P82b_end_of_the_end")):
        yield Row("", label, naming.values(source.graph.values(source.thing, iris.CRM + name)))
