"""A Finding is a result brought back to what its producer wrote: file, line, notice, field, occurrence and value; a Tally counts them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any

from pop_ld.validation.rules import SEVERITIES


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that one place of one notice breaks.

    ``occurrence`` counts the values of the field from 1, 0 where the fault is in none of them (a field that is not there).
    ``value`` is what stands there as written, ``text`` the whole field where that is more; ``suggestion`` what should stand
    there, "" where none can be computed. ``focus`` and ``component`` are what SHACL's own report says of it.
    """

    code: str
    severity: str
    base: str
    ref: str
    file: str
    line: int
    field: str
    occurrence: int = 0
    value: str = ""
    text: str = ""
    suggestion: str = ""
    producer: str = ""
    focus: str = ""
    component: str = ""

    @property
    def key(self) -> tuple[str, str, str, str, str]:
        """What makes it the same finding in another file or on another line: base, REF, rule, field and value."""
        return self.base, self.ref, self.code, self.field, self.value


values_of: Callable[[Finding], tuple[Any, ...]] = attrgetter(*(each.name for each in fields(Finding)))
"""The attributes of a finding in their order; ``dataclasses.astuple`` copies each of them deeply, at fifty times the cost."""


@dataclass(slots=True)
class Tally:
    """Counts of one check: ``notices`` by (base, producer), ``results`` by (base, producer, code, severity).

    ``touched`` counts the notices by the gravest of their findings.
    """

    notices: Counter[tuple[str, str]] = field(default_factory=Counter)
    results: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)
    touched: Counter[str] = field(default_factory=Counter)
    hidden: int = 0
    """Findings that ``--known`` keeps from view."""

    def note(self, findings: Iterable[Finding]) -> None:
        """Counts the findings of some whole notices."""
        worst: dict[tuple[str, str], int] = {}
        for finding in findings:
            self.results[finding.base, finding.producer, finding.code, finding.severity] += 1
            place, rank = (finding.base, finding.ref), SEVERITIES.index(finding.severity)
            worst[place] = min(rank, worst.get(place, rank))
        self.touched.update(SEVERITIES[rank] for rank in worst.values())

    def add(self, other: Tally) -> None:
        """Takes in the counts of another part."""
        self.notices.update(other.notices)
        self.results.update(other.results)
        self.touched.update(other.touched)
        self.hidden += other.hidden

    def by_severity(self) -> dict[str, int]:
        """severity -> findings, gravest first, zeros kept."""
        counts: Counter[str] = Counter()
        for (*_, severity), count in self.results.items():
            counts[severity] += count
        return {severity: counts[severity] for severity in SEVERITIES}

    def by_code(self) -> dict[str, int]:
        """code -> findings."""
        counts: Counter[str] = Counter()
        for (_, _, code, _), count in self.results.items():
            counts[code] += count
        return dict(counts)

    def reaches(self, severity: str) -> bool:
        """Whether a finding is as grave as ``severity``, or graver."""
        graver = SEVERITIES[: SEVERITIES.index(severity) + 1]
        return any(count for name, count in self.by_severity().items() if name in graver)
