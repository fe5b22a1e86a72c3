"""What a release says of itself: its manifest, its VoID description, the tombstones of notices that were taken out."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pop_ld import iris, store
from pop_ld.config import Settings
from pop_ld.mapping.compiler import escape


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
        "thesauri": former.get("thesauri", {}),
        **more,
    }


def void(site: str, about: dict[str, Any], triples: int) -> str:
    """VoID of a release: its size, and a subset for each base."""
    lines = [
        f"@prefix void: <{iris.VOID}> .",
        f"@prefix dcterms: <{iris.DCTERMS}> .",
        f"@prefix xsd: <{iris.XSD}> .",
        f"<{iris.release(site, about['name'])}> a void:Dataset ;",
        f'  dcterms:created "{about["created"]}"^^xsd:dateTime ;',
        f"  void:triples {triples} ; void:entities {about['notices']} .",
    ]
    for slug, count in about["bases"].items():
        lines.append(f"<{iris.release(site, about['name'])}> void:subset <{iris.dataset(site, slug)}> .")
        lines.append(f"<{iris.dataset(site, slug)}> a void:Dataset ; void:entities {count} .")
    return "\n".join(lines) + "\n"


def tombstone(site: str, base: str, ref: str, iri: str, label: str, now: str) -> str:
    """N-Triples that stay of a notice that was taken out: its page answers 410 with its title."""
    document = f"<{iris.document(site, base, ref)}>"
    return (
        f"{document} <{iris.RDF}type> <{iris.FOAF}Document> .\n"
        f"{document} <{iris.FOAF}primaryTopic> <{iri}> .\n"
        f'{document} <{iris.PROV}invalidatedAtTime> "{now}"^^<{iris.XSD}dateTime> .\n'
        f'{document} <{iris.DCTERMS}title> "{escape(label)}"@fr .\n'
    )
