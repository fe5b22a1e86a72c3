"""/releases lists the releases that are kept; /release/<name> is one of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pop_ld import store
from pop_ld.errors import NotFound
from pop_ld.web.negotiation import accept, choose, language
from pop_ld.web.respond import page
from pop_ld.web.state import serving, site_of

_KEYS = ("name", "created", "notices", "triples", "bases")


def releases(request: Request) -> Response:
    """GET /releases, newest first."""
    now = serving(request)
    listed = [_line(release, now.release.name) for release in reversed(_kept(request))]
    if choose(accept(request), ["text/html", "application/json"]) == "application/json":
        return JSONResponse({"current": now.release.name, "releases": listed}, headers={"Vary": "Accept, Accept-Language"})
    return page(request, "releases.html", language(request), listed=listed)


def one(request: Request) -> Response:
    """GET /release/<name>: 303 to its place in the list. Raises NotFound."""
    name = request.path_params["name"]
    if name not in [release.name for release in _kept(request)]:
        raise NotFound("no such release is kept")
    return Response(status_code=303, headers={"Location": f"/releases#{name}"})


def _kept(request: Request) -> list[store.Release]:
    return store.releases(Path(site_of(request).settings.data))


def _line(release: store.Release, current: str) -> dict[str, Any]:
    return {**{key: release.manifest.get(key) for key in _KEYS}, "current": release.name == current}
