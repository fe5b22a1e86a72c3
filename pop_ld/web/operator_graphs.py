"""/rdf-graph-store of the operator's port: SPARQL 1.1 Graph Store Protocol whole, by indirect identification of graphs (§4.2)."""

from __future__ import annotations

import uuid
from email import message_from_bytes
from email.policy import HTTP

from pyoxigraph import RdfFormat, Triple, parse
from starlette.requests import Request
from starlette.responses import Response

from pop_ld import iris
from pop_ld.errors import NotFound
from pop_ld.store import updates, writer_answers
from pop_ld.web.errors import BadRequest, UnsupportedMedia
from pop_ld.web.graph_store import graph_of
from pop_ld.web.negotiation import accept
from pop_ld.web.operator import Operator, operator_of
from pop_ld.web.operator_sparql import body, file_response
from pop_ld.web.sparql_request import accept_of, form_pairs

FORMATS = {
    "text/turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "application/ld+json": RdfFormat.JSON_LD,
}
"""Media types of a graph that can be written."""
_PARTS = "multipart/form-data"


async def graph_store(request: Request) -> Response:
    """GET, HEAD, PUT, POST, DELETE /rdf-graph-store. Raises BadRequest, NotFound, NotAcceptable, UnsupportedMedia, QueryFailed."""
    operator = operator_of(request)
    given = form_pairs(request.scope.get("query_string", b""))
    if request.method == "POST" and not any(name in ("graph", "default") for name, _ in given):
        return await _create(request, operator)
    graph = graph_of(given)
    if request.method in ("GET", "HEAD"):
        wanted, limit = accept_of(given, accept(request)), operator.settings.result_size << 20
        answer = await operator.read(lambda: writer_answers.graph(operator.writer, graph, wanted, limit))
        if answer is None:
            raise _unknown(graph)
        return file_response(answer)
    if request.method == "DELETE":
        await operator.change(lambda: _delete(operator, graph))
        return Response(status_code=204)
    triples = await _triples(request, operator, graph)
    write = updates.replace_graph if request.method == "PUT" else updates.add_to_graph

    def work() -> bool:
        known = not graph or writer_answers.has_graph(operator.writer, graph)
        write(operator.writer, graph, triples)
        return known

    return Response(status_code=204 if await operator.change(work) else 201)


async def _create(request: Request, operator: Operator) -> Response:
    """POST on the graph store itself: a new graph, which Location names (§5.5)."""
    graph = iris.new_graph(operator.settings.site, str(uuid.uuid4()))
    triples = await _triples(request, operator, graph)
    await operator.change(lambda: updates.add_to_graph(operator.writer, graph, triples))
    return Response(status_code=201, headers={"Location": graph})


def _delete(operator: Operator, graph: str) -> None:
    if graph and not writer_answers.has_graph(operator.writer, graph):
        raise _unknown(graph)
    updates.drop_graph(operator.writer, graph)


def _unknown(graph: str) -> NotFound:
    return NotFound(f"no graph <{graph[:200]}>")


async def _triples(request: Request, operator: Operator, graph: str) -> list[Triple]:
    """The triples of the body, or of each of its parts; relative IRIs are those of the graph (§4.2)."""
    kind, content = request.headers.get("content-type", ""), await body(request)
    if kind.split(";", 1)[0].strip().lower() != _PARTS:
        return await operator.read(lambda: _parsed(kind, content, graph))
    if request.method != "POST":
        raise UnsupportedMedia(f"{_PARTS} comes by POST")
    head = b"Content-Type: " + kind.encode("latin-1") + b"\r\n\r\n"
    message = message_from_bytes(head + content, policy=HTTP)
    parts = [(part.get_content_type(), part.get_payload(decode=True)) for part in message.walk() if not part.is_multipart()]
    if not message.is_multipart():
        raise BadRequest("the body has no parts, or no boundary is given")
    found = [await operator.read(lambda k=k, c=c: _parsed(k, c, graph)) for k, c in parts if isinstance(c, bytes)]  # type: ignore[misc]
    return [triple for triples in found for triple in triples]


def _parsed(kind: str, content: bytes, graph: str) -> list[Triple]:
    form = FORMATS.get(kind.split(";", 1)[0].strip().lower())
    if form is None:
        raise UnsupportedMedia(f"a graph is sent as {', '.join(FORMATS)}")
    try:
        quads = list(parse(content, format=form, base_iri=graph or None, rename_blank_nodes=True))
    except (SyntaxError, ValueError) as error:
        raise BadRequest(f"the graph cannot be read: {error}") from None
    if any(str(quad.graph_name) != "DEFAULT" for quad in quads):
        raise BadRequest("the body holds named graphs, and one graph is wanted")
    return [quad.triple for quad in quads]
