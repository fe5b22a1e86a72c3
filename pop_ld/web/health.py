"""/healthz says whether this process can serve, by trying; /healthz/live whether it answers at all."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass, field
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pop_ld import __version__, store
from pop_ld.errors import Busy, PopError, TooManyRequests
from pop_ld.search import cluster_answers
from pop_ld.web.errors import NoRelease, status_of
from pop_ld.web.state import Serving, Site, site_of

log = logging.getLogger(__name__)

FRESH = 1.0
"""Seconds for which a finding is told again: many probes cost no more than one."""
LIMIT = 2.0
"""Seconds in which a trivial query must be answered."""
_CLUSTER = "cluster"
_told: dict[str, str] = {}
"""The last failure of each part, so that a probe each second does not fill the log with one fault."""
_PROBE = store.QueryRequest("ASK {}", "application/sparql-results+json", LIMIT, client="health")


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found: the state of each part, "ok" where it is as it should be; ``serves`` if every part of a release answers."""

    serves: bool
    release: str
    checks: dict[str, str]


@dataclass(slots=True)
class Health:
    """The latest finding of a process, and the trial that is under way."""

    found: Finding | None = None
    until: float = 0.0
    trial: asyncio.Task[Finding] | None = field(default=None, repr=False)

    async def state(self, site: Site) -> Finding:
        """A finding that is not older than a second."""
        if self.found and time.monotonic() < self.until:
            return self.found
        if self.trial is None:
            self.trial = asyncio.ensure_future(examine(site))
            self.trial.add_done_callback(self._keep)
        return await asyncio.shield(self.trial)

    def _keep(self, trial: asyncio.Task[Finding]) -> None:
        self.trial = None
        if not trial.cancelled() and not trial.exception():
            self.found, self.until = trial.result(), time.monotonic() + FRESH


async def health(request: Request) -> Response:
    """GET /healthz: 200 with the release and what was tried, 503 where a part does not work."""
    finding = await request.app.state.health.state(site_of(request))
    if finding.release:
        request.scope["state"]["release"] = finding.release
    body = {"status": "ok" if finding.serves else "failed", "release": finding.release, "checks": finding.checks, "version": __version__}
    headers = {"Cache-Control": "no-store"} | ({} if finding.serves else {"Retry-After": "5"})
    return JSONResponse(body, 200 if finding.serves else 503, headers)


async def live(request: Request) -> Response:
    """GET /healthz/live: 200, whatever is published; whoever gets no answer may start the process anew."""
    return JSONResponse({"status": "ok", "version": __version__}, headers={"Cache-Control": "no-store"})


async def examine(site: Site) -> Finding:
    """Opens the release, looks one of its things up, searches, and runs a query on a worker.

    A release that cannot be opened after another that still serves is "stale", and workers that are all taken are "busy": the process
    serves, but somebody should know. So it is with a search cluster that does not answer: all but search goes on.
    """
    try:
        now = await run_in_threadpool(site.current.get)
    except Exception as error:
        return Finding(False, "", {"release": _say("release", error)})
    checks = await run_in_threadpool(_look, now)
    if now.release.name != store.current_name(Path(site.settings.data)):
        checks["release"] = "stale" if checks["release"] == "ok" else checks["release"]
    checks["query"] = await _query(site, now)
    serves = all(said in ("ok", "stale", "busy") for part, said in checks.items() if part != _CLUSTER)
    return Finding(serves, now.release.name, checks)


def _look(now: Serving) -> dict[str, str]:
    checks = {}
    manifest = now.release.manifest
    try:
        known = [example["iri"] for example in manifest["examples"]] or [now.site]
        held = now.reader.contains(known[0])
        checks["release"] = "ok" if held or not manifest["examples"] else "incomplete"
    except Exception as error:
        checks["release"] = _say("release", error)
    try:
        checks["search"] = "ok" if now.search.search("", limit=1).total or not manifest["notices"] else "empty"
    except Exception as error:
        checks["search"] = _say("search", error)
    if (answers := cluster_answers(now.search, LIMIT)) is not None:
        checks[_CLUSTER] = "ok" if answers else "unavailable"
    return checks


async def _query(site: Site, now: Serving) -> str:
    try:
        async with asyncio.timeout(LIMIT + 0.5):
            answer = await site.pool.answer(now.release, _PROBE)
            body = b"".join([block async for block in answer])
        return "ok" if b"true" in body else "wrong"
    except (Busy, TooManyRequests):
        return "busy"
    except Exception as error:
        return _say("query", error)


def _say(part: str, error: Exception) -> str:
    """The word for a failure: what exactly failed belongs in the program's log, not in a public answer."""
    if isinstance(error, NoRelease):
        return "no-release"
    if _told.get(part) != (why := str(error)):
        _told[part] = why
        log.warning("health: %s: %s", part, why)
    return status_of(error)[1] if isinstance(error, PopError) else "failed"
