"""The site's descriptions of itself as triples: its SPARQL service, and each base as a dataset."""

from __future__ import annotations

from typing import Any

from pyoxigraph import Literal, NamedNode, Triple

from pop_ld import iris
from pop_ld.bases import Base
from pop_ld.formats.rdf import about

_SD = "http://www.w3.org/ns/sparql-service-description#"
_W3C = "http://www.w3.org/ns/formats/"
_RESULTS = ("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV")
_GRAPHS = ("Turtle", "N-Triples", "JSON-LD", "RDF_XML")


def service(site: str, manifest: dict[str, Any]) -> list[Triple]:
    """SPARQL 1.1 Service Description of ``{site}/sparql``, with the size of the release it answers from."""
    endpoint, dataset, graph = f"{site}/sparql", f"{site}/sparql#dataset", f"{site}/sparql#graph"
    formats = [(_SD + "resultFormat", NamedNode(_W3C + name)) for name in (*_RESULTS, *_GRAPHS)]
    size = int(manifest.get("triples", 0))
    return [
        *about(endpoint, [(iris.RDF + "type", NamedNode(_SD + "Service")), (_SD + "endpoint", NamedNode(endpoint))]),
        *about(endpoint, [(_SD + "supportedLanguage", NamedNode(_SD + "SPARQL11Query")), *formats]),
        *about(endpoint, [(_SD + "defaultDataset", NamedNode(dataset))]),
        *about(dataset, [(iris.RDF + "type", NamedNode(_SD + "Dataset")), (_SD + "defaultGraph", NamedNode(graph))]),
        *about(graph, [(iris.RDF + "type", NamedNode(_SD + "Graph")), (iris.VOID + "triples", size)]),
        *about(graph, [(iris.DCTERMS + "isPartOf", NamedNode(iris.release(site, manifest["name"])))]),
    ]


def dataset(site: str, base: Base, manifest: dict[str, Any]) -> list[Triple]:
    """A base as void:Dataset: its name in French and English, how many notices it has, and where to query it."""
    iri = iris.dataset(site, base.slug)
    names = [(iris.DCTERMS + "title", Literal(name, language=lang)) for lang, name in base.name.items()]
    return [
        *about(iri, [(iris.RDF + "type", NamedNode(iris.VOID + "Dataset")), *names]),
        *about(iri, [(iris.VOID + "entities", int(manifest["bases"].get(base.slug, 0)))]),
        *about(iri, [(iris.VOID + "sparqlEndpoint", NamedNode(f"{site}/sparql"))]),
        *about(iri, [(iris.VOID + "uriSpace", f"{site}/id/{base.slug}/")]),
        *about(iri, [(iris.DCTERMS + "isPartOf", NamedNode(iris.release(site, manifest["name"])))]),
    ]
