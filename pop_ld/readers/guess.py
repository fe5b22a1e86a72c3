"""The first rows of a file → the base they belong to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from pop_ld.bases import Base, fold_header
from pop_ld.errors import ReadError
from pop_ld.readers.columns import Columns
from pop_ld.readers.drafts import Draft, draft
from pop_ld.readers.rows import Row

SAMPLE = 50
ENOUGH = 0.75
MARGIN = 0.15
"""A guess is clear when the best base scores ENOUGH, and MARGIN more than the next."""


class Names:
    """What bases call themselves in the BASE field: slug, name, short name and aliases, however spelt (FACTS a)."""

    def __init__(self, bases: Mapping[str, Base]) -> None:
        self._slugs: dict[str, str] = {}
        for base in bases.values():
            for name in (base.slug, *base.aliases, *base.name.values(), *base.short.values()):
                self._slugs.setdefault(fold_header(name), base.slug)

    def slug(self, text: str) -> str:
        """The base that ``text`` names, or ``""``. Stale names keep the short one in parentheses: "Inventaire … (Palissy)"."""
        inner = re.search(r"\(([^()]*)\)\s*$", text)
        return self._slugs.get(fold_header(text)) or (self._slugs.get(fold_header(inner[1]), "") if inner else "")


@lru_cache(maxsize=4096)
def is_own_shape(shape: re.Pattern[str], ref: str) -> bool:
    """Whether ``ref`` fits by its prefix, not by a shape so wide that another prefix would fit as well."""
    return bool(shape.search(ref)) and not shape.search("QZ" + ref[2:])


def guess(rows: Sequence[Row], headers: Iterable[str], bases: Mapping[str, Base], file: str) -> Base | None:
    """The base of most of ``rows``; None where their own BASE fields settle it, row by row. Raises ReadError where nothing is clear.

    A base scores by the share of filled headers it knows (0 to 1), of REFs of its shape (0 to 1, half for a shape that would
    fit anything), and of BASE fields that name it (0 to 2). Between bases that score alike the name of the file decides.
    """
    names = Names(bases)
    drafts = {slug: [_safe_draft(row, columns) for row in rows] for slug, columns in ((s, Columns(b)) for s, b in bases.items())}
    named = [names.slug(one.first("BASE")) for one in next(iter(drafts.values()), [])]
    scores = {slug: _score(bases[slug], drafts[slug], headers) + 2 * _share([name == slug for name in named]) for slug in bases}
    best, *others = sorted(scores, key=lambda slug: -scores[slug])
    if scores[best] >= ENOUGH and all(scores[best] - scores[other] >= MARGIN for other in others):
        return bases[best]
    if named and all(named):
        return None
    near = [slug for slug in scores if scores[slug] >= ENOUGH and scores[best] - scores[slug] < MARGIN]
    if len(said := [slug for slug in near if slug in _words(file)]) == 1:
        return bases[said[0]]
    listing = ", ".join(f"{slug} {scores[slug]:.2f}" for slug in (best, *others) if scores[slug] >= 0.005)
    raise ReadError(f"belongs to no base clearly: say which with --base (scores: {listing or 'none'})", file=file)


def _safe_draft(row: Row, columns: Columns) -> Draft:
    try:
        return draft(row, columns)
    except RecursionError:  # nested beyond measure: the reader will reject it
        return Draft()


def _score(base: Base, drafts: Sequence[Draft], headers: Iterable[str]) -> float:
    columns = Columns(base)
    unknown = {column.header for one in drafts for column in one.others if not column.known}
    known = {code for one in drafts for code in (*one.fields, *one.withheld)}
    known |= {column.header for one in drafts for column in one.others if column.known}
    filled = len(known) / (len(known) + len(unknown)) if known else 0.0
    if not drafts:
        filled = _share([columns[header].known for header in headers])
    refs = [ref for one in drafts if (ref := one.first("REF"))]
    return filled + _share([is_own_shape(base.ref, ref) for ref in refs]) / 2 + _share([bool(base.ref.search(ref)) for ref in refs]) / 2


def _words(file: str) -> list[str]:
    return re.split(r"[^a-z]+", file.rpartition("/")[2].lower())


def _share(flags: Sequence[bool]) -> float:
    return sum(flags) / len(flags) if flags else 0.0
