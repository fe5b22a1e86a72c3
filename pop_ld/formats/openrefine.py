"""A notice as a row of a table for OpenRefine: what it takes to find its item in Wikidata, and the item where one is known.

Which POP field fills which column is in mappings/openrefine.csv; the first column is the one to reconcile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from pop_ld import resources
from pop_ld.formats.wikidata import own_property

JOINED = " ; "
"""Between several values of a cell: OpenRefine splits at it ("Split multi-valued cells")."""
_BEFORE = ("item", "base", "ref", "property", "label", "description")
_AFTER = ("latitude", "longitude", "image", "iri", "url")


@cache
def _columns() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Column -> base -> POP codes."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for row in resources.table("openrefine.csv"):
        found.setdefault(row["column"], {})[row["base"]] = tuple(row["fields"].split())
    return found


def head() -> tuple[str, ...]:
    """The first row."""
    return (*_BEFORE, *_columns(), *_AFTER)


def row(
    base: str, ref: str, qid: str, named: tuple[str, str], fields: Mapping[str, Sequence[str]], found: tuple[str, str, str, str]
) -> tuple[str, ...]:
    """The cells of a notice. ``named`` is its title and summary, ``found`` its point ("lat long" or ""), image, IRI and address."""
    point, image, iri, url = found
    lat, _, long = point.partition(" ")
    cells = [_cell(codes.get(base, ()), fields) for codes in _columns().values()]
    return (qid, base, ref, own_property(base), *named, *cells, lat, long, image, iri, url)


def _cell(codes: Sequence[str], fields: Mapping[str, Sequence[str]]) -> str:
    return JOINED.join(dict.fromkeys(" ".join(text.split()) for code in codes for text in fields.get(code, ()) if text.strip()))
