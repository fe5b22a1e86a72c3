"""What the ledger of the release knows of one notice, in the reader's language: for the producer, at the foot of its page."""

from __future__ import annotations

from dataclasses import dataclass

from pop_ld.report_view import rule_page
from pop_ld.store import Release
from pop_ld.validation import SEVERITIES
from pop_ld.validation.ledger import open_ledger
from pop_ld.validation.rules import by_code

SHOWN = 20
"""Most remarks that a page shows; the others are counted."""


@dataclass(frozen=True, slots=True)
class Remark:
    """One finding; ``href`` is where its rule can be read, "" where it has no page."""

    severity: str
    field: str
    message: str
    value: str
    suggestion: str
    href: str


@dataclass(frozen=True, slots=True)
class Remarks:
    """``counts`` are (severity, how many), gravest first, of all; ``known`` is False where the release was not measured."""

    known: bool
    total: int
    counts: list[tuple[str, int]]
    shown: list[Remark]


def remarks(release: Release, base: str, ref: str, lang: str) -> Remarks:
    """The findings of one notice, gravest first; one look-up in a SQLite file."""
    ledger = open_ledger(release.path)
    if not ledger.exists:
        return Remarks(False, 0, [], [])
    entries = ledger.of_notice(base, ref)
    tally = [(severity, sum(entry.severity == rank for entry in entries)) for rank, severity in enumerate(SEVERITIES)]
    shown = []
    for entry in entries[:SHOWN]:
        if rule := by_code().get(entry.code):
            href = rule_page(rule.base, rule.code) if rule.base else ""
            field = "" if entry.field == "*" else entry.field
            shown.append(Remark(SEVERITIES[entry.severity], field, rule.messages[lang], entry.value, entry.suggestion, href))
    return Remarks(True, len(entries), [pair for pair in tally if pair[1]], shown)
