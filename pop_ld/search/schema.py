"""The fields of an index, the same for every engine: entry.py fills them, plan.py asks them, each engine declares them."""

from __future__ import annotations

from pop_ld.search.question import FACETS

LAYOUT = 5
"""Number of the fields of an index; those of another layout are to be built anew."""

STORED = ("hit", "fields")
"""JSON: what a line of the results shows (contract.Hit), and the texts of the notice by POP code."""

KEYS = ("iri", "ref", "number", "has", "value", "compare", "tile")
"""Whole texts, looked up as they are. ``has`` holds the codes of the fields that are filled, ``value`` is ``CODE:folded words``,
``compare`` ``CODE:sortable`` (comparing.py), ``tile`` the tiles of a map that hold the point (areas.py)."""

TOKENS = ("word", "title", "field", "strict")
"""Tokens with their positions. ``word`` holds every folded word, ``field`` ``CODE:word``, ``strict`` ``CODE:Word`` as
written, between ``CODE:^`` and ``CODE:$`` so that a phrase may be a whole text or its beginning."""

TITLE_BEGINS, TITLE_ENDS = "^", "$"
"""Tokens around a strict text, which no word is: so a phrase may be the whole of it."""

BAGS = ("stem", "stem_top", "top", "high", "middle")
"""Tokens with their frequencies: stems of all words, and words of the fields by boost (at least 9, 7, 3: fields.csv)."""

FACET_FIELDS = {name: f"facet_{name}" for name in FACETS}
"""Facet -> field; whole texts, counted."""

INTEGERS = (
    "begin",
    "end",
    "lasts",
    "changed",
    "cell",
    "by_ref",
    "by_base",
    "by_title",
    "by_place",
    "by_date",
    "by_date_down",
    "by_changed_down",
)
"""Whole numbers. ``begin`` and ``end`` are astronomical years, ``lasts`` the years between; ``changed`` days since 1970-01-01;
``cell`` the point's place on the Z-order curve of Web Mercator at zoom 26 (52 bits). ``by_…`` sort: the smallest first."""

REALS = ("lat", "long")
"""Degrees, WGS 84."""

TEXT_ORDERS = ("order_ref", "order_title", "order_place")
"""Whole texts that sort by their bytes within equal numbers ``by_…``."""

ORDER_FIELDS = {
    "ref": ("by_base", "order_ref"),
    "title": ("by_title", "order_title"),
    "place": ("by_place", "order_place"),
    "date": ("by_date", ""),
    "-date": ("by_date_down", ""),
    "-changed": ("by_changed_down", ""),
}
"""Order -> (number, text) that sort it, ascending; the number alone decides where there is no text."""
