"""The application: which address each module answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Mount, Route

from pop_ld import resources, store
from pop_ld.config import Settings
from pop_ld.errors import PopError
from pop_ld.web import (
    base_page,
    basket,
    completion,
    concept,
    contexts,
    control,
    crawlers,
    datasets,
    errors,
    graph_store,
    health,
    home,
    listing,
    log_file,
    metrics,
    notices,
    old_searches,
    openapi,
    pages,
    quality,
    references,
    releases,
    search,
    search_advanced,
    search_clusters,
    search_export,
    search_feeds,
    search_suggest,
    search_timeline,
    search_values,
    shapes,
    sparql,
    static,
    validate,
    vocabulary,
    warming,
)
from pop_ld.web.checks import Checks
from pop_ld.web.control import Place
from pop_ld.web.headers import Headers
from pop_ld.web.health import Health
from pop_ld.web.page_cache import PageCache
from pop_ld.web.result_cache import ResultCache
from pop_ld.web.state import Current, Site
from pop_ld.web.streamed import Places
from pop_ld.web.turns import Turns

READ = ["GET", "HEAD"]
ADDRESSES: tuple[tuple[str, Callable[[Request], Any], list[str]], ...] = (
    ("/", home.home, READ),
    ("/id/{path:path}", notices.identifier, READ),
    ("/doc/{path:path}", notices.document, READ),
    ("/ref/{ref:path}", references.reference, READ),
    ("/context/{name}", contexts.context, READ),
    ("/concept", concept.page, READ),
    ("/linked", listing.listing, READ),
    ("/linked/{path:path}", listing.listing, READ),
    ("/search", search.search, READ),
    ("/search.json", search.search_json, READ),
    ("/search.atom", search_feeds.atom_feed, READ),
    ("/search.feed.json", search_feeds.json_feed, READ),
    ("/search/facets/{facet}", search_values.facet_values, READ),
    ("/search/suggest", search_suggest.suggest, READ),
    ("/search/advanced", search_advanced.advanced, READ),
    ("/search/fields/{base}/{code:path}", search_advanced.values, READ),
    *old_searches.addresses(),
    ("/opensearch.xml", search_suggest.description, READ),
    ("/openapi.json", openapi.description, READ),
    *((f"/search.{name}", search_export.export, READ) for name in search_export.OFFERED),
    ("/search/clusters", search_clusters.clusters, READ),
    ("/basket", basket.basket, READ),
    ("/search/around", search_clusters.around, READ),
    ("/search/timeline", search_timeline.timeline, READ),
    ("/sparql", sparql.sparql, [*READ, "POST"]),
    ("/sparql/complete", completion.complete, READ),
    ("/sparql/labels", completion.labels, [*READ, "POST"]),
    ("/rdf-graph-store", graph_store.graph_store, READ),
    ("/def/{name}", vocabulary.vocabulary, READ),
    ("/def/pop/{name}", vocabulary.term, READ),
    ("/dataset/{base}", base_page.dataset, READ),
    ("/dataset/{base}/{file}", base_page.file, READ),
    ("/void", datasets.void, READ),
    ("/void.{suffix}", datasets.void, READ),
    ("/.well-known/void", datasets.well_known, READ),
    ("/graph/{path:path}", datasets.graph, READ),
    ("/shapes", shapes.index, READ),
    ("/shapes/{name}", shapes.shapes, READ),
    ("/validate", validate.validate, [*READ, "POST"]),
    ("/quality", quality.overview, READ),
    ("/quality/notices", quality.notices, READ),
    ("/quality/{base}", quality.of_base, READ),
    ("/releases", releases.index, READ),
    ("/releases.{suffix}", releases.index, READ),
    ("/release/{name}", releases.one, READ),
    ("/release/{name}/dump/{file}", releases.dump, READ),
    *((f"/{name}", pages.page, READ) for name in pages.PAGES),
    *references.old_addresses(),
    ("/errors", errors.error_page, READ),
    ("/healthz", health.health, READ),
    ("/healthz/live", health.live, READ),
    ("/metrics", metrics.metrics, READ),
    ("/robots.txt", crawlers.robots, READ),
    ("/sitemap.xml", crawlers.index, READ),
    ("/sitemaps/{name}", crawlers.file, READ),
    ("/.well-known/security.txt", crawlers.security, READ),
)
"""Every address of the site; plain functions run in a thread (``turns``), so that a look-up never holds up the loop."""


def create_app(settings: Settings, place: Place | None = None) -> FastAPI:
    """The site over ``settings.data``; it starts without a release too, and says 503 until one is published.

    ``place`` tells it from the other processes behind the same listening socket, where there are any.
    """
    pool, turns = store.query_service(settings), Turns(settings)
    cache = ResultCache(Path(settings.data) / "cache", settings.result_cache << 20)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        site: Site = app.state.site
        async with control.opened(Path(settings.data), app.state.place, {**control.over(pool), **metrics.answers(site)}):
            warmed = asyncio.ensure_future(run_in_threadpool(warming.warm, app))
            yield
            await warmed
        await pool.aclose()
        cache.close()
        log_file.close()

    app = FastAPI(
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=lifespan,
        routes=[
            *(Route(path, turns(endpoint, path), methods=methods) for path, endpoint, methods in ADDRESSES),
            Mount("/static", static.Static(directory=resources.folder("templates") / "static")),
        ],
        exception_handlers={PopError: errors.answer_pop_error, HTTPException: errors.answer_http_error},
    )
    app.add_middleware(PageCache, release=lambda: store.current_name(Path(settings.data)), budget=settings.page_cache << 20)
    app.add_middleware(Headers, settings=settings)
    app.add_middleware(metrics.Counted, routes=metrics.paths(app.routes))
    app.state.turns, app.state.exports = turns, Places()
    app.state.place, app.state.health = place or Place(), Health()
    app.state.site = Site(settings, Current(settings), pool, Checks(settings), cache)
    return app
