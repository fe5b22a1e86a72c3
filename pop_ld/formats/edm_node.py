"""A node of an EDM record: an instance of one class with its properties, as triples and as the XML that Europeana's XSD accepts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from xml.sax.saxutils import escape, quoteattr

from pyoxigraph import Literal, NamedNode, Triple

from pop_ld import iris
from pop_ld.formats.crosswalk import name

Value = Literal | NamedNode
Pair = tuple[str, Value]
"""A property, as a CURIE of :func:`crosswalk.prefixes`, and a value."""

CLASSES = ("edm:ProvidedCHO", "edm:WebResource", "edm:Agent", "edm:Place", "edm:TimeSpan", "skos:Concept", "ore:Aggregation")
"""Classes in the order of a document."""

_LABELS = "skos:prefLabel skos:altLabel skos:note"
_ORDERS = {
    "edm:ProvidedCHO": """
        dc:title dcterms:alternative dc:description dc:type dc:creator dc:contributor dc:publisher dc:subject dcterms:created dc:date
        dcterms:temporal dcterms:spatial dc:coverage dcterms:medium dcterms:extent dc:format dc:identifier dc:language dcterms:provenance
        dc:source dcterms:isPartOf dcterms:hasPart dcterms:isReferencedBy dcterms:references dc:relation dc:rights
        edm:currentLocation edm:isRepresentationOf edm:type owl:sameAs""",
    "edm:WebResource": "dc:creator dc:description dc:format dc:rights dc:source dc:type dc:title dc:language edm:rights",
    "edm:Agent": f"""{_LABELS} dc:date dc:identifier edm:begin edm:end rdaGr2:biographicalInformation rdaGr2:dateOfBirth
        rdaGr2:dateOfDeath rdaGr2:dateOfEstablishment rdaGr2:dateOfTermination rdaGr2:placeOfBirth rdaGr2:placeOfDeath
        rdaGr2:professionOrOccupation owl:sameAs""",
    "edm:Place": f"wgs84_pos:lat wgs84_pos:long {_LABELS} dcterms:hasPart dcterms:isPartOf owl:sameAs",
    "edm:TimeSpan": f"{_LABELS} dcterms:hasPart dcterms:isPartOf edm:begin edm:end owl:sameAs skos:notation",
    "skos:Concept": f"""{_LABELS} skos:broader skos:narrower skos:related skos:broadMatch skos:narrowMatch skos:relatedMatch
        skos:exactMatch skos:closeMatch skos:notation skos:inScheme""",
    "ore:Aggregation": """edm:aggregatedCHO edm:dataProvider edm:hasView edm:isShownAt edm:isShownBy edm:object edm:provider
        dc:rights edm:rights edm:ugc edm:intermediateProvider dcterms:created dcterms:modified""",
}
RANKS = {cls: {curie: rank for rank, curie in enumerate(order.split())} for cls, order in _ORDERS.items()}
"""Class -> property -> its place in the XSD's sequence."""

_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_TO_ESCAPE = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff&<>]")


@dataclass(frozen=True, eq=False)
class Node:
    """``iri`` is an instance of ``cls`` (a CURIE); ``pairs`` are its properties, each pair once. What is made of it is made once."""

    iri: str
    cls: str
    pairs: tuple[Pair, ...]

    @cached_property
    def xml(self) -> str:
        """The element. Raises ValueError for a property that the class does not have in EDM.

        Control characters that XML 1.0 §2.2 cannot write become U+FFFD, as in the other RDF/XML of the site.
        """
        rank = RANKS[self.cls]
        if strangers := self.says - rank.keys():
            raise ValueError(f"{self.cls} has no {', '.join(sorted(strangers))} in EDM")
        ordered = sorted(self.pairs, key=lambda pair: (rank[pair[0]], str(pair[1])))
        return f"  <{self.cls} rdf:about={quoteattr(self.iri)}>\n{''.join(map(_property, ordered))}  </{self.cls}>\n"

    @cached_property
    def says(self) -> frozenset[str]:
        """Its properties."""
        return frozenset(curie for curie, _ in self.pairs)

    @cached_property
    def spoken(self) -> bool:
        """Whether a preferred label of it has a language."""
        return any(curie == "skos:prefLabel" and isinstance(value, Literal) and value.language for curie, value in self.pairs)

    @property
    def place(self) -> tuple[int, str]:
        """Where it stands in a document."""
        return CLASSES.index(self.cls), self.iri

    def values(self, curie: str) -> list[Value]:
        return [value for name_, value in self.pairs if name_ == curie]

    def links(self, curie: str) -> list[str]:
        return [value.value for name_, value in self.pairs if name_ == curie and isinstance(value, NamedNode)]

    def triples(self) -> Iterator[Triple]:
        subject = NamedNode(self.iri)
        yield Triple(subject, _TYPE, NamedNode(name(self.cls)))
        yield from (Triple(subject, NamedNode(name(curie)), value) for curie, value in self.pairs)


_TYPE = NamedNode(iris.RDF + "type")


def node(iri: str, cls: str, pairs: Iterable[Pair]) -> Node:
    """A node without blank texts, each pair once."""
    kept = dict.fromkeys((curie, value) for curie, value in pairs if value.value.strip())
    return Node(iri, cls, tuple(kept))


def merged(nodes: Iterable[Node]) -> list[Node]:
    """One node for each IRI, of the class that came first, with all that any of them says."""
    found: dict[str, Node] = {}
    for each in nodes:
        known = found.get(each.iri)
        found[each.iri] = each if known is None or known is each else node(each.iri, known.cls, (*known.pairs, *each.pairs))
    return list(found.values())


def plain(text: Literal) -> Literal:
    """A text of EDM has a language or none; no property of its XSD has a datatype."""
    return text if text.language else Literal(text.value)


def _property(pair: Pair) -> str:
    curie, value = pair
    if isinstance(value, NamedNode):
        return f"    <{curie} rdf:resource={quoteattr(value.value)}/>\n"
    lang = f' xml:lang="{value.language}"' if value.language else ""
    text = value.value
    if _TO_ESCAPE.search(text):
        text = escape(_NO_XML.sub("\ufffd", text)).replace("\r", "&#13;")  # a bare CR would be read back as LF (XML 1.0 §2.11)
    return f"    <{curie}{lang}>{text}</{curie}>\n"
