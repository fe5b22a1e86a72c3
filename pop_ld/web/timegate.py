"""Which release a document is asked of: Accept-Datetime leads to the memento of the release that served at that moment (RFC 7089)."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from pop_ld import iris, store
from pop_ld.errors import NotFound
from pop_ld.formats import timemap
from pop_ld.web.errors import BadRequest
from pop_ld.web.kept import Kept
from pop_ld.web.representation import VARY
from pop_ld.web.state import Serving

MOST = 12
"""Most releases that one request looks into: opening one takes some 20 ms."""


def kept_of(request: Request) -> Kept:
    found: Kept = request.app.state.kept
    return found


def asked(request: Request) -> bool:
    """Whether a client asks for an earlier state."""
    return bool(request.headers.get("accept-datetime"))


def negotiate(request: Request, now: Serving, document: str, suffixes: Sequence[str]) -> Response:
    """302 to the memento of a document of the site (§4.1.1, pattern 1.1), with the suffix that was asked for.

    It is that of the release that served at the moment; where the document was not there yet, the first that has it (§4.5.3). Raises
    BadRequest for what is no moment, NotFound for a document that no release has from that moment on.
    """
    wanted = timemap.read_moment(request.headers["accept-datetime"])
    if wanted is None:
        raise BadRequest("Accept-Datetime wants a moment like Sat, 28 Nov 2026 20:00:00 GMT")
    releases = kept_of(request).releases(now.release)
    served = [n for n, release in enumerate(releases) if timemap.moment(release.manifest["created"]) <= wanted]
    thing, found = _first(request, now, releases[served[-1] if served else 0 :], document, suffixes)
    address = iris.memento(now.site, found.name, thing)
    suffix = iris.document_to_thing(now.site, document).removeprefix(thing)
    query = f"?{request.url.query}" if request.url.query else ""
    links = [*timemap.relations(now.site, thing), timemap.memento_link(address, str(found.manifest["created"]))]
    return Response(
        status_code=302,
        headers={
            "Location": iris.local(now.site, address) + suffix + query,
            "Link": ", ".join(links),
            "Vary": VARY,
            "Cache-Control": "public, no-cache",
        },
    )


def _first(
    request: Request, now: Serving, releases: Sequence[store.Release], document: str, suffixes: Sequence[str]
) -> tuple[str, store.Release]:
    """The thing that a document is about, and the first of these releases that has it; the last is the one that serves. Raises NotFound."""
    for release in [*releases[: MOST - 1], releases[-1]]:
        if thing := _known(_reader(request, now, release), now.site, document, suffixes):
            return thing, release
    raise NotFound(f"nothing was known of {iris.document_to_thing(now.site, document)}")


def mementos(request: Request, now: Serving, document: str, suffixes: Sequence[str]) -> tuple[str, list[tuple[str, str]]]:
    """The thing that a document is about, and (address, created) of each of its mementos, oldest first, the newest MOST. Raises NotFound.

    One is a release that has the document, if only to say that its notice was removed.
    """
    found: list[tuple[str, store.Release]] = []
    for release in kept_of(request).releases(now.release)[-MOST:]:
        if thing := _known(_reader(request, now, release), now.site, document, suffixes):
            found.append((thing, release))
    if not found:
        raise NotFound(f"nothing is known of {iris.document_to_thing(now.site, document)}")
    thing = found[-1][0]
    return thing, [(iris.memento(now.site, r.name, thing), str(r.manifest["created"])) for of, r in found if of == thing]


def _reader(request: Request, now: Serving, release: store.Release) -> store.ResourceReader:
    return now.reader if release is now.release else kept_of(request).reader(release)


def _known(reader: store.ResourceReader, site: str, document: str, suffixes: Sequence[str]) -> str:
    """The thing that a document's address is about in a release, "" where it has none. A REF that ends like a suffix comes first."""
    asked_for = iris.document_to_thing(site, document)
    stems = [asked_for, *(asked_for.removesuffix(f".{suffix}") for suffix in suffixes if asked_for.endswith(f".{suffix}"))]
    return next((s for s in stems if reader.contains(iris.thing_to_document(site, s)) or reader.contains(s)), "")
