"""Whether an agent that notices name is the person of an Autor notice: same name with forename, and years that agree.

The rule is one, for a dump as for the store; why it is so is in docs/decisions/20261123-agents-and-autor.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Life:
    """Years of birth and of death that are known of a name, as written ("1894"); several where mentions differ."""

    births: frozenset[str] = frozenset()
    deaths: frozenset[str] = frozenset()

    def contradicts(self, other: Life) -> bool:
        """Whether the two together have two years of birth, or two of death."""
        return len(self.births | other.births) > 1 or len(self.deaths | other.deaths) > 1

    def confirms(self, other: Life) -> bool:
        """Whether both know a year, and the same."""
        return bool(self.births & other.births or self.deaths & other.deaths)


def candidates(agent: Life, notices: Mapping[str, Life]) -> list[str]:
    """Which of the Autor notices of an agent's name may be the agent: it is linked where this is exactly one.

    The only notice of that name, unless a year contradicts; of several, the one that a year confirms; else all that no year excludes,
    when they are several, and none where silence alone would choose.
    """
    possible = [notice for notice, life in sorted(notices.items()) if not agent.contradicts(life)]
    if len(notices) < 2:
        return possible
    confirmed = [notice for notice in possible if agent.confirms(notices[notice])]
    return confirmed or (possible if len(possible) > 1 else [])
