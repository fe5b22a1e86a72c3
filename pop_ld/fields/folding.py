"""Texts made alike for comparison: the words of producers differ in case, accents and spaces."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from pop_ld import resources

_ACCENTS = re.compile("[\u0300-\u036f]+")


@cache
def rows(table: str, kind: str) -> dict[str, dict[str, str]]:
    """Folded word -> its line, for one kind of word of a table in ``mappings/``."""
    return {fold(row["word"]): row for row in resources.table(table) if row["kind"] == kind}


def fold(text: str) -> str:
    """Lower case without accents, white space folded."""
    if not text.isascii():
        text = _ACCENTS.sub("", unicodedata.normalize("NFKD", text.casefold()))
    return " ".join(text.casefold().split())
