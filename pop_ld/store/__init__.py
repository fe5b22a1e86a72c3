"""N-Triples go in, immutable releases come out, answering look-ups and SPARQL in processes that can be killed.

One writer (``snapshots.Writer``), read-only releases (``folders``), bounded look-ups for pages (``open_reader``) and
killable queries (``workers.QueryPool``). Names load on first use: a query worker imports this package and must start fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pop_ld.store.contract import (
        QueryAnswer,
        QueryRequest,
        QueryService,
        Release,
        ResourceReader,
        open_reader,
        query_service,
    )
    from pop_ld.store.snapshots import Writer, current, current_name, next_name, prune, releases, roll_back
    from pop_ld.store.workers import QueryPool

__all__ = [
    "QueryAnswer",
    "QueryPool",
    "QueryRequest",
    "QueryService",
    "Release",
    "ResourceReader",
    "Writer",
    "current",
    "current_name",
    "next_name",
    "open_reader",
    "prune",
    "query_service",
    "releases",
    "roll_back",
]

_HOMES = {
    "contract": (
        "QueryAnswer",
        "QueryRequest",
        "QueryService",
        "Release",
        "ResourceReader",
        "open_reader",
        "query_service",
    ),
    "snapshots": ("Writer", "current", "current_name", "next_name", "prune", "releases", "roll_back"),
    "workers": ("QueryPool",),
}


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{home}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
