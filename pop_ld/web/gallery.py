"""The example queries of ontologies/examples/ as the SPARQL page shows them: a question, what it teaches, its way through the CRM."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pyoxigraph import Literal, RdfFormat, parse

from pop_ld import iris, resources
from pop_ld.formats import descriptions
from pop_ld.formats.graph import Graph, best_label
from pop_ld.formats.rdf import prefixes

OPENING = "11-missing-or-stolen"
"""The question that the page opens on: short, quick, and with an answer in every release that holds Palissy or Joconde."""

_TWIN = "-crm"
_PREFIX = re.compile(r"^PREFIX\s+([\w-]+):\s*<([^>]*)>", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Example:
    """A question, in one language; ``twin`` is the name of the same question through the CRM, "" where there is none."""

    name: str
    title: str
    comment: str
    keywords: Sequence[str]
    query: str
    twin: str


@lru_cache(maxsize=8)
def examples(site: str, lang: str) -> Mapping[str, Example]:
    """Every example by name, in order of name; each query asks ``site``."""
    graph = Graph(descriptions.examples(site))
    names = {iris.last_part(iri): iri for iri in graph.subjects_of(iris.RDF + "type", iris.SHACL + "SPARQLExecutable")}
    return {name: _example(graph, names[name], name, f"{name}{_TWIN}" if f"{name}{_TWIN}" in names else "", lang) for name in sorted(names)}


def _example(graph: Graph, iri: str, name: str, twin: str, lang: str) -> Example:
    def texts(predicate: str) -> list[Literal]:
        return [value for value in graph.values(iri, predicate) if isinstance(value, Literal)]

    query = "\n".join(line.rstrip() for line in graph.text(iri, iris.SHACL + "select").strip().splitlines())
    title, comment = (best_label(texts(predicate), lang) for predicate in (iris.DCTERMS + "title", iris.RDFS + "comment"))
    return Example(name, title, comment, [word.value for word in texts(iris.SCHEMA + "keywords")], query, twin)


def gallery(site: str, lang: str) -> Sequence[Example]:
    """The questions, each once: those through the CRM are reached from their twins."""
    return [example for name, example in examples(site, lang).items() if not name.endswith(_TWIN)]


def keywords(site: str, lang: str) -> Sequence[str]:
    """The keywords of more than one question, in alphabetical order: what the list can be filtered by."""
    found = [word for example in gallery(site, lang) for word in example.keywords]
    return sorted({word for word in found if found.count(word) > 1}, key=str.casefold)


def asked(site: str, lang: str, query: str) -> Example | None:
    """The example whose query this is, white space apart."""
    words = query.split()
    return next((example for example in examples(site, lang).values() if example.query.split() == words), None)


@lru_cache(maxsize=8)
def known_prefixes(site: str) -> Mapping[str, str]:
    """Prefix -> namespace: those of our vocabularies, then those that the examples and the ontology declare; each namespace once."""
    ontology = parse(path=str(resources.folder("ontologies") / "pop.ttl"), format=RdfFormat.TURTLE)
    next(ontology)  # the declarations are read with the first triple
    declared = {name: space for example in examples(site, "fr").values() for name, space in _PREFIX.findall(example.query)}
    found: dict[str, str] = {}
    for name, space in (*prefixes().items(), *declared.items(), *ontology.prefixes.items()):
        if name not in found and space not in found.values():
            found[name] = space
    return found
