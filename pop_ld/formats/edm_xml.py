"""Nodes or triples of EDM in, RDF/XML out as Europeana's XSD wants it: typed nodes, one level deep, properties in a fixed order.

The XSD (EDM-EXTERNAL) takes no other RDF/XML: no rdf:Description, no nested node, no datatype, and in most classes a sequence.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from pyoxigraph import Literal, NamedNode, Triple

from pop_ld import iris
from pop_ld.formats.crosswalk import prefixes
from pop_ld.formats.edm_node import Node, Pair, node

_TYPE = iris.RDF + "type"
_UNUSED = ("pop", "crm", "schema", "rdfs")


def document(nodes: Iterable[Node]) -> bytes:
    """The document of nodes whose IRIs differ, in UTF-8. Raises ValueError for a property that a class does not have in EDM."""
    body = "".join(each.xml for each in sorted(nodes, key=lambda each: each.place))
    return f"{_head()}{body}</rdf:RDF>\n".encode()


def write(triples: Iterable[Triple]) -> bytes:
    """The same of triples; those of a subject without a type are left out. Raises ValueError, for what has no prefix in EDM too."""
    types: dict[str, str] = {}
    about: dict[str, list[Pair]] = {}
    for triple in triples:
        subject, value = triple.subject, triple.object
        assert isinstance(subject, NamedNode) and isinstance(value, Literal | NamedNode)
        if triple.predicate.value == _TYPE and isinstance(value, NamedNode):
            types.setdefault(subject.value, _curie(value.value))
        else:
            about.setdefault(subject.value, []).append((_curie(triple.predicate.value), value))
    return document(node(iri, cls, about.get(iri, ())) for iri, cls in types.items())


@cache
def _head() -> str:
    spaces = "".join(f'\n  xmlns:{prefix}="{space}"' for prefix, space in prefixes().items() if prefix not in _UNUSED)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF{spaces}>\n'


def _curie(iri: str) -> str:
    for prefix, space in prefixes().items():
        if iri.startswith(space):
            return f"{prefix}:{iri.removeprefix(space)}"
    raise ValueError(f"no prefix of EDM for {iri}")
