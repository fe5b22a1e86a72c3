"""Writes into a remote store: pieces of N-Triples by Graph Store HTTP Protocol, changes by SPARQL 1.1 Update, and what it says it holds.

Everything sent may be sent twice, for triples are a set; so what the connection lost is sent again, and a publication that was cut goes on.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self
from urllib.parse import quote, urlencode, urlsplit

import httpx
from pyoxigraph import Literal, NamedNode, QueryBoolean, QueryResultsFormat, QuerySolution, QuerySolutions, RdfFormat, parse_query_results

from pop_ld import iris, packed
from pop_ld.config import Settings
from pop_ld.errors import StoreError, StoreUnavailable
from pop_ld.store import canonical, results, sparql_changes
from pop_ld.store import sparql_look_ups as look_ups
from pop_ld.store.sparql_client import CONNECT_SECONDS, client_options, format_of
from pop_ld.store.sparql_sending import Refused, request, shown

SECONDS = 3600.0
"""Time without a byte that a write, or a count of everything, may take: TDB2 answers once a piece is on its disk."""
PIECE = 32 << 20
"""Bytes of N-Triples that are cut off at once."""
UPDATE = 96 << 20
"""Bytes of an update that is made in one request; Oxigraph takes no more than 128 MiB."""
_NTRIPLES = RdfFormat.N_TRIPLES.media_type
_FORM, _UPDATE = "application/x-www-form-urlencoded", "application/sparql-update"
_QUERIES, _GRAPHS = ("sparql", "query"), ("data", "store?no_transaction")
"""Names below the address of a service: of Fuseki's datasets, and of Oxigraph's server, which then uses its bulk loader."""
QUERY_ENDS = tuple(f"/{name}" for name in _QUERIES)


@dataclass(frozen=True, slots=True)
class Service:
    """The three addresses of a remote store."""

    query: str
    update: str
    graphs: str

    def graph(self, name: str) -> str:
        """The address of a graph in the graph store ("" is the default graph; Graph Store HTTP Protocol §4.2)."""
        which = f"graph={quote(name, safe='')}" if name else "default"
        return f"{self.graphs}{'&' if '?' in self.graphs else '?'}{which}"


@dataclass(frozen=True, slots=True)
class Loading:
    """What a publication that has not come to its end leaves in the store: ``release`` replaces ``former`` ("" where all is loaded).

    ``source`` names what is loaded, ``done`` how many of its pieces are there.
    """

    release: str
    former: str = ""
    source: str = ""
    done: int = 0


def loading_graph(site: str) -> str:
    """The named graph that says so; it is there while something is being published and after a cut."""
    return iris.new_graph(site, "loading")


class RemoteStore:
    """A store that takes writes, found below ``to``; a context manager. Every failure is a StoreError, and none names the password."""

    def __init__(self, to: str, settings: Settings, *, writes: bool = True) -> None:
        timeout = httpx.Timeout(SECONDS, connect=CONNECT_SECONDS)
        self._client = httpx.Client(**client_options(settings), timeout=timeout)
        self._site = settings.site
        self._packs: bool | None = False if _local(to) else None
        try:
            self.service = self._found(to, writes)
        except BaseException:
            self._client.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def _found(self, to: str, writes: bool) -> Service:
        """The addresses that answer; ``to`` may be one of them. What asks for them changes nothing."""
        root = to.rstrip("/")
        for last in (*_QUERIES, "update", *(graphs.partition("?")[0] for graphs in _GRAPHS)):
            root = root.removesuffix(f"/{last}")
        query = self._first([f"{root}/{name}" for name in _QUERIES], self._answers)
        if not query:
            raise StoreUnavailable(f"no SPARQL service below {shown(root)}: neither {' nor '.join(_QUERIES)} answers a query there")
        service = Service(query, f"{root}/update", "")
        if not writes:
            return service
        found = self._first([f"{root}/{name}" for name in _GRAPHS], lambda graphs: self._takes(replace(service, graphs=graphs)))
        if not found:
            raise StoreUnavailable(f"{shown(root)} takes no triples by Graph Store Protocol: it is perhaps read-only")
        return replace(service, graphs=found)

    def _first(self, addresses: Sequence[str], right: Callable[[str], bool]) -> str:
        """The first that is right, "" for none; a store that is not there, or refuses us, is told at once."""
        for address in addresses:
            try:
                if right(address):
                    return address
            except Refused:
                continue
        return ""

    def _answers(self, query: str) -> bool:
        return self._boolean(query, "ASK {}")

    def _takes(self, service: Service) -> bool:
        request(self._client, "POST", service.graph(loading_graph(self._site)), lambda: b"", _headers(_NTRIPLES, False))
        return True

    # What it holds ---------------------------------------------------------------------------------------------------------

    def held(self) -> list[str]:
        """The IRIs of the releases that the graph of quality names: one, or none."""
        return [str(_text(row, "release")) for row in self._solutions(look_ups.release_held(iris.quality_graph(self._site)))]

    def loading(self) -> Loading | None:
        """What a publication is about to do, or was when it was cut; None where there is none."""
        graph, names = NamedNode(loading_graph(self._site)), ("source", "replaces", "extent")
        values = " ".join(f"OPTIONAL {{ {graph} <{iris.DCTERMS}{name}> ?{name} }}" for name in names[1:])
        rows = self._solutions(f"SELECT * {{ GRAPH {graph} {{ {graph} <{iris.DCTERMS}source> ?source {values} }} }} LIMIT 1")
        if not rows:
            return None
        release, former, extent = (_text(rows[0], name) for name in names)
        source, _, done = extent.partition(" ")
        return Loading(self._name(release), self._name(former), source, int(done) if done.isdecimal() else 0)

    def _name(self, iri: str) -> str:
        return iri.removeprefix(iris.release(self._site, ""))

    def empty(self) -> bool:
        """Whether it holds no triple at all."""
        return not any(self._boolean(self.service.query, f"ASK {{ {pattern} }}") for pattern in ("?s ?p ?o", "GRAPH ?g { ?s ?p ?o }"))

    def count(self, pattern: str) -> int:
        """How many solutions a pattern of ours has."""
        (row,) = self._solutions(f"SELECT (COUNT(*) AS ?n) {{ {pattern} }}")
        return int(_text(row, "n"))

    def graphs(self) -> dict[str, int]:
        """How many triples each named graph has."""
        rows = self._solutions("SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g")
        return {_text(row, "g"): int(_text(row, "n")) for row in rows if _text(row, "g")}

    # Writing -----------------------------------------------------------------------------------------------------------------

    def mark(self, loading: Loading) -> None:
        """Writes down what is being done, in the place of what was."""
        graph, said = loading_graph(self._site), {"source": NamedNode(iris.release(self._site, loading.release))}
        terms: dict[str, NamedNode | Literal] = {**said, "extent": Literal(f"{loading.source} {loading.done}".strip())}
        if loading.former:
            terms["replaces"] = NamedNode(iris.release(self._site, loading.former))
        text = "".join(f"<{graph}> <{iris.DCTERMS}{name}> {term} .\n" for name, term in terms.items()).encode()
        if self._packs is None:  # the first thing that is sent shows whether the store understands gzip
            self._packs = True
            if not self._understood(graph, text, loading):
                self._packs = False
                self.put(graph, text)
        else:
            self.put(graph, text)

    def _understood(self, graph: str, text: bytes, loading: Loading) -> bool:
        try:
            self.put(graph, text)
        except Refused:
            return False
        return self.loading() == loading

    def drop(self, graph: str) -> None:
        """Removes a named graph, where it is there."""
        self.update([sparql_changes.drop(graph)])

    def drop_all(self) -> None:
        """Removes every triple of every graph."""
        self.update([b"DROP ALL"])

    def put(self, graph: str, content: bytes) -> None:
        """Replaces a named graph, whole, with N-Triples."""
        self._send("PUT", graph, content)

    def add(self, graph: str, content: bytes) -> None:
        """Adds N-Triples to a graph ("" is the default graph)."""
        self._send("POST", graph, content)

    @property
    def by_file(self) -> bool:
        """Whether each file goes by itself: into Oxigraph's bulk loader. TDB2 copies, in each transaction, every block that it touches
        (9 million triples: 5.6 GB with 44 of them, 1.9 with 4), so there a few requests carry all.
        """
        return self.service.graphs.endswith(_GRAPHS[1])

    def add_files(self, paths: Sequence[Path], advance: Callable[[int], None]) -> None:
        """Adds files of N-Triples, packed or plain, to the default graph by one request; read, and packed anew, while they are sent.

        ``advance`` gets the bytes of each file as stored, once it was sent. Raises StoreError where one cannot be read.
        """
        told: set[Path] = set()

        def blocks() -> Iterator[bytes]:
            for path in paths:
                with packed.reading(path) as file:
                    yield from canonical.blocks(file)
                if path not in told:  # not told twice, where all is sent again
                    told.add(path)
                    advance(path.stat().st_size)

        def body() -> bytes | Iterator[bytes]:
            if not self._packs:
                return blocks()
            made = _packed(blocks())
            return b"".join(made) if self.by_file else made  # Oxigraph does not find the next request after gzip in chunks

        try:
            request(self._client, "POST", self.service.graph(""), body, _headers(_NTRIPLES, bool(self._packs)))
        except packed.BROKEN as error:
            raise StoreError(str(error), file=str(error.filename or paths[0]) if isinstance(error, OSError) else str(paths[0])) from error

    def update(self, parts: Iterable[bytes]) -> None:
        """Runs operations of SPARQL Update as one request, which these stores do wholly or not at all."""
        text = b" ;\n".join(parts)
        request(self._client, "POST", self.service.update, lambda: text, _headers(_UPDATE, False))

    def _send(self, method: str, graph: str, content: bytes) -> None:
        body = gzip.compress(content, 1, mtime=0) if self._packs else content
        request(self._client, method, self.service.graph(graph), lambda: body, _headers(_NTRIPLES, bool(self._packs)))

    # Round trips -----------------------------------------------------------------------------------------------------------

    def _solutions(self, query: str) -> list[QuerySolution]:
        found = self._ask(self.service.query, query)
        if isinstance(found, QuerySolutions):
            with _unreadable():
                return list(found)
        raise StoreUnavailable("the remote store answered a boolean where solutions were asked for")

    def _boolean(self, url: str, query: str) -> bool:
        found = self._ask(url, query)
        if isinstance(found, QueryBoolean):
            return bool(found)
        raise Refused("the remote store answered solutions where a boolean was asked for")

    def _ask(self, url: str, query: str) -> QuerySolutions | QueryBoolean:
        wanted = QueryResultsFormat.JSON
        form = urlencode({"query": query}).encode()
        head, body = request(self._client, "POST", url, lambda: form, {"Accept": results.media_type(wanted), "Content-Type": _FORM})
        if format_of(head.get("content-type", "")) != wanted:
            raise Refused("the remote store answered a query with something else than SPARQL results")
        with _unreadable():
            return parse_query_results(body, wanted)


def _packed(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """As gzip."""
    made = zlib.compressobj(1, wbits=31)
    for block in blocks:
        yield made.compress(block)
    yield made.flush()


def _local(url: str) -> bool:
    """Whether the store is on this machine, where packing costs more than it spares."""
    return urlsplit(url).hostname in ("127.0.0.1", "::1", "localhost")


def _headers(content_type: str, packed: bool) -> dict[str, str]:
    return {"Content-Type": content_type} | ({"Content-Encoding": "gzip"} if packed else {})


def _text(row: QuerySolution, name: str) -> str:
    term = row[name]
    return term.value if isinstance(term, NamedNode | Literal) else ""


@contextmanager
def _unreadable() -> Iterator[None]:
    try:
        yield
    except (SyntaxError, ValueError) as error:
        raise StoreUnavailable(f"the remote store's answer cannot be read: {error}") from error
