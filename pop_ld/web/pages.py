"""/about, /accessibility, /legal, /api and /help: texts of templates/pages, one file a language."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from pop_ld import __version__, iris
from pop_ld.config import told
from pop_ld.formats import FORMATS
from pop_ld.formats.profiles import PROFILES
from pop_ld.web.errors import NoRelease
from pop_ld.web.negotiation import language
from pop_ld.web.respond import cached, html
from pop_ld.web.state import serving, site_of

PAGES = ("about", "accessibility", "legal", "api", "help")


def page(request: Request) -> Response:
    """GET /<one of PAGES>: needs no release."""
    lang, settings, name = language(request), site_of(request).settings, request.url.path.strip("/")
    try:
        now = serving(request).release
        release, example = now.name, next(iter(now.manifest["examples"]), None)
    except NoRelease:
        release, example = "", None
    sample = iris.local(settings.site, iris.thing_to_document(settings.site, example["iri"])) if example else ""

    def make() -> bytes:
        context = {"settings": settings, "formats": FORMATS, "profiles": PROFILES, "sample": sample, "version": __version__}
        return html(request, f"pages/{lang}/{name}.html", lang, canonical=f"{settings.site}/{name}", ontology=iris.ONTOLOGY, **context)

    return cached(request, make, "text/html", f"{release} {told(settings)}", lang=lang)
