"""Makes a page of each kind once before readers ask: templates are compiled, vocabularies read, and what stays is left to itself.

The first page of a process would else cost a fifth of a second, and each full collection of garbage would walk over all that never goes.
"""

from __future__ import annotations

import gc
import logging

from fastapi import FastAPI
from starlette.requests import Request

from pop_ld import iris
from pop_ld.errors import PopError
from pop_ld.formats.html import prepare
from pop_ld.web import notices, search
from pop_ld.web.state import Site

log = logging.getLogger(__name__)
_FORMATS = (b"text/html", b"application/ld+json")


def warm(app: FastAPI) -> None:
    """Renders the example notices of the release that serves and a search, where there is one; blocks for a second: call it in a thread."""
    prepare()
    site: Site = app.state.site
    try:
        now = site.current.get()
        for example in now.release.manifest["examples"]:
            path = iris.local(now.site, iris.thing_to_document(now.site, example["iri"]))
            for media_type in _FORMATS:
                notices.document(_request(app, path, media_type))
        search.search(_request(app, "/search", _FORMATS[0]))
    except PopError as error:
        log.info("no page was made beforehand: %s", error)
    gc.collect()
    gc.freeze()


def _request(app: FastAPI, path: str, accept: bytes) -> Request:
    headers = [(b"accept", accept)]
    about = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"", "headers": headers}
    return Request({**about, "state": {}, "app": app})
