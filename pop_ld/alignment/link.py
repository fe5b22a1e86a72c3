"""One link from a thing of POP to one elsewhere, with who says so, when, how sure and on what grounds (SSSOM's words)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pop_ld import iris

EXACT = iris.SKOS + "exactMatch"
PREDICATES = tuple(iris.SKOS + name for name in ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch"))
"""What a link may say; "exactMatch" unless its source says otherwise."""

MANUAL, LEXICAL, UNSPECIFIED = "semapv:ManualMappingCuration", "semapv:LexicalMatching", "semapv:UnspecifiedMatching"
WIKIDATA = "http://www.wikidata.org/entity/"
_SOURCE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_QID = re.compile(re.escape(WIKIDATA) + r"(Q[1-9]\d{0,11})")
_CURIE = re.compile(r"[A-Za-z][A-Za-z0-9.-]{0,20}:[A-Za-z0-9][A-Za-z0-9_.-]{0,80}")
_BAD = re.compile(r'[\x00-\x20<>"{}|^`\\\ud800-\udfff]')


class NotALink(ValueError):
    """What is wrong with a line of a file of links."""


@dataclass(frozen=True, slots=True)
class Link:
    """``subject`` is the IRI of a thing of the site, ``target`` that of one elsewhere, or of another notice for a duplicate.

    ``source`` names where the link comes from (small letters, digits, hyphens: it names a graph); ``date`` is YYYY-MM-DD, when that
    source said so; ``confidence`` 0 to 1; ``justification`` a CURIE of the Semantic Mapping Vocabulary, as in SSSOM.
    """

    subject: str
    target: str
    source: str
    date: str
    confidence: float = 1.0
    predicate: str = EXACT
    justification: str = UNSPECIFIED

    @property
    def qid(self) -> str:
        """``Q42`` where the target is an item of Wikidata, else ""."""
        found = _QID.fullmatch(self.target)
        return found[1] if found else ""


def checked(link: Link) -> Link:
    """The link itself. Raises NotALink, saying which part is wrong."""
    for name in ("subject", "target"):
        iri = getattr(link, name)
        if not iri.startswith(("http://", "https://")) or _BAD.search(iri):
            raise NotALink(f"{name} {iri[:80]!r} is no IRI")
    if link.predicate not in PREDICATES:
        raise NotALink(f"predicate {link.predicate[:80]!r} is none of {', '.join(map(iris.last_part, PREDICATES))}")
    if not _SOURCE.fullmatch(link.source):
        raise NotALink(f"source {link.source[:80]!r} is not made of small letters, digits and hyphens")
    if not _DAY.fullmatch(link.date):
        raise NotALink(f"date {link.date[:80]!r} is no day")
    if not _CURIE.fullmatch(link.justification):
        raise NotALink(f"justification {link.justification[:80]!r} is no CURIE")
    if not 0 <= link.confidence <= 1:
        raise NotALink(f"confidence {link.confidence} is not between 0 and 1")
    return link
