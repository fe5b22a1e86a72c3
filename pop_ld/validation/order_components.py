"""SHACL's orders of values and limits (§4.3) and of pairs (§4.5.3, §4.5.4) as SPARQL has them.

pySHACL asks Python and rdflib: they fail at years before our era, put values of two kinds in an order, and compare the texts of IRIs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pyshacl.constraints.core import property_pair_constraints as pairs
from pyshacl.constraints.core import value_range_constraints as ranges
from pyshacl.shape import Shape
from rdflib import BNode, Literal, URIRef
from rdflib.namespace import SH, XSD
from rdflib.term import Node

from pop_ld.validation.sparql_components import Parameter
from pop_ld.validation.terms import at_most, below


class _Ordered:
    """In the place of a component's own evaluation: each value node has to stand in an order to some others."""

    predicate: URIRef
    holds: Callable[[str, str], bool]
    """Of a value node and another, as plain terms."""
    of_focus: bool
    """Whether the parameter names a property of the focus node, whose values are the others; else it is the other."""

    def evaluate(self, executor: Any, target_graph: Any, focus_value_nodes: dict[Node, set[Node]], way: Any) -> tuple[bool, list[Any]]:
        """(whether all conform, a result for each pair that is not in order)."""
        component: Any = self
        given = list(component.shape.sg.graph.objects(component.shape.node, self.predicate))
        results = [
            component.make_v_result(target_graph, focus, value_node=value)
            for focus, values in focus_value_nodes.items()
            for other in ([other for name in given for other in target_graph.objects(focus, name)] if self.of_focus else given)
            for value in values
            if not self.holds(plain_of(value), plain_of(other))
        ]
        return not results, results


def _ordered(own: type, predicate: URIRef, holds: Callable[[str, str], bool], *, of_focus: bool = False) -> type:
    return type(own.__name__, (_Ordered, own), {"predicate": predicate, "holds": staticmethod(holds), "of_focus": of_focus})


_MADE = {
    SH.lessThan: _ordered(pairs.LessThanConstraintComponent, SH.lessThan, below, of_focus=True),
    SH.lessThanOrEquals: _ordered(pairs.LessThanOrEqualsConstraintComponent, SH.lessThanOrEquals, at_most, of_focus=True),
    SH.minInclusive: _ordered(ranges.MinInclusiveConstraintComponent, SH.minInclusive, lambda value, limit: at_most(limit, value)),
    SH.minExclusive: _ordered(ranges.MinExclusiveConstraintComponent, SH.minExclusive, lambda value, limit: below(limit, value)),
    SH.maxInclusive: _ordered(ranges.MaxInclusiveConstraintComponent, SH.maxInclusive, at_most),
    SH.maxExclusive: _ordered(ranges.MaxExclusiveConstraintComponent, SH.maxExclusive, below),
}
ORDERS = _MADE.keys()
"""The properties of SHACL that ask for an order."""


def plain_of(term: Any) -> str:
    """A term of rdflib as :func:`pop_ld.validation.terms.plain` gives it."""
    if isinstance(term, Literal):
        tail = f"@{term.language}" if term.language else f"^^<{term.datatype}>" if term.datatype and term.datatype != XSD.string else ""
        return f'"{term}"{tail}'
    return f"_:{term}" if isinstance(term, BNode) else f"<{term}>"


@dataclass(frozen=True, eq=False)
class _Order:
    """An order as a constraint component that pySHACL applies to shapes that have its parameter."""

    parameters: tuple[Parameter]
    make_validator_for_shape: Callable[[Shape], Any]


def orders() -> set[Any]:
    """The components that take the place of pySHACL's own."""
    return {_Order((Parameter("", predicate, False),), made) for predicate, made in _MADE.items()}
