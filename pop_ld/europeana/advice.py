"""Which fields of POP a producer may fill for what would raise a tier, mend a pattern or let a notice be delivered (edm-advice.csv)."""

from __future__ import annotations

from functools import cache

from pop_ld import resources

TOPICS = {
    "enabling_temporal": "time",
    "enabling_conceptual": "concept",
    "enabling_personal": "agent",
    "enabling_geographical": "place",
    **{f"{verb}_{kind}": kind for verb in ("name", "complete") for kind in ("agent", "concept", "place", "time")},
    "image": "image",
    "image_size": "image",
    "image_rights": "rights",
    "image_licence": "rights",
    "rights_undetermined": "rights",
    "rights_missing": "rights",
    "rights_unknown": "rights",
    "untitled": "title",
    **dict.fromkeys(("P1", "P5", "P6", "P12"), "title"),
    **dict.fromkeys(("P2", "P3", "P7", "P9"), "description"),
}
"""What may be improved -> the lines of the table that tell how."""


@cache
def _table() -> dict[tuple[str, str], tuple[str, ...]]:
    return {(row["key"], row["base"]): tuple(row["fields"].split()) for row in resources.table("edm-advice.csv")}


def fields(key: str, base: str) -> tuple[str, ...]:
    """Codes of the fields of a base that help with ``key``, a pattern, a reason or something that raises a tier; () where none does."""
    return _table().get((TOPICS.get(key, ""), base), ())
