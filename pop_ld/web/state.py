"""The release being served: asked at each request, reopened when ``current`` moves, without dropping a request.

A request keeps the Serving that it began with; the former one closes when its last request lets go of it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import cast

from pyoxigraph import Triple
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from pop_ld import alignment, harvest, search, store
from pop_ld.config import Settings
from pop_ld.errors import PopError, StoreUnavailable
from pop_ld.formats.source import Source
from pop_ld.reconciliation import things
from pop_ld.reconciliation.service import Reconciler
from pop_ld.search.contract import SearchReader
from pop_ld.search.lexicon import FOLDER, Lexicon, open_lexicon
from pop_ld.web.checks import Checks
from pop_ld.web.errors import NoRelease
from pop_ld.web.result_cache import ResultCache

log = logging.getLogger(__name__)
TRY_AGAIN = 5.0
"""Seconds after which a release that could not be opened is tried again; the former one serves until then."""


@dataclass(frozen=True, slots=True)
class Serving:
    """One release, open: pages and search answer from it alone."""

    release: store.Release
    reader: store.ResourceReader
    search: SearchReader
    lexicon: Lexicon
    links: alignment.Links
    harvest: harvest.Harvest
    reconciler: Reconciler

    @property
    def site(self) -> str:
        """Root of the release's IRIs, which the converter chose."""
        return str(self.release.manifest["site"])

    def source(self, thing: str, triples: Sequence[Triple] | None = None) -> Source:
        """A thing as its representations see it; ``triples`` where they were read already."""
        said = self.reader.describe(thing) if triples is None else triples
        return Source(self.site, thing, said, self.reader, self.release.manifest, self.links)


def open_release(release: store.Release, settings: Settings, reader: store.ResourceReader) -> Serving:
    """A release with all that is beside its store. Raises PopError where a part cannot be read."""
    index = search.open_search(release.path / "search", settings, release.manifest.get("search_index", ""))
    links = alignment.open_links(release.path / alignment.FILE)
    named = things.open_things(release.path / things.FOLDER)
    return Serving(
        release,
        reader,
        index,
        open_lexicon(release.path / FOLDER),
        links,
        harvest.open_harvest(release.path / harvest.FILE),
        Reconciler(str(release.manifest["site"]), index, links, named),
    )


class Current:
    """Opens the current release of a data folder once, and again when another is published."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._data = Path(settings.data)
        self._next_try = 0.0
        self._lock = Lock()
        self._serving: Serving | None = None
        self.opened: Callable[[], None] = lambda: None
        """Called when another release serves."""

    def get(self) -> Serving:
        """The current release, open; blocks for some 20 ms after a publication.

        Raises NoRelease where none was published, StoreUnavailable where the one that was cannot be read.
        """
        name = store.current_name(self._data)
        serving = self._serving
        if serving and (serving.release.name == name or time.monotonic() < self._next_try):
            return serving
        if not name:
            raise NoRelease("no release was published yet")
        with self._lock:
            if self._serving is None or self._serving.release.name != name:
                self._open(name)
            return cast(Serving, self._serving)

    def peek(self) -> Serving | None:
        """The current release where it is open already: quick enough for the event loop. None where :meth:`get` would have to work."""
        serving = self._serving
        if serving and (serving.release.name == store.current_name(self._data) or time.monotonic() < self._next_try):
            return serving
        return None

    def _open(self, name: str) -> None:
        try:
            release = store.current(self._data)
            self._serving = open_release(release, self._settings, store.open_reader(release, self._settings))
            self.opened()
        except PopError as error:
            if self._serving is None:
                raise StoreUnavailable(error.message, file=error.file) from error
            self._next_try = time.monotonic() + TRY_AGAIN
            log.exception("release %s cannot be opened; %s still serves", name, self._serving.release.name)


@dataclass(frozen=True, slots=True)
class Site:
    """What endpoints share, kept in ``app.state.site``."""

    settings: Settings
    current: Current
    pool: store.QueryService
    checks: Checks
    cache: ResultCache


def site_of(request: Request) -> Site:
    return cast(Site, request.app.state.site)


def serving(request: Request) -> Serving:
    """The release that answers this request, noted for its Pop-Release header. Call it off the event loop."""
    found = site_of(request).current.get()
    request.scope["state"]["release"] = found.release.name
    return found


async def serving_now(request: Request) -> Serving:
    """The same, on the event loop."""
    found = site_of(request).current.peek()
    if found is None:
        return await run_in_threadpool(serving, request)
    request.scope["state"]["release"] = found.release.name
    return found
