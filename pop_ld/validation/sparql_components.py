"""The SPARQL of a shapes graph → constraint components, those of sh:sparql (§5) and its own (§6), which pySHACL applies like Core's."""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import Any, NamedTuple

from pyshacl.shape import Shape
from rdflib import BNode, Dataset, Graph, Literal, URIRef
from rdflib.namespace import RDF, SH
from rdflib.query import Result
from rdflib.term import Node

from pop_ld import iris
from pop_ld.validation.shape_graph import TRUE, path_of, refuse
from pop_ld.validation.shape_queries import Prepared, components_of, parameters_of, query_of

_Solution = dict[str, Any]
"""Terms by the name of the variable."""
ReportedResult = tuple[str, Node, list[tuple[Node, Node, Any]]]
"""What pySHACL keeps of a result: (description, node, triples); an object is a term, or (graph, term)."""


class Asked:
    """The two graphs as queries see them: the data, and by the name in $shapesGraph the shapes (§5.3.1)."""

    def __init__(self, data: Graph, shapes: Graph) -> None:
        self.data, self.shapes, self.name = data, shapes, URIRef(iris.SHAPES)

    @cached_property
    def both(self) -> Dataset:
        """A dataset of both, made only where a query asks a graph by name: rdflib must copy the data for it."""
        dataset = Dataset()
        dataset.default_graph += self.data
        named = dataset.graph(self.name)
        named += self.shapes
        return dataset

    def result(self, prepared: Prepared, bindings: _Solution) -> Result:
        """What a query gives with its variables pre-bound."""
        bindings = {**bindings, "shapesGraph": self.name}
        return (self.both if prepared.graphs else self.data).query(prepared.query, initBindings=bindings)


def components(asked: Asked) -> set[_Component]:
    """What pySHACL is to apply besides its own: sh:sparql, and the components that the shapes graph declares."""
    constraint = _Component(asked, SH.SPARQLConstraintComponent, (Parameter("", SH.sparql, False),))
    declared = (
        _Component(asked, node, tuple(Parameter(name, *rest) for name, rest in parameters_of(asked.shapes, node).items()))
        for node in components_of(asked.shapes)
    )
    return {constraint, *declared}


class Parameter(NamedTuple):
    """A parameter of a component, as pySHACL asks for it."""

    name: str
    predicate: URIRef
    optional: bool

    def path(self) -> URIRef:
        """Its predicate."""
        return self.predicate


@dataclass(frozen=True, eq=False)
class _Component:
    """A SPARQL-based constraint component (§6), or sh:sparql itself (§5), as pySHACL applies one to shapes that have its parameters."""

    asked: Asked
    node: Node
    parameters: tuple[Parameter, ...]
    made: dict[Node, _Validators] = field(default_factory=dict)

    def make_validator_for_shape(self, shape: Shape) -> _Validators:
        """The queries of this component for a shape, read once. Raises ShapeError where it has none for such a shape (§6.2.3)."""
        if shape.node not in self.made:
            self.made[shape.node] = _Validators(self, shape, self._queries(shape))
        return self.made[shape.node]

    def _queries(self, shape: Shape) -> list[tuple[Prepared, Node, _Solution]]:
        graph = self.asked.shapes
        path = None if shape._path is None else path_of(graph, shape._path, shape.node)
        if self.node == SH.SPARQLConstraintComponent:
            nodes = [node for node in graph.objects(shape.node, SH.sparql) if (node, SH.deactivated, TRUE) not in graph]
            return [(query_of(graph, node, SH.select, path=path), node, {}) for node in nodes]
        preferred = SH.propertyValidator if shape.is_property_shape else SH.nodeValidator
        for predicate, term in ((preferred, SH.select), (SH.validator, SH.ask)):
            for node in graph.objects(self.node, predicate):
                if (node, term, None) in graph:
                    names = frozenset(parameter.name for parameter in self.parameters)
                    query = query_of(graph, node, term, names, path if term == SH.select else None)
                    return [(query, node, values) for values in self._bindings(shape)]
        return refuse(graph, self.node, f"no validator for the shape {shape.node.n3()}", "§6.2.3")

    def _bindings(self, shape: Shape) -> Iterator[_Solution]:
        """The values of the parameters by name, for each constraint that a shape declares by them (§2.1.1)."""
        graph = self.asked.shapes
        choices = [[{p.name: value} for value in graph.objects(shape.node, p.predicate)] or [{}] for p in self.parameters]
        return (dict(ChainMap(*choice)) for choice in product(*choices))


@dataclass(frozen=True)
class _Validators:
    """The queries of one component for one shape: (query, constraint or validator, values of parameters)."""

    component: _Component
    shape: Shape
    queries: list[tuple[Prepared, Node, _Solution]]

    def evaluate(self, executor: object, target_graph: object, focus_value_nodes: dict[Node, set[Node]], way: object) -> Any:
        """(whether all conform, results)."""
        results = [
            self._result(node, focus, value, {"this": focus, **values, **solution})
            for query, node, values in self.queries
            for focus, nodes in focus_value_nodes.items()
            for value, solution in self._broken(query, values, focus, nodes)
        ]
        return not results, results

    def _broken(self, query: Prepared, values: _Solution, focus: Node, nodes: set[Node]) -> Iterator[tuple[Node | None, _Solution]]:
        """(value, solution) of each result: of each value node that an ASK query denies (§6.3), or of each solution (§5.3.2)."""
        asked, bindings = self.component.asked, {**values, "this": focus, "currentShape": self.shape.node}
        if query.ask:
            for value in nodes:
                if not asked.result(query, {**bindings, "value": value}).askAnswer:
                    yield value, {"value": value}
            return
        found = dict.fromkeys(frozenset(row.items()) for row in asked.result(query, bindings).bindings)
        for solution in ({str(name): term for name, term in row} for row in found):
            if solution.get("failure") == TRUE:
                refuse(asked.shapes, self.shape.node, f"a query reports a failure at {focus.n3()}", "§5.3")
            yield solution.get("value", None if self.shape.is_property_shape else focus), solution

    def _result(self, node: Node, focus: Node, value: Node | None, solution: _Solution) -> ReportedResult:
        shape, result = self.shape, BNode()
        facts = [(RDF.type, SH.ValidationResult), (SH.focusNode, focus), (SH.resultSeverity, shape.severity)]
        facts += [(SH.sourceShape, shape.node), (SH.sourceConstraintComponent, self.component.node)]
        facts += [(SH.value, value)] if value is not None else []
        facts += [(SH.sourceConstraint, node)] if self.component.node == SH.SPARQLConstraintComponent else []
        path = solution["path"] if isinstance(solution.get("path"), URIRef) else shape._path
        facts += [(SH.resultPath, path)] if path is not None else []
        facts += [(SH.resultMessage, message) for message in self._messages(node, solution)]
        return "", result, [(result, predicate, term) for predicate, term in facts]

    def _messages(self, node: Node, solution: _Solution) -> Iterator[Literal]:
        """The message of the solution, else those of the constraint or validator, else of the shape, with values in place of {?name}."""
        own = [solution["message"]] if isinstance(solution.get("message"), Literal) else []
        for message in own or list(self.component.asked.shapes.objects(node, SH.message)) or list(self.shape.message):
            text = re.sub(r"\{[?$](\w+)\}", lambda match: str(solution.get(match[1], match[0])), str(message))
            yield Literal(text, lang=message.language)
