"""/following: what machines that follow this site fetch, and nobody else: parts, their files with checksums, and each file."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pop_ld.errors import NotFound
from pop_ld.following.listing import Lists
from pop_ld.following.parts import files_json, is_safe, offered, state_json
from pop_ld.web.downloads import served
from pop_ld.web.metrics import readable
from pop_ld.web.state import site_of

_NOT_KEPT = {"Cache-Control": "no-store"}
_FOREVER = "private, max-age=31536000, immutable"


def state(request: Request) -> Response:
    """GET /following: the release that serves and the parts that there are. Raises NotFound for who may not follow."""
    _check(request)
    return JSONResponse(state_json(offered(Path(site_of(request).settings.data))), headers=_NOT_KEPT)


def files(request: Request) -> Response:
    """GET /following/<kind>/<name>: the files of a part; 202, with Retry-After, while they are read for the first time."""
    _check(request)
    lists: Lists = request.app.state.lists
    found = lists.get(request.path_params["kind"], request.path_params["name"])
    if found is None:
        return JSONResponse({"status": "reading"}, 202, {**_NOT_KEPT, "Retry-After": "1"})
    return JSONResponse(files_json(found.values()), headers=_NOT_KEPT)


def file(request: Request) -> Response:
    """GET /following/<kind>/<name>/<path>: a file that the list names, by that very name, whole or in ranges. Raises NotFound."""
    _check(request)
    lists: Lists = request.app.state.lists
    path = request.path_params["path"]
    found = lists.one(request.path_params["kind"], request.path_params["name"], path) if is_safe(path) else None
    if found is None:
        raise NotFound("no such file")
    place, told = found
    return served(request, place, told.sha256, "application/octet-stream", "/following", _FOREVER)


def _check(request: Request) -> None:
    if not readable(request, site_of(request).settings.followers):
        raise NotFound("no such address")
