"""What the Linked Art documents know beforehand: mappings/linked-art.csv, and the ontology's own labels and super-properties."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from pyoxigraph import Literal

from pop_ld import iris, resources
from pop_ld.formats.graph import Graph, best_label
from pop_ld.formats.rdf import read_turtle

AAT = "http://vocab.getty.edu/aat/"
GEO = "http://www.opengis.net/ont/geosparql#"
SCI = iris.CRM_EXTENSIONS + "crmsci/"
_PREFIXES = {
    "aat": AAT,
    "crm": iris.CRM,
    "dcterms": iris.DCTERMS,
    "foaf": iris.FOAF,
    "geo": GEO,
    "pop": iris.ONTOLOGY,
    "rdf": iris.RDF,
    "rdfs": iris.RDFS,
    "schema": iris.SCHEMA,
    "skos": iris.SKOS,
    "wgs": iris.WGS84,
}
_AS = "-source"
"""Ending of a property whose texts are a field as written, beside the concepts that it names."""


@cache
def table(use: str) -> Mapping[str, str]:
    """Name -> term of the lines of one ``use``; CURIEs become IRIs."""
    return {_iri(line["name"]): _iri(line["term"]) for line in resources.table("linked-art.csv") if line["use"] == use}


@cache
def labels() -> Mapping[str, str]:
    """IRI -> label of the terms and properties of the table."""
    return {_iri(line["term"] or line["name"]): line["label"] for line in resources.table("linked-art.csv") if line["label"]}


def _iri(curie: str) -> str:
    prefix, colon, name = curie.partition(":")
    return _PREFIXES[prefix] + name if colon else curie


@cache
def _ontology() -> Graph:
    return Graph(read_turtle(resources.folder("ontologies") / "pop.ttl"))


@cache
def label(iri: str) -> str:
    """The label of a term of the table or of the ontology (French first); "" of every other IRI."""
    if not iri.startswith(iris.ONTOLOGY):
        return labels().get(iri, "")
    graph = _ontology()
    found = [value for value in graph.values(iri, iris.RDFS + "label") if isinstance(value, Literal)]
    return best_label(found, "fr") or iris.last_part(iri).removesuffix(_AS)


@cache
def over(predicate: str) -> frozenset[str]:
    """The property and those above it (rdfs:subPropertyOf), as the ontology says."""
    above = _ontology().iris(predicate, iris.RDFS + "subPropertyOf")
    return frozenset({predicate}).union(*(over(one) for one in above))


@cache
def statement_kind(predicate: str) -> str:
    """IRI of AAT's kind of statement for a property ``pop:CODE``, ``pop:<base>-CODE`` or ``…-source``; "" where the table has none."""
    code = iris.last_part(predicate).removesuffix(_AS).rpartition("-")[2]
    return table("statement").get(code, "")
