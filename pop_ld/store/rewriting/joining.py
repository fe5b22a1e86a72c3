"""Join order by the counts of a release, where they say that the engine's own order is clearly worse.

The engine orders joins by which ends of a pattern are known, and takes the patterns of an EXISTS as they come, each read whole
for every row. ``LATERAL`` (SEP-0006) says the order: ``A LATERAL { B }`` looks B up for each solution of A. For triple patterns
and ``VALUES`` that is the join of A and B, so only the order of the solutions may change.
See docs/decisions/20261124-join-order.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf

from tree_sitter import Node

from pop_ld.store.rewriting import names
from pop_ld.store.rewriting.blocks import Block, Unit, read, term
from pop_ld.store.rewriting.costs import SKEW, Model, State, engine_cost
from pop_ld.store.rewriting.tree import Edit, Tree, edited
from pop_ld.store.statistics import Statistics

MOST_UNITS = 20
"""Patterns of a group from which on its order is left alone: the search takes up to their cube."""

_LEFT_ALONE = ("dataset_clause", "values_clause", "service_graph_pattern")
_ELSEWHERE = ("graph_graph_pattern", "service_graph_pattern")
"""Inside these the counts, which are of the default graph, say nothing."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """From where on another order is taken: so many times cheaper than the engine's, and the engine's of at least this cost.

    ``worth`` is for a group by itself (5,000 is some 7 ms), ``worth_a_row`` inside an EXISTS for each row that it is asked about.
    """

    margin: float = 3.0
    worth: float = 5_000.0
    worth_a_row: float = 100.0

    def most(self, written: float) -> float:
        """What another order may cost at most."""
        return written / self.margin if self.margin else inf


def rewritten(tree: Tree, statistics: Statistics, bounds: Bounds = Bounds()) -> str | None:
    """The query with a better join order; None where none is known.

    ``statistics`` are those of the default graph that the query is asked of: a query with FROM is left alone, and one with a
    dataset of the protocol is not to be given.
    """
    groups = tree.all_of("group_graph_pattern", *_LEFT_ALONE)
    if any(node.type in _LEFT_ALONE for node in groups) or b"LATERAL" in tree.text.upper():
        return None
    known = names.prefixes(tree)
    edits: list[Edit] = []
    for group in groups:
        kinds = _above(group)
        if any(kind in kinds for kind in _ELSEWHERE) or _within(group, edits):
            continue
        if kinds[0] in ("exists_func", "not_exists_func"):
            edits += _asked(tree, group, known, statistics, bounds)
        elif kinds[0] in ("where_clause", "minus_graph_pattern") and not {"exists_func", "not_exists_func"} & set(kinds):
            edits += _alone(tree, group, known, statistics, bounds)
    return edited(tree, edits) if edits else None


def _above(node: Node) -> list[str]:
    """The kinds of the nodes that hold this one, the nearest first."""
    found = []
    while node.parent:
        node = node.parent
        found.append(node.type)
    return found


def _within(group: Node, edits: Sequence[Edit]) -> bool:
    return any(start < group.end_byte and group.start_byte < end for start, end, _ in edits)


def _alone(tree: Tree, group: Node, known: Mapping[str, str], statistics: Statistics, bounds: Bounds) -> list[Edit]:
    """The edits of a group that is evaluated by itself."""
    block = read(tree, group, known)
    if block is None or not 1 < len(block.units) <= MOST_UNITS or not _connected(block.units):
        return []
    written = engine_cost(block.units, block.filters, statistics)
    if written < bounds.worth:
        return []
    return _edits(block, _best(block.units, State(), Model(statistics, SKEW), bounds.most(written)))


def _asked(tree: Tree, group: Node, known: Mapping[str, str], statistics: Statistics, bounds: Bounds) -> list[Edit]:
    """The edits of a group that an EXISTS asks for each row: the variables outside it have values."""
    block = read(tree, group, known)
    if block is None or any(not unit.hops for unit in block.units):
        return []
    units = _hops(tree, block)
    start = State(values=dict.fromkeys(_outside(tree, group), float(statistics.subjects)))
    if not 1 < len(units) <= MOST_UNITS or not _connected(units):
        return []
    model = Model(statistics)
    written = sum(model.matches(start, hop) for unit in units for hop in unit.hops)
    if written < bounds.worth_a_row:
        return []
    return _edits(block, _best(units, start, Model(statistics, SKEW), bounds.most(written)))


def _outside(tree: Tree, group: Node) -> set[str]:
    """The variables of the group around an EXISTS, those of the EXISTS apart."""
    around = group.parent
    while around and around.type not in ("group_graph_pattern", "sub_select", "select_query"):
        around = around.parent
    found = tree.find("var", around) if around else ()
    return {term(tree, node) for node in found if not group.start_byte <= node.start_byte < group.end_byte}


def _hops(tree: Tree, block: Block) -> list[Unit]:
    """Each hop of the paths as a unit; what is between two hops gets a variable that the query has not."""
    prefix = "?hop"
    while prefix.encode()[1:] in tree.text:
        prefix += "_"
    units = []
    for hop in (hop for unit in block.units for hop in unit.hops):
        ends = [prefix + end[1:].replace(" ", "_") if " " in end and end[0] == "?" else end for end in (hop.subject, hop.object)]
        text = f"{ends[0]} {'|'.join(f'<{iri}>' for iri in hop.properties)} {ends[1]}"
        units.append(Unit(text, (hop,), frozenset(end for end in (hop.subject, hop.object) if end[0] == "?")))
    return units


def _connected(units: Sequence[Unit]) -> bool:
    """Whether each unit shares a variable with another, all in one piece: two pieces are the engine's to multiply."""
    reached, left = set(units[0].variables), list(units[1:])
    while left:
        near = next((unit for unit in left if unit.variables & reached), None)
        if near is None:
            return False
        reached |= near.variables
        left.remove(near)
    return True


def _best(units: Sequence[Unit], start: State, model: Model, most: float) -> list[Unit]:
    """The cheapest order that a greedy walk finds from each first unit; [] where none costs at most so much.

    ``VALUES`` stay before all triples, as LATERAL wants.
    """
    first = [unit for unit in units if not unit.hops]
    for unit in first:
        start = model.joined(start, unit)
    rest = [unit for unit in units if unit.hops]
    best: list[Unit] = []
    for chosen in rest:
        cost, order = _walk(start, rest, chosen, model, most)
        if cost <= most:
            best, most = first + order, cost
    return best


def _walk(state: State, units: Sequence[Unit], chosen: Unit, model: Model, most: float) -> tuple[float, list[Unit]]:
    """(cost, order); the walk ends early where it costs more than ``most``."""
    left, order = list(units), [chosen]
    left.remove(chosen)
    state = model.joined(state, chosen)
    while left and state.cost <= most:
        near = [unit for unit in left if unit.variables & state.values.keys()] or left
        after, chosen = min(((model.joined(state, unit), unit) for unit in near), key=lambda one: (one[0].rows, one[0].cost))
        state = after
        left.remove(chosen)
        order.append(chosen)
    return state.cost, order


def _edits(block: Block, order: Sequence[Unit]) -> list[Edit]:
    """All patterns at the place of the first, in their order; nothing at the others' places, nor of their full stops."""
    if not order:
        return []
    texts = [unit.text for unit in order]
    values = sum(not unit.hops for unit in block.units)
    chain = " ".join([*texts[: values + 1], *(f"LATERAL {{ {text} }}" for text in texts[values + 1 :])])
    first, *others = sorted(block.places, key=lambda node: (node.type == ".", node.start_byte))
    return [(first.start_byte, first.end_byte, chain), *((node.start_byte, node.end_byte, " ") for node in others)]
