"""/concept?iri=…: the page of a term of an installed thesaurus, whose IRI is not ours, and its triples in each format."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from pop_ld import iris
from pop_ld.errors import NotFound
from pop_ld.formats import FORMATS, HTML, link_graph
from pop_ld.formats.prefixes import PREFIXES
from pop_ld.formats.profiles import PROFILES
from pop_ld.formats.rdf import rdf
from pop_ld.formats.writing import Representation
from pop_ld.web.negotiation import language
from pop_ld.web.representation import format_of
from pop_ld.web.respond import cached
from pop_ld.web.state import Serving, serving
from pop_ld.web.thing_html import thing_html

if TYPE_CHECKING:
    from pyoxigraph import Triple


def page(request: Request) -> Response:
    """GET /concept?iri=…[&_mediatype=]. Raises NotFound where no installed thesaurus has the term, NotAcceptable."""
    now = serving(request)
    source = now.source(iri := request.query_params.get("iri", ""), concept(now, iri))
    here, format = iris.local(now.site, source.document), format_of(request, FORMATS)
    offers = [(Representation(PROFILES[0], each), f"{here}&_mediatype={each.name}") for each in FORMATS if each is not HTML]
    lang = language(request) if format is HTML else ""

    def make() -> bytes:
        return (
            thing_html(request, now, source, lang, offers)
            if lang
            else rdf(format, [*source.triples, *link_graph.triples(source)], PREFIXES)
        )

    others = [f'<{address}>; rel="alternate"; type="{offer.format.media_type}"' for offer, address in offers]
    links = [f'<{iris.uri(iri)}>; rel="canonical"', *others]
    headers = {"Link": ", ".join(links), "Content-Location": here if lang else f"{here}&_mediatype={format.name}"}
    return cached(request, make, format.media_type, now.release.name, lang=lang, headers=headers)


def concept(now: Serving, iri: str) -> Sequence[Triple]:
    """The triples of a term of a thesaurus. Raises NotFound."""
    found = now.reader.concept(iri) if len(iri) <= LONGEST else []
    if not any(triple.predicate.value in _TERM for triple in found):
        raise NotFound("no installed thesaurus has a term of that IRI")
    return found


LONGEST = 1_000
"""Characters of an IRI that is looked up; those of thesauri have some 70."""
_TERM = frozenset((iris.SKOS + "prefLabel", iris.SKOS + "inScheme"))
