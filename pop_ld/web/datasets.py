"""/dataset/<base>: a base as a dataset. /def/pop: the ontology. Both as a page or as RDF, by Accept or suffix."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from pop_ld import iris
from pop_ld.bases import load_bases
from pop_ld.errors import NotFound
from pop_ld.formats import BY_SUFFIX, BY_TYPE, FORMATS, HTML, Format, descriptions, ontology
from pop_ld.formats.rdf import rdf
from pop_ld.web.negotiation import accept, choose, language
from pop_ld.web.respond import cached, html
from pop_ld.web.state import serving


def dataset(request: Request) -> Response:
    """GET /dataset/<base>[.suffix]. Raises NotFound, NotAcceptable."""
    now = serving(request)
    slug, format = asked(request, request.path_params["base"])
    if slug not in load_bases():
        raise NotFound(f"no base is called {slug[:60]!r}")
    base, manifest = load_bases()[slug], now.release.manifest

    def page(lang: str) -> bytes:
        count, fields = manifest["bases"].get(slug, 0), [f for f in base.fields.values() if f.public]
        examples = [(e["label"], iris.local(now.site, e["iri"])) for e in manifest["examples"] if f"/id/{slug}/" in e["iri"]]
        return html(request, "dataset.html", lang, base=base, count=count, fields=fields, examples=examples, formats=FORMATS)

    def represent() -> bytes:
        return rdf(format, descriptions.dataset(now.site, base, manifest))

    return either(request, format, now.release.name, represent, page, f"/dataset/{slug}")


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
