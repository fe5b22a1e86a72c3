"""What every answer carries: CORS, security headers, the release; HEAD without body; an unforeseen fault as a clean 500."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pop_ld.config import Settings, image_origins, tile_origin
from pop_ld.web.errors import respond
from pop_ld.web.query_answer import AnswerCut

log = logging.getLogger(__name__)

ALWAYS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": (
        "Content-Location, Content-Profile, ETag, Link, Location, Memento-Datetime, Pop-Release, Pop-Rewrites, Pop-Total, Retry-After"
    ),
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Content-Type-Options": "nosniff",
}
_ALWAYS = [(name.lower().encode(), value.encode()) for name, value in ALWAYS.items()]


def policy(settings: Settings) -> str:
    """The Content-Security-Policy of every answer: nothing from elsewhere but the images and map tiles of the settings."""
    images = " ".join(("'self'", "data:", *image_origins(settings), *filter(None, [tile_origin(settings)])))
    return (
        f"default-src 'self'; img-src {images}; script-src 'self'; style-src 'self'; object-src 'none'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


_ASKED_WITH = "Accept, Accept-Datetime, Accept-Language, Accept-Profile, Content-Type, If-None-Match, X-Requested-With, *"
"""Headers that a page of another site may send: any, those of old browsers by name (Fetch, CORS-preflight: "*")."""
_METHODS = "GET, HEAD, POST, OPTIONS"


class Headers:
    """The outermost layer of the application."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._always = [*_ALWAYS, (b"content-security-policy", policy(settings).encode())]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope.setdefault("state", {})
        sender = _Sender(scope, send, self._always)
        if scope["method"] == "OPTIONS":
            await _preflight()(scope, receive, sender)
            return
        try:
            await self._app(scope, receive, sender)
        except ClientDisconnect:
            return  # nobody is left to answer, and nothing failed
        except AnswerCut as error:
            log.warning("%s %s was cut: %s", scope["method"], scope["path"], error)
            return  # without an end: the server then cuts the connection, so that the client does not take a part for the whole
        except Exception:
            if sender.started:
                raise  # the server cuts the connection, as above
            log.exception("%s %s failed", scope["method"], scope["path"])
            await respond(Request(scope), 500, "internal", "", {})(scope, receive, sender)


def _preflight() -> Response:
    headers = {"Allow": _METHODS, "Access-Control-Allow-Methods": _METHODS, "Access-Control-Max-Age": "86400"}
    return Response(status_code=204, headers={**headers, "Access-Control-Allow-Headers": _ASKED_WITH})


class _Sender:
    def __init__(self, scope: Scope, send: Send, always: Sequence[tuple[bytes, bytes]]) -> None:
        self._scope = scope
        self._always = always
        self._send = send
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            message = {**message, "headers": self._complete(message["headers"])}
        elif message["type"] == "http.response.body" and self._scope["method"] == "HEAD":
            message = {**message, "body": b""}
        await self._send(message)

    def _complete(self, headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        given = list(headers)
        names = {name for name, _ in given}
        given += [pair for pair in self._always if pair[0] not in names]
        release = self._scope["state"].get("release")
        if release and b"pop-release" not in names:
            given.append((b"pop-release", release.encode()))
        return given
