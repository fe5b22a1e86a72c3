"""Identifiers of Wikidata's properties → things of POP: mappings/wikidata-properties.csv says which base or thesaurus each is of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from pop_ld import iris, resources
from pop_ld.bases import load_bases

_NAMED = re.compile(r"(?:.*[/:_]|)(p[1-9]\d{0,6})(?:[^\d].*|)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Property:
    """``target`` is the slug of a base, or the beginning of the IRIs of a thesaurus; ``pattern`` what its values look like."""

    name: str
    names: tuple[str, ...]
    target: str
    pattern: re.Pattern[str]
    label: dict[str, str]

    def thing(self, site: str, value: str) -> str:
        """The IRI of the thing that a value identifies; "" where it does not look like one."""
        if not self.pattern.fullmatch(value):
            return ""
        return iris.notice(site, self.target, value) if self.target in load_bases() else self.target + value


@cache
def properties() -> dict[str, Property]:
    """Name (``P347``) → property."""
    return {
        line["property"]: Property(
            line["property"],
            tuple(line["names"].split()),
            line["target"],
            re.compile(line["pattern"]),
            {"fr": line["fr"], "en": line["en"]},
        )
        for line in resources.table("wikidata-properties.csv")
    }


def named(text: str) -> Property | None:
    """The property that a column or an option names: ``P347``, ``wdt:P347``, its IRI, ``P347 (Joconde)``, or the name of its base."""
    small = text.strip().casefold()
    if found := next((each for each in properties().values() if small in each.names), None):
        return found
    match = _NAMED.fullmatch(small)
    return properties().get(match[1].upper()) if match else None


def thing_of(site: str, pop: str, text: str) -> str:
    """The thing that an IRI or an address names: one of the site, POP's page of a notice, a term of a thesaurus; else ""."""
    if iris.is_thing(site, text):
        return text
    if text.startswith(f"{site}/doc/") and "#" not in text:
        return iris.document_to_thing(site, text)
    if text.startswith(f"{pop}/notice/"):
        base, _, key = text.removeprefix(f"{pop}/notice/").partition("/")
        return iris.notice(site, base, iris.unkey(key.partition("?")[0])) if base in load_bases() and key else ""
    spaces = {each.target for each in properties().values() if each.target not in load_bases()}
    return text if any(text.startswith(space) and len(text) > len(space) for space in spaces) else ""
