"""/dataset: the catalogue of the data, for readers as a page, for catalogues of open data as DCAT-AP 3."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from pop_ld import downloads, iris
from pop_ld.config import Settings
from pop_ld.errors import NotFound
from pop_ld.formats import FORMATS, catalogue, catalogue_files, dataset_jsonld
from pop_ld.formats.download_files import BY_NAME, SHARED, WHOLE
from pop_ld.formats.download_files import FORMATS as FILES
from pop_ld.formats.rdf import rdf
from pop_ld.web.datasets import asked, either, listed
from pop_ld.web.releases import size_text
from pop_ld.web.respond import html
from pop_ld.web.state import Serving, serving, site_of


def index(request: Request) -> Response:
    """GET /dataset[.suffix]: every dataset, its files, the services. Raises NotFound, NotAcceptable."""
    now, settings = serving(request), site_of(request).settings
    name, format = asked(request, ".".join(("dataset", *request.path_params.values())))
    if name != "dataset":
        raise NotFound("the catalogue has no such format")
    listing = listed(request, now)

    def represent() -> bytes:
        return rdf(format, catalogue.catalogue(now.site, now.release.manifest, listing, settings.contact, without(settings)))

    def page(lang: str) -> bytes:
        return html(request, "catalogue.html", lang, **_context(now, listing, lang), services=catalogue.services(without(settings)))

    made = either(request, format, f"{state(now, listing, settings.contact)} {settings.feed}", represent, page, "/dataset")
    request.scope["state"]["keep"] = False  # files come while the same release serves
    return made


def without(settings: Settings) -> tuple[str, ...]:
    """The services that the settings switch off."""
    return () if settings.feed else ("feed",)


def state(now: Serving, listing: downloads.Listing | None, contact: str) -> str:
    """Changes with all that the descriptions of data are made of."""
    return f"{now.release.name} {listing.stamp if listing else ''} {contact}"


def _context(now: Serving, listing: downloads.Listing | None, lang: str) -> dict[str, Any]:
    manifest = now.release.manifest
    parts = [WHOLE, *manifest["bases"], SHARED]
    return {
        "canonical": iris.catalogue(now.site),
        "listing": listing,
        "older": listing is not None and listing.release != now.release.name,
        "parts": [(base, table(listing, base, lang)) for base in parts],
        "total": manifest["notices"],
        "counts": manifest["bases"],
        "about": {base: catalogue.row_of(base) for base in parts},
        "forms": [form for form in FILES if listing and any(file.format == form.name and file.records for file in listing.files)],
        "size": size_text,
        "formats": FORMATS,
        "data": dataset_jsonld.whole(now.site, manifest, lang, listing),
    }


def table(listing: downloads.Listing | None, base: str, lang: str) -> list[tuple[str, downloads.File]]:
    """(name of the format, file) of each file of a base that holds anything, in the order of the formats."""
    found = {file.format: file for file in (listing.of(base) if listing else ()) if file.records}
    return [(catalogue_files.label(BY_NAME[form.name], lang), found[form.name]) for form in FILES if form.name in found]
