"""The service of one release: what a query may mean, whatever it is, best first and with the one match marked that is safe."""

from __future__ import annotations

from collections.abc import Sequence

from pop_ld.alignment import Links
from pop_ld.bases import load_bases
from pop_ld.reconciliation import things
from pop_ld.reconciliation.asked import MOST, Query
from pop_ld.reconciliation.notices import Notices
from pop_ld.reconciliation.scoring import Candidate, decided
from pop_ld.reconciliation.tables import NOTICE, THINGS
from pop_ld.search.contract import SearchReader

LEAST = 20.0
"""Points below which a candidate is none: what shares a word and nothing else."""
WISHED = 5.0
"""Points that a candidate of another type loses where a type is only wished for."""


class Reconciler:
    """Answers queries from the index, the links and the things of one release; safe to share between threads."""

    def __init__(self, site: str, search: SearchReader, links: Links, named: things.Things) -> None:
        self.site = site
        self.notices = Notices(site, search, links)
        self.things = named
        self.links = links

    def candidates(self, query: Query) -> list[Candidate]:
        """At most ``query.limit`` candidates. Raises StoreUnavailable."""
        bases, kinds = _places(query)
        found = self.notices.candidates(query, bases) if bases else []
        if kinds:
            found += things.candidates(query, kinds, self.things, self.links, self.site)
        ranked = [one for one in decided(query, found) if one.score >= LEAST]
        if query.types and query.strict == "should":
            ranked.sort(key=lambda one: -(one.score if _is(one, query.types) else one.score - WISHED))
        return ranked[: min(max(query.limit, 1), MOST)]


def _is(candidate: Candidate, types: Sequence[str]) -> bool:
    return candidate.kind in types or (NOTICE in types and candidate.kind not in THINGS)


def _places(query: Query) -> tuple[list[str], list[str]]:
    """(bases, kinds of other things) to look in: of several types at once a thing has only a base and that it is a notice."""
    bases = list(load_bases())
    if not query.types or query.strict == "should":
        return bases, list(THINGS)
    wanted = [slug for slug in query.types if slug in bases]
    kinds = [kind for kind in query.types if kind in THINGS]
    if query.strict == "all" and len(set(query.types)) > 1:
        precise = {name for name in query.types if name != NOTICE}
        return (wanted, []) if len(precise) == 1 and wanted else ([], [])
    return (bases if NOTICE in query.types else wanted), kinds
