"""Bounded look-ups in a release's Oxigraph store, opened read-only: no lock, no file written, nothing left behind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyoxigraph import Literal, NamedNode, Store, Triple

from pop_ld import iris
from pop_ld.errors import StoreError, StoreUnavailable
from pop_ld.relations import mirrors
from pop_ld.store.contract import Release
from pop_ld.store.statistics import load as load_statistics
from pop_ld.store.walk import DEFAULT_GRAPH, PRIMARY_TOPIC, documents, is_document, node, shown_quads

if TYPE_CHECKING:
    from pop_ld.store.contract import Term

DESCRIBE_LIMIT = 20_000
"""Triples that one description may have; notices have 20 to 110."""
CONCEPT_LIMIT = 2_000
LABEL_LIMIT = 64
SHORT_IRI = 200
"""Characters of an IRI without a label that is remembered as such: those of the Getty's stand on every page."""
KNOWN_LABELS = 50_000
"""Things whose labels a reader remembers: what notices share (concepts, agents, places) is asked for on page after page."""
BROADER, NARROWER = NamedNode(iris.SKOS + "broader"), NamedNode(iris.SKOS + "narrower")
LABELS = (NamedNode(iris.RDFS + "label"), NamedNode(iris.SKOS + "prefLabel"))


@contextmanager
def store_errors(path: Path) -> Iterator[None]:
    """Turns what the engine raises about its files into StoreError, which names the folder."""
    try:
        yield
    except OSError as error:
        raise StoreError(str(error), file=str(path)) from error


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """The same while pages are read: StoreUnavailable, for what cannot be read now is neither missing nor a fault of the request."""
    try:
        yield
    except (OSError, RuntimeError) as error:  # files that are gone, files that are damaged
        raise StoreUnavailable(str(error), file=str(path)) from error


class OxigraphReader:
    """ResourceReader over one release; see the contract for each method. Look-ups see the default graph only, but for concepts and
    labels of what has its IRI elsewhere: thesauri have graphs of their own.
    """

    def __init__(self, release: Release) -> None:
        self._path = release.path / "store"
        self._site = str(release.manifest.get("site", iris.DEFAULT_SITE))
        self._known: dict[str, list[Literal]] = {}
        self._used: tuple[NamedNode, ...] | None = None
        with _reading(self._path):
            self._store = Store.read_only(str(self._path))

    def describe(self, iri: str) -> list[Triple]:
        """At most DESCRIBE_LIMIT triples of the thing, its parts and its documents."""
        with _reading(self._path):
            return [quad.triple for quad in islice(shown_quads(self._store, self._site, iri, self._properties), DESCRIBE_LIMIT)]

    def _properties(self) -> Sequence[NamedNode]:
        """Those of the default graph, from the counts of the release; none where it has no counts."""
        if self._used is None:
            counts = load_statistics(self._path.parent)
            self._used = tuple(map(NamedNode, counts.properties)) if counts else ()
        return self._used

    def concept(self, iri: str) -> list[Triple]:
        """At most CONCEPT_LIMIT triples, in a fixed order."""
        start, links = node(iri), iris.links_graph(self._site, "")
        if start is None or iris.is_thing(self._site, iri):
            return []
        with _reading(self._path):
            said = islice(self._store.quads_for_pattern(start, None, None, None), CONCEPT_LIMIT)
            found = {q.triple for q in said if not (isinstance(q.graph_name, NamedNode) and q.graph_name.value.startswith(links))}
            below = [quad.subject for quad in islice(self._store.quads_for_pattern(None, BROADER, start, None), CONCEPT_LIMIT)]
        return sorted(found | {Triple(start, NARROWER, concept) for concept in below if isinstance(concept, NamedNode)}, key=str)

    def objects(self, subject: str, predicate: str) -> list[Term]:
        """At most DESCRIBE_LIMIT objects of (subject, predicate)."""
        start, link = node(subject), node(predicate)
        if start is None or link is None:
            return []
        with _reading(self._path):
            found = self._store.quads_for_pattern(start, link, None, DEFAULT_GRAPH)
            return [quad.object for quad in islice(found, DESCRIBE_LIMIT)]

    def labels(self, iris: Iterable[str]) -> dict[str, list[Literal]]:
        """Labels of those IRIs that have one; at most LABEL_LIMIT of each of the two properties."""
        found = {iri: self._labels(iri) for iri in iris}
        return {iri: labels for iri, labels in found.items() if labels}

    def _labels(self, iri: str) -> list[Literal]:
        """Remembered, where there are any or the IRI is short: a release never changes, and nobody can fill the memory."""
        known = self._known.get(iri)  # once: another thread may clear what is known
        if known is not None:
            return list(known)
        found = self._look_labels(iri)
        if found or len(iri) <= SHORT_IRI:
            if len(self._known) >= KNOWN_LABELS:
                self._known.clear()
            self._known[iri] = found
        return list(found)

    def _look_labels(self, iri: str) -> list[Literal]:
        start = node(iri)
        if start is None:
            return []
        with _reading(self._path):
            quads = [q for p in LABELS for q in islice(self._store.quads_for_pattern(start, p, None, DEFAULT_GRAPH), LABEL_LIMIT)]
            if not quads and not start.value.startswith(f"{self._site}/"):
                quads = [q for p in LABELS for q in islice(self._store.quads_for_pattern(start, p, None, None), LABEL_LIMIT)]
        return [quad.object for quad in quads if isinstance(quad.object, Literal)]

    def incoming(self, iri: str, limit: int) -> list[tuple[str, str]]:
        """At most ``limit`` pairs (predicate, subject); stops reading there, so a concept of a million notices is no burden."""
        target = node(iri)
        if target is None:
            return []
        with _reading(self._path):
            return list(islice(self._incoming(target), max(limit, 0)))

    def _incoming(self, target: NamedNode) -> Iterator[tuple[str, str]]:
        own = tuple(f"{n.value}#" for n in (target, *documents(self._store, self._site, target)))
        for quad in self._store.quads_for_pattern(None, None, target, DEFAULT_GRAPH):
            if not isinstance(quad.subject, NamedNode) or quad.predicate.value in mirrors():
                continue
            of_document = quad.predicate == PRIMARY_TOPIC and is_document(self._site, quad.subject.value)
            if not of_document and not (quad.subject.value + "#").startswith(own):
                yield quad.predicate.value, quad.subject.value

    def count(self, predicate: str, object: str) -> int:
        """How many triples have this predicate and object IRI; the engine reads them all, 0.3 µs each (to hand them over takes 6)."""
        link, target = node(predicate), node(object)
        if link is None or target is None:
            return 0
        with _reading(self._path):
            solutions: Any = self._store.query(f"SELECT (COUNT(*) AS ?n) {{ ?s {link} {target} }}")
            return int(next(iter(solutions))["n"].value)

    def contains(self, iri: str) -> bool:
        """Whether the IRI is the subject of a triple."""
        start = node(iri)
        if start is None:
            return False
        with _reading(self._path):
            return next(iter(self._store.quads_for_pattern(start, None, None, DEFAULT_GRAPH)), None) is not None
