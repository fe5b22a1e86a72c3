"""Exact counts of a release's default graph, made at publication: VoID is written from them, and queries are planned by them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

FILE = "statistics.json"


@dataclass(frozen=True, slots=True)
class PropertyCount:
    """A property: how many triples have it, and how many distinct subjects and objects those have."""

    triples: int
    subjects: int
    objects: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """Of the default graph: triples, distinct subjects and objects, instances by class IRI, counts by property IRI.

    ``partitions`` holds, for each class, how many triples of its instances have each property. ``graphs`` holds how many
    triples each named graph has, and ``links``, for each property that links to other datasets, how many of its triples lead to each;
    ``links_key`` says what was taken for a link.
    """

    triples: int
    subjects: int
    objects: int
    classes: Mapping[str, int] = field(default_factory=dict)
    properties: Mapping[str, PropertyCount] = field(default_factory=dict)
    partitions: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    graphs: Mapping[str, int] = field(default_factory=dict)
    links: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    links_key: Sequence[str] = ()

    def save(self, folder: Path) -> None:
        """Writes ``statistics.json``."""
        (folder / FILE).write_text(json.dumps(asdict(self)), encoding="utf-8")


def load(folder: Path) -> Statistics | None:
    """The statistics of a release's folder; None where it has none (a release made before there were any)."""
    try:
        read = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    properties = {iri: PropertyCount(**counts) for iri, counts in read.pop("properties").items()}
    return Statistics(**read, properties=properties)
