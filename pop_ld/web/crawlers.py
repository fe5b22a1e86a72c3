"""What crawlers ask for: /robots.txt, /sitemap.xml and its files, /.well-known/security.txt."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response

from pop_ld import iris, sitemaps
from pop_ld.bases import load_bases
from pop_ld.errors import NotFound
from pop_ld.formats import ontology, sitemap
from pop_ld.validation.rules import files as shapes
from pop_ld.web.pages import PAGES
from pop_ld.web.respond import cached, matches
from pop_ld.web.state import serving, site_of
from pop_ld.web.static import takes_gzip

OWN = "pages.xml"
"""The sitemap of what is no notice and no thing: the pages that the program itself has."""
_KEPT_OUT = (
    *("/sparql", "/search", "/validate", "/rdf-graph-store", "/quality/notices", "/linked/*?", "/*?_profile=", "/metrics"),
    *("/release/*/doc/", "/feed/", "/activity/", "/timemap/", "/oai?", "/dataset/*/dump/"),
)
_MONTHS = 180


def robots(request: Request) -> Response:
    """GET /robots.txt (RFC 9309): pages yes, what starts a query no; where the sitemaps are."""
    where = f"Sitemap: {site_of(request).settings.site}/sitemap.xml"
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in _KEPT_OUT), "", where, ""]
    return PlainTextResponse("\n".join(lines), headers={"Cache-Control": "public, max-age=3600"})


def security(request: Request) -> Response:
    """GET /.well-known/security.txt (RFC 9116): whom to tell of a weakness. Raises NotFound where no contact is set."""
    settings = site_of(request).settings
    if not settings.contact:
        raise NotFound("no contact is set")
    expires = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=_MONTHS)
    lines = [f"Contact: mailto:{settings.contact}", f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}", "Preferred-Languages: fr, en", ""]
    return PlainTextResponse("\n".join(lines), headers={"Cache-Control": "public, max-age=3600"})


def index(request: Request) -> Response:
    """GET /sitemap.xml: the files of the release, at the addresses of the canonical site."""
    now = serving(request)
    listed = _listed(now.release.path)
    files = [(f"{now.site}/sitemaps/{OWN}", now.release.manifest["created"])]
    files += [(f"{now.site}/sitemaps/{file.name}", file.changed) for file in listed.values()]
    return cached(request, lambda: b"".join(sitemap.index(files)), sitemap.MEDIA_TYPE, now.release.name)


def file(request: Request) -> Response:
    """GET /sitemaps/<name>: one file, in gzip where the client takes it. Raises NotFound."""
    now = serving(request)
    name = request.path_params["name"]
    if name == OWN:
        return cached(request, lambda: b"".join(sitemap.urlset(_own(now.site))), sitemap.MEDIA_TYPE, now.release.name)
    if name not in _listed(now.release.path):
        raise NotFound("the release has no such sitemap")
    path, coded = sitemaps.packed(now.release.path, name), takes_gzip(request.scope)
    tag = f'"{now.release.name}-{name}{"-gz" if coded else ""}"'
    headers = {"ETag": tag, "Vary": "Accept-Encoding", "Cache-Control": "public, no-cache"}
    if matches(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=headers)
    if coded:
        return FileResponse(path, headers={**headers, "Content-Encoding": "gzip"}, media_type=sitemap.MEDIA_TYPE, stat_result=path.stat())
    return Response(gzip.decompress(path.read_bytes()), headers=headers, media_type=sitemap.MEDIA_TYPE)


@lru_cache(maxsize=4)
def _listed(release: Path) -> dict[str, sitemaps.Listed]:
    return {file.name: file for file in sitemaps.listed(release)}


def _own(site: str) -> list[tuple[str, str]]:
    """The addresses of our own pages, undated."""
    found = [f"{site}/{name}" for name in ("", "dataset", "releases", "feed", "void", "quality", "europeana", "shapes", "def/pop", *PAGES)]
    found += [iris.dataset(site, slug) for slug in load_bases()]
    found += [f"{site}/shapes/{name}" for name in shapes()]
    return [(address, "") for address in [*found, *(iris.term_page(site, term.name) for term in ontology.terms("fr"))]]
