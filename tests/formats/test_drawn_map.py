"""Maps drawn without scripts: whatever is asked for is inside, in a shape that a page can hold."""

import math
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from pop_ld.formats.drawn_map import LOWEST, TALLEST, WIDTH, Area, drawing

FRANCE = Area(-5.3, 41.2, 9.8, 51.2)
LONGS, LATS = st.floats(-180, 180), st.floats(-85, 85)


@settings(deadline=None)
@given(LONGS, LONGS, LATS, LATS)
def test_an_area_is_inside_its_drawing(one: float, other: float, low: float, high: float) -> None:
    area = Area(min(one, other), min(low, high), max(one, other), max(low, high))
    drawn = drawing(area)
    assert drawn.width == WIDTH and LOWEST - 2 <= drawn.height <= TALLEST + 2
    assert 0 <= drawn.zoom <= 18
    for lat, long in ((area.south, area.west), (area.north, area.east)):
        x, y = drawn.at(lat, long)
        assert -1 <= x <= WIDTH + 1 and -1 <= y <= drawn.height + 1
    assert all(math.isfinite(side) for side in (drawn.area.west, drawn.area.south, drawn.area.east, drawn.area.north))


def test_france_is_drawn_where_it_is() -> None:
    drawn = drawing(FRANCE)
    assert {name for name, _ in drawn.land} == {"france", "others"}
    paris, marseille = drawn.at(48.85, 2.35), drawn.at(43.3, 5.4)
    assert paris[1] < marseille[1] and paris[0] < marseille[0]
    assert drawn.at(drawn.area.north, drawn.area.west) == (0, 0)
    assert sum(len(path) for _, path in drawn.land) < 20_000
    for _, path in drawn.land:
        assert re.fullmatch(r"(?:M-?\d+ -?\d+l-?\d+ -?\d+(?: -?\d+ -?\d+)*z)+", path)


def test_a_point_alone_and_the_whole_world_can_be_drawn() -> None:
    assert drawing(Area(2.35, 48.85, 2.35, 48.85)).zoom >= 10
    assert drawing(Area(-180, -60, 180, 80)).zoom <= 2
