"""An area of the Earth in, a drawing of it out: Web Mercator, the outlines that the site itself has, and where points fall on it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

from pop_ld import resources

WIDTH = 760
"""Units across a drawing; its height follows the area, within TALLEST."""
TALLEST = 760
LOWEST = 380
_POLE = math.degrees(math.atan(math.sinh(math.pi)))
"""The latitude at which Web Mercator is cut off: 85.05°."""
_TILE = 256


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle in degrees, west below east."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """``area`` is what is drawn, at least the one asked for; ``land`` is (class, path) as SVG has it."""

    area: Area
    width: int
    height: int
    land: Sequence[tuple[str, str]]

    @property
    def zoom(self) -> int:
        """The zoom of tiles of which the drawing has the scale."""
        across = (self.area.east - self.area.west) / 360
        return max(0, min(18, int(math.log2(self.width / _TILE / across)))) if across > 0 else 18

    def at(self, lat: float, long: float) -> tuple[float, float]:
        """Where a point falls, in units from the top left."""
        return _place(self.area, self.width, lat, long)


def drawing(area: Area) -> Drawing:
    """The drawing of an area, which grows where it is too small, too wide or too tall for one."""
    grown = _grown(area)
    top, bottom = _mercator(grown.north), _mercator(grown.south)
    height = round((bottom - top) / ((grown.east - grown.west) / 360) * WIDTH)
    return Drawing(grown, WIDTH, height, _land(grown))


def _grown(area: Area) -> Area:
    """The area with a margin, in a shape between LOWEST and TALLEST to WIDTH."""
    across = max((area.east - area.west) / 360, 2e-4) * 1.1
    middle = (area.west + area.east) / 720
    top, bottom = _mercator(area.north), _mercator(area.south)
    down = max(bottom - top, 2e-4) * 1.1
    across = max(across, down * WIDTH / TALLEST)
    down = max(down, across * LOWEST / WIDTH)
    across, down = min(across, 1.0), min(down, 1.0)
    centre = min(max((top + bottom) / 2, down / 2), 1 - down / 2)
    west, east = 360 * (middle - across / 2), 360 * (middle + across / 2)
    return Area(west, _latitude(centre + down / 2), east, _latitude(centre - down / 2))


def _mercator(lat: float) -> float:
    """0 at the northern edge of Web Mercator, 1 at the southern one."""
    sine = math.sin(math.radians(min(max(lat, -_POLE), _POLE)))
    return 0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)


def _latitude(y: float) -> float:
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y))))


def _place(area: Area, width: int, lat: float, long: float) -> tuple[float, float]:
    scale = width / ((area.east - area.west) / 360)
    return (long - area.west) / 360 * scale, (_mercator(lat) - _mercator(area.north)) * scale


@lru_cache(maxsize=50)
def _land(area: Area) -> Sequence[tuple[str, str]]:
    made = []
    for name, rings in _outlines().items():
        paths = [path for ring in rings if _near(area, ring) and (path := _path(area, ring))]
        if paths:
            made.append((name, "".join(paths)))
    return made


@cache
def _outlines() -> Mapping[str, Sequence[Sequence[tuple[float, float]]]]:
    found: Mapping[str, Sequence[Sequence[tuple[float, float]]]] = json.loads(
        (resources.folder("templates") / "static" / "vendor" / "land.json").read_bytes()
    )
    return found


def _near(area: Area, ring: Sequence[tuple[float, float]]) -> bool:
    longs, lats = [x for x, _ in ring], [y for _, y in ring]
    return min(longs) <= area.east and max(longs) >= area.west and min(lats) <= area.north and max(lats) >= area.south


def _path(area: Area, ring: Sequence[tuple[float, float]]) -> str:
    """Whole units, each point once, relative to the one before; far points are brought near, where nobody sees them."""
    points = [_place(area, WIDTH, lat, long) for long, lat in ring]
    whole = [(round(min(max(x, -WIDTH), 2 * WIDTH)), round(min(max(y, -WIDTH), 3 * WIDTH))) for x, y in points]
    kept = [point for number, point in enumerate(whole) if not number or point != whole[number - 1]]
    if len(kept) < 3:
        return ""
    steps = [f"{x - a} {y - b}" for (a, b), (x, y) in pairwise(kept)]
    return f"M{kept[0][0]} {kept[0][1]}l{' '.join(steps)}z"
