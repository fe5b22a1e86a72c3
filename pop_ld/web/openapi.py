"""/openapi.json: the addresses for programs described as OpenAPI 3.1, from the files of templates/openapi."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from pop_ld import __version__, resources
from pop_ld.web.respond import cached
from pop_ld.web.state import serving

_PARTS = ("parameters", "schemas", "responses", "headers")


def description(request: Request) -> Response:
    """GET /openapi.json: one document; its server is the canonical site."""
    now = serving(request)
    made = {**document(), "servers": [{"url": now.site}]}
    return cached(request, lambda: json.dumps(made, ensure_ascii=False).encode(), "application/json", now.release.name)


@cache
def document() -> dict[str, Any]:
    """The files of templates/openapi in one: each brings paths and components. Raises ValueError where two have the same."""
    root = resources.folder("templates") / "openapi"
    found: dict[str, Any] = {**resources.read_yaml(root / "openapi.yml"), "paths": {}, "components": {part: {} for part in _PARTS}}
    found["info"] = {**found["info"], "version": __version__}
    for file in sorted(root.glob("*.yml")):
        read = resources.read_yaml(file)
        for where, added in (
            (found["paths"], read.get("paths", {})),
            *((found["components"][part], read.get("components", {}).get(part, {})) for part in _PARTS),
        ):
            if twice := where.keys() & added.keys():
                raise ValueError(f"{file.name} describes {', '.join(sorted(twice))} a second time")
            where.update(added)
    return found
