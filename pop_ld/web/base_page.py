"""/dataset/<base>: what a base is, its fields and what becomes of each, as a page or as RDF; /dataset/<base>/<file>: its rules as files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from pop_ld import downloads, iris
from pop_ld.bases import Base, Field, load_bases
from pop_ld.errors import NotFound
from pop_ld.fidelity import derived
from pop_ld.formats import FORMATS, catalogue, dataset_jsonld, descriptions
from pop_ld.formats.download_files import SHARED, WHOLE
from pop_ld.formats.rdf import rdf
from pop_ld.formats.void import prefixed
from pop_ld.mapping import load_mapping, to_rml
from pop_ld.mapping.trace import rule_origins
from pop_ld.store.statistics import Statistics
from pop_ld.validation import SEVERITIES
from pop_ld.web.catalogue import state, table
from pop_ld.web.datasets import asked, counted, either, listed
from pop_ld.web.quality import measured
from pop_ld.web.releases import size_text
from pop_ld.web.respond import cached, html
from pop_ld.web.state import Serving, serving, site_of

FILES = {
    "mapping.yarrrml.yml": "text/plain",
    "mapping.rml.ttl": "text/turtle",
    "fields.csv": "text/csv",
    "unmapped.csv": "text/csv",
}
"""The rules of a base as files: name -> media type."""


@dataclass(frozen=True, slots=True)
class Property:
    """What a field becomes: ``triples`` counts those that notices of the base have in the release."""

    text: str
    href: str
    triples: int


def dataset(request: Request) -> Response:
    """GET /dataset/<base>[.suffix]. Raises NotFound, NotAcceptable."""
    now = serving(request)
    slug, format = asked(request, request.path_params["base"])
    if slug in (WHOLE, SHARED):
        return Response(status_code=302, headers={"Location": "/dataset"})
    base, contact = _base(slug), site_of(request).settings.contact
    counts, listing = counted(now.release), listed(request, now)

    def represent() -> bytes:
        manifest = now.release.manifest
        described = descriptions.dataset(now.site, base, manifest, counts)
        return rdf(format, [*described, *catalogue.dataset(now.site, slug, manifest, listing, contact)])

    def page(lang: str) -> bytes:
        return html(request, "dataset.html", lang, **_context(now, base, counts, listing, lang))

    made = either(request, format, state(now, listing, contact), represent, page, f"/dataset/{slug}")
    request.scope["state"]["keep"] = False  # files come while the same release serves
    return made


def file(request: Request) -> Response:
    """GET /dataset/<base>/<file>: one of FILES. Raises NotFound."""
    now = serving(request)
    base, name = _base(request.path_params["base"]), request.path_params["file"]
    if name not in FILES:
        raise NotFound(f"a base has no file {name[:60]!r}")

    def make() -> bytes:
        return _rml(base.slug) if name == "mapping.rml.ttl" else (base.folder / name).read_bytes()

    return cached(request, make, FILES[name], now.release.name)


def _base(slug: str) -> Base:
    if slug not in load_bases():
        raise NotFound(f"no base is called {slug[:60]!r}")
    return load_bases()[slug]


@cache
def _rml(slug: str) -> bytes:
    return to_rml(load_mapping(load_bases()[slug].mapping_file), "records.json").encode()


def _context(now: Serving, base: Base, counts: Statistics, listing: downloads.Listing | None, lang: str) -> dict[str, Any]:
    manifest, slug = now.release.manifest, base.slug
    quality = measured(now.release.path).get("bases", {}).get(slug)
    return {
        "base": base,
        "count": manifest["bases"].get(slug, 0),
        "canonical": iris.dataset(now.site, slug),
        "sections": _sections(base, counts, now.site, lang),
        "unmapped": [(code, field_name(base, code, lang), why[lang == "fr"]) for code, why in base.unmapped.items()],
        "examples": [(e["label"], iris.local(now.site, e["iri"])) for e in manifest["examples"] if e["base"] == slug],
        "quality": quality,
        "severities": SEVERITIES,
        "query": _query(base),
        "files": list(FILES),
        "dumps": [file for file in manifest.get("dump", ()) if file["name"].startswith(f"{slug}-")],
        "formats": FORMATS,
        "data": dataset_jsonld.base(now.site, base, manifest, lang, listing),
        "downloads": table(listing, slug, lang),
        "size": size_text,
        "terms": catalogue.row_of(slug),
        "cls": prefixed(iris.ONTOLOGY + base.cls),
    }


def field_name(base: Base, code: str, lang: str) -> str:
    """The label of a field, "" for a column that is none."""
    field = base.fields.get(code)
    return "" if field is None else field.label if lang == "fr" else field.label_en


def _sections(base: Base, counts: Statistics, site: str, lang: str) -> list[tuple[str, list[tuple[Field, list[Property]]]]]:
    """(title, fields with what each becomes) of each section of the base's pages; last, without a title, what is in none."""
    made = _becomes(base.slug)
    totals = counts.partitions.get(iris.ONTOLOGY + base.cls, {})

    def shown(name: str) -> Property:
        own = name.startswith(iris.ONTOLOGY)
        return Property(
            prefixed(name), iris.local(site, iris.term_page(site, name.removeprefix(iris.ONTOLOGY))) if own else name, totals.get(name, 0)
        )

    found = []
    for section in (*base.sections, ""):
        fields = [f for f in base.fields.values() if f.section == section and f.public and f.path not in base.unmapped]
        if fields:
            title = base.sections[section][lang] if section else ""
            found.append((title, [(f, [shown(name) for name in made.get(f.path, ())]) for f in fields]))
    return found


@cache
def _becomes(slug: str) -> Mapping[str, Sequence[str]]:
    """Field -> the properties that say it: those of the notice and its document, or, where it has none, those of its parts."""
    base = load_bases()[slug]
    near = {f"{iris.DEFAULT_SITE}/{kind}/{slug}/{{key}}" for kind in ("id", "doc")}
    made = derived(base)
    found: dict[str, dict[str, None]] = {}
    far: dict[str, dict[str, None]] = {}
    for origin in rule_origins(load_mapping(base.mapping_file)):
        if not origin.rule.object.fields or origin.rule.predicate == iris.RDF + "type":
            continue
        target = found if str(origin.mapping.subject) in near else far
        for key in origin.keys:
            for code in {key, key.removesuffix("_text"), *made.get(key, ())} & base.fields.keys():
                target.setdefault(code, {})[origin.rule.predicate] = None
    return {code: list(found.get(code) or list(far.get(code, ()))[:3]) for code in {*found, *far}}


def _query(base: Base) -> str:
    """A query to begin with: notices of the base with their labels."""
    lines = [f"PREFIX pop: <{iris.ONTOLOGY}>", f"PREFIX rdfs: <{iris.RDFS}>", "SELECT ?notice ?label WHERE {"]
    return "\n".join([*lines, f"  ?notice a pop:{base.cls} ; rdfs:label ?label .", "}", "LIMIT 20"])
