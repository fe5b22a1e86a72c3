"""ResourceReader over a remote SPARQL 1.1 store: the look-ups of ``oxigraph``, in one or two round trips each."""

from __future__ import annotations

import time
import weakref
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING

import httpx
from pyoxigraph import (
    Literal,
    NamedNode,
    Quad,
    QueryResultsFormat,
    QuerySolution,
    QuerySolutions,
    RdfFormat,
    Store,
    Triple,
    parse,
    parse_query_results,
)

from pop_ld import iris
from pop_ld.config import Settings
from pop_ld.errors import PopError, StoreError, StoreUnavailable
from pop_ld.store import results
from pop_ld.store import sparql_look_ups as look_ups
from pop_ld.store.contract import Release
from pop_ld.store.oxigraph import CONCEPT_LIMIT, DESCRIBE_LIMIT, LABEL_LIMIT, LABELS
from pop_ld.store.results import Format
from pop_ld.store.sparql_client import CONNECT_SECONDS, ERROR_BYTES, client_options, failure, format_of, head_failure, lost
from pop_ld.store.walk import DEFAULT_GRAPH, HUB, documents, shown_quads

if TYPE_CHECKING:
    from pop_ld.store.contract import Term

SECONDS = 10.0
"""Time that a look-up may take."""
_MOST_BYTES = 64 << 20
_LABELS_AT_ONCE = 500
_CONNECTIONS = 40
"""As many as the web has threads for pages."""


class RemoteReader:
    """ResourceReader over ``settings.store_url``; threads share it. Look-ups see the remote store's default graph only.

    IRIs are written into queries by the engine's own writer, and what is no IRI, or would be read as another one, finds nothing.
    Every failure is a StoreError.
    """

    def __init__(self, release: Release, settings: Settings) -> None:
        self._release = release
        self._site = str(release.manifest.get("site", iris.DEFAULT_SITE))
        self._url = settings.store_url
        limits = httpx.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS)
        self._client = httpx.Client(**client_options(settings), timeout=httpx.Timeout(SECONDS, connect=CONNECT_SECONDS), limits=limits)
        weakref.finalize(self, self._client.close)

    def check(self) -> None:
        """Raises StoreUnavailable where the remote store does not say that it holds this release (its graph of quality names it)."""
        expected = iris.release(self._site, self._release.name)
        found = [str(_value(row, "release")) for row in self._solutions(look_ups.release_held(iris.quality_graph(self._site)))]
        if expected not in found:
            held = ", ".join(found) or "no release that names itself"
            raise StoreUnavailable(f"the remote store holds {held}, and the data folder {expected}")

    def describe(self, iri: str) -> list[Triple]:
        """At most DESCRIBE_LIMIT triples of the thing, its parts and its documents."""
        start = look_ups.term(iri)
        if start is None:
            return []
        found = self._triples(look_ups.whole(self._site, start, HUB))
        store = _held(found if len(found) < HUB else self._one_by_one(start))
        asked = {start.value, *(document.value for document in documents(store, self._site, start))}
        while len(store) < DESCRIBE_LIMIT and (missing := self._missing(store, start, asked)):
            asked.update(missing)
            _add(store, self._about([NamedNode(part) for part in missing]))
        return [quad.triple for quad in islice(shown_quads(store, self._site, iri), DESCRIBE_LIMIT)]

    def _one_by_one(self, start: NamedNode) -> list[Triple]:
        """What ``whole`` gives, for a thing of so many triples that one answer cannot hold them."""
        links = self._triples(look_ups.documents_of(self._site, start))
        subjects = [start, *documents(_held(links), self._site, start)]
        return [*links, *(triple for subject in subjects for triple in self._about([subject]))]

    def _about(self, subjects: Sequence[NamedNode]) -> list[Triple]:
        """The triples of subjects, mirrored links of a hub left out as ``walk.shown_quads`` does."""
        found = self._triples(look_ups.about(subjects, HUB))
        if len(found) < HUB:
            return found
        if len(subjects) == 1:
            return self._triples(look_ups.hub(subjects[0]))
        middle = len(subjects) // 2
        return [*self._about(subjects[:middle]), *self._about(subjects[middle:])]

    def _missing(self, store: Store, start: NamedNode, asked: set[str]) -> list[str]:
        """Documents and parts that the walk reaches and that nobody asked about; parts deeper than one query looks are such."""
        roots = [start.value, *(document.value for document in documents(store, self._site, start))]
        prefixes = tuple(f"{root}#" for root in roots)
        parts = {q.object.value for q in store if isinstance(q.object, NamedNode) and q.object.value.startswith(prefixes)}
        held = {q.subject.value for q in store if isinstance(q.subject, NamedNode)}
        return sorted({*roots, *parts} - held - asked)

    def objects(self, subject: str, predicate: str) -> list[Term]:
        """At most DESCRIBE_LIMIT objects of (subject, predicate)."""
        start, link = look_ups.term(subject), look_ups.term(predicate)
        if start is None or link is None:
            return []
        return [row["o"] for row in self._solutions(f"SELECT ?o {{ {start} {link} ?o }} LIMIT {DESCRIBE_LIMIT}")]

    def concept(self, iri: str) -> list[Triple]:
        """At most CONCEPT_LIMIT triples, in a fixed order."""
        start = look_ups.term(iri)
        if start is None or iris.is_thing(self._site, iri):
            return []
        return sorted(set(self._triples(look_ups.concept(self._site, start, CONCEPT_LIMIT))), key=str)

    def labels(self, iris: Iterable[str]) -> dict[str, list[Literal]]:
        """Labels of those IRIs that have one; at most LABEL_LIMIT of each of the two properties."""
        wanted = [(iri, start) for iri in iris if (start := look_ups.term(iri))]
        found = self._labels(wanted, named=False)
        left = [pair for pair in wanted if pair[0] not in found and not pair[0].startswith(f"{self._site}/")]
        return {**found, **(self._labels(left, named=True) if left else {})}

    def _labels(self, wanted: Sequence[tuple[str, NamedNode]], *, named: bool) -> dict[str, list[Literal]]:
        found: dict[tuple[str, str], list[Literal]] = {}
        for first in range(0, len(wanted), _LABELS_AT_ONCE):
            for row in self._label_rows([start for _, start in wanted[first : first + _LABELS_AT_ONCE]], named):
                subject, link, label = row["s"], row["p"], row["o"]
                if isinstance(subject, NamedNode) and isinstance(link, NamedNode) and isinstance(label, Literal):
                    found.setdefault((subject.value, link.value), []).append(label)
        both = {iri: [x for link in LABELS for x in found.get((iri, link.value), ())[:LABEL_LIMIT]] for iri, _ in wanted}
        return {iri: labels for iri, labels in both.items() if labels}

    def _label_rows(self, subjects: Sequence[NamedNode], named: bool) -> list[QuerySolution]:
        limit = 2 * LABEL_LIMIT * len(subjects)
        rows = self._solutions(look_ups.labels(subjects, LABELS, limit, named=named))
        if len(rows) < limit or len(subjects) == 1:
            return rows
        middle = len(subjects) // 2  # one of them has very many, which must not crowd out the others
        return [*self._label_rows(subjects[:middle], named), *self._label_rows(subjects[middle:], named)]

    def incoming(self, iri: str, limit: int) -> list[tuple[str, str]]:
        """At most ``limit`` pairs (predicate, subject)."""
        target = look_ups.term(iri)
        if target is None or limit <= 0:
            return []
        own: set[str] = set()
        while True:
            rows = self._solutions(look_ups.incoming(self._site, target, sorted(own), limit))
            known = {_value(row, "d") for row in rows if row["d"]} - {""}
            pairs = [(_value(row, "p"), _value(row, "s")) for row in rows if row["p"]]
            kept = [pair for pair in pairs if not f"{pair[1]}#".startswith(tuple(f"{document}#" for document in known))]
            if len(kept) == len(pairs) or len(pairs) < limit or known <= own:
                return kept
            own = known  # links from parts of these documents took places that belong to others

    def count(self, predicate: str, object: str) -> int:
        """How many triples have this predicate and object IRI."""
        link, target = look_ups.term(predicate), look_ups.term(object)
        if link is None or target is None:
            return 0
        (row,) = self._solutions(f"SELECT (COUNT(*) AS ?n) {{ ?s {link} {target} }}")
        return int(_value(row, "n"))

    def contains(self, iri: str) -> bool:
        """Whether the IRI is the subject of a triple."""
        start = look_ups.term(iri)
        return start is not None and bool(self._solutions(f"SELECT ?p {{ {start} ?p ?o }} LIMIT 1"))

    # Round trips -----------------------------------------------------------------------------------------------------------

    def _solutions(self, query: str) -> list[QuerySolution]:
        body = self._ask(query, QueryResultsFormat.JSON)
        with _read_errors():
            found = parse_query_results(body, QueryResultsFormat.JSON)
            if isinstance(found, QuerySolutions):
                return list(found)
        raise StoreUnavailable("the remote store answered a boolean where solutions were asked for")

    def _triples(self, query: str) -> list[Triple]:
        body = self._ask(query, RdfFormat.N_TRIPLES)
        with _read_errors():
            return [quad.triple for quad in parse(body, RdfFormat.N_TRIPLES)]

    def _ask(self, query: str, form: Format) -> bytes:
        """The whole answer, asked for once more where a connection that was kept open turns out to be closed."""
        try:
            try:
                return self._once(query, form)
            except httpx.RemoteProtocolError:
                return self._once(query, form)
        except httpx.HTTPError as error:
            raise lost(error, begun=False) from error
        except StoreError:
            raise
        except PopError as error:  # a failure of our own query is one of the store
            raise StoreUnavailable(error.message) from error

    def _once(self, query: str, form: Format) -> bytes:
        end = time.monotonic() + SECONDS
        received = bytearray()
        with self._client.stream("POST", self._url, data={"query": query}, headers={"Accept": results.media_type(form)}) as response:
            content_type, ok = response.headers.get("content-type", ""), response.status_code == 200
            if ok and (wrong := head_failure(response)):
                raise wrong
            if ok and format_of(content_type) != form:
                raise StoreUnavailable(f"the remote store answered {content_type[:100]!r}, which was not asked for")
            for block in response.iter_raw():
                received += block
                if not ok and len(received) >= ERROR_BYTES:
                    break
                if len(received) > _MOST_BYTES or time.monotonic() > end:
                    raise StoreUnavailable("the remote store's answer to a look-up is too long, or too slow")
            if not ok:
                raise failure(response.status_code, content_type, bytes(received[:ERROR_BYTES]))
        return bytes(received)


def _held(triples: Iterable[Triple]) -> Store:
    """A store in memory, so that the walk over a remote thing is the very one over a local thing."""
    store = Store()
    _add(store, triples)
    return store


def _add(store: Store, triples: Iterable[Triple]) -> None:
    """In an order of our own, so that a page is the same whatever order the remote store answers in: a walk begins with what came last."""
    store.extend(Quad(t.subject, t.predicate, t.object, DEFAULT_GRAPH) for t in sorted(triples, key=str, reverse=True))


def _value(row: QuerySolution, name: str) -> str:
    term = row[name]
    return term.value if isinstance(term, NamedNode | Literal) else ""


@contextmanager
def _read_errors() -> Iterator[None]:
    try:
        yield
    except (SyntaxError, ValueError) as error:
        raise StoreUnavailable(f"the remote store's answer cannot be read: {error}") from error
