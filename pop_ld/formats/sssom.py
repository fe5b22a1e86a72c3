"""Links as SSSOM/TSV, the Simple Standard for Sharing Ontological Mappings: its metadata in comments, then a line for each link."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping

from pop_ld import iris
from pop_ld.formats.source import Match

COLUMNS = (
    "subject_id",
    "subject_label",
    "predicate_id",
    "object_id",
    "mapping_justification",
    "confidence",
    "mapping_date",
    "mapping_source",
)
_UNSPECIFIED = "https://w3id.org/sssom/license/unspecified"
"""The standard wants a licence: no one is given for the links of all sources together."""
_PLAIN = "pop"


def prefixes(site: str) -> Mapping[str, str]:
    """The curie_map: what begins our IRIs and those that links most lead to."""
    return {
        _PLAIN: f"{site}/id/",
        "links": f"{site}/graph/links/",
        "wikidata": "http://www.wikidata.org/entity/",
        "aat": "http://vocab.getty.edu/aat/",
        "ulan": "http://vocab.getty.edu/ulan/",
        "ark67717": "http://data.culture.fr/thesaurus/resource/ark:/67717/",
        "skos": iris.SKOS,
        "semapv": iris.SEMAPV,
    }


def head(site: str, address: str, release: str, day: str, title: str) -> str:
    """The metadata as YAML in comments, and the line of columns. ``address`` names the set, ``day`` is that of the release."""
    lines = ["curie_map:", *(f"  {prefix}: {_text(space)}" for prefix, space in prefixes(site).items())]
    slots = {
        "mapping_set_id": address,
        "mapping_set_title": title,
        "mapping_set_version": release,
        "mapping_date": day,
        "license": _UNSPECIFIED,
    }
    lines += [f"{name}: {_text(value)}" for name, value in slots.items()]
    return "".join(f"#{line}\n" for line in lines) + "\t".join(COLUMNS) + "\n"


def _text(value: str) -> str:
    """A text as YAML 1.2 takes it: a JSON string, without what would end the line."""
    return json.dumps(value, ensure_ascii=True)


def curie(site: str, iri: str) -> str:
    """``pop:joconde/000PE003316``; the IRI itself where no prefix begins it."""
    for prefix, space in prefixes(site).items():
        if iri.startswith(space) and len(iri) > len(space):
            return f"{prefix}:{iri.removeprefix(space)}"
    return iri


def lines(site: str, links: Iterable[Match], labels: Mapping[str, str]) -> str:
    """A line for each link; ``labels`` are the names of their subjects."""
    text = io.StringIO(newline="")
    out = csv.writer(text, delimiter="\t", lineterminator="\n")
    for link in links:
        out.writerow(
            (
                curie(site, link.subject),
                " ".join(labels.get(link.subject, "").split()),
                curie(site, link.predicate),
                curie(site, link.target),
                link.justification,
                f"{link.confidence:g}",
                link.date,
                curie(site, iris.links_graph(site, link.source)),
            )
        )
    return text.getvalue()
