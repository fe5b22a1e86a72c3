"""What any triple store gives the rest of the house: releases, bounded look-ups, and SPARQL answers as streams."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:
    from pyoxigraph import BlankNode, Literal, NamedNode, Triple

    from pop_ld.config import Settings

    Term: TypeAlias = NamedNode | BlankNode | Literal | Triple


@dataclass(frozen=True, slots=True)
class Release:
    """A published state of the whole dataset: ``path`` holds ``manifest.json``, ``store/`` and ``search/``, all read-only."""

    name: str
    path: Path
    manifest: dict[str, Any]


Hit: TypeAlias = tuple[str, float]
"""(IRI of a notice, its score), best first."""


@dataclass(frozen=True, slots=True)
class QueryRequest:
    """A SPARQL query as a client sent it (SPARQL 1.1 Protocol §2.1).

    ``accept`` is the client's Accept header ("" means anything), ``timeout`` seconds of running time. ``default_graphs``
    and ``named_graphs`` are absolute IRIs; where either is given they replace the query's own FROM clauses (§2.1.4).
    ``coding`` is the content coding of the answer ("", "gzip", "zstd"), ``client`` whom the queue is fair to, and ``hits``
    what the search index answered to each text that the query searches for.
    """

    query: str
    accept: str
    timeout: float
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    coding: str = ""
    client: str = ""
    hits: Mapping[str, Sequence[Hit]] = field(default_factory=dict)


class QueryAnswer(Protocol):
    """A serialized answer, in chunks; iterate once.

    ``length`` is the number of bytes where the whole answer is already here, else None. A failure after the first chunk
    raises from the iterator: the connection must then be cut, so that the client does not take a part for the whole.
    """

    @property
    def media_type(self) -> str: ...

    @property
    def length(self) -> int | None: ...

    @property
    def coding(self) -> str:
        """The content coding that the bytes bear: "", "gzip" or "zstd"."""

    @property
    def seconds(self) -> float:
        """How long the query has run, or ran."""

    @property
    def long(self) -> bool:
        """Whether it ran long enough to be told apart from the short ones."""

    @property
    def rewrites(self) -> Sequence[str]:
        """Names of the rewrites that the query was answered by; empty where the engine ran it as written."""

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    async def aclose(self) -> None:
        """Ends the query at once where it still runs; call it when the client has left."""


class Running(Protocol):
    """A query that runs: what was asked, for how long it has run, whether it is told apart as long, and the bytes that have left."""

    @property
    def number(self) -> int: ...

    @property
    def request(self) -> QueryRequest: ...

    @property
    def seconds(self) -> float: ...

    @property
    def long(self) -> bool: ...

    @property
    def sent(self) -> int: ...


class QueryService(Protocol):
    """Answers queries on a release within their budgets; one event loop uses it. ``waiting`` queries have no place yet."""

    @property
    def running(self) -> Mapping[int, Running]: ...

    @property
    def waiting(self) -> int: ...

    @property
    def workers(self) -> tuple[int, int]:
        """How many processes were started for queries so far, and how many of them have ended."""

    def stop(self, number: int) -> bool:
        """Ends a running query on behalf of the operator; False where none has the number."""

    async def answer(self, release: Release, request: QueryRequest) -> QueryAnswer:
        """Raises QueryError and its kinds, NotAcceptable, Busy, TooManyRequests; all before the first byte of the answer."""

    async def aclose(self) -> None:
        """Ends what runs and frees everything."""


class ResourceReader(Protocol):
    """Bounded look-ups for pages; hostile IRIs give empty results. Raises StoreError when the store cannot be read."""

    def describe(self, iri: str) -> list[Triple]:
        """The triples of the thing, of its ``#`` parts, and of its document; [] when unknown."""

    def objects(self, subject: str, predicate: str) -> list[Term]:
        """The objects of (subject, predicate)."""

    def concept(self, iri: str) -> list[Triple]:
        """The triples of a concept of an installed thesaurus, whatever the graph that they are in; [] when unknown.

        Concepts that name it as their broader one are its narrower ones (SKOS S25).
        """

    def labels(self, iris: Iterable[str]) -> dict[str, list[Literal]]:
        """The labels of each IRI that has any: its rdfs:label, then its skos:prefLabel; for what is not the site's, of any graph."""

    def incoming(self, iri: str, limit: int) -> list[tuple[str, str]]:
        """At most ``limit`` pairs (predicate, subject IRI) that point at the thing.

        Left out are its own parts and document, and what only mirrors a link of the thing itself (``relations.mirrors``).
        """

    def count(self, predicate: str, object: str) -> int:
        """How many triples have this predicate and object IRI: for checks at publication, not for pages."""

    def contains(self, iri: str) -> bool:
        """Whether the IRI is the subject of a triple."""


def open_reader(release: Release, settings: Settings | None = None) -> ResourceReader:
    """Opens the release's store read-only, or the one that ``settings.store_url`` names; raises StoreError when that cannot be done.

    A remote store is asked whether it holds the release, in one query; StoreUnavailable says that it does not, or does not answer.
    """
    if settings and settings.store_url:
        from pop_ld.store.sparql_reader import RemoteReader  # here, so that the contract costs no engine and no HTTP client

        reader = RemoteReader(release, settings)
        reader.check()
        return reader
    from pop_ld.store.oxigraph import OxigraphReader

    return OxigraphReader(release)


def query_service(settings: Settings) -> QueryService:
    """What answers queries: workers over the release's store, or the remote store that ``settings.store_url`` names."""
    if settings.store_url:
        from pop_ld.store.sparql_endpoint import RemoteService

        return RemoteService(settings)
    from pop_ld.store.workers import QueryPool

    return QueryPool(settings)
