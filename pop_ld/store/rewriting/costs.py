"""What a join costs, by the exact counts of a release: rows that it gives, times that it looks into an index.

The counts are of single properties and classes; how they go together is estimated as is usual: of two sets of things the
smaller is thought to lie in the larger, and values to be spread evenly. Where that may be far out, an order of ours is
counted high and the engine's low, so that what looks better is better.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pop_ld.store.rewriting import names
from pop_ld.store.rewriting.blocks import Hop, Unit
from pop_ld.store.statistics import PropertyCount, Statistics

LOOK_UP = 3.0
"""Cost of one look into an index, where a row read on from there costs 1 (about 1.3 µs by measurement)."""
COMPARED = 0.02
"""Cost of one row of a VALUES that is compared (27 ns): the engine reads them all for each row that they are joined to."""
SKEW = 4.0
"""How many times more triples than on average a constant object may have, for an order of ours."""
FILTERED = 0.05
"""Share of the rows that each filter may leave, for the engine's order."""


@dataclass(slots=True)
class State:
    """What has been joined so far: the rows expected, the cost, and of each variable how many different values it has.

    ``kinds`` are the classes of subjects where they are known, ``having`` the properties of the first pattern of a subject.
    """

    rows: float = 1.0
    values: dict[str, float] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    having: dict[str, tuple[str, ...]] = field(default_factory=dict)
    cost: float = 0.0


@dataclass(frozen=True, slots=True)
class Model:
    """A release's counts, and how far a constant object may be from the average."""

    counts: Statistics
    skew: float = 1.0

    def joined(self, state: State, unit: Unit) -> State:
        """The state after one more unit, a path walked from the end that is known."""
        after = State(state.rows, dict(state.values), dict(state.kinds), dict(state.having), state.cost)
        if not unit.hops:
            return self._with_data(after, unit)
        first, last = unit.hops[0], unit.hops[-1]
        turned = not any(is_bound(term, after) for term in first_terms(first)) and any(is_bound(term, after) for term in first_terms(last))
        for hop in reversed(unit.hops) if turned else unit.hops:
            self.join_hop(after, hop)
        return after

    def _with_data(self, state: State, unit: Unit) -> State:
        """``VALUES`` are read whole for each row, a sub-select of them once."""
        shared = [state.values[name] for name in unit.variables if name in state.values]
        before, state.rows = state.rows, state.rows * unit.rows / max([unit.rows, *shared] if shared else [1])
        state.cost += state.rows + (before + unit.rows if unit.hashed else before * unit.rows * COMPARED)
        for name in unit.variables:
            state.values[name] = max(min(state.values.get(name, unit.rows), unit.rows, state.rows), 1e-9)
        return state

    def join_hop(self, state: State, hop: Hop) -> None:
        """Adds one triple pattern to what has been joined."""
        of = self._of(hop)
        before, state.rows = state.rows, state.rows * self.matches(state, hop)
        state.cost += before * LOOK_UP + state.rows
        for term, distinct in ((hop.subject, of.subjects), (hop.object, of.objects)):
            if term[0] == "?":
                state.values[term] = max(min(state.values.get(term, distinct), distinct, state.rows), 1e-9)
        if hop.kind and self.counts.classes.get(state.kinds.get(hop.subject, ""), of.triples + 1) > of.triples:
            state.kinds[hop.subject] = hop.kind
        elif not hop.kind:
            state.having.setdefault(hop.subject, hop.properties)

    def matches(self, state: State, hop: Hop) -> float:
        """How many triples match a pattern, on average for each row so far."""
        of = self._of(hop)
        if not of.triples:
            return 0.0
        found = float(of.triples)
        if hop.object[0] != "?":
            found *= 1.0 if hop.kind else min(self.skew / of.objects, 1.0)
        elif hop.object in state.values:
            found /= max(of.objects, state.values[hop.object])
        if not is_bound(hop.subject, state):
            return found
        together = self._together(state, hop)
        return found / of.triples * together if together is not None else found / max(of.subjects, state.values.get(hop.subject, 1.0))

    def _together(self, state: State, hop: Hop) -> float | None:
        """Of a subject with a class and a property, the triples for each row where one is joined to the other: these are counted."""
        kind = hop.kind or state.kinds.get(hop.subject, "")
        properties = state.having.get(hop.subject, ()) if hop.kind else hop.properties
        if kind not in self.counts.partitions or not properties:
            return None
        both = sum(self.counts.partitions[kind].get(iri, 0) for iri in properties)
        known = [self.counts.properties[iri].triples for iri in properties if iri in self.counts.properties]
        return both / max(sum(known) if hop.kind else self.counts.classes.get(kind, 0), 1)

    def _of(self, hop: Hop) -> PropertyCount:
        """The counts of the triples that the pattern may match; those of a class are its instances."""
        if hop.kind:
            instances = self.counts.classes.get(hop.kind, 0)
            return PropertyCount(instances, instances, 1)
        found = [self.counts.properties[iri] for iri in hop.properties if iri in self.counts.properties]
        return PropertyCount(sum(of.triples for of in found), sum(of.subjects for of in found), sum(of.objects for of in found))


def first_terms(hop: Hop) -> tuple[str, str]:
    """Both ends of a pattern."""
    return hop.subject, hop.object


def is_bound(term: str, state: State) -> bool:
    """Whether a term is known before the join: a constant, or a variable that has values."""
    return term[0] != "?" or term in state.values


def engine_cost(units: Sequence[Unit], filters: Iterable[frozenset[str]], counts: Statistics) -> float:
    """What the engine's own order costs, filters as early as their variables are known."""
    model, state = Model(counts), State()
    mine = frozenset(name for unit in units for name in unit.variables)
    waiting = [used & mine for used in filters]
    for part in engine_order(units):
        if isinstance(part, Hop):
            model.join_hop(state, part)
        else:
            state = model.joined(state, part)
        later = [used for used in waiting if not used <= state.values.keys()]
        state.rows *= FILTERED ** (len(waiting) - len(later))
        waiting = later
    return state.cost


def engine_order(units: Sequence[Unit]) -> list[Hop | Unit]:
    """The order that the engine takes: by which ends of a pattern are known, without counts (sparopt 0.3, greedy).

    Of equals it takes the first in the order of the text.
    """
    left: list[Hop | Unit] = [part for unit in units for part in (unit.hops or (unit,))]
    order: list[Hop | Unit] = []
    known: set[str] = set()
    while left:
        chosen = min((part for part in left if _variables(part) & known), key=lambda part: _guess(part, known), default=None)
        chosen = chosen or min(left, key=lambda part: _guess(part, set()))
        order.append(chosen)
        left.remove(chosen)
        known |= _variables(chosen)
    return order


def _variables(part: Hop | Unit) -> set[str]:
    return {term for term in (part.subject, part.object) if term[0] == "?"} if isinstance(part, Hop) else set(part.variables)


def _guess(part: Hop | Unit, known: set[str]) -> int:
    """sparopt's estimate of a pattern's size: a constant counts as known, rdf:type gives one more than others."""
    if isinstance(part, Unit):
        return part.rows // 1_000 ** len(part.variables & known) if part.hashed else part.rows
    subject, object = (term[0] != "?" or term in known for term in (part.subject, part.object))
    size = 1 if subject and object else 10 if subject else 1_000 if object else 1_000_000
    return size * len(part.properties) + (part.properties == (names.TYPE,))
