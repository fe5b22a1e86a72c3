"""A node of a shapes graph → what it says: the members of its list, its property path and what that reaches, or ShapeError naming it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NoReturn

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import RDF, SH, XSD
from rdflib.paths import AlternativePath, InvPath, MulPath, Path, SequencePath
from rdflib.term import Node

from pop_ld.errors import ShapeError

DEEPEST = 30
"""Shapes in shapes, and paths in paths; Python's stack is the limit behind it."""
LONGEST_PATH = 200
"""Steps of one path, each counted as often as it is reached."""
TRUE = Literal(True)
"""What SHACL calls true (§1.2): this term alone, not ``"1"^^xsd:boolean``."""


def refuse(shapes: Graph, node: Node, message: str, clause: str) -> NoReturn:
    """Raises ShapeError about a node of a shapes graph."""
    raise ShapeError(f"{named(shapes, node)}: {message}", rule=f"SHACL 1.0 {clause}")


def named(shapes: Graph, node: Node) -> str:
    """How a message names a node: by its IRI, or by that of the nearest node that leads to it."""
    owner, seen = node, {node}
    while not isinstance(owner, URIRef):
        above = sorted((n for n in shapes.subjects(None, owner) if n not in seen), key=lambda n: (isinstance(n, URIRef), str(n)))
        if not above:
            return "a blank node"
        owner = above[-1]
        seen.add(owner)
    return f"<{owner}>" if owner == node else f"a blank node of <{owner}>"


def literal(*datatypes: URIRef) -> Callable[[Any], bool]:
    """A test of a term: whether it is a literal of one of some datatypes, and well-typed."""
    return lambda value: isinstance(value, Literal) and (value.datatype or XSD.string) in datatypes and value.value is not None


def members(shapes: Graph, head: Node, shape: Node) -> Iterator[Node]:
    """The members of a SHACL list (§1.1). Raises ShapeError where it has no end, two ends or leads back into itself."""
    seen: set[Node] = set()
    while head != RDF.nil:
        firsts, rests = list(shapes.objects(head, RDF.first)), list(shapes.objects(head, RDF.rest))
        if len(firsts) != 1 or len(rests) != 1 or head in seen:
            refuse(shapes, shape, "a list is malformed: each part has one rdf:first and one rdf:rest, the last of which is rdf:nil", "§1.1")
        seen.add(head)
        yield firsts[0]
        head = rests[0]


PATHS: dict[URIRef, Callable[[Any], Path]] = {
    SH.inversePath: InvPath,
    SH.zeroOrMorePath: lambda path: MulPath(path, "*"),
    SH.oneOrMorePath: lambda path: MulPath(path, "+"),
    SH.zeroOrOnePath: lambda path: MulPath(path, "?"),
}


def path_of(shapes: Graph, node: Node, shape: Node) -> URIRef | Path:
    """A SHACL property path (§2.3.1) as rdflib's. Raises ShapeError where it is malformed, too deep or too long."""
    steps = 0

    def read(node: Node, depth: int) -> URIRef | Path:
        nonlocal steps
        steps += 1
        if depth > DEEPEST or steps > LONGEST_PATH:
            refuse(shapes, shape, "a path leads back into itself, or is too deep or too long", "§2.3.1")
        if isinstance(node, URIRef):
            return node
        if (node, RDF.first, None) in shapes:
            return SequencePath(*several(node, depth))
        found = [(term, value) for term in (SH.alternativePath, *PATHS) for value in shapes.objects(node, term)]
        if len(found) != 1:
            refuse(shapes, shape, f"{node.n3()} is no path" if not found else "a path is several paths at once", "§2.3.1")
        ((term, value),) = found
        return AlternativePath(*several(value, depth)) if term == SH.alternativePath else PATHS[term](read(value, depth + 1))

    def several(head: Node, depth: int) -> list[URIRef | Path]:
        found = [read(member, depth + 1) for member in members(shapes, head, shape)]
        return found if len(found) > 1 else refuse(shapes, shape, "a sequence or alternative path has fewer than two members", "§2.3.1")

    return read(node, 0)


def reached(graph: Graph, nodes: set[Node], path: URIRef | Path, inverse: bool = False) -> set[Node]:
    """The nodes that a path leads to from any of some nodes (SPARQL 1.1 §18.4), in a loop: rdflib recurses with the data."""
    if isinstance(path, InvPath):
        return reached(graph, nodes, path.arg, not inverse)
    if isinstance(path, SequencePath):
        for step in reversed(path.args) if inverse else path.args:
            nodes = reached(graph, nodes, step, inverse)
        return nodes
    if isinstance(path, AlternativePath):
        return set().union(*(reached(graph, nodes, step, inverse) for step in path.args))
    if isinstance(path, MulPath):
        found, new = set(nodes) if path.zero else set(), nodes
        while new:
            new = reached(graph, new, path.path, inverse) - found
            found |= new
            new = new if path.more else set()
        return found
    return {found for node in nodes for found in (graph.subjects(path, node) if inverse else graph.objects(node, path))}
