"""What every answer carries: CORS, security headers, the release; HEAD without body; an unforeseen fault as a clean 500."""

from __future__ import annotations

import logging

from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pop_ld.web.errors import respond

log = logging.getLogger(__name__)

_POLICY = (
    "default-src 'self'; img-src 'self' https: http: data:; script-src 'self'; style-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
ALWAYS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Content-Location, ETag, Link, Location, Pop-Release, Retry-After",
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Content-Type-Options": "nosniff",
}
_METHODS = "GET, HEAD, POST, OPTIONS"


class Headers:
    """The outermost layer of the application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope.setdefault("state", {})
        sender = _Sender(scope, send)
        if scope["method"] == "OPTIONS":
            await _preflight()(scope, receive, sender)
            return
        try:
            await self._app(scope, receive, sender)
        except ClientDisconnect:
            return  # nobody is left to answer, and nothing failed
        except Exception:
            if sender.started:
                raise  # the server then cuts the connection: the client must not take a part for the whole
            log.exception("%s %s failed", scope["method"], scope["path"])
            await respond(Request(scope), 500, "internal", "", {})(scope, receive, sender)


def _preflight() -> Response:
    headers = {"Allow": _METHODS, "Access-Control-Allow-Methods": _METHODS, "Access-Control-Max-Age": "86400"}
    return Response(
        status_code=204, headers={**headers, "Access-Control-Allow-Headers": "Accept, Accept-Language, Content-Type, If-None-Match"}
    )


class _Sender:
    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope = scope
        self._send = send
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            self._add(MutableHeaders(scope=message))
        elif message["type"] == "http.response.body" and self._scope["method"] == "HEAD":
            message = {**message, "body": b""}
        await self._send(message)

    def _add(self, headers: MutableHeaders) -> None:
        for name, value in ALWAYS.items():
            headers.setdefault(name, value)
        if release := self._scope["state"].get("release"):
            headers.setdefault("Pop-Release", release)
