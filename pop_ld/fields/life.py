"""Birth and death of a person, from the dates that stand after a name: "(1894-1985)", "(né en 1850)" (FACTS b)."""

from __future__ import annotations

import re

from pop_ld.fields.folding import fold
from pop_ld.fields.parsed import Item

_YEAR = re.compile(r"\d{4}")
_RANGE = re.compile(r"(?P<birth>\d{4}|\d{2,3}[?.]{1,2}|[?.]{1,4}|(?:avant|apres) \S+)? ?[-\u2010-\u2014] ?(?P<death>.*)")
_BORN = re.compile(r"nee? (?:en |a .* en |le .* )?(?P<birth>\d{4})")
_DIED = re.compile(r"(?:morte?|decedee?|\u2020) ?(?:en |a .* en |le .* )?(?P<death>\d{4})")
LONGEST = 120
"""Years between birth and death beyond which the dates are not those of a life."""


def life(dates: str) -> Item:
    """{birth?, death?} as four-digit years, where they are plainly given.

    Joconde's specification (2024, AUTR) writes an unknown digit "." or "?" and vague years "vers", "avant", "après": these give nothing,
    nor does "actif 1850-1870". Years in the wrong order, or more than a life apart, give nothing either.
    """
    folded = fold(dates)
    found = _RANGE.fullmatch(folded) or _BORN.fullmatch(folded) or _DIED.fullmatch(folded)
    if not found:
        return {}
    years = {name: text for name, text in found.groupdict().items() if text and _YEAR.fullmatch(text)}
    if len(years) == 2 and not 0 <= int(years["death"]) - int(years["birth"]) <= LONGEST:
        return {}
    return years
