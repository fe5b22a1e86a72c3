"""Identifiers that others give: the ISNI of a person or body in Autor (ISO 27729)."""

from __future__ import annotations

import re

from pop_ld.fields.parsed import Item, Parsed, Remark, items
from pop_ld.fields.text import split_all

_ISNI = re.compile(r"^(?:https?://(?:www\.)?isni\.org/(?:isni/)?|isni[ :]*)?((?:\d[ -]?){15}[\dX])$", re.IGNORECASE | re.ASCII)
_NONE = frozenset({"non", "oui"})


def isni(values: tuple[str, ...], separators: str) -> Parsed:
    """ISNI_VERIFIEE: [{text, isni?}], ``isni`` the sixteen characters without spaces, where their check character is right.

    "non" is what POP writes by default; it and "oui" say nothing of the number and are texts alone.
    """
    found: list[Item] = []
    remarks: list[Remark] = []
    for part in split_all(values, separators or ";"):
        number = _number(part)
        if number is None and part.casefold() not in _NONE:
            remarks.append(("isni-not-understood", part, ""))
        found.append({"text": part, "isni": number} if number else {"text": part})
    return items(found, remarks)


def _number(text: str) -> str | None:
    written = _ISNI.match(text)
    number = re.sub("[ -]", "", written[1]).upper() if written else ""
    return number if number and number[-1] == _check(number[:-1]) else None


def _check(digits: str) -> str:
    """The check character of fifteen digits (ISO/IEC 7064, MOD 11-2)."""
    total = 0
    for digit in digits:
        total = (total + int(digit)) * 2
    rest = (12 - total % 11) % 11
    return "X" if rest == 10 else str(rest)
