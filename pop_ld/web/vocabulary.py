"""/def/pop: the ontology, with how much of it the release uses; /def/pop/<name>: one class or property. As pages or as RDF."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from pop_ld import iris
from pop_ld.errors import NotFound
from pop_ld.formats import FORMATS, ontology
from pop_ld.formats.rdf import rdf
from pop_ld.formats.void import prefixed
from pop_ld.store.statistics import Statistics
from pop_ld.web.datasets import asked, counted, either
from pop_ld.web.errors import NoRelease
from pop_ld.web.gallery import known_prefixes
from pop_ld.web.respond import html
from pop_ld.web.state import serving, site_of

_NONE = Statistics(0, 0, 0)


def vocabulary(request: Request) -> Response:
    """GET /def/pop[.suffix]: needs no release. Raises NotFound, NotAcceptable."""
    name, format = asked(request, request.path_params["name"])
    if name != "pop":
        raise NotFound("no such vocabulary")
    release, counts = _counts(request)
    site = site_of(request).settings.site

    def page(lang: str) -> bytes:
        terms = ontology.terms(lang)
        used = {term.name: _uses(counts, term) for term in terms}
        context = {"namespace": iris.ONTOLOGY, "formats": FORMATS, "release": release, "canonical": iris.ONTOLOGY.rstrip("#")}
        kinds = [(kind, [term for term in terms if term.kind == kind]) for kind in ontology.KINDS]
        return html(request, "vocabulary.html", lang, kinds=kinds, used=used, link=_link(site), **context)

    return either(request, format, _state(release), lambda: rdf(format, ontology.triples()), page, "/def/pop")


def term(request: Request) -> Response:
    """GET /def/pop/<name>[.suffix]: one term of the vocabulary. Raises NotFound, NotAcceptable."""
    name, format = asked(request, request.path_params["name"])
    triples = ontology.describe(name)
    if not triples:
        raise NotFound(f"the vocabulary has no term {name[:60]!r}")
    release, counts = _counts(request)
    site = site_of(request).settings.site
    here = iris.local(site, iris.term_page(site, name))

    def page(lang: str) -> bytes:
        found = ontology.term(name, lang)
        if found is None:
            raise NotFound("the vocabulary has no such term")
        others = [other for other in ontology.terms(lang) if found.iri in other.broader]
        uses = _uses(counts, found)
        context: dict[str, Any] = {"release": release, "canonical": iris.term_page(site, name), "formats": FORMATS, "here": here}
        context |= {"query": _query(site, found) if uses or name in ("search", "score") else "", "figures": _figures(counts, found)}
        return html(request, "term.html", lang, term=found, narrower=others, uses=uses, link=_link(site), **context)

    return either(request, format, _state(release), lambda: rdf(format, triples), page, here)


def _counts(request: Request) -> tuple[str, Statistics]:
    """Name and counts of the release that serves; "" and nothing where none was published."""
    try:
        release = serving(request).release
    except NoRelease:
        return "", _NONE
    return release.name, counted(release)


def _state(release: str) -> str:
    return f"{release} {ontology.state()}"


def _uses(counts: Statistics, term: ontology.Term) -> int:
    """Instances of a class, triples of a property; 0 for others."""
    if term.kind == "class":
        return counts.classes.get(term.iri, 0)
    found = counts.properties.get(term.iri)
    return found.triples if found else 0


def _figures(counts: Statistics, term: ontology.Term) -> list[tuple[str, int]]:
    """A property's triples by class of subject, most first: (prefixed name of the class, triples)."""
    found = [(prefixed(cls), inner[term.iri]) for cls, inner in counts.partitions.items() if inner.get(term.iri)]
    return sorted(found, key=lambda pair: (-pair[1], pair[0]))[:12]


def _link(site: str) -> Callable[[str], tuple[str, str]]:
    """What gives, in a template, (text, address) of a term: a page of our own, else the IRI itself."""
    return partial(_shown, site)


@lru_cache(maxsize=5_000)
def _shown(site: str, name: str) -> tuple[str, str]:
    if name.startswith(iris.ONTOLOGY):
        return prefixed(name), iris.local(site, iris.term_page(site, name.removeprefix(iris.ONTOLOGY)))
    return prefixed(name), name


def _query(site: str, term: ontology.Term) -> str:
    """A query to begin with, short and quick; the terms are ours, nothing of the request is in it."""
    prefixes = {name: known_prefixes(site)[name] for name in ("pop", "rdfs")}
    if term.name in ("search", "score"):
        pattern, columns = '?notice pop:search "église" ; pop:score ?score .', "?notice ?score"
    elif term.kind == "class":
        pattern, columns = f"?notice a pop:{term.name} ; rdfs:label ?label .", "?notice ?label"
    else:
        pattern, columns = f"?notice pop:{term.name} ?value .", "?notice ?value"
    used = [f"PREFIX {name}: <{space}>" for name, space in prefixes.items() if f"{name}:" in pattern]
    return "\n".join([*used, f"SELECT {columns} WHERE {{", f"  {pattern}", "}", "LIMIT 20"])
