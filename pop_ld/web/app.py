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
from pop_ld.following.listing import Lists
from pop_ld.web import (
    align,
    base_page,
    basket,
    catalogue,
    completion,
    concept,
    contexts,
    control,
    crawlers,
    datasets,
    downloads,
    errors,
    europeana,
    europeana_list,
    europeana_notice,
    feed,
    following,
    graph_store,
    health,
    home,
    listing,
    log_file,
    memento,
    metrics,
    notices,
    oai,
    old_searches,
    openapi,
    pages,
    quality,
    reconcile,
    reconcile_new,
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
from pop_ld.web.kept import Kept
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
    ("/align", align.index, READ),
    ("/align/suggestions", align.suggestions, READ),
    ("/align/wikidata/{qid}", align.item, READ),
    ("/align/links/{file}", align.file, READ),
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
    ("/oai", oai.oai, [*READ, "POST"]),
    ("/openapi.json", openapi.description, READ),
    *((f"/search.{name}", search_export.export, READ) for name in search_export.OFFERED),
    ("/search/clusters", search_clusters.clusters, READ),
    ("/basket", basket.basket, READ),
    ("/search/around", search_clusters.around, READ),
    ("/search/timeline", search_timeline.timeline, READ),
    ("/reconcile", reconcile.service, [*READ, "POST"]),
    ("/reconcile/suggest/{kind}", reconcile.suggest, READ),
    ("/reconcile/flyout/{kind}", reconcile.flyout, READ),
    ("/reconcile/preview", reconcile.preview, READ),
    ("/reconcile/view", reconcile.view, READ),
    ("/reconcile/extend", reconcile.extend, [*READ, "POST"]),
    ("/reconcile/properties", reconcile.properties, READ),
    ("/reconcile/v1", reconcile_new.manifest, READ),
    ("/reconcile/v1/match", reconcile_new.match, ["POST"]),
    ("/reconcile/v1/suggest/{kind}", reconcile_new.suggest, READ),
    ("/reconcile/v1/preview", reconcile_new.preview, READ),
    ("/reconcile/v1/extend", reconcile_new.extend, ["POST"]),
    ("/reconcile/v1/extend/propose", reconcile_new.propose, READ),
    ("/sparql", sparql.sparql, [*READ, "POST"]),
    ("/sparql/complete", completion.complete, READ),
    ("/sparql/labels", completion.labels, [*READ, "POST"]),
    ("/rdf-graph-store", graph_store.graph_store, READ),
    ("/def/{name}", vocabulary.vocabulary, READ),
    ("/def/pop/{name}", vocabulary.term, READ),
    ("/dataset", catalogue.index, READ),
    ("/dataset.{suffix}", catalogue.index, READ),
    ("/dataset/{base}", base_page.dataset, READ),
    ("/dataset/{base}/dump/{file}", downloads.file, READ),
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
    ("/europeana", europeana.overview, READ),
    ("/europeana.{suffix}", europeana.overview, READ),
    ("/europeana/notice", europeana_notice.notice, READ),
    ("/europeana/notice.{suffix}", europeana_notice.notice, READ),
    ("/europeana/notices", europeana_list.notices, READ),
    ("/europeana/notices.{suffix}", europeana_list.notices, READ),
    ("/europeana/{name}", europeana.of_base, READ),
    ("/releases", releases.index, READ),
    ("/releases.{suffix}", releases.index, READ),
    ("/release/{name}", releases.one, READ),
    ("/release/{name}/dump/{file}", releases.dump, READ),
    ("/release/{name}/doc/{path:path}", memento.memento, READ),
    ("/timemap/{kind}/{path:path}", memento.times, READ),
    ("/feed", feed.root, READ),
    ("/feed/{batch}/{number}", feed.page, READ),
    ("/activity/{list}", feed.activities, READ),
    ("/activity/{list}/{batch}/{number}", feed.activity_page, READ),
    *((f"/{name}", pages.page, READ) for name in pages.PAGES),
    *references.old_addresses(),
    ("/errors", errors.error_page, READ),
    ("/healthz", health.health, READ),
    ("/healthz/live", health.live, READ),
    ("/metrics", metrics.metrics, READ),
    ("/following", following.state, READ),
    ("/following/{kind}/{name}", following.files, READ),
    ("/following/{kind}/{name}/{path:path}", following.file, READ),
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
    app.state.turns, app.state.exports, app.state.harvests = turns, Places(), Places()
    app.state.place, app.state.health = place or Place(), Health()
    app.state.lists = Lists(Path(settings.data))
    current, app.state.kept = Current(settings), Kept(settings)
    current.opened = app.state.kept.forget
    app.state.site = Site(settings, current, pool, Checks(settings), cache)
    return app
