"""The documents themselves: what every thing has, then what an object, an actor, a place or a concept has of its own."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import Literal

from pop_ld import iris
from pop_ld.formats.linked_art import terms
from pop_ld.formats.linked_art.draft import Draft, Node, compact
from pop_ld.formats.linked_art.events import SAID as EVENTS
from pop_ld.formats.linked_art.events import assignment, attributions
from pop_ld.formats.linked_art.images import SAID as IMAGES
from pop_ld.formats.linked_art.images import representation, web_pages
from pop_ld.relations import mirrors

LISTED = 100
"""Most things that one relation lists; the others are in the document's other formats."""

_P = iris.CRM
_OWN = (*(iris.SKOS + name for name in ("exactMatch", "broader", "inScheme")), _P + "P1_is_identified_by", _P + "P89_falls_within")
_LABELS = (iris.RDFS + "label", iris.SKOS + "prefLabel")


def common(draft: Draft, kind: str, label: str) -> Node:
    """What every record may have; statements and relations are added last, by :func:`rest`."""
    same = dict.fromkeys([*draft.graph.iris(draft.thing, iris.SKOS + "exactMatch"), *draft.source.same])
    equivalent = [{"id": iri, "type": kind, "_label": label} for iri in same]
    draft.seen.update(node["id"] for node in equivalent)
    return {
        "identified_by": _identified(draft, label),
        "classified_as": _by(draft, _P + "P2_has_type", "Type"),
        "equivalent": equivalent,
        "representation": representation(draft),
        "subject_of": web_pages(draft),
    }


def _by(draft: Draft, predicate: str, kind: str = "") -> list[Node]:
    """References to the values of a property and of those below it in the ontology, once each."""
    graph = draft.graph
    found = dict.fromkeys(
        iri for name in graph.predicates(draft.thing) if predicate in terms.over(name) for iri in graph.iris(draft.thing, name)
    )
    return [draft.ref(iri, kind) for iri in found]


def _identified(draft: Draft, label: str) -> list[Node]:
    """Names, the primary one first, then identifiers; the label is the primary name where the triples have none."""
    graph, role = draft.graph, terms.table("role")
    made = [node for part in sorted(graph.iris(draft.thing, _P + "P1_is_identified_by"), key=_ranked) for node in _appellation(draft, part)]
    names = [node for node in made if node["type"] == "Name"]
    if not any(_is(node, role["primary-name"]) for node in names):
        labels = [text for predicate in _LABELS for text in draft.literals(draft.thing, predicate)] or [Literal(label)]
        names += [draft.name(text, [role["primary-name"]]) for text in dict.fromkeys(labels)]
    spellings = {node["content"] for node in names}
    others = draft.literals(draft.thing, iris.SKOS + "altLabel") + draft.literals(draft.thing, iris.SCHEMA + "alternateName")
    names += [draft.name(text, [role["alternate-name"]]) for text in others if text.value not in spellings]
    names.sort(key=lambda node: not _is(node, role["primary-name"]))
    system = [draft.identifier(text, [role["system-number"]]) for text in graph.texts(draft.thing, iris.DCTERMS + "identifier")]
    return [*names, *(node for node in made if node["type"] == "Identifier"), *system]


def _is(node: Node, kind: str) -> bool:
    return any(one["id"] == kind for one in node.get("classified_as", ()))


def _ranked(part: str) -> tuple[str, int]:
    stem, _, number = part.rpartition("-")
    return (stem, int(number)) if number.isdigit() else (part, 0)


def _appellation(draft: Draft, part: str) -> list[Node]:
    """A part as a Name or an Identifier; [] where it has no content."""
    draft.seen.add(part)
    stem = part.partition("#")[2].split("-")[0]
    fallback = terms.table("part").get(stem, "")
    kinds = draft.graph.iris(part, _P + "P2_has_type") or ([fallback] if fallback else [])
    texts = draft.literals(part, _P + "P190_has_symbolic_content")
    number = _P + "E42_Identifier" in draft.graph.iris(part, iris.RDF + "type") or (stem == "inv" and bool(texts))
    if number:
        return [draft.identifier(text.value, kinds or [terms.table("role")["number"]], draft.notes(part)) for text in texts]
    inner = [node for one in draft.graph.iris(part, _P + "P106_is_composed_of") for node in _appellation(draft, one)]
    return [draft.name(text, kinds, inner) for text in texts]


def an_object(draft: Draft, made: Node) -> Node:
    """A HumanMadeObject: works, objects, buildings, photographs, manuscripts, illuminations."""
    holdings = [iri for iri in draft.graph.iris(draft.thing, _P + "P46i_forms_part_of") if "/id/concept/" in iri]
    made["member_of"] = [draft.ref(iri, "Set") for iri in holdings]
    made["dimension"] = [node for part in draft.graph.iris(draft.thing, _P + "P43_has_dimension") for node in _dimension(draft, part)]
    made["made_of"] = _by(draft, _P + "P45_consists_of", "Material")
    wholes = [iri for iri in _values(draft, (_P + "P46i_forms_part_of", iris.DCTERMS + "isPartOf")) if iri not in holdings]
    made["part_of"] = draft.ref(wholes[0], "HumanMadeObject") if wholes else {}
    made["current_owner"] = draft.actors(draft.thing, _P + "P52_has_current_owner")
    made["current_custodian"] = [draft.ref(iri, draft.actor_kind(iri)) for iri in _values(draft, (_P + "P50_has_current_keeper",))]
    here = _values(draft, (_P + "P55_has_current_location",)) or (
        _values(draft, (_P + "P53_has_former_or_current_location",)) if draft.graph.iris(draft.thing, _P + "P156_occupies") else []
    )
    made["current_location"] = draft.ref(here[0], "Place") if here else {}
    shown = _P + "P65_shows_visual_item"
    made["shows"] = [draft.ref(iri, "VisualItem") for iri in draft.graph.iris(draft.thing, shown)]
    made["carries"] = [draft.ref(iri, "LinguisticObject") for iri in draft.graph.iris(draft.thing, _P + "P128_carries")]
    return made


def _values(draft: Draft, predicates: Iterable[str]) -> list[str]:
    """Values of the properties and of those below them in the ontology."""
    graph, wanted = draft.graph, set(predicates)
    names = [name for name in graph.predicates(draft.thing) if wanted & terms.over(name)]
    names.sort(key=lambda name: name not in wanted)
    return list(dict.fromkeys(iri for name in names for iri in graph.iris(draft.thing, name)))


def _dimension(draft: Draft, part: str) -> list[Node]:
    draft.seen.add(part)
    values, units = draft.graph.texts(part, _P + "P90_has_value"), draft.graph.iris(part, _P + "P91_has_unit")
    if not values or not units:
        return []
    number, kinds = float(values[0]), draft.refs(part, _P + "P2_has_type", "Type")
    unit = draft.ref(units[0], "MeasurementUnit")
    notes = draft.graph.texts(part, _P + "P3_has_note")
    made: Node = {"type": "Dimension", "_label": " ".join([*(kind["_label"] for kind in kinds), values[0], unit["_label"]])}
    made["identified_by"] = [{"type": "Name", "content": note} for note in notes]
    made |= {"classified_as": kinds, "value": int(number) if number.is_integer() else number, "unit": unit}
    return [compact(made)]


def an_actor(draft: Draft, made: Node) -> Node:
    """A Person or a Group: authors, museums, owners."""
    made["residence"] = draft.refs(draft.thing, _P + "P74_has_current_or_former_residence", "Place")
    contacts = []
    for part in draft.graph.iris(draft.thing, _P + "P76_has_contact_point"):
        draft.seen.add(part)
        texts = draft.graph.texts(part, _P + "P190_has_symbolic_content")
        contacts += [draft.identifier(text, [terms.table("role")["street-address"]]) for text in texts]
    for code, kind in terms.table("contact").items():
        contacts += [draft.identifier(text, [kind]) for text in draft.graph.texts(draft.thing, iris.ONTOLOGY + code)]
    made["contact_point"] = contacts
    return made


def a_place(draft: Draft, made: Node) -> Node:
    made["defined_by"] = draft.graph.text(draft.thing, _P + "P168_place_is_defined_by")
    made["part_of"] = draft.refs(draft.thing, _P + "P89_falls_within", "Place")
    return in_scheme(draft, made)


def a_concept(draft: Draft, made: Node) -> Node:
    made["broader"] = draft.refs(draft.thing, iris.SKOS + "broader", "Type")
    return in_scheme(draft, made)


def in_scheme(draft: Draft, made: Node) -> Node:
    made["member_of"] = [*made.get("member_of", ()), *draft.refs(draft.thing, iris.SKOS + "inScheme", "Set")]
    return made


def rest(draft: Draft) -> Node:
    """What the document does not say yet: each text as a statement, each thing as an AttributeAssignment."""
    return {"referred_to_by": _statements(draft), "attributed_by": _relations(draft)}


def _statements(draft: Draft) -> list[Node]:
    made: list[Node] = []
    unsaid = terms.table("unsaid")
    for predicate in draft.graph.predicates(draft.thing):
        if predicate not in unsaid:
            kind = terms.statement_kind(predicate) if predicate.startswith(iris.ONTOLOGY) else ""
            kinds = [predicate, kind] if kind else [predicate]
            if predicate == iris.DCTERMS + "rights":
                kinds = [terms.table("role")["rights"]]
            made += [draft.statement(text, kinds, terms.label(predicate)) for text in draft.texts(predicate)]
    return made + _of_parts(draft)


def _of_parts(draft: Draft) -> list[Node]:
    """Texts of parts that would be records of their own: geometries, parcels of land, the folio."""
    graph, made = draft.graph, []
    for part in sorted(part for part in set(graph.objects()) if part.startswith(f"{draft.thing}#")):
        made += [draft.statement(text, [terms.GEO + "asWKT"]) for text in draft.literals(part, terms.GEO + "asWKT")]
        if _P + "E53_Place" in graph.iris(part, iris.RDF + "type"):
            parcels = sorted(graph.iris(part, _P + "P1_is_identified_by"), key=_ranked)
            numbers = [text for one in parcels for text in draft.literals(one, _P + "P190_has_symbolic_content")]
            made += [draft.statement(text, [terms.table("role")["parcel"]]) for text in numbers]
    for part in graph.iris(draft.thing, _P + "P56i_is_found_on"):
        draft.seen.add(part)
        made += [draft.statement(text, [terms.table("role")["foliation"]]) for text in draft.literals(part, iris.RDFS + "label")]
    return made


def _relations(draft: Draft) -> list[Node]:
    """The thing's properties whose values the document has not named yet, the site's own before the shortcuts of other vocabularies."""
    graph, made = draft.graph, []
    for part in dict.fromkeys(iri for predicate in EVENTS for iri in graph.iris(draft.thing, predicate)):
        made += attributions(draft, part)
    passed = {*terms.table("unsaid"), *EVENTS, *IMAGES, *_OWN, *mirrors(), _P + "P156_occupies"}
    names = [name for name in graph.predicates(draft.thing) if not passed & terms.over(name)]
    for predicate in sorted(names, key=lambda name: (name.startswith(iris.DCTERMS), not name.startswith(iris.CRM), name)):
        values = [iri for iri in graph.iris(draft.thing, predicate) if iri not in draft.seen]
        parts = [iri for iri in values if iri.startswith(f"{draft.thing}#") and graph.predicates(iri) and draft.kind(iri) == "Type"]
        made += [assignment(draft, predicate, part) for part in parts]
        if others := [iri for iri in values if iri not in parts][:LISTED]:
            made.append(_relation(draft, predicate, others))
    for part in graph.iris(draft.thing, _P + "P128_carries"):
        if graph.values(part, _P + "P67_refers_to"):
            made.append(assignment(draft, _P + "P128_carries", part))
    return made


def _relation(draft: Draft, predicate: str, values: list[str]) -> Node:
    made: Node = {
        "type": "AttributeAssignment",
        "_label": terms.label(predicate) or iris.last_part(predicate),
        "classified_as": [draft.ref(predicate, "Type")],
        "assigned": [draft.ref(iri) for iri in values],
    }
    named = next((found for name in sorted(terms.over(predicate)) if (found := terms.table("assigned").get(name))), "")
    return compact({**made, "assigned_property": named})
