"""Places: the communes of a notice (INSEE, name, department), and the departments and regions around them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache

from pop_ld import iris, resources
from pop_ld.fields.folding import fold
from pop_ld.fields.parsed import Item
from pop_ld.fields.text import split_all

_INSEE = re.compile(r"^(?:\d{2}|2[AB])\d{3}$", re.ASCII)
_ARTICLE = re.compile(r"^(?:la|le|les|l) (?=.)|(?<=.) (?:la|le|les|l)$")


def is_insee(text: str) -> bool:
    """Whether the text is a commune's INSEE code: five characters, "2A…" and "2B…" in Corsica (FACTS b)."""
    return bool(_INSEE.match(text))


def communes(insee: tuple[str, ...], names: tuple[str, ...], departments: tuple[str, ...], current: tuple[str, ...] = ()) -> list[Item]:
    """[{place, label, insee?, current?, and the places around it as :func:`around` gives them}]: one place for each commune.

    Codes and names are joined by position only where there are as many of each; a name without code is told apart by its
    department where one is written. Without a name the code itself is the label. INSEE is the commune when the notice was made or
    the thing protected; ``current`` is today's code where the field of that meaning (WEB of Palissy MH, FACTS b) gives as many.
    """
    codes = [code for code in split_all(insee, ";") if is_insee(code)]
    called = split_all(names, ";")
    if codes and (len(codes) == len(called) or not called):
        labels = called or codes
        found = [
            {"place": f"insee-{code}", "label": label, "insee": code, **around(_department_code(code))}
            for code, label in zip(codes, labels, strict=True)
        ]
        return _with_current(found, split_all(current, ";")) if current else found
    suffix = _suffix(departments)
    wider = around(suffix.removeprefix(", "))
    return [{"place": "nom-" + iris.name_key(name + suffix), "label": name, **wider} for name in dict.fromkeys(called)]


@lru_cache(maxsize=1_000)
def around(text: str) -> Mapping[str, str]:
    """The department that a code or name means, and its region, as items of a place hold them; nothing of what is none.

    {department_place, department_code, department_label, region_place?, region_label?}: ``departement-89`` and
    ``region-Bourgogne-Franche-Comt%C3%A9`` are keys of places, the region that of today (mappings/departements.csv).
    """
    known = department(text) if text else None
    if known is None:
        return {}
    code, name = known
    found = {"department_place": f"departement-{code}", "department_code": code, "department_label": name}
    region = _regions().get(code)
    return {**found, "region_place": "region-" + iris.name_key(region), "region_label": region} if region else found


def _department_code(insee: str) -> str:
    return insee[:3] if insee.startswith(("97", "98")) else insee[:2]


@cache
def _regions() -> Mapping[str, str]:
    return {row["code"]: row["region"] for row in resources.table("departements.csv")}


def _with_current(found: list[Item], current: list[str]) -> list[Item]:
    if len(current) != len(found) or not all(map(is_insee, current)):
        return found
    return [{**item, "current": code, **_current_around(code)} for item, code in zip(found, current, strict=True)]


def _current_around(insee: str) -> dict[str, str]:
    wider = around(_department_code(insee))
    return {f"current_{name}": wider[name] for name in ("department_place", "region_place") if name in wider}


def _suffix(departments: tuple[str, ...]) -> str:
    """ ", Yonne" for "Yonne" and for "89"; nothing where several departments are written."""
    where = list(dict.fromkeys(known[1] if (known := department(text)) else text for text in split_all(departments, ";")))
    return f", {where[0]}" if len(where) == 1 else ""


@lru_cache(maxsize=1_000)
def department(text: str) -> tuple[str, str] | None:
    """(code, name) of "89", "1", "2a", "Yonne", "COTES D'ARMOR", "Réunion", "Basses-Alpes"; None where it is none.

    One answer for one department, since DPT and DPT_LETTRE mix numbers and names (FACTS b, M46225).
    """
    return _departments().get(_plain(text))


@cache
def _departments() -> dict[str, tuple[str, str]]:
    """Plain code or name -> (code, name) (mappings/departements.csv)."""
    found: dict[str, tuple[str, str]] = {}
    for row in resources.table("departements.csv"):
        for text in (row["code"], row["code"].lstrip("0"), row["name"], *filter(None, row["other_names"].split("|"))):
            found[_plain(text)] = (row["code"], row["name"])
    return found


def _plain(text: str) -> str:
    """Lower-case words without accents, marks and articles: "Réunion (La)" and "La Réunion" are one."""
    return _ARTICLE.sub("", " ".join(re.sub(r"[^a-z0-9]+", " ", fold(text)).split()))
