"""One link that the program proposes, with its reasons: an operator accepts or rejects it, nothing is published before."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pop_ld.alignment.link import Link

DUPLICATE, NOTICE, AGENT, CONCEPT = "duplicate", "notice", "agent", "concept"
KINDS = (DUPLICATE, NOTICE, AGENT, CONCEPT)
"""What is suggested: two notices for one thing, and notices, agents and concepts with something elsewhere."""

ACCEPTED, REJECTED = "accepted", "rejected"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """``reasons`` are pairs (key of an interface text, the value that both have or that differs); ``score`` 0 to 1.

    ``label`` and ``target_label`` name the two for who reviews; ``number`` is the book's own, 0 before it is in the book.
    """

    kind: str
    subject: str
    target: str
    predicate: str
    score: float
    reasons: Sequence[tuple[str, str]]
    label: str = ""
    target_label: str = ""
    date: str = ""
    number: int = 0

    @property
    def qid(self) -> str:
        """``Q42`` where the target is an item of Wikidata, else ""."""
        return Link(self.subject, self.target, "", "").qid

    def row(self) -> tuple[Any, ...]:
        """As the book keeps it, without its number."""
        reasons = json.dumps(self.reasons, ensure_ascii=False)
        return (self.kind, self.subject, self.predicate, self.target, self.score, reasons, self.label, self.target_label, self.date)


COLUMNS = "kind, subject, predicate, target, score, reasons, label, target_label, date, number"


def read(row: Sequence[Any]) -> Suggestion:
    """A row of COLUMNS."""
    kind, subject, predicate, target, score, reasons, label, target_label, date, number = row
    pairs = tuple((str(key), str(value)) for key, value in json.loads(reasons))
    return Suggestion(kind, subject, target, predicate, score, pairs, label, target_label, date, number)
