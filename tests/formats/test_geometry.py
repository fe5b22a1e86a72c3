"""What a map draws out of WKT, latitude first; what is no WKT of WGS 84 draws nothing."""

import pytest
from pyoxigraph import Literal, NamedNode, Triple

from pop_ld.formats.geometry import VERTICES, Geometry, geometry, read_wkt
from pop_ld.formats.graph import Graph

GEO = "http://www.opengis.net/ont/geosparql#"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("POINT(4.62 47.83)", Geometry(points=[(47.83, 4.62)])),
        ("<http://www.opengis.net/def/crs/OGC/1.3/CRS84> POINT(4.62 47.83)", Geometry(points=[(47.83, 4.62)])),
        ("<http://www.opengis.net/def/crs/EPSG/0/2154> POINT(845000 6700000)", Geometry()),
        ("MULTIPOINT((1 2), (3 4))", Geometry(points=[(2, 1), (4, 3)])),
        ("POLYGON ((0 0, 1 0, 1 1, 0 0), (0.2 0.2, 0.3 0.2, 0.2 0.2))", None),
        ("POINT(500 47)", Geometry()),
        ("POINT EMPTY", Geometry()),
        ("<script>alert(1)</script>", Geometry()),
        ("", Geometry()),
    ],
)
def test_wkt(text: str, found: Geometry | None) -> None:
    made = read_wkt(text)
    if found is None:
        assert [len(ring) for ring in made.outlines] == [4, 3] and made.outlines[0][1] == (0, 1)
    else:
        assert (list(made.points), list(made.outlines)) == (list(found.points), list(found.outlines))


def test_a_long_outline_is_thinned() -> None:
    ring = ", ".join(f"{n / 1000} {n / 2000}" for n in range(40_000))
    (made,) = read_wkt(f"POLYGON(({ring}))").outlines
    assert len(made) <= VERTICES + 1


def test_a_literal_that_is_said_twice_is_drawn_once() -> None:
    wkt = Literal("POINT(4.62 47.83)", datatype=NamedNode(GEO + "wktLiteral"))
    triples = [Triple(NamedNode("x:a"), NamedNode(GEO + name), wkt) for name in ("asWKT", "other")]
    made = geometry(Graph([*triples, Triple(NamedNode("x:a"), NamedNode("x:note"), Literal("POINT(1 1)"))]), ["x:a", "x:b"])
    assert list(made.points) == [(47.83, 4.62)]
