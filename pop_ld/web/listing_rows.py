"""One notice of a list as a line of CSV and as a point of GeoJSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from pop_ld import iris
from pop_ld.search.contract import Hit

CSV_COLUMNS = ("iri", "base", "ref", "title", "summary", "image", "latitude", "longitude")


def row(hit: Hit) -> Sequence[str]:
    """The values of CSV_COLUMNS, as the notice has them."""
    latitude, _, longitude = hit.point.partition(" ")
    return (hit.iri, hit.base, hit.ref, hit.title, hit.summary, hit.image, latitude, longitude)


def csv_rows(rows: Iterable[Sequence[str]]) -> Iterable[str]:
    """Lines of CSV (RFC 4180: CRLF)."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return [text.getvalue()]


def feature(site: str, hit: Hit) -> dict[str, Any]:
    """A Feature (RFC 7946 §3.2: longitude first); ``name`` and ``url`` are what a map shows of it."""
    latitude, longitude = map(float, hit.point.split(" "))
    url = iris.local(site, iris.thing_to_document(site, hit.iri))
    return {
        "type": "Feature",
        "id": hit.iri,
        "geometry": {"type": "Point", "coordinates": [longitude, latitude]},
        "properties": {"name": hit.title or hit.ref, "url": url, "base": hit.base, "ref": hit.ref},
    }
