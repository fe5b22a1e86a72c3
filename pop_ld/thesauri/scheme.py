"""A scheme and its concepts as plain data, and the name that a scheme bears in files and graphs."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pop_ld import iris

_PARTS = re.compile(r"[^/#?=&:]+")


@dataclass(frozen=True, slots=True)
class Concept:
    """One skos:Concept: ``pref`` in French where there is one; ``alts`` and ``hidden`` in French or without a language.

    ``matches`` are (SKOS mapping property without its namespace, IRI): ``("exactMatch", "http://www.wikidata.org/entity/Q…")``.
    """

    iri: str
    pref: str
    alts: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    matches: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Scheme:
    """One skos:ConceptScheme: ``name`` is its number among the Ministry's arks (``T505``), else the end of its IRI (``th294``)."""

    name: str
    iri: str
    label: str
    concepts: tuple[Concept, ...]

    @property
    def labels(self) -> int:
        """How many labels its concepts have, of every kind."""
        return sum(1 + len(c.alts) + len(c.hidden) for c in self.concepts)


def scheme_name(iri: str) -> str:
    """``http://…/ark:/67717/T505`` -> ``T505``, ``https://…/?idt=th294`` -> ``th294``: ASCII, good for a file name and an IRI."""
    parts = _PARTS.findall(iri)
    return iris.key(parts[-1]) if parts else "thesaurus"
