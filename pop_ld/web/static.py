"""/static/…: styles, script and icon, kept for a year under an address that names their state, else for an hour."""

from __future__ import annotations

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from pop_ld.formats.html import fingerprint


class Static(StaticFiles):
    """Starlette's static files with Cache-Control."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        made = await super().get_response(path, scope)
        named = f"v={fingerprint()}".encode() in scope.get("query_string", b"").split(b"&")
        made.headers["Cache-Control"] = "public, max-age=31536000, immutable" if named else "public, max-age=3600"
        return made
