"""Coordinates: COOR and COORM in the system that ZONE names, and POP's own degrees, become WGS 84 points and polygons (FACTS b)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, TypeAlias

from pop_ld.fields.text import joined
from pop_ld.fields.zones import Degrees, in_france, locate

Noted: TypeAlias = tuple[int, str, str, str]
"""(which argument it is about, counted from 0; kind; value; detail): a Remark for a function that reads several fields."""

_COMPUTED = 7
"""Decimals of a computed degree: about a centimetre, finer than any COOR."""
_POP = 10
"""Decimals of POP's own degrees."""

_DECIMAL = re.compile(r"^-?\d+(?:\.\d+)?$", re.ASCII)
_CELL = re.compile(r"^\s*(-?\d+(?:\.\d+)?)\s*[,;]\s*(-?\d+(?:\.\d+)?)\s*$", re.ASCII)
"""Latitude and longitude in one cell, as the exports of 2024 and 2026 write them."""
_NUMBER = re.compile(r"^[+-]?(?:\d{1,4}(?: \d{3})+|\d+)(?:[.,]\d+)?$", re.ASCII)
_COMMA = re.compile(r"^([+-]?\d+\.\d+)\s*,\s*([+-]?\d+\.\d+)$", re.ASCII)
_SPACE = re.compile(r"^(\d{6,7})\s+(\d{6,7})$", re.ASCII)


@dataclass(frozen=True, slots=True)
class Point:
    """Degrees in WGS 84 as xsd:decimal texts, and the same as WKT, longitude first (GeoSPARQL 1.1 §8.5)."""

    lat: str
    long: str
    wkt: str


def degrees(lat: tuple[str, ...], lon: tuple[str, ...]) -> tuple[str, str] | str | None:
    """(latitude, longitude) as xsd:decimal texts in degrees; None for none and for 0/0 (FACTS b); the text where it is no point."""
    if not lat and not lon:
        return None
    pair = _CELL.match(lat[0]) if lat and not lon else None
    if not pair and not (lat and lon):
        return (lat or lon)[0]
    texts = (pair[1], pair[2]) if pair else (lat[0].replace(",", "."), lon[0].replace(",", "."))
    try:
        numbers = float(texts[0]), float(texts[1])
    except ValueError:
        return " ".join(texts)
    if numbers == (0, 0):
        return None
    if not (-90 <= numbers[0] <= 90 and -180 <= numbers[1] <= 180):
        return " ".join(texts)
    return decimal(texts[0], numbers[0]), decimal(texts[1], numbers[1])


def decimal(written: str, number: float) -> str:
    """An xsd:decimal text: as written where it is one, else without exponent and with at most 12 decimals."""
    if _DECIMAL.match(written):
        return written
    text = f"{number:.12f}".rstrip("0")
    return text + "0" if text.endswith(".") else text


def point_of(
    lat: tuple[str, ...], lon: tuple[str, ...], coor: tuple[str, ...], zone: tuple[str, ...]
) -> tuple[Point | None, tuple[Noted, ...]]:
    """POP's own point where there is one, else COOR in the system of ZONE; and what to say of the four arguments, in their order.

    0/0 is none. POP's own point has its two numbers exchanged where only that puts it in France; else it is kept outside France, and
    reported, unless COOR gives a point in France: then that one is taken. A computed point outside France is no point.
    """
    own = degrees(lat, lon)
    if own is None:
        return _written(joined(coor), joined(zone)) if coor else (None, ())
    if isinstance(own, str):
        found, notes = _written(joined(coor), joined(zone)) if coor else (None, ())
        return found, ((0, "coordinates-not-understood", own, ""), *notes)
    numbers = float(own[0]), float(own[1])
    if in_france(*numbers):
        return _point(*own), ()
    text = " ".join(own)
    if in_france(*numbers[::-1]):
        return _point(*own[::-1]), ((0, "coordinates-swapped", text, ""),)
    other = _written(joined(coor), joined(zone))[0] if coor and zone else None
    if other:
        return other, ((0, "coordinates-unlike-coor", text, f"{other.lat} {other.long}"),)
    return _point(*own), ((0, "coordinates-outside-france", text, ""),)


def _point(lat: str, long: str) -> Point:
    return Point(lat, long, f"POINT({long} {lat})")


@lru_cache(maxsize=20_000)
def _written(text: str, zone: str) -> tuple[Point | None, tuple[Noted, ...]]:
    """The point of COOR; what it says of COOR is numbered 2, of ZONE 3."""
    pair = _pair(text)
    if pair is None:
        return None, ((2, "coordinates-not-understood", text, ""),)
    if pair == (0, 0):
        return None, ()
    found, kind = locate([pair], zone)
    notes = _notes(kind, 2, text, zone)
    if not found:
        return None, notes
    lat, long = (decimal("", round(number, _COMPUTED)) for number in found[0])
    return _point(lat, long), notes


def _notes(kind: str, where: int, text: str, zone: str) -> tuple[Noted, ...]:
    """What to say of a text, argument ``where``, and of its ZONE, the argument after it."""
    if not kind:
        return ()
    if kind == "zone-not-understood":
        return ((where + 1, kind, zone, text[:80]),)
    return ((where, kind, text, zone),)


def _pair(text: str) -> Degrees | None:
    """(x, y) of "0794409;6291409", "707774 ; 1615 350", "6.03013878,47.23382986", "272910 2346337"; None for anything else."""
    text = text.strip()
    if ";" in text:
        numbers = _numbers(text)
        return (numbers[0], numbers[1]) if len(numbers) == 2 else None
    found = _COMMA.match(text) or _SPACE.match(text)
    return (float(found[1]), float(found[2])) if found else None


def _numbers(text: str) -> list[float]:
    """The numbers between semicolons, none where one of them is no number."""
    parts = [part.strip() for part in text.split(";")]
    if not all(map(_NUMBER.match, parts)):
        return []
    return [float(part.replace(" ", "").replace(",", ".")) for part in parts]


def polygon_of(polygon: tuple[str, ...], coorm: tuple[str, ...], zone: tuple[str, ...]) -> tuple[str | None, tuple[Noted, ...]]:
    """WKT of POP_COORDINATES_POLYGON.coordinates, else of COORM in the system of ZONE; and what to say of the three arguments.

    POP's list is flat, [lat, lon], not closed, and comes as one JSON text for each nested list (FACTS b). The ring is closed and
    counter-clockwise (OGC simple features 1.2.1 §6.1.11.1); whether it crosses itself is not examined. POP's own polygon is kept
    even outside France; a computed one is not.
    """
    notes: tuple[Noted, ...] = ()
    if polygon:
        ring = _pop_ring(polygon)
        if ring:
            wkt, kind = _own_polygon(ring)
            notes = _notes(kind, 0, joined(polygon), "")
            if wkt:
                return wkt, notes
        elif ring is None:
            notes = ((0, "polygon-not-understood", joined(polygon), ""),)
    if not coorm:
        return None, notes
    found, more = _written_polygon(joined(coorm), joined(zone))
    return found, (*notes, *more)


def _own_polygon(ring: list[Degrees]) -> tuple[str | None, str]:
    kind = ""
    if not all(in_france(lat, long) for lat, long in ring):
        swapped = [(long, lat) for lat, long in ring]
        is_swapped = all(in_france(lat, long) for lat, long in swapped)
        kind = "coordinates-swapped" if is_swapped else "coordinates-outside-france"
        ring = swapped if is_swapped else ring
    wkt = _wkt(ring, _POP) if all(abs(lat) <= 90 for lat, _ in ring) else None
    return wkt, kind if wkt else "polygon-not-understood"


@lru_cache(maxsize=1_000)
def _written_polygon(text: str, zone: str) -> tuple[str | None, tuple[Noted, ...]]:
    """The polygon of COORM; what it says of COORM is numbered 1, of ZONE 2."""
    pairs = _outline(text)
    if len(pairs) < 3:
        return None, ((1, "polygon-not-understood", text, ""),)
    found, kind = locate(pairs, zone)
    wkt = _wkt(found, _COMPUTED) if found else None
    if found and not wkt:
        kind = "polygon-not-understood"
    return wkt, _notes(kind, 1, text, zone)


def _outline(text: str) -> list[Degrees]:
    """Pairs of "x;y/x;y/…", or the corners of the older "xmin ; xmax ; ymax ; ymin"; none where a part is no pair."""
    if "/" not in text:
        box = _numbers(text)
        if len(box) == 4 and box[0] < box[1] and box[2] > box[3]:
            west, east, north, south = box
            return [(west, south), (east, south), (east, north), (west, north)]
        return []
    pairs = [_pair(part) for part in text.split("/") if part.strip()]
    known = [pair for pair in pairs if pair is not None]
    return known if len(known) == len(pairs) else []


def _pop_ring(polygon: tuple[str, ...]) -> list[Degrees] | None:
    """The pairs of POP's list, one JSON text for each or one for all; [] where it is empty, None where it is not understood."""
    try:
        ring: Any = json.loads("[" + ",".join(polygon) + "]")
    except (ValueError, RecursionError):
        return None
    while isinstance(ring, list) and len(ring) == 1 and isinstance(ring[0], list) and not _is_pair(ring[0]):
        ring = ring[0]
    if not all(map(_is_pair, ring)):
        return None
    return [(float(lat), float(long)) for lat, long in ring]


def _is_pair(item: Any) -> bool:
    """Whether it is [latitude, longitude], in either order."""
    return isinstance(item, list) and len(item) == 2 and all(type(part) in (int, float) and abs(part) <= 180 for part in item)


def _wkt(ring: list[Degrees], decimals: int) -> str | None:
    """POLYGON((lon lat, …)), None where it has fewer than three distinct points or no area."""
    unit: int = 10**decimals
    points = [(round(long * unit), round(lat * unit)) for lat, long in ring]
    points = [point for i, point in enumerate(points) if i == 0 or point != points[i - 1]]
    if points[0] == points[-1]:
        points.pop()
    # Twice the signed area, in whole units: floats would see an area where a ring goes forth and back on itself.
    area = sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise([*points, *points[:1]]))
    if len(set(points)) < 3 or not area:
        return None
    ordered = points if area > 0 else points[::-1]
    return "POLYGON((" + ", ".join(f"{decimal('', x / unit)} {decimal('', y / unit)}" for x, y in [*ordered, ordered[0]]) + "))"
