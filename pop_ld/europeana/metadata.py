"""The metadata tier of a record: the lowest of three classifiers, as Europeana computes them from the provider's proxy.

Rules of europeana/metis-framework, ``metis-indexing``, package ``indexing.tiers.metadata``: LanguageTagStatistics and PropertyType
(a893ed51), LanguageClassifier (0cd58faa), EnablingElement (fe93bcc8), ContextualClassesClassifier (188f91ff). Europeana counts what it
adds itself by dereferencing too; here only what we deliver counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from pop_ld.formats.edm import Record
from pop_ld.formats.edm_context import AGENT, CONCEPT, PLACE, TIME
from pop_ld.formats.edm_node import Node

TIERS = ("0", "A", "B", "C")
"""From the lowest to the highest; "0" is no tier, and is not published in Europeana's collections."""

WITH_LANGUAGE = frozenset(
    (
        *(f"dc:{name}" for name in ("coverage", "description", "format", "relation", "rights", "source", "subject", "title", "type")),
        *(f"dcterms:{name}" for name in ("alternative", "hasPart", "isPartOf", "isReferencedBy", "medium", "provenance", "references")),
        *("dcterms:spatial", "dcterms:tableOfContents", "dcterms:temporal"),
        *(f"edm:{name}" for name in ("currentLocation", "hasType", "isRelatedTo")),
    )
)
"""The properties whose language counts (enum PropertyType)."""

TEMPORAL, CONCEPTUAL, PERSONAL, GEOGRAPHICAL = "temporal", "conceptual", "personal", "geographical"
GROUPS = (TEMPORAL, CONCEPTUAL, PERSONAL, GEOGRAPHICAL)
ENABLING = {
    "dcterms:created": TEMPORAL,
    "dcterms:issued": TEMPORAL,
    "dcterms:temporal": TEMPORAL,
    "dc:format": CONCEPTUAL,
    "dc:type": CONCEPTUAL,
    "dcterms:medium": CONCEPTUAL,
    "dc:creator": PERSONAL,
    "dc:contributor": PERSONAL,
    "dc:publisher": PERSONAL,
    "dcterms:spatial": GEOGRAPHICAL,
    "edm:currentLocation": GEOGRAPHICAL,
}
"""Enabling elements that count with any value, and the group that they are of."""

_LINKED = {
    "edm:hasMet": {TIME: TEMPORAL, AGENT: PERSONAL},
    "dc:subject": {CONCEPT: CONCEPTUAL, AGENT: PERSONAL, PLACE: GEOGRAPHICAL},
}
"""Those that count only where they lead to a contextual class, and by which."""

KINDS = (AGENT, CONCEPT, PLACE, TIME)
_BEGUN = ("edm:begin", "rdaGr2:dateOfBirth", "rdaGr2:placeOfBirth")
_ENDED = ("edm:end", "rdaGr2:dateOfDeath", "rdaGr2:placeOfDeath")
_RELATED = ("skos:note", "skos:broader", "skos:narrower", "skos:exactMatch", "skos:closeMatch", "skos:related")
_LABEL = frozenset(("skos:prefLabel",))
_COMPLETE: Mapping[str, tuple[frozenset[str], ...]] = {
    AGENT: (_LABEL, frozenset((*_BEGUN, *_ENDED, "rdaGr2:professionOrOccupation"))),
    CONCEPT: (_LABEL, frozenset(_RELATED)),
    PLACE: (_LABEL, frozenset(("wgs84_pos:lat",)), frozenset(("wgs84_pos:long",))),
    TIME: (frozenset(("edm:begin",)), frozenset(("edm:end",))),
}
"""What makes a thing complete: of each of these at least one."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the three classifiers found. ``unspoken`` are properties with values of which none has a language, ``qualified`` all that count.

    ``elements`` are the enabling elements with the groups that each counts for; ``complete`` the kinds of which the object names a
    complete thing, ``incomplete`` those of which it names only others.
    """

    language: str
    enabling: str
    context: str
    qualified: frozenset[str]
    unspoken: frozenset[str]
    elements: Mapping[str, frozenset[str]]
    complete: frozenset[str]
    incomplete: frozenset[str]

    @property
    def tier(self) -> str:
        return min(self.language, self.enabling, self.context)

    @property
    def groups(self) -> frozenset[str]:
        """Of which an enabling element is there."""
        return frozenset[str]().union(*self.elements.values())


def classify(record: Record) -> Metadata:
    """The metadata tier of a record, with its reasons."""
    cho = record.cho
    about = {each.iri: each for each in record.entities}
    links = {value.value for _, value in cho.pairs if isinstance(value, NamedNode)}
    named = [each for iri in links if (each := about.get(iri))]
    spoken = {each.iri for each in named if each.cls != AGENT and each.spoken}
    qualified = cho.says & WITH_LANGUAGE
    with_language = {curie for curie, value in cho.pairs if curie in qualified and _has_language(value, spoken)}
    elements = _elements(cho, about)
    complete = frozenset(each.cls for each in named if is_complete(each))
    return Metadata(
        _of_share(len(with_language), len(qualified)),
        _of_elements(len(elements), len(frozenset[str]().union(*elements.values()))),
        TIERS[min(len(complete), 2) + 1],
        frozenset(qualified),
        frozenset(qualified - with_language),
        elements,
        complete,
        frozenset(each.cls for each in named) - complete,
    )


def is_complete(entity: Node) -> bool:
    """Whether a contextual class has what Europeana asks of one."""
    return not any(entity.says.isdisjoint(wanted) for wanted in _COMPLETE[entity.cls])


def _has_language(value: Literal | NamedNode, spoken: set[str]) -> bool:
    return value.value in spoken if isinstance(value, NamedNode) else bool(value.language)


def _of_share(spoken: int, qualified: int) -> str:
    """The language tier: a quarter, half, three quarters of the properties have a language somewhere."""
    share = spoken / qualified if qualified else 0.0
    return TIERS[(share >= 0.25) + (share >= 0.5) + (share >= 0.75)]


def _of_elements(elements: int, groups: int) -> str:
    """The tier of enabling elements."""
    if groups >= 2 and elements >= 3:
        return TIERS[3 if elements >= 4 else 2]
    return TIERS[1 if elements else 0]


def _elements(cho: Node, about: Mapping[str, Node]) -> dict[str, frozenset[str]]:
    found = {curie: frozenset((group,)) for curie, group in ENABLING.items() if curie in cho.says}
    for curie, kinds in _LINKED.items():
        if curie in cho.says:
            linked = (about[iri].cls for iri in cho.links(curie) if iri in about)
            if groups := frozenset(kinds[kind] for kind in linked if kind in kinds):
                found[curie] = groups
    return found
