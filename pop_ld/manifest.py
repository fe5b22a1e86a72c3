"""What a release says of itself: its manifest, what its links to other datasets are, the tombstones of notices that were taken out."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pop_ld import iris, resources, store
from pop_ld.config import Settings
from pop_ld.mapping.compiler import escape
from pop_ld.store.counting import Links


def manifest(data: Path, settings: Settings, counts: Counter[str], examples: list[dict[str, str]], more: dict[str, Any]) -> dict[str, Any]:
    """The manifest of the release that comes next; what ``more`` does not say of examples and thesauri is as it was before."""
    now = datetime.now(UTC)
    bases = {slug: counts[slug] for slug in sorted(counts) if counts[slug]}
    former = store.current(data).manifest if store.current_name(data) else {}
    known = {e["base"]: e for e in [*former.get("examples", ()), *examples]}
    shown = [known[slug] for slug in bases if slug in known]
    return {
        "name": store.next_name(data, now.date()),
        "created": now.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "site": settings.site,
        "bases": bases,
        "notices": sum(bases.values()),
        "examples": shown,
        "previous": {key: former[key] for key in ("name", "created", "notices", "triples") if key in former},
        "thesauri": former.get("thesauri", {}),
        **more,
    }


_NO_LINKS = (
    *(iris.ONTOLOGY, iris.RDF, iris.RDFS, iris.WGS84, iris.FOAF, "http://www.opengis.net/ont/geosparql#"),
    *(iris.DCTERMS + name for name in ("identifier", "title", "description", "date", "created", "rights")),
    *(iris.SKOS + name for name in ("prefLabel", "altLabel", "notation")),
    *(
        iris.CRM + name
        for name in ("P1_is", "P3_has", "P4_has", "P24i_", "P43_", "P65_", "P82", "P90_", "P108i_", "P156_", "P168_", "P190_")
    ),
    *(iris.SCHEMA + "image", iris.LINKED_ART + "digitally_shown_by"),
)
"""Beginnings of the properties that no linkset is made of: of texts and numbers, of parts, pages, images and classes, and the one-hop
properties, which repeat those of the CRM."""


def links() -> Links:
    """What counts as a link to another dataset: the addresses of ``mappings/linksets.csv``."""
    return Links(tuple(line["space"] for line in resources.table("linksets.csv")), _NO_LINKS)


def tombstone(site: str, base: str, ref: str, iri: str, label: str, now: str) -> str:
    """N-Triples that stay of a notice that was taken out: its page answers 410 with its title."""
    document = f"<{iris.document(site, base, ref)}>"
    return (
        f"{document} <{iris.RDF}type> <{iris.FOAF}Document> .\n"
        f"{document} <{iris.FOAF}primaryTopic> <{iri}> .\n"
        f'{document} <{iris.PROV}invalidatedAtTime> "{now}"^^<{iris.XSD}dateTime> .\n'
        f'{document} <{iris.DCTERMS}title> "{escape(label)}"@fr .\n'
    )
