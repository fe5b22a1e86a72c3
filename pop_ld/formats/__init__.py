"""One resource goes in, the bytes of one representation come out: HTML pages, four RDF syntaxes, schema.org JSON-LD."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Format:
    """A representation that a document has: ``suffix`` without its dot makes its own address."""

    name: str
    media_type: str
    suffix: str
    label: str


FORMATS = (
    Format("html", "text/html", "html", "HTML"),
    Format("ttl", "text/turtle", "ttl", "Turtle"),
    Format("jsonld", "application/ld+json", "jsonld", "JSON-LD"),
    Format("nt", "application/n-triples", "nt", "N-Triples"),
    Format("rdf", "application/rdf+xml", "rdf", "RDF/XML"),
)
"""Every representation, in the server's order of preference where a client has none."""

HTML = FORMATS[0]
BY_TYPE = {format.media_type: format for format in FORMATS}
BY_SUFFIX = {format.suffix: format for format in FORMATS}
