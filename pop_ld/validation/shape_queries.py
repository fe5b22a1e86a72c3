"""A SPARQL constraint, validator or component of a shapes graph → a query that may run, or parameters by name; or ShapeError.

A query is parsed once, and what was checked is what runs: no second parser can see a SERVICE where the first saw none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pyparsing import ParseResults
from rdflib import Graph, URIRef, Variable
from rdflib.namespace import OWL, RDF, RDFS, SH, XSD
from rdflib.paths import MulPath, Path, SequencePath
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.plugins.sparql.sparql import Query
from rdflib.term import Node

from pop_ld.errors import ShapeError
from pop_ld.validation.shape_graph import TRUE, literal, reached, refuse

_FORBIDDEN = {
    "MinusGraphPattern": "MINUS",
    "ServiceGraphPattern": "SERVICE",
    "InlineData": "VALUES",
    "ValuesClause": "VALUES",
    "DatasetClause": "FROM",  # rdflib would load what it names
}
_CONTEXT = frozenset(["shapesGraph", "currentShape"])
_RESERVED = frozenset(["this", "value", "path", "PATH"]) | _CONTEXT
_DECLARED = SequencePath(SH.prefixes, MulPath(OWL.imports, "*"), SH.declare)
_INSTANCE_OF = SequencePath(RDF.type, MulPath(RDFS.subClassOf, "*"))


class Prepared(NamedTuple):
    """A query that may run; ``graphs`` says whether it asks a graph by name (GRAPH), ``ask`` whether it is an ASK query."""

    query: Query
    graphs: bool
    ask: bool


def query_of(shapes: Graph, node: Node, term: URIRef, names: frozenset[str] = frozenset(), path: URIRef | Path | None = None) -> Prepared:
    """The query of a SPARQL constraint or validator, with ``path`` in place of $PATH; ``names`` are pre-bound besides $this.

    Raises ShapeError for what §5.2, §5.3.1 and appendix A forbid, as the parser sees it: words in strings, IRIs and comments are none.
    """
    text, more = shapes.value(node, term), len(list(shapes.objects(node, term))) > 1
    if more or not literal(XSD.string)(text):
        refuse(shapes, node, f"sh:{term.fragment} has not one value, an xsd:string", "§5.2, §6.2.3")
    prebound = names | {"this", "value"} if term == SH.ask else names | {"this"}
    try:
        tree = parseQuery(str(text))
        prefixes = _prefixes(shapes, node)
        if tree[1].name != ("AskQuery" if term == SH.ask else "SelectQuery"):
            refuse(shapes, node, f"the query of sh:{term.fragment} is of another form", "§5.2, §6.2.3")
        for fault, clause in _faults(tree, prebound, prefixes):
            refuse(shapes, node, fault, clause)
        if _place(tree, path):
            refuse(shapes, node, "$PATH is no predicate here, or the shape has no path", "§5.3.1")
        graphs = any(part.name == "GraphGraphPattern" for part in _parts(tree) if isinstance(part, CompValue))
        return Prepared(translateQuery(tree, initNs=prefixes), graphs, term == SH.ask)
    except ShapeError:
        raise
    except Exception as error:  # whatever rdflib's parser, or Python's stack, comes to
        refuse(shapes, node, f"the query cannot be read: {error}", "§5.2")


def _parts(tree: object, closed: tuple[str, ...] = ()) -> Iterator[Any]:
    """Every part of a parsed query; those whose name is in ``closed`` are not looked into."""
    pending = [tree]
    while pending:
        part = pending.pop()
        yield part
        if isinstance(part, CompValue):
            pending += [] if part.name in closed else part.values()
        elif isinstance(part, (list, ParseResults)):
            pending += list(part)


def _faults(tree: Any, names: frozenset[str], prefixes: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What the rules on pre-bound variables and prefixes forbid in a parsed query, with the clauses."""
    if tree[1].name == "SelectQuery" and "this" not in _returned(tree[1]):
        yield "the query does not return $this", "§5.2"
    parts = [part for part in _parts(tree) if isinstance(part, CompValue)]
    declared = {*prefixes, *(part.prefix or "" for part in parts if part.name == "PrefixDecl")}
    for part in parts:
        assigned = str({"vars": part.evar, "Bind": part.var, "GroupAs": part.var}.get(part.name))
        if part.name in _FORBIDDEN:
            yield f"{_FORBIDDEN[part.name]} in a query with pre-bound variables", "appendix A"
        elif assigned in names | _CONTEXT:
            yield f"AS ?{assigned} assigns to a pre-bound variable", "appendix A"
        elif part.name == "SubSelect" and names - _returned(part):
            yield f"a subquery does not return the pre-bound ${', $'.join(sorted(names - _returned(part)))}", "appendix A"
        elif part.name == "pname" and (part.prefix or "") not in declared:
            yield f"the prefix {part.prefix or ''}: is not declared", "§5.2.1"


def _returned(query: Any) -> set[str]:
    """The variables that a SELECT query returns; of SELECT *, those in scope (SPARQL 1.1 §18.2.1), so none from a filter."""
    if query.projection:
        return {str(part.evar or part.var) for part in query.projection}
    found: set[str] = set()
    for part in _parts(query.where, closed=("Filter", "Bind", "SubSelect")):
        name = part.name if isinstance(part, CompValue) else ""
        found |= {str(part)} if isinstance(part, Variable) else {str(part.var)} if name == "Bind" else set()
        found |= _returned(part) if name == "SubSelect" else set()
    return found


def _place(tree: Any, path: URIRef | Path | None) -> int:
    """Puts the path in place of $PATH (§5.3.1); how many uses of $PATH are left, where it has no place."""
    left = sum(part == Variable("PATH") for part in _parts(tree) if isinstance(part, Variable))
    for block in [part for part in _parts(tree) if isinstance(part, CompValue) and part.name == "TriplesBlock"]:
        for terms in block.triples if path is not None else ():
            for index in range(1, len(terms), 3):
                if terms[index] == Variable("PATH"):
                    terms[index], left = path, left - 1
    return left


def _prefixes(shapes: Graph, node: Node) -> dict[str, str]:
    """The namespaces by prefix that a constraint or validator may use (§5.2.1)."""
    found: dict[str, str] = {}
    for declaration in reached(shapes, {node}, _DECLARED):
        prefix, namespace = str(shapes.value(declaration, SH.prefix)), str(shapes.value(declaration, SH.namespace))
        if found.setdefault(prefix, namespace) != namespace:
            refuse(shapes, node, f"the prefix {prefix}: is declared twice, differently", "§5.2.1")
    return found


def components_of(shapes: Graph) -> list[Node]:
    """The constraint components of a shapes graph that are not SHACL's own (§6): the SHACL instances of sh:ConstraintComponent."""
    return [node for node in reached(shapes, {SH.ConstraintComponent}, _INSTANCE_OF, inverse=True) if not str(node).startswith(str(SH))]


def parameters_of(shapes: Graph, component: Node) -> dict[str, tuple[URIRef, bool]]:
    """The parameters of a component by name (§6.2.1): (predicate, whether it is optional). Raises ShapeError where they are ill-formed."""
    found: dict[str, tuple[URIRef, bool]] = {}
    for node in shapes.objects(component, SH.parameter):
        path = shapes.value(node, SH.path)
        name = re.search(r"[A-Za-z_]\w*$", str(path))
        if not isinstance(path, URIRef) or not name or name[0] in _RESERVED:
            refuse(shapes, component, f"a parameter has the path {path}, which gives no name that a parameter may have", "§6.2.1")
        found[name[0]] = path, (node, SH.optional, TRUE) in shapes
    if all(optional for _, optional in found.values()):
        refuse(shapes, component, "no parameter is mandatory", "§6.2.1")
    return found
