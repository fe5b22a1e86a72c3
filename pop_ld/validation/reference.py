"""The reference engine: pySHACL, which knows all of SHACL 1.0; for a producer's own shapes, and to hold the fast engine to account."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pyoxigraph import RdfFormat, Triple, parse
from rdflib import Graph, URIRef
from rdflib.namespace import RDF, SH

from pop_ld import iris
from pop_ld.validation.order_components import plain_of
from pop_ld.validation.results import Result
from pop_ld.validation.rules import n_triples
from pop_ld.validation.standard import graph_of, validate_graphs
from pop_ld.validation.terms import shown
from pop_ld.validation.wellformed import check_shapes


class ReferenceEngine:
    """An Engine over any shapes that SHACL 1.0 defines. Raises ShapeError for those it does not."""

    def __init__(self, shapes: Iterable[Triple]) -> None:
        renamed = parse(n_triples(shapes), RdfFormat.N_TRIPLES, rename_blank_nodes=True)  # the data may use the same names
        self._shapes = graph_of(renamed)
        check_shapes(self._shapes)

    def __call__(self, triples: str) -> list[Result]:
        """Results of one graph in N-Triples."""
        _, report = validate_graphs(graph_of(parse(triples, RdfFormat.N_TRIPLES)), self._shapes, checked=True)
        return [_result(report, node) for node in report.subjects(RDF.type, SH.ValidationResult) if (None, SH.detail, node) not in report]


def _result(report: Graph, node: Any) -> Result:
    constraint, shape = report.value(node, SH.sourceConstraint), report.value(node, SH.sourceShape)
    path, severity = report.value(node, SH.resultPath), report.value(node, SH.resultSeverity)
    return Result(
        _shown(report.value(node, SH.focusNode)),
        str(constraint if isinstance(constraint, URIRef) else shape),
        str(path) if isinstance(path, URIRef) else "",
        _shown(report.value(node, SH.value)),
        str(severity).removeprefix(iris.SHACL),
        str(report.value(node, SH.sourceConstraintComponent)).removeprefix(iris.SHACL),
    )


def _shown(term: Any) -> str:
    """A term as Result writes it."""
    return "" if term is None else shown(plain_of(term))
