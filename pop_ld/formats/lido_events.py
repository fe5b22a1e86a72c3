"""The events of a notice in LIDO: production, acquisition, finding, protection …, from the parts of its graph and the texts on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode

from pop_ld import iris
from pop_ld.formats.lido_rules import Said, parts_in
from pop_ld.formats.lido_things import Things
from pop_ld.formats.lido_xml import Field, Idea, Node, appellation, concept, identifier, term, texts

_ORDER = (
    "eventName",
    "eventActor",
    "culture",
    "eventDate",
    "periodName",
    "eventPlace",
    "eventMethod",
    "eventMaterialsTech",
    "thingPresent",
)
"""Children of ``lido:event`` after its type, in the order of the schema; notes come last."""
_DONE_BY = {
    "P14_carried_out_by": (),
    "P11_had_participant": (),
    "P29_custody_received_by": (Literal("dépositaire", language="fr"), Literal("custodian", language="en")),
    "P141_assigned": (),
}
_NO_FIELD = Field()


@dataclass(slots=True)
class Event:
    """One event while it is put together; ``dates`` are its spans: each beyond the first makes an event set of its own."""

    kind: str
    iri: str = ""
    children: dict[str, list[Node]] = field(default_factory=dict)
    dates: list[Node] = field(default_factory=list)
    shown: list[tuple[Literal, Field]] = field(default_factory=list)
    notes: list[tuple[Literal, Field]] = field(default_factory=list)

    def child(self, name: str) -> Node:
        made = Node(name)
        self.children.setdefault(name, []).append(made)
        return made

    def sets(self) -> Iterator[Node]:
        """``lido:eventSet`` elements."""
        kind = term(f"event/{self.kind}")
        made = Node("eventSet")
        event = made.add("event")
        if self.iri:
            identifier(event, "eventID", self.iri, uri=True)
        concept(event, "eventType", kind.idea)
        self._date()
        for name in _ORDER:
            event.put(*self.children.get(name, ()))
        for note, source in self.notes:
            texts(event.add("eventDescriptionSet"), "descriptiveNoteValue", [note], source)
        event.content = [child for child in event.content if isinstance(child, str) or child.content]
        yield made
        for date in self.dates[1:]:
            more = Node("eventSet")
            event = more.add("event")
            concept(event, "eventType", kind.idea)
            event.put(Node("eventDate").put(date))
            yield more

    def _date(self) -> None:
        made = Node("eventDate")
        for text, source in self.shown:
            texts(made, "displayDate", [text], source)
        made.put(*self.dates[:1])
        if made.content:
            self.children["eventDate"] = [made]


class Events:
    """All events of one notice, in the order in which they were first spoken of."""

    def __init__(self, things: Things) -> None:
        self._things = things
        self._made: list[Event] = []

    def of(self, kind: str) -> Event:
        """The first event of a kind, made where there is none."""
        for event in self._made:
            if event.kind == kind:
                return event
        self._made.append(Event(kind))
        return self._made[-1]

    def nodes(self) -> Iterator[Node]:
        for event in self._made:
            yield from event.sets()

    def add(self, said: Said) -> None:
        """A part that is an event, or what takes part in one."""
        iri = said.value.value
        if isinstance(said.value, Literal):
            self.of(said.option).notes.append((said.value, said.field))
        elif self._things.is_part(iri) and said.option != "provenance":
            event = Event(said.option, iri)
            self._made.append(event)
            self._walk(event, iri, 0)
        else:
            self._belongs(self.of(said.option), said.value, said.field)

    # What a part says --------------------------------------------------------------------------------------------------------

    def _walk(self, event: Event, part: str, depth: int) -> None:
        roles = [v.value for v in self._things.source.graph.values(part, iris.CRM + "P2_has_type") if isinstance(v, NamedNode)]
        for predicate, values in parts_in(self._things.source, part):
            name = iris.last_part(predicate).replace(" ", "_")
            for value in values:
                if isinstance(value, Literal):
                    event.notes.append((value, _NO_FIELD))
                elif name in _DONE_BY and self._things.kind(value.value) != "temps":
                    self.actor(event, value.value, [self._things.idea(role) for role in roles] if depth else _role(name))
                elif name == "P15_was_influenced_by":
                    self.actor(event, value.value, [self._things.idea(role) for role in roles] if depth else (), after=True)
                elif name == "P2_has_type" and depth:
                    continue  # the role of who acted, which the actor has
                elif name == "P177_assigned_property_of_type":
                    continue  # that it was the author who was attributed is what the event's kind says
                elif self._things.is_part(value.value) and not self._place(value.value):
                    if depth < 3:
                        self._walk(event, value.value, depth + 1)
                else:
                    self._belongs(event, value, _NO_FIELD, assigned=name == "P42_assigned")

    def _place(self, part: str) -> bool:
        return iris.CRM + "E53_Place" in self._things.source.graph.iris(part, iris.RDF + "type")

    def _belongs(self, event: Event, value: NamedNode | Literal, field: Field, assigned: bool = False) -> None:
        iri, things = value.value, self._things
        kind = things.kind(iri)
        if things.is_part(iri) and not self._place(iri):
            event.notes += [(text, field) for text in things.said_by(iri)]
        elif kind in ("agent", "autor", "museo"):
            self.actor(event, iri, [Idea((), _both(field))] if field.fr else ())
        elif kind == "lieu" or things.is_part(iri):
            things.place(event.child("eventPlace"), "place", iri)
        elif kind == "temps":
            self.date(event, iri)
        elif kind not in ("", "concept"):
            things.object(event.child("thingPresent"), iri)
        else:
            if assigned:
                names = Node("x")
                appellation(names, "eventName", things.labels(iri))
                event.children.setdefault("eventName", []).extend(n for n in names.content if isinstance(n, Node))
            method = Node("x")
            concept(method, "eventMethod", things.idea(iri, field))
            event.children.setdefault("eventMethod", []).extend(n for n in method.content if isinstance(n, Node))

    def actor(self, event: Event, iri: str, roles: Sequence[Idea], after: bool = False) -> None:
        """Somebody in an event, with the roles and, for whose work it follows, what qualifies the attribution."""
        made = event.child("eventActor")
        texts(made, "displayActorInRole", self._things.labels(iri)[:1])
        within = made.add("actorInRole")
        self._things.actor(within, iri)
        for role in roles:
            concept(within, "roleActor", role)
        if after:
            concept(within, "attributionQualifierActor", term("after").idea)

    def date(self, event: Event, iri: str) -> None:
        """When an event was; a span without bounds known is said by its name."""
        date = self._things.date(iri)
        if date.content:
            event.dates.append(date)
        else:
            event.shown += [(label, _NO_FIELD) for label in self._things.labels(iri)[:1]]


def _role(name: str) -> Sequence[Idea]:
    return [Idea((), _DONE_BY[name])] if _DONE_BY[name] else ()


def _both(field: Field) -> tuple[Literal, ...]:
    pairs = ((field.fr, "fr"), (field.en, "en"))
    return tuple(Literal(text, language=lang) for text, lang in pairs if text)


def gather(things: Things, slots: Mapping[str, Sequence[Said]]) -> list[Node]:
    """The ``lido:eventSet`` elements of a notice."""
    events = Events(things)
    for said in slots.get("event", ()):
        events.add(said)
    _production(events, things, slots)
    for said in slots.get("event-note", ()):
        events.of(said.option).notes.append((_text(said), said.field))
    return list(events.nodes())


def _text(said: Said) -> Literal:
    return said.value if isinstance(said.value, Literal) else Literal(said.value.value)


def _production(events: Events, things: Things, slots: Mapping[str, Sequence[Said]]) -> None:
    for said in slots.get("actor", ()):
        role = () if said.option else [Idea((), _both(said.field))]
        events.actor(events.of("production"), said.value.value, role, after=said.option == "after")
    _written_actors(events, slots.get("actor-text", ()))
    for slot, name in (("culture", "culture"), ("period", "periodName")):
        for said in slots.get(slot, ()):
            _indexed(events.of("production"), things, name, said)
    for said in slots.get("date-text", ()):
        events.of("production").shown.append((_text(said), said.field))
    for said in slots.get("place-text", ()):
        texts(events.of("production").child("eventPlace"), "displayPlace", [_text(said)], said.field)
    for said in slots.get("place-of", ()):
        things.place(events.of("production").child("eventPlace"), "place", said.value.value)
    for said in slots.get("year", ()):
        _year(events.of("production"), said.value.value)
    _materials(events, things, slots)


def _written_actors(events: Events, found: Sequence[Said]) -> None:
    """The authors as the producer wrote them: in place of the name of the only one, else before all of them."""
    if not found:
        return
    event = events.of("production")
    actors = event.children.setdefault("eventActor", [])
    holder = Node("eventActor")
    for said in found:
        texts(holder, "displayActorInRole", [_text(said)], said.field)
    if len(actors) == 1 == len(found):
        actors[0].content[:1] = holder.content
    else:
        actors.insert(0, holder)


def _indexed(event: Event, things: Things, name: str, said: Said) -> None:
    holder = Node("x")
    concept(holder, name, things.idea(said.value.value, said.field) if isinstance(said.value, NamedNode) else Idea((), (said.value,)))
    event.children.setdefault(name, []).extend(node for node in holder.content if isinstance(node, Node))


def _year(event: Event, year: str) -> None:
    """A year that the notice says in one word, where no span of the event has it already."""
    if not event.dates:
        event.dates.append(Node("date").put(Node("earliestDate", year), Node("latestDate", year)))


def _materials(events: Events, things: Things, slots: Mapping[str, Sequence[Said]]) -> None:
    shown, found = slots.get("material-text", ()), slots.get("material", ())
    if not shown and not found:
        return
    made = events.of("production").child("eventMaterialsTech")
    for said in shown:
        texts(made, "displayMaterialsTech", [_text(said)], said.field)
    index = Node("materialsTech")
    for said in found:
        if isinstance(said.value, NamedNode):
            concept(index, "termMaterialsTech", things.idea(said.value.value, said.field))
        else:
            texts(made, "displayMaterialsTech", [said.value], said.field)
    made.put(index)
