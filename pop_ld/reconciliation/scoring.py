"""Features of a candidate in, its score and whether it is a match out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from pop_ld.reconciliation import comparing
from pop_ld.reconciliation.asked import Condition, Query
from pop_ld.reconciliation.tables import rules, weight
from pop_ld.reconciliation.wording import significant

Features = Mapping[str, float | None]
"""Feature -> 0 to 1, None where the candidate has nothing to compare."""
KEYS = ("id", "ref", "qid")
"""Features that alone say which thing it is."""
CLEAR, CLEARER = 3.0, 10.0
"""Points by which a match leads whatever else may be meant, and whatever else would be a match too."""
_NAMES = ("name", "title")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A thing that a query may mean. ``id`` is what clients know it by, ``kind`` its most precise type, ``score`` 0 to 100."""

    id: str
    iri: str
    name: str
    description: str
    kind: str
    image: str
    features: Features
    score: float = 0.0
    match: bool = False


def compared(condition: Condition, compare: Callable[[str, Sequence[str]], float | None], texts: Sequence[str]) -> float | None:
    """How far texts are what a condition wants, 0 to 1; None where there are none, or the condition says nothing."""
    found = [(comparing.exactly if condition.exact else compare)(value, texts) for value in condition.values]
    known = [value for value in found if value is not None]
    if not known:
        return 1.0 if condition.quantifier == "none" else None
    if condition.quantifier == "all":
        return min(known) if len(known) == len(found) else 0.0
    return 1.0 - max(known) if condition.quantifier == "none" else max(known)


def score(features: Features) -> float:
    """0 to 100: the weighted mean of the features. A candidate that a key names has 100, unless something speaks against it."""
    if any(features.get(key) == 1.0 for key in KEYS) and not contradicted(features):
        return 100.0
    got = whole = 0.0
    for name, value in features.items():
        each = weight(name)
        got += each.value * (value or 0.0)
        whole += each.value * (each.unknown if value is None else 1.0)
    return round(100 * got / whole, 2) if whole else 0.0


def contradicted(features: Features) -> bool:
    """Whether a feature speaks against the candidate."""
    return any(value is not None and (limit := weight(name).against) is not None and value <= limit for name, value in features.items())


def decided(query: Query, candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates best first, the one marked that is a match: it alone follows a rule, clearly ahead of all that are not ruled out."""
    ranked = sorted((replace(one, score=score(one.features)) for one in candidates), key=lambda one: (-one.score, one.id))
    if not ranked or contradicted(ranked[0].features) or not _safe(query, ranked[0]):
        return ranked
    first, *others = ranked
    for other in others:
        if other.score + CLEARER < first.score:
            break
        if not contradicted(other.features) and other.score + (CLEARER if _safe(query, other) else CLEAR) > first.score:
            return ranked
    return [replace(first, match=True), *others]


def _safe(query: Query, candidate: Candidate) -> bool:
    """Whether the features of a candidate follow one of the rules (mappings/reconcile-rules.csv)."""
    said = {name: value for name, value in candidate.features.items() if value is not None}
    texts = [text for kind in _NAMES for one in query.conditions if one.feature == kind for text in one.values]
    said["words"] = float(max((len(significant(text)) for text in texts), default=0))
    said["lone"] = float(not any(kind in candidate.features for kind in _NAMES))
    if "name" not in said and "title" in said:
        said["name"] = said["title"]
    return any(
        (not rule.types or candidate.kind in rule.types) and all(said.get(name, 0.0) >= least for name, least in rule.needs)
        for rule in rules()
    )
