"""The profiles of a document (W3C Content Negotiation by Profile): which vocabulary says it, and in which formats.

A profile is one module with ``triples(source)``, which every RDF format can write, or ``document(source)``, a JSON tree of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

from pop_ld import iris

_RDF = ("jsonld", "ttl", "nt", "rdf", "trig", "json")


@dataclass(frozen=True, slots=True)
class Profile:
    """``name`` is the token of ``?_profile=``, ``iri`` the identifier (W3C Content Negotiation by Profile).

    ``formats`` are those it has, the preferred one first.
    ``module`` is the module of ``pop_ld.formats`` that makes it, "" for the triples as they are; ``suffix`` makes an address of its own.
    """

    name: str
    iri: str
    label: str
    formats: tuple[str, ...]
    module: str = ""
    suffix: str = ""


PROFILES = (
    Profile("pop", iris.ONTOLOGY.rstrip("#"), "POP (CIDOC CRM)", ("html", "ttl", "jsonld", "nt", "rdf", "trig", "json")),
    Profile("schema", iris.SCHEMA, "schema.org", _RDF, "schema_org"),
    Profile("linked-art", "https://linked.art/ns/v1/linked-art.json", "Linked Art", ("jsonld", "json"), "linked_art"),
    Profile("edm", iris.EDM, "Europeana (EDM)", ("rdf", *(name for name in _RDF if name != "rdf")), "edm"),
    Profile("dc", iris.DCTERMS, "Dublin Core", _RDF, "dc"),
    Profile("iiif", "http://iiif.io/api/presentation/3/context.json", "IIIF Presentation 3", ("jsonld", "json"), "iiif", "manifest.json"),
)
""""pop" says everything and is the default."""

BY_NAME = {profile.name: profile for profile in PROFILES}
BY_IRI = {profile.iri: profile for profile in PROFILES}
