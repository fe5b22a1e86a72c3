"""Where a point lies: tiles of Web Mercator as terms of the index, and the areas of a question as trees over them."""

from __future__ import annotations

import math
from collections.abc import Iterator

from pop_ld.search.nodes import All, Any, AnyTerm, Between, Node, Term
from pop_ld.search.question import Box, Circle

ZOOM = 26
"""Zoom of ``cell``: 2 × 26 bits, which a double still tells apart; half a metre."""
TILES = (8, 10, 12, 14, 16, 18, 20, 22)
"""Zooms whose tiles a notice names, each sixteen of the next: from 100 km to 6 m in France."""
FINE = 0.02
"""Width of the smallest tiles of a circle, of its radius: at its rim at most 3 % of the radius are left out."""
RECTANGLES = 32
"""By so many a smaller circle is filled, as well."""
NEAR = 12
_EARTH = 40_030.17
"""Kilometres around a sphere of 6,371 km."""


def position(lat: float, long: float) -> tuple[int, int]:
    """Column and row of a point's tile at ZOOM, both within its bounds."""
    size = 1 << ZOOM
    sine = math.sin(math.radians(min(max(lat, -85.05), 85.05)))
    x = min(max(int((long + 180) / 360 * size), 0), size - 1)
    y = min(max(int((0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)) * size), 0), size - 1)
    return x, y


def cell(lat: float, long: float) -> int:
    """The Z-order number of a point's tile at ZOOM in Web Mercator: its quadkey read in base 4."""
    x, y = position(lat, long)
    return _spread(x) | _spread(y) << 1


def _spread(number: int) -> int:
    """Its bits with a 0 between each two."""
    for shift, mask in ((32, 0xFFFFFFFF), (16, 0x0000FFFF0000FFFF), (8, 0x00FF00FF00FF00FF), (4, 0x0F0F0F0F0F0F0F0F)):
        number = (number | number << shift) & mask
    number = (number | number << 2) & 0x3333333333333333
    return (number | number << 1) & 0x5555555555555555


def tiles(lat: float, long: float) -> list[str]:
    """The tiles that hold a point, one of each zoom of TILES."""
    x, y = position(lat, long)
    return [_tile(zoom, x >> ZOOM - zoom, y >> ZOOM - zoom) for zoom in TILES]


def _tile(zoom: int, x: int, y: int) -> str:
    return f"{chr(97 + zoom)}{y << zoom | x:x}"


def plan_box(box: Box) -> Node:
    """A rectangle, by its bounds."""
    south, north = sorted((box.south, box.north))
    lat = Between("lat", south, north)
    if box.west <= box.east:
        return All((lat, Between("long", box.west, box.east)))
    return All((lat, Any((Between("long", low=box.west), Between("long", high=box.east)))))


def plan_circle(circle: Circle) -> Node:
    """A circle, filled with tiles none of which reaches beyond the rim: some hundreds of terms, whatever the number of notices."""
    wide = _EARTH * math.cos(math.radians(circle.lat)) / (FINE * circle.km)
    zoom = next((zoom for zoom in TILES if 1 << zoom >= wide), 0)
    return AnyTerm("tile", tuple(_filling(circle, zoom))) if zoom else _small(circle)


def _small(circle: Circle) -> Node:
    """A circle too small for tiles: rectangles around its centre, from high and narrow to low and wide, each within its few tiles."""
    reach, near = math.radians(circle.km / _EARTH * 360), Any(tuple(Term("tile", tile) for tile in _around(circle)))
    around, up = math.cos(math.radians(circle.lat)), math.sin(math.radians(circle.lat))
    widest = math.asin(math.sin(reach) / around) if abs(circle.lat) + math.degrees(reach) < 90 else math.pi
    boxes: list[Node] = []
    for step in range(RECTANGLES):
        wide = widest * math.sin((step + 0.5) * math.pi / 2 / RECTANGLES)
        # Where a meridian meets the circle: up sin(lat) + around cos(wide) cos(lat) = cos(reach)
        middle, length = math.atan2(up, around * math.cos(wide)), math.hypot(up, around * math.cos(wide))
        high = math.acos(min(math.cos(reach) / length, 1.0))
        west, east = circle.long - math.degrees(wide), circle.long + math.degrees(wide)
        box = Box(west + 360 * (west < -180), math.degrees(middle - high), east - 360 * (east > 180), math.degrees(middle + high))
        boxes.append(All((near, plan_box(box))))
    return Any(tuple(boxes))


def _around(circle: Circle) -> Iterator[str]:
    """The tiles of one zoom that a small circle may touch."""
    reach = circle.km / _EARTH * 360
    size = 1 << NEAR
    wide = min(reach / max(math.cos(math.radians(min(abs(circle.lat) + reach, 90))), 1e-3), 180.0)
    (_, top), (_, bottom) = (position(circle.lat + side, 0) for side in (reach, -reach))
    first, last = (math.floor((circle.long + side + 180) / 360 * size) for side in (-wide, wide))
    for y in range(top >> ZOOM - NEAR, (bottom >> ZOOM - NEAR) + 1):
        yield from {_tile(NEAR, x % size, y) for x in range(first, min(last, first + size - 1) + 1)}


def _filling(circle: Circle, zoom: int) -> Iterator[str]:
    """The tiles of a zoom that lie within a circle, or the larger ones that they make up."""
    rows = _rows(circle, zoom)
    while rows:
        larger: dict[int, tuple[int, int]] = {}
        if zoom > TILES[0]:
            for y in {y // 4 for y in rows}:
                spans = [rows[4 * y + k] for k in range(4) if 4 * y + k in rows]
                first, last = -(-max(span[0] for span in spans) // 4), (min(span[1] for span in spans) + 1) // 4 - 1
                if len(spans) == 4 and first <= last:
                    larger[y] = first, last
        for y, (first, last) in rows.items():
            covered = larger.get(y // 4)
            left, right = (4 * covered[0], 4 * covered[1] + 4) if covered else (last + 1, last + 1)
            for x in (*range(first, left), *range(right, last + 1)):
                yield _tile(zoom, x % (1 << zoom), y)
        rows, zoom = larger, zoom - 2


def _rows(circle: Circle, zoom: int) -> dict[int, tuple[int, int]]:
    """Row of tiles -> first and last column within a circle; columns go on beyond the 180th meridian."""
    size = 1 << zoom
    reach = circle.km / _EARTH * 360
    _, top = position(circle.lat + reach, 0)
    _, bottom = position(circle.lat - reach, 0)
    found: dict[int, tuple[int, int]] = {}
    above = _half_width(circle, _latitude(top >> ZOOM - zoom, size))
    for y in range(top >> ZOOM - zoom, (bottom >> ZOOM - zoom) + 1):
        below = _half_width(circle, _latitude(y + 1, size))
        wide, above = min(above, below), below
        first, last = math.ceil((circle.long - wide + 180) / 360 * size), math.floor((circle.long + wide + 180) / 360 * size) - 1
        if wide >= 180:
            first, last = 0, size - 1
        if first <= last:
            found[y] = first, last
    return found


def _latitude(row: int, size: int) -> float:
    """The northern edge of a row of tiles; the outermost rows reach to the poles."""
    if not 0 < row < size:
        return 90.0 if row <= 0 else -90.0
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * row / size))))


def _half_width(circle: Circle, lat: float) -> float:
    """Degrees of longitude between the centre and the rim at a latitude; haversine, solved for the longitude."""
    reach = math.sin(math.pi * circle.km / _EARTH) ** 2 - math.sin(math.radians(lat - circle.lat) / 2) ** 2
    across = math.cos(math.radians(circle.lat)) * math.cos(math.radians(lat))
    if reach <= 0 or reach >= across:
        return 0.0 if reach <= 0 else 180.0
    return 2 * math.degrees(math.asin(math.sqrt(reach / across)))
