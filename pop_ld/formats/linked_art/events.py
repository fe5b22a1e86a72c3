"""What happened to a thing or a person, as Linked Art embeds it: production, acquisition, finding, use, attributions, life."""

from __future__ import annotations

from pop_ld import iris
from pop_ld.formats.linked_art import terms
from pop_ld.formats.linked_art.draft import Draft, Node, compact

_P = iris.CRM
_ATTRIBUTED = _P + "P140i_was_attributed_by"
_ASSIGNED = tuple(
    _P + name
    for name in (
        "P141_assigned",
        "P42_assigned",
        "P29_custody_received_by",
        "P28_custody_surrendered_by",
        "P11_had_participant",
        "P67_refers_to",
    )
)
_EVENTS = (
    ("produced_by", _P + "P108i_was_produced_by", "Production"),
    ("formed_by", _P + "P95i_was_formed_by", "Formation"),
    ("born", _P + "P98i_was_born", "Birth"),
    ("died", _P + "P100i_died_in", "Death"),
    ("changed_ownership_through", _P + "P24i_changed_ownership_through", "Acquisition"),
    ("encountered_by", terms.SCI + "O19i_was_object_encountered_through", "Encounter"),
    ("modified_by", _P + "P31i_was_modified_by", "Modification"),
    ("used_for", _P + "P16i_was_used_for", "Activity"),
    ("carried_out", _P + "P14i_performed", "Activity"),
)
_ONE = ("produced_by", "formed_by", "born", "died")
_YEARS = (("born", "Birth", iris.SCHEMA + "birthDate"), ("died", "Death", iris.SCHEMA + "deathDate"))
SAID = frozenset(predicate for _, predicate, _ in _EVENTS)
"""Properties of the thing that :func:`events` says."""


def events(draft: Draft) -> Node:
    """Property -> event, or events, of the thing."""
    made: Node = {}
    for name, predicate, kind in _EVENTS:
        found = [_event(draft, part, kind) for part in draft.graph.iris(draft.thing, predicate)]
        if found:
            made[name] = found[0] if name in _ONE else found
    for name, kind, predicate in _YEARS:
        years = draft.graph.texts(draft.thing, predicate)
        if years and name not in made:
            made[name] = {"type": kind, "_label": kind, "timespan": _year(years[0])}
    return made


def _year(year: str) -> Node:
    """A year alone (xsd:gYear) as a TimeSpan."""
    named: Node = {"type": "TimeSpan", "_label": year, "identified_by": [{"type": "Name", "content": year}]}
    whole = year.lstrip("-").isdigit() and len(year.lstrip("-")) >= 4
    return {**named, "begin_of_the_begin": f"{year}-01-01T00:00:00Z", "end_of_the_end": f"{year}-12-31T23:59:59Z"} if whole else named


def _event(draft: Draft, part: str, kind: str) -> Node:
    draft.seen.add(part)
    made: Node = {
        "type": kind,
        "_label": kind,
        "classified_as": draft.refs(part, _P + "P2_has_type", "Type") if kind not in ("Birth", "Death") else [],
        "referred_to_by": draft.notes(part),
        "took_place_at": draft.refs(part, _P + "P7_took_place_at", "Place"),
        "timespan": draft.timespan(part),
    }
    if kind not in ("Birth", "Death"):
        made |= {
            "carried_out_by": draft.actors(part, _P + "P14_carried_out_by"),
            "influenced_by": draft.refs(part, _P + "P15_was_influenced_by"),
            "technique": draft.refs(part, _P + "P32_used_general_technique", "Type"),
            "used_specific_object": draft.refs(part, _P + "P16_used_specific_object", "HumanMadeObject"),
        }
    if kind == "Production":
        made["part"] = [_event(draft, one, kind) for one in draft.graph.iris(part, _P + "P9_consists_of") if one != part]
    if kind == "Acquisition":
        made["transferred_title_to"] = draft.actors(part, _P + "P22_transferred_title_to")
        made["transferred_title_from"] = draft.actors(part, _P + "P23_transferred_title_from")
    return compact(made)


def attributions(draft: Draft, of: str) -> list[Node]:
    """What was attributed to a part of the thing (a former author of its production, a date's reason): Linked Art hangs it on the thing."""
    return [assignment(draft, _ATTRIBUTED, part) for part in draft.graph.iris(of, _ATTRIBUTED)]


def assignment(draft: Draft, predicate: str, part: str) -> Node:
    """A part that Linked Art embeds no other way, as an AttributeAssignment: protection, condition, custody, inscription, participation.

    What it gives the thing is ``assigned``; its kinds are those of the part, else the property by which the thing points at it. The time
    of a transfer of custody is left out: it is not that of the assignment.
    """
    draft.seen.add(part)
    kinds = draft.graph.iris(part, _P + "P2_has_type")
    given = [iri for name in _ASSIGNED for iri in draft.graph.iris(part, name)]
    spans = [iri for iri in given if "/temps/" in iri]
    draft.seen.update(spans)
    dates = draft.notes(part) + [_dated(draft, iri) for iri in spans]
    made: Node = {
        "type": "AttributeAssignment",
        "_label": terms.label(predicate) or iris.last_part(predicate),
        "classified_as": [draft.ref(kind, "Type") for kind in (kinds if given and kinds else [predicate])],
        "referred_to_by": dates,
        "carried_out_by": draft.actors(part, _P + "P14_carried_out_by"),
        "timespan": draft.timespan(part) if "P30i" not in predicate else {},
        "assigned": [draft.ref(iri) for iri in (given or kinds) if iri not in spans],
    }
    if given and predicate != _ATTRIBUTED:
        made["assigned_property"] = terms.table("assigned").get(predicate, "")
    return compact(made)


def _dated(draft: Draft, span: str) -> Node:
    """A date that was assigned: AnyRef knows no time-span, so that a statement says it."""
    label = draft.source.about(span).text(span, iris.RDFS + "label") or iris.last_part(span)
    return {"type": "LinguisticObject", "_label": "Date", "content": label, "classified_as": [draft.ref(_P + "P4_has_time-span", "Type")]}
