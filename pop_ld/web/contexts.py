"""/context/<name>: the JSON-LD contexts of our documents, present and former, kept for ever under the hash of their bytes."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from pop_ld.formats.json_ld import context_file
from pop_ld.web.respond import matches

_TYPE = 'application/ld+json;profile="http://www.w3.org/ns/json-ld#context"'


def context(request: Request) -> Response:
    """GET /context/<profile>-<hash>.jsonld: needs no release, and never changes. Raises NotFound."""
    name = request.path_params["name"]
    content = context_file(name)
    headers = {"ETag": f'"{name}"', "Cache-Control": "public, max-age=31536000, immutable"}
    if matches(request.headers.get("if-none-match", ""), headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(content, headers={**headers, "Content-Type": _TYPE})
