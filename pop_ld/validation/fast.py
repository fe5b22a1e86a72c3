"""The engine of the hot path: shapes compiled, and Oxigraph for SPARQL constraints, each set-based over a batch of notices.

Our own shapes are compiled whole (``compiled``), where pySHACL takes ten to a hundred times as long; what is beyond that it reads here too.
SPARQL constraints of our own shapes bind ``$this`` by their patterns, so one query over the batch gives what one query a focus node would
(SHACL §5.3): ``reference`` is the engine that says so, in a test over the real notices.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, QuerySolutions, RdfFormat, Store, Triple

from pop_ld import iris
from pop_ld.errors import ShapeError
from pop_ld.validation.compiled import Compiled
from pop_ld.validation.conformance import constrains
from pop_ld.validation.lines import TYPE, seen_by, split
from pop_ld.validation.results import Engine, Result
from pop_ld.validation.rules import Values, properties, severity_of

_SH, _TYPE = iris.SHACL, NamedNode(iris.RDF + "type")
_SPARQL = "SPARQLConstraintComponent"
_OF_SPARQL = {_SH + name for name in ("sparql", "select", "prefixes", "declare", "prefix", "namespace")}
"""Properties that say a SPARQL constraint."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """A sh:SPARQLConstraint of a node shape: ``targets`` are (predicate of SHACL, its value) of that shape (SHACL §2.1.3).

    ``whole`` is a query with the same solutions over all nodes at once (``pop:ensemble``), which SHACL's own may not be: there
    a subquery must give ``$this`` back (§5.3.1). "" where it has none.
    """

    iri: str
    query: str
    severity: str
    targets: tuple[tuple[str, str], ...]
    whole: str = ""


class FastEngine:
    """An Engine over shapes given as triples. Raises ShapeError where they are ill-formed, or have SPARQL that only ``reference`` can."""

    def __init__(self, shapes: Iterable[Triple]) -> None:
        graph = list(shapes)
        self._constraints = sparql_constraints(graph)
        self._asked = frozenset[str]().union(*map(asked_by, self._constraints))
        self._compiled = Compiled([t for t in graph if t.predicate.value not in _OF_SPARQL])
        self._beyond: Engine | None = None
        if any(constrains(t.predicate.value) for t in self._compiled.others):
            from pop_ld.validation.reference import ReferenceEngine

            self._beyond = ReferenceEngine(self._compiled.others)

    def __call__(self, triples: str) -> list[Result]:
        """Results of one graph."""
        lines = split(triples)
        results = list(self._compiled(lines))
        if self._constraints:
            results += self._sparql(seen_by(self._asked, lines))
        return results + self._beyond(triples) if self._beyond else results

    def _sparql(self, triples: str) -> Iterator[Result]:
        store = Store()
        store.bulk_load(triples.encode("utf-8"), RdfFormat.N_TRIPLES)
        for constraint in self._constraints:
            yield from broken(constraint, store)


_IRI = re.compile(r"<([^<>\s]+)>|(?<![\w:?$])([A-Za-z][\w-]*):([\w][\w.-]*(?<!\.))|(?<![\w:?$])a(?=\s)")


def asked_by(constraint: Constraint) -> set[str]:
    """The predicates and classes that a query can see: any IRI in it, and in the targets. A variable predicate is not for this engine."""
    prefixes = dict(re.findall(r"PREFIX (\S+): <([^>]*)>", constraint.query))
    found = {f"<{iri or prefixes.get(prefix, '') + local}>" for iri, prefix, local in _IRI.findall(constraint.query) if iri or prefix}
    return found | {TYPE} | {f"<{value}>" for _, value in constraint.targets}


# SPARQL constraints --------------------------------------------------------------------------------------------------------


def sparql_constraints(graph: list[Triple]) -> list[Constraint]:
    """The SPARQL constraints of the node shapes of a shapes graph. Raises ShapeError for those of property shapes."""
    about = properties(graph)
    prefixes = _prefixes(about)
    found = []
    for shape, values in about.items():
        for node in values.get(_SH + "sparql", ()):
            if _SH + "path" in values or isinstance(node, Literal):
                raise ShapeError(f"{shape} has a SPARQL constraint on a path, which the fast engine does not know")
            found.append(_constraint(values, node, about[node], prefixes))
    return found


def _constraint(shape: Values, node: NamedNode | BlankNode, values: Values, prefixes: str) -> Constraint:
    (query,) = values[_SH + "select"]
    targets = tuple(
        (name, v.value) for name in ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf") for v in shape.get(_SH + name, ())
    )
    whole = next((prefixes + v.value for v in values.get(iris.ONTOLOGY + "ensemble", ())), "")
    return Constraint(node.value, prefixes + query.value, severity_of(shape), targets, whole)


def _prefixes(about: dict[NamedNode | BlankNode, Values]) -> str:
    """PREFIX lines of every sh:declare (SHACL §5.2.1)."""
    lines = set()
    for values in about.values():
        if _SH + "prefix" in values and _SH + "namespace" in values:
            lines.add(f"PREFIX {values[_SH + 'prefix'][0].value}: <{values[_SH + 'namespace'][0].value}>\n")
    return "".join(sorted(lines))


def broken(constraint: Constraint, store: Store) -> Iterator[Result]:
    """The results of one constraint over a whole store: each solution whose ``$this`` is a target (SHACL §5.3.2)."""
    solutions = store.query(constraint.query)
    if not isinstance(solutions, QuerySolutions):
        raise ShapeError(f"{constraint.iri} is no SELECT query")
    names = {variable.value for variable in solutions.variables}
    targets = _targets(constraint, store)
    seen: set[Result] = set()
    for solution in solutions:
        this = solution["this"]
        if this in targets:
            value = (solution["value"] if "value" in names else None) or this
            path = solution["path"] if "path" in names else None
            result = Result(_shown(this), constraint.iri, path.value if path else "", _shown(value), constraint.severity, _SPARQL)
            if result not in seen:
                seen.add(result)
                yield result


def _targets(constraint: Constraint, store: Store) -> set[Any]:
    found: set[Any] = set()
    for name, value in constraint.targets:
        node = NamedNode(value)
        if name == "targetClass":
            found.update(quad.subject for quad in store.quads_for_pattern(None, _TYPE, node, None))
        elif name == "targetSubjectsOf":
            found.update(quad.subject for quad in store.quads_for_pattern(None, node, None, None))
        elif name == "targetObjectsOf":
            found.update(quad.object for quad in store.quads_for_pattern(None, node, None, None))
        else:
            found.add(node)
    return found


def _shown(term: Any) -> str:
    """A term as Result writes it."""
    if isinstance(term, NamedNode):
        return term.value
    if isinstance(term, Literal):
        tail = f"@{term.language}" if term.language else "" if term.datatype.value == iris.XSD + "string" else f"^^{term.datatype}"
        return f'"{term.value}"{tail}'
    return str(term)
