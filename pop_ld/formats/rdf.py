"""Triples in, one RDF syntax out: Turtle, TriG, N-Triples, JSON-LD or RDF/XML, in a fixed order, so that same triples give same bytes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse, serialize

from pop_ld import iris
from pop_ld.errors import NotFound
from pop_ld.formats import Format

_SYNTAX = {"ttl": RdfFormat.TURTLE, "nt": RdfFormat.N_TRIPLES, "jsonld": RdfFormat.JSON_LD, "rdf": RdfFormat.RDF_XML}
_SYNTAX |= {"trig": RdfFormat.TRIG, "json": RdfFormat.JSON_LD}
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def rdf(format: Format, triples: Sequence[Triple], spaces: Mapping[str, str] | None = None) -> bytes:
    """The triples in ``format`` (any but HTML), sorted by subject, predicate and object, IRIs as they are.

    Of ``spaces`` those that occur are its prefixes; where there are none, those of the site's descriptions. TriG has the triples in its
    default graph.
    """
    ordered, named = sorted(set(triples), key=str), prefixes()
    if spaces:
        text = "\n".join(map(str, ordered))
        named = {prefix: space for prefix, space in spaces.items() if f"<{space}" in text}
    if format.name != "rdf":
        found = serialize(ordered, format=_SYNTAX[format.name], prefixes=named)
        return found or b""
    found = serialize([_for_xml(t) for t in ordered], format=RdfFormat.RDF_XML, prefixes=named)
    return (found or b"").replace(b"\r", b"&#13;")  # a bare CR would be read back as LF (XML 1.0 §2.11)


def prefixes() -> dict[str, str]:
    """Prefix -> namespace of the vocabularies.

    The site's own IRIs are written whole: their keys hold ``%`` and may end with ``.``, which Turtle escapes in prefixed
    names, and rdflib 7.6 cannot read all of these escapes back.
    """
    return {
        "pop": iris.ONTOLOGY,
        "crm": iris.CRM,
        "rdf": iris.RDF,
        "rdfs": iris.RDFS,
        "xsd": iris.XSD,
        "dcterms": iris.DCTERMS,
        "foaf": iris.FOAF,
        "prov": iris.PROV,
        "skos": iris.SKOS,
        "schema": iris.SCHEMA,
        "wgs": iris.WGS84,
        "void": iris.VOID,
    }


def _for_xml(triple: Triple) -> Triple:
    """XML 1.0 §2.2 has no way to write some control characters: they become U+FFFD there, and stay in the other syntaxes."""
    value = triple.object
    if not isinstance(value, Literal) or not _NO_XML.search(value.value):
        return triple
    text = _NO_XML.sub("\ufffd", value.value)
    clean = Literal(text, language=value.language) if value.language else Literal(text, datatype=value.datatype)
    return Triple(triple.subject, triple.predicate, clean)


def read_turtle(file: Path) -> tuple[Triple, ...]:
    """The triples of a Turtle file of ours, parsed once for each state of the file. Raises NotFound where it is missing."""
    try:
        return _read(file, file.stat().st_mtime_ns)
    except FileNotFoundError as error:
        raise NotFound(f"{file.name} is not part of this installation") from error


@cache
def _read(file: Path, _changed: int) -> tuple[Triple, ...]:
    return tuple(quad.triple for quad in parse(path=str(file), format=RdfFormat.TURTLE))


def about(subject: str, pairs: Sequence[tuple[str, str | int | NamedNode | Literal]]) -> list[Triple]:
    """Triples about one subject, for the site's own descriptions: a str or int is a literal."""
    return [
        Triple(NamedNode(subject), NamedNode(predicate), value if isinstance(value, NamedNode | Literal) else Literal(value))
        for predicate, value in pairs
    ]
