"""The report of a conversion: what was read, converted and rejected, and the problems by kind and field."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pop_ld.errors import ReadError
from pop_ld.notices import Problem

LAYOUT = 2
"""Of the files of a dump; 1 had them plain."""
STRANGERS = 50
"""Labels not found in a field's thesaurus that the report lists, with what is nearest to them."""
EXAMPLES = 3
"""Problems of one kind, base and field that the report shows; all of them are in problems.jsonl."""


@dataclass(slots=True)
class Report:
    """Counts add up: ``read = converted + merged + rejected``."""

    read: int = 0
    rejected: int = 0
    merged: int = 0
    converted: Counter[str] = field(default_factory=Counter)
    triples: Counter[str] = field(default_factory=Counter)
    problems: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    examples: dict[tuple[str, str, str], list[Problem]] = field(default_factory=dict)
    resolved: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(base, field) -> labels found in its thesaurus."""
    unresolved: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """(base, field, label) -> how often a label was not found in the installed thesaurus of its field."""
    candidates: dict[tuple[str, str, str], tuple[str, ...]] = field(default_factory=dict)
    """The nearest labels of the thesaurus, for the labels that :meth:`strangers` lists."""
    validation: dict[str, Any] = field(default_factory=dict)
    """What the shapes found: counts by severity and by rule, and of what keeps it from being published; empty where nothing was checked."""
    sources: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    plan: str = ""
    """Digest of what decided the bytes of the dump."""

    def note(self, problems: Iterable[Problem]) -> None:
        """Counts problems and keeps the first of each kind."""
        for problem in problems:
            key = problem.kind, problem.base, problem.field
            self.problems[key] += 1
            self.rejected += problem.rejects
            shown = self.examples.setdefault(key, [])
            if len(shown) < EXAMPLES:
                shown.append(problem)

    def note_labels(self, base: str, resolved: Counter[str], unresolved: Counter[tuple[str, str]]) -> None:
        """Counts labels that were looked for in thesauri."""
        self.resolved.update({(base, code): count for code, count in resolved.items()})
        self.unresolved.update({(base, code, label): count for (code, label), count in unresolved.items()})

    def strangers(self) -> Iterator[tuple[tuple[str, str], int, list[tuple[str, int]]]]:
        """((base, field), labels found, [(label not found, how often)], the most frequent first) of each field that was looked up."""
        missed: dict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
        for (base, code, label), count in self.unresolved.items():
            missed[base, code].append((label, count))
        for place in sorted({*self.resolved, *missed}):
            yield place, self.resolved[place], sorted(missed[place], key=lambda pair: (-pair[1], pair[0]))

    def add(self, other: Report) -> None:
        """Takes in the report of one part; called in a fixed order, it gives the same report."""
        self.read += other.read
        self.rejected += other.rejected
        self.merged += other.merged
        self.converted.update(other.converted)
        self.triples.update(other.triples)
        self.problems.update(other.problems)
        self.resolved.update(other.resolved)
        self.unresolved.update(other.unresolved)
        for key, shown in other.examples.items():
            mine = self.examples.setdefault(key, [])
            mine.extend(shown[: EXAMPLES - len(mine)])
        self.sources.extend(other.sources)
        self.files.update(other.files)

    def as_json(self) -> dict[str, Any]:
        """The content of report.json."""
        by_field: dict[str, dict[str, int]] = {}
        for (kind, base, code), count in sorted(self.problems.items()):
            by_field.setdefault(f"{base}.{code}" if code else base or "-", {})[kind] = count
        by_kind: Counter[str] = Counter()
        for (kind, _, _), count in self.problems.items():
            by_kind[kind] += count
        return {
            "layout": LAYOUT,
            "plan": self.plan,
            "notices": {
                "read": self.read,
                "converted": sum(self.converted.values()),
                "merged": self.merged,
                "rejected": self.rejected,
                "by_base": dict(sorted(self.converted.items())),
            },
            "triples": {"total": sum(self.triples.values()), "by_base": dict(sorted(self.triples.items()))},
            "problems": {
                "total": sum(self.problems.values()),
                "by_kind": dict(sorted(by_kind.items())),
                "by_field": by_field,
                "examples": [asdict(problem) for key in sorted(self.examples) for problem in self.examples[key]],
            },
            "concepts": {f"{base}.{code}": self._concepts(base, code, found, missed) for (base, code), found, missed in self.strangers()},
            "validation": self.validation,
            "unmapped_columns": unmapped_columns(self.sources),
            "merge_rule": "Where several notices have one REF, the later file or line wins, field by field.",
            "sources": self.sources,
            "files": self.files,
        }

    def _concepts(self, base: str, code: str, found: int, missed: list[tuple[str, int]]) -> dict[str, Any]:
        shown = [
            {"label": label, "count": count, "candidates": list(self.candidates.get((base, code, label), ()))}
            for label, count in missed[:STRANGERS]
        ]
        return {"resolved": found, "unresolved": sum(count for _, count in missed), "labels": shown}


def unmapped_columns(sources: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """file -> column -> {cells, reason} for columns that are no mapped field."""
    return {source["path"]: source["unmapped"] for source in sources if source.get("unmapped")}


def read_report(dump: Path) -> dict[str, Any]:
    """report.json of a dump; ReadError where the folder is no complete dump (the report is written last)."""
    file = dump / "report.json"
    try:
        report: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ReadError("no complete dump here: convert writes report.json last", file=str(dump)) from error
    if report.get("layout") != LAYOUT:
        raise ReadError("another version of this program made this dump: convert the files anew", file=str(dump))
    return report
