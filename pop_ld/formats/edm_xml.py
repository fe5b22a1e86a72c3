"""Triples of EDM in, RDF/XML out as Europeana's XSD wants it: a node for each subject, named by its class, properties in a fixed order.

The XSD (EDM-EXTERNAL) takes no other RDF/XML: no rdf:Description, no nested node, no datatype, and in most classes a sequence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from pyoxigraph import Literal, NamedNode, Triple

from pop_ld import iris
from pop_ld.formats.crosswalk import prefixes

_TYPE = iris.RDF + "type"
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_CLASSES = ("edm:ProvidedCHO", "edm:WebResource", "edm:Agent", "edm:Place", "edm:TimeSpan", "skos:Concept", "ore:Aggregation")
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
    "edm:TimeSpan": f"{_LABELS} dcterms:hasPart dcterms:isPartOf edm:begin edm:end owl:sameAs",
    "skos:Concept": f"""{_LABELS} skos:broader skos:narrower skos:related skos:broadMatch skos:narrowMatch skos:relatedMatch
        skos:exactMatch skos:closeMatch skos:notation skos:inScheme""",
    "ore:Aggregation": """edm:aggregatedCHO edm:dataProvider edm:hasView edm:isShownAt edm:isShownBy edm:object edm:provider
        dc:rights edm:rights edm:ugc edm:intermediateProvider dcterms:created dcterms:modified""",
}
_RANK = {cls: {name: rank for rank, name in enumerate(order.split())} for cls, order in _ORDERS.items()}


def write(triples: Iterable[Triple]) -> bytes:
    """The document, in UTF-8. Raises ValueError for a property that the class of its subject does not have in EDM.

    Control characters that XML 1.0 §2.2 cannot write become U+FFFD, as in the other RDF/XML of the site.
    """
    types: dict[str, str] = {}
    about: dict[str, list[tuple[str, Literal | NamedNode]]] = {}
    for triple in triples:
        subject, value = triple.subject, triple.object
        assert isinstance(subject, NamedNode) and isinstance(value, Literal | NamedNode)
        if triple.predicate.value == _TYPE and isinstance(value, NamedNode):
            types.setdefault(subject.value, _curie(value.value))
        else:
            about.setdefault(subject.value, []).append((_curie(triple.predicate.value), value))
    nodes = sorted(types, key=lambda iri: (_CLASSES.index(types[iri]), iri))
    spaces = "".join(
        f'\n  xmlns:{prefix}="{space}"' for prefix, space in prefixes().items() if prefix not in ("pop", "crm", "schema", "rdfs")
    )
    body = "".join(_node(iri, types[iri], about.get(iri, [])) for iri in nodes)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF{spaces}>\n{body}</rdf:RDF>\n'.encode()


def _curie(iri: str) -> str:
    for prefix, space in prefixes().items():
        if iri.startswith(space):
            return f"{prefix}:{iri.removeprefix(space)}"
    raise ValueError(f"no prefix of EDM for {iri}")


def _node(iri: str, cls: str, pairs: list[tuple[str, Literal | NamedNode]]) -> str:
    rank = _RANK[cls]
    if strangers := {name for name, _ in pairs} - rank.keys():
        raise ValueError(f"{cls} has no {', '.join(sorted(strangers))} in EDM")
    lines = [_property(name, value) for name, value in sorted(pairs, key=lambda pair: (rank[pair[0]], str(pair[1])))]
    return f"  <{cls} rdf:about={quoteattr(iri)}>\n{''.join(lines)}  </{cls}>\n"


def _property(name: str, value: Literal | NamedNode) -> str:
    if isinstance(value, NamedNode):
        return f"    <{name} rdf:resource={quoteattr(value.value)}/>\n"
    lang = f' xml:lang="{value.language}"' if value.language else ""
    text = escape(_NO_XML.sub("\ufffd", value.value)).replace("\r", "&#13;")  # a bare CR would be read back as LF (XML 1.0 §2.11)
    return f"    <{name}{lang}>{text}</{name}>\n"
