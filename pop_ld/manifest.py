"""What a release says of itself: its manifest, what its links to other datasets are, the tombstones of notices that were taken out."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any

from pop_ld import iris, resources, store
from pop_ld.config import Settings
from pop_ld.mapping.compiler import escape
from pop_ld.search.contract import DEEPEST, Hit, SearchReader
from pop_ld.search.question import Question
from pop_ld.store.counting import Links


def manifest(data: Path, settings: Settings, counts: Counter[str], examples: list[dict[str, str]], more: dict[str, Any]) -> dict[str, Any]:
    """The manifest of the release that comes next; what ``more`` does not say of examples and thesauri is as it was before."""
    bases = {slug: counts[slug] for slug in sorted(counts) if counts[slug]}
    former = store.current(data).manifest if store.current_name(data) else {}
    known = {e["base"]: e for e in [*former.get("examples", ()), *examples]}
    shown = [known[slug] for slug in bases if slug in known]
    return {
        **named(data),
        "site": settings.site,
        "bases": bases,
        "notices": sum(bases.values()),
        "examples": shown,
        "previous": {key: former[key] for key in ("name", "created", "notices", "triples") if key in former},
        "thesauri": former.get("thesauri", {}),
        **more,
    }


def named(data: Path) -> dict[str, str]:
    """``name`` and ``created`` of a release that comes next, were it made now."""
    now = datetime.now(UTC)
    return {"name": store.next_name(data, now.date()), "created": now.isoformat(timespec="seconds").replace("+00:00", "Z")}


FEATURED = 8
"""Most notices that a release shows on its first page."""
_RUNS, _RUN = 6, 12
"""Places of a base's list that are looked at, and how many notices at each."""


def featured(index: SearchReader, release: str, bases: Mapping[str, int]) -> list[dict[str, str]]:
    """Notices with an image to show on the first page, of each base in turn: chance that the release's name decides.

    Few places of each base are looked at, among the notices that changed last.
    """
    found = [_drawn(index, f"{release} {slug}", slug) for slug in bases]
    turns = [hit for turn in zip_longest(*found) for hit in turn if hit]
    return [{"base": h.base, "iri": h.iri, "label": h.title, "summary": h.summary, "image": h.image} for h in turns[:FEATURED]]


def _drawn(index: SearchReader, lot: str, slug: str) -> list[Hit]:
    """Notices of a base that have an image and a title, as far apart as chance puts them, among those that changed last."""
    shown = Question(order="-changed").choosing("base", [slug]).choosing("image", ["oui"])  # an order by number: by text, 30 times as long
    places = max(min(index.find(shown, limit=0).total, DEEPEST) - _RUN, 0) + 1
    starts = {int.from_bytes(hashlib.sha256(f"{lot} {run}".encode()).digest()[:8], "big") % places for run in range(_RUNS)}
    each = -(-FEATURED // len(starts))
    found: dict[str, Hit] = {}
    for start in sorted(starts):
        hits = [hit for hit in index.find(shown, offset=start, limit=_RUN).hits if hit.title != hit.ref and hit.iri not in found]
        found.update((hit.iri, hit) for hit in hits[:each])
    return list(found.values())


def departments(index: SearchReader, site: str) -> dict[str, int]:
    """Code -> how many notices are of the department, for those that have any (mappings/departement-tiles.csv)."""
    codes = (line["code"] for line in resources.table("departement-tiles.csv"))
    found = {code: index.linked(iris.department(site, code), limit=1).total for code in codes}
    return {code: count for code, count in found.items() if count}


_NO_LINKS = (
    *(iris.ONTOLOGY, iris.RDF, iris.RDFS, iris.WGS84, iris.FOAF, "http://www.opengis.net/ont/geosparql#"),
    *(iris.DCTERMS + name for name in ("identifier", "title", "description", "date", "created", "rights")),
    *(iris.SKOS + name for name in ("prefLabel", "altLabel", "notation")),
    *(
        iris.CRM + name
        for name in (
            *("P1_is", "P3_has", "P4_has", "P9_", "P16i_", "P24i_", "P30i_", "P41i_", "P43_", "P65_", "P82", "P90_"),
            *("P92i_", "P94i_", "P98i_", "P100i_", "P108i_", "P128_", "P156_", "P168_", "P190_"),
        )
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
