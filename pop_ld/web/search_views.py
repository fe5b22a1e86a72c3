"""What /search shows of an answer beside its list: a map or a timeline, and the files that it can be had as."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from pop_ld.web.search_asked import Asked
from pop_ld.web.search_map import map_view
from pop_ld.web.search_timeline import timeline_view
from pop_ld.web.state import Serving


def context(request: Request, now: Serving, asked: Asked) -> dict[str, Any]:
    """What search_map.html and search_timeline.html need, the one as ``map``, the other as ``timeline``."""
    if asked.view == "map":
        return {"map": map_view(request, now, asked)}
    return {"timeline": timeline_view(now, asked)}
