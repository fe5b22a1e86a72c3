"""/void: the release in figures, as a page or as RDF, by Accept or suffix; and how the other descriptions of data answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from pyoxigraph import RdfFormat, parse
from starlette.requests import Request
from starlette.responses import Response

from pop_ld import downloads, iris, resources, store
from pop_ld.config import told
from pop_ld.errors import NotFound
from pop_ld.formats import BY_SUFFIX, FORMATS, HTML, Format, catalogue_files, descriptions, words, writing
from pop_ld.formats.rdf import rdf
from pop_ld.formats.void import prefixed, short
from pop_ld.store import statistics
from pop_ld.store.statistics import Statistics
from pop_ld.web.negotiation import language, wants_html
from pop_ld.web.representation import format_of
from pop_ld.web.respond import cached, html, raw_path
from pop_ld.web.state import Serving, serving, site_of


def void(request: Request) -> Response:
    """GET /void[.suffix]: VoID, DCAT and the SPARQL service, as published with the release. Raises NotFound, NotAcceptable."""
    now = serving(request)
    name, format = asked(request, ".".join(("void", *request.path_params.values())))
    if name != "void":
        raise NotFound("the description of the data has no such format")
    file, counts = now.release.path / "void.ttl", counted(now.release)

    def page(lang: str) -> bytes:
        return html(request, "void.html", lang, **_figures(now, counts, lang), counts=counts, formats=FORMATS)

    listing = listed(request, now)

    def represent() -> bytes:
        turtle = file.read_bytes()
        if not listing and format.name == "ttl":
            return turtle
        return rdf(format, [*(quad.triple for quad in parse(turtle, format=RdfFormat.TURTLE)), *catalogue_files.dumps(now.site, listing)])

    made = either(request, format, f"{now.release.name} {listing.stamp if listing else ''}", represent, page, "/void")
    request.scope["state"]["keep"] = False  # files come while the same release serves
    return made


def listed(request: Request, now: Serving) -> downloads.Listing | None:
    """The files to offer with a release."""
    return downloads.newest(Path(site_of(request).settings.data), now.release.name)


def _figures(now: Serving, counts: Statistics, lang: str) -> dict[str, Any]:
    """The rows of the page's tables; largest first."""
    names = {line["space"]: line[lang] for line in resources.table("linksets.csv")}
    links = [(prefixed(p), names.get(space, space), n) for p, spaces in counts.links.items() for space, n in spaces.items()]
    properties = [(prefixed(name), c.triples, c.subjects, c.objects) for name, c in counts.properties.items()]
    default = (words.say(lang, "ui.void_default_graph"), counts.triples)
    return {
        "name": now.release.name,
        "anchors": {prefixed(name): short(name) for name in (*counts.classes, *counts.properties)},
        "graph": iris.void_graph(now.site),
        "graphs": [default, *sorted(counts.graphs.items(), key=lambda row: -row[1])],
        "classes": sorted(((prefixed(name), n) for name, n in counts.classes.items()), key=lambda row: -row[1]),
        "properties": sorted(properties, key=lambda row: -row[1]),
        "links": sorted(links, key=lambda row: -row[2]),
    }


def well_known(request: Request) -> Response:
    """GET /.well-known/void: 302 to the description (VoID §6.2; RFC 8615)."""
    return Response(status_code=302, headers={"Location": "/void"})


def graph(request: Request) -> Response:
    """GET /graph/…, the IRI of a named graph: 303 to its triples, for a reader to the page that says what it holds. Raises NotFound."""
    now = serving(request)
    name = iris.from_path(now.site, raw_path(request))
    if name not in counted(now.release).graphs:
        raise NotFound("the release has no such graph")
    pages = {iris.void_graph(now.site): "/void", iris.quality_graph(now.site): "/quality", iris.examples_graph(now.site): "/sparql"}
    triples = "/rdf-graph-store?" + urlencode({"graph": name})
    target = (
        pages.get(name, "/align" if name.startswith(iris.links_graph(now.site, "")) else "/void#graphs") if wants_html(request) else triples
    )
    return Response(status_code=303, headers={"Location": target, "Vary": "Accept", "Link": f'<{triples}>; rel="describedby"'})


def service(request: Request, now: Serving) -> Response:
    """GET /sparql without a query, for a program: the SPARQL 1.1 Service Description (§2). Raises NotAcceptable."""
    format = format_of(request, [f for f in FORMATS if f is not HTML])
    manifest, settings = now.release.manifest, site_of(request).settings

    def represent() -> bytes:
        return rdf(format, descriptions.service(now.site, manifest, counted(now.release), settings))

    return cached(request, represent, format.media_type, f"{now.release.name} {told(settings)}")


def counted(release: store.Release) -> Statistics:
    """The counts of a release; of one that was published before there were any, its triples alone."""
    return _counted(release.path) or Statistics(int(release.manifest.get("triples", 0)), 0, 0)


@lru_cache(maxsize=4)
def _counted(path: Path) -> Statistics | None:
    return statistics.load(path)


def asked(request: Request, name: str) -> tuple[str, Format]:
    """(name, format): by its suffix where it has a known one, else negotiated."""
    stem, _, suffix = name.rpartition(".")
    if stem and suffix in BY_SUFFIX:
        return stem, BY_SUFFIX[suffix]
    return name, format_of(request, FORMATS)


def either(
    request: Request,
    format: Format,
    state: str,
    represent: Callable[[], bytes],
    page: Callable[[str], bytes],
    here: str,
) -> Response:
    """The page, or another representation, of what has the same address; ``state`` changes with its content."""
    lang = language(request) if format is HTML else ""
    related = [(f, "self" if f is format else "alternate") for f in FORMATS]
    links = ", ".join(f'<{here}.{f.suffix}>; rel="{relation}"; type="{f.media_type}"' for f, relation in related)
    headers = {"Content-Location": f"{here}.{format.suffix}", "Link": links}
    key = f"{state} {writing.state()}"
    return cached(request, lambda: page(lang) if lang else represent(), format.media_type, key, lang=lang, headers=headers)
