"""Addresses: the index order of ADRS, "Héronnière (rue de l') 15", in the order that people read (FACTS b)."""

from __future__ import annotations

import re
from functools import cache

from pop_ld import resources
from pop_ld.fields.folding import fold
from pop_ld.fields.parsed import Item, Parsed, Remark, items
from pop_ld.fields.text import JOIN, split_all

_ONE = r"\d+\s?(?:bis|ter|quater|[A-Za-z])?"
_NUMBERS = rf"{_ONE}(?:\s*(?:,|;|/|-|à|et)\s*{_ONE})*"
_NUMBER = re.compile(rf"^{_NUMBERS}$")
_INDEX = re.compile(rf"^(?P<name>[^()]+?)\s*\(\s*(?P<way>[^()]+?)\s*\)\s*,?\s*(?P<number>{_NUMBERS})?$")
_ARTICLE = re.compile(r"^(?:la|le|les|l['’])$", re.IGNORECASE)
_DOUBTFUL = re.compile(r"[,;:?\d]")


def addresses(values: tuple[str, ...], separators: str) -> Parsed:
    """List of {text, display?}: ``display`` is "15 rue de l'Héronnière" of the index order "Héronnière (rue de l') 15".

    What is in reading order already (WADRS) is its own display: a text without parentheses, or one that opens with a number or a
    way, "12 rue Dorée (ancien couvent)". Any other with no known way in its parentheses (mappings/ways.csv) has no display, and is
    reported: "D 310 (sud-est du bourg)".
    """
    found: list[Item] = []
    remarks: list[Remark] = []
    for text in dict.fromkeys(_whole(split_all(values, separators or ";"))):
        display = text if "(" not in text else _display(text)
        if display is None:
            remarks.append(("address-not-understood", text, ""))
        found.append({"text": text, "display": display} if display else {"text": text})
    return items(found, remarks)


def _whole(parts: list[str]) -> list[str]:
    """Numbers cut off at a semicolon joined to their address again: "Convention (rue de la) 12 ; 14"."""
    whole: list[str] = []
    for part in parts:
        if whole and _NUMBER.match(part):
            whole[-1] += JOIN + part
        else:
            whole.append(part)
    return whole


def _display(text: str) -> str | None:
    """The reading order of an address in index order; None where it is not certain."""
    found = _INDEX.match(" ".join(text.split()))
    if not found or not _is_index(found["way"]):
        return text if text[0].isdigit() or _is_way(text) else None
    name, way = found["name"], found["way"]
    street = way + name if way[-1] in "'’" else f"{way} {name}"
    return f"{found['number'].replace(JOIN, ', ')} {street}" if found["number"] else street


def _is_index(way: str) -> bool:
    """Whether parentheses hold what index order puts there: an article or a way, and nothing else."""
    return bool(_ARTICLE.match(way)) or (not _DOUBTFUL.search(way) and _is_way(way))


def _is_way(text: str) -> bool:
    """Whether the text opens with the name of a kind of way: "rue de l'", "vieux chemin"."""
    words = fold(text).split()
    return bool(words) and (words[0] in _ways() or " ".join(words[:2]) in _ways())


@cache
def _ways() -> frozenset[str]:
    return frozenset(fold(row["name"]) for row in resources.table("ways.csv"))
