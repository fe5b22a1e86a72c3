"""/metrics: what the web processes have done and are doing, for Prometheus (text format 0.0.4, or OpenMetrics where it is asked for).

Each process counts for itself. The one that is asked collects from its sisters by their doors (``control``), and each series bears the
number of its process as ``worker``: a process that began anew is then a counter that began anew, which Prometheus knows how to add up.
"""

from __future__ import annotations

import ipaddress
import os
import time
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pop_ld.config import networks
from pop_ld.errors import NotFound
from pop_ld.web import control
from pop_ld.web.control import Answer, Place
from pop_ld.web.state import Site, site_of

if TYPE_CHECKING:
    from pop_ld.web.query_log import QueryEntry

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
_SISTERS = 1.0
"""Seconds that the other processes get to tell their figures."""
_PASSED_ON = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")
"""Headers by which a request shows that it came through a proxy."""

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
_queries = Counter("pop_ld_queries", "SPARQL queries by how they ended.", ["outcome"], registry=REGISTRY)
_seconds = Histogram("pop_ld_query_seconds", "From a query's arrival to its last byte.", registry=REGISTRY, buckets=_BUCKETS)
_ran = Histogram("pop_ld_query_run_seconds", "Time of a query on its worker.", registry=REGISTRY, buckets=_BUCKETS)
_waited = Histogram(
    "pop_ld_query_wait_seconds", "The rest: waiting for a worker, and for the client to read.", registry=REGISTRY, buckets=_BUCKETS
)
_bytes = Counter("pop_ld_query_bytes", "Bytes of answers to queries, as sent.", registry=REGISTRY)
_long = Counter("pop_ld_queries_long", "Queries that ran long enough to be told apart.", registry=REGISTRY)
_rewritten = Counter("pop_ld_queries_rewritten", "Queries by the rewrites they were answered by.", ["rewrite"], registry=REGISTRY)
_requests = Counter("pop_ld_requests", "HTTP requests by the address of the site and the status.", ["route", "status"], registry=REGISTRY)


def count(entry: QueryEntry) -> None:
    """Counts a query that has ended."""
    _queries.labels(entry.outcome).inc()
    _seconds.observe(entry.seconds)
    if entry.ran:
        _ran.observe(entry.ran)
        _waited.observe(max(entry.seconds - entry.ran, 0.0))
    if entry.size:
        _bytes.inc(entry.size)
    if entry.long:
        _long.inc()
    for name in entry.rewrites:
        _rewritten.labels(name).inc()


class Counted:
    """Counts requests by route and status; the outermost layer, so that no answer escapes it. ``routes`` gives each endpoint's path."""

    def __init__(self, app: ASGIApp, routes: dict[Any, str]) -> None:
        self._app = app
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                _request(self._routes.get(scope.get("endpoint"), "none"), message["status"]).inc()
            await send(message)

        await self._app(scope, receive, noting)


def paths(routes: Iterable[BaseRoute]) -> dict[Any, str]:
    """Endpoint -> path, as routes are written: ``/doc/{path:path}``."""
    return {route.endpoint if isinstance(route, Route) else route.app: route.path for route in routes if isinstance(route, Route | Mount)}


@lru_cache(maxsize=1000)
def _request(route: str, status: int) -> Counter:
    return _requests.labels(route, str(status))


async def metrics(request: Request) -> Response:
    """GET /metrics. Raises NotFound for a client that may not read them."""
    site = site_of(request)
    if not readable(request, site.settings.metrics):
        raise NotFound("no such address")
    place: Place = request.app.state.place
    own = families(site)
    sisters = await run_in_threadpool(_sisters, Path(site.settings.data), place)
    encode, media_type = choose_encoder(request.headers.get("accept", ""))
    body = encode(_Collected([(place.worker, own), *sisters]))
    return Response(body, headers={"Content-Type": media_type, "Cache-Control": "no-store", "Vary": "Accept"})


def readable(request: Request, setting: str) -> bool:
    """Whether a client is in the networks of ``setting``.

    One that comes through a proxy is not, unless the setting is "all": what is known of its address is what the proxy believes.
    """
    if setting.strip() == "all":
        return True
    if not request.client or any(name in request.headers for name in _PASSED_ON):
        return False
    return _inside(request.client.host, setting)


@lru_cache(maxsize=100)
def _inside(host: str, setting: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    return any(address in network for network in networks(setting))


def answers(site: Site) -> dict[str, Answer]:
    """``metrics`` for the door of this process."""
    return {"metrics": lambda _: {"families": families(site)}}


def families(site: Site) -> list[dict[str, Any]]:
    """What this process has counted, and what goes on in it: name, type, help and samples (name, labels, value) of each family."""
    return [
        {
            "name": family.name,
            "type": family.type,
            "help": family.documentation,
            "samples": [(s.name, s.labels, s.value) for s in family.samples if not s.name.endswith("_created")],
        }
        for family in (*REGISTRY.collect(), *_now(site))
    ]


def _now(site: Site) -> Iterator[Metric]:
    """What is so at this moment."""
    running = GaugeMetricFamily("pop_ld_queries_running", "Queries that run.", labels=["length"])
    long = sum(answer.long for answer in site.pool.running.values())
    running.add_metric(["long"], long)
    running.add_metric(["short"], len(site.pool.running) - long)
    yield running
    yield GaugeMetricFamily("pop_ld_queries_waiting", "Queries that wait for a worker.", site.pool.waiting)
    started, ended = site.pool.workers
    yield CounterMetricFamily("pop_ld_query_workers_started", "Query workers started.", started)
    yield CounterMetricFamily("pop_ld_query_workers_ended", "Query workers that have ended, most by being killed.", ended)
    serving = site.current.peek()
    if serving:
        manifest = serving.release.manifest
        yield InfoMetricFamily("pop_ld_release", "The release that is served.", {"release": serving.release.name})
        since = datetime.fromisoformat(manifest["created"]).timestamp()
        yield GaugeMetricFamily("pop_ld_release_created_timestamp_seconds", "When it was made, in seconds since 1970.", since)
        yield GaugeMetricFamily("pop_ld_release_age_seconds", "How old it is.", time.time() - since)


def _sisters(data: Path, place: Place) -> list[tuple[int, list[dict[str, Any]] | None]]:
    """(number, families) of the other processes of this one's group; None in the place of what one did not tell in time."""
    asked = [door for door in control.doors(data) if door.group == place.group and door.pid != os.getpid()]
    told = control.ask_all(asked, {"do": "metrics"}, _SISTERS)
    return [(door.worker, found.get("families") if found else None) for door, found in zip(asked, told, strict=True)]


class _Collected:
    """The figures of several processes as one collector of prometheus_client."""

    def __init__(self, told: Iterable[tuple[int, list[dict[str, Any]] | None]]) -> None:
        self._told = sorted(told, key=lambda pair: pair[0])

    def collect(self) -> Iterable[Metric]:
        found: dict[str, Metric] = {}
        up = GaugeMetricFamily("pop_ld_web_process_up", "1 for a web process that told its figures, 0 for one that did not.")
        for worker, told in self._told:
            label = {"worker": str(worker)}
            up.add_sample("pop_ld_web_process_up", label, 0 if told is None else 1)
            for family in told or ():
                metric = found.setdefault(family["name"], Metric(family["name"], family["help"], family["type"]))
                for name, labels, value in family["samples"]:
                    metric.add_sample(name, {**labels, **label}, value)
        return [*found.values(), up]
