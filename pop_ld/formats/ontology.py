"""ontologies/pop.ttl as triples, and its terms as the vocabulary page lists them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, Triple

from pop_ld import iris, resources
from pop_ld.formats.graph import Graph, best_label
from pop_ld.formats.rdf import read_turtle

_KINDS = ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty", "Property")
_BROADER = (iris.RDFS + "subClassOf", iris.RDFS + "subPropertyOf")


@dataclass(frozen=True, slots=True)
class Term:
    """A class or property of ``pop:``; ``broader`` are IRIs of what it specialises."""

    name: str
    is_class: bool
    label: str
    comment: str
    broader: Sequence[str]


def triples() -> Sequence[Triple]:
    """The triples of ontologies/pop.ttl. Raises NotFound where the installation lacks it."""
    return read_turtle(resources.folder("ontologies") / "pop.ttl")


def terms(lang: str) -> list[Term]:
    """Classes, then properties, by name."""
    graph = Graph(triples())
    found = []
    for subject in {t.subject.value for t in triples() if hasattr(t.subject, "value") and t.subject.value.startswith(iris.ONTOLOGY)}:
        kinds = [iris.last_part(kind) for kind in graph.iris(subject, iris.RDF + "type")]
        if any(kind in _KINDS for kind in kinds):
            found.append(_term(graph, subject, "Class" in kinds, lang))
    return sorted(found, key=lambda term: (not term.is_class, term.name))


def _term(graph: Graph, subject: str, is_class: bool, lang: str) -> Term:
    def text(predicate: str) -> str:
        return best_label([v for v in graph.values(subject, predicate) if isinstance(v, Literal)], lang)

    broader = [iri for predicate in _BROADER for iri in graph.iris(subject, predicate)]
    return Term(subject.removeprefix(iris.ONTOLOGY), is_class, text(iris.RDFS + "label"), text(iris.RDFS + "comment"), broader)
