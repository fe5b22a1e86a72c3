"""WKT literals in, what a map draws out: points and outlines as [latitude, longitude] (GeoSPARQL 1.1 §8.8, WGS 84, longitude first)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from pop_ld.formats.graph import Graph

_WKT = "http://www.opengis.net/ont/geosparql#wktLiteral"
_PAIR = re.compile(r"(-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)\s+(-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)")
_RING = re.compile(r"\(([^()]*)\)")
_CRS84 = ("", "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>")
VERTICES = 500
"""Most vertices of an outline that a page holds: every n-th of a longer one."""
SHAPES = 40

At = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Geometry:
    points: Sequence[At] = field(default=())
    outlines: Sequence[Sequence[At]] = field(default=())


def geometry(graph: Graph, subjects: Sequence[str]) -> Geometry:
    """The shapes of the WKT literals of some subjects, each once; what is no WKT of WGS 84 is left out."""
    texts = dict.fromkeys(
        value.value
        for subject in subjects
        for predicate in graph.predicates(subject)
        for value in graph.values(subject, predicate)
        if getattr(value, "datatype", None) is not None and value.datatype.value == _WKT  # type: ignore[union-attr]
    )
    points: list[At] = []
    outlines: list[Sequence[At]] = []
    for text in texts:
        found = read_wkt(text)
        points += found.points
        outlines += found.outlines
    return Geometry(points[:SHAPES], outlines[:SHAPES])


def read_wkt(text: str) -> Geometry:
    """Points of POINT and MULTIPOINT, outer and inner rings of POLYGON and MULTIPOLYGON, lines as they are."""
    crs, _, body = text.strip().rpartition("> ")
    if (f"{crs}>" if crs else "") not in _CRS84:
        return Geometry()
    kind = body.strip().split("(", 1)[0].strip().upper().split(" ")[0]
    if kind in ("POINT", "MULTIPOINT"):
        return Geometry(points=_pairs(body))
    rings = [_thinned(ring) for part in _RING.findall(body) if len(ring := _pairs(part)) > 1]
    return Geometry(outlines=rings)


def _pairs(text: str) -> list[At]:
    """Those that are on the Earth."""
    found = [(float(lat), float(long)) for long, lat in _PAIR.findall(text)]
    return [(lat, long) for lat, long in found if abs(lat) <= 90 and abs(long) <= 180]


def _thinned(ring: Sequence[At]) -> Sequence[At]:
    step = -(-len(ring) // VERTICES)
    return ring if step < 2 else [*ring[::step], ring[-1]]
