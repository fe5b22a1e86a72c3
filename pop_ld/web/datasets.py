"""/void: the release in figures. /dataset/<base>: a base. /def/pop: the ontology. As pages or as RDF, by Accept or suffix."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from pyoxigraph import RdfFormat, parse
from starlette.requests import Request
from starlette.responses import Response

from pop_ld import iris, resources, store
from pop_ld.bases import load_bases
from pop_ld.errors import NotFound
from pop_ld.formats import BY_SUFFIX, BY_TYPE, FORMATS, HTML, Format, descriptions, ontology, words
from pop_ld.formats.rdf import rdf
from pop_ld.formats.void import prefixed
from pop_ld.store import statistics
from pop_ld.store.statistics import Statistics
from pop_ld.web.negotiation import accept, choose, language
from pop_ld.web.respond import cached, html
from pop_ld.web.state import Serving, serving, site_of


def dataset(request: Request) -> Response:
    """GET /dataset/<base>[.suffix]. Raises NotFound, NotAcceptable."""
    now = serving(request)
    slug, format = asked(request, request.path_params["base"])
    if slug not in load_bases():
        raise NotFound(f"no base is called {slug[:60]!r}")
    base, manifest, counts = load_bases()[slug], now.release.manifest, counted(now.release)

    def page(lang: str) -> bytes:
        count, fields = manifest["bases"].get(slug, 0), [f for f in base.fields.values() if f.public]
        examples = [(e["label"], iris.local(now.site, e["iri"])) for e in manifest["examples"] if f"/id/{slug}/" in e["iri"]]
        return html(request, "dataset.html", lang, base=base, count=count, fields=fields, examples=examples, formats=FORMATS)

    def represent() -> bytes:
        return rdf(format, descriptions.dataset(now.site, base, manifest, counts))

    return either(request, format, now.release.name, represent, page, f"/dataset/{slug}")


def void(request: Request) -> Response:
    """GET /void[.suffix]: VoID, DCAT and the SPARQL service, as published with the release. Raises NotFound, NotAcceptable."""
    now = serving(request)
    name, format = asked(request, ".".join(("void", *request.path_params.values())))
    if name != "void":
        raise NotFound("the description of the data has no such format")
    file, counts = now.release.path / "void.ttl", counted(now.release)

    def page(lang: str) -> bytes:
        return html(request, "void.html", lang, **_figures(now, counts, lang), counts=counts, formats=FORMATS)

    def represent() -> bytes:
        turtle = file.read_bytes()
        return turtle if format.name == "ttl" else rdf(format, [quad.triple for quad in parse(turtle, format=RdfFormat.TURTLE)])

    return either(request, format, now.release.name, represent, page, "/void")


def _figures(now: Serving, counts: Statistics, lang: str) -> dict[str, Any]:
    """The rows of the page's tables; largest first."""
    names = {line["space"]: line[lang] for line in resources.table("linksets.csv")}
    links = [(prefixed(p), names.get(space, space), n) for p, spaces in counts.links.items() for space, n in spaces.items()]
    properties = [(prefixed(name), c.triples, c.subjects, c.objects) for name, c in counts.properties.items()]
    default = (words.say(lang, "ui.void_default_graph"), counts.triples)
    return {
        "name": now.release.name,
        "graph": iris.void_graph(now.site),
        "graphs": [default, *sorted(counts.graphs.items(), key=lambda row: -row[1])],
        "classes": sorted(((prefixed(name), n) for name, n in counts.classes.items()), key=lambda row: -row[1]),
        "properties": sorted(properties, key=lambda row: -row[1]),
        "links": sorted(links, key=lambda row: -row[2]),
    }


def well_known(request: Request) -> Response:
    """GET /.well-known/void: 302 to the description (VoID §6.2; RFC 8615)."""
    return Response(status_code=302, headers={"Location": "/void"})


def service(request: Request, now: Serving) -> Response:
    """GET /sparql without a query, for a program: the SPARQL 1.1 Service Description (§2). Raises NotAcceptable."""
    format = BY_TYPE[choose(accept(request), [f.media_type for f in FORMATS if f is not HTML])]
    manifest, settings = now.release.manifest, site_of(request).settings

    def represent() -> bytes:
        return rdf(format, descriptions.service(now.site, manifest, counted(now.release), settings))

    return cached(request, represent, format.media_type, f"{now.release.name} {settings}")


def counted(release: store.Release) -> Statistics:
    """The counts of a release; of one that was published before there were any, its triples alone."""
    return _counted(release.path) or Statistics(int(release.manifest.get("triples", 0)), 0, 0)


@lru_cache(maxsize=4)
def _counted(path: Path) -> Statistics | None:
    return statistics.load(path)


def vocabulary(request: Request) -> Response:
    """GET /def/pop[.suffix]: needs no release. Raises NotFound, NotAcceptable."""
    name, format = asked(request, request.path_params["name"])
    if name != "pop":
        raise NotFound("no such vocabulary")
    triples = ontology.triples()
    state = hashlib.sha256("".join(map(str, triples)).encode()).hexdigest()

    def page(lang: str) -> bytes:
        return html(request, "vocabulary.html", lang, terms=ontology.terms(lang), namespace=iris.ONTOLOGY, formats=FORMATS)

    return either(request, format, state, lambda: rdf(format, triples), page, "/def/pop")


def asked(request: Request, name: str) -> tuple[str, Format]:
    """(name, format): by its suffix where it has a known one, else negotiated."""
    stem, _, suffix = name.rpartition(".")
    if stem and suffix in BY_SUFFIX:
        return stem, BY_SUFFIX[suffix]
    return name, BY_TYPE[choose(accept(request), [f.media_type for f in FORMATS])]


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
    others = ", ".join(f'<{here}.{f.suffix}>; rel="alternate"; type="{f.media_type}"' for f in FORMATS if f is not format)
    headers = {"Content-Location": f"{here}.{format.suffix}", "Link": others}
    return cached(request, lambda: page(lang) if lang else represent(), format.media_type, state, lang=lang, headers=headers)
