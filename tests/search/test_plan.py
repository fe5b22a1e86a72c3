"""Areas of a map as query trees: every point that is well inside is found, none that is outside."""

from __future__ import annotations

import math

from hypothesis import example, given
from hypothesis import strategies as st

from pop_ld.search import nodes
from pop_ld.search.areas import tiles
from pop_ld.search.plan import plan
from pop_ld.search.question import Box, Circle, Question


def holds(node: nodes.Node, lat: float, long: float) -> bool:
    """Whether a point is in an area."""
    if isinstance(node, nodes.All):
        return all(holds(part, lat, long) for part in node.parts)
    if isinstance(node, nodes.Any):
        return any(holds(part, lat, long) for part in node.parts)
    if isinstance(node, nodes.Flat):
        return holds(node.node, lat, long)
    if isinstance(node, nodes.Everything):
        return True
    if isinstance(node, nodes.Term):
        return node.text in tiles(lat, long)
    if isinstance(node, nodes.AnyTerm):
        assert node.field == "tile"
        return bool(set(tiles(lat, long)) & set(node.texts))
    assert isinstance(node, nodes.Between)
    value = {"lat": lat, "long": long}[node.field]
    return (node.low is None or value >= node.low) and (node.high is None or value <= node.high)


def reached(circle: Circle, km: float, bearing: float) -> tuple[float, float]:
    """The point that far from the centre, on a sphere."""
    far, lat, turn = km / 6371.0088, math.radians(circle.lat), math.radians(bearing)
    sine = math.sin(lat) * math.cos(far) + math.cos(lat) * math.sin(far) * math.cos(turn)
    east = math.atan2(math.sin(turn) * math.sin(far) * math.cos(lat), math.cos(far) - math.sin(lat) * sine)
    long = (circle.long + math.degrees(east) + 540) % 360 - 180
    return math.degrees(math.asin(min(max(sine, -1.0), 1.0))), long


def test_a_circle_is_some_hundreds_of_terms() -> None:
    for km in (2, 3, 20, 150, 1000):
        for lat in (-70.0, -21.0, 46.0, 48.8):
            (area,) = (part for part in plan(Question(around=Circle(lat, 2.3, km))).parts[1:])  # type: ignore[union-attr]
            assert isinstance(area, nodes.Flat) and isinstance(area.node, nodes.AnyTerm)
            assert len(set(area.node.texts)) == len(area.node.texts) <= 6_000


LATS, LONGS = st.floats(-70, 70), st.floats(-180, 180)


@given(LATS, LONGS, st.floats(0.001, 1000), st.floats(0, 2), st.floats(0, 360))
@example(48.8, 2.3, 20.0, 0.969, 45.0)
@example(-15.0, 180.0, 500.0, 0.95, 90.0)
@example(-15.0, -180.0, 500.0, 0.95, 270.0)
def test_circles(lat: float, long: float, km: float, share: float, bearing: float) -> None:
    circle = Circle(lat, long, km)
    inside = holds(plan(Question(around=circle)), *reached(circle, share * km, bearing))
    assert inside or share > 0.97 or share * km > km - 1e-6
    assert not inside or share < 1.0001 or km < 0.01


@given(st.floats(-90, 90), LONGS, st.floats(0.001, 1000), st.floats(1.0001, 3), st.floats(0, 360))
def test_nothing_outside_a_circle_even_at_the_poles(lat: float, long: float, km: float, share: float, bearing: float) -> None:
    circle = Circle(lat, long, km)
    assert not holds(plan(Question(around=circle)), *reached(circle, share * km, bearing)) or km < 0.01


@given(LONGS, LONGS, st.floats(-90, 90), st.floats(-90, 90), LATS, LONGS)
def test_boxes(west: float, east: float, south: float, north: float, lat: float, long: float) -> None:
    inside = west <= long <= east if west <= east else long >= west or long <= east
    expected = inside and min(south, north) <= lat <= max(south, north)
    assert holds(plan(Question(box=Box(west, south, east, north))), lat, long) == expected
