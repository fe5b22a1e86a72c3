"""/id/… answers 303 to /doc/…, and /doc/… answers the notice, agent, concept or place in the representation asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response

from pop_ld import iris
from pop_ld.bases import load_bases
from pop_ld.errors import Gone, NotFound
from pop_ld.formats import BY_SUFFIX, BY_TYPE, FORMATS, HTML, Format
from pop_ld.formats.graph import Graph
from pop_ld.formats.naming import Naming, notice_base
from pop_ld.formats.page import incoming, notice_page
from pop_ld.formats.rdf import rdf
from pop_ld.formats.schema_org import jsonld
from pop_ld.formats.thing_page import thing_page
from pop_ld.relations import mirrors
from pop_ld.web.negotiation import accept, choose, language
from pop_ld.web.respond import cached, html, raw_path
from pop_ld.web.state import Serving, serving

if TYPE_CHECKING:
    from pyoxigraph import Triple

ASKED = 250
"""Incoming links looked up for one page: several may come from one notice."""

LABELLED = 1000
"""Most things of one page whose labels are looked up."""


@dataclass(frozen=True, slots=True)
class Found:
    """A thing that is there; ``format`` where the address has a suffix, else None: negotiate."""

    thing: str
    triples: Sequence[Triple]
    format: Format | None


def identifier(request: Request) -> Response:
    """GET /id/…: 303 See Other to the document (Cool URIs for the Semantic Web §4.2). Raises NotFound, Gone."""
    now = serving(request)
    thing = iris.from_path(now.site, raw_path(request))
    look_up(now, thing)
    target = iris.local(now.site, iris.thing_to_document(now.site, thing))
    query = f"?{request.url.query}" if request.url.query else ""
    return Response(
        status_code=303,
        headers={
            "Location": target + query,
            "Link": f'<{target}>; rel="describedby"',
            "Vary": "Accept, Accept-Language",
            "Cache-Control": "public, no-cache",
        },
    )


def document(request: Request) -> Response:
    """GET /doc/…[.suffix]: one representation. Raises NotFound, Gone, NotAcceptable."""
    now = serving(request)
    found = resolve(now, iris.from_path(now.site, raw_path(request)))
    format = found.format or BY_TYPE[choose(accept(request), [f.media_type for f in FORMATS])]
    lang = language(request) if format is HTML else ""
    here = iris.local(now.site, iris.thing_to_document(now.site, found.thing))

    def make() -> bytes:
        if format is not HTML:
            return rdf(format, found.triples)
        return _html(request, now, found, lang)

    headers = {"Content-Location": f"{here}.{format.suffix}", "Link": _links(now.site, found.thing, here, format)}
    return cached(request, make, format.media_type, now.release.name, lang=lang, headers=headers)


def resolve(now: Serving, document: str) -> Found:
    """The thing that a document's IRI is about. A REF that itself ends like ``.ttl`` comes before the suffix."""
    thing = iris.document_to_thing(now.site, document)
    stem, _, suffix = thing.rpartition(".")
    if triples := now.reader.describe(thing):
        _refuse_tombstone(thing, triples)
        return Found(thing, triples, None)
    if stem and suffix in BY_SUFFIX:
        return Found(stem, look_up(now, stem), BY_SUFFIX[suffix])
    raise NotFound(f"nothing is known of {thing}")


def look_up(now: Serving, thing: str) -> Sequence[Triple]:
    """The triples of a thing and of its document. Raises NotFound; Gone where only a tombstone is left."""
    triples = now.reader.describe(thing)
    if not triples:
        raise NotFound(f"nothing is known of {thing}")
    _refuse_tombstone(thing, triples)
    return triples


def _refuse_tombstone(thing: str, triples: Sequence[Triple]) -> None:
    graph = Graph(triples)
    for document in graph.subjects_of(iris.FOAF + "primaryTopic", thing):
        if when := graph.text(document, iris.PROV + "invalidatedAtTime"):
            raise Gone(f"{thing} was removed", when=when, label=graph.text(document, iris.DCTERMS + "title"))


def _links(site: str, thing: str, here: str, format: Format) -> str:
    """RFC 8288: the canonical address, what describes it for machines, and each other representation."""
    others = [f'<{here}.{f.suffix}>; rel="alternate"; type="{f.media_type}"' for f in FORMATS if f is not format]
    canonical = iris.thing_to_document(site, thing)
    return ", ".join([f'<{canonical}>; rel="canonical"', f'<{here}.ttl>; rel="describedby"; type="text/turtle"', *others])


def _html(request: Request, now: Serving, found: Found, lang: str) -> bytes:
    graph = Graph(found.triples)
    into = incoming(now.site, now.reader.incoming(found.thing, ASKED), ASKED)
    wanted = [iri for iri in [*into.things, *graph.objects(mirrors())] if iris.is_thing(now.site, iri)][:LABELLED]
    naming = Naming(now.site, lang, now.reader.labels(dict.fromkeys(wanted)))
    context: dict[str, Any] = {
        "here": iris.local(now.site, iris.thing_to_document(now.site, found.thing)),
        "canonical": iris.thing_to_document(now.site, found.thing),
        "formats": FORMATS,
        "data": jsonld(found.thing, graph, naming),
        "created": now.release.manifest["created"],
    }
    if base := load_bases().get(notice_base(now.site, found.thing)):
        return html(request, "notice.html", lang, page=notice_page(found.thing, graph, base, naming, into), **context)
    return html(request, "thing.html", lang, page=thing_page(found.thing, graph, naming, into), **context)
