"""Triples by independent processors: rdflib for every syntax, PyLD for JSON-LD; nothing is fetched from anywhere."""

from __future__ import annotations

import json
from typing import Any, TypeAlias

import rdflib
from pyld import jsonld
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from pop_ld import iris
from pop_ld.formats.json_ld import context_file

Term: TypeAlias = str | tuple[str, str, str]
"""An IRI or blank node, or (text, language, datatype) of a literal."""
Triples: TypeAlias = set[tuple[str, str, Term]]

HERE = "https://pop.example"
SYNTAX = {"ttl": "turtle", "nt": "nt", "rdf": "xml", "trig": "trig", "jsonld": "json-ld", "json": "json-ld"}
_LANG_STRING = iris.RDF + "langString"


def from_oxigraph(data: bytes) -> Triples:
    """N-Triples by the engine that wrote them."""
    return {term_of(quad.triple) for quad in parse(data, format=RdfFormat.N_TRIPLES)}


def term_of(triple: Triple) -> tuple[str, str, Term]:
    value = triple.object
    assert isinstance(triple.subject, NamedNode) and isinstance(value, NamedNode | Literal)
    said: Term = value.value if isinstance(value, NamedNode) else (value.value, value.language or "", value.datatype.value)
    return triple.subject.value, triple.predicate.value, said


def from_rdflib(data: bytes, suffix: str) -> Triples:
    """Any syntax, texts as they are written; a TriG file must have everything in its default graph."""
    rdflib.NORMALIZE_LITERALS = False
    found = rdflib.Dataset() if suffix == "trig" else rdflib.Graph()
    found.parse(data=_inlined(data) if SYNTAX[suffix] == "json-ld" else data, format=SYNTAX[suffix])
    if isinstance(found, rdflib.Dataset):
        assert {str(graph.identifier) for graph in found.graphs() if len(graph)} <= {"urn:x-rdflib:default"}
        found = found.default_graph
    return {(str(s), str(p), _rdflib_term(o)) for s, p, o in found}


def _rdflib_term(term: Any) -> Term:
    if not isinstance(term, rdflib.Literal):
        return str(term)
    datatype = _LANG_STRING if term.language else str(term.datatype or iris.XSD + "string")
    return str(term), (term.language or "").lower(), datatype


def _inlined(data: bytes) -> str:
    """A document under its context itself: rdflib has no loader of one's own."""
    tree = json.loads(data)
    if isinstance(tree, dict) and isinstance(tree.get("@context"), str):
        tree["@context"] = json.loads(context_file(tree["@context"].removeprefix("/context/")))["@context"]
    return json.dumps(tree)


def from_pyld(data: bytes) -> Triples:
    """JSON-LD by the reference processor of its editors, the context resolved against the document's address as on the Web."""
    found = jsonld.to_rdf(json.loads(data), {"base": HERE + "/doc/x", "documentLoader": _load})
    assert set(found) <= {"@default"}
    triples: Triples = set()
    for triple in found.get("@default", ()):
        value = triple["object"]
        said: Term = value["value"]
        if value["type"] == "literal":
            said = value["value"], value.get("language", "").lower(), value["datatype"]
        triples.add((triple["subject"]["value"], triple["predicate"]["value"], said))
    return triples


def doubles_by_value(triples: Triples) -> Triples:
    """PyLD 3 writes every xsd:double anew (JSON-LD 1.1 API §8.2 has that for JSON numbers alone): those are compared as numbers."""
    return {(s, p, _number(o) if isinstance(o, tuple) and o[2] == iris.XSD + "double" else o) for s, p, o in triples}


def _number(term: tuple[str, str, str]) -> Term:
    try:
        return f"{float(term[0]):.12e}", "", term[2]
    except ValueError:
        return term


def _load(url: str, _options: object) -> dict[str, Any]:
    assert url.startswith(HERE + "/context/"), f"{url} is on another host"
    document = json.loads(context_file(url.rsplit("/", 1)[-1]))
    return {"contextUrl": None, "documentUrl": url, "contentType": "application/ld+json", "document": document}
