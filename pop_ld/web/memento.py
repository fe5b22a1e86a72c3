"""/release/<name>/doc/…: a document as it was in a release that is kept; /timemap/…: which of these states there are (RFC 7089)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from pop_ld import iris
from pop_ld.errors import Gone, NotAcceptable, NotFound
from pop_ld.formats import HTML, timemap
from pop_ld.formats.graph import best_label
from pop_ld.web import errors
from pop_ld.web.negotiation import language
from pop_ld.web.notices import SUFFIXES, represent, resolve
from pop_ld.web.respond import cached, html, raw_path
from pop_ld.web.state import Serving, serving
from pop_ld.web.timegate import kept_of, mementos

_PAGE = "html"
"""The TimeMap that readers see."""


def memento(request: Request) -> Response:
    """GET /release/<name>/doc/…[.suffix]: in every representation, from the release's own store; never the state of another.

    Says 404 where the release has no such document or is not kept, 410 with the moment where it says that the notice was removed.
    """
    now = serving(request)
    release = kept_of(request).get(request.path_params["name"])
    if release is None:
        raise NotFound("no such release is kept")
    then = now if release.name == now.release.name else kept_of(request).serving(release)
    state = request.scope["state"]
    state["release"] = release.name
    place = raw_path(request).split("/", 3)[3]
    document = iris.from_path(then.site, f"/{place}")
    created = str(release.manifest["created"])
    try:
        found = resolve(then, document)
        here = iris.local(then.site, iris.memento(then.site, release.name, found.thing))
        original = iris.local(then.site, iris.thing_to_document(then.site, found.thing))
        state["memento"] = {"release": release.name, "created": created, "original": original}
        made = represent(request, then, found, here)
    except (Gone, NotAcceptable) as error:
        status, key = errors.status_of(error)
        made = errors.respond(request, status, key, errors.detail_of(error), errors.more_of(error))
        thing = iris.document_to_thing(then.site, document)
        made.headers["Link"] = ", ".join(timemap.relations(then.site, thing))
    else:
        said = made.headers.get("Link", "")
        own = [] if 'rel="original timegate"' in said else timemap.relations(then.site, found.thing)
        made.headers["Link"] = ", ".join(filter(None, [timemap.memento_link(here, created), *own, said]))
    made.headers["Memento-Datetime"] = timemap.http_date(timemap.moment(created))
    made.headers["X-Robots-Tag"] = "noindex"
    return made


def times(request: Request) -> Response:
    """GET /timemap/<link, json or html>/doc/… (or the whole address of the document): the states that are kept. Raises NotFound."""
    now, kind = serving(request), request.path_params["kind"]
    if kind not in (*timemap.TYPES, _PAGE):
        raise NotFound(f"a TimeMap is one of {', '.join(timemap.TYPES)}")
    path = raw_path(request).split("/", 3)[3].removeprefix(f"{now.site}/")
    if not path.startswith("doc/"):
        path = f"doc/{path.removeprefix('id/')}"
    thing, found = mementos(request, now, iris.from_path(now.site, f"/{path}"), SUFFIXES)

    lang = language(request) if kind == _PAGE else ""

    def make() -> bytes:
        if kind == _PAGE:
            return html(request, "timemap.html", lang, **_shown(now, thing, found))
        if kind == "link":
            return timemap.link_format(now.site, thing, found)
        record = now.harvest.get(iris.path_of(now.site, thing))
        told = {"created": record.created, "changed": record.changed, "gone": record.gone} if record else None
        return timemap.as_json(now.site, thing, found, told)

    made = cached(request, make, timemap.TYPES.get(kind, HTML.media_type), f"{now.release.name} {found}", lang=lang)
    made.headers["X-Robots-Tag"] = "noindex"
    request.scope["state"]["keep"] = False  # releases are deleted without another one serving
    return made


def _shown(now: Serving, thing: str, found: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """What the page of a TimeMap shows: the thing's name as it is now, and its states, the newest first, each with its release."""
    labels = now.reader.labels([thing]).get(thing, ())
    states = [(address.split("/release/", 1)[1].split("/", 1)[0], iris.local(now.site, address), when) for address, when in reversed(found)]
    document = iris.local(now.site, iris.thing_to_document(now.site, thing))
    return {"name": best_label(labels, "fr") or iris.last_part(thing), "states": states, "document": document}
