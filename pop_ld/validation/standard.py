"""A data graph and a shapes graph, as files or in memory → W3C's sh:ValidationReport: all of SHACL 1.0, Core and SPARQL, or ShapeError.

pySHACL evaluates Core. What it gets wrong is done by ours, on the readings that ``wellformed`` has checked: the value nodes of a path (it
turns inverse sequences around), the order of values (``order_components``), SPARQL (``sparql_components``: it rewrites queries by regular
expressions, knows no $shapesGraph, and asks a SELECT validator once a value node), and the report (it copies a tree out of every blank
node). Nothing here reaches the network.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path as File
from typing import Any

import pyoxigraph as ox
from pyshacl.graph_abstraction import DataGraph
from pyshacl.rdfutil.stringify import stringify_blank_node
from pyshacl.shape import Shape
from pyshacl.shapes_graph import ShapesGraph
from pyshacl.validator import Validator
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import RDF, SH, XSD
from rdflib.term import Node

from pop_ld.errors import ReadError, ShapeError
from pop_ld.validation import graphs
from pop_ld.validation.order_components import ORDERS, orders
from pop_ld.validation.shape_graph import DEEPEST, PATHS, TRUE, path_of, reached
from pop_ld.validation.sparql_components import Asked, ReportedResult, components
from pop_ld.validation.wellformed import check_shapes

_QUIET = logging.getLogger(__name__)
_QUIET.addHandler(logging.NullHandler())
_QUIET.propagate = False
logging.getLogger("rdflib.term").setLevel(logging.ERROR)  # a stack trace for each ill-typed literal, which shapes are there to find


def validate_paths(data: File, shapes: File) -> tuple[bool, Graph]:
    """Whether the data conforms, and the report. Raises ReadError for a file, ShapeError where there can be no verdict (§3.4.1)."""
    shapes_graph = load_graph(shapes)
    return validate_graphs(shapes_graph if data.resolve() == shapes.resolve() else load_graph(data), shapes_graph)


def validate_graphs(data: Graph, shapes: Graph, *, checked: bool = False) -> tuple[bool, Graph]:
    """The same of graphs, which stay as they are; ``checked`` says that the shapes passed ``check_shapes`` before."""
    if not checked:
        check_shapes(shapes)
    try:
        return _Engine(data, shapes).run_quietly()
    except ShapeError:
        raise
    except Exception as error:  # pySHACL and rdflib raise whatever Python does, and none of it is a verdict
        raise ShapeError(f"the shapes cannot be evaluated: {error or type(error).__name__}", rule="SHACL 1.0 §3.4.1") from error


# Reading -------------------------------------------------------------------------------------------------------------------


def load_graph(path: File) -> Graph:
    """The graph of a file, lexical forms as they are and blank nodes renamed.

    Raises ReadError with file and line for what ``graphs`` cannot read, for a named graph, and for a triple in a triple.
    """
    quads = graphs.read_quads(path, str(path), None, base=path.resolve().as_uri(), alone=True)
    return graph_of(quads, str(path))


def graph_of(triples: Iterable[ox.Quad | ox.Triple], file: str = "") -> Graph:
    """pyoxigraph's triples as rdflib's, lexical forms as they are. Raises ReadError for a term that RDF 1.1 does not know."""
    graph = Graph()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of "weird" booleans
        for triple in triples:
            graph.add((_term(triple.subject, file), _term(triple.predicate, file), _term(triple.object, file)))
    return graph


def _term(term: Any, file: str) -> Node:
    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return BNode(term.value)
    if isinstance(term, ox.Literal) and not term.direction:
        datatype = None if term.language or term.datatype.value == str(XSD.string) else URIRef(term.datatype.value)
        return Literal(term.value, lang=term.language, datatype=datatype, normalize=False)
    raise ReadError(f"{term} is not of RDF 1.1", file=file)


# The engine ----------------------------------------------------------------------------------------------------------------


_BOOLEANS = (SH.closed, SH.deactivated, SH.qualifiedValueShapesDisjoint, SH.uniqueLang)


class _Engine(Validator):
    """pySHACL's validator, with our shapes, and a report that copies only what a report holds (§3.6)."""

    def __init__(self, data: Graph, shapes: Graph) -> None:
        options = {"logger": _QUIET, "inference": "none", "inplace": True, "max_validation_depth": DEEPEST + 1}
        copy = Graph()  # pySHACL adds triples of its own; and it takes "1"^^xsd:boolean for true, which is another term (§1.2)
        for subject, predicate, value in shapes:
            copy.add((subject, predicate, Literal(value == TRUE) if predicate in _BOOLEANS else value))
        super().__init__(DataGraph.from_rdflib_graph(data), shacl_graph=copy, options=options)
        self.shacl_graph = _Shapes(copy, Asked(data, shapes))

    def run_quietly(self) -> tuple[bool, Graph]:
        """Whether the data conforms, and the report."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            conforms, report, _ = self.run()  # type: ignore[no-untyped-call]
        stringify_blank_node.dict_cache.clear()  # it would keep those of every graph, by an id that comes again
        return conforms, report

    @classmethod
    def create_validation_report(cls, sg: ShapesGraph, conforms: bool, results: list[ReportedResult]) -> tuple[Graph, str]:
        """The report, each blank path with the triples that make it one (§3.6.2.2)."""
        report, head = Graph(), BNode()
        report += [(head, RDF.type, SH.ValidationReport), (head, SH.conforms, Literal(conforms))]
        for _, node, triples in results:
            report.add((head, SH.result, node))
            for subject, predicate, value in triples:
                term = value[1] if isinstance(value, tuple) else value
                report.add((subject, predicate, _copied(sg.graph, term, report) if predicate == SH.resultPath else term))
        return report, ""


def _copied(shapes: Graph, path: Any, report: Graph) -> Node:
    """A path of its own for a result (§3.6.2.2), without what stands beside it, as in W3C's strange paths; wellformed, so it ends."""
    if isinstance(path, URIRef):
        return path
    copy = BNode()
    for predicate in (RDF.first, SH.alternativePath, *PATHS):
        for value in shapes.objects(path, predicate):
            report.add((copy, predicate, _copied(shapes, value, report)))
            if predicate == RDF.first:
                report.add((copy, RDF.rest, _copied(shapes, shapes.value(path, RDF.rest), report)))
            return copy
    return copy


class _Shapes(ShapesGraph):
    """Shapes whose paths, SPARQL and orders are ours."""

    def __init__(self, graph: Graph, asked: Asked) -> None:
        super().__init__(graph, False, _QUIET)
        self._asked = asked

    def predicate_objects(self, s: Node) -> Iterator[tuple[Node, Node]]:
        """Hides SPARQL constraints and orders from pySHACL, which finds them as components instead."""
        return (pair for pair in self.graph.predicate_objects(s) if pair[0] != SH.sparql and pair[0] not in ORDERS)

    def _find_custom_constraints(self) -> set[Any]:
        return components(self._asked) | orders()

    def _build_node_shape_cache(self) -> None:
        super()._build_node_shape_cache()  # type: ignore[no-untyped-call]
        for node, shape in self._node_shape_cache.items():
            self._node_shape_cache[node] = _Shape(self, shape.node, p=shape.is_property_shape, path=shape._path, logger=_QUIET)


class _Shape(Shape):
    """A shape that follows its path by the reading of ``shape_graph``."""

    def value_nodes(self, target_graph: Graph, focus: Any, sparql_mode: bool = False, debug: bool = False) -> dict[Node, set[Node]]:
        """The value nodes of each focus node (§3.1)."""
        nodes = focus if isinstance(focus, (tuple, list, set)) else [focus]
        path = None if self._path is None else path_of(self.sg.graph, self._path, self.node)
        return {node: {node} if path is None else reached(target_graph, {node}, path) for node in nodes}
