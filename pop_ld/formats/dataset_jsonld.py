"""A release's manifest in, schema.org JSON-LD of a dataset out: what search engines for datasets read in the pages of the data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pop_ld import iris
from pop_ld.bases import Base, load_bases
from pop_ld.formats import FORMATS, HTML
from pop_ld.formats.catalogue_files import Files
from pop_ld.formats.download_files import BY_NAME, WHOLE
from pop_ld.formats.words import say


def whole(site: str, manifest: Mapping[str, Any], lang: str, files: Files | None = None) -> dict[str, Any]:
    """The dataset whatever its release, with its bases as parts and the ways to get it."""
    parts = [{"@type": "Dataset", "@id": iris.dataset(site, slug), "name": load_bases()[slug].name[lang]} for slug in manifest["bases"]]
    return {
        **_dataset(site, manifest, lang, iris.void(site, "dataset"), f"{site}/"),
        "name": say(lang, "ui.site_data_name"),
        "description": say(lang, "ui.site_data_description", notices=manifest["notices"], bases=len(manifest["bases"])),
        "version": manifest["name"],
        "hasPart": parts,
        "distribution": [*_downloads(site, files, WHOLE), *_files(site, manifest), _sparql(site, lang)],
    }


def base(site: str, base: Base, manifest: Mapping[str, Any], lang: str, files: Files | None = None) -> dict[str, Any]:
    """One base, with its description in RDF, the files of the release that carry its notices, and SPARQL."""
    return {
        **_dataset(site, manifest, lang, iris.dataset(site, base.slug), iris.dataset(site, base.slug)),
        "name": base.name[lang],
        "description": base.description[lang],
        "isPartOf": {"@type": "Dataset", "@id": iris.void(site, "dataset"), "name": say(lang, "ui.site_data_name")},
        "distribution": [*_downloads(site, files, base.slug), *_files(site, manifest, f"{base.slug}-"), _sparql(site, lang)],
    }


def release(site: str, manifest: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """One release, with its files."""
    iri = iris.release(site, manifest["name"])
    return {
        **_dataset(site, manifest, lang, iri, iri),
        "name": f"{say(lang, 'ui.site_data_name')}, {manifest['name']}",
        "description": say(lang, "ui.site_data_description", notices=manifest["notices"], bases=len(manifest["bases"])),
        "version": manifest["name"],
        "isBasedOn": iris.void(site, "dataset"),
        "distribution": _files(site, manifest),
    }


def _dataset(site: str, manifest: Mapping[str, Any], lang: str, iri: str, url: str) -> dict[str, Any]:
    return {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "@id": iri,
        "url": url,
        "identifier": iri,
        "inLanguage": ["fr", "en"],
        "isAccessibleForFree": True,
        "usageInfo": f"{site}/legal",
        "creditText": say(lang, "ui.site_credit"),
        "dateModified": manifest["created"],
        "spatialCoverage": {"@type": "Place", "name": "France"},
        "publisher": {"@type": "Organization", "name": say(lang, "ui.site_ministry")},
        "creator": {"@type": "Organization", "name": say(lang, "ui.site_ministry")},
        "includedInDataCatalog": {
            "@type": "DataCatalog",
            "@id": iris.void(site, "catalogue"),
            "name": say(lang, "ui.site"),
            "url": f"{site}/",
        },
    }


def _downloads(site: str, files: Files | None, base: str) -> list[dict[str, Any]]:
    """The files of a base, of those that hold anything."""
    found = [(file, BY_NAME[file.format]) for file in (files.of(base) if files else ()) if file.records]
    return [
        {
            "@type": "DataDownload",
            "name": file.name,
            "contentUrl": iris.download(site, file.base, file.name),
            "encodingFormat": list(dict.fromkeys((form.media_type, form.packed))),
            "contentSize": f"{file.bytes} B",
            "sha256": file.sha256,
        }
        for file, form in found
    ]


def _files(site: str, manifest: Mapping[str, Any], start: str = "") -> list[dict[str, Any]]:
    """The files of N-Triples of the release whose names begin with ``start``."""
    return [
        {
            "@type": "DataDownload",
            "name": file["name"],
            "contentUrl": iris.dump(site, manifest["name"], file["name"]),
            "encodingFormat": ["application/n-triples", "application/gzip"],
            "contentSize": f"{file['bytes']} B",
            "sha256": file["sha256"],
        }
        for file in manifest.get("dump", ())
        if file["name"].endswith(".nt.gz") and file["name"].startswith(start)
    ]


def _sparql(site: str, lang: str) -> dict[str, Any]:
    types = [format.media_type for format in FORMATS if format is not HTML]
    return {"@type": "DataDownload", "name": say(lang, "ui.site_by_sparql"), "contentUrl": iris.sparql(site), "encodingFormat": types}
