"""SHACL's orders of values and limits (§4.3) and of pairs (§4.5.3, §4.5.4) as SPARQL has them.

pySHACL asks Python and rdflib: they fail at years before our era, put values of two kinds in an order, and compare the texts of IRIs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from pyshacl.constraints.core import value_range_constraints as ranges
from pyshacl.constraints.core.property_pair_constraints import LessThanConstraintComponent, LessThanOrEqualsConstraintComponent
from pyshacl.shape import Shape
from rdflib import BNode, Literal, URIRef
from rdflib.namespace import SH, XSD
from rdflib.term import Node

from pop_ld.validation.terms import at_most, below


class _Below(LessThanConstraintComponent):
    def _compare_lt(
        self, value_node_set: Iterable[Node], compare_values: Iterable[Node], datagraph: Any, f: Node
    ) -> tuple[bool, list[Any]]:
        return _compared(self, below, value_node_set, list(compare_values), datagraph, f)


class _AtMost(LessThanOrEqualsConstraintComponent):
    def _compare_ltoe(
        self, value_node_set: Iterable[Node], compare_values: Iterable[Node], datagraph: Any, f: Node
    ) -> tuple[bool, list[Any]]:
        return _compared(self, at_most, value_node_set, list(compare_values), datagraph, f)


def _compared(
    component: Any, holds: Callable[[str, str], bool], values: Iterable[Node], others: list[Node], data: Any, focus: Node
) -> tuple[bool, list[Any]]:
    """(whether one does not conform, a result for each pair that is not in order)."""
    results = [
        component.make_v_result(data, focus, value_node=value)
        for value in values
        for other in others
        if not holds(plain_of(value), plain_of(other))
    ]
    return bool(results), results


class _Range:
    """A limit of values."""

    predicate: URIRef
    holds: Callable[[str, str], bool]
    """Whether a value is within a limit."""

    def evaluate(self, executor: Any, target_graph: Any, focus_value_nodes: dict[Node, set[Node]], way: Any) -> tuple[bool, list[Any]]:
        """(whether all conform, a result for each value and limit beyond which it is)."""
        component: Any = self
        limits = [plain_of(limit) for limit in component.shape.sg.graph.objects(component.shape.node, self.predicate)]
        results = [
            component.make_v_result(target_graph, focus, value_node=value)
            for focus, values in focus_value_nodes.items()
            for value in values
            for limit in limits
            if not self.holds(plain_of(value), limit)
        ]
        return not results, results


def _range(own: type, predicate: URIRef, holds: Callable[[str, str], bool]) -> type:
    return type(own.__name__, (_Range, own), {"predicate": predicate, "holds": staticmethod(holds)})


_MADE = {
    SH.lessThan: _Below,
    SH.lessThanOrEquals: _AtMost,
    SH.minInclusive: _range(ranges.MinInclusiveConstraintComponent, SH.minInclusive, lambda value, limit: at_most(limit, value)),
    SH.minExclusive: _range(ranges.MinExclusiveConstraintComponent, SH.minExclusive, lambda value, limit: below(limit, value)),
    SH.maxInclusive: _range(ranges.MaxInclusiveConstraintComponent, SH.maxInclusive, at_most),
    SH.maxExclusive: _range(ranges.MaxExclusiveConstraintComponent, SH.maxExclusive, below),
}
ORDERS = _MADE.keys()
"""The properties of SHACL that ask for an order."""


def plain_of(term: Any) -> str:
    """A term of rdflib as :func:`pop_ld.validation.terms.plain` gives it."""
    if isinstance(term, Literal):
        tail = f"@{term.language}" if term.language else f"^^<{term.datatype}>" if term.datatype and term.datatype != XSD.string else ""
        return f'"{term}"{tail}'
    return f"_:{term}" if isinstance(term, BNode) else f"<{term}>"


@dataclass(frozen=True)
class _Parameter:
    """The parameter of an order, as pySHACL asks for it."""

    predicate: URIRef
    optional: bool = False

    def path(self) -> URIRef:
        return self.predicate


@dataclass(frozen=True, eq=False)
class _Order:
    """An order as a constraint component that pySHACL applies to shapes that have its parameter."""

    parameters: tuple[_Parameter]
    make_validator_for_shape: Callable[[Shape], Any]


def orders() -> set[Any]:
    """The components that take the place of pySHACL's own."""
    return {_Order((_Parameter(predicate),), made) for predicate, made in _MADE.items()}
