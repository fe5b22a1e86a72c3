"""Points and polygons, with the COOR, ZONE and COORM of real notices and the errors that POP's 2018 importer met (FACTS b)."""

import csv
import math
import re
from itertools import pairwise
from pathlib import Path

import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop_ld.fields.coordinates import degrees, point_of, polygon_of
from pop_ld.fields.zones import in_france, locate


@pytest.mark.parametrize(
    ("coor", "zone", "lat", "long"),
    [
        # The first three are what POP itself publishes for the same COOR, to seven decimals.
        ("0534300 ; 1179380", "Lambert1", "49.3109555", "1.4328524"),
        ("0999437 ; 3170900", "Lambert3", "43.7297333", "7.29772"),
        ("789153;2107449", "Lambert2", "45.9408812", "4.7761904"),
        ("0516320 ; 0119560", "Lambert1", "48.7708699", "1.1980256"),
        ("0534300 ; 2179380", "Lambert0", "46.6112073", "1.4787885"),
        ("0534300 ; 0179380", "Lambert0", "46.6112073", "1.4787885"),
        ("272910 2346337", "Lambert II étendu", "48.0340578", "-2.0512297"),
        ("0794409;6291409", "Lambert93", "43.715408", "4.1712733"),
        ("0794409;6291409", "LAMBERT-93", "43.715408", "4.1712733"),
        ("0794409;6291409", "Lambert93 ; Lambert93", "43.715408", "4.1712733"),
        ("6.03013878,47.23382986", "WGS84", "47.2338299", "6.0301388"),
        ("6,03013878 ; 47,23382986", "WGS 84", "47.2338299", "6.0301388"),
        ("707774 ; 1615 350", "UTM20N", "14.603463", "-61.0711822"),
    ],
)
def test_coor(coor: str, zone: str, lat: str, long: str) -> None:
    found, notes = point_of((), (), (coor,), (zone,))
    assert found is not None and notes == ()
    assert (found.lat, found.long, found.wkt) == (lat, long, f"POINT({long} {lat})")


def test_gauss_laborde_is_not_the_deprecated_system_that_pop_uses() -> None:
    """EPSG:2990 exchanges false easting and northing: its result lies in the ocean, 100 km from the island."""
    x, y = pyproj.Transformer.from_crs(4326, 3727, always_xy=True).transform(55.4486, -20.8789)
    found, notes = point_of((), (), (f"{x:.0f};{y:.0f}",), ("Gauss Laborde",))
    assert found is not None and notes == ()
    assert (float(found.lat), float(found.long)) == pytest.approx((-20.8789, 55.4486), abs=1e-4)


def test_lambert4_and_its_short_northing() -> None:
    x, y = pyproj.Transformer.from_crs(4326, 27574, always_xy=True).transform(9.15, 42.15)
    for northing in (y, y - 4_000_000):
        found, _ = point_of((), (), (f"{x:.0f};{northing:.0f}",), ("Lambert4",))
        assert found is not None
        assert (float(found.lat), float(found.long)) == pytest.approx((42.15, 9.15), abs=1e-4)


@pytest.mark.parametrize(
    ("coor", "zone", "where", "kind"),
    [
        ("1522552 ; 4223252", "", 2, "coordinates-without-zone"),
        ("4993 ;4333", "", 2, "coordinates-without-zone"),
        ("0822988 ; 2138063", "Lambert2 ; Lambert3", 3, "zone-not-understood"),
        ("709367 ; 1616070", "UTM", 3, "zone-not-understood"),
        ("0698550 ; 1626000", "MTU", 3, "zone-not-understood"),
        ("0773200 ; 0779390 ; 1238360 ; 1236980", "Lambert1", 2, "coordinates-not-understood"),
        ("0613560 11", "Lambert1", 2, "coordinates-not-understood"),
        ("0833950 83 ; 0089950 YN ; 0089750 YS", "Lambert1", 2, "coordinates-not-understood"),
        (".", "Lambert1", 2, "coordinates-not-understood"),
        ("0411900 ;", "Lambert2", 2, "coordinates-not-understood"),
        (" ; 0077300 ; 0367825 ", "Lambert3", 2, "coordinates-not-understood"),
        ("0619870 ; 2149752£0630570 ; 2197525", "Lambert2", 2, "coordinates-not-understood"),
        ("0999437 ; 3170900", "Lambert1", 2, "coordinates-outside-france"),
        ("12.5;80", "WGS84", 2, "coordinates-outside-france"),
        ("9" * 400 + ";1", "Lambert2", 2, "coordinates-outside-france"),
    ],
)
def test_what_gives_no_point_is_reported(coor: str, zone: str, where: int, kind: str) -> None:
    found, notes = point_of((), (), (coor,), (zone,) if zone else ())
    assert found is None
    assert [note[:2] for note in notes] == [(where, kind)]
    assert notes[0][2] == (coor if where == 2 else zone)


def test_latitude_written_first_is_put_back_and_reported() -> None:
    found, notes = point_of((), (), ("47.234237 , 6.030408",), ("WGS84",))
    assert found is not None and (found.lat, found.long) == ("47.234237", "6.030408")
    assert notes == ((2, "coordinates-swapped", "47.234237 , 6.030408", "WGS84"),)
    # As written in a real notice (Mérimée PA95000004).
    found, notes = point_of(("1.9968162411",), ("49.1631331",), (), ())
    assert found is not None and found.wkt == "POINT(1.9968162411 49.1631331)"
    assert notes == ((0, "coordinates-swapped", "1.9968162411 49.1631331", ""),)


def test_pops_own_point_comes_first() -> None:
    found, notes = point_of(("48.2",), ("3.28",), ("0534300 ; 1179380",), ("Lambert1",))
    assert found is not None and found.wkt == "POINT(3.28 48.2)" and notes == ()


@pytest.mark.parametrize(("lat", "lon"), [("0", "0"), ("0.0", "0")])
def test_zero_is_none(lat: str, lon: str) -> None:
    assert point_of((lat,), (lon,), (), ()) == (None, ())
    assert point_of((lat,), (lon,), ("0;0",), ("WGS84",)) == (None, ())
    found, _ = point_of((lat,), (lon,), ("0534300 ; 1179380",), ("Lambert1",))
    assert found is not None and found.lat == "49.3109555"


def test_pops_own_point_outside_france_gives_way_to_what_coor_gives_there_and_is_reported() -> None:
    """Twenty-two notices of Palissy are published in the Mediterranean: POP took the short northing of their COOR for a whole one."""
    lat, lon = ("39.8154380466",), ("1.3722440465",)
    found, notes = point_of(lat, lon, ("0516320 ; 0119560",), ("Lambert1",))
    assert found is not None and found.wkt == "POINT(1.1980256 48.7708699)"
    assert notes == ((0, "coordinates-unlike-coor", "39.8154380466 1.3722440465", "48.7708699 1.1980256"),)
    alone, notes = point_of(lat, lon, (), ())
    assert alone is not None and alone.wkt == "POINT(1.3722440465 39.8154380466)", "kept where there is nothing better"
    assert notes == ((0, "coordinates-outside-france", "39.8154380466 1.3722440465", ""),)


def test_what_is_no_point_leaves_room_for_coor() -> None:
    found, notes = point_of(("x",), ("3",), ("0534300 ; 1179380",), ("Lambert1",))
    assert found is not None and found.lat == "49.3109555"
    assert notes == ((0, "coordinates-not-understood", "x 3", ""),)
    assert point_of(("99",), ("3",), ("?",), ())[1] == (
        (0, "coordinates-not-understood", "99 3", ""),
        (2, "coordinates-not-understood", "?", ""),
    )


def test_degrees() -> None:
    assert degrees(("48,2",), ("3.28",)) == ("48.2", "3.28")
    assert degrees(("48.2,3.28",), ()) == ("48.2", "3.28")
    assert degrees(("1e-7",), ("3",)) == ("0.0000001", "3")
    assert degrees(("99",), ("3",)) == "99 3"
    assert degrees(("48.2",), ()) == "48.2"
    assert degrees((), ("3",)) == "3"
    assert degrees((), ()) is None


NICE = ("[43.7297332849, 7.2977200015]", "[43.729, 7.305]", "[43.72, 7.305]")


def test_pops_polygon_is_turned_closed_and_counter_clockwise() -> None:
    wkt = "POLYGON((7.305 43.72, 7.305 43.729, 7.2977200015 43.7297332849, 7.305 43.72))"
    assert polygon_of(NICE, (), ()) == (wkt, ())
    assert polygon_of(("[" + ", ".join(NICE) + "]",), (), ()) == (wkt, ())
    counter_clockwise, _ = polygon_of(NICE[::-1], (), ())
    assert counter_clockwise == wkt
    closed, _ = polygon_of((*NICE, NICE[0]), (), ())
    assert closed == wkt


def test_coorm_in_the_system_of_zone() -> None:
    coorm = "0999437 ; 3170900/1000050 ; 3170900/1000050 ; 3170300"
    wkt = "POLYGON((7.3048661 43.7240099, 7.3053152 43.7294008, 7.29772 43.7297333, 7.3048661 43.7240099))"
    assert polygon_of((), (coorm,), ("Lambert3",)) == (wkt, ())
    assert polygon_of(("[]",), (coorm,), ("Lambert3",)) == (wkt, ())


def test_the_older_box_of_coorm() -> None:
    wkt, notes = polygon_of((), ("0773200 ; 0779390 ; 1238360 ; 1236980",), ("Lambert1",))
    assert wkt is not None and notes == ()
    assert len(wkt.split(",")) == 5 and area(wkt) > 0


@pytest.mark.parametrize(
    ("coorm", "zone", "where", "kind"),
    [
        ("1714481 ; 9275307/1714418 ; 9275407/1714577 ; 9275593/1714481 ; 9275307", "", 1, "coordinates-without-zone"),
        ("0647225 ; 0648950 ; 0644825 ; 0642050 ; 0647225", "Lambert2", 1, "polygon-not-understood"),
        ("0282500 ; 0282700 ; 1075200 ; 1YS0 ER ; 0075000 ER", "Lambert2", 1, "polygon-not-understood"),
        ("6.03039454,47.23383044", "WGS84", 1, "polygon-not-understood"),
        ("6.03;47.2/6.04;47.3/6.03;47.2", "WGS84", 1, "polygon-not-understood"),
        ("6.03;47.2/6.04;47.2/6.05;47.2", "WGS84", 1, "polygon-not-understood"),
        ("1;2/3;4/5;6", "Lambert93", 1, "coordinates-outside-france"),
        ("1;2/3;4/5;6", "Lambert2 ; Lambert3", 2, "zone-not-understood"),
    ],
)
def test_what_gives_no_polygon_is_reported(coorm: str, zone: str, where: int, kind: str) -> None:
    wkt, notes = polygon_of((), (coorm,), (zone,) if zone else ())
    assert wkt is None
    assert [note[:2] for note in notes] == [(where, kind)]


@pytest.mark.parametrize(
    "text", ["{", "[1, 2, 3]", "7", '{"a": 1}', "[[1, 2], 3]", "[[true, 1], [1, 2], [3, 4]]", "[[99, 1], [99, 2], [98, 3]]", "[" * 5000]
)
def test_a_polygon_that_is_no_list_of_pairs_is_reported(text: str) -> None:
    assert polygon_of((text,), (), ()) == (None, ((0, "polygon-not-understood", text, ""),))


def test_pops_polygon_in_the_order_of_geojson_is_put_back_and_one_abroad_is_kept() -> None:
    wkt, notes = polygon_of(("[7.2977, 43.7297]", "[7.305, 43.729]", "[7.305, 43.72]"), (), ())
    assert wkt == "POLYGON((7.305 43.72, 7.305 43.729, 7.2977 43.7297, 7.305 43.72))"
    assert [kind for _, kind, _, _ in notes] == ["coordinates-swapped"]
    wkt, notes = polygon_of(("[10, 20]", "[10, 21]", "[11, 21]"), (), ())
    assert wkt is not None and [kind for _, kind, _, _ in notes] == ["coordinates-outside-france"]


def ring(wkt: str) -> list[tuple[float, float]]:
    """The (longitude, latitude) pairs of a polygon."""
    assert re.fullmatch(r"POLYGON\(\((-?\d+(\.\d+)? -?\d+(\.\d+)?(, )?)+\)\)", wkt), wkt
    return [(float(x), float(y)) for x, y in (pair.split() for pair in wkt[9:-2].split(", "))]


def area(wkt: str) -> int:
    """Twice the signed area, in squares of 1e-10 degree: positive where counter-clockwise."""
    points = [(round(x * 1e10), round(y * 1e10)) for x, y in ring(wkt)]
    return sum(a * d - c * b for (a, b), (c, d) in pairwise(points))


@given(st.lists(st.tuples(st.integers(0, 60_000), st.integers(0, 60_000)), min_size=1, max_size=8))
def test_every_polygon_is_closed_and_counter_clockwise(metres: list[tuple[int, int]]) -> None:
    coorm = "/".join(f"{700_000 + x} ; {6_600_000 + y}" for x, y in metres)
    wkt, notes = polygon_of((), (coorm,), ("Lambert93",))
    assert (wkt is None) == bool(notes)
    if wkt:
        assert ring(wkt)[0] == ring(wkt)[-1] and len(set(ring(wkt))) >= 3
        assert area(wkt) > 0


VALUES = st.lists(st.text(max_size=30) | st.from_regex(r"\d{1,8}([.,]\d{1,3})?( ?[;,/] ?\d{1,8})*", fullmatch=True), max_size=2).map(tuple)
ZONES = st.lists(st.text(max_size=8) | st.sampled_from(["Lambert2", "lambert93", "WGS84", "Lambert1 ; Lambert2"]), max_size=2).map(tuple)


@given(VALUES, VALUES, VALUES, ZONES)
def test_never_raises_and_says_what_it_does_not_use(
    lat: tuple[str, ...], lon: tuple[str, ...], coor: tuple[str, ...], zone: tuple[str, ...]
) -> None:
    found, notes = point_of(lat, lon, coor, zone)
    assert all(0 <= where <= 3 and kind for where, kind, _, _ in notes)
    if found:
        assert found.wkt == f"POINT({found.long} {found.lat})"
        assert -90 <= float(found.lat) <= 90 and -180 <= float(found.long) <= 180
    elif not notes:
        assert not coor or [float(number.replace(",", ".")) for number in re.findall(r"[\d.,]*\d[\d.,]*", " ; ".join(coor))] == [0, 0]
    wkt, notes = polygon_of((), coor, zone)
    assert bool(wkt) or bool(notes) or not coor
    polygon_of(lat, coor, zone)


def test_points_that_pop_computed_from_whole_metres_come_out_the_same(shared: Path) -> None:
    """Hundreds of published points are the image of whole metres in a Lambert zone; chance would give one or two in 44,480."""
    with (shared / "data/merimee/mh-points-2026.csv").open(encoding="utf-8") as lines:
        points = [(float(row["lat"]), float(row["lon"])) for row in csv.DictReader(lines)]
    for zone, epsg in (("Lambert1", 27571), ("Lambert2", 27572), ("Lambert3", 27573)):
        back = pyproj.Transformer.from_crs(4326, epsg, always_xy=True)
        errors = []
        for lat, long in points:
            x, y = back.transform(long, lat)
            if abs(x - round(x)) < 1e-3 and abs(y - round(y)) < 1e-3:
                (found,), kind = locate([(round(x), round(y))], zone)
                assert not kind
                errors.append(math.dist(found, (lat, long)))
        assert len(errors) > 100
        assert sorted(errors)[len(errors) // 2] < 1e-9


def test_all_monuments_but_two_are_in_france(shared: Path) -> None:
    with (shared / "data/merimee/mh-points-2026.csv").open(encoding="utf-8") as lines:
        outside = [row["reference"] for row in csv.DictReader(lines) if not in_france(float(row["lat"]), float(row["lon"]))]
    assert outside == ["PA97200009", "PA95000004"]
