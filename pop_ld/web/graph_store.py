"""/rdf-graph-store: SPARQL 1.1 Graph Store Protocol, its reading half; a graph streams from a worker process like any answer."""

from __future__ import annotations

import time
from functools import partial

from pyoxigraph import NamedNode
from starlette.requests import Request
from starlette.responses import Response

from pop_ld import store
from pop_ld.errors import NotFound, PopError
from pop_ld.web.datasets import counted
from pop_ld.web.errors import BadRequest, GraphTooLarge
from pop_ld.web.negotiation import accept
from pop_ld.web.query_log import QueryEntry
from pop_ld.web.sparql import answered, ask, record
from pop_ld.web.sparql_request import Pairs, accept_of, client_of, coding_of, form_pairs
from pop_ld.web.state import Serving, serving_now, site_of

LARGEST = 1_000_000
"""Triples of a graph that is given whole; one larger is refused at once, where it would otherwise be cut at its deadline."""
_ALL = "CONSTRUCT WHERE { ?s ?p ?o }"
_THERE = "ASK { ?s ?p ?o }"


def graph_of(found: Pairs) -> str:
    """The graph that ``?default`` or ``?graph=IRI`` names (Graph Store Protocol §4.2), "" the default one. Raises BadRequest."""
    names = [value for name, value in found if name == "graph"]
    default = sum(name == "default" for name, _ in found)
    if default + len(names) != 1:
        raise BadRequest("exactly one of the parameters default and graph is needed")
    if default:
        return ""
    try:
        return NamedNode(names[0]).value
    except ValueError as error:
        raise BadRequest(f"the graph is no absolute IRI: {error}") from None


async def graph_store(request: Request) -> Response:
    """GET /rdf-graph-store. Raises BadRequest, NotFound, NotAcceptable, GraphTooLarge, and what a query does."""
    began = time.monotonic()
    now = await serving_now(request)
    found = form_pairs(request.scope.get("query_string", b""))
    graph = graph_of(found)
    _see_that_it_is_not_too_large(now, graph)
    asked = _query(request, found, graph)
    entry = QueryEntry(f"# graph {graph or 'default'}\n{_ALL}", now.release.name)
    done = partial(record, request, began=began)
    try:
        if graph and not await _is_there(request, now, asked):
            raise NotFound(f"no graph <{graph[:200]}>")
        return await answered(request, now, asked, entry, done)
    except PopError as error:
        entry.fails(error)
        done(entry)
        raise


def _query(request: Request, found: Pairs, graph: str) -> store.QueryRequest:
    settings = site_of(request).settings
    return store.QueryRequest(
        query=_ALL,
        accept=accept_of(found, accept(request)),
        timeout=settings.deadline_max,
        default_graphs=(graph,) if graph else (),
        coding=coding_of(request.headers.get("accept-encoding", "")),
        client=client_of(request),
    )


def _see_that_it_is_not_too_large(now: Serving, graph: str) -> None:
    counts = counted(now.release)
    size = counts.graphs.get(graph, 0) if graph else counts.triples
    if size > LARGEST:
        raise GraphTooLarge(
            f"the graph has {size:,} triples, and one of more than {LARGEST:,} is not given whole: "
            "ask /sparql for a part of it, or take the dump of the release"
        )


async def _is_there(request: Request, now: Serving, asked: store.QueryRequest) -> bool:
    """A named graph without a triple is none (SPARQL 1.1 Update §3.2 leaves the choice)."""
    question = store.QueryRequest(
        _THERE, "text/tab-separated-values", asked.timeout, default_graphs=asked.default_graphs, client=asked.client
    )
    answer = await ask(request, now, question)
    return b"".join([block async for block in answer]).strip() == b"true"
