"""Zones: the coordinate systems that ZONE may mean, and the boxes of France that a position must be in (FACTS b)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

from pop_ld import resources
from pop_ld.fields.folding import fold
from pop_ld.fields.text import split

Degrees: TypeAlias = tuple[float, float]
"""(latitude, longitude), WGS 84."""

_WGS84 = 4326


@dataclass(frozen=True, slots=True)
class _System:
    """One way of reading a ZONE: its EPSG code and the places of mappings/france.csv where a result counts (all where none is named)."""

    epsg: int
    places: tuple[str, ...]

    def holds(self, found: Degrees) -> bool:
        return in_france(*found, self.places)

    def degrees(self, x: float, y: float) -> Degrees:
        """Infinite where the projection has no answer."""
        if self.epsg == _WGS84:
            return y, x
        long, lat = _transformer(self.epsg).transform(x, y)
        return lat, long


@cache
def _transformer(epsg: int) -> Any:
    """From x (east), y (north) to longitude, latitude. Without PROJ's grids, as POP does: NTF to WGS 84 is good to 2 m."""
    import pyproj

    pyproj.network.set_network_enabled(False)  # type: ignore[attr-defined]
    return pyproj.Transformer.from_crs(epsg, _WGS84, always_xy=True)


@cache
def _systems() -> dict[str, tuple[_System, ...]]:
    """Compact name of a ZONE -> the systems to try in order (mappings/coordinate-systems.csv).

    POP retries Lambert 0 and 2 without the 2,000,000 of the northing; the other zones are written short as well.
    """
    found: dict[str, tuple[_System, ...]] = {}
    for row in resources.table("coordinate-systems.csv"):
        system = _System(int(row["epsg"]), tuple(filter(None, row["places"].split("|"))))
        for name in row["zone"].split("|"):
            found[_compact(name)] = (*found.get(_compact(name), ()), system)
    return found


def _compact(zone: str) -> str:
    return "".join(c for c in fold(zone) if c.isalnum())


@cache
def _france() -> dict[str, tuple[float, float, float, float]]:
    """Place -> (west, south, east, north) in degrees (mappings/france.csv)."""
    return {
        row["place"]: (float(row["west"]), float(row["south"]), float(row["east"]), float(row["north"]))
        for row in resources.table("france.csv")
    }


def in_france(lat: float, long: float, places: tuple[str, ...] = ()) -> bool:
    """Whether the point is in a box of mappings/france.csv, overseas included: of ``places``, or of any where none is named."""
    boxes = _france()
    for place in places or boxes:
        west, south, east, north = boxes[place]
        if south <= lat <= north and west <= long <= east:
            return True
    return False


def locate(pairs: list[Degrees], zone: str) -> tuple[list[Degrees], str]:
    """(the points in degrees, the kind of Problem or ""): the first system of ZONE that puts all of them where it may be used.

    WGS 84 is written longitude first (FACTS b); the other order is taken, and reported, where only that one is in France.
    """
    names = {_compact(name) for name in split(zone, ";/")}
    if not names:
        return [], "coordinates-without-zone"
    systems = _systems().get(names.pop()) if len(names) == 1 else None
    if systems is None:
        return [], "zone-not-understood"
    for system in systems:
        found = [system.degrees(x, y) for x, y in pairs]
        if all(map(system.holds, found)):
            return found, ""
    if systems[0].epsg == _WGS84 and all(in_france(lat, long) for lat, long in pairs):
        return pairs, "coordinates-swapped"
    return [], "coordinates-outside-france"
