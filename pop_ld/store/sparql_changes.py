"""Operations of SPARQL Update that change triples of ours: texts made of terms that the engine has written, never of what a client sent."""

from __future__ import annotations

from collections.abc import Sequence

from pyoxigraph import Literal, NamedNode, Triple

from pop_ld.errors import StoreError
from pop_ld.store.sparql_look_ups import LONGEST_IRI, term


def exact(triple: Triple) -> bool:
    """Whether an update names the triple as it is: IRIs with dot segments would be resolved into others (RFC 3986 §5.2.4)."""
    return all(_exact(part) for part in (triple.subject, triple.predicate, triple.object))


def _exact(part: object) -> bool:
    return not isinstance(part, NamedNode) or len(part.value) > LONGEST_IRI or term(part.value) is not None


def data(added: bool, lines: Sequence[str]) -> bytes:
    """INSERT DATA or DELETE DATA of lines of N-Triples, for the default graph."""
    return "\n".join(("INSERT DATA {" if added else "DELETE DATA {", *lines, "}")).encode()


def into_graph(graph: str, ntriples: bytes) -> bytes:
    """INSERT DATA of N-Triples into a named graph."""
    return f"INSERT DATA {{ GRAPH {NamedNode(graph)} {{\n".encode() + ntriples + b"} }"


def drop(graph: str) -> bytes:
    """Removes a named graph, where it is there."""
    return f"DROP SILENT GRAPH {NamedNode(graph)}".encode()


def deletion(triple: Triple) -> bytes:
    """Takes a triple away whose object cannot be named: the object is compared as a text. Raises StoreError for other such terms."""
    if not isinstance(triple.object, NamedNode) or not (_exact(triple.subject) and _exact(triple.predicate)):
        raise StoreError(f"{triple.subject} cannot be named in an update: the store must be loaded anew")
    found = f"{triple.subject} {triple.predicate} ?o"
    return f"DELETE {{ {found} }} WHERE {{ {found} FILTER(isIRI(?o) && STR(?o) = {Literal(triple.object.value)}) }}".encode()
