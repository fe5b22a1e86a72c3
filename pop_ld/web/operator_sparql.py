"""/sparql of the operator's port: SPARQL 1.1 Protocol, query and update (§2.1, §2.2), on the writer's state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from pop_ld import iris
from pop_ld.config import allowed_services
from pop_ld.store import updates, writer_answers
from pop_ld.web.errors import BadRequest, QueryTooLong, UnsupportedMedia
from pop_ld.web.negotiation import accept
from pop_ld.web.operator import operator_of
from pop_ld.web.respond import content_type
from pop_ld.web.sparql_request import FORM, QUERY, UPDATE, Pairs, accept_of, body_of, form_pairs

LARGEST_BODY = 64 << 20
"""Bytes of an update, or of a graph, that one request may bring: both are held in memory, several times over."""
_BLOCK = 1 << 18


class BodyTooLarge(QueryTooLong):
    """A body of more than LARGEST_BODY bytes (413)."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the protocol: ``kind`` is "query" or "update"."""

    kind: str
    text: str
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]


async def sparql(request: Request) -> Response:
    """GET or POST /sparql. Raises BadRequest, UnsupportedMedia, BodyTooLarge, QueryError and its kinds, NotAcceptable."""
    operator = operator_of(request)
    given = await _parameters(request)
    operation = operation_of(given, request.method)
    allowed, base = allowed_services(operator.settings), iris.sparql(operator.settings.site)
    if operation.kind == "update":
        graphs = {"using": operation.default_graphs, "using_named": operation.named_graphs}
        await operator.change(lambda: updates.update(operator.writer, operation.text, base, **graphs, allowed=allowed))
        return Response(status_code=204)
    wanted = accept_of(given, accept(request))
    answer = await operator.read(
        lambda: writer_answers.query(
            operator.writer,
            operation.text,
            base,
            wanted,
            default_graphs=operation.default_graphs,
            named_graphs=operation.named_graphs,
            allowed=allowed,
            limit=operator.settings.result_size << 20,
        )
    )
    return file_response(answer)


def operation_of(given: Pairs, method: str) -> Operation:
    """The one query or update among the parameters. Raises BadRequest."""
    kinds = [(name, value) for name, value in given if name in ("query", "update")]
    if len(kinds) != 1:
        raise BadRequest("exactly one parameter query, or one parameter update, is needed")
    kind, text = kinds[0]
    if kind == "update" and method != "POST":
        raise BadRequest("an update comes by POST")
    default, named = ("using-graph-uri", "using-named-graph-uri") if kind == "update" else ("default-graph-uri", "named-graph-uri")
    return Operation(kind, text, tuple(v for n, v in given if n == default), tuple(v for n, v in given if n == named))


def file_response(answer: writer_answers.FileAnswer) -> Response:
    """An answer in a file, sent in blocks; the file goes with the last."""
    headers = {
        "Content-Type": content_type(answer.media_type),
        "Content-Length": str(answer.size),
        "Cache-Control": "no-store",
        "Vary": "Accept",
    }

    def blocks() -> Iterator[bytes]:
        with answer.file as file:
            while block := file.read(_BLOCK):
                yield block

    return StreamingResponse(blocks(), headers=headers)


async def body(request: Request) -> bytes:
    """The body, of bounded size. Raises BodyTooLarge."""
    return await body_of(request, LARGEST_BODY, BodyTooLarge(f"a body has at most {LARGEST_BODY >> 20} MiB"))


async def _parameters(request: Request) -> Pairs:
    in_address = form_pairs(request.scope.get("query_string", b""))
    if request.method != "POST":
        return in_address
    kind, _, more = request.headers.get("content-type", "").partition(";")
    kind = kind.strip().lower()
    if kind not in (FORM, QUERY, UPDATE):
        raise UnsupportedMedia(f"a query or an update is sent as {FORM}, {QUERY} or {UPDATE}")
    content = await body(request)
    if kind == FORM:
        return [*in_address, *form_pairs(content)]
    charset = more.lower().partition("charset=")[2].strip(' "')
    if charset not in ("", "utf-8"):
        raise UnsupportedMedia("the body is to be UTF-8")
    try:
        return [("update" if kind == UPDATE else "query", content.decode("utf-8")), *in_address]
    except UnicodeDecodeError as error:
        raise BadRequest("the body is not UTF-8") from error
