"""A thing as the metadata of an OAI-PMH record: Dublin Core, and RDF/XML or LIDO that other modules make."""

from __future__ import annotations

from lxml import etree
from pyoxigraph import Literal

from pop_ld import iris
from pop_ld.formats import BY_SUFFIX, dc
from pop_ld.formats.oai import dublin_core
from pop_ld.formats.rdf import rdf
from pop_ld.formats.source import Source

_ELEMENTS = (
    *("title", "creator", "contributor", "subject", "type", "description", "date", "coverage", "format", "language", "publisher"),
    *("identifier", "source", "relation", "rights"),
)
"""Order of the fifteen elements."""
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)


def oai_dc(source: Source) -> etree._Element:
    """Every element of mappings/dc.csv with all its values; beside the REF the page's address, by which aggregators link."""
    found = [(source.document, "", "identifier")]
    for triple in dc.triples(source):
        if triple.predicate.value.startswith(iris.DC) and isinstance(triple.object, Literal):
            found.append((triple.object.value, triple.object.language or "", triple.predicate.value.removeprefix(iris.DC)))
    ordered = sorted(dict.fromkeys(found), key=lambda value: _ELEMENTS.index(value[2]))
    return dublin_core((name, value, lang) for value, lang, name in ordered)


def rdf_xml(source: Source) -> etree._Element:
    """All that is said of the thing, its parts and its document."""
    return parsed(rdf(BY_SUFFIX["rdf"], source.triples))


def parsed(xml: bytes) -> etree._Element:
    """The root of an XML document of ours. Raises etree.XMLSyntaxError, which would be a fault of the module that made it."""
    return etree.fromstring(xml, _PARSER)


def rights_of(source: Source) -> str:
    """The statement of the rights in the notice's data, "" where there is none."""
    return next(iter(source.graph.iris(source.document, iris.EDM + "rights")), "")
