"""The application: which address each module answers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Mount, Route

from pop_ld import resources, store
from pop_ld.config import Settings
from pop_ld.errors import PopError
from pop_ld.web import (
    completion,
    control,
    datasets,
    errors,
    graph_store,
    health,
    home,
    log_file,
    metrics,
    notices,
    quality,
    releases,
    search,
    shapes,
    sparql,
    static,
    validate,
)
from pop_ld.web.checks import Checks
from pop_ld.web.control import Place
from pop_ld.web.headers import Headers
from pop_ld.web.health import Health
from pop_ld.web.result_cache import ResultCache
from pop_ld.web.state import Current, Site

READ = ["GET", "HEAD"]
ADDRESSES: tuple[tuple[str, Callable[[Request], Any], list[str]], ...] = (
    ("/", home.home, READ),
    ("/id/{path:path}", notices.identifier, READ),
    ("/doc/{path:path}", notices.document, READ),
    ("/search", search.search, READ),
    ("/sparql", sparql.sparql, [*READ, "POST"]),
    ("/sparql/complete", completion.complete, READ),
    ("/sparql/labels", completion.labels, [*READ, "POST"]),
    ("/rdf-graph-store", graph_store.graph_store, READ),
    ("/def/{name}", datasets.vocabulary, READ),
    ("/dataset/{base}", datasets.dataset, READ),
    ("/void", datasets.void, READ),
    ("/void.{suffix}", datasets.void, READ),
    ("/.well-known/void", datasets.well_known, READ),
    ("/shapes", shapes.index, READ),
    ("/shapes/{name}", shapes.shapes, READ),
    ("/validate", validate.validate, [*READ, "POST"]),
    ("/quality", quality.overview, READ),
    ("/quality/notices", quality.notices, READ),
    ("/quality/{base}", quality.of_base, READ),
    ("/releases", releases.releases, READ),
    ("/release/{name}", releases.one, READ),
    ("/errors", errors.error_page, READ),
    ("/healthz", health.health, READ),
    ("/healthz/live", health.live, READ),
    ("/metrics", metrics.metrics, READ),
    ("/robots.txt", home.robots, READ),
)
"""Every address of the site; plain functions run in a thread, so that blocking look-ups never hold up another request."""


def create_app(settings: Settings, place: Place | None = None) -> FastAPI:
    """The site over ``settings.data``; it starts without a release too, and says 503 until one is published.

    ``place`` tells it from the other processes behind the same listening socket, where there are any.
    """
    pool = store.query_service(settings)
    cache = ResultCache(Path(settings.data) / "cache", settings.result_cache << 20)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        site: Site = app.state.site
        async with control.opened(Path(settings.data), app.state.place, {**control.over(pool), **metrics.answers(site)}):
            yield
        await pool.aclose()
        cache.close()
        log_file.close()

    app = FastAPI(
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=lifespan,
        routes=[
            *(Route(path, endpoint, methods=methods) for path, endpoint, methods in ADDRESSES),
            Mount("/static", static.Static(directory=resources.folder("templates") / "static")),
        ],
        exception_handlers={PopError: errors.answer_pop_error, HTTPException: errors.answer_http_error},
    )
    app.add_middleware(Headers)
    app.add_middleware(metrics.Counted, routes=metrics.paths(app.routes))
    app.state.place, app.state.health = place or Place(), Health()
    app.state.site = Site(settings, Current(settings), pool, Checks(settings), cache)
    return app
