"""/static/…: styles, scripts and icon, kept for a year under an address that names their state, else for an hour; gzip on request."""

from __future__ import annotations

import gzip
import mimetypes
from functools import lru_cache
from pathlib import Path

from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from pop_ld.formats.html import fingerprint
from pop_ld.web.negotiation import weights

_TEXT = (".css", ".js", ".json", ".svg", ".txt")
_NAMED = "vendor/fonts/"
"""Files that carry their version in their name."""
mimetypes.add_type("font/woff2", ".woff2")  # Python knows it since 3.14


class Static(StaticFiles):
    """Starlette's static files with Cache-Control and a content coding."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        made = await super().get_response(path, scope)
        named = path.startswith(_NAMED) or f"v={fingerprint()}".encode() in scope.get("query_string", b"").split(b"&")
        made.headers["Cache-Control"] = "public, max-age=31536000, immutable" if named else "public, max-age=3600"
        if not path.endswith(_TEXT):
            return made
        made.headers["Vary"] = "Accept-Encoding"
        if "etag" in made.headers:
            made.headers["ETag"] = "W/" + made.headers["etag"]  # of one file, whatever its coding
        if isinstance(made, FileResponse) and made.status_code == 200 and takes_gzip(scope) and scope["method"] == "GET":
            headers = {name: value for name, value in made.headers.items() if name not in ("content-length", "accept-ranges")}
            return Response(_coded(str(made.path), made.headers["last-modified"]), headers={**headers, "Content-Encoding": "gzip"})
        return made


def takes_gzip(scope: Scope) -> bool:
    """Whether the client named gzip among the codings that it takes (RFC 9110 §12.5.3)."""
    header = b",".join(value for name, value in scope["headers"] if name == b"accept-encoding").decode("latin-1")
    return dict(weights(header)).get("gzip", 0.0) > 0


@lru_cache(maxsize=100)
def _coded(path: str, changed: str) -> bytes:
    """A file in gzip; ``changed`` tells its states apart."""
    return gzip.compress(Path(path).read_bytes(), mtime=0)
