"""/id/… answers 303 to /doc/…, and /doc/… answers the notice, agent, concept or place in the representation asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from pop_ld import iris
from pop_ld.errors import Gone, NotFound
from pop_ld.formats import BY_SUFFIX, HTML, timemap
from pop_ld.formats.extras import BY_SUFFIX as EXTRAS
from pop_ld.formats.graph import Graph
from pop_ld.formats.profiles import PROFILES
from pop_ld.formats.source import Source
from pop_ld.formats.writing import Representation, context_link, offered, state, write
from pop_ld.web import timegate
from pop_ld.web.negotiation import language
from pop_ld.web.notice_html import notice_html
from pop_ld.web.representation import VARY, asked_profile, choose, links, list_of, wants_list
from pop_ld.web.respond import cached, raw_path
from pop_ld.web.state import Serving, serving
from pop_ld.web.thing_html import thing_html

if TYPE_CHECKING:
    from pyoxigraph import Triple

_REMOVED = iris.PROV + "invalidatedAtTime"
SUFFIXES = sorted({*BY_SUFFIX, *EXTRAS, *(p.suffix for p in PROFILES if p.suffix)}, key=lambda suffix: (-len(suffix), suffix))
"""Every suffix of a document's address, ``manifest.json`` before ``json``."""


@dataclass(frozen=True, slots=True)
class Found:
    """A thing that is there; ``suffix`` is that of the address, "" for none: negotiate."""

    thing: str
    triples: Sequence[Triple]
    suffix: str


def identifier(request: Request) -> Response:
    """GET /id/…: 303 See Other to the document (Cool URIs for the Semantic Web §4.2). Raises NotFound, Gone.

    The query goes with it, and the profile that was asked for is named (W3C Content Negotiation by Profile, "get resource by profile").
    """
    now = serving(request)
    thing = iris.from_path(now.site, raw_path(request))
    if timegate.asked(request):
        return timegate.negotiate(request, now, iris.thing_to_document(now.site, thing), SUFFIXES)
    look_up(now, thing)
    target = iris.local(now.site, iris.thing_to_document(now.site, thing))
    query = f"?{request.url.query}" if request.url.query else ""
    profile = asked_profile(request)
    return Response(
        status_code=303,
        headers={
            "Location": target + query,
            "Link": f'<{target}>; rel="describedby"',
            "Vary": VARY,
            "Cache-Control": "public, no-cache",
            **({"Content-Profile": f"<{profile.iri}>"} if profile else {}),
        },
    )


def document(request: Request) -> Response:
    """GET /doc/…[.suffix]: one representation, or the list of them (``?_profile=all``). Raises NotFound, Gone, NotAcceptable.

    With Accept-Datetime, what it was at that moment (RFC 7089), even where it is gone now.
    """
    now = serving(request)
    document = iris.from_path(now.site, raw_path(request))
    if timegate.asked(request):
        return timegate.negotiate(request, now, document, SUFFIXES)
    found = resolve(now, document)
    return represent(request, now, found, iris.local(now.site, iris.thing_to_document(now.site, found.thing)))


def represent(request: Request, now: Serving, found: Found, here: str) -> Response:
    """What was asked for of a thing of a release; ``here`` is the address of its document there. Raises NotFound, NotAcceptable."""
    source = now.source(found.thing, found.triples)
    offers = offered(source)
    if found.suffix in EXTRAS:
        return _extra(request, now, source, found.suffix, here)
    if found.suffix and not any(found.suffix in (offer.format.suffix, offer.profile.suffix) for offer in offers):
        raise NotFound(f"{found.thing} has no representation of that name")
    if wants_list(request):
        return list_of(here, offers, links(_links(source, here), here, offers, None))
    return _answer(request, now, source, here, offers, choose(request, offers, found.suffix))


def _answer(
    request: Request, now: Serving, source: Source, here: str, offers: Sequence[Representation], chosen: Representation
) -> Response:
    lang = language(request) if chosen.format is HTML else ""
    addressed = [(offer, offer.address(here)) for offer in offers if offer.format is not HTML]

    def make() -> bytes:
        if chosen.format is not HTML:
            return write(chosen, source)
        return (notice_html if source.base else thing_html)(request, now, source, lang, addressed)

    first = _links(source, here)
    if context := context_link(chosen):
        first.append(f'<{context}>; rel="{iris.JSON_LD_CONTEXT}"; type="application/ld+json"')
    headers = {
        "Content-Location": chosen.address(here),
        "Link": links(first, here, offers, chosen),
        "Vary": VARY,
        **({"Content-Profile": f"<{chosen.conforms}>"} if chosen.conforms else {}),
    }
    return cached(request, make, chosen.media_type, f"{now.release.name} {state()}", lang=lang, headers=headers)


def _extra(request: Request, now: Serving, source: Source, suffix: str, here: str) -> Response:
    """A representation beside the graph of a notice, such as a citation."""
    if source.base is None:
        raise NotFound("only a notice has that")
    extra, lang = EXTRAS[suffix], language(request)
    if not extra.offered(source):
        raise NotFound(f"{source.thing} has no representation of that name")
    headers = {
        "Content-Location": f"{here}.{suffix}",
        "Link": f'<{source.document}>; rel="canonical", <{here}>; rel="describedby"',
        "Vary": VARY,
    }
    key = f"{now.release.name} {state()}"
    return cached(request, lambda: extra.make(source, lang), extra.format.media_type, key, lang=lang, headers=headers)


def resolve(now: Serving, document: str) -> Found:
    """The thing that a document's IRI is about. A REF that itself ends like ``.ttl`` comes before the suffix."""
    thing = iris.document_to_thing(now.site, document)
    if triples := now.reader.describe(thing):
        _refuse_tombstone(thing, triples)
        return Found(thing, triples, "")
    for suffix in SUFFIXES:
        stem = thing.removesuffix(f".{suffix}")
        if stem != thing and (triples := now.reader.describe(stem)):
            _refuse_tombstone(stem, triples)
            return Found(stem, triples, suffix)
    raise NotFound(f"nothing is known of {thing}")


def look_up(now: Serving, thing: str) -> Sequence[Triple]:
    """The triples of a thing and of its document. Raises NotFound; Gone where only a tombstone is left."""
    triples = now.reader.describe(thing)
    if not triples:
        raise NotFound(f"nothing is known of {thing}")
    _refuse_tombstone(thing, triples)
    return triples


def _refuse_tombstone(thing: str, triples: Sequence[Triple]) -> None:
    if not any(triple.predicate.value == _REMOVED for triple in triples):
        return  # nearly always: no graph is made for it
    graph = Graph(triples)
    for document in graph.subjects_of(iris.FOAF + "primaryTopic", thing):
        if when := graph.text(document, _REMOVED):
            raise Gone(f"{thing} was removed", when=when, label=graph.text(document, iris.DCTERMS + "title"))


def _links(source: Source, here: str) -> list[str]:
    """RFC 8288: the canonical address, the thing that the document describes and what describes it for machines, the rights of its data."""
    rights = [f'<{iri}>; rel="license"' for iri in source.graph.iris(source.document, iris.EDM + "rights")[:1]]
    return [
        f'<{source.document}>; rel="canonical"',
        f'<{source.thing}>; rel="describes"',
        f'<{here}.ttl>; rel="describedby"; type="text/turtle"',
        *rights,
        *timemap.relations(source.site, source.thing),
    ]
