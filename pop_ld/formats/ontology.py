"""ontologies/pop.ttl as triples, and its terms as the pages of the vocabulary show them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from pop_ld import iris, resources
from pop_ld.bases import load_bases
from pop_ld.formats.graph import Graph, best_label
from pop_ld.formats.rdf import about, read_turtle

KINDS = ("class", "property", "individual")
_PROPERTIES = frozenset({"ObjectProperty", "DatatypeProperty", "AnnotationProperty", "Property"})
_FILES = ("pop.ttl", "shortcuts.ttl")
_BROADER = (iris.RDFS + "subClassOf", iris.RDFS + "subPropertyOf")


@dataclass(frozen=True, slots=True)
class Term:
    """A term of ``pop:``; ``kind`` is one of KINDS, ``types``, ``broader``, ``domain`` and ``range`` are IRIs.

    ``fields`` are (slug of a base, code) of the POP fields that it says, ``paths`` (base, SPARQL path) what it abridges in the CRM.
    """

    name: str
    kind: str
    label: str
    comment: str
    types: Sequence[str]
    broader: Sequence[str]
    domain: Sequence[str]
    range: Sequence[str]
    bases: Sequence[str]
    fields: Sequence[tuple[str, str]]
    paths: Sequence[tuple[str, str]]

    @property
    def iri(self) -> str:
        return iris.ONTOLOGY + self.name

    @property
    def is_class(self) -> bool:
        return self.kind == "class"


def triples() -> Sequence[Triple]:
    """The triples of ontologies/pop.ttl. Raises NotFound where the installation lacks it."""
    return read_turtle(resources.folder("ontologies") / "pop.ttl")


def describe(name: str) -> list[Triple]:
    """What the ontology says of one term, with the paths that it abridges; [] of what is none."""
    if term(name, "fr") is None:
        return []
    node, shortcuts = NamedNode(iris.ONTOLOGY + name), _shortcuts()
    found = [triple for triple in triples() if triple.subject == node]
    paths = {triple.subject for triple in shortcuts if triple.predicate.value == iris.ONTOLOGY + "property" and triple.object == node}
    defined = about(node.value, [(iris.RDFS + "isDefinedBy", NamedNode(iris.ONTOLOGY.rstrip("#")))])
    return [*found, *defined, *(triple for triple in shortcuts if triple.subject in paths)]


def terms(lang: str) -> Sequence[Term]:
    """Classes, then properties, then the rest, by name."""
    return list(_terms(lang, _changed()).values())


def term(name: str, lang: str) -> Term | None:
    """The term of that local name."""
    return _terms(lang, _changed()).get(name)


def state() -> str:
    """Changes with the content of the ontology, and is the same in every process, unlike the names of blank nodes."""
    return _state(_changed())


@lru_cache(maxsize=2)
def _state(_files: Sequence[int]) -> str:
    return hashlib.sha256(b"".join((resources.folder("ontologies") / name).read_bytes() for name in _FILES)).hexdigest()


def _changed() -> Sequence[int]:
    """Tells states of the two files apart."""
    return tuple((resources.folder("ontologies") / name).stat().st_mtime_ns for name in _FILES)


def _shortcuts() -> Sequence[Triple]:
    """Their blank nodes are named in the order of the file, so that every process writes the same bytes."""
    said = read_turtle(resources.folder("ontologies") / "shortcuts.ttl")
    names: dict[Any, Any] = {}
    for node in (node for triple in said for node in (triple.subject, triple.object) if isinstance(node, BlankNode)):
        names.setdefault(node, BlankNode(f"path{len(names)}"))
    return [Triple(names.get(t.subject, t.subject), t.predicate, names.get(t.object, t.object)) for t in said]


@lru_cache(maxsize=4)
def _terms(lang: str, _files: Sequence[int]) -> Mapping[str, Term]:
    said = triples()
    graph, paths = Graph(said), _paths(_shortcuts())
    subjects = {t.subject.value for t in said if isinstance(t.subject, NamedNode) and t.subject.value.startswith(iris.ONTOLOGY)}
    found = [_term(graph, subject, lang, paths.get(subject, ())) for subject in subjects]
    return {term.name: term for term in sorted(found, key=lambda term: (KINDS.index(term.kind), term.name))}


def _paths(shortcuts: Sequence[Triple]) -> dict[str, list[tuple[str, str]]]:
    """Property -> (base, path) of each shortcut."""
    told: dict[str, dict[str, str]] = {}
    for triple in shortcuts:
        if not isinstance(triple.subject, Triple) and isinstance(triple.object, NamedNode | Literal):
            told.setdefault(triple.subject.value, {})[triple.predicate.value] = triple.object.value
    found: dict[str, list[tuple[str, str]]] = {}
    for about_one in told.values():
        base, name, path = (about_one.get(iris.ONTOLOGY + key, "") for key in ("base", "property", "path"))
        found.setdefault(name, []).append((base, path))
    return {name: sorted(pairs) for name, pairs in found.items()}


def _term(graph: Graph, subject: str, lang: str, paths: Iterable[tuple[str, str]]) -> Term:
    def text(predicate: str) -> str:
        return best_label([v for v in graph.values(subject, predicate) if isinstance(v, Literal)], lang)

    types = graph.iris(subject, iris.RDF + "type")
    names = {iris.last_part(kind) for kind in types}
    bases = sorted(literal.value for literal in graph.values(subject, iris.ONTOLOGY + "base") if isinstance(literal, Literal))
    codes = [literal.value for literal in graph.values(subject, iris.ONTOLOGY + "champ") if isinstance(literal, Literal)]
    return Term(
        name=subject.removeprefix(iris.ONTOLOGY),
        kind="class" if "Class" in names else "property" if names & _PROPERTIES else "individual",
        label=text(iris.RDFS + "label"),
        comment=text(iris.RDFS + "comment"),
        types=types,
        broader=[iri for predicate in _BROADER for iri in graph.iris(subject, predicate)],
        domain=graph.iris(subject, iris.RDFS + "domain"),
        range=graph.iris(subject, iris.RDFS + "range"),
        bases=bases,
        fields=[(slug, code) for slug in bases for code in codes if slug in load_bases() and code in load_bases()[slug].fields],
        paths=tuple(paths),
    )
