"""Rights statements as Europeana takes them: mappings/edm-rights.csv read, its first line that fits counts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from pop_ld import resources


@dataclass(frozen=True, slots=True)
class Statement:
    """``edm`` is the statement of Europeana's list (EDM-EXTERNAL-MAIN.xsd, license_patterns) that says it.

    ``reuse`` is Europeana's category: ``open``, ``restricted`` or ``closed``. ``delivered`` is whether something with this statement may
    be delivered; where not, ``reason`` is the key of the interface text ``europeana_reason_{reason}`` that says why.
    """

    edm: str
    reuse: str
    delivered: bool
    reason: str


@cache
def _lines() -> tuple[tuple[re.Pattern[str], dict[str, str]], ...]:
    return tuple((re.compile(row["pattern"]), row) for row in resources.table("edm-rights.csv"))


@lru_cache(maxsize=2_000)
def statement(iri: str) -> Statement:
    """What the table says of the IRI of a statement, "" for none stated."""
    found, row = next((match, row) for pattern, row in _lines() if (match := pattern.fullmatch(iri)))
    return Statement(found.expand(row["edm"]), row["reuse"], row["deliver"] == "yes", row["reason"])


def europeana_rights(iri: str) -> str:
    """The rights statement in Europeana's list that says it: itself, or what edm-rights.csv names instead."""
    return statement(iri).edm


def known_rights(iri: str) -> bool:
    """Whether the statement says something: Europeana's list has it as it is, and it is not that nobody looked."""
    return bool(iri) and statement(iri).edm == iri and not iri.endswith("/CNE/1.0/")
