"""One resource goes in, the bytes of one representation come out: HTML pages, RDF syntaxes, profiles of other vocabularies."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Format:
    """A representation that a document has: ``suffix`` without its dot makes its own address.

    ``aliases`` are media types whose clients can read it though it is never called so: an older name, or a wider language.
    """

    name: str
    media_type: str
    suffix: str
    label: str
    aliases: tuple[str, ...] = ()


FORMATS = (
    Format("html", "text/html", "html", "HTML", ("application/xhtml+xml",)),
    Format("ttl", "text/turtle", "ttl", "Turtle", ("application/x-turtle", "text/n3")),
    Format("jsonld", "application/ld+json", "jsonld", "JSON-LD"),
    Format("nt", "application/n-triples", "nt", "N-Triples"),
    Format("rdf", "application/rdf+xml", "rdf", "RDF/XML"),
    Format("trig", "application/trig", "trig", "TriG"),
    Format("json", "application/json", "json", "JSON"),
)
"""Every representation, in the server's order of preference where a client has none.

No alias for ``application/xml``: a client that reads XML is no reader of RDF, and every browser names it.
"""

HTML = FORMATS[0]
BY_NAME = {format.name: format for format in FORMATS}
BY_TYPE = {format.media_type: format for format in FORMATS}
BY_SUFFIX = {format.suffix: format for format in FORMATS}
