"""The operator's port: SPARQL query and update, Graph Store Protocol, and publication, on the writer's store, behind a token.

One process holds the writer as long as it runs. One thread makes all changes, one after the other; others read beside it. What was
changed is seen on this port alone until it is published, and is thrown away where it never is.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from types import SimpleNamespace
from typing import Any, TypeVar, cast

import uvicorn
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from pop_ld import pipeline, resources, store
from pop_ld.config import Settings
from pop_ld.errors import CheckFailed, PopError, UsageError
from pop_ld.formats.words import say
from pop_ld.web import align_session, errors, static
from pop_ld.web.headers import Headers
from pop_ld.web.negotiation import wants_html
from pop_ld.web.protocol import BoundedProtocol

T = TypeVar("T")
log = logging.getLogger(__name__)
_REVIEW, _SIGN_IN, _SIGN_OUT = "/align/review", "/align/sign-in", "/align/sign-out"
SHORTEST_TOKEN = 16
"""Characters."""
_READERS = 4
_PATIENCE = 2
"""Seconds that requests under way get when the port closes."""


@dataclass(frozen=True)
class Operator:
    """What the endpoints share, kept in ``app.state.operator``; ``begun`` ends with the release that the writer's changes are to."""

    settings: Settings
    writer: store.Writer
    begun: list[str]
    changes: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "changes"))
    readers: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(_READERS, "readers"))
    running: Lock = field(default_factory=Lock)
    reading: set[object] = field(default_factory=set)

    async def change(self, work: Callable[[], T]) -> T:
        """Runs ``work`` in the one thread of changes; it goes on to its end even where the client has left."""

        def held() -> T:
            with self.running:
                return work()

        return await asyncio.get_running_loop().run_in_executor(self.changes, held)

    async def read(self, work: Callable[[], T]) -> T:
        """Runs ``work`` in a thread of readers."""

        def noted() -> T:
            one = object()
            self.reading.add(one)
            try:
                return work()
            finally:
                self.reading.discard(one)

        return await asyncio.get_running_loop().run_in_executor(self.readers, noted)


def operator_of(request: Request) -> Operator:
    return cast(Operator, request.app.state.operator)


class Token:
    """Lets nobody by without ``Authorization: Bearer TOKEN`` (RFC 6750 §2.1), but a session of review to its pages."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._wanted = token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self._shown(scope) and not self._reviews(Request(scope)):
            if scope["path"] == _REVIEW and scope["method"] == "GET" and wants_html(Request(scope)):
                await RedirectResponse(_SIGN_IN, 303, {"Cache-Control": "no-store"})(scope, receive, send)
                return
            refused = errors.respond(Request(scope), 401, "token", "", {})
            refused.headers["WWW-Authenticate"] = 'Bearer realm="pop-ld operate"'
            await refused(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _reviews(self, request: Request) -> bool:
        """Whether it is the way in for a browser, what its pages look like, or comes of a session of review (align_session)."""
        path = request.scope["path"]
        if path == _SIGN_IN or (path.startswith("/static/") and request.method in ("GET", "HEAD")):
            return True
        return path in (_REVIEW, _SIGN_OUT) and align_session.is_open(request.cookies.get(align_session.COOKIE, ""), self._wanted.decode())

    def _shown(self, scope: Scope) -> bool:
        given = [value for name, value in scope["headers"] if name == b"authorization"]
        kind, _, token = given[0].partition(b" ") if len(given) == 1 else (b"", b"", b"")
        return kind.lower() == b"bearer" and hmac.compare_digest(token.strip(), self._wanted)


async def publish(request: Request) -> Response:
    """POST /publish: a new release of the writer's state, through the same checks as any; 409 where it fails them."""
    operator = operator_of(request)
    try:
        release = await operator.change(lambda: _publish(operator))
    except CheckFailed as error:
        return errors.respond(request, 409, "check-failed", error.message, {})
    return JSONResponse({"release": release.name, "triples": release.manifest["triples"]}, 201)


def _publish(operator: Operator) -> store.Release:
    data, settings = Path(operator.settings.data), operator.settings
    now = store.current_name(data)
    if not now:
        raise CheckFailed("no notices were published yet: pop-ld load comes first")
    if now != operator.begun[-1]:
        raise CheckFailed(
            f"this port began with {operator.begun[-1]}, and {now} is served since a roll-back: stop the port and open it anew"
        )
    release = pipeline.publish_changes(operator.writer, data, settings, quiet=True)
    operator.begun.append(release.name)
    return release


def index(request: Request) -> Response:
    """GET /: what is here."""
    return PlainTextResponse(
        "\n".join(f"{', '.join(sorted(r.methods or ()))} {r.path}" for r in request.app.routes if hasattr(r, "methods")) + "\n"
    )


def create_operator(settings: Settings, writer: store.Writer) -> FastAPI:
    """The operator's application over an open writer. Raises UsageError where the token is missing or too short."""
    from pop_ld.web import align_review
    from pop_ld.web.operator_graphs import graph_store
    from pop_ld.web.operator_sparql import sparql

    if len(settings.operator_token) < SHORTEST_TOKEN or not settings.operator_token.isascii():
        raise UsageError(f"the setting operator_token (POP_LD_OPERATOR_TOKEN) wants at least {SHORTEST_TOKEN} ASCII characters")
    app = FastAPI(
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        routes=[
            Route("/", index, methods=["GET"]),
            Route("/sparql", sparql, methods=["GET", "POST"]),
            Route("/rdf-graph-store", graph_store, methods=["GET", "PUT", "POST", "DELETE"]),
            Route(_REVIEW, align_review.review, methods=["GET", "POST"]),
            Route(_SIGN_IN, align_review.sign_in, methods=["GET", "POST"]),
            Route(_SIGN_OUT, align_review.sign_out, methods=["POST"]),
            Mount("/static", static.Static(directory=resources.folder("templates") / "static")),
            Route("/publish", publish, methods=["POST"]),
        ],
        exception_handlers={PopError: errors.answer_pop_error, HTTPException: errors.answer_http_error},
    )
    app.add_middleware(Token, token=settings.operator_token)
    app.add_middleware(Headers, settings=settings)  # outermost
    app.state.site = SimpleNamespace(settings=settings)  # what pages of errors ask for
    app.state.operator = Operator(settings, writer, [store.current_name(Path(settings.data))])
    return app


def operator_config(app: FastAPI, **address: Any) -> uvicorn.Config:
    """How the application is served: ``address`` holds host and port, or nothing where sockets are given."""
    return uvicorn.Config(
        app,
        **address,
        log_level="warning",
        access_log=False,
        server_header=False,
        http=BoundedProtocol,
        timeout_graceful_shutdown=_PATIENCE,
    )


def operate(settings: Settings, host: str, port: int) -> int:
    """Holds the writer and serves until interrupted; what was not published is then thrown away. Raises Busy, UsageError."""
    with store.Writer(Path(settings.data), settings.site) as writer:
        app = create_operator(settings, writer)
        server = uvicorn.Server(operator_config(app, host=host, port=port))
        print(say(settings.lang, "ready.operating", root=f"http://{host}:{port}"), flush=True)
        try:
            server.run()
        finally:
            _close(app.state.operator)
    return 0 if server.started else 1


def _close(operator: Operator) -> None:
    operator.changes.shutdown(wait=False, cancel_futures=True)
    operator.readers.shutdown(wait=False, cancel_futures=True)
    if operator.running.locked() or operator.reading:
        log.warning("what was under way is thrown away")
        os._exit(1)  # a thread of the engine cannot be ended otherwise; the next writer mends the store
